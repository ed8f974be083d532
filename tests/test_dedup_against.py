"""A run that writes an index, and runs that are compared with it."""

import gzip
import hashlib
import io
import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipeline import recheck_against, records
from pipeline.cli import main
from pipeline.dedup import earlier as compared
from pipeline.dedup import most_similar
from pipeline.dedup.index import open_index, read_index
from pipeline.duplicate_losses import losses
from pipeline.errors import WinnowError
from pipeline.publish import publish, read_manifest
from pipeline.quickstart.variants import jaccard
from pipeline.recipe import loads
from pipeline.report.explain import explain
from pipeline.run import RunResult, make_plan, run
from pipeline.show_plan import show
from pipeline.verify import verify
from tests.test_near_stages import edited, text
from tests.toy_documents import run_all

OLD = {f"o{n}": text(n) for n in range(12)}
NEW = {
    "same": text(3),
    "near": edited(text(7), 1, 2),
    "less": edited(text(8), 1, 60),
    "own": text(100),
    "own, again": text(100) + " once more",
}


def write(path: Path, texts: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"id": name, "text": value}) + "\n" for name, value in texts.items()))


def recipe(folder: Path, files: str, dedup: str, name: str = "t") -> Any:
    lines = [f"name: {name}", "seed: 1", "sources:", f"  web: {{reader: jsonl, paths: ['{files}']}}"]
    return loads("\n".join([*lines, f"dedup: {{{dedup}}}"]), folder=folder)


def go(folder: Path, files: str, dedup: str, out: str, *, name: str = "t") -> str:
    """The run in this process, without a report; returns its OUT."""
    plan = make_plan(recipe(folder, files, dedup, name), str(folder / out))
    run_all(plan.graph)
    publish(plan)
    return plan.graph.out


def rows(out: str, name: str) -> list[dict[str, Any]]:
    return pq.read_table(Path(out, name)).to_pylist()


def kept(out: str) -> list[str]:
    there = Path(out, "documents").exists()
    return sorted(row["native_id"] for row in rows(out, "documents")) if there else []


def digests(out: str) -> dict[str, str]:
    """Of all that is part of the contract."""
    leave = {"work", "run.json", "report.json", "report.html"}
    found = ((path.relative_to(out), path) for path in sorted(Path(out).rglob("*")) if path.is_file())
    return {str(n): hashlib.sha256(p.read_bytes()).hexdigest() for n, p in found if n.parts[0] not in leave}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files, a run over them that wrote an index, and files of a year later."""
    made = tmp_path_factory.mktemp("runs")
    names = list(OLD)
    for number in (0, 1):
        write(made / f"old-{number}.jsonl", {name: OLD[name] for name in names[number::2]})
    for number, (name, value) in enumerate(NEW.items()):
        write(made / f"new-{number}.jsonl", {name: value})
    go(made, "old-*.jsonl", "exact: true, minhash: {}, write_index: true", "old", name="last-year")
    return made


@pytest.fixture(scope="module")
def result(folder: Path) -> RunResult:
    asked = recipe(folder, "new-*.jsonl", "exact: true, minhash: {}, against: [old]")
    return run(asked, folder / "new", workers=2)


def test_what_an_earlier_run_has_goes_and_its_documents_stay(folder: Path, result: RunResult) -> None:
    assert kept(result.out) == ["less", "own, again"]
    theirs = {row["native_id"]: row for row in pq.read_table(folder / "old/documents").to_pylist()}
    same, near = sorted(rows(result.out, "dedup/against.parquet"), key=lambda row: row["method"])
    assert (same["kept_id"], same["similarity"], same["method"]) == (theirs["o3"]["id"], None, "exact")
    assert (near["kept_id"], near["method"]) == (theirs["o7"]["id"], "jaccard")
    assert near["similarity"] == pytest.approx(jaccard(NEW["near"], OLD["o7"]))
    for pair in (same, near):
        there = pq.read_table(folder / "old" / pair["file"])["id"][pair["row"]].as_py()
        assert (there, pair["run"]) == (pair["kept_id"], "last-year")
    assert all(row["rows_in"] == row["rows_out"] + row["dropped"] for row in result.manifest["stages"])
    lines: list[str] = []
    assert verify(result.out, lines.append) == []
    assert any("because of an earlier run" in line for line in lines)


def test_the_run_is_named_by_explain_and_by_the_report(folder: Path, result: RunResult) -> None:
    told = explain(result.out, "near")
    assert "a document of run last-year (index " in told
    assert "documents/web/part-0000" in told
    assert "(jaccard), " in told
    figures = json.loads(Path(result.out, "report.json").read_text())["against"]
    (earlier,) = figures["runs"]
    assert (earlier["run"], earlier["documents"]) == ("last-year", len(OLD))
    assert {row["method"]: row["count"] for row in figures["removed"]} == {"exact": 1, "jaccard": 1}
    assert "Earlier runs" in Path(result.out, "report.html").read_text()


def test_a_plan_says_what_it_will_read(folder: Path) -> None:
    page = io.StringIO()
    plan = make_plan(recipe(folder, "new-*.jsonl", "exact: true, minhash: {}, against: [old]"), str(folder / "x"))
    show(plan, Console(file=page, width=200))
    assert "last-year │ 12 " in " ".join(page.getvalue().replace("┃", "│").split()).replace("│ last", "last")
    assert "against.bands" in page.getvalue()


def test_neither_workers_nor_order_nor_place_matter(folder: Path, result: RunResult, tmp_path: Path) -> None:
    """The earlier run is read from another place, with a second one that has nothing in common."""
    shutil.copytree(folder / "old", tmp_path / "moved/out", ignore=shutil.ignore_patterns("work"))
    write(tmp_path / "other.jsonl", {f"x{n}": text(500 + n) for n in range(3)})
    go(tmp_path, "other.jsonl", "exact: true, minhash: {}, write_index: true", "other")
    settings = "exact: true, minhash: {}, against: [%s]"
    moved = go(folder, "new-*.jsonl", settings % f"{tmp_path}/moved/out/dedup/index", "moved")
    assert digests(moved) == digests(result.out)
    places = f"{tmp_path}/other", f"{folder}/old"
    one = go(folder, "new-*.jsonl", settings % ", ".join(places), "one")
    two = go(folder, "new-*.jsonl", settings % ", ".join(reversed(places)), "two")
    assert digests(one) == digests(two)
    assert kept(one) == kept(result.out)


@pytest.mark.slow
def test_beam_writes_the_same(folder: Path, result: RunResult) -> None:
    dedup = "exact: true, minhash: {}, write_index: true, against: [old]"
    here = go(folder, "new-*.jsonl", dedup, "here")
    asked = recipe(folder, "new-*.jsonl", dedup)
    beam = run(asked, folder / "beam", driver="beam", beam_options=["--direct_running_mode=in_memory"])
    assert digests(here) == digests(beam.out)
    assert kept(here) == kept(result.out)


def test_a_third_run_is_compared_with_both(folder: Path) -> None:
    go(folder, "new-*.jsonl", "exact: true, minhash: {}, write_index: true, against: [old]", "second", name="second")
    write(folder / "third.jsonl", {"a": text(100), "b": text(5), "c": text(200)})
    third = go(folder, "third.jsonl", "exact: true, minhash: {}, against: [old, second]", "third")
    assert kept(third) == ["c"]
    assert {row["run"] for row in rows(third, "dedup/against.parquet")} == {"last-year", "second"}
    assert verify(third, against=[str(folder / "old"), str(folder / "second")]) == []


def test_what_is_a_duplicate_follows_the_recipe(folder: Path) -> None:
    only_equal = go(folder, "new-*.jsonl", "exact: true, against: [old]", "equal")
    assert kept(only_equal) == ["less", "near", "own", "own, again"]
    apart = go(folder, "new-*.jsonl", "minhash: {verify: false, threshold: 0.99}, against: [old]", "strict")
    assert kept(apart) == ["less", "near", "own, again"]  # compared exactly all the same
    assert verify(apart, against=[str(folder / "old")]) == []


@pytest.mark.parametrize("simhash", ["{}", "{threshold: 0.9, similarity: mutual, distance: 8, blocks: 10}"])
def test_fingerprints_of_an_earlier_run(folder: Path, simhash: str) -> None:
    """The index has fingerprints, so that a later run can choose distance and blocks."""
    go(folder, "old-*.jsonl", "simhash: {}, write_index: true", "printed", name="printed")
    later = go(folder, "new-*.jsonl", f"simhash: {simhash}, against: [printed]", "by_print")
    assert kept(later) == ["less", "own, again"]
    near, same = sorted(rows(later, "dedup/against.parquet"), key=lambda row: row["similarity"])
    assert (same["similarity"], near["method"]) == (1.0, "hamming" if simhash == "{}" else "mutual")
    theirs = {row["native_id"]: row["id"] for row in rows(str(folder / "printed"), "documents")}
    assert (same["kept_id"], near["kept_id"]) == (theirs["o3"], theirs["o7"])
    summary = Path(later, "dedup/against.json")
    found = json.loads(summary.read_text())
    assert found["simhash"]["comparisons"] >= 2
    assert "1 band in common" not in explain(later, "same")
    assert verify(later, against=[str(folder / "printed")]) == []
    summary.write_text(json.dumps({**found, "simhash": {**found["simhash"], "distance": -1}}))
    problems = list(recheck_against.recheck(later, read_manifest(later), [str(folder / "printed")]))
    assert sum("fingerprints differ in" in problem for problem in problems) == 2


def test_other_fingerprints_are_refused(folder: Path) -> None:
    go(folder, "old-0.jsonl", "simhash: {}, write_index: true", "printed_0")
    for dedup, says in (
        ("simhash: {ngram: 3}, against: [printed_0]", r"ngram 3 \(the index has 6\)"),
        ("minhash: {}, against: [printed_0]", "near-duplicates by simhash, so that its index has no MinHash"),
    ):
        with pytest.raises(WinnowError, match=says):
            make_plan(recipe(folder, "new-*.jsonl", dedup), str(folder / "refused"))
    assert kept(go(folder, "new-*.jsonl", "exact: true, against: [printed_0]", "equals")) != []


def test_documents_that_were_cut_are_known_whole_and_masked_ones_as_they_were_published(tmp_path: Path) -> None:
    """A line that all have is cut from each, and one has an address: a hash of it would help to guess that."""
    common = "\nSubscribe to the letter of the mill, and read it every week of the year!"
    old = {f"o{n}": text(n) + common for n in range(4)}
    old["o3"] = text(3) + "\nAsk jo@mill.org for more." + common
    write(tmp_path / "old.jsonl", old)
    write(tmp_path / "new.jsonl", {"cut": old["o1"], "as published": text(2), "masked": old["o3"], "other": text(9)})
    lines = ["name: old", "seed: 1", "sources: {web: {reader: jsonl, paths: [old.jsonl]}}", "pii: {email: mask}"]
    made = loads(
        "\n".join([*lines, "dedup: {exact: true, minhash: {}, ccnet_lines: {}, write_index: true}"]), folder=tmp_path
    )
    plan = make_plan(made, str(tmp_path / "old"))
    run_all(plan.graph)
    publish(plan)
    index = open_index(str(tmp_path / "old"))
    (table,) = (pa.Table.from_batches(read_index(index.path(file), file.digest)) for file in index.files)
    assert table["original"].is_null().to_pylist() == [False, False, False, True]
    published = [row["text"] for row in rows(str(tmp_path / "old"), "documents")]
    assert not any("Subscribe" in value for value in published)
    equal = go(tmp_path, "new.jsonl", "exact: true, against: [old]", "equal")
    assert kept(equal) == ["masked", "other"]
    assert verify(equal, against=[str(tmp_path / "old")]) == []
    near = go(tmp_path, "new.jsonl", "exact: true, minhash: {}, against: [old]", "near")
    assert kept(near) == ["other"]
    assert verify(near, against=[str(tmp_path / "old")]) == []


def test_the_guard_on_losses_counts_what_earlier_runs_took(folder: Path) -> None:
    plan = make_plan(recipe(folder, "new-*.jsonl", "exact: true, minhash: {}, against: [old]"), str(folder / "guarded"))
    run_all(plan.graph)
    (guard,) = losses(plan.graph, 0.3)
    assert guard.startswith("source 'web' lost 3 of 5 documents (60.0%) to deduplication")
    assert guard.count("(1: of an earlier run)") == 2


def test_documents_of_another_language_stay(tmp_path: Path) -> None:
    numbers = " ".join(str(number) for number in range(2_000))
    german = "Der alte Müller geht jeden Morgen über die Brücke und grüßt die Leute, die auf dem Markt stehen. " * 3
    english = "The old miller walks over the bridge each morning and greets the people who stand at the market. " * 3
    write(tmp_path / "old.jsonl", {"e": f"{english} {numbers}"})
    write(tmp_path / "new.jsonl", {"d": f"{german} {numbers}", "f": f"{english} Yes. {numbers}"})
    go(tmp_path, "old.jsonl", "minhash: {}, write_index: true", "old")
    across = go(tmp_path, "new.jsonl", "minhash: {}, against: [old]", "across")
    apart = go(tmp_path, "new.jsonl", "minhash: {}, against: [old], scope: per_language", "apart")
    assert (kept(across), kept(apart)) == ([], ["d"])
    assert verify(apart, against=[str(tmp_path / "old")]) == []


# -- what is missing or does not fit -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dedup", "says"),
    [
        ("exact: true, against: [nowhere]", "no such file: "),
        ("exact: true, against: [unindexed]", "wrote no index: run its command again with --set dedup.write_index"),
        ("minhash: {bands: 7, hashes: 56}, against: [old]", r"hashes 56 \(the index has 112\), bands 7 "),
        ("minhash: {ngram: 13}, against: [old]", r"ngram 13 \(the index has 5\)"),
        ("minhash: {}, against: [equal_only]", "looked for near-duplicates nowhere, so that its index has no MinHash"),
        ("simhash: {}, against: [old]", "looked for near-duplicates by minhash, so that its index has no SimHash"),
        ("ccnet_lines: {}, against: [old]", "`against` needs to know what a duplicate is"),
    ],
)  # fmt: skip
def test_an_index_that_does_not_fit_is_refused_by_the_plan(folder: Path, dedup: str, says: str) -> None:
    for name, setting in (("unindexed", "exact: true"), ("equal_only", "exact: true, write_index: true")):
        if name in dedup:
            go(folder, "old-0.jsonl", setting, name)
    with pytest.raises(WinnowError, match=says):
        make_plan(recipe(folder, "new-*.jsonl", dedup), str(folder / "refused"))


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match="there is no finished run at "):
        open_index(str(tmp_path))


def test_a_run_is_not_compared_with_itself(folder: Path) -> None:
    with pytest.raises(WinnowError, match="this run's own output"):
        make_plan(recipe(folder, "new-*.jsonl", "exact: true, against: [old]"), str(folder / "old"))


def test_other_keys_are_noticed(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "old", tmp_path / "old", ignore=shutil.ignore_patterns("work"))
    path = tmp_path / "old/dedup/index/index.json"
    whole = json.loads(path.read_text())
    for key, value, says in (
        ("probe", {"key": "0"}, "version of Winnow that has other keys"),
        ("format", 99, "has format 99, this version reads 2"),
        ("files", [{}], "is damaged"),
    ):
        path.write_text(json.dumps({**whole, key: value}))
        with pytest.raises(WinnowError, match=says):
            open_index(str(tmp_path / "old"))


def test_an_earlier_run_that_changed_or_went_is_told(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "old", tmp_path / "old", ignore=shutil.ignore_patterns("work"))
    for name in folder.glob("new-*.jsonl"):
        shutil.copy(name, tmp_path)
    later = go(tmp_path, "new-*.jsonl", "exact: true, minhash: {}, against: [old]", "new")
    documents = tmp_path / "old" / rows(later, "dedup/against.parquet")[0]["file"]
    whole = documents.read_bytes()
    documents.write_bytes(whole[:-1] + b"x")
    places = [str(tmp_path / "old")]
    problems = verify(later, against=places)
    assert any("cannot be checked" in line and "has changed since that run" in line for line in problems)
    with pytest.raises(WinnowError, match="has changed since that run"):
        go(tmp_path, "new-*.jsonl", "exact: true, minhash: {}, against: [old]", "again")
    documents.write_bytes(whole)
    assert verify(later, against=places) == []
    (tmp_path / "old").rename(tmp_path / "elsewhere")
    (problem,) = verify(later, against=places)
    assert "because of run last-year with index" in problem
    assert "there is no finished run at" in problem
    assert verify(later, against=[str(tmp_path / "elsewhere")]) == []


def test_what_the_table_says_is_computed_again(result: RunResult) -> None:
    path = Path(result.out, "dedup/against.parquet")
    whole, found = path.read_bytes(), rows(result.out, "dedup/against.parquet")
    same, near = sorted(found, key=lambda row: row["method"])
    cases = (
        ([same, {**near, "similarity": 0.9}], "but decisions/ says"),
        ([same, {**near, "similarity": 0.9}], "but their texts have similarity 0.93"),
        ([same, {**near, "similarity": 0.7}], "below the threshold of 0.8"),
        ([{**same, "row": 0 if same["row"] else 1}, near], f"but row {0 if same['row'] else 1} of "),
        ([near], "1 documents went because of earlier runs without a pair"),
        ([{**near, "method": "exact", "similarity": None}, same], "as an equal text, which it is not"),
    )
    for changed, says in cases:
        pq.write_table(pa.Table.from_pylist(changed, records.EARLIER_PAIR), path)
        problems = list(recheck_against.recheck(result.out, result.manifest, []))
        path.write_bytes(whole)
        assert any(says in problem for problem in problems), (says, problems)
    assert list(recheck_against.recheck(result.out, result.manifest, [])) == []


def test_a_changed_index_file_is_not_read(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "old", tmp_path / "old", ignore=shutil.ignore_patterns("work"))
    index = open_index(str(tmp_path / "old"))
    path = Path(index.path(index.files[0]))
    assert sum(batch.num_rows for batch in read_index(str(path), index.files[0].digest)) == index.files[0].rows
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(WinnowError, match="has changed since that run"):
        next(read_index(str(path), index.files[0].digest))


# -- who is compared with whom -----------------------------------------------------------------------------------------


def u64(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def test_nominations_count_the_keys_that_two_share() -> None:
    keys, nodes = u64(1, 2, 3, 2), u64(10, 10, 11, 12)
    known, documents = u64(2, 1, 2, 9), u64(70, 70, 71, 72)
    ((node, document, shared, cut),) = compared.nominate(keys, nodes, known, documents)
    found = list(zip(node.tolist(), document.tolist(), shared.tolist(), strict=True))
    assert found == [(10, 70, 2), (10, 71, 1), (12, 70, 1), (12, 71, 1)]
    assert cut == 0


def test_with_fingerprints_only_near_ones_are_nominated_and_equal_ones_first() -> None:
    keys, nodes, own = u64(1, 2, 1), u64(10, 10, 11), u64(0b1000, 0b1000, 0b11111)
    known, documents, prints = u64(1, 1, 1, 2, 1), u64(70, 71, 72, 71, 73), u64(0b1001, 0b1000, 0, 0b1000, 0b1000)
    near = compared.Near(own, prints, 1)
    ((node, document, shared, cut),) = compared.nominate(keys, nodes, known, documents, near=near)
    found = list(zip(node.tolist(), document.tolist(), shared.tolist(), strict=True))
    assert (found, cut) == ([(10, 70, 1), (10, 71, 2), (10, 72, 1), (10, 73, 1)], 0)
    ((node, document, shared, cut),) = compared.nominate(keys, nodes, known, documents, near=near, max_bucket=2)
    assert list(zip(node.tolist(), document.tolist(), shared.tolist(), strict=True)) == [(10, 71, 2), (10, 73, 1)]
    none = compared.Near(own, ~prints, 1)
    ((node, *_),) = compared.nominate(keys, nodes, known, documents, near=none)
    assert not len(node)


def test_a_key_of_many_documents_leads_to_some(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linear where all share a key, in pieces of any size."""
    keys, nodes = np.full(100, 5, np.uint64), np.arange(100, dtype=np.uint64)
    known, documents = np.full(1_000, 5, np.uint64), np.arange(1_000, dtype=np.uint64)
    whole = list(compared.nominate(keys, nodes, known, documents, max_bucket=3))
    assert sum(len(node) for node, *_ in whole) == 300
    assert sum(cut for *_, cut in whole) == 100
    monkeypatch.setattr(compared, "_PAIRS_AT_ONCE", 7)
    pieces = list(compared.nominate(keys, nodes, known, documents, max_bucket=3))
    assert len(pieces) > 10
    for column in range(3):
        assert np.array_equal(np.concatenate([part[column] for part in pieces]), whole[0][column])


def test_the_documents_that_share_most_are_compared() -> None:
    row, document = np.array([1, 1, 1, 1, 2], np.int32), u64(5, 6, 7, 5, 9)
    chosen = compared.most_shared(row, document, np.array([1, 3, 2, 1, 1], np.int32), most=2)
    assert [column.tolist() for column in chosen[:3]] == [[1, 1, 2], [5, 6, 9], [2, 3, 1]]
    assert chosen[3] == 1


@pytest.mark.parametrize("similarity", ["jaccard", "containment", "mutual", "scaled", "both"])
def test_the_most_similar_document_is_the_witness(similarity: str) -> None:
    """Against sets of tuples of words, for each measure."""
    settings = {"shingle": "word", "ngram": 1, "repeats": False, "similarity": similarity, "threshold": 0.6}
    settings["containment"] = 0.9 if similarity == "both" else None
    own = ["a b c d", "a b", "x y z", ""]
    theirs = ["a b c e", "a b c d e f g h", "x y w v u", "a b d c"]

    def score(one: str, other: str) -> tuple[bool, float]:
        mine, there = set(one.split()), set(other.split())
        both = len(mine & there)
        larger = max(len(mine), len(there))
        scaled = both + math.ceil((larger - both) * (128 / 1024) ** 0.25)
        of = {"containment": len(mine), "mutual": larger, "scaled": scaled}.get(similarity, len(mine | there))
        if of and both >= 0.6 * of:
            return True, both / of
        return False, both / len(mine) if similarity == "both" and mine and both >= 0.9 * len(mine) else 0.0

    pairs = [(row, document) for row in range(len(own)) for document in range(len(theirs))]
    sets = most_similar.Sets(settings).add(pa.array(own))
    row, document = (np.array(side) for side in zip(*pairs, strict=True))
    bands = np.ones(len(pairs), np.int32)
    best = most_similar.Best(row, document.astype(np.uint64), bands, sets, settings)
    for first in (0, 2):
        best.compare(u64(first, first + 1), pa.array(theirs[first : first + 2]))
    found = best.found()
    expected = {}
    for row, text_ in enumerate(own):
        similar, most, witness = max((*score(text_, other), -place) for place, other in enumerate(theirs))
        if most:
            expected[row] = (-witness, pytest.approx(most), not similar)
    got = zip(found.row.tolist(), found.document.tolist(), found.similarity, found.contained.tolist(), strict=True)
    assert {row: rest for row, *rest in got} == {row: list(rest) for row, rest in expected.items()}


# -- real input --------------------------------------------------------------------------------------------------------


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `winnow ARGUMENTS` prints; it must end with exit code 0."""
    code: object = 0
    try:
        main(list(arguments))
    except SystemExit as end:
        code = end.code
    assert code == 0
    return " ".join(capsys.readouterr().out.split())


def test_real_pages_of_two_crawls(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pairs of web pages of one canonical link: the one page in an earlier run, the other in a later one."""
    with gzip.open(shared / "data/neardup/copycat-canonical-pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    left, right = ({str(n): pair[side] for n, pair in enumerate(pairs)} for side in ("left", "right"))
    write(tmp_path / "left.jsonl", left)
    write(tmp_path / "right.jsonl", right)
    for name, more in (("left", "write_index: true"), ("right", "against: [earlier]")):
        lines_ = ["name: " + name, "seed: 1", f"sources: {{web: {{reader: jsonl, paths: [{name}.jsonl]}}}}"]
        (tmp_path / f"{name}.yaml").write_text("\n".join([*lines_, f"dedup: {{exact: true, minhash: {{}}, {more}}}"]))
    earlier, later = str(tmp_path / "earlier"), str(tmp_path / "later")
    command(capsys, "run", str(tmp_path / "left.yaml"), "--out", earlier)
    planned = command(capsys, "plan", str(tmp_path / "right.yaml"), "--out", later)
    assert "Earlier runs whose documents stay" in planned
    command(capsys, "run", str(tmp_path / "right.yaml"), "--out", later)
    theirs = {row["id"]: row["text"] for row in rows(earlier, "documents")}
    ids = {row["native_id"]: row["id"] for row in rows(earlier, "documents")}
    mine = {row["id"]: row["native_id"] for name in ("against_exact", "against_minhash") for row in
            rows(later, f"decisions/{name}")}  # fmt: skip
    found = rows(later, "dedup/against.parquet")
    assert len(found) == len(mine) > 40
    for pair in found:
        text_ = right[mine[pair["removed_id"]]]
        if pair["method"] == "jaccard" and text_.isascii() and theirs[pair["kept_id"]].isascii():
            assert pair["similarity"] == pytest.approx(jaccard(text_, theirs[pair["kept_id"]]), abs=0.01)
    stayed = set(kept(later))
    alike = [name for name in right if name in ids and jaccard(left[name], right[name]) >= 0.9]
    assert len(alike) > 20
    assert not stayed & set(alike)
    told = command(capsys, "explain", later, found[0]["removed_id"])
    assert "a document of run left (index " in told
    command(capsys, "verify", later)
