"""Which spellings of a character are one in matching, and the generator of their table.

    python -m pipeline.kernels.matching_rules

A character's form is its compatibility decomposition, case folded in full, without combining marks: NFC, NFD, NFKC and
NFKD of a text have equal forms, and so have a text and its upper case. Marks of combining class 0 (vowel signs) and 9
(viramas) stay, as words of Indic scripts are nothing without them. Only forms that the simple folding of
`unicode_rules` does not give are in the table; Hangul syllables are computed.
"""

import unicodedata
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.kernels.unicode_rules import N_CODE_POINTS, SPACE, SYMBOL, class_of, fold_of, two_level, write_tables

UNCHANGED = 0
GONE = -1
LENGTH_BITS = 5  # an entry is (first point << LENGTH_BITS) | points
HANGUL = (0xAC00, 0xD7A3)
_KEPT_CLASSES = (0, 9)


def form_of(character: str) -> str:
    """The form of one character."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    folded = folded.replace("\u0131", "i")  # whose capital is I
    return "".join(point for point in folded if unicodedata.combining(point) in _KEPT_CLASSES)


def make_table() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """(entry of every code point, the points that entries refer to)."""
    entries = np.zeros(N_CODE_POINTS, np.int32)
    points: list[int] = []
    places: dict[str, int] = {}
    for code in range(0x80, N_CODE_POINTS):
        character = chr(code)
        if HANGUL[0] <= code <= HANGUL[1] or 0xD800 <= code <= 0xDFFF:
            continue
        form = form_of(character)
        if form in (character, fold_of(character)):
            continue
        if class_of(character) & (SPACE | SYMBOL) and all(class_of(point) & (SPACE | SYMBOL) for point in form):
            continue  # separates words as it is
        if not form:
            entries[code] = GONE
            continue
        if form not in places:
            places[form] = len(points)
            points += map(ord, form)
        entries[code] = (places[form] << LENGTH_BITS) | len(form)
    return entries, np.array(points, np.int32)


def _write_data(path: Path) -> None:
    entries, points = make_table()
    index, blocks = two_level(entries)
    title = "The table of matching forms, made by `python -m pipeline.kernels.matching_rules`"
    write_tables(path, title, {"INDEX": index, "BLOCKS": blocks, "POINTS": points})


if __name__ == "__main__":
    _write_data(Path(__file__).with_name("matching_data.py"))
