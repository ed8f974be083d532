"""C4's line rules in one pass: takes lines out, and counts what the page rules ask of the lines that stay.

The rules come in the order of the reference code, so a page is dropped for what stands in lines that got that far.
Two quirks are not copied: white space left at the end of a line by a stripped citation mark does not hide the full
stop before it, and sentences are counted by end marks instead of a trained model.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.kernels.arrow import Bytes, Offsets, packed, string_array, string_buffers
from pipeline.kernels.compile import kernel
from pipeline.kernels.lines import count_characters, ends_with_any, next_line
from pipeline.kernels.unicode import byte_at, class_of, next_character
from pipeline.kernels.unicode_rules import ALPHA, EXTENDS, FORMAT, SPACE, SYMBOL

Int32Array = npt.NDArray[np.int32]

POLICY_PHRASES = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "use of cookies",
    "use cookies",
)
_PHRASES = ("lorem ipsum", "javascript", "{", *POLICY_PHRASES)
_LOREM, _JAVASCRIPT, _CURLY = 0, 1, 2
_PHRASE_DATA, _PHRASE_OFFSETS = packed(_PHRASES)
_CITATIONS, _CITATION_OFFSETS = packed(("edit]", "citation needed]"))
_ASCII_LOWER = np.array([ord(chr(c).lower()) if c < 128 else c for c in range(256)], np.uint8)
_BEGINS_PHRASE = np.zeros(256, np.bool_)
_BEGINS_PHRASE[[ord(c) for phrase in _PHRASES for c in (phrase[0].lower(), phrase[0].upper())]] = True

# Marks that end sentences, and what may close behind them. A mark outside ASCII needs no space behind it.
_SENTENCE_MARKS = ".!?…。！？．｡؟۔।॥։።។៕။།"
_CLOSERS = "\"'”’»›)]}」』）】》"
_IS_MARK = np.zeros(0x10000, np.bool_)
_IS_MARK[[ord(c) for c in _SENTENCE_MARKS]] = True
_IS_CLOSER = np.zeros(0x10000, np.bool_)
_IS_CLOSER[[ord(c) for c in _CLOSERS]] = True

_DOT, _OPEN, _CLOSE, _LF = 0x2E, 0x5B, 0x5D, 0x0A

# Page verdicts of the kernel.
LOREM_IPSUM, CURLY_BRACKET = 1, 2


@dataclass(frozen=True)
class CleanedPages:
    """A batch after C4's line rules; all arrays have one entry a page."""

    text: pa.Array
    """string: the lines that stay, joined by line feeds; of a page with a verdict, those before the line at fault."""
    verdict: npt.NDArray[np.int8]
    """0, LOREM_IPSUM or CURLY_BRACKET."""
    removed_lines: Int32Array
    kept_lines: Int32Array
    long_lines: Int32Array
    """Kept lines of at least `long_line_chars`."""
    sentences: Int32Array


@dataclass(frozen=True)
class LineRules:
    """What `clean_pages` does; the fields are those of C4's parameters, -1 for a limit that is off."""

    max_word_chars: int
    citations: bool
    terminal_punctuation: bool
    end_marks: tuple[str, ...]
    min_words_per_line: int
    lorem_ipsum: bool
    javascript: bool
    curly_bracket: bool
    policy: bool
    long_line_chars: int


def clean_pages(text: pa.Array, rules: LineRules) -> CleanedPages:
    """Apply the line rules to every page."""
    data, offsets = string_buffers(text)
    marks, mark_offsets = packed(rules.end_marks)
    on = (rules.lorem_ipsum, rules.javascript, rules.curly_bracket) + (rules.policy,) * len(POLICY_PHRASES)
    wanted = sum(1 << phrase for phrase, is_on in enumerate(on) if is_on)
    out, out_offsets, verdict, counts = _clean_pages(
        data, offsets, rules.max_word_chars, rules.citations, rules.terminal_punctuation, marks, mark_offsets,
        rules.min_words_per_line, wanted, rules.long_line_chars,
    )  # fmt: skip
    return CleanedPages(string_array(out, out_offsets), verdict, counts[0], counts[1], counts[2], counts[3])


def warm_up() -> None:
    rules = LineRules(1000, True, True, (".",), 5, True, True, True, True, 200)
    clean_pages(pa.array(["A line."]), rules)


@kernel
def _matches(data: Bytes, at: int, end: int, phrases: Bytes, start: int, stop: int) -> bool:
    """Whether data[at:end] begins with phrases[start:stop], ASCII letters in any case."""
    if at + stop - start > end:
        return False
    size = 0
    while size < stop - start and _ASCII_LOWER[byte_at(data, at + size)] == phrases[start + size]:
        size += 1
    return size == stop - start


@kernel
def _phrases_in(data: Bytes, start: int, stop: int) -> int:
    """A bit for each of `_PHRASES` that stands in data[start:stop]."""
    found = 0
    for at in range(start, stop):
        if _BEGINS_PHRASE[byte_at(data, at)]:
            for p in range(len(_PHRASE_OFFSETS) - 1):
                if _matches(data, at, stop, _PHRASE_DATA, _PHRASE_OFFSETS[p], _PHRASE_OFFSETS[p + 1]):
                    found |= 1 << p
    return found


@kernel
def _count_words(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    """(words separated by white space, characters of the longest)."""
    words = longest = length = 0
    at = start
    while at < stop:
        code, size = next_character(data, at, stop)
        if class_of(code) & SPACE:
            length = 0
        else:
            words += length == 0
            length += 1
            longest = max(longest, length)
        at += size
    return words, longest


@kernel
def _citation_size(data: Bytes, at: int, stop: int) -> int:
    """Bytes of the citation mark that begins at the bracket data[at]: [], [12], [edit], [citation needed]; else 0."""
    end = at + 1
    while end < stop and 0x30 <= data[end] <= 0x39:
        end += 1
    if end < stop and data[end] == _CLOSE:
        return end + 1 - at
    for i in range(len(_CITATION_OFFSETS) - 1):
        size = _CITATION_OFFSETS[i + 1] - _CITATION_OFFSETS[i]
        if at + 1 + size <= stop:
            same = True
            for k in range(size):
                if data[at + 1 + k] != _CITATIONS[_CITATION_OFFSETS[i] + k]:
                    same = False
            if same:
                return 1 + size
    return 0


@kernel
def _copy_line(data: Bytes, start: int, stop: int, citations: bool, out: Bytes, at_out: int) -> int:
    """Copy a line, without its citation marks where asked; returns where it ends in `out`."""
    at = start
    while at < stop:
        if citations and byte_at(data, at) == _OPEN:
            size = _citation_size(data, at, stop)
            if size:
                at += size
                continue
        out[at_out] = data[at]
        at_out += 1
        at += 1
    return at_out


@kernel
def _ends_with_dots(data: Bytes, start: int, stop: int) -> bool:
    return stop - start >= 3 and data[stop - 1] == _DOT and data[stop - 2] == _DOT and data[stop - 3] == _DOT


@kernel
def count_sentences(data: Bytes, start: int, stop: int) -> int:
    """Sentences of one line: stretches with a letter or digit up to an end mark, or up to the end of the line.

    An end mark counts when white space or the end follows, quotes and brackets closed before; not the full stop behind
    a single letter ("J. Smith", "e.g. this") within a line.
    """
    sentences = 0
    at = start
    while at < stop:
        at, has_word = _next_sentence(data, at, stop)
        sentences += has_word
    return sentences


@kernel
def sentence_end(data: Bytes, start: int, stop: int) -> int:
    """Behind the first sentence of the line data[start:stop], with its marks; what has no letter goes with the next."""
    return _next_sentence(data, start, stop)[0]


@kernel
def _next_sentence(data: Bytes, start: int, stop: int) -> tuple[int, bool]:
    """(behind the first sentence, whether it has a letter or digit: only what ends a line may have none)."""
    has_word = False
    letters = 0  # since the last character that is no letter
    at = start
    while at < stop:
        code, size = next_character(data, at, stop)
        at += size
        if code >= 0x10000 or not _IS_MARK[code]:
            is_a = class_of(code)
            if is_a & (SPACE | SYMBOL | FORMAT | EXTENDS) == 0:
                has_word = True
            if is_a & (FORMAT | EXTENDS) == 0:
                letters = letters + 1 if is_a & ALPHA else 0
            continue
        initial = code == _DOT and letters == 1
        letters = 0
        ends = code >= 0x80
        while at < stop:
            code, size = next_character(data, at, stop)
            if code >= 0x10000 or not (_IS_MARK[code] or _IS_CLOSER[code]):
                break
            ends |= code >= 0x80 and _IS_MARK[code]
            initial = False
            at += size
        if at < stop and not ends:
            ends = class_of(code) & SPACE != 0 and not initial
        if has_word and ends:
            break
    return at, has_word


@kernel
def _clean_pages(
    data: Bytes,
    offsets: Offsets,
    max_word_chars: int,
    citations: bool,
    terminal_punctuation: bool,
    marks: Bytes,
    mark_offsets: Offsets,
    min_words: int,
    wanted: int,
    long_line_chars: int,
) -> tuple[Bytes, Offsets, npt.NDArray[np.int8], Int32Array]:
    n = len(offsets) - 1
    out = np.empty(offsets[n] - offsets[0], np.uint8)
    out_offsets = np.zeros(n + 1, np.int32)
    verdict = np.zeros(n, np.int8)
    counts = np.zeros((4, n), np.int32)  # removed, kept and long lines, sentences
    for row in range(n):
        end = offsets[row + 1]
        page = filled = out_offsets[row]
        at = offsets[row]
        while at <= end:
            start, stop, at = next_line(data, at, end)
            if start == stop:
                continue
            line = filled + (filled > page)  # room for the line feed before it
            copied = _copy_line(data, start, stop, citations, out, line)
            start, stop, _ = next_line(out, line, copied)  # a stripped citation mark can leave white space behind
            if start > line:
                for i in range(stop - start):
                    out[line + i] = out[start + i]
                stop -= start - line
            words, longest = _count_words(out, line, stop)
            keep = words > 0 and words >= min_words and (max_word_chars < 0 or longest <= max_word_chars)
            if keep and terminal_punctuation:
                keep = ends_with_any(out, line, stop, marks, mark_offsets) and not _ends_with_dots(out, line, stop)
            if keep:
                found = _phrases_in(out, line, stop) & wanted
                if found & (1 << _LOREM):
                    verdict[row] = LOREM_IPSUM
                    break
                if found & (1 << _JAVASCRIPT):
                    keep = False
                elif found & (1 << _CURLY):
                    verdict[row] = CURLY_BRACKET
                    break
                elif found:
                    keep = False
            if not keep:
                counts[0, row] += 1
                continue
            counts[1, row] += 1
            counts[2, row] += count_characters(out, line, stop) >= long_line_chars
            counts[3, row] += count_sentences(out, line, stop)
            if line > filled:
                out[filled] = _LF
            filled = stop
        out_offsets[row + 1] = filled
    return out[: out_offsets[n]], out_offsets, verdict, counts
