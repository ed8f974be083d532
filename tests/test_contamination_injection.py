"""Items planted in other text, in small: what Winnow's own method finds where the others do not, and what it leaves."""

import json
import random
from pathlib import Path

import pytest
from contamination_helpers import Run, write_benchmark
from test_contamination_stages import item, leaked, prose, wrapped

ALL = "{winnow: measure, gpt3: measure, gopher: measure, palm: measure, llama3: measure}"
ITEMS = 40


def short_item(seed: int) -> dict[str, str]:
    """A question that can be tested with its answer alone."""
    return {"question": prose(seed, 8), "answer": prose(seed + 500_000, 1)}


def edited(text: str, dice: random.Random) -> str:
    found = text.split()
    for _ in range(max(1, round(0.05 * len(found)))):
        at = dice.randrange(len(found))
        change = dice.randrange(3)
        if change == 0:
            found[at] = prose(dice.randrange(10**6), 1)
        elif change == 1:
            del found[at]
        else:
            found.insert(at, prose(dice.randrange(10**6), 1))
    return " ".join(found)


def in_code(text: str, dice: random.Random) -> str:
    lines = wrapped(text, 12).split("\n")
    return dice.choice(
        [
            "\n".join(f"    # {line}" for line in lines),
            "/*\n" + "\n".join(f" * {line}" for line in lines) + "\n */",
            f"    question = {json.dumps(chr(10).join(lines))}",
        ]
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Part by part one way of planting; the last has nothing planted."""
    folder = tmp_path_factory.mktemp("injection")
    dice = random.Random(4)
    rows = [item(n) if n % 2 else short_item(n) for n in range(ITEMS)]
    quiz = write_benchmark(folder / "quiz.jsonl", rows)
    ways = {
        "verbatim": leaked,
        "wrapped": lambda row: wrapped(leaked(row)),
        "recased": lambda row: dice.choice([str.upper, str.lower, str.title])(leaked(row)),
        "code": lambda row: in_code(leaked(row), dice),
        "edited": lambda row: edited(leaked(row), dice),
    }
    parts = []
    for place, way in enumerate(ways.values()):
        around = [(prose(10_000 * place + n, 80), prose(10_000 * place + 5_000 + n, 80)) for n in range(ITEMS)]
        parts.append(
            ("a", [f"{before}\n{way(row)}\n{after}" for (before, after), row in zip(around, rows, strict=True)])
        )
    book = prose(99_999, 100_000).split(" ")
    for row in rows:
        book[dice.randrange(len(book))] += f"\n{leaked(row)}\n"
    parts.append(("a", [" ".join(book)]))
    parts.append(("a", [prose(200_000 + n, 250) for n in range(200)]))
    return Run(folder / "out", parts, [quiz], ALL)


def recall(run: Run, part: int, method: str) -> float:
    """Of the items of a part those that the method finds in their document."""
    found = {(row["id"], row["example"]) for row in run.table("matches") if row["method"] == method}
    ids = run.ids(part)
    return sum((ids[n % len(ids)], str(n)) in found for n in range(ITEMS)) / ITEMS


def test_all_is_found_and_nothing_else_is_accused(planted: Run) -> None:
    assert [recall(planted, part, "winnow") for part in (0, 1, 2, 3, 5)] == [1.0] * 5
    assert recall(planted, 4, "winnow") >= 0.95
    clean = set(planted.ids(6))
    assert [row for row in planted.table("matches") if row["id"] in clean] == []


def test_no_published_method_finds_as_much(planted: Run) -> None:
    for method in ("gpt3", "gopher", "palm", "llama3"):
        least = min(recall(planted, part, method) for part in range(6))
        assert least < min(recall(planted, part, "winnow") for part in range(6)), method


def test_spans_are_the_planted_text(planted: Run) -> None:
    rows = {row["id"]: row for row in planted.table("matches") if row["method"] == "winnow"}
    texts = {row["example"]: row["text"] for row in planted.table("examples")}
    for n, identity in enumerate(planted.ids(0)):
        row = rows[identity]
        span = planted.text_of(identity)[row["span_start"] : row["span_end"]]
        assert span == texts[str(n)][row["example_start"] : row["example_end"]]
        assert row["overlap"] == 1.0


def test_the_tables_name_what_cannot_be_tested(tmp_path: Path) -> None:
    rows = [{"question": prose(1, 6), "answer": "yes"}, short_item(2), {"question": ""}, item(3), item(3)]
    run = Run(
        tmp_path / "out",
        [("a", [f"{leaked(item(3))} {leaked(rows[0])}"])],
        [write_benchmark(tmp_path / "b.jsonl", rows)],
        ALL,
    )
    found = [(row["winnow_status"], row["winnow_documents"], row["winnow_ngrams"]) for row in run.table("examples")]
    assert found[:3] == [("too_short", 0, 0), ("clean", 0, 9), ("unreadable", None, None)]
    assert found[3:] == [("dirty", 1, 30)] * 2
    counts = {"clean": 1, "dirty": 2, "too_short": 1, "unreadable": 1}
    assert run.summary["benchmarks"][0]["winnow"] == counts
