"""Tokenizers: train a byte-level BPE, or load a tokenizer.json; and find the token that ends every document.

A trained tokenizer is GPT-2's kind: 256 byte symbols, GPT-2's pre-tokenisation pattern, no normaliser, and one special
token. Training depends on the multiset of texts alone: neither on their order nor on threads.
"""

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import xxhash
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from pipeline.errors import WinnowError

END_OF_TEXT = "<|endoftext|>"
# Names in published tokenizers: GPT-2 and NeoX, Llama 3, Llama 2 and Mistral and BLOOM, Gemma, DeepSeek.
KNOWN_END_OF_TEXT = (END_OF_TEXT, "<|end_of_text|>", "</s>", "<eos>", "<｜end▁of▁sentence｜>")
BYTES = 256
# A pair that occurs once is no pattern.
_MIN_FREQUENCY = 2
# Longer runs without a space (base64, minified code) are cut in training: the trainer's work on a word grows with the
# number of merges times its length.
_MAX_WORD_CHARS = 1000


class TokenizerError(WinnowError):
    """A tokenizer that cannot be used; the message names the file and the next action."""


@dataclass(frozen=True, slots=True)
class TokenizerFile:
    """A tokenizer.json and what shards need to know of it."""

    data: bytes
    end_of_text: str
    end_of_text_id: int
    vocab_size: int
    """Highest id + 1: ids may have gaps."""

    @property
    def hash(self) -> str:
        """xxh3-128 of the file's bytes."""
        return xxhash.xxh3_128_hexdigest(self.data)


def train_tokenizer(
    texts: Iterable[str], vocab_size: int, end_of_text: str = END_OF_TEXT
) -> tuple[TokenizerFile, tuple[str, ...]]:
    """Train on texts; returns the tokenizer and notes for a reader (a vocabulary smaller than asked, no text at all).

    `vocab_size` counts the 256 bytes and the end-of-text token. Memory is that of the distinct words.
    """
    if vocab_size <= BYTES:
        raise TokenizerError(f"tokenizer.train.vocab_size is {vocab_size}; 256 bytes and an end-of-text token need 257")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        min_frequency=_MIN_FREQUENCY,
        special_tokens=[end_of_text],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_cut_words(texts), trainer)
    trained = load_tokenizer(tokenizer.to_str().encode(), end_of_text, "the trained tokenizer")
    notes = []
    if trained.vocab_size < vocab_size:
        notes.append(
            f"The tokenizer has {trained.vocab_size:,} entries, not {vocab_size:,}: "
            "the sample has no further pair of tokens that occurs twice."
        )
    return trained, tuple(notes)


@functools.lru_cache(maxsize=2)  # read by the plan, and again by the stage `tokenizer`
def load_tokenizer(data: bytes, end_of_text: str | None = None, name: str = "tokenizer.json") -> TokenizerFile:
    """A given tokenizer.json. `end_of_text` names the token that ends documents; None looks for the known names.

    Raises TokenizerError, with the file's own special tokens as candidates, where there is no such token.
    """
    try:
        tokenizer = Tokenizer.from_str(data.decode())
    except Exception as error:  # the tokenizers library raises bare Exception
        raise TokenizerError(f"{name} cannot be read as a Hugging Face tokenizer.json: {error}") from error
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    if not vocabulary:
        raise TokenizerError(f"{name} has an empty vocabulary")
    wanted = KNOWN_END_OF_TEXT if end_of_text is None else (end_of_text,)
    found = next((token for token in wanted if token in vocabulary), None)
    if found is None:
        special = [token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special]
        raise TokenizerError(
            f"{name} has no token {' or '.join(wanted)}: set tokenizer.end_of_text to the token that ends a document"
            + (f"; its special tokens are {', '.join(special[:20])}" if special else "; it has no special tokens")
        )
    return TokenizerFile(data, found, vocabulary[found], max(vocabulary.values()) + 1)


def reference_tokenizer(tokenizer: TokenizerFile) -> Tokenizer:
    """The `tokenizers` object that defines what ids a text has.

    The names of special tokens in a text are text: a page that says "<|endoftext|>" must not end a document. Padding
    and truncation, which some files ask for, are off.
    """
    reference = Tokenizer.from_str(tokenizer.data.decode())
    # Some files do not mark it as special, and then it would be found in texts.
    for token in reference.get_added_tokens_decoder().values():
        if token.content == tokenizer.end_of_text and not token.special:
            reference = Tokenizer.from_str(_with_special(tokenizer))
    reference.encode_special_tokens = True
    reference.no_padding()
    reference.no_truncation()
    return reference


def _with_special(tokenizer: TokenizerFile) -> str:
    """The file, its end-of-text token marked as special."""
    parsed: dict[str, Any] = json.loads(tokenizer.data)
    for token in parsed["added_tokens"]:
        token["special"] = token["special"] or token["content"] == tokenizer.end_of_text
    return json.dumps(parsed)


def _cut_words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        words = text.split()
        if max(map(len, words), default=0) <= _MAX_WORD_CHARS:
            yield text
            continue
        for word in words:
            for start in range(0, len(word), _MAX_WORD_CHARS):
                yield " " + word[start : start + _MAX_WORD_CHARS]
