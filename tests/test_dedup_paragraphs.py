"""DCLM's rule for paragraphs, spelt out once more in plain Python."""

import random
from collections import defaultdict
from pathlib import Path

import pytest

from tests.test_dedup_copies import WORDS, Parts, Run, in_order

Address = tuple[int, int]


def paragraphs(text: str) -> list[list[str]]:
    return [line.split() for line in text.split("\n")]


def grams(words: list[str], n: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


def expected(texts: dict[Address, str], order: list[Address], n: int, threshold: float) -> dict[Address, str]:
    """What is left of each text."""
    places: dict[tuple[str, ...], set[Address]] = defaultdict(set)
    for address in order:
        for words in paragraphs(texts[address]):
            for gram in grams(words, n):
                places[gram].add(address)
    ranks = {address: rank for rank, address in enumerate(order)}
    first = {gram: min(found, key=ranks.__getitem__) for gram, found in places.items()}

    def share(lines: list[list[str]], known: set[tuple[str, ...]]) -> float:
        all_grams = [gram for words in lines for gram in grams(words, n)]
        return sum(gram in known for gram in all_grams) / len(all_grams) if all_grams else 0.0

    sure: dict[tuple[str, ...], set[Address]] = defaultdict(set)
    may_go = {}
    for address in order:
        lines = paragraphs(texts[address])
        possible = {gram for words in lines for gram in grams(words, n) if first[gram] != address}
        may_go[address] = share(lines, possible) > threshold
        for words in lines:
            if not may_go[address] and share([words], possible) <= threshold:
                for gram in grams(words, n):
                    sure[gram].add(address)
    left = {}
    for address in order:
        lines = paragraphs(texts[address])
        # A sure paragraph of this document comes before those of less preferred ones, but not of more preferred ones.
        stays = {gram: min(found, key=ranks.__getitem__) for gram, found in sure.items()}
        known = {gram for words in lines for gram in grams(words, n) if stays.get(gram, address) != address}
        kept = [words for words in lines if share([words], known) <= threshold]
        if kept and not (may_go[address] and share(lines, known) > threshold):
            left[address] = "\n".join(" ".join(words) for words in kept)
    return left


def corpus(seed: int) -> Parts:
    dice = random.Random(seed)
    pool = [dice.choices(WORDS, k=dice.randint(3, 30)) for _ in range(12)]

    def paragraph() -> str:
        words = list(dice.choice(pool))
        for _ in range(dice.choice((0, 0, 0, 1, 4))):
            words[dice.randrange(len(words))] = dice.choice(WORDS)
        return " ".join(words)

    def document() -> str:
        return "\n".join(paragraph() for _ in range(dice.randint(1, 4)))

    return [("a", [document() for _ in range(12)]), ("b", [document() for _ in range(12)]), ("a", [])]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("ngram", "threshold"), [(4, 0.8), (3, 0.5)])
def test_what_is_left(tmp_path: Path, seed: int, ngram: int, threshold: float) -> None:
    parts = corpus(seed)
    run = Run(tmp_path, parts, f"dclm_paragraphs: {{ngram: {ngram}, threshold: {threshold}}}")
    order = in_order(parts, {"a": 0, "b": 1})
    assert run.left == expected(run.texts, order, ngram, threshold)
    assert 0 < len(run.decisions) < len(run.texts)
    for decision in run.decisions.values():
        assert decision["score"] > decision["threshold"] == threshold
        assert run.address[decision["witness"]] in run.left


def test_defaults_are_dclms(tmp_path: Path) -> None:
    words = [f"word{n}" for n in range(60)]
    texts = [
        " ".join([*words, "and the longest of all that there are"]),
        "Mine is the first line.\n" + " ".join(words[:40]),
        "A new beginning " + " ".join(words[:40]),  # 28 of 31 13-grams are known
        " ".join([*words[:20], "other", *words[20:40]]),  # 16 of 29
        " ".join(words[:12]),
    ]
    run = Run(tmp_path, [("a", texts)], "dclm_paragraphs: {}")
    assert run.left == {(0, 0): texts[0], (0, 3): texts[3], (0, 4): texts[4]}
    assert run.decisions[0, 1]["detail"].startswith("2 of 2 paragraphs")
    assert run.decisions[0, 2]["score"] == pytest.approx(28 / 31)
    assert len({row["witness"] for row in run.spans} - {None}) == 1
    # Too short to have an n-gram: it went with its document.
    assert [row["text"] for row in run.spans if row["witness"] is None] == ["Mine is the first line."]


def test_what_a_removed_paragraph_has_counts_against_none(tmp_path: Path) -> None:
    """a: x1..x40. b: x10..x40 and 5 more, so that it goes. c has b's end, which stands nowhere then but in c."""
    x, y = [f"x{n}" for n in range(60)], [f"y{n}" for n in range(5)]
    texts = [" ".join(x), " ".join(x[10:] + y), " ".join(x[46:] + y)]
    run = Run(tmp_path, [("a", texts)], "dclm_paragraphs: {}")
    assert run.left == {(0, 0): texts[0], (0, 2): texts[2]}
    assert run.address[run.decisions[0, 1]["witness"]] == (0, 0)
