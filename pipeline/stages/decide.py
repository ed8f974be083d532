"""Writing verdicts: decision rows and samples of one ledger stage, from one task."""

from typing import Any

import pyarrow as pa
import xxhash

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext

SAMPLES_PER_REASON = 4  # texts of dropped rows kept for reports, a reason and a task
SAMPLE_MAX_CHARS = 4_000
SAMPLE_SHARE = 0.01  # of what stays
_PENDING_ROWS = 1024


class Decisions:
    """Collects the verdicts of one ledger stage (`read`, `gopher_quality`, ...) and writes them in the order given.

    Files appear only when there is something to write: public/decisions/<stage>/part-<part>.parquet and
    public/samples/...
    """

    def __init__(self, ctx: TaskContext, ledger_stage: str, part: int, source: str) -> None:
        self._ctx = ctx
        self.ledger_stage = ledger_stage
        self._part = f"part-{part:05d}.parquet"
        self._source = source
        self._rows: list[dict[str, Any]] = []
        self._samples: list[dict[str, Any]] = []
        self._sampled: dict[str, int] = {}

    def add(
        self,
        identity: bytes,
        verdict: records.Verdict,
        reason: str,
        *,
        native_id: str | None = None,
        url: str | None = None,
        rows_out: int = 0,
        score: float | None = None,
        threshold: float | None = None,
        witness: bytes | None = None,
        detail: str | None = None,
        text: str | None = None,
    ) -> None:
        """Record one verdict; `text`, where there is one, may become a sample."""
        self._rows.append(
            {
                "id": identity.hex(),
                "native_id": native_id,
                "source": self._source,
                "url": url,
                "verdict": verdict,
                "reason": reason,
                "rows_out": rows_out,
                "score": score,
                "threshold": threshold,
                "witness": witness.hex() if witness is not None else None,
                "detail": detail,
            }
        )
        if len(self._rows) >= _PENDING_ROWS:
            self._flush()
        if text is not None and self._sampled.setdefault(reason, 0) < SAMPLES_PER_REASON:
            self._sampled[reason] += 1
            self._sample(identity, url, verdict, reason, score, text)

    def keep(self, batch: pa.RecordBatch) -> None:
        """Offer documents that stay: a hash of the id decides which are among the 1 % that reports show."""
        for row, identity in enumerate(batch.column("id").to_pylist()):
            if xxhash.xxh3_64_intdigest(b"sample" + identity) < SAMPLE_SHARE * 2**64:
                url, text = batch.column("url")[row].as_py(), batch.column("text")[row].as_py()
                self._sample(identity, url, "keep", None, None, text)

    def _sample(
        self, identity: bytes, url: str | None, verdict: str, reason: str | None, score: float | None, text: str
    ) -> None:
        self._samples.append(
            {
                "id": identity.hex(),
                "source": self._source,
                "url": url,
                "verdict": verdict,
                "reason": reason,
                "score": score,
                "text": text[:SAMPLE_MAX_CHARS],
            }
        )

    def _flush(self) -> None:
        writer = self._ctx.parquet(f"{PUBLIC}decisions/{self.ledger_stage}/{self._part}", records.DECISION)
        writer.write(pa.RecordBatch.from_pylist(self._rows, schema=records.DECISION))
        self._rows = []

    def close(self) -> None:
        """Write what waits."""
        if self._rows:
            self._flush()
        if self._samples:
            writer = self._ctx.parquet(f"{PUBLIC}samples/{self.ledger_stage}/{self._part}", records.SAMPLE)
            writer.write(pa.RecordBatch.from_pylist(self._samples, schema=records.SAMPLE))
            self._samples = []
