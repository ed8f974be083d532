"""Byte counts that the tags read: code symbols, letter case, and what each line looks like.

All kernels take an Arrow string array as (data uint8, offsets int32 of n + 1) and look at the first bytes of a
document only, so their cost is bounded. The cut may fall inside a UTF-8 character; no count depends on its tail.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels import arrow
from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.compile import kernel

Counts = npt.NDArray[np.int32]

# Characters that source code is full of and prose hardly uses; full stop, comma, hyphen and apostrophe are prose's.
CODE_SYMBOLS = b'{}[]<>=;\\|&^$#@~_`()":'

# Columns of `line_counts`. A line is a stretch between line feeds with at least one byte that is not white space.
LINES = 0
SHORT_LINES = 1  # at most SHORT_LINE_BYTES and not closed like a sentence
BULLET_LINES = 2  # "- x", "* x", "• x", "1. x", "(a) x"
CELL_LINES = 3  # has a column separator exactly as often as the line before it, or the line after it
TURN_LINES = 4  # "Name: words"
REPEATED_TURN_LINES = 5  # the same, by a name that had a turn before
NICK_LINES = 6  # "[12:18] <nick> words", "<nick> words", "12:18 Name: words", and the server's "=== nick has joined"
QUOTE_LINES = 7  # begins with a quotation mark or a dialogue dash
SENTENCE_BYTES = 8  # bytes in lines of at least SENTENCE_WORDS words, poor in code symbols, that are no comment
LINE_BYTES = 9  # bytes in all lines, white space at both ends left out
LINE_COLUMNS = 10

SHORT_LINE_BYTES = 60
SENTENCE_WORDS = 8
SENTENCE_WIDE_BYTES = 45  # or this many non-ASCII bytes: 15 Chinese characters, in scripts without spaces
SENTENCE_SYMBOL_PERCENT = 6
MIN_TABS, MIN_PIPES, MIN_GAPS, MIN_COMMAS = 1, 2, 1, 2  # commas count where no space follows, gaps from GAP_SPACES on
GAP_SPACES = 3
MAX_NAME_BYTES = 32
MAX_NAME_WORDS = 3
MAX_NAMES = 64

_TAB, _LF, _SPACE = 9, 10, 32


def _byte_set(characters: bytes) -> npt.NDArray[np.bool_]:
    members = np.zeros(256, dtype=np.bool_)
    members[list(characters)] = True
    return members


_IS_SYMBOL = _byte_set(CODE_SYMBOLS)
_IS_SPACE = _byte_set(b" \t\n\r\v\f")
_IS_DIGIT = _byte_set(b"0123456789")
_IS_CLOSER = _byte_set(b".!?;:,")
_IS_CLOCK_MARK = _byte_set(b" \t(),-./T[]")


def string_buffers(texts: pa.Array | pa.ChunkedArray) -> tuple[Bytes, Offsets]:
    """`arrow.string_buffers`, where a null reads as the empty string: a tag is wanted for every row."""
    return arrow.string_buffers(texts.fill_null("") if texts.null_count else texts)


@kernel
def symbol_counts(data: Bytes, offsets: Offsets, max_bytes: int) -> tuple[Counts, Counts]:
    """(code symbols, bytes that are not white space) in the first `max_bytes` of each document; int32 [n] each."""
    n = len(offsets) - 1
    symbols = np.zeros(n, np.int32)
    visible = np.zeros(n, np.int32)
    for row in range(n):
        stop = min(offsets[row + 1], offsets[row] + max_bytes)
        for i in range(offsets[row], stop):
            symbols[row] += _IS_SYMBOL[data[i]]
            visible[row] += not _IS_SPACE[data[i]]
    return symbols, visible


@kernel
def case_counts(data: Bytes, offsets: Offsets) -> tuple[Counts, Counts]:
    """(capital letters, small letters) of each text: ASCII, Latin-1, basic Greek and basic Cyrillic; int32 [n] each."""
    n = len(offsets) - 1
    capitals = np.zeros(n, np.int32)
    small = np.zeros(n, np.int32)
    for row in range(n):
        previous = 0
        for i in range(offsets[row], offsets[row + 1]):
            byte = data[i]
            if byte < 0x80:
                capitals[row] += 65 <= byte <= 90
                small[row] += 97 <= byte <= 122
            elif previous == 0xC3:  # U+00C0..U+00FF
                capitals[row] += byte <= 0x9E
                small[row] += byte >= 0x9F
            elif previous == 0xCE:  # U+0391..U+03BF
                capitals[row] += 0x91 <= byte <= 0xA9
                small[row] += byte >= 0xB1
            elif previous == 0xCF:  # U+03C0..U+03C9
                small[row] += byte <= 0x89
            elif previous == 0xD0:  # U+0400..U+043F
                capitals[row] += byte <= 0xAF
                small[row] += byte >= 0xB0
            elif previous == 0xD1:  # U+0440..U+045F
                small[row] += byte <= 0x9F
            previous = byte
    return capitals, small


@kernel
def _skip_spaces(data: Bytes, i: int, stop: int) -> int:
    while i < stop and _IS_SPACE[data[i]]:
        i += 1
    return i


@kernel
def _after_clock(data: Bytes, start: int, stop: int) -> int:
    """Where the text begins after "[12:18] ", "12:18:03 " or "12/05/2020, 12:18 - "; `start` without a time of day."""
    i = start
    digits = 0
    clock = False
    while i < stop and i - start < 32:
        byte = data[i]
        if _IS_DIGIT[byte]:
            digits += 1
        elif byte == 58:  # ':' between digits is what makes it a time of day
            if i == start or not _IS_DIGIT[data[i - 1]] or i + 1 >= stop or not _IS_DIGIT[data[i + 1]]:
                break
            clock = True
        elif clock and (byte | 32) in (97, 112) and i + 1 < stop and (data[i + 1] | 32) == 109:  # am, pm
            i += 1
        elif not _IS_CLOCK_MARK[byte]:
            break
        i += 1
    return i if clock and digits >= 3 else start


@kernel
def _name_end(data: Bytes, start: int, stop: int) -> int:
    """Position of the ':' that ends a speaker's name, or -1: 1 to 3 words, no other punctuation, then white space."""
    words = 1
    i = start
    while i < stop and i - start <= MAX_NAME_BYTES:
        byte = data[i]
        if byte == 58:
            named = i > start and not _IS_DIGIT[data[start]]
            return i if named and i + 2 < stop and _IS_SPACE[data[i + 1]] else -1
        if byte == 0xEF and i + 3 < stop and data[i + 1] == 0xBC and data[i + 2] == 0x9A:  # full-width colon
            return i if i > start else -1
        if byte == _SPACE:
            words += 1
            if words > MAX_NAME_WORDS:
                return -1
        elif byte < 0x80 and not (
            (97 <= (byte | 32) <= 122) or _IS_DIGIT[byte] or byte in (39, 45, 46, 95)  # ' - . _
        ):
            return -1
        i += 1
    return -1


@kernel
def _is_bullet(data: Bytes, start: int, stop: int) -> bool:
    byte = data[start]
    if byte in (42, 43, 45) and start + 1 < stop:  # * + -
        return data[start + 1] == _SPACE or data[start + 1] == _TAB
    if byte == 0xE2 and start + 2 < stop:  # • ‣ ◦ ▪ ● ○ ■ –
        second, third = data[start + 1], data[start + 2]
        if second == 0x80:
            return third in (0xA2, 0xA3)
        return (second == 0x97 and third in (0xA6, 0x8B, 0x8F)) or (second == 0x96 and third in (0xAA, 0xA0))
    if byte == 0xC2 and start + 1 < stop:  # middle dot
        return data[start + 1] == 0xB7
    i = start + (byte == 40)
    mark = i
    while i < stop and _IS_DIGIT[data[i]] and i - mark < 3:
        i += 1
    if i == mark and i < stop and 97 <= (data[i] | 32) <= 122:  # a) but not "A. Smith"
        return i + 2 < stop and data[i + 1] == 41 and data[i + 2] == _SPACE
    return i > mark and i + 1 < stop and data[i] in (41, 46) and data[i + 1] == _SPACE


@kernel
def _is_quoted(data: Bytes, start: int, stop: int) -> bool:
    """Begins with " “ „ « 「 or with a dialogue dash (— –)."""
    byte = data[start]
    if byte == 34:
        return True
    if byte == 0xC2:
        return start + 1 < stop and data[start + 1] == 0xAB
    if byte == 0xE2 and start + 2 < stop and data[start + 1] == 0x80:
        return data[start + 2] in (0x9C, 0x9E, 0x93, 0x94)
    return byte == 0xE3 and start + 2 < stop and data[start + 1] == 0x80 and data[start + 2] in (0x8C, 0x8E)


@kernel
def _closes_sentence(data: Bytes, start: int, stop: int) -> bool:
    """The line's last character is . ! ? ; : , or one of 。！？ or a closing quotation mark after one."""
    end = stop
    if end - start >= 2 and data[end - 1] in (34, 39, 41):
        end -= 1
    elif end - start >= 4 and data[end - 3] == 0xE2 and data[end - 2] == 0x80 and data[end - 1] in (0x99, 0x9D):
        end -= 3
    if _IS_CLOSER[data[end - 1]]:
        return True
    if end - start < 3:
        return False
    first, second, third = data[end - 3], data[end - 2], data[end - 1]
    return (first == 0xE3 and second == 0x80 and third == 0x82) or (
        first == 0xEF and second == 0xBC and third in (0x81, 0x9F)
    )


@kernel
def _is_comment(data: Bytes, start: int, stop: int, indented: bool) -> bool:
    """Begins like a comment of some language: // /* # ; % -- or an indented asterisk."""
    byte = data[start]
    following = data[start + 1] if start + 1 < stop else 0
    if byte == 47:
        return following in (42, 47)
    if byte == 45:
        return following == 45
    return byte in (35, 37, 59) or (byte == 42 and indented)


@kernel
def _separators(data: Bytes, start: int, stop: int, found: Counts) -> None:
    """found = [tabs, pipes, gaps, commas without a space after them] inside the line, 0 where below the minimum."""
    found[:] = 0
    spaces = 0
    for i in range(start, stop):
        byte = data[i]
        if byte == _SPACE:
            spaces += 1
            continue
        found[2] += spaces >= GAP_SPACES
        spaces = 0
        found[0] += byte == _TAB
        found[1] += byte == 124
        found[3] += byte == 44 and i + 1 < stop and data[i + 1] != _SPACE
    if found[0] < MIN_TABS:
        found[0] = 0
    if found[1] < MIN_PIPES:
        found[1] = 0
    if found[2] < MIN_GAPS:
        found[2] = 0
    if found[3] < MIN_COMMAS:
        found[3] = 0


@kernel
def _count_turn(data: Bytes, start: int, stop: int, counts: Counts, names: npt.NDArray[np.uint64], known: int) -> int:
    """Adds one line to the turn columns; returns the number of distinct names seen so far (at most MAX_NAMES)."""
    i = _after_clock(data, start, stop)
    clock = i > start
    if i + 2 < stop and data[i] == 60 and data[i + 1] not in (47, 33, 63):  # <nick> but neither a tag's end nor <!, <?
        close = i + 1
        while close < stop and close - i <= MAX_NAME_BYTES and data[close] != 62 and data[close] != _SPACE:
            close += 1
        if close + 2 < stop and data[close] == 62 and data[close + 1] == _SPACE:
            counts[NICK_LINES] += 1
            return known
    if i + 4 < stop and data[i] == 61 and data[i + 1] == 61 and data[i + 2] == 61 and data[i + 3] == _SPACE:
        counts[NICK_LINES] += data[stop - 1] != 61  # "=== heading ===" is no event
        return known
    end = _name_end(data, i, stop)
    if end < 0:
        return known
    if clock:
        counts[NICK_LINES] += 1
        return known
    counts[TURN_LINES] += 1
    digest = np.uint64(0xCBF29CE484222325)  # FNV-1a
    for k in range(i, end):
        digest = (digest ^ np.uint64(data[k])) * np.uint64(0x100000001B3)
    for k in range(known):
        if names[k] == digest:
            counts[REPEATED_TURN_LINES] += 1
            return known
    if known < MAX_NAMES:
        names[known] = digest
        return known + 1
    return known


@kernel
def line_counts(data: Bytes, offsets: Offsets, max_bytes: int) -> Counts:
    """int32 [n, LINE_COLUMNS]: how many lines of each kind stand in the first `max_bytes` of each document."""
    n = len(offsets) - 1
    counts = np.zeros((n, LINE_COLUMNS), np.int32)
    names = np.zeros(MAX_NAMES, np.uint64)
    now = np.zeros(4, np.int32)
    before = np.zeros(4, np.int32)
    for row in range(n):
        end = min(offsets[row + 1], offsets[row] + max_bytes)
        i = offsets[row]
        known = 0
        before[:] = 0
        before_is_cell = False
        while i < end:
            stop = i
            while stop < end and data[stop] != _LF:
                stop += 1
            start = _skip_spaces(data, i, stop)
            indented = start > i
            i = stop + 1
            while stop > start and _IS_SPACE[data[stop - 1]]:
                stop -= 1
            if stop == start:
                continue
            line = counts[row]
            line[LINES] += 1
            line[LINE_BYTES] += stop - start
            line[SHORT_LINES] += stop - start <= SHORT_LINE_BYTES and not _closes_sentence(data, start, stop)
            line[BULLET_LINES] += _is_bullet(data, start, stop)
            line[QUOTE_LINES] += _is_quoted(data, start, stop)
            known = _count_turn(data, start, stop, line, names, known)

            words = 1
            symbols = 0
            wide = 0
            for k in range(start, stop):
                words += data[k] == _SPACE and data[k - 1] != _SPACE
                symbols += _IS_SYMBOL[data[k]]
                wide += data[k] >= 0x80
            long = words >= SENTENCE_WORDS or wide >= SENTENCE_WIDE_BYTES
            plain = symbols * 100 < SENTENCE_SYMBOL_PERCENT * (stop - start)
            if long and plain and not _is_comment(data, start, stop, indented):
                line[SENTENCE_BYTES] += stop - start

            _separators(data, start, stop, now)
            same = False
            for k in range(4):
                same |= now[k] > 0 and now[k] == before[k]
                before[k] = now[k]
            if same:
                line[CELL_LINES] += 1 if before_is_cell else 2
            before_is_cell = same
    return counts
