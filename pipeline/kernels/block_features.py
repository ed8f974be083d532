"""A page's blocks as rows of features: what the trees of the learned extractor look at.

The families that carry the model are those of `FAMILIES`: the containers that hold most of the page's good text, blocks
on the same path, ancestors with what they hold, class words, neighbours, the page as a whole. None knows a word of the
text, a script or an address.
"""

import numpy as np

from pipeline.kernels.block_measures import (
    BOLDED,
    DIGITS,
    ENDS_TERMINAL,
    GOOD,
    LENGTH,
    LINKED,
    LINKS,
    MEASURES,
    PUNCTUATION,
    TERMINAL,
    TRUNCATED,
    measure,
)
from pipeline.kernels.block_tree import (
    COLUMNS,
    COMMENTS,
    DEPTH,
    FLAGS,
    HIGHEST,
    INHERITED,
    LOWEST,
    NEAREST,
    OWN,
    TOTAL,
    add_up,
    holder,
    inherit,
    readable,
)
from pipeline.kernels.class_words import KINDS, find_kinds
from pipeline.kernels.compile import borrowed, kernel
from pipeline.kernels.html_blocks import (
    AFTER_BREAK,
    ELEMENT,
    FIRST,
    IMAGES,
    KIND,
    LAST,
    PARENT,
    PREFORMATTED,
    TAG,
    Blocks,
    parse,
)
from pipeline.kernels.html_blocks import END as END_OF
from pipeline.kernels.html_blocks import START as START_OF
from pipeline.kernels.html_tags import COUNT, IS_BLOCK, NUMBER

GOOD_LENGTH = 80.0
_FLAG_NAMES = [f"in_{name}" for name in (*INHERITED, "hidden")]
_HOLDERS = (0.5, 0.7, 0.9)
_ANCESTORS = 5
_WINDOWS = (3, 8)
_OWN_TAGS = """
    p li div td dd dt figcaption blockquote pre section article span
""".split()  # noqa: SIM905

FAMILIES: dict[str, list[str]] = {
    "own": """
    length link_density punctuation_density terminals terminal_density digit_share bold_share links
    ends_terminal truncated good images after_break preformatted heading tag depth
""".split(),  # noqa: SIM905
    "flags": _FLAG_NAMES,
    "place": """
    place share_before blocks_since_heading last_heading blocks_to_heading has_h1 from_h1 length_since_heading
    good_before good_after last_heading_linked last_heading_overlap
""".split(),  # noqa: SIM905
    "copies": ["copies", "is_later_copy", "title_overlap"],
    "group": [
        f"{kind}_{name}"
        for kind in ("path", "tags")
        for name in (
            "blocks",
            "share",
            "mean_length",
            "link_density",
            "good_share",
            "spread",
            "share_of_good",
            "truncated",
        )
    ],
    "holders": [
        f"{name}_{what}"
        for name in (*(f"holder{int(share * 100)}" for share in _HOLDERS), "readable")
        for what in ("inside", "steps", "before", "after", "share")
    ],
    "ancestors": [
        f"above{k}_{what}"
        for k in range(1, _ANCESTORS + 1)
        for what in ("share", "link_density", "share_of_good", "blocks", "repeats", "good_density", "place")
    ],
    "neighbours": [
        f"{where}_{what}"
        for where in ("before2", "before1", "after1", "after2")
        for what in ("length", "link_density", "punctuation_density", "good", "same_path")
    ],
    "windows": [
        f"window{size}_{what}" for size in _WINDOWS for what in ("share", "link_density", "good_share", "good_blocks")
    ],
    "words": "words_own words_total words_lowest words_highest words_nearest".split(),  # noqa: SIM905
    "kinds": [f"{what}_{kind}" for what in ("steps_to", "inside") for kind in KINDS],
    "comments": ["in_comments", "comments_good_outside", "comments_length_before"],
    "page": """
    page_length page_blocks page_link_density page_good_share page_good_blocks page_mean_good page_largest
    page_articles page_paragraphs page_headings page_lists page_cells
""".split(),  # noqa: SIM905
}
NAMES = [name for family in FAMILIES.values() for name in family]
"""The columns, in order."""

_LEVEL = np.zeros(COUNT, np.int64)
for _level in range(1, 7):
    _LEVEL[NUMBER[f"h{_level}"]] = _level
_OWN_TAG = np.zeros(COUNT, np.int64)
for _number, _name in enumerate(_OWN_TAGS, 1):
    if _name in NUMBER:
        _OWN_TAG[NUMBER[_name]] = _number
_OWN_TAG[NUMBER["th"]] = _OWN_TAG[NUMBER["td"]]
_T_ARTICLE, _T_P, _T_LI, _T_TD, _T_TH = (NUMBER[name] for name in ("article", "p", "li", "td", "th"))
_FLAG_COUNT = len(_FLAG_NAMES)
_KIND_COUNT = len(KINDS)
_FEATURES = len(NAMES)
_FAR = 50.0
_TITLE_SLOTS = 4096
_SHORT_BYTES = 300
_FNV, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@kernel
def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


@kernel
def _find(table: np.ndarray, keys: np.ndarray, key: np.uint64) -> int:
    """The slot of a key in an open-addressing table of -1 or numbers into `keys`; the empty one where it is absent."""
    mask = table.size - 1
    slot = int(np.int64((key ^ (key >> np.uint64(31))) & np.uint64(mask)))
    while table[slot] >= 0 and keys[table[slot]] != key:
        slot = (slot + 1) & mask
    return slot


@kernel
def _number_keys(keys: np.ndarray, numbers: np.ndarray) -> int:
    """Number equal keys alike, from 0 in order of first occurrence; returns how many differ."""
    size = 16
    while size < 2 * keys.size:
        size *= 2
    table = np.full(size, -1, np.int32)
    seen = 0
    for i in range(keys.size):
        slot = _find(table, keys, keys[i])
        if table[slot] < 0:
            table[slot] = i
            numbers[i] = seen
            seen += 1
        else:
            numbers[i] = numbers[table[slot]]
    return seen


@kernel
def _title_words(text: np.ndarray, title: int, table: np.ndarray) -> None:
    """Mark the hashes of the title's words in a table of bits."""
    value, length = _FNV, 0
    for i in range(title + 1):
        byte = text[i] if i < title else np.uint8(32)
        if byte >= 128 or 48 <= byte <= 57 or 97 <= (byte | 32) <= 122:
            value = (value ^ np.uint64(byte | 32 if byte < 128 else byte)) * _PRIME
            length += 1
        elif length > 0:
            table[np.int64((value ^ (value >> np.uint64(29))) & np.uint64(_TITLE_SLOTS - 1))] = True
            value, length = _FNV, 0


@kernel
def _overlap(text: np.ndarray, start: int, end: int, table: np.ndarray) -> float:
    """Share of the words of a short block that stand in the title."""
    value, length, words, found = _FNV, 0, 0, 0
    for i in range(start, end + 1):
        byte = text[i] if i < end else np.uint8(32)
        if byte >= 128 or 48 <= byte <= 57 or 97 <= (byte | 32) <= 122:
            value = (value ^ np.uint64(byte | 32 if byte < 128 else byte)) * _PRIME
            length += 1
        elif length > 0:
            words += 1
            found += table[np.int64((value ^ (value >> np.uint64(29))) & np.uint64(_TITLE_SLOTS - 1))]
            value, length = _FNV, 0
    return found / words if words else 0.0


@kernel
def _find_above(elements: np.ndarray, above: np.ndarray, larger: np.ndarray) -> None:
    """Of each element the block-level element above it, and the first of these that holds more blocks; else 0."""
    above[0] = larger[0] = 0
    for e in range(1, above.size):
        up = elements[e, PARENT]
        above[e] = up if up == 0 or IS_BLOCK[elements[up, TAG]] else above[up]
        up = above[e]
        is_same = up > 0 and elements[up, FIRST] == elements[e, FIRST] and elements[up, LAST] == elements[e, LAST]
        larger[e] = larger[up] if is_same else up


@kernel
def _put_groups(
    keys: np.ndarray, measures: np.ndarray, sums: np.ndarray, out: np.ndarray, column: int, numbers: np.ndarray
) -> None:
    """The features of the blocks that share a key."""
    n = keys.size
    count = _number_keys(keys, numbers)
    totals = np.zeros((count, 7))
    for b in range(n):
        g = numbers[b]
        if totals[g, 0] == 0:
            totals[g, 4] = b
        totals[g, 0] += 1
        totals[g, 1] += measures[b, LENGTH]
        totals[g, 2] += measures[b, LINKED]
        totals[g, 3] += measures[b, GOOD]
        totals[g, 5] = b
        totals[g, 6] += measures[b, TRUNCATED]
    for b in range(n):
        g = numbers[b]
        out[b, column] = totals[g, 0]
        out[b, column + 1] = _share(totals[g, 1], sums[n, 0])
        out[b, column + 2] = totals[g, 1] / totals[g, 0]
        out[b, column + 3] = _share(totals[g, 2], totals[g, 1])
        out[b, column + 4] = _share(totals[g, 3], totals[g, 1])
        out[b, column + 5] = (totals[g, 5] - totals[g, 4] + 1) / n
        out[b, column + 6] = _share(totals[g, 3], sums[n, 3])
        out[b, column + 7] = totals[g, 6] / totals[g, 0]


@kernel
def _put_holder(
    e: int, owner: np.ndarray, elements: np.ndarray, above: np.ndarray, sums: np.ndarray, out: np.ndarray, column: int
) -> None:
    """Where the blocks stand to the element `e`; `above`: the block-level element above each one."""
    n = owner.size
    first, last = elements[e, FIRST], elements[e, LAST]
    share = _share(sums[last, 0] - sums[first, 0], sums[n, 0])
    steps = np.zeros(above.size, np.int32)  # up to an element that holds all of `e`
    for a in range(1, above.size):
        if not (elements[a, FIRST] <= first and elements[a, LAST] >= last):
            steps[a] = steps[above[a]] + 1
    for b in range(n):
        inside = first <= b < last
        out[b, column] = inside
        out[b, column + 1] = 0 if inside else steps[owner[b]]
        out[b, column + 2] = max(sums[b, 0] - sums[first, 0], 0.0) if inside else max(first - b, 0)
        out[b, column + 3] = max(sums[last, 0] - sums[b + 1, 0], 0.0) if inside else max(b + 1 - last, 0)
        out[b, column + 4] = share


@kernel
def _fill(
    text: np.ndarray, marks: np.ndarray, rows: np.ndarray, elements: np.ndarray, words: np.ndarray, title: int,
    slots: np.ndarray, values: np.ndarray, out: np.ndarray,
) -> None:  # fmt: skip
    n, m = rows.shape[0], elements.shape[0]
    measures, hashes = np.empty((n, MEASURES)), np.empty(n, np.uint64)
    known, path, sums = np.empty((m, COLUMNS)), np.empty((m, 2), np.uint64), np.empty((n + 1, 5))
    measure(borrowed(text), borrowed(marks), borrowed(rows), borrowed(measures), borrowed(hashes), GOOD_LENGTH)
    inherit(
        borrowed(elements), borrowed(words), borrowed(slots), borrowed(values), borrowed(known), borrowed(path)
    )  # fmt: skip
    steps, inside_kinds = np.empty((m, _KIND_COUNT), np.float32), np.empty((m, _KIND_COUNT), np.float32)
    find_kinds(borrowed(elements), borrowed(words), steps, inside_kinds)
    add_up(measures, sums)
    length, good = sums[n, 0], sums[n, 3]

    paths, tags = np.empty(n, np.uint64), np.empty(n, np.uint64)
    owner = np.empty(n, np.int64)
    for b in range(n):
        owner[b] = rows[b, ELEMENT]
        paths[b], tags[b] = path[owner[b], 0], path[owner[b], 1]
    title_table = np.zeros(_TITLE_SLOTS, np.bool_)
    _title_words(text, title, title_table)

    # The page.
    articles = paragraphs = lists = cells = headings = 0
    for e in range(m):
        tag = elements[e, TAG]
        articles += tag == _T_ARTICLE
        paragraphs += tag == _T_P
        lists += tag == _T_LI
        cells += tag in (_T_TD, _T_TH)
        headings += _LEVEL[tag] > 0
    largest = 0.0
    first_h1 = -1
    for b in range(n):
        largest = max(largest, measures[b, LENGTH])
        if first_h1 < 0 and _LEVEL[elements[owner[b], TAG]] == 1:
            first_h1 = b

    # Headings after each block, from the end.
    to_heading = np.empty(n)
    following = n + _FAR
    for k in range(n):
        b = n - 1 - k
        to_heading[b] = following - b
        if _LEVEL[elements[owner[b], TAG]] > 0:
            following = b

    # Copies of a text.
    copy_of = np.empty(n, np.int64)
    copies = np.zeros(_number_keys(hashes, copy_of))
    for b in range(n):
        copies[copy_of[b]] += 1
    seen = np.zeros(copies.size, np.bool_)

    # How often each path occurs among block-level elements.
    element_paths = np.ascontiguousarray(path[:, 0])
    path_of = np.empty(m, np.int64)
    repeats = np.zeros(_number_keys(element_paths, path_of))
    for e in range(m):
        repeats[path_of[e]] += IS_BLOCK[elements[e, TAG]]

    c = 0
    since_heading, last_level, heading_at = _FAR, 0, 0
    heading_linked = heading_overlap = 0.0
    for b in range(n):
        e = owner[b]
        tag = elements[e, TAG]
        size = measures[b, LENGTH]
        level = _LEVEL[tag]
        if level > 0:
            since_heading, last_level, heading_at = 0.0, level, b
            heading_linked = _share(measures[b, LINKED], size)
            heading_overlap = _overlap(text, rows[b, START_OF], rows[b, END_OF], title_table)
        row = out[b]
        row[0] = size
        row[1] = _share(measures[b, LINKED], size)
        row[2] = _share(measures[b, PUNCTUATION], size)
        row[3] = measures[b, TERMINAL]
        row[4] = _share(measures[b, TERMINAL], size)
        row[5] = _share(measures[b, DIGITS], size)
        row[6] = _share(measures[b, BOLDED], size)
        row[7] = measures[b, LINKS]
        row[8] = measures[b, ENDS_TERMINAL]
        row[9] = measures[b, TRUNCATED]
        row[10] = measures[b, GOOD] > 0
        row[11] = min(rows[b, IMAGES], 10)
        row[12] = rows[b, KIND] & AFTER_BREAK != 0
        row[13] = rows[b, KIND] & PREFORMATTED != 0
        row[14] = level
        row[15] = _OWN_TAG[tag]
        row[16] = known[e, DEPTH]
        c = 17
        flags = np.int64(known[e, FLAGS])
        for k in range(_FLAG_COUNT):
            row[c + k] = (flags >> k) & 1
        c += _FLAG_COUNT
        row[c] = b / n
        row[c + 1] = _share(sums[b, 0], length)
        row[c + 2] = min(since_heading, _FAR)
        row[c + 3] = last_level
        row[c + 4] = min(to_heading[b], _FAR)
        row[c + 5] = first_h1 >= 0
        row[c + 6] = max(min(b - first_h1, _FAR), -_FAR) if first_h1 >= 0 else 0.0
        row[c + 7] = sums[b, 0] - sums[heading_at, 0]
        row[c + 8] = _share(sums[b, 3], good)
        row[c + 9] = _share(good - sums[b + 1, 3], good)
        row[c + 10] = heading_linked
        row[c + 11] = heading_overlap
        c += 12
        since_heading += 1
        row[c] = min(copies[copy_of[b]], 20)
        row[c + 1] = seen[copy_of[b]]
        seen[copy_of[b]] = True
        row[c + 2] = (
            _overlap(text, rows[b, START_OF], rows[b, END_OF], title_table)
            if rows[b, END_OF] - rows[b, START_OF] <= _SHORT_BYTES
            else 0.0
        )
        c += 3

    above, larger = np.empty(m, np.int64), np.empty(m, np.int64)
    _find_above(elements, above, larger)
    numbers = np.empty(n, np.int64)
    _put_groups(paths, measures, sums, out, c, numbers)
    c += 8
    _put_groups(tags, measures, sums, out, c, numbers)
    c += 8

    for k in range(4):
        e = readable(owner, elements, measures, sums) if k == 3 else holder(elements, known, sums, _HOLDERS[k])
        _put_holder(e, owner, elements, above, sums, out, c)
        c += 5

    base = c
    for b in range(n):
        row = out[b]
        c = base
        a = owner[b]
        for _ in range(_ANCESTORS):
            first, last = elements[a, FIRST], elements[a, LAST]
            inside = sums[last, 0] - sums[first, 0]
            row[c] = _share(inside, length)
            row[c + 1] = _share(sums[last, 1] - sums[first, 1], inside)
            row[c + 2] = _share(sums[last, 3] - sums[first, 3], good)
            row[c + 3] = last - first
            row[c + 4] = repeats[path_of[a]]
            row[c + 5] = _share(sums[last, 3] - sums[first, 3], inside)
            row[c + 6] = _share(b - first, last - first)
            c += 7
            a = larger[a]
        for shift in (-2, -1, 1, 2):
            k = b + shift
            if 0 <= k < n:
                row[c] = measures[k, LENGTH]
                row[c + 1] = _share(measures[k, LINKED], measures[k, LENGTH])
                row[c + 2] = _share(measures[k, PUNCTUATION], measures[k, LENGTH])
                row[c + 3] = measures[k, GOOD] > 0
                row[c + 4] = paths[k] == paths[b]
            else:
                row[c], row[c + 1], row[c + 2], row[c + 3], row[c + 4] = -1.0, -1.0, -1.0, -1.0, -1.0
            c += 5
        for reach in _WINDOWS:
            first, last = max(b - reach, 0), min(b + reach + 1, n)
            inside = sums[last, 0] - sums[first, 0]
            row[c] = _share(inside, length)
            row[c + 1] = _share(sums[last, 1] - sums[first, 1], inside)
            row[c + 2] = _share(sums[last, 3] - sums[first, 3], inside)
            row[c + 3] = sums[last, 4] - sums[first, 4]
            c += 4
        e = owner[b]
        row[c] = known[e, OWN]
        row[c + 1] = known[e, TOTAL]
        row[c + 2] = known[e, LOWEST]
        row[c + 3] = known[e, HIGHEST]
        row[c + 4] = known[e, NEAREST]
        c += 5
        row[c : c + _KIND_COUNT] = steps[e]
        row[c + _KIND_COUNT : c + 2 * _KIND_COUNT] = inside_kinds[e]
        c += 2 * _KIND_COUNT
        comments = np.int64(known[e, COMMENTS])
        row[c] = comments > 0
        if comments > 0:
            first, last = elements[comments, FIRST], elements[comments, LAST]
            row[c + 1] = _share(good - (sums[last, 3] - sums[first, 3]), good)
            row[c + 2] = sums[first, 3]
        else:
            row[c + 1] = row[c + 2] = -1.0
        c += 3
        row[c] = length
        row[c + 1] = n
        row[c + 2] = _share(sums[n, 1], length)
        row[c + 3] = _share(good, length)
        row[c + 4] = sums[n, 4]
        row[c + 5] = _share(good, sums[n, 4])
        row[c + 6] = _share(largest, length)
        row[c + 7] = min(articles, 20)
        row[c + 8] = paragraphs
        row[c + 9] = headings
        row[c + 10] = lists
        row[c + 11] = cells


def features(page: Blocks, slots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """float32 [n, len(NAMES)] of a page's blocks; `slots` and `values` are the table of class words (`lexicon`)."""
    out = np.empty((len(page.rows), _FEATURES), np.float32)
    if len(page.rows):
        _fill(page.text, page.marks, page.rows, page.elements, page.words, page.title, slots, values, out)
    return out


def warm_up() -> None:
    """Compile for the one type in use."""
    page = parse(np.frombuffer(b"<title>t</title><p>One <a href=x>two</a>", np.uint8))
    features(page, np.zeros(16, np.uint32), np.zeros(16, np.float32))
