"""Winnow's own method: what of an item is compared, boilerplate, templates, and texts that are none."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from contamination_helpers import Run, write_benchmark
from test_contamination_stages import item, leaked, prose

from pipeline.contamination import stretches
from pipeline.kernels.ngrams import words

OURS = "{winnow: cut}"


def matched(run: Run) -> list[tuple[int, str]]:
    """(row of part 0, example) of each match."""
    rows = {identity: row for row, identity in enumerate(run.ids(0))}
    return sorted((rows[row["id"]], row["example"]) for row in run.table("matches"))


def lengths(*parts: tuple[int, int]) -> list[int]:
    """Words of the stretches of examples with so many words in prompt and target."""
    bounds = np.cumsum([0, *(prompt + target for prompt, target in parts)])
    found, _ = stretches._every(bounds, np.array([prompt for prompt, _ in parts], np.int32))
    return np.diff(found)[:, 0].tolist()


def test_what_is_compared() -> None:
    assert lengths((12, 5)) == [17]  # neither is long enough: both together
    assert lengths((13, 5)) == [13]  # a question leaks without its answer
    assert lengths((5, 20)) == [20]
    assert lengths((30, 40)) == [30, 40]
    assert lengths((7, 1)) == [8]
    assert lengths((7, 0), (0, 0)) == []
    assert lengths((1_000, 0)) == [500, 500]


def test_a_long_question_is_found_without_its_answer_and_a_short_one_is_not(tmp_path: Path) -> None:
    short = {"question": prose(1, 6), "answer": prose(2, 6)}
    quiz = write_benchmark(tmp_path / "b.jsonl", [item(0), short])
    texts = [f"{prose(10, 90)} {item(0)['question']} {prose(11, 90)}", f"{prose(12, 90)} {short['question']}"]
    texts += [f"{prose(13, 90)} {short['question']} {short['answer']} {prose(14, 90)}"]
    assert matched(Run(tmp_path / "out", [("a", texts)], [quiz], OURS)) == [(0, "0"), (2, "1")]


def test_boilerplate_does_not_count_and_a_leak_does_however_often(tmp_path: Path) -> None:
    notice = f"{prose(50, 15)} {item(0)['question']} {prose(51, 15)}"  # the item is a part of it
    quiz = write_benchmark(tmp_path / "b.jsonl", [item(0), item(1)])
    texts = [f"{prose(100 + n, 60)} {notice} {prose(200 + n, 60)}" for n in range(30)]
    texts += [f"{prose(300 + n, 60)} {item(1)['question']} {prose(400 + n, 60)}" for n in range(30)]
    texts += [f"{prose(500, 60)} {item(0)['question']} {prose(501, 60)}"]
    run = Run(tmp_path / "out", [("a", texts)], [quiz], OURS)
    assert matched(run) == [*((row, "1") for row in range(30, 60)), (60, "0")]
    assert run.summary["methods"]["winnow"]["boilerplate"] > 0
    assert set(run.outcome()) == set(range(30, 61))
    few = Run(tmp_path / "few", [("a", texts[:10])], [quiz], OURS)
    assert len(matched(few)) == 10


def test_a_part_of_an_item_that_is_boilerplate_does_not_make_it_dirty(tmp_path: Path) -> None:
    notice = prose(50, 90)
    question = {"question": f"{notice} {prose(51, 20)}", "answer": "yes"}
    texts = [f"{prose(100 + n, 60)} {notice} {prose(200 + n, 60)}" for n in range(30)]
    texts += [f"{prose(300, 60)} {question['question']} {prose(301, 60)}"]
    run = Run(tmp_path / "out", [("a", texts)], [write_benchmark(tmp_path / "b.jsonl", [question])], OURS)
    assert matched(run) == [(30, "0")]


def test_items_of_one_template_are_told_apart(tmp_path: Path) -> None:
    before, after = prose(1, 30), prose(2, 10)
    rows = [{"question": f"{before} {prose(1_000 + n, 12)} {after}", "answer": prose(2_000 + n, 2)} for n in range(60)]
    texts = [f"{prose(10, 90)} {rows[7]['question']} {prose(11, 90)}", f"{prose(12, 50)} {before} {after}"]
    run = Run(tmp_path / "out", [("a", texts)], [write_benchmark(tmp_path / "b.jsonl", rows)], OURS)
    assert matched(run) == [(0, "7")]


def test_what_is_left_of_a_document(tmp_path: Path) -> None:
    quiz = write_benchmark(tmp_path / "b.jsonl", [item(0)])
    before, after = prose(10, 90), prose(11, 90)
    text = f"{before} {leaked(item(0))} {after}"
    run = Run(tmp_path / "cut", [("a", [text])], [quiz], OURS)
    assert run.outcome() == {0: ("cut", "benchmark_overlap", 2)}
    assert run.pieces()[0][0] == text[: len(before) + 1 - 200]
    (verdict,) = run.verdicts()
    assert (verdict["score"], verdict["threshold"], verdict["detail"]) == (1.0, 0.75, "b/0")
    assert Run(tmp_path / "drop", [("a", [text])], [quiz], "{winnow: drop}").outcome() == {
        0: ("drop", "benchmark_overlap", 0)
    }
    assert Run(tmp_path / "measure", [("a", [text])], [quiz], "{winnow: measure}").outcome() == {}


def test_methods_decide_together(tmp_path: Path) -> None:
    quiz = write_benchmark(tmp_path / "b.jsonl", [item(0), item(1)])
    alone = leaked(item(0))
    within = f"{prose(10, 90)} {leaked(item(1))} {prose(11, 90)}"
    run = Run(tmp_path / "out", [("a", [alone, within])], [quiz], "{winnow: cut, gpt3: cut, gopher: drop}")
    assert run.outcome() == {0: ("drop", "benchmark_similarity", 0), 1: ("cut", "benchmark_overlap", 2)}
    assert {row["action"] for row in run.table("matches") if row["example"] == "0"} == {"drop"}
    methods = run.summary["methods"]
    assert methods["gopher"]["documents_dropped"] == 1
    assert methods["gpt3"]["documents_cut"] + methods["winnow"]["documents_cut"] == 1
    by_example = {row["example"]: row for row in run.table("examples")}
    assert (by_example["0"]["gopher_status"], by_example["1"]["gopher_status"]) == ("dirty", "clean")
    assert by_example["0"]["gopher_overlap"] == 1.0
    assert 0 < by_example["1"]["gopher_overlap"] < 0.8


def test_llama3_calls_an_item_dirty_from_its_benchmarks_ratio_on(tmp_path: Path) -> None:
    files = [write_benchmark(tmp_path / f"{name}.jsonl", [{"question": prose(1, 20)}]) for name in ("easy", "hard")]
    text = f"{prose(9, 50)} {' '.join(prose(1, 20).split()[:12])} {prose(10, 50)}"  # 12 of 20 words
    run = Run(tmp_path / "out", [("a", [text])], files, "{llama3: measure}", "llama3_thresholds: {easy: 0.6}")
    rows = {row["benchmark"]: row for row in run.table("examples")}
    assert (rows["easy"]["llama3_status"], rows["hard"]["llama3_status"]) == ("dirty", "clean")
    assert (rows["easy"]["llama3_ngrams"], rows["easy"]["llama3_matched"]) == (20, 12)


HAN = "我们在学校里一起学习数学和物理然后回家吃饭看书睡觉"


def test_texts_of_all_kinds(tmp_path: Path) -> None:
    rows = [{"question": HAN}, {"question": "go " * 40}, {"question": prose(1, 600)}, item(4)]
    texts = [
        f"{'甲乙丙丁戊己庚辛壬癸' * 20}{HAN[:12]}\n{HAN[12:]}{'子丑寅卯辰巳午未申酉' * 20}",
        "", "...!!! \n\t ---", "word", "go " * 300_000, "x" * 1_000_000,
        f"{prose(2, 30)} {prose(1, 600)} {prose(3, 30)}",
    ]  # fmt: skip
    run = Run(tmp_path / "out", [("a", texts)], [write_benchmark(tmp_path / "b.jsonl", rows)], "{winnow: measure}")
    assert set(matched(run)) == {(0, "0"), (4, "1"), (6, "2")}


@pytest.mark.slow
def test_a_document_of_ten_megabytes(tmp_path: Path) -> None:
    block = prose(5, 20_000)
    text = " ".join([block] * 75) + f" {leaked(item(4))} " + block
    assert len(text) > 10_000_000
    quiz = write_benchmark(tmp_path / "b.jsonl", [item(4), item(5)])
    assert matched(Run(tmp_path / "out", [("a", [text])], [quiz], "{winnow: measure}")) == [(0, "0")]


def test_weights_tell_what_is_common_and_do_not_depend_on_scale() -> None:
    texts = [f"alpha beta gamma delta epsilon zeta eta theta {prose(n, 8)}" for n in range(40)]
    found = words(pa.array(texts, pa.string()))
    built, keys = stretches.build(found.hashes, found.offsets, np.diff(found.offsets).astype(np.int32), 0)
    weights = built.weights.reshape(40, -1)
    assert (weights[:, :4] < 16).all()  # all n-grams around them are everywhere
    assert (weights[:, 8:].max(axis=1) == 64).all()
    assert list(keys) == [4, 6]
    assert len(built.seed_items) == built.seed_offsets[-1]
