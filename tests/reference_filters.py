"""The rule filters once more, in plain Python from the published rules: slow, obvious, the oracle of the kernels.

Nothing here is shared with the kernels: characters are told apart by their Unicode names and categories, words are
read one by one, n-grams are tuples in a Counter, lines are split by a regular expression.
"""

import math
import re
import unicodedata
from collections import Counter
from functools import cache

Measures = dict[str, float]

LINE_BREAK = re.compile("\r\n|[\n\v\f\r\x85\u2028\u2029]")
WORD_SEPARATORS = "་༌፡"
CLUSTER_SCRIPTS = (
    "THAI", "LAO", "KHMER", "MYANMAR", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "HENTAIGANA", "BOPOMOFO",
    "CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "VERTICAL", "HANGZHOU", "MASU",
)  # fmt: skip
VOWELS_AFTER = "ะาำๅະາຳຽーｰﾞﾟ"
VOWELS_BEFORE = "เแโใไເແໂໃໄ"
STACKERS = "\u1039\u17d2"


@cache
def kind(c: str) -> str:
    """One of: space, symbol, format, mark, cluster, letter (any other character of words)."""
    category = unicodedata.category(c)
    if c.isspace() or c in WORD_SEPARATORS:
        return "space"
    if category[0] in "PSZ" or category == "Cc":
        return "symbol"
    if category == "Cf":
        return "format"
    if category[0] == "M" or c in VOWELS_AFTER:
        return "mark"
    if category in ("Lo", "Lm", "Nl") and unicodedata.name(c, "").startswith(CLUSTER_SCRIPTS):
        return "cluster"
    return "letter"


def is_letter(text: str, at: int) -> bool:
    return at < len(text) and kind(text[at]) == "letter"


def attached(text: str, at: int) -> int:
    """The end of the marks and invisible characters from `at` on."""
    while at < len(text) and kind(text[at]) in ("mark", "format"):
        at += 1
    return at


def cluster_end(text: str, at: int) -> int:
    joins = text[at] in VOWELS_BEFORE
    at += 1
    while at < len(text):
        if kind(text[at]) == "format":
            at += 1
        elif kind(text[at]) == "mark":
            joins = text[at] in STACKERS
            at += 1
        elif kind(text[at]) == "cluster" and joins:
            joins = text[at] in VOWELS_BEFORE
            at += 1
        else:
            break
    return at


def symbols_end(text: str, at: int) -> int:
    symbol = text[at]
    at = attached(text, at + 1)
    while at < len(text) and text[at] == symbol:
        at = attached(text, at + 1)
    return at


def rule_word_end(text: str, at: int) -> int:
    """The end of the word of letters that begins at `at`, with a letter, an apostrophe or a sign."""
    begin = at
    at = attached(text, at + 1)
    while at < len(text):
        if is_letter(text, at):
            at = attached(text, at + 1)
            continue
        if kind(text[at]) != "symbol":
            return at
        base = at - 1  # of what stands before
        while kind(text[base]) in ("mark", "format"):
            base -= 1
        alone = base == begin or text[base - 1] == "."
        if text[at] == "." and text[base].isalpha() and alone and text[at + 1 : at + 2] != ".":
            follows = attached(text, at + 1)
            if is_letter(text, follows):
                at = follows
                continue
            return follows  # the full stop of an initial ends the word
        if re.match(r"://", text[at:]) and at + 3 < len(text) and kind(text[at + 3]) != "space":
            while at < len(text) and kind(text[at]) != "space":
                at += 1
            return at
        if text[at] not in ".,@_:/&()[]" or not is_letter(text, at + 1):
            return at
        at += 1
    return at


def rule_words(text: str) -> list[tuple[str, str]]:
    """(word, letter | symbol | cluster) of the rule filters' words."""
    words = []
    at = 0
    before = 0  # the end of the word before, if it was of letters and no address or initial ended it
    free = True  # nothing visible stands in front
    while at < len(text):
        what = kind(text[at])
        if what in ("space", "mark", "format"):
            free = free or what == "space"
            at += 1
            continue
        begins = free and text[at] in "-+.@/\\" and is_letter(text, at + 1)
        free = False
        suffix = text[at] in "'’" and before == at > 0 and is_letter(text, at + 1)
        if what == "cluster":
            end = cluster_end(text, at)
        elif what == "letter" or suffix or begins:
            what, end = "letter", rule_word_end(text, at)
        else:
            end = symbols_end(text, at)
        words.append((text[at:end], what))
        last = words[-1][0].rstrip("".join(c for c in words[-1][0] if kind(c) in ("mark", "format")))
        before = end if what == "letter" and not last.endswith(".") else 0
        at = end
    return words


def matching_words(text: str) -> list[str]:
    """The words for comparing texts, folded, without symbols and invisible characters."""
    text = "".join(c for c in text if kind(c) != "format")
    words = []
    at = 0
    while at < len(text):
        what = kind(text[at])
        end = at + 1
        if what == "cluster":
            end = cluster_end(text, at)
        elif what == "letter":
            while end < len(text) and kind(text[end]) in ("letter", "mark"):
                end += 1
        if what in ("cluster", "letter"):
            words.append("".join(map(fold, text[at:end])))
        at = end
    return words


def fold(c: str) -> str:
    if len(c.casefold()) == 1:
        return c.casefold()
    return c.lower() if len(c.lower()) == 1 else c.lower()[0]


def strip(text: str) -> str:
    return re.sub(rf"^[\s{WORD_SEPARATORS}]+|[\s{WORD_SEPARATORS}]+$", "", text)


def lines_of(text: str) -> list[str]:
    return [strip(line) for line in LINE_BREAK.split(text) if strip(line)]


def paragraphs_of(text: str) -> list[str]:
    paragraphs: list[list[str]] = [[]]
    for line in LINE_BREAK.split(text):
        if strip(line):
            paragraphs[-1].append(strip(line))
        else:
            paragraphs.append([])
    return ["\n".join(lines) for lines in paragraphs if lines]


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def gopher_quality(text: str, stop_words: tuple[str, ...], distinct: bool) -> Measures:
    words = rule_words(text)
    plain = [(word, what) for word, what in words if what != "symbol"]
    spaced = [word for word, what in plain if what == "letter"]
    lines = lines_of(text)
    met = [word for word, _ in words if word in stop_words]
    mean = share(sum(map(len, spaced)), len(spaced))
    return {
        "words": len(plain),
        "mean_word_chars": math.nan if 2 * len(spaced) < len(plain) else mean,
        "hash_word_ratio": share(text.count("#"), len(words)),
        "ellipsis_word_ratio": share(text.count("...") + text.count("…"), len(words)),
        "bullet_line_fraction": share(sum(line.startswith(("•", "-")) for line in lines), len(lines)),
        "ellipsis_line_fraction": share(sum(line.endswith(("...", "…")) for line in lines), len(lines)),
        "alpha_word_fraction": share(sum(any(c.isalpha() for c in word) for word, _ in words), len(words)),
        "stop_words": len(set(met)) if distinct else len(met),
    }


def repeated(items: list[str]) -> tuple[int, int]:
    """(items that occurred before, their characters)."""
    seen: set[str] = set()
    again = [item for item in items if item in seen or seen.add(item)]  # type: ignore[func-returns-value]
    return len(again), sum(map(len, again))


def top_ngram_chars(words: list[tuple[str, str]], n: int, min_count: int) -> int:
    counts = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    if not counts or max(counts.values()) < min_count:
        return 0
    ngram, count = counts.most_common(1)[0]  # of equally frequent ones the first
    spaces = sum(what != "cluster" for _, what in ngram[1:])
    return (sum(len(word) for word, _ in ngram) + spaces) * count


def duplicate_ngram_chars(words: list[str], n: int) -> int:
    seen = set()
    characters = i = 0
    while i + n <= len(words):
        ngram = tuple(words[i : i + n])
        if ngram in seen:
            characters += len("".join(ngram))
            i += n
        else:
            seen.add(ngram)
            i += 1
    return characters


def gopher_repetition(text: str, min_top_count: int = 1) -> Measures:
    words = [word for word, _ in rule_words(text)]
    lines, paragraphs = lines_of(text), paragraphs_of(text)
    # Two clusters of a script without spaces make about one word.
    clusters = sum(what == "cluster" for _, what in rule_words(text))
    scale = 2 if 2 * clusters > len(words) else 1
    measures = {
        "duplicate_paragraph_fraction": share(repeated(paragraphs)[0], len(paragraphs)),
        "duplicate_paragraph_char_fraction": share(repeated(paragraphs)[1], len(text)),
        "duplicate_line_fraction": share(repeated(lines)[0], len(lines)),
        "duplicate_line_char_fraction": share(repeated(lines)[1], len(text)),
    }
    for n in (2, 3, 4):
        measures[f"top_{n}gram_char_fraction"] = share(
            top_ngram_chars(rule_words(text), n * scale, min_top_count), len(text)
        )
    for n in (5, 6, 7, 8, 9, 10):
        measures[f"duplicate_{n}gram_char_fraction"] = share(duplicate_ngram_chars(words, n * scale), len(text))
    return measures


def fineweb(text: str, terminal_marks: tuple[str, ...], short_line_chars: int) -> Measures:
    lines = lines_of(text)
    breaks = len(LINE_BREAK.findall(text))
    return {
        "lines": len(lines),
        "terminal_line_fraction": share(sum(line.endswith(terminal_marks) for line in lines), len(lines)),
        "short_line_fraction": share(sum(len(line) <= short_line_chars for line in lines), len(lines)),
        "duplicate_line_char_fraction": share(repeated(lines)[1], sum(map(len, lines))),
        "newline_word_ratio": breaks / max(len(rule_words(text)), 1) if lines else 0.0,
    }


CITATION = re.compile(r"\[[0-9]*\]|\[edit\]|\[citation needed\]")
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
MARKS = ".!?…。！？．｡؟۔।॥։።។៕။།"
SENTENCE_END = re.compile(rf"""[{MARKS}][{MARKS}"'”’»›)\]}}」』）】》]*""")


def ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def sentences(line: str) -> int:
    count = 0
    rest = 0
    for found in SENTENCE_END.finditer(line):
        before = "".join(c for c in line[rest : found.start()] if kind(c) not in ("mark", "format"))
        visible = "".join(c for c in line[: found.start()] if kind(c) not in ("mark", "format"))
        letters = len(visible) - len(visible.rstrip("".join({c for c in visible if c.isalpha()}) or "\0"))
        initial = found[0] == "." and letters == 1
        ends = (
            found.end() == len(line)
            or any(c in MARKS and not c.isascii() for c in found[0])
            or (kind(line[found.end()]) == "space" and not initial)
        )
        if ends and any(kind(c) in ("letter", "cluster") for c in before):
            count += 1
            rest = found.end()
    return count + any(kind(c) in ("letter", "cluster") for c in line[rest:])


def c4(text: str, end_marks: tuple[str, ...] = (".", "?", "!", '"'), min_words: int = 5) -> tuple[str, str, int, int]:
    """(text that stays, page verdict, lines removed, sentences) under the default line rules."""
    kept: list[str] = []
    removed = 0
    for whole in lines_of(text):
        line = strip(CITATION.sub("", whole))
        words = re.split(rf"[\s{WORD_SEPARATORS}]+", line) if line else []
        lower = ascii_lower(line)
        if (
            len(words) < max(min_words, 1)
            or max(map(len, words)) > 1000
            or not line.endswith(end_marks)
            or line.endswith("...")
        ):
            removed += 1
        elif "lorem ipsum" in lower:
            return "\n".join(kept), "lorem_ipsum", removed, sum(map(sentences, kept))
        elif "javascript" in lower:
            removed += 1
        elif "{" in line:
            return "\n".join(kept), "curly_bracket", removed, sum(map(sentences, kept))
        elif any(phrase in lower for phrase in POLICY):
            removed += 1
        else:
            kept.append(line)
    return "\n".join(kept), "", removed, sum(map(sentences, kept))


def normal_form(text: str) -> str:
    """Exact deduplication's normal form."""
    out: list[str] = []
    separated = False
    before = False  # whether the character before is of a script without spaces
    for c in text:
        if kind(c) == "space" or unicodedata.category(c)[0] == "P" or unicodedata.category(c) == "Cc":
            separated = True
        elif kind(c) != "format":
            unspaced = kind(c) == "cluster" or (kind(c) == "mark" and before)
            if separated and out and not (before and unspaced):
                out.append(" ")
            out.append(fold(c))
            separated, before = False, unspaced
    return "".join(out)
