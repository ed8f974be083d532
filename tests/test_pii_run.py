"""A recipe with `pii`, as a user runs it: what is published, what is on record, and what verify finds."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import recheck_pii, records
from pipeline.recipe import RecipeError, loads
from pipeline.report.explain import explain
from pipeline.run import RunResult, run
from pipeline.verify import verify
from tests.test_dedup_copies_run import digests

LINES = (
    "Write to the miller at jo@mill.org or jo@river.org about flour, 14 sacks at least.",
    "The gate answers at 93.184.215.14 and, inside the house, at 192.168.4.20.",
    "The office is open from 8 to 12; Tel. 020 7946 0958, or +44 20 7946 0959 from abroad.",
    "Nobody knows who built the wheel in 1790, nor why it has 36 paddles.",
    "Ünder the bridge, says ana@bridge.org, the water is 3.5 m deep.",
)
KEPT = 12


def write(folder: Path) -> Path:
    """Twelve documents of two sources, each with some of the lines and a line of its own; the last is there twice."""
    folder.mkdir(parents=True)
    rows = [
        {"id": f"n{n}", "text": "\n".join([f"Day {n} at the mill.", *(LINES[(n + k) % 5] for k in range(n % 4))])}
        for n in [*range(KEPT), KEPT - 1]
    ]
    for name, mine in (("old", rows[::2]), ("new", rows[1::2])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in mine))
    return folder


def go(folder: Path, out: Path, pii: str, workers: int = 1) -> RunResult:
    sources = "".join(f"  {name}: {{reader: jsonl, paths: [{folder}/{name}.jsonl]}}\n" for name in ("old", "new"))
    return run(
        loads(f"name: t\nseed: 1\nsources:\n{sources}dedup: {{exact: true}}\npii: {pii}\n"), out, workers=workers
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("pii") / "files")


@pytest.fixture(scope="module")
def result(files: Path) -> RunResult:
    return go(files, files.parent / "out", "{email: mask, ip: mask, phone: measure, keys: mask}")


def documents(result: RunResult) -> dict[str, dict[str, str]]:
    return {row["native_id"]: row for row in pq.read_table(Path(result.out, "documents")).to_pylist()}


def test_documents_are_masked_and_nothing_else_is_changed(result: RunResult) -> None:
    found = documents(result)
    assert len(found) == KEPT
    for number in range(KEPT):
        lines = [f"Day {number} at the mill.", *(LINES[(number + k) % 5] for k in range(number % 4))]
        text = "\n".join(lines).replace("93.184.215.14", "192.0.2.1")
        for name in ("jo@mill.org", "jo@river.org", "ana@bridge.org"):
            text = text.replace(name, "email@example.com")
        assert found[f"n{number}"]["text"] == text


def test_what_was_found_is_on_record_without_its_text(result: RunResult) -> None:
    matches = pq.read_table(Path(result.out, "pii"))
    assert matches.schema.equals(records.PII_MATCH)
    texts = {row["id"]: number for number, row in documents(result).items()}
    for row in matches.to_pylist():
        number = int(texts[row["id"]][1:])
        lines = [f"Day {number} at the mill.", *(LINES[(number + k) % 5] for k in range(number % 4))]
        assert "\n".join(lines)[row["span_start"] : row["span_end"]] in {
            "jo@mill.org", "jo@river.org", "ana@bridge.org", "93.184.215.14", "020 7946 0958", "+44 20 7946 0959",
        }  # fmt: skip
        assert row["action"] == ("measure" if row["kind"] == "phone" else "mask")
    masked = sum(row["action"] == "mask" for row in matches.to_pylist())
    decisions = pq.read_table(Path(result.out, "decisions", "pii")).to_pylist()
    assert sum(row["score"] for row in decisions) == masked > 10
    assert {(row["verdict"], row["reason"], row["rows_out"]) for row in decisions} == {("cut", "personal_data", 1)}
    for path in Path(result.out).glob("*/**/*.parquet"):
        if path.parts[-3] in ("decisions", "pii") or path.parts[-2] in ("pii",):
            assert b"mill.org" not in b"".join(str(pq.read_table(path).to_pylist()).encode().split())


def test_it_is_verified_reported_and_explained(result: RunResult) -> None:
    lines: list[str] = []
    assert verify(result.out, lines.append) == []
    assert any("Personal data" in line for line in lines)
    report = json.loads(Path(result.out, "report.json").read_text())
    rows = {(row["source"], row["kind"]): row for row in report["pii"]}
    matches = pq.read_table(Path(result.out, "pii")).to_pylist()
    for (source, kind), row in rows.items():
        mine = [match for match in matches if (match["source"], match["kind"]) == (source, kind)]
        assert (row["places"], row["documents"]) == (len(mine), len({match["id"] for match in mine}))
    assert rows["old", "keys"]["places"] == 0
    assert "labelled" in rows["new", "phone"]["rules"]
    page = Path(result.out, "report.html").read_text()
    assert "What was found" in page
    empty = [source for (source, kind), row in rows.items() if kind == "keys" and not row["places"]]
    assert f"Looked for and not found: keys and tokens in {', '.join(empty)}" in page
    assert page.count("<td>keys and tokens</td>") == sum(kind == "keys" for _, kind in rows) - len(empty)
    told = explain(result.out, next(row["id"] for row in matches if row["kind"] == "email"))
    assert "personal_data" in told
    assert "email, mask: characters" in told


def test_workers_change_nothing(result: RunResult, files: Path, tmp_path: Path) -> None:
    again = go(files, tmp_path / "out", "{email: mask, ip: mask, phone: measure, keys: mask}", workers=3)
    assert digests(Path(again.out)) == digests(Path(result.out))


def test_only_the_named_sources(files: Path, tmp_path: Path) -> None:
    out = go(files, tmp_path / "out", "{email: mask, sources: [new]}")
    by_source = {"old": "", "new": ""}
    for row in documents(out).values():
        by_source[row["source"]] += row["text"]
    assert "jo@mill.org" in by_source["old"]
    assert "jo@mill.org" not in by_source["new"]
    assert verify(out.out) == []
    assert "pii" not in out.manifest["ledger"]["old"]


def test_verify_finds_what_was_not_masked(result: RunResult) -> None:
    (path, *_) = sorted(Path(result.out, "documents").rglob("*.parquet"))
    whole = path.read_bytes()
    table = pq.read_table(path)
    for damage, complaint in (
        (lambda text: text.replace("email@example.com", "jo@mill.org"), "still holds"),
        (lambda text: text.replace("email@example.com", "nobody"), "does not have the replacements"),
    ):
        texts = pa.array([damage(text) for text in table["text"].to_pylist()])
        pq.write_table(table.set_column(table.schema.get_field_index("text"), "text", texts), path)
        problems = list(recheck_pii.recheck(result.out, result.manifest))
        path.write_bytes(whole)
        assert any(complaint in problem for problem in problems)
    assert list(recheck_pii.recheck(result.out, result.manifest)) == []


@pytest.mark.parametrize(
    ("pii", "said"),
    [
        ("{}", "nothing to look for"), ("{email: hide}", "mask"), ("{mail: mask}", "mail"),
        ("{email: mask, sources: [ne]}", "unknown source 'ne'"),
    ],
)  # fmt: skip
def test_mistakes_are_named(pii: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        loads(f"name: t\nseed: 1\nsources:\n  new: {{reader: jsonl, paths: [x.jsonl]}}\npii: {pii}\n")


def test_pieces_of_a_document_that_was_cut(tmp_path: Path) -> None:
    """Benchmark text is cut out first; each piece is masked, and has its own places and its own decision."""
    question = "Which of the nine wooden paddles of the old wheel touches the water when the moon is full in May?"
    prose = " ".join(f"On day {n} the miller counted {n * 7} sacks of rye and wrote it down." for n in range(40))
    text = f"Ask jo@mill.org first. {prose}\n{question} The seventh one.\n{prose} Or ask ana@bridge.org later."
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "whole", "text": text}) + "\n")
    (tmp_path / "quiz.jsonl").write_text(json.dumps({"question": question, "answer": "The seventh one."}) + "\n")
    recipe = (
        f"name: t\nseed: 1\nsources: {{a: {{reader: jsonl, paths: [{tmp_path}/in.jsonl]}}}}\n"
        f"contamination: {{benchmarks: [{tmp_path}/quiz.jsonl], methods: {{gpt3: cut}}}}\npii: {{email: mask}}\n"
    )
    out = run(loads(recipe), tmp_path / "out", workers=1)
    pieces = pq.read_table(Path(out.out, "documents")).to_pylist()
    assert len(pieces) == 2
    assert [piece["text"].count("email@example.com") for piece in pieces] == [1, 1]
    decided = pq.read_table(Path(out.out, "decisions", "pii")).to_pylist()
    assert {row["id"] for row in decided} == {piece["id"] for piece in pieces}
    assert verify(out.out) == []
    told = explain(out.out, pieces[0]["id"])
    assert "personal_data" in told
    assert "email, mask: characters 4 to 15" in told
    assert "2 pieces" in explain(out.out, pieces[0]["parent_id"])
