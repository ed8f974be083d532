"""Encoding texts to token ids.

The `tokenizers` library defines the ids. Where a tokenizer is byte-level BPE with GPT-2's pattern, our kernel gives the
same ids from the same ranks, many times faster, and tiktoken those of the texts that the kernel leaves out;
`_same_ranks` proves that they do, or the reference is used.
"""

import functools
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import tiktoken
from tokenizers import Tokenizer

from pipeline.kernels import bpe
from pipeline.kernels.arrow import Bytes, Offsets, string_buffers
from pipeline.mixture.order import Int64Array
from pipeline.shards.layout import token_type
from pipeline.shards.tokenizer import TokenizerFile, reference_tokenizer

# GPT-2's pre-tokenisation pattern (openai/gpt-2, encoder.py), as both libraries have it. Possessive quantifiers change
# no match, only its speed.
_GPT2_PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s+"

# Longer texts are encoded in parts. No match of GPT-2's pattern goes from a non-space to a space, and none looks back,
# so the ids of a text are those of its parts when it is cut there.
_PART_CHARS = 1 << 20
_CUT = re.compile(r"(?<=\S)[ \n]")
# Characters that are encoded at a time, and bytes by the kernel: bounds the memory of what is in between.
_GROUP_CHARS = _GROUP_BYTES = 1 << 22
# tiktoken's regex engine runs out of stack on whitespace runs of about 10^6 characters. Those of at least twice this
# length go to the reference.
_WHITESPACE_CHARS = 1 << 13

_SELF_CHECK = (
    "The quick brown fox doesn't jump; it's 3,141.59 metres away, they'll say.\r\n\r\n\tif x:  #\n    return\n\n  ",
    "Größe ÅNGSTRÖM naïve l’été œuvre — „Zitat“ Ελληνικά Русский עברית العربية हिन्दी ไทย 中文字 日本語 한국어",
    "👩‍👩‍👧 🇪🇺 e\u0301 \u200b\ufeff\u00a0\u2028\u3000\u0085 ½ ² Ⅷ ٣ \U0001e950 \U00010d40 \U00031350 \x00\x1c\x7f",
    "<|endoftext|> </s> [PAD] '''s'S'LL    ....    \n \n\t \n",
)


class Encoder:
    """Texts to ids, each text followed by the end-of-text id. `is_fast`: without the reference, by `tables`, which are
    proven here in a second for 50,000 tokens, unless `proven` says how that ended before: with these tables, or none.
    """

    def __init__(self, tokenizer: TokenizerFile, *, proven: bpe.Ranks | Literal[False] | None = None) -> None:
        self.tokenizer = tokenizer
        self.dtype = np.dtype(str(token_type(tokenizer.vocab_size)))
        self.tables: bpe.Ranks | None = proven or None
        self._cuttable = self.is_fast
        if proven:
            return
        parsed = json.loads(tokenizer.data)
        self._cuttable = _is_gpt2_like(parsed)
        if proven is None and self._cuttable and _same_ranks(parsed, self._reference):
            self.tables = bpe.ranks(_ranks(parsed), _merges(parsed))
            if not all(self._agrees_on(text) for text in _SELF_CHECK):
                self.tables = None

    @functools.cached_property
    def _reference(self) -> Tokenizer:
        return reference_tokenizer(self.tokenizer)

    @functools.cached_property
    def _tiktoken(self) -> tiktoken.Encoding:
        ranks = _ranks(json.loads(self.tokenizer.data))
        return tiktoken.Encoding("winnow", pat_str=_GPT2_PATTERN, mergeable_ranks=ranks, special_tokens={})

    @property
    def is_fast(self) -> bool:
        return self.tables is not None

    def encode(self, texts: Sequence[str] | pa.Array) -> tuple[npt.NDArray[Any], Int64Array]:
        """(tokens, offsets): text i is tokens[offsets[i]:offsets[i + 1]], in the narrowest type for the vocabulary."""
        if self.tables is None:
            return self._by_library(texts.to_pylist() if isinstance(texts, pa.Array) else texts)
        array = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
        data, offsets = string_buffers(array)
        pieces, lengths = [np.zeros(0, self.dtype)], [np.zeros(0, np.int64)]
        for first, end in _row_groups(offsets):
            tokens, ends = self._by_kernel(self.tables, array.slice(first, end - first), data, offsets[first : end + 1])
            pieces.append(tokens)
            lengths.append(np.diff(ends))
        return np.concatenate(pieces), np.concatenate(([0], np.concatenate(lengths).cumsum()))

    def _by_kernel(
        self, known: bpe.Ranks, texts: pa.Array, data: Bytes, offsets: Offsets
    ) -> tuple[npt.NDArray[Any], Int64Array]:
        """A group of rows; those that the kernel leaves out, and a row that is a group by its size, by library."""
        if offsets[-1] - offsets[0] > _GROUP_BYTES:
            return self._by_library(texts.to_pylist())
        ids, ends, done = bpe.encode(data, offsets, bpe.character_classes(), known, self.tokenizer.end_of_text_id)
        tokens = ids.astype(self.dtype)
        if done.all():
            return tokens, ends
        left = np.flatnonzero(~done)
        more, bounds = self._by_library(texts.take(pa.array(left)).to_pylist())
        lengths = np.diff(ends)
        lengths[left] = np.diff(bounds)
        tokens = np.insert(tokens, np.repeat(ends[left], lengths[left]), more)
        return tokens, np.concatenate(([0], lengths.cumsum()))

    def _agrees_on(self, text: str) -> bool:
        reference = self._reference_ids([text])[0]
        return bool(
            self.encode([text])[0][:-1].tolist() == reference and self._tiktoken.encode_ordinary(text) == reference
        )

    def _by_library(self, texts: Sequence[str]) -> tuple[npt.NDArray[Any], Int64Array]:
        arrays = [np.zeros(0, dtype=self.dtype)]
        lengths = np.ones(len(texts), dtype=np.int64)
        end_of_text = np.array([self.tokenizer.end_of_text_id], dtype=self.dtype)
        for group in _groups(self._parts(texts)):
            for (row, _, ends), ids in zip(group, self._ids([part for _, part, _ in group]), strict=True):
                lengths[row] += len(ids)
                arrays.append(np.fromiter(ids, dtype=self.dtype, count=len(ids)))
                if ends:
                    arrays.append(end_of_text)
        offsets = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum(lengths, out=offsets[1:])
        return np.concatenate(arrays), offsets

    def _parts(self, texts: Sequence[str]) -> Iterator[tuple[int, str, bool]]:
        """(row, part of its text, whether it is the last part)."""
        for row, text in enumerate(texts):
            start = 0
            while self._cuttable and len(text) - start > _PART_CHARS:
                cut = _CUT.search(text, start + _PART_CHARS)
                if cut is None:
                    break
                yield row, text[start : cut.start()], False
                start = cut.start()
            yield row, text[start:] if start else text, True

    def _ids(self, parts: Sequence[str]) -> Sequence[Sequence[int]]:
        if self.tables is None:
            return self._reference_ids(parts)
        encode = self._tiktoken.encode_ordinary
        return [encode(part) if not _long_whitespace(part) else self._reference_ids([part])[0] for part in parts]

    def _reference_ids(self, parts: Sequence[str]) -> Sequence[Sequence[int]]:
        return [encoding.ids for encoding in self._reference.encode_batch_fast(parts, add_special_tokens=False)]


def _row_groups(offsets: Offsets) -> Iterator[tuple[int, int]]:
    """(first row, end) of rows of together at most _GROUP_BYTES, or one row that has more."""
    first = 0
    while first < len(offsets) - 1:
        end = int(np.searchsorted(offsets, int(offsets[first]) + _GROUP_BYTES, side="right")) - 1
        yield first, (end := max(end, first + 1))
        first = end


def _groups(parts: Iterator[tuple[int, str, bool]]) -> Iterator[list[tuple[int, str, bool]]]:
    group: list[tuple[int, str, bool]] = []
    chars = 0
    for part in parts:
        group.append(part)
        chars += len(part[1])
        if chars >= _GROUP_CHARS:
            yield group
            group, chars = [], 0
    if group:
        yield group


def _long_whitespace(text: str) -> bool:
    """Whether the text holds a very long run of whitespace: one of 2 _WHITESPACE_CHARS fills an aligned window."""
    return any(
        text[start : start + _WHITESPACE_CHARS].isspace()
        for start in range(0, len(text) - _WHITESPACE_CHARS + 1, _WHITESPACE_CHARS)
    )


def _is_gpt2_like(parsed: dict[str, Any]) -> bool:
    """Byte-level BPE with GPT-2's pattern, and nothing that changes a text before or between."""
    model, pre_tokenizer = parsed["model"], parsed.get("pre_tokenizer") or {}
    return (
        model.get("type") == "BPE"
        and not any(model.get(key) for key in ("dropout", "unk_token", "continuing_subword_prefix"))
        and not any(model.get(key) for key in ("end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges"))
        and parsed.get("normalizer") is None
        and pre_tokenizer.get("type") == "ByteLevel"
        and pre_tokenizer.get("add_prefix_space") is False
        and pre_tokenizer.get("use_regex", True) is True
        and all(token["special"] for token in parsed.get("added_tokens") or ())
    )


def _vocabulary(parsed: dict[str, Any]) -> dict[str, int]:
    """The tokens of the BPE, without those that were added to it."""
    added = {token["content"] for token in parsed.get("added_tokens") or ()}
    return {token: rank for token, rank in parsed["model"]["vocab"].items() if token not in added}


def _ranks(parsed: dict[str, Any]) -> dict[bytes, int]:
    """tiktoken's ranks: the bytes that each token stands for, and its id."""
    as_bytes = str.maketrans({symbol: chr(byte) for symbol, byte in _byte_symbols().items()})
    return {token.translate(as_bytes).encode("latin-1"): rank for token, rank in _vocabulary(parsed).items()}


def _merges(parsed: dict[str, Any]) -> list[tuple[int, int, int]]:
    """The ids of the left part, the right part and the whole of each merge."""
    rank = parsed["model"]["vocab"]
    pairs = (pair if isinstance(pair, list) else pair.split(" ") for pair in parsed["model"]["merges"])
    return [(rank[left], rank[right], rank[left + right]) for left, right in pairs]


def _same_ranks(parsed: dict[str, Any], reference: Tokenizer) -> bool:
    """Whether ids that serve as ranks, as in tiktoken, are proven to give the ids of the reference.

    The reference merges the listed pairs in their order; tiktoken merges any two neighbours that together are a token,
    lowest id first. These agree on every text if (1) the ids of merged tokens ascend in the order of the merges, and
    (2) each token, encoded alone, is itself. For if x and y ever are neighbours and xy is a token, then encoding xy
    alone reaches the state (x, y) too (merges never crossed the borders of x and y), and by (2) it goes on to xy: so
    (x, y) is the listed merge.
    """
    vocabulary = _vocabulary(parsed)
    merged = ["".join(pair if isinstance(pair, list) else pair.split(" ")) for pair in parsed["model"]["merges"]]
    if set(vocabulary) != {*_byte_symbols(), *merged} or len(set(merged)) != len(merged):
        return False
    merged_ids = [vocabulary[token] for token in merged]
    if merged_ids != sorted(merged_ids):
        return False
    return all([piece.value for piece in reference.model.tokenize(token)] == [token] for token in vocabulary)


def _byte_symbols() -> dict[str, int]:
    """GPT-2's printable stand-ins for bytes: printable Latin-1 stands for itself, the others follow from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + i): byte for i, byte in enumerate(others)}
