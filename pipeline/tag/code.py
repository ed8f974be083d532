"""Programming language of a document: "#!" line, file structure, a classifier of its content, and keyword profiles.

1. Texts that are wholly sentences with few code symbols, and chat, are in no language: nine in ten documents stop here.
2. A shebang names the language; JSON, XML, HTML, CSS, YAML, INI, TOML, PHP and diffs are told by their structure.
3. The classifier (`code_model`): hashed tokens and byte grams of the first 4 kB, 130 languages and prose, integers
   throughout, so that every processor agrees. Low scores, and small leads over prose in what reads as prose, are null.
4. Where it is not sure, keyword profiles of 48 languages (`profiles`), general knowledge, are asked.

A path adds to the scores of the languages that its extension tells; a web address is a hint to the profiles. Accuracy
and speed: `benchmarks/code_languages.py` on the half of linguist's samples that nothing was trained on or chosen by.
"""

import re
from collections import Counter
from collections.abc import Iterable
from math import log2
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.symbols import (
    LINE_BYTES,
    LINES,
    NICK_LINES,
    SENTENCE_BYTES,
    line_counts,
    string_buffers,
    symbol_counts,
)
from pipeline.tag.code_model import STEPS, CodeModel, score, shipped
from pipeline.tag.file_names import EXTENSIONS, FILE_NAMES, INTERPRETERS, PAGE_EXTENSIONS
from pipeline.tag.profiles import PROFILES
from pipeline.tag.structure import structured_language

HEAD_BYTES = 4096  # all that is looked at, by the gate in bytes and by the profiles in characters
GATE_PERCENT = 3  # code symbols among the bytes that are not white space
MAX_SENTENCE_PERCENT = 50  # bytes in lines that read like sentences
MAX_NICK_PERCENT = 40  # lines that are chat, whatever is pasted in them

# The classifier's best score needs to be so high (higher where few bytes are code symbols: tables, lists) and so far
# above that of prose where the text reads as prose (long comments, or an article that quotes code); below SURE the
# profiles are asked. A path adds NAME_SCORE to the languages that its name tells.
MIN_SCORE, MIN_PLAIN_SCORE, PROSE_LEAD, SURE, NAME_SCORE = STEPS // 8, STEPS // 5, STEPS // 5, STEPS // 3, STEPS // 2

# Points for a mark, before rarity; a long mark is less likely to be an accident.
HEAD_POINTS, WORD_POINTS, LITERAL_POINTS, NEVER_POINTS = 6, 3, 6, 20
MAX_LENGTH_POINTS = 12
TIMES_HALVES = (0, 2, 3, 3, 4)  # a mark found 1, 2, 3, 4 or more times counts 1, 1.5, 1.5, 2 times
MANY = len(TIMES_HALVES) - 1
CANDIDATES = 5  # languages whose literals are searched: the best by heads and words
HINT_POINTS = 20  # for the extension of a web address: less than MIN_POINTS, so it never decides alone

# What the best language needs: MIN_POINTS and so much for each line up to FULL_POINTS, and a lead over the second.
MIN_POINTS, LINE_POINTS, FULL_POINTS = 30, 2, 60
MIN_LEAD_PERCENT = 10
# Close relatives share most marks, so a small lead over one another is enough.
FAMILIES = (("c", "c++", "objective-c"), ("javascript", "typescript"), ("ocaml", "f#"))

# Beginnings that say what a file is whatever its symbols: long licences and data keep some files below the gate.
_DECLARED = "^\ufeff?" + r"\s*(?:#!\s*/|<\?xml |<\?php|<!DOCTYPE |<!doctype |diff --git |\\documentclass)"

Scores = npt.NDArray[np.int32]

_LANGUAGES = tuple(PROFILES)
_INDEX = {language: i for i, language in enumerate(_LANGUAGES)}
_FIRST = re.compile(r"^[ \t]*(\(?[^\s(]+\(?)", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SHEBANG = re.compile(r"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)*)?([A-Za-z]+)")
_SHELL_EXEC = re.compile(r"^exec (\w+)", re.MULTILINE)  # "#!/bin/sh", then "exec scala "$0" "$@"": not a shell script
_COMMENT_MARKS = "#%;"


def _weighted(marks: Iterable[Iterable[str]], points: int) -> dict[str, list[tuple[int, int]]]:
    """mark -> [(language index, points)]; what every profile lists is worth nothing (inverse document frequency)."""
    users: dict[str, list[int]] = {}
    for language, listed in enumerate(marks):
        for mark in dict.fromkeys(listed):
            users.setdefault(mark, []).append(language)
    full = log2(len(_LANGUAGES))
    return {
        mark: [(i, round((points + min(len(mark), MAX_LENGTH_POINTS)) * (1 - log2(len(who)) / full))) for i in who]
        for mark, who in users.items()
    }


_HEADS = _weighted((profile.heads.split() for profile in PROFILES.values()), HEAD_POINTS)
_WORDS = _weighted((profile.words.split() for profile in PROFILES.values()), WORD_POINTS)
_LITERALS: list[list[tuple[str, int]]] = [[] for _ in _LANGUAGES]
for _literal, _users in _weighted((profile.literals for profile in PROFILES.values()), LITERAL_POINTS).items():
    for _user, _worth in _users:
        _LITERALS[_user].append((_literal, _worth))


def _listed_head(chunk: str) -> str | None:
    """The form of a line's first chunk that profiles list: "print(" or "print", "#" for "#note"; else None."""
    if chunk in _HEADS:
        return chunk
    word = _WORD.match(chunk)
    short = word.group() if word else chunk[:1] if chunk[0] in _COMMENT_MARKS else chunk[:2]
    return next((form for form in (chunk[:-1], short) if form in _HEADS), None)


def profile_points(head: str, hints: tuple[str, ...] = ()) -> dict[str, int]:
    """Points of the few best languages for the first characters of a text, best first; ties go by table order."""
    points = [0] * len(_LANGUAGES)
    for chunk, count in Counter(_FIRST.findall(head)).items():
        mark = _listed_head(chunk)
        if mark is not None:
            for language, worth in _HEADS[mark]:
                points[language] += worth * TIMES_HALVES[count if count < MANY else MANY] // 2
    for word, count in Counter(_WORD.findall(head)).items():
        if word in _WORDS:
            for language, worth in _WORDS[word]:
                points[language] += worth * TIMES_HALVES[count if count < MANY else MANY] // 2
    for hint in hints:
        if hint in _INDEX:
            points[_INDEX[hint]] += HINT_POINTS

    lead = "\n" + head
    best: list[int] = []
    for language in sorted(range(len(points)), key=lambda i: (-points[i], i)):
        if points[language] == 0 or len(best) == CANDIDATES:
            break
        if any(mark in lead for mark in PROFILES[_LANGUAGES[language]].needs):
            best.append(language)
    for language in best:
        for literal, worth in _LITERALS[language]:
            if literal in lead:
                points[language] += worth * TIMES_HALVES[min(lead.count(literal), MANY)] // 2
        points[language] -= NEVER_POINTS * sum(mark in lead for mark in PROFILES[_LANGUAGES[language]].never)
    return {_LANGUAGES[i]: points[i] for i in sorted(best, key=lambda i: (-points[i], i))}


def _shebang(head: str) -> str | None:
    match = _SHEBANG.match(head)
    if not match:
        return None
    language = INTERPRETERS.get(match.group(1).lower())
    handed_on = _SHELL_EXEC.search(head, 0, 200) if language == "shell" else None
    return INTERPRETERS.get(handed_on.group(1), language) if handed_on else language


def told_by_form(text: str) -> str | None:
    """The language that a "#!" line or the structure of the whole file tells, None where neither does."""
    head = _head(text)
    return _shebang(head) or structured_language(head, whole=len(text) <= HEAD_BYTES)


def by_profile(text: str, hints: tuple[str, ...] = ()) -> str | None:
    """The language whose marks a text has most of, None where they are few or the lead is small."""
    head = _head(text)
    points = profile_points(head, hints)
    if not points:
        return None
    best = next(iter(points))
    family = next((family for family in FAMILIES if best in family), (best,))
    second = max((worth for language, worth in points.items() if language not in family), default=0)
    lines = sum(not line.isspace() for line in head.split("\n"))
    needed = min(FULL_POINTS, MIN_POINTS + LINE_POINTS * lines)
    led = (points[best] - second) * 100 >= MIN_LEAD_PERCENT * points[best]
    return best if points[best] >= needed and led else None


def _head(text: str) -> str:
    return text[:HEAD_BYTES].removeprefix("\ufeff").replace("\r\n", "\n")


def name_languages(name: str) -> tuple[str, ...]:
    """Languages that a file name, path or web address suggests by its last part; () where it suggests none.

    For web addresses the extensions of pages themselves (.html, .php, .xml ...) say nothing and give ().
    """
    web = "://" in name and not name.startswith("file://")
    path = re.split(r"[?#]", name.split("://", 1)[1], maxsplit=1)[0] if web else name
    if web and "/" not in path:
        return ()
    base = unquote(path).replace("\\", "/").rsplit("/", 1)[-1].lower()
    if base in FILE_NAMES:
        return (FILE_NAMES[base],)
    stem, dot, extension = base.rpartition(".")
    if not dot or not stem or (web and extension in PAGE_EXTENSIONS):
        return ()
    return EXTENSIONS.get(extension, ())


def _by_path(head: str, languages: tuple[str, ...], scores: Scores, model: CodeModel) -> str | None:
    """The language of a file with a telling path: of those that its name tells, or one of which the text is sure."""
    if "<" not in head:  # text that was taken out of a page or a document, saved under its name
        languages = tuple(language for language in languages if language not in ("html", "xml"))
    if not languages or not any(map(str.isalnum, head)):
        return None
    if (told := told_by_form(head)) in languages:
        return told
    named = [language for language in languages if language in model.labels]
    if not named:
        return languages[0]
    raised = scores.copy()
    raised[[model.labels.index(language) for language in named]] += NAME_SCORE
    if model.prose is not None:
        raised[model.prose] = scores.min()
    return model.labels[int(raised.argmax())]


def gate(texts: pa.Array) -> npt.NDArray[np.bool_]:
    """Which texts may be code: enough code symbols in the first HEAD_BYTES, or a beginning that says so. bool [n]."""
    data, offsets = string_buffers(texts)
    symbols, visible = symbol_counts(data, offsets, HEAD_BYTES)
    declared = pc.match_substring_regex(pc.utf8_slice_codeunits(texts, 0, 64).fill_null(""), _DECLARED)
    return (symbols * 100 >= GATE_PERCENT * visible) & (visible > 0) | declared.to_numpy(zero_copy_only=False)


def tag_code(texts: pa.Array, names: pa.Array | None = None, model: CodeModel | None = None) -> pa.Array:
    """string [n] of programming languages (lower-case names as linguist has them, and html, css, ...), null for prose.

    `names` [n] are web addresses or file paths, or null. A path (no "https://") with a telling extension decides
    where the text does not read as prose; a web address is a hint, for what it serves is mostly a page about code.
    `model` is by default the one that is shipped.
    """
    model = model or shipped()
    listed = [""] * len(texts) if names is None else [name or "" for name in names.to_pylist()]
    hints = [name_languages(name) if name else () for name in listed]
    is_path = np.array([bool(hint) and "://" not in name for hint, name in zip(hints, listed)], dtype=np.bool_)
    lines = line_counts(*string_buffers(texts), HEAD_BYTES)
    chat = lines[:, NICK_LINES] * 100 >= MAX_NICK_PERCENT * np.maximum(lines[:, LINES], 1)
    prose = lines[:, SENTENCE_BYTES] * 100 >= MAX_SENTENCE_PERCENT * np.maximum(lines[:, LINE_BYTES], 1)
    dense = gate(texts)
    rows = np.flatnonzero((dense | is_path | ~prose) & ~chat & (lines[:, LINES] > 0))
    found: list[str | None] = [None] * len(texts)
    subset = texts.take(pa.array(rows)).fill_null("")
    heads = pc.utf8_slice_codeunits(subset, 0, HEAD_BYTES + 1).to_pylist()
    for row, head, scores in zip(rows.tolist(), heads, score(subset, model)):
        if is_path[row] and not prose[row]:
            found[row] = _by_path(head, hints[row], scores, model)
        else:
            needed = MIN_SCORE if dense[row] else MIN_PLAIN_SCORE
            found[row] = _by_content(head, hints[row], bool(prose[row]), scores, needed, model)
    return pa.array(found, pa.string())


def _by_content(
    head: str, hints: tuple[str, ...], reads_as_prose: bool, scores: Scores, needed: int, model: CodeModel
) -> str | None:
    if (told := told_by_form(head)) is not None:
        return told
    best = int(scores.argmax())
    if best == model.prose:
        return None
    if reads_as_prose and model.prose is not None and scores[best] - scores[model.prose] < PROSE_LEAD:
        return None
    if scores[best] < SURE and (profiled := by_profile(head, hints)) is not None:
        return profiled
    return model.labels[best] if scores[best] >= needed else None
