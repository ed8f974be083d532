"""The rules behind the character tables, and their generator: `python -m pipeline.kernels.unicode_rules`.

The tables are kept as data (unicode_data.py) rather than made at import: it is faster, and every interpreter then
works with the same Unicode version. Characters of later versions are plain word characters without a class.
"""

import base64
import unicodedata
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

# Bits of a character's class. Letters, digits and everything else that forms words have no bit but ALPHA.
SPACE = 1  # str.isspace, and the word separators of Tibetan and Ethiopic
ALPHA = 2  # str.isalpha
SYMBOL = 4  # punctuation, symbols and controls (categories P, S, Cc) that are no space
UNSPACED = 8  # begins an orthographic cluster in a script that sets no spaces between words
EXTENDS = 16  # never begins a word: combining marks (M), and vowels written after their consonant
JOINS_NEXT = 32  # pulls the next character into its cluster: vowels written before their consonant, stackers
FORMAT = 64  # invisible (category Cf): soft hyphens, joiners, direction marks
SEPARATOR = 128  # punctuation, space and controls, but no symbols: what exact deduplication folds

N_CODE_POINTS = 0x110000
BLOCK = 256

# Scripts without spaces between words. Letters of these ranges begin clusters.
UNSPACED_RANGES = (
    (0x0E01, 0x0E46),  # Thai
    (0x0E81, 0x0EDF),  # Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17DC),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark and zero
    (0x3021, 0x303C),  # Hangzhou numerals, vertical kana repeat marks
    (0x3041, 0x30FF),  # Hiragana, Katakana
    (0x3105, 0x312F),  # Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),  # Myanmar Extended-B
    (0xAA60, 0xAA7F),  # Myanmar Extended-A
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # halfwidth Katakana
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFD),
)
# Letters by category, but written after the consonant that they belong to: Thai and Lao vowels, Japanese length marks.
FOLLOWING_VOWELS = "\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3\u0ebd\u30fc\uff70\uff9e\uff9f"
# Thai and Lao vowels written before their consonant; the stackers of Myanmar and Khmer.
JOINING = "\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4\u1039\u17d2"
WORD_SEPARATORS = "\u0f0b\u0f0c\u1361"  # Tibetan tsheg, its non-breaking form, Ethiopic wordspace


def class_of(character: str) -> int:
    """The class bits of one character."""
    category = unicodedata.category(character)
    if character.isspace() or character in WORD_SEPARATORS:
        return SPACE | SEPARATOR
    if category[0] in "PZ" or category == "Cc":
        return SYMBOL | SEPARATOR
    if category[0] == "S":
        return SYMBOL
    if category == "Cf":
        return FORMAT
    bits = ALPHA if character.isalpha() else 0
    if character in JOINING:
        bits |= JOINS_NEXT
    if category[0] == "M" or character in FOLLOWING_VOWELS:
        return bits | EXTENDS
    if category in ("Lo", "Lm", "Nl") and any(low <= ord(character) <= high for low, high in UNSPACED_RANGES):
        bits |= UNSPACED
    return bits


def fold_of(character: str) -> str:
    """Simple case folding: one character to one. Where full folding gives more (ß, ŉ), the small letter."""
    for folded in (character.casefold(), character.lower()):
        if len(folded) == 1:
            return folded
    return character.lower()[0]  # only U+0130, the dotted capital I, which becomes i


def make_tables() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """(class, folded code point minus code point) of every code point."""
    classes = np.fromiter((class_of(chr(code)) for code in range(N_CODE_POINTS)), np.uint8, N_CODE_POINTS)
    folded = np.fromiter((ord(fold_of(chr(code))) for code in range(N_CODE_POINTS)), np.int32, N_CODE_POINTS)
    return classes, (folded - np.arange(N_CODE_POINTS)).astype(np.int32)


def pack(table: npt.NDArray[np.generic]) -> str:
    return base64.b85encode(zlib.compress(table.tobytes(), 9)).decode()


def unpack(text: str, dtype: type[np.generic]) -> npt.NDArray[np.generic]:
    return np.frombuffer(zlib.decompress(base64.b85decode(text)), dtype)


def two_level(flat: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.generic]]:
    """A table of all code points as (the block of each 256, the distinct blocks): small enough to stay in cache."""
    blocks, index = np.unique(flat.reshape(-1, BLOCK), axis=0, return_inverse=True)
    return index.reshape(-1).astype(np.uint8), np.ascontiguousarray(blocks).reshape(-1)


def write_tables(path: Path, title: str, tables: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """A module of packed tables by name, with the version of Unicode that they are of."""
    lines = [f'"""{title}; do not edit."""', "", f'UNICODE_VERSION = "{unicodedata.unidata_version}"']
    for name, array in tables.items():
        text = pack(array)
        lines.append(f"{name} = (")
        lines += [f'    "{text[at : at + 110]}"' for at in range(0, len(text), 110)]
        lines.append(")")
    path.write_text("\n".join(lines) + "\n")


def _write_data(path: Path) -> None:
    classes, folds = (two_level(table) for table in make_tables())
    names = ("CLASS_INDEX", "CLASS_BLOCKS", "FOLD_INDEX", "FOLD_BLOCKS")
    title = "The character tables, made by `python -m pipeline.kernels.unicode_rules`"
    write_tables(path, title, dict(zip(names, (*classes, *folds), strict=True)))


if __name__ == "__main__":
    _write_data(Path(__file__).with_name("unicode_data.py"))
