"""The last thing that happens to a document that stays: personal data in it is replaced or counted.

It comes after all decisions, so that they are made on the text as it was written, and only on what stays.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter

import numpy as np
import pyarrow as pa

from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.pii import Match, find, mask
from pipeline.stages.decide import Decisions

LEDGER = "pii"
REASON = "personal_data"


class Masking:
    """Masks the documents of one task, and writes down what it found: public/pii/... and decisions."""

    def __init__(self, ctx: TaskContext, source: str, actions: Mapping[str, str]) -> None:
        self._ctx, self._source, self._actions = ctx, source, actions
        self._decisions = Decisions(ctx, LEDGER, ctx.task, source)

    def apply(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch of documents (id as ID, native_id, url, text) with the text that is published."""
        texts = batch.column("text")
        found = find(texts, self._actions)
        if found:
            self._list(batch, found)
        masked = [match for match in found if self._actions[match.kind] == "mask"]
        if masked:
            batch = batch.set_column(batch.schema.get_field_index("text"), "text", mask(texts, masked))
        for row, matches in groupby(masked, key=attrgetter("row")):
            kinds = Counter(match.kind for match in matches)
            self._decisions.add(
                batch.column("id")[row].as_py(), "cut", REASON, rows_out=1, score=float(kinds.total()),
                native_id=batch.column("native_id")[row].as_py(), url=batch.column("url")[row].as_py(),
                detail=", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
                text=batch.column("text")[row].as_py(),
            )  # fmt: skip
        self._decisions.keep(batch)
        return batch

    def _list(self, batch: pa.RecordBatch, found: list[Match]) -> None:
        rows = []
        for row, matches in groupby(found, key=attrgetter("row")):
            identity, text = batch.column("id")[row].as_py().hex(), batch.column("text")[row].as_py().encode()
            data = np.frombuffer(text, np.uint8)
            characters = np.append(0, np.cumsum(data & 0xC0 != 0x80))  # before each byte
            rows += [
                {
                    "id": identity, "source": self._source, "kind": match.kind, "rule": match.rule,
                    "action": self._actions[match.kind],
                    "span_start": int(characters[match.start]), "span_end": int(characters[match.stop]),
                }
                for match in matches
            ]  # fmt: skip
        self._ctx.parquet(f"{PUBLIC}pii/part-{self._ctx.task:05d}.parquet", records.PII_MATCH).write_rows(rows)

    def close(self) -> None:
        """Write what waits."""
        self._decisions.close()
