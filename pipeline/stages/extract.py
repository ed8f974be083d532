"""extract.<source>: records -> documents with text and tags. The costly stage, kept apart from the rules so that a
changed rule never extracts again.

Task t reads the units of `params["tasks"][t]` ([file, split, splits of the file]) and writes
- docs/00000.arrow       WORK_DOCUMENT rows, in record order
- inputs/00000.parquet   INPUT rows: how many records each unit held
- public/decisions/{read,url,extract}/..., public/samples/...   what did not become a document
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipeline import records
from pipeline.engine.task import TaskContext
from pipeline.extract import IN_PROCESS, ExtractOptions, Inside, Outcome, Page, Sandbox
from pipeline.extract.code_blocks import visible_chars
from pipeline.extract.gate import SAMPLE_SHARE as GATE_SAMPLE_SHARE
from pipeline.filters import FILTERS
from pipeline.ids import document_id, hash01
from pipeline.sources import READERS, WHOLE_FILE, InputFile, Record, Rejected, Split
from pipeline.stages.decide import Decisions
from pipeline.tag import tag_documents
from pipeline.tag.code_blocks import tag_code_blocks

BATCH_ROWS = 256
BATCH_TEXT_BYTES = 8 << 20
_LANGUAGE_TAGS = ("script", "second_language", "second_language_share", "language_uncertain")


@dataclass(slots=True)
class _Candidate:
    """A record on its way to a row; `outcome` is set once its text is known."""

    id: bytes
    record: Record
    outcome: Outcome | None
    snapshot: str | None


def run(ctx: TaskContext) -> None:
    """Read, decode, extract and tag the units of one task."""
    _Extraction(ctx).run()


class _Extraction:
    def __init__(self, ctx: TaskContext) -> None:
        params = ctx.params
        self._ctx = ctx
        self._source: str = params["source"]
        self._reader = READERS[params["reader"]]
        self._options = self._reader.options.model_validate(params["options"])
        self._url_filter = FILTERS["url"] if params["url_filter"] is not None else None
        self._url_params = self._url_filter and self._url_filter.params.model_validate(params["url_filter"])
        part = params["first_part"] + ctx.task
        self._read = Decisions(ctx, "read", part, self._source)
        self._url = Decisions(ctx, "url", part, self._source)
        self._extract = Decisions(ctx, "extract", part, self._source)
        self._docs = ctx.arrow(f"docs/{ctx.task:05d}.arrow", records.WORK_DOCUMENT)
        self._waiting: deque[_Candidate] = deque()  # in record order; extraction answers from the left
        self._batch: list[_Candidate] = []
        self._batch_bytes = 0
        self._inside = False  # whether pages are extracted in this process
        self._snapshot: str | None = None  # of the file that is being read
        self._ended: int | None = None  # how workers ended that worked on the record before

    def run(self) -> None:
        extract = ExtractOptions.model_validate(self._ctx.params["extract"])
        self._inside = extract.method in IN_PROCESS
        pages = self._reader.yields_pages(self._options)
        if pages:
            where = Inside if self._inside else Sandbox
            with where(
                extract,
                gate_languages=tuple(self._ctx.params["gate_languages"]),
                language_model=self._ctx.places["language_model"],
            ) as extractor:
                for outcome in extractor.extract(self._pages()):
                    # The left end always waits for a page: ready candidates there were passed on at once.
                    self._waiting[0].outcome = outcome
                    self._drain()
        else:
            deque(self._pages(), maxlen=0)
        self._drain()
        self._flush()
        for decisions in (self._read, self._url, self._extract):
            decisions.close()

    def _pages(self) -> Iterator[Page]:
        """Pages to extract, in order; records that need no extraction join the queue on the way."""
        params = self._ctx.params
        units = params["tasks"][self._ctx.task]
        inputs = self._ctx.parquet(f"inputs/{self._ctx.task:05d}.parquet", records.INPUT)
        for number, (file_number, split_number) in enumerate(units):
            file, split = self._unit(file_number, split_number)
            self._snapshot = params["snapshots"][file_number] if "snapshots" in params else None
            count = 0
            for outcome in self._records(file, split, number):
                count += 1
                identity = document_id(self._source, file.relpath, outcome.ordinal)
                if isinstance(outcome, Rejected):
                    self._read.add(
                        identity, outcome.verdict, outcome.reason, native_id=outcome.native_id, url=outcome.url,
                        detail=outcome.detail,
                    )  # fmt: skip
                elif not self._sampled(identity):
                    self._read.add(identity, "drop", "not_sampled", native_id=outcome.native_id, url=outcome.url)
                elif self._url_kept(identity, outcome):
                    yield from self._queue(identity, outcome)
            inputs.write_rows(
                [
                    {
                        "source": self._source,
                        "path": file.relpath,
                        "split": split.index,
                        "first_ordinal": split.first_ordinal,
                        "records": count,
                    }
                ]
            )
            self._ctx.progress((number + 1) / len(units))

    def _queue(self, identity: bytes, record: Record) -> Iterator[Page]:
        if record.content is not None:
            self._waiting.append(_Candidate(identity, record, None, self._snapshot_of(record)))
            checks_gate = hash01(self._ctx.params["seed"], "language_gate", identity) < GATE_SAMPLE_SHARE
            yield Page(record.content, record.charset, record.url, checks_gate, self._ended)
            return
        text = record.text or ""
        if text.strip():
            ready = Outcome(text, "", "keep", None, "", 0, None)
        else:
            ready = Outcome(None, "", "drop", "empty_text", "the record's text is empty", 0, None)
        self._waiting.append(_Candidate(identity, record, ready, self._snapshot_of(record)))
        if self._waiting[0].outcome is not None:
            self._drain()

    def _snapshot_of(self, record: Record) -> str | None:
        field = self._ctx.params.get("snapshot_field")  # asked for by few recipes
        return self._snapshot if field is None else record.metadata.get(field)

    def _unit(self, file_number: int, split_number: int | None) -> tuple[InputFile, Split]:
        relpath, size, etag = self._ctx.params["files"][file_number]
        file = InputFile(self._source, self._ctx.places["paths"][file_number], relpath, size, etag)
        if split_number is None:
            return file, WHOLE_FILE
        index_task, planned = self._ctx.params["cut"][str(file_number)]
        splits = self._ctx.json(f"index.{self._source}", f"splits/{index_task:05d}.json")
        if splits is None:  # one piece after all: the first unit reads it whole
            splits = [[0, 0, None, 0]]
        if split_number >= len(splits):
            return file, Split(split_number, 0, 0, 0)
        index, start, end, first_ordinal = splits[split_number]
        if split_number == planned - 1:  # whatever the index found beyond the plan belongs to the last unit
            end = None
        return file, Split(index, start, end, first_ordinal)

    def _records(self, file: InputFile, split: Split, unit: int) -> Iterator[Record | Rejected]:
        """The reader's outcomes, with what killed a worker before set aside as a quarantine row."""
        if split.start == split.end:
            return
        outcomes = self._reader.read(file, split, self._options)
        ordinal = split.first_ordinal
        while True:
            reading = (unit << 41) | (ordinal << 1) | 1
            if reading in self._ctx.poisoned:
                yield Rejected(ordinal, "quarantine", "reader_crashed", f"{file.relpath}: reading on ended the process")
                return
            self._ctx.at(reading)
            outcome = next(outcomes, None)
            if outcome is None:
                return
            ordinal = outcome.ordinal + 1
            working = (unit << 41) | (outcome.ordinal << 1)
            self._ctx.at(working)
            self._ended = self._ctx.poisoned.get(working)
            if self._ended is not None and not (self._ended and self._inside) and isinstance(outcome, Record):
                outcome = Rejected(
                    outcome.ordinal, "quarantine", "worker_crashed", f"{file.relpath}: working on it ended the process",
                    outcome.native_id, outcome.url,
                )  # fmt: skip
            yield outcome

    def _sampled(self, identity: bytes) -> bool:
        share: float = self._ctx.params["sample"]
        return share >= 1 or hash01(self._ctx.params["seed"], "sample", identity) < share

    def _url_kept(self, identity: bytes, record: Record) -> bool:
        if self._url_filter is None:
            return True
        row = pa.RecordBatch.from_arrays(
            [pa.array([""], pa.string()), pa.array([record.url], pa.string())], names=["text", "url"]
        )
        result = self._url_filter.apply(row, self._url_params)
        if not result.code[0]:
            return True
        self._url.add(
            identity, "drop", self._url_filter.reasons[result.code[0] - 1], native_id=record.native_id, url=record.url,
            score=float(result.score[0]), threshold=float(result.threshold[0]),
        )  # fmt: skip
        return False

    def _drain(self) -> None:
        while self._waiting and self._waiting[0].outcome is not None:
            candidate = self._waiting.popleft()
            outcome = candidate.outcome
            assert outcome is not None
            if outcome.verdict == "keep" and outcome.text is not None:
                if outcome.reason:  # the text is a cheaper extractor's
                    self._extract.add(
                        candidate.id, "cut", outcome.reason, rows_out=1, native_id=candidate.record.native_id,
                        url=candidate.record.url, detail=outcome.detail,
                    )  # fmt: skip
                self._batch.append(candidate)
                self._batch_bytes += len(outcome.text)
                if len(self._batch) >= BATCH_ROWS or self._batch_bytes >= BATCH_TEXT_BYTES:
                    self._flush()
            else:
                self._extract.add(
                    candidate.id, "quarantine" if outcome.verdict == "quarantine" else "drop",
                    outcome.reason or "no_main_text", native_id=candidate.record.native_id, url=candidate.record.url,
                    detail=outcome.detail,
                )  # fmt: skip

    def _flush(self) -> None:
        """Tag the waiting documents and write them."""
        if not self._batch:
            return
        texts = pa.array([_encodable(c.outcome.text) for c in self._batch if c.outcome], pa.string())
        urls = pa.array([c.record.url for c in self._batch], pa.string())
        tags = tag_documents(texts, urls, model=self._ctx.places["language_model"])
        columns: dict[str, Any] = {
            "id": pa.array([c.id for c in self._batch], records.ID),
            "native_id": pa.array([c.record.native_id for c in self._batch], pa.string()),
            "parent_id": pa.nulls(len(self._batch), pa.string()),
            "text": texts,
            "source": pa.array([self._source] * len(self._batch), pa.string()),
            "url": urls,
            "date": pa.array([c.record.date for c in self._batch], pa.string()),
            **{name: tags.column(name) for name in ("language", "language_score", "code_language", "format")},
            "quality": pa.nulls(len(self._batch), pa.float32()),
            "metadata": pa.array(
                [
                    list((_metadata(c) | of_language | of_code).items())
                    for c, of_language, of_code in zip(
                        self._batch, _language_metadata(tags), _code_metadata(self._batch), strict=True
                    )
                ],
                records.METADATA,
            ),
        }
        arrays = [columns[field.name].cast(field.type) for field in records.WORK_DOCUMENT]
        self._docs.write(pa.RecordBatch.from_arrays(arrays, schema=records.WORK_DOCUMENT))
        self._batch, self._batch_bytes = [], 0


def _metadata(candidate: _Candidate) -> dict[str, str]:
    found = dict(candidate.record.metadata)
    outcome = candidate.outcome
    if outcome is not None and outcome.charset:
        found["charset"] = outcome.charset
    if outcome is not None and outcome.reason:
        found["extract_fallback"] = f"{outcome.reason}: {outcome.detail}"
    if outcome is not None and outcome.title:
        found["title"] = _encodable(outcome.title)
    if candidate.snapshot is not None:
        found[records.SNAPSHOT] = candidate.snapshot
    return found


def _language_metadata(tags: pa.RecordBatch) -> Iterator[dict[str, str]]:
    """What is said of a document's language beside its name and score: what holds, and nothing else."""
    columns = (tags[name].to_pylist() for name in _LANGUAGE_TAGS)
    for script, second, share, uncertain in zip(*columns, strict=True):
        found = {"script": script}
        if second is not None:
            found |= {"second_language": second, "second_language_share": f"{share:.4f}"}
        if uncertain:
            found["language_uncertain"] = "true"
        yield found


def _code_metadata(batch: list[_Candidate]) -> Iterator[dict[str, str]]:
    """Languages of a page's code blocks, most characters first, and their share of the text's visible characters."""
    outcomes = [candidate.outcome for candidate in batch]
    found = tag_code_blocks([outcome.code if outcome else () for outcome in outcomes])
    for outcome, sizes in zip(outcomes, found, strict=True):
        if outcome is None or not sizes:
            yield {}
            continue
        languages = sorted(sizes, key=lambda language: (-sizes[language], language))
        share = min(1.0, sizes.total() / max(1, visible_chars(outcome.text or "")))
        yield {"code_languages": ", ".join(languages), "code_share": f"{share:.4f}"}


def _encodable(text: str | None) -> str:
    """Text without lone surrogates, which JSON may carry and UTF-8 cannot."""
    return (text or "").encode("utf-8", "replace").decode("utf-8")
