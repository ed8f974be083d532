"""Random texts made of what trips word, line and sentence scanners, for the property tests of kernels and filters."""

import gzip
import json
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from pipeline.kernels import unicode_data
from pipeline.kernels.unicode_rules import BLOCK, class_of, unpack

_INDEX = unpack(unicode_data.CLASS_INDEX, np.uint8)
_BLOCKS = unpack(unicode_data.CLASS_BLOCKS, np.uint8)


def is_of_our_unicode(character: str) -> bool:
    """Whether this interpreter's Unicode database and the kernels' table know the character alike."""
    code = ord(character)
    return int(_BLOCKS[int(_INDEX[code // BLOCK]) * BLOCK + code % BLOCK]) == class_of(character)


PIECES = [
    *"abcdeXYZ.,;:!?'\"-_/@#(){}[] \n\t09éßİΣςжЖ😀€’…•",
    *"中文。カーかไทา\u0e35ແບក្ម\u17d2မ\u1039\u103a་བ१한ا\u0301\ufe0f\u00ad\u200b\x85\x1c\x00",
    *("\n\n", "\r\n", "\u2028", "\U0001e900", "...", "the", "of", "and", "word", "J.", "U.S.", "don't", "http://a.b/c"),
    *("[1]", "[edit]", "[citation needed]", "Lorem ipsum", "javascript", "Cookie policy", "A line that is here. "),
    *("word word word ", "a b c d e f g h i j k l ", "  "),
]

character = st.characters(exclude_categories=["Cs"]).filter(is_of_our_unicode)
texts = st.lists(st.one_of(st.sampled_from(PIECES), character), max_size=60).map("".join)
repetitive_texts = st.lists(
    st.sampled_from(["a ", "b ", "c ", "a b c ", "\n", "\n\n", "one two ", "x.", "中"]), max_size=120
).map("".join)
batches = st.lists(st.one_of(texts, repetitive_texts), max_size=6)


def real_texts(shared: Path, max_chars: int = 40_000) -> list[str]:
    """Real documents in many scripts: web text, books, Chinese pages, the Declaration of Human Rights."""
    found = []
    for name in ("c4-demo-300", "common-crawl-wet-govuk", "ia-wide-zh-text", "frecore-dev", "swecore-dev", "brown"):
        found += _texts(shared / "data/reference" / f"{name}.jsonl.gz", 60)
    found += _texts(shared / "data/languages/udhr2.jsonl.gz", 290)
    return [text for text in found if len(text) <= max_chars]


def _texts(path: Path, limit: int) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        return [json.loads(row)["text"] for row, _ in zip(rows, range(limit))]
