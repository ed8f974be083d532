"""A small output folder with the real schemas, manifest shape and shards, for tests of what reads one."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline import ledger, records
from pipeline.engine.storage import DigestWriter, digest_of
from pipeline.engine.task import TableWriter
from pipeline.ids import document_id, piece_id
from pipeline.mixture.budget import plan_budget
from pipeline.publish import MANIFEST_FORMAT
from pipeline.shards.index import index_json
from pipeline.shards.layout import Layout
from pipeline.shards.pack import pack
from pipeline.shards.segments import segment_rows, sort_segments, whole_documents
from pipeline.shards.write import Shard, shard_name, write_shard

SEQ_LEN_TOKENS = 16


@dataclass
class FakeOutput:
    """Collects rows by place, then writes them with a manifest whose balance the real ledger works out."""

    folder: Path
    ledger: dict[str, list[str]]
    readers: dict[str, str] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    decisions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    documents: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    tables: dict[str, tuple[list[dict[str, Any]], pa.Schema]] = field(default_factory=dict)
    jsons: dict[str, Any] = field(default_factory=dict)
    weights: dict[str, float] | None = None
    budget_tokens: int = 400
    files: list[dict[str, Any]] = field(default_factory=list)

    def file(self, source: str, path: str, records_: int, size: int | None = 1000) -> None:
        self.inputs.append({"source": source, "path": path, "bytes": size, "etag": "1", "records": records_})

    def verdict(self, stage: str, source: str, path: str, ordinal: int, verdict: str, reason: str, **more: Any) -> str:
        identity = document_id(source, path, ordinal).hex()
        text = more.pop("text", None)
        row = dict.fromkeys(records.DECISION.names) | {"rows_out": 1 if verdict == "cut" else 0} | more
        row |= {"id": identity, "source": source, "verdict": verdict, "reason": reason}
        self.decisions.setdefault(stage, []).append(row)
        if text is not None:
            sample = {name: row.get(name) for name in records.SAMPLE.names} | {"text": text}
            self.samples.setdefault(stage, []).append(sample)
        return identity

    def document(self, source: str, path: str, ordinal: int, text: str, piece: int | None = None, **more: Any) -> str:
        identity = document_id(source, path, ordinal).hex()
        if piece is not None:
            more["parent_id"] = identity
            identity = piece_id(bytes.fromhex(identity), piece).hex()
        row = dict.fromkeys(records.DOCUMENT.names) | {"language": "en", "language_score": 0.9, "format": "prose"}
        row |= {"metadata": None} | more | {"id": identity, "text": text, "source": source}
        self.documents.setdefault(source, []).append(row)
        return identity

    def write(self, parts: int = 2) -> str:
        """Write everything, each table in `parts` files; returns OUT."""
        for kind, tables, schema in (
            ("decisions", self.decisions, records.DECISION),
            ("samples", self.samples, records.SAMPLE),
            ("documents", self.documents, records.DOCUMENT),
        ):
            for place, rows in tables.items():
                for part in range(parts):
                    self._table(f"{kind}/{place}/part-{part:05d}.parquet", rows[part::parts], schema)
        for name, (rows, schema) in self.tables.items():
            self._table(name, rows, schema, always=True)
        for name, value in self.jsons.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(value), encoding="utf-8")
            self._published(name, 0)
        mixture = self._shards() if self.weights else None
        manifest = self._manifest(mixture)
        (self.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return str(self.folder)

    def _table(self, name: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema, always: bool = False) -> None:
        if not rows and not always:
            return
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            writer = TableWriter(DigestWriter(file), schema, parquet=True)
            writer.write_rows([dict(row) for row in rows])
            writer.close()
        self._published(name, len(rows))

    def _published(self, name: str, rows: int) -> None:
        path = self.folder / name
        entry = {"path": name, "rows": rows, "bytes": path.stat().st_size, "digest": digest_of(str(path))}
        self.files.append(entry)

    def _manifest(self, mixture: dict[str, Any] | None) -> dict[str, Any]:
        counted = dict.fromkeys(self.ledger, 0)
        for entry in self.inputs:
            counted[entry["source"]] += entry["records"]
        tallies = {
            stage: ledger.tally_decisions(
                [str(self.folder / f["path"]) for f in self.files if f["path"].startswith(f"decisions/{stage}/")]
            )
            for stage in self.decisions
        }
        documents = {source: len(rows) for source, rows in self.documents.items()}
        balances = ledger.balance(self.ledger, counted, tallies, documents)
        sources = {name: {"reader": self.readers.get(name, "jsonl")} for name in self.ledger}
        return {
            "format": MANIFEST_FORMAT,
            "key": "0" * 64,
            "recipe": {"name": "a-test", "seed": 7, "sources": sources},
            "recipe_hash": "ab" * 16,
            "seed": 7,
            "versions": {"winnow": "0.1.0", "pyarrow": "25.0.1"},
            "inputs": self.inputs,
            "ledger": self.ledger,
            "stages": [asdict(row) for row in balances],
            "documents": documents,
            "mixture": mixture,
            "work": [],
            "files": sorted(self.files, key=lambda entry: entry["path"]),
        }

    def _shards(self) -> dict[str, Any]:
        """One token a byte; every document once."""
        assert self.weights is not None
        names = tuple(sorted(self.ledger))
        layout = Layout(SEQ_LEN_TOKENS, 257, 256, "cd" * 16, "ab" * 16, names)
        batches, unique = [], dict.fromkeys(names, 0)
        for number, source in enumerate(names):
            rows = self.documents.get(source, [])
            if not rows:
                continue
            coded = [np.append(np.frombuffer(row["text"].encode(), np.uint8).astype(np.uint16), 256) for row in rows]
            n_tokens = np.array([len(tokens) for tokens in coded], np.int64)
            unique[source] = int(n_tokens.sum())
            ids = np.frombuffer(bytes.fromhex("".join(row["id"] for row in rows)), np.uint8).reshape(-1, 16)
            copies = whole_documents(n_tokens, (np.arange(len(rows)) + 0.5) / len(rows), SEQ_LEN_TOKENS)
            offsets = np.concatenate(([0], np.cumsum(n_tokens)))
            batches.append(
                segment_rows(
                    ids, offsets, np.concatenate(coded).astype(np.uint16), copies, source_index=number,
                    seq_len_tokens=SEQ_LEN_TOKENS, end_of_text_id=256,
                )
            )  # fmt: skip
        written: list[Shard] = []
        (self.folder / "shards").mkdir(parents=True, exist_ok=True)
        name = shard_name("train", 0, 1)
        data = io.BytesIO()
        ordered = sort_segments(batches).combine_chunks().to_batches()
        written.append(write_shard(name, DigestWriter(data), pack(ordered, layout, None), layout))
        (self.folder / "shards" / name).write_bytes(data.getvalue())
        (self.folder / "shards" / "index.json").write_bytes(index_json(layout, {"train": written}))
        self._published(f"shards/{name}", written[0].sequences)
        self._published("shards/index.json", 0)
        budget = plan_budget(self.weights, unique, self.budget_tokens, 4)
        return {
            "budget_tokens": budget.budget_tokens,
            "target_tokens": budget.target_tokens,
            "short": budget.short,
            "notes": list(budget.notes),
            "sources": [asdict(source) for source in budget.sources],
        }


ARABIC = "النص يبدأ من اليمين وفيه كلمات قليلة."
MARKUP = '<script>alert("x")</script> & <b>bold</b> \x1b[31mred\x00'


def small(folder: Path) -> FakeOutput:
    """Two sources, every verdict, a text with markup and one from right to left."""
    made = FakeOutput(
        folder,
        {"books": ["read", "c4", "exact_dedup"], "web": ["read", "url", "extract", "language", "c4", "exact_dedup"]},
        {"web": "warc"},
        weights={"web": 0.5, "books": 0.5},
    )
    made.file("web", "crawl/a.warc.gz", 10)
    made.file("web", "crawl/b.warc.gz", 3, None)
    made.file("books", "books.jsonl.gz", 4, 500)
    a, b, books = "crawl/a.warc.gz", "crawl/b.warc.gz", "books.jsonl.gz"
    page = "https://site.example/page"
    made.verdict("read", "web", a, 0, "drop", "record_type", detail="warcinfo")
    made.verdict("read", "web", a, 1, "drop", "record_type", detail="request", url=page, native_id="<urn:uuid:1>")
    made.verdict(
        "read",
        "web",
        b,
        2,
        "quarantine",
        "truncated_record",
        detail=f"{b}, byte 77: the content ends after 5 of 9 bytes",
    )
    made.verdict(
        "url",
        "web",
        a,
        2,
        "drop",
        "url_too_long",
        score=300.0,
        threshold=200.0,
        url="https://long.example/" + "x" * 300,
    )
    made.verdict(
        "extract", "web", a, 3, "quarantine", "extraction_failed", detail="deadline", url="https://slow.example/"
    )
    made.verdict("language", "web", a, 4, "drop", "language_not_kept", detail="ar", score=0.99, text=ARABIC)
    made.verdict(
        "language", "web", a, 5, "drop", "language_score_low", detail="en", score=0.4, threshold=0.65, text="hm hm"
    )
    made.verdict(
        "c4", "web", a, 6, "drop", "too_few_sentences", score=1.0, threshold=3.0, text=MARKUP, url="javascript:alert(1)"
    )
    made.verdict("c4", "books", books, 3, "drop", "too_few_sentences", score=2.0, threshold=3.0, text="One. Two.")
    kept = made.document(
        "web", a, 7, "The page that stayed. " * 8, url=page, native_id="<urn:uuid:2>",
        metadata={"warc_file": a, "warc_offset": "4711", "title": "A page", "code_languages": "python, shell"},
    )  # fmt: skip
    made.verdict("c4", "web", a, 7, "cut", "lines_removed", score=2.0, url=page, native_id="<urn:uuid:2>")
    made.document(
        "web", a, 8, "def f():\n    return 1\n", url="https://code.example/f", format="code", code_language="python"
    )
    made.document("web", a, 9, "Ein Satz auf Deutsch. Noch einer.", url="https://code.example/de", language="de")
    made.document("web", b, 0, "Short.", url="http://[::1]:80/x", language=None, format=None)
    made.verdict(
        "exact_dedup", "web", b, 1, "drop", "exact_duplicate", witness=kept, url=page, native_id="<urn:uuid:3>",
        text="The page that stayed. " * 8,
    )  # fmt: skip
    made.verdict(
        "exact_dedup", "books", books, 2, "drop", "exact_duplicate", witness=kept, text="The page that stayed. " * 8
    )
    made.document("books", books, 0, "A long chapter. " * 200)
    made.document("books", books, 1, "A short chapter. " * 10)
    return made
