"""What is known of the elements of HTML: their numbers, and how each takes part in building blocks of text."""

from typing import Any

import numpy as np

from pipeline.kernels.compile import helper
from pipeline.kernels.find import find_byte
from pipeline.kernels.html_names import fnv1a, read_name
from pipeline.kernels.lanes import distance_to, first_letters, number_of

# Elements whose edges end a block of text. Buttons, labels and options are not block-level in a browser, but their
# texts are labels of their own and never part of a sentence.
BLOCK = """
address article aside blockquote body button caption center colgroup dd details dialog dir div dl dt fieldset figcaption
figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html label legend li listing main menu nav noframes
noscript ol optgroup option p pre section select summary table tbody td tfoot th thead tr ul xmp
""".split()  # noqa: SIM905
INLINE = """
a abbr acronym b bdi bdo big br cite code data del dfn em embed font i img input ins kbd map mark math object
path picture q rp rt ruby s samp small source span strike strong sub sup time tt u var video audio canvas wbr
""".split()  # noqa: SIM905
VOID = "area base basefont bgsound br col embed frame hr img input link meta param source track wbr".split()  # noqa: SIM905
# What stands inside is no text of the page. `math` and `title` are read apart.
SKIPPED = "script style svg template textarea iframe noembed title annotation".split()  # noqa: SIM905

NAMES = sorted({*BLOCK, *INLINE, *VOID, *SKIPPED})
NUMBER = {name: number for number, name in enumerate(NAMES, 1)}
CUSTOM = len(NAMES) + 1  # a name with a hyphen
COUNT = CUSTOM + 1
_SLOTS, _SPREAD = 1024, 0x9E3779B97F4A7C15


def name_value(name: str) -> np.uint64:
    """What stands for a tag name: its letters, of names that are longer than 8 a hash."""
    return number_of(name) if len(name) <= 8 else np.uint64(fnv1a(name))


def _slot(value: np.uint64) -> int:
    return (int(value) * _SPREAD & 0xFFFFFFFFFFFFFFFF) >> 54


def _tables() -> tuple[np.ndarray, np.ndarray]:
    values, numbers = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.uint8)
    for number, name in enumerate(NAMES, 1):
        slot = _slot(name_value(name))
        while numbers[slot]:
            slot = (slot + 1) & (_SLOTS - 1)
        values[slot], numbers[slot] = name_value(name), number
    return values, numbers


_VALUES, _NUMBERS = _tables()
_name_end = distance_to((9, 13), (32, 32), (47, 47), (62, 62))


@helper
def find_tag(value: np.uint64) -> int:
    """The number of a tag by its name's value, 0 where it is not known."""
    slot: Any = np.int64((value * np.uint64(_SPREAD)) >> np.uint64(54))
    while _NUMBERS[slot] != 0:
        if _VALUES[slot] == value:
            return int(np.int64(_NUMBERS[slot]))
        slot = (slot + 1) & (_SLOTS - 1)
    return 0


@helper
def tag_name(data: np.ndarray, start: int) -> tuple[int, np.uint64]:
    """End of the tag name that begins at `start`, and its value in small letters."""
    length = _name_end(data, start)
    if length <= 8 and start + length <= data.size:
        return start + length, first_letters(data, start, length)
    end, value = read_name(data, start)
    return end, (first_letters(data, start, end - start) if end - start <= 8 else value)


@helper
def raw_end(data: np.ndarray, start: int, name: np.uint64) -> int:
    """Position of the `</name` that ends raw text, the size where there is none."""
    i = find_byte(data, start, data.size, 60)
    while i + 2 < data.size:
        if data[i + 1] == 47:
            end, other = tag_name(data, i + 2)
            if other == name and end < data.size:
                return i
        i = find_byte(data, i + 1, data.size, 60)
    return data.size


def flags(names: list[str]) -> np.ndarray:
    """A table of bool by element number."""
    table = np.zeros(COUNT, np.bool_)
    table[[NUMBER[name] for name in names]] = True
    return table


IS_BLOCK = flags(BLOCK)
IS_BLOCK[CUSTOM] = True
IS_VOID = flags(VOID)
IS_SKIPPED = flags(SKIPPED)

# A start tag closes open elements of these groups, up to the nearest element that bounds them (WHATWG HTML, 13.1.2.4).
_P_IS_CLOSED_BY = """
address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5
h6 header hgroup hr li listing main menu nav ol p pre section summary table ul dd dt td th tr tbody thead tfoot xmp
""".split()  # noqa: SIM905
CLOSES_P = flags(_P_IS_CLOSED_BY)
_CLOSED = {
    "li": (["li"], ["ul", "ol", "menu", "dir"]),
    "dt": (["dt", "dd"], ["dl"]),
    "dd": (["dt", "dd"], ["dl"]),
    "td": (["td", "th"], ["tr", "table"]),
    "th": (["td", "th"], ["tr", "table"]),
    "tr": (["tr", "td", "th"], ["table", "tbody", "thead", "tfoot"]),
    "tbody": (["tbody", "thead", "tfoot", "tr", "td", "th"], ["table"]),
    "thead": (["tbody", "thead", "tfoot", "tr", "td", "th"], ["table"]),
    "tfoot": (["tbody", "thead", "tfoot", "tr", "td", "th"], ["table"]),
    "option": (["option"], ["select"]),
    "optgroup": (["option", "optgroup"], ["select"]),
    "a": (["a"], ["td", "th", "table"]),
}
# CLOSES[new, open]: the start tag `new` closes `open`; STOPS[new, open]: it looks no further out than `open`.
CLOSES = np.zeros((COUNT, COUNT), np.bool_)
STOPS = np.zeros((COUNT, COUNT), np.bool_)
for _new, (_closed, _bounds) in _CLOSED.items():
    for _name in _closed:
        CLOSES[NUMBER[_new], NUMBER[_name]] = True
    for _name in [*_bounds, "table"]:
        STOPS[NUMBER[_new], NUMBER[_name]] = True
HAS_IMPLIED_END = np.asarray(CLOSES.any(axis=1))
# A table cell keeps what it holds: a stray end tag inside closes nothing outside.
IS_CELL = flags(["td", "th", "caption"])
OF_TABLE = flags(["table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"])
IS_BOLD = flags(["b", "strong", "h1", "h2", "h3", "h4", "h5", "h6"])
IS_PREFORMATTED = flags(["pre", "listing", "xmp"])
