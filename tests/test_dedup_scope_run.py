"""Runs that compare documents of one crawl snapshot, or of one language, only."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import recheck_scope
from pipeline.errors import WinnowError
from pipeline.ledger import read_parquet
from pipeline.publish import publish
from pipeline.recipe import loads
from pipeline.run import make_plan
from pipeline.verify import verify
from tests.test_near_stages import edited, text
from tests.toy_documents import run_all

ONE, OTHER = "CC-MAIN-2024-10", "CC-MAIN-2024-18"
STORY = text(1)
NEAR = edited(STORY, 1, 2)


def write(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


class Done(NamedTuple):
    out: str
    manifest: Mapping[str, Any]


def go(folder: Path, source: str, dedup: str, *, out: str = "out") -> Done:
    """The run in this process, without a report."""
    recipe = f"name: t\nseed: 1\nsources:\n  web: {{reader: jsonl, {source}}}\ndedup: {{{dedup}}}\n"
    plan = make_plan(loads(recipe, folder=folder), str(folder / out))
    run_all(plan.graph)
    return Done(plan.graph.out, publish(plan))


def kept(result: Done) -> list[str]:
    return sorted(row["native_id"] for row in pq.read_table(Path(result.out, "documents")).to_pylist())


@pytest.fixture
def crawls(tmp_path: Path) -> Path:
    """A story in two crawls, twice in the first and once more with small edits."""
    write(tmp_path / ONE / "a.jsonl", {"id": "a", "text": STORY})
    write(tmp_path / ONE / "b.jsonl", {"id": "b", "text": STORY + " again"}, {"id": "c", "text": NEAR})
    write(tmp_path / ONE / "d.jsonl", {"id": "d", "text": STORY})
    write(tmp_path / OTHER / "a.jsonl", {"id": "e", "text": STORY})
    return tmp_path


def test_a_document_of_another_crawl_stays(crawls: Path) -> None:
    """Exact and near-duplicates alike; the crawl is that of the file's path."""
    result = go(crawls, "paths: ['CC-MAIN-*/*.jsonl']", "exact: true, minhash: {}, scope: per_snapshot")
    assert kept(result) == ["b", "e"]
    across = go(crawls, "paths: ['CC-MAIN-*/*.jsonl']", "exact: true, minhash: {}", out="across")
    assert kept(across) == ["b"]
    lines: list[str] = []
    assert verify(result.out, lines.append) == []
    assert any("of the same source, snapshot or language" in line for line in lines)
    snapshots = {
        row["native_id"]: json.loads(row["metadata"]["other"])["snapshot"]
        for row in pq.read_table(Path(result.out, "documents")).to_pylist()
    }
    assert snapshots == {"b": ONE, "e": OTHER}


def test_a_witness_of_another_crawl_is_found_out(crawls: Path) -> None:
    result = go(crawls, "paths: ['CC-MAIN-*/*.jsonl']", "exact: true, scope: per_snapshot")
    (name,) = Path(result.out, "decisions/exact_dedup").glob("*.parquet")
    rows = read_parquet(str(name), pq.read_schema(name).names).to_pylist()
    other = next(row for row in pq.read_table(Path(result.out, "documents")).to_pylist() if row["native_id"] == "e")
    rows[0]["witness"] = other["id"]
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(name)), name)
    (problem,) = recheck_scope.recheck(result.out, result.manifest)
    assert problem.endswith(f"because of {other['id']}, which is not of its scope (per_snapshot)")


@pytest.mark.parametrize(
    ("snapshot", "expected"),
    [("{field: dump}", 2), ("{name: one}", 1), (r"{path: '(part)-\d'}", 1), ("{path: '-[0-9]'}", 2)],
)
def test_a_recipe_says_where_the_snapshot_is_named(tmp_path: Path, snapshot: str, expected: int) -> None:
    write(tmp_path / "part-0.jsonl", {"id": "a", "text": STORY, "dump": ONE}, {"id": "b", "text": STORY, "dump": ONE})
    write(tmp_path / "part-1.jsonl", {"id": "c", "text": STORY, "dump": OTHER})
    source = f'paths: ["part-*.jsonl"], snapshot: {snapshot}'
    result = go(tmp_path, source, "exact: true, scope: per_snapshot")
    names = kept(result)
    assert len(names) == expected
    assert expected == 1 or "c" in names


def test_a_file_whose_snapshot_nobody_names_is_an_error(tmp_path: Path) -> None:
    """The time in a WARC file's name is not its crawl."""
    write(tmp_path / "CC-MAIN-20240220211055-20240221001055-00000.jsonl", {"text": STORY})
    with pytest.raises(WinnowError, match=r"sources\.web\.snapshot: which snapshot is this\? There is no crawl id"):
        go(tmp_path, 'paths: ["*.jsonl"]', "exact: true, scope: per_snapshot")


def test_a_snapshot_is_named_in_one_way(tmp_path: Path) -> None:
    for given, says in (
        ("{name: a, field: b}", "exactly one of path, field and name"),
        ("{path: '('}", "not a regular"),
    ):
        with pytest.raises(WinnowError, match=says):
            go(tmp_path, f'paths: ["x"], snapshot: {given}', "exact: true")


def test_documents_of_two_languages_are_never_compared(tmp_path: Path) -> None:
    """Equal but for their alphabet's neighbours: the same words, tagged by what stands around them."""
    german = "Der alte Müller geht jeden Morgen über die Brücke und grüßt die Leute, die auf dem Markt stehen. " * 3
    english = "The old miller walks over the bridge each morning and greets the people who stand at the market. " * 3
    numbers = " ".join(str(number) for number in range(2_000))
    write(tmp_path / "a.jsonl", *({"id": name, "text": f"{first} {numbers}"} for name, first in
          (("d1", german), ("d2", german + "Ja."), ("e1", english), ("e2", english + "Yes."))))  # fmt: skip
    across = go(tmp_path, "paths: [a.jsonl]", "minhash: {}", out="across")
    apart = go(tmp_path, "paths: [a.jsonl]", "minhash: {}, scope: per_language")
    assert len(kept(across)) == 1
    languages = {row["language"] for row in pq.read_table(Path(apart.out, "documents")).to_pylist()}
    assert (len(kept(apart)), languages) == (2, {"de", "en"})
    assert verify(apart.out) == []
