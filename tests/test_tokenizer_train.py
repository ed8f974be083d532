"""Training and loading tokenizers."""

import json
import random
import subprocess
import sys

import pytest
from tokenizer_helpers import small_tokenizer, texts
from tokenizers import Tokenizer

from pipeline.shards.layout import token_type
from pipeline.shards.tokenizer import TokenizerError, load_tokenizer, train_tokenizer


def test_a_trained_tokenizer_has_the_size_asked_and_gives_texts_back():
    trained = small_tokenizer()
    assert (trained.vocab_size, trained.end_of_text, trained.end_of_text_id) == (400, "<|endoftext|>", 0)
    tokenizer = Tokenizer.from_str(trained.data.decode())
    for text in [*texts(), "words it never saw: Ωmega 😀 \x00\x7f", ""]:
        assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert len(tokenizer.encode("The miller watches the river.").ids) < 12


_TRAIN = """
import random, sys
from tokenizer_helpers import texts
from pipeline.shards.tokenizer import train_tokenizer
given = texts()
random.Random(int(sys.argv[1])).shuffle(given)
print(train_tokenizer(given, 400)[0].hash)
"""


@pytest.mark.parametrize("threads", ["1", "2", "4"])
def test_neither_order_nor_threads_nor_process_change_a_byte(threads, request):
    folder = str(request.path.parent)
    environment = {
        "RAYON_NUM_THREADS": threads,
        "TOKENIZERS_PARALLELISM": "false" if threads == "1" else "true",
        "PYTHONPATH": f"{folder}:{request.config.rootpath}",
        "PYTHONHASHSEED": threads,
    }
    process = subprocess.run([sys.executable, "-c", _TRAIN, threads], env=environment, capture_output=True, text=True)
    assert process.stdout.strip() == small_tokenizer().hash, process.stderr


def test_other_texts_give_another_tokenizer():
    assert train_tokenizer(texts()[:50], 400)[0].hash != small_tokenizer().hash


def test_a_vocabulary_that_is_too_big_is_noted():
    trained, notes = train_tokenizer(["one two one two"], 50_000)
    assert trained.vocab_size < 300
    (note,) = notes
    assert note.startswith(
        f"The tokenizer has {trained.vocab_size} entries, not 50,000: the sample has no further pair"
    )
    assert train_tokenizer([], 300)[0].vocab_size == 257
    _, notes = train_tokenizer(texts(), 400)
    assert notes == ()


def test_a_vocabulary_that_is_too_small_is_refused():
    with pytest.raises(TokenizerError, match=r"tokenizer\.train\.vocab_size is 256; .* need 257"):
        train_tokenizer(texts(), 256)


def test_endless_words_do_not_stop_training():
    letters = "".join(random.Random(1).choices("abcdefghij", k=300_000))
    trained, _ = train_tokenizer(["a" * 1_000_000, letters, *texts()], 400)
    assert trained.vocab_size == 400


def test_the_end_of_text_token_can_be_named():
    trained, _ = train_tokenizer(texts(), 300, "<eod>")
    assert trained.end_of_text == "<eod>"
    assert load_tokenizer(trained.data, "<eod>") == trained
    with pytest.raises(TokenizerError) as refused:
        load_tokenizer(trained.data, name="mine.json")
    assert str(refused.value) == (
        "mine.json has no token <|endoftext|> or <|end_of_text|> or </s> or <eos> or <｜end▁of▁sentence｜>: "
        "set tokenizer.end_of_text to the token that ends a document; its special tokens are <eod>"
    )


@pytest.mark.parametrize("name", ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "<｜end▁of▁sentence｜>"])
def test_known_names_are_found(name):
    trained, _ = train_tokenizer(texts(), 300, name)
    assert load_tokenizer(trained.data).end_of_text == name


def test_a_file_without_any_special_token_is_refused():
    value = json.loads(small_tokenizer().data)
    value["added_tokens"] = []
    del value["model"]["vocab"]["<|endoftext|>"]
    with pytest.raises(TokenizerError, match="it has no special tokens"):
        load_tokenizer(json.dumps(value).encode())


@pytest.mark.parametrize("data", [b"", b"not json", b"{}", b"\xff\xfe", b'{"model": {"type": "Dream"}}'])
def test_what_is_no_tokenizer_is_named(data):
    with pytest.raises(TokenizerError, match=r"given\.json cannot be read as a Hugging Face tokenizer\.json"):
        load_tokenizer(data, name="given.json")


def test_ids_need_16_bits_up_to_65536_entries():
    assert str(token_type(65_536)) == "uint16"
    assert str(token_type(65_537)) == "uint32"
