"""Runs of the contamination stages on documents and benchmarks of our own."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.ids import document_id
from pipeline.planning import contamination
from pipeline.recipe import Recipe, loads
from tests import toy_documents

Parts = list[tuple[str, list[str]]]


def recipe(benchmarks: list[str], methods: str, more: str = "") -> Recipe:
    lines = ["name: t", "seed: 1", "sources:", "  a: {reader: jsonl, paths: [a]}"]
    lines += ["contamination:", f"  benchmarks: {json.dumps(benchmarks)}", f"  methods: {methods}", f"  {more}"]
    return loads("\n".join(lines))


def write_benchmark(path: Path, rows: list[Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


class Run:
    """All stages over parts of documents, and what they wrote."""

    def __init__(
        self,
        out: Path,
        parts: Parts,
        benchmarks: list[str],
        methods: str = "{gpt3: cut, palm: measure}",
        more: str = "",
    ) -> None:
        builder = GraphBuilder(str(out))
        shared = toy_documents.rules(builder, parts)
        self.decided = contamination.add(builder, recipe(benchmarks, methods, more), shared, [])
        self.graph: Graph = builder.build()
        toy_documents.run_all(self.graph)
        self.parts = parts

    def path(self, name: str) -> str:
        return self.graph.work("contamination_tables", f"public/contamination/{name}")

    def table(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.path(f"{name}.parquet")).to_pylist()

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads(Path(self.path("summary.json")).read_text())

    def outcome(self, part: int = 0) -> dict[int, Any]:
        """row -> (verdict, reason, rows_out) of a part."""
        return {row["row"]: (row["verdict"], row["reason"], row["rows_out"]) for row in self.verdicts(part)}

    def verdicts(self, part: int = 0) -> list[dict[str, Any]]:
        return self._rows("verdicts", part)

    def pieces(self, part: int = 0) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for row in self._rows("pieces", part):
            found.setdefault(row["row"], []).append(row["text"])
            assert row["piece"] == len(found[row["row"]]) - 1
        return found

    def ids(self, part: int) -> list[str]:
        source, texts = self.parts[part]
        return [document_id(source, str(part), row).hex() for row in range(len(texts))]

    def text_of(self, identity: str) -> str:
        every = zip(range(len(self.parts)), (texts for _, texts in self.parts), strict=True)
        return {id_: text for part, texts in every for id_, text in zip(self.ids(part), texts, strict=True)}[identity]

    def _rows(self, kind: str, part: int) -> list[dict[str, Any]]:
        path = Path(self.graph.work("contamination", f"{kind}/{part:05d}.arrow"))
        return pa.ipc.open_file(path).read_all().to_pylist() if path.exists() else []
