"""The stages from documents to verdicts, pieces and public tables, on texts of our own."""

import hashlib
import random
from pathlib import Path

import pytest
from contamination_helpers import Run, write_benchmark

from pipeline.contamination import layouts
from pipeline.errors import WinnowError
from pipeline.kernels.words import MATCHING, split_words

SYLLABLES = ("bal", "cor", "dim", "fen", "gul", "hap", "jor", "kes", "lum", "mig", "nor", "pel", "rus", "sot", "tav")


def prose(seed: int, words: int) -> str:
    dice = random.Random(seed)
    made = ["".join(dice.choices(SYLLABLES, k=dice.randint(1, 3))) for _ in range(words)]
    return "".join(word + (". " if dice.random() < 0.1 else " ") for word in made).strip()


def item(seed: int, words: int = 30) -> dict[str, str]:
    return {"question": prose(seed, words) + "?", "answer": prose(seed + 500_000, words // 3)}


def leaked(row: dict[str, str]) -> str:
    return f"{row['question']}\n{row['answer']}"


@pytest.fixture
def quiz(tmp_path: Path) -> str:
    return write_benchmark(tmp_path / "quiz.jsonl", [item(number) for number in range(20)])


def wrapped(text: str, words: int = 8) -> str:
    found = text.split()
    return "\n".join(" ".join(found[at : at + words]) for at in range(0, len(found), words))


def test_a_leak_is_cut_out_with_its_windows_however_it_is_written(tmp_path: Path, quiz: str) -> None:
    book = prose(900, 60_000)
    leaks = [leaked(item(0)), wrapped(leaked(item(1))), leaked(item(2)).upper(), leaked(item(3)), leaked(item(4))]
    around = [(prose(100 + n, 120), prose(200 + n, 120)) for n in range(4)] + [(book[:200_000], book[200_000:])]
    texts = [f"{before}\n\n{leak}\n\n{after}" for leak, (before, after) in zip(leaks, around)] + [prose(950, 400)]
    run = Run(tmp_path / "out", [("a", texts)], [quiz])
    assert run.outcome() == dict.fromkeys(range(5), ("cut", "benchmark_overlap", 2))
    for row, (before, after) in enumerate(around):
        left = run.pieces()[row]
        at = len(before) + 2
        # The window begins 200 characters before the first word and ends 200 behind the last.
        assert left[0] == texts[row][: at - 200]
        assert texts[row].endswith(left[1])
        assert len(left[1]) == pytest.approx(len(after) + 2 - 200, abs=2)
    verdict = run.verdicts()[0]
    assert (verdict["detail"], verdict["score"], verdict["threshold"]) == ("quiz/0", 1.0, None)
    examples = run.table("examples")
    assert [row["gpt3_status"] for row in examples] == ["dirty"] * 5 + ["clean"] * 15
    assert [row["palm_status"] for row in examples] == ["dirty"] * 5 + ["clean"] * 15
    assert {row["gpt3_documents"] for row in examples[:5]} == {1}
    assert {row["gpt3_documents"] for row in examples[5:]} == {0}


def test_spans_hold_exactly_the_matched_words(tmp_path: Path, quiz: str) -> None:
    part = " ".join(leaked(item(7)).split()[3:25])
    texts = [f"Ünïcödé 日本 «{part}», {prose(100, 90)}", f"{leaked(item(8))} {prose(101, 80)} {leaked(item(8))}"]
    run = Run(tmp_path / "out", [("a", texts)], [quiz])
    rows = run.table("matches")
    texts_of = {row["example"]: row["text"] for row in run.table("examples")}
    for row in rows:
        span = run.text_of(row["id"])[row["span_start"] : row["span_end"]]
        of_example = texts_of[row["example"]][row["example_start"] : row["example_end"]]
        folded = [word.lower() for word in split_words(span, MATCHING)]
        assert folded == [word.lower() for word in split_words(of_example, MATCHING)]
        assert span[0].isalnum()
        assert span[-1].isalnum()
    found = [(row["method"], row["example"], row["action"]) for row in rows]
    # A part of an example: 10 of its 28 13-grams; too few 8-grams for PaLM. The whole of one, twice: PaLM sees prompt
    # and target apart.
    assert found.count(("gpt3", "7", "drop" if 0 not in run.pieces() else "cut")) == 1
    assert found.count(("palm", "7", "measure")) == 0
    assert [row["example"] for row in rows if row["method"] == "gpt3"] == ["7", "8", "8"]
    assert found.count(("palm", "8", "measure")) == 4
    first = next(row for row in rows if row["example"] == "7")
    assert run.text_of(first["id"])[first["span_start"] : first["span_end"]] == part.rstrip("?.")
    assert first["overlap"] == pytest.approx(10 / 28)


def test_each_action(tmp_path: Path, quiz: str) -> None:
    text = f"{prose(100, 120)} {leaked(item(0))} {prose(200, 120)}"
    for action, outcome in (("drop", {0: ("drop", "benchmark_overlap", 0)}), ("measure", {})):
        run = Run(tmp_path / action, [("a", [text])], [quiz], f"{{gpt3: {action}}}")
        assert run.outcome() == outcome
        assert run.pieces() == {}
        assert {row["action"] for row in run.table("matches")} == {action}
        assert run.table("examples")[0]["gpt3_status"] == "dirty"
        assert run.table("examples")[0]["palm_status"] is None
        assert list(run.summary["methods"]) == ["gpt3"]


def test_a_document_full_of_leaks_is_dropped(tmp_path: Path, quiz: str) -> None:
    spread = "".join(f"{prose(300 + n, 130)} {leaked(item(n))} " for n in range(12))
    run = Run(tmp_path / "out", [("a", [spread, leaked(item(13))])], [quiz])
    assert run.outcome() == {0: ("drop", "too_many_pieces", 0), 1: ("drop", "no_piece_left", 0)}
    assert {row["action"] for row in run.table("matches") if row["method"] == "gpt3"} == {"drop"}
    methods = run.summary["methods"]
    assert (methods["gpt3"]["documents_cut"], methods["gpt3"]["documents_dropped"]) == (0, 2)


def test_n_grams_in_more_than_ten_documents_are_nobodys_own(tmp_path: Path, quiz: str) -> None:
    text = f"{prose(100, 120)} {leaked(item(0))}"
    run = Run(tmp_path / "out", [("a", [text] * 6), ("b", [text] * 5 + [leaked(item(1))])], [quiz])
    assert run.outcome(0) == {}
    assert run.outcome(1) == {5: ("drop", "no_piece_left", 0)}
    examples = run.table("examples")
    assert [row["gpt3_status"] for row in examples[:2]] == ["clean", "dirty"]
    # PaLM's measure knows no common n-grams.
    assert [row["palm_status"] for row in examples[:2]] == ["dirty", "dirty"]
    assert [row["palm_documents"] for row in examples[:2]] == [11, 1]
    assert run.summary["methods"]["gpt3"]["common_ngrams"] == examples[0]["gpt3_ngrams"]


def test_palm_joins_what_is_spread_over_documents(tmp_path: Path, quiz: str) -> None:
    words = item(0)["question"].split()
    run = Run(
        tmp_path / "out", [("a", [" ".join(words[:19])]), ("b", [" ".join(words[12:])])], [quiz], "{palm: measure}"
    )
    row = run.table("examples")[0]
    assert (row["palm_status"], row["palm_ngrams"], row["palm_matched"], row["palm_documents"]) == ("dirty", 23, 23, 2)
    assert row["gpt3_status"] is None
    assert run.outcome(0) == {}


def test_rows_that_are_too_short_or_no_text_are_listed(tmp_path: Path) -> None:
    rows = [
        {"question": "Which?", "answer": "this"},
        {"question": "one two three four five six seven eight", "answer": "nine ten eleven twelve thirteen"},
        {"question": "", "answer": " "},
        {"other": "field"},
        ["no", "object"],
    ]
    run = Run(tmp_path / "out", [("a", [prose(1, 50)])], [write_benchmark(tmp_path / "b.jsonl", rows)])
    found = run.table("examples")
    assert [row["gpt3_status"] for row in found] == ["too_short", "clean"] + ["unreadable"] * 3
    assert [row["palm_status"] for row in found] == ["too_short", "clean"] + ["unreadable"] * 3
    assert [row["words"] for row in found] == [2, 13, 0, 0, 0]
    assert [row["gpt3_ngrams"] for row in found] == [0, 1, None, None, None]
    assert [row["problem"] for row in found[2:]] == [
        "empty text", "no known field among other", "an object is expected, not a list"
    ]  # fmt: skip
    assert [row["text"] is None for row in found] == [False, False, True, True, True]
    counts = {"clean": 1, "dirty": 0, "too_short": 1, "unreadable": 3}
    assert run.summary["benchmarks"] == [{"benchmark": "b", "items": 5, "gpt3": counts, "palm": counts}]


def test_items_that_occur_twice_are_both_named(tmp_path: Path) -> None:
    rows = [item(0), item(1), item(0)]
    files = [write_benchmark(tmp_path / name, rows) for name in ("x/b.jsonl", "y/b.jsonl")]
    run = Run(tmp_path / "out", [("a", [leaked(item(0))])], files)
    found = [(row["benchmark"], row["example"]) for row in run.table("matches") if row["method"] == "gpt3"]
    assert found == [("x/b", "0"), ("x/b", "2"), ("y/b", "0"), ("y/b", "2")]


def test_a_run_with_nothing_to_find_still_writes_its_tables(tmp_path: Path, quiz: str) -> None:
    run = Run(tmp_path / "out", [("a", []), ("b", ["", "...", prose(900, 300)])], [quiz])
    assert run.table("matches") == []
    assert run.table("samples") == []
    assert len(run.table("examples")) == 20
    assert {row["gpt3_status"] for row in run.table("examples")} == {"clean"}
    assert run.summary["methods"]["gpt3"] == {
        "ngram": 13, "action": "cut", "common_ngrams": 0, "documents_matched": 0, "documents_cut": 0,
        "documents_dropped": 0, "pieces": 0,
    }  # fmt: skip


def test_samples_show_the_match_in_its_surroundings(tmp_path: Path, quiz: str) -> None:
    texts = [f"{prose(100 + n, 300)} {leaked(item(0))} {prose(200 + n, 300)}" for n in range(9)]
    long = {"question": prose(77, 400)}
    other = write_benchmark(tmp_path / "long.jsonl", [long])
    run = Run(
        tmp_path / "out", [("a", texts[:4]), ("b", [*texts[4:], long["question"]])], [quiz, other], "{gpt3: measure}"
    )
    rows = run.table("samples")
    assert [row["benchmark"] for row in rows] == ["long"] + ["quiz"] * 8
    assert (rows[0]["span_start"], rows[0]["span_end"], len(rows[0]["excerpt"])) == (0, 800, 800)
    for row in rows[1:]:
        assert split_words(row["excerpt"][row["span_start"] : row["span_end"]], MATCHING) == split_words(
            leaked(item(0)), MATCHING
        )
        assert len(row["excerpt"]) == 800
        assert row["excerpt"] in run.text_of(row["id"])
        assert row["example_text"] == leaked(item(0))
        assert row["url"].startswith("https://")


def test_the_same_bytes_however_often_and_however_divided(tmp_path: Path, quiz: str) -> None:
    texts = [f"{prose(n, 200)} {leaked(item(n % 7)) if n % 3 else ''} {prose(1000 + n, 200)}" for n in range(12)]

    def digests(run: Run, names: tuple[str, ...]) -> list[str]:
        return [hashlib.sha256(Path(run.path(name)).read_bytes()).hexdigest() for name in names]

    everything = ("matches.parquet", "examples.parquet", "samples.parquet", "summary.json")
    first, again = (Run(tmp_path / str(n), [("a", texts[:5]), ("a", texts[5:])], [quiz]) for n in range(2))
    assert digests(first, everything) == digests(again, everything)
    one = Run(tmp_path / "one", [("a", texts)], [quiz])
    assert digests(one, everything[1:2]) == digests(first, everything[1:2])
    assert {**one.outcome()} == {**first.outcome(0), **{row + 5: found for row, found in first.outcome(1).items()}}


def test_a_changed_benchmark_is_another_index(tmp_path: Path, quiz: str) -> None:
    first = Run(tmp_path / "out", [("a", ["text"])], [quiz]).graph["benchmark_index"].key
    moved = write_benchmark(tmp_path / "elsewhere/quiz.jsonl", [item(number) for number in range(20)])
    assert Run(tmp_path / "out", [("a", ["text"])], [moved]).graph["benchmark_index"].key == first
    write_benchmark(Path(quiz), [item(number) for number in range(19)])
    assert Run(tmp_path / "out", [("a", ["text"])], [quiz]).graph["benchmark_index"].key != first


def test_a_benchmark_of_something_else_is_refused_before_the_run(tmp_path: Path, quiz: str) -> None:
    wrong = write_benchmark(tmp_path / "wrong.jsonl", [{"frage": "Was?", "antwort": "Das."}])
    with pytest.raises(WinnowError, match=r"wrong\.jsonl.*Its fields: frage, antwort.*question") as error:
        Run(tmp_path / "out", [("a", ["text"])], [quiz, wrong])
    assert layouts.known_fields() in str(error.value)
    assert not (tmp_path / "out" / "work").exists()


def test_hostile_texts(tmp_path: Path) -> None:
    chinese = "我们在学校里一起学习数学和物理然后回家吃饭看书"
    rows = [{"question": "go " * 40, "answer": "go"}, {"question": chinese}, {"question": "go " * 20}] * 50
    texts = [
        "go " * 1_000_000,  # one word, and more pairs of hits and examples than are followed
        "...!!! \n\t ---",
        "",
        f"{'甲乙丙丁戊己庚辛壬癸' * 40}。{chinese[:11]}\n{chinese[11:]}{'子丑寅卯辰巳午未申酉' * 40}",
        prose(5, 200),
    ]
    run = Run(tmp_path / "out", [("a", texts)], [write_benchmark(tmp_path / "b.jsonl", rows)])
    assert run.outcome() == {0: ("drop", "no_piece_left", 0), 3: ("cut", "benchmark_overlap", 2)}
    rows_of = {method: [row for row in run.table("matches") if row["method"] == method] for method in ("gpt3", "palm")}
    go = run.table("matches")[0]["id"]
    for found in rows_of.values():
        assert len([row for row in found if row["id"] == go]) == 1_000
        assert len([row for row in found if row["id"] != go]) == 50
    assert {row["gpt3_status"] for row in run.table("examples")} == {"dirty"}
    assert {row["gpt3_documents"] for row in run.table("examples")} == {1}
    left = run.pieces()[3]
    assert left[0] == texts[3][: 401 - 200]


def test_a_hundred_thousand_equal_documents(tmp_path: Path, quiz: str) -> None:
    run = Run(tmp_path / "out", [("a", [leaked(item(0))] * 100_000)], [quiz])
    assert run.outcome() == {}
    row = run.table("examples")[0]
    assert (row["gpt3_status"], row["palm_status"], row["palm_documents"]) == ("clean", "dirty", 100_000)
    assert len(run.table("matches")) == 200_000
