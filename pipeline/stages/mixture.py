"""budget, histograms, order, segments: from token counts to the place of every segment in the run.

budget      token counts a source -> budget.json (targets, epochs, caps)
histograms  task t: tokens by (epoch, bin of u) of its documents -> histograms/00000.arrow, sparse
order       the sum of all histograms -> order/<source>.npy
segments    task t: the kept copies of its segments, with their tokens -> exchange by shard (training shards, then
validation)
"""

import dataclasses
import functools
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline import records
from pipeline.engine import storage
from pipeline.engine.task import TaskContext, binary_view
from pipeline.mixture import order as ordering
from pipeline.mixture.budget import SourceBudget, plan_mixture
from pipeline.mixture.rehydrate import divide, usable_tokens
from pipeline.shards.segments import segment_rows, whole_documents
from pipeline.stages.tokenizer import encoder
from pipeline.stages.tokens import TOKENS_FILE, copies_stat

# Handed to an exchange at once: bounds memory when a book has many segments or a source many epochs.
_TOKENS_A_BATCH = 4 << 20


def budget(ctx: TaskContext) -> None:
    """Weights or epochs, and unique tokens -> budget.json."""
    p = ctx.params
    unique = dict.fromkeys(p["sources"], 0)
    classes: dict[str, Counter[int]] = {source: Counter() for source in p["sources"]}
    for (source, _), manifest in zip(p["tasks"], ctx.manifests("tokens"), strict=True):
        unique[source] += manifest.stats["train_tokens"]
        for name, count in manifest.stats.items():
            if name.startswith(copies_stat("")):
                classes[source][int(name.removeprefix(copies_stat("")))] += count
    if p["rehydrate"]:
        unique = {source: usable_tokens(classes[source]) for source in p["sources"]}
    found = plan_mixture(unique, p["budget_tokens"], p["max_epochs"], weights=p["weights"], epochs=p["epochs"])
    rows = []
    for source in found.sources:
        more = {"copies": _divided(source, classes[source.source])} if p["rehydrate"] else {}
        rows.append({**dataclasses.asdict(source), **more})
    facts = {
        "budget_tokens": found.budget_tokens,
        "target_tokens": found.target_tokens,
        "short": found.short,
        "notes": list(found.notes),
        "sources": rows,
    }
    ctx.file("budget.json").write(json.dumps(facts, indent=1).encode())


def _divided(source: SourceBudget, tokens: Mapping[int, int]) -> list[dict[str, Any]]:
    classes = divide(source.target_tokens, tokens, source.max_epochs)
    return [{**dataclasses.asdict(found), "epochs": found.epochs} for found in classes]


@dataclasses.dataclass(frozen=True)
class _Share:
    """Documents that share an order: all of a source, or those that are worth the same number of copies."""

    copies: int | None
    target: int
    unique: int

    @property
    def suffix(self) -> str:
        """Of the names of its files."""
        return "" if self.copies is None else f"-x{self.copies}"

    def rows(self, batch: pa.RecordBatch) -> np.ndarray:
        """bool [rows]: which of the batch's documents are its own."""
        if self.copies is None:
            return np.ones(batch.num_rows, bool)
        return batch.column("copies").to_numpy() == self.copies  # type: ignore[no-any-return]


def _shares(ctx: TaskContext, source: str) -> list[_Share]:
    row = next(row for row in ctx.json("budget", "budget.json")["sources"] if row["source"] == source)
    if not ctx.params["rehydrate"]:
        return [_Share(None, row["target_tokens"], row["unique_tokens"])]
    return [_Share(one["copies"], one["target_tokens"], one["unique_tokens"]) for one in row["copies"]]


def histograms(ctx: TaskContext) -> None:
    """One task's share of its source's histograms."""
    source, _ = ctx.params["tasks"][ctx.task]
    seq_len_tokens = ctx.params["seq_len_tokens"]
    columns = ["id", "n_tokens", "validation", *(["copies"] if ctx.params["rehydrate"] else [])]
    batches = list(ctx.batches("tokens", "tokens/", columns=columns))
    for one in _shares(ctx, source):
        epochs = ordering.epochs_count(one.target, one.unique)
        parts = [_training(batch, one) for batch in batches] or [(np.zeros((0, 16), np.uint8), np.zeros(0, np.int64))]
        ids, counts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        total = ordering.histogram(
            ids, counts, source=source, seed=ctx.params["seed"], seq_len_tokens=seq_len_tokens, epochs=epochs
        )
        epoch, u_bin, tokens = ordering.to_sparse(total)
        arrays = [
            pa.array(np.full(len(epoch), ctx.params["sources"].index(source), np.int32)),
            pa.array(epoch),
            pa.array(u_bin),
            pa.array(tokens),
        ]
        out = ctx.arrow(f"histograms{one.suffix}/{ctx.task:05d}.arrow", records.SPARSE_HISTOGRAM)
        out.write(pa.RecordBatch.from_arrays(arrays, schema=records.SPARSE_HISTOGRAM))


def _training(batch: pa.RecordBatch, one: _Share) -> tuple[np.ndarray, np.ndarray]:
    held_out = batch.column("validation").to_numpy(zero_copy_only=False)
    kept = batch.filter(pa.array(one.rows(batch) & ~held_out))
    return binary_view(kept.column("id")), kept.column("n_tokens").to_numpy(zero_copy_only=False)


def order(ctx: TaskContext) -> None:
    """Add up the histograms of every source."""
    for number, source in enumerate(ctx.params["sources"]):
        for one in _shares(ctx, source):
            total = np.zeros((ordering.epochs_count(one.target, one.unique), 1 << ordering.BIN_BITS), dtype=np.int64)
            for task, (owner, _) in enumerate(ctx.params["tasks"]):
                if owner == source:
                    for batch in ctx.batches("histograms", f"histograms{one.suffix}/", task):
                        columns = [batch.column(name).to_numpy() for name in ("epoch", "bin", "tokens")]
                        ordering.add_sparse(total, *columns)
            np.save(ctx.file(f"order/{number:03d}{one.suffix}.npy"), total)  # type: ignore[call-overload]


@functools.lru_cache(maxsize=8)  # megabytes a share and epoch; consecutive tasks are mostly of one source
def _source_order(path: str, source: str, seed: int, seq_len_tokens: int, target: int) -> ordering.SourceOrder:
    local = storage.is_local(path)
    total = np.load(path, mmap_mode="r") if local else np.load(io.BytesIO(storage.read_bytes(path)))
    return ordering.source_order(total, source=source, seed=seed, seq_len_tokens=seq_len_tokens, target_tokens=target)


def segments(ctx: TaskContext) -> None:
    """Send the kept copies of one task's segments to their shards: training first, then validation."""
    source, _ = ctx.params["tasks"][ctx.task]
    number = ctx.params["sources"].index(source)
    seed, seq_len_tokens, shards = ctx.params["seed"], ctx.params["seq_len_tokens"], ctx.params["shards"]
    orders = []
    for one in _shares(ctx, source):
        path = ctx.graph.work("order", f"order/{number:03d}{one.suffix}.npy")
        orders.append((one, _source_order(path, source, seed, seq_len_tokens, one.target)))
    chosen = encoder(ctx.graph.work("tokenizer"))
    for batch in ctx.batches("tokens", TOKENS_FILE):
        held_out = batch.column("validation").to_numpy(zero_copy_only=False)
        ids, counts = binary_view(batch.column("id")), batch.column("n_tokens").to_numpy()
        tokens = batch.column("tokens")
        flat, offsets = tokens.values.to_numpy(), tokens.offsets.to_numpy()
        aside = np.flatnonzero(held_out)
        kinds = []
        for one, placed in orders:
            train = np.flatnonzero(one.rows(batch) & ~held_out)
            kinds.append(("train", _of_batch(ordering.place(placed, ids[train], counts[train]), train)))
        held = ordering.validation_position(ids[aside], seed=seed)
        kinds.append(("validation", _of_batch(whole_documents(counts[aside], held, seq_len_tokens), aside)))
        for kind, found in kinds:
            for part in _slices(found, max(1, _TOKENS_A_BATCH // seq_len_tokens)):
                rows = segment_rows(
                    ids, offsets, flat, part, source_index=number, seq_len_tokens=seq_len_tokens,
                    end_of_text_id=chosen.tokenizer.end_of_text_id,
                )  # fmt: skip
                shard = ordering.shard_of(part.position, shards)
                out = ctx.exchange(rows.schema, shards + ctx.params["validation_shards"])
                out.write(shard if kind == "train" else np.full(len(part), shards), rows)


def _of_batch(copies: ordering.Copies, rows: np.ndarray) -> ordering.Copies:
    """Copies of a selection of documents, with the row numbers of the batch they were selected from."""
    return dataclasses.replace(copies, row=rows[copies.row].astype(np.int32))


def _slices(copies: ordering.Copies, length: int) -> Iterator[ordering.Copies]:
    for start in range(0, len(copies), length):
        part = slice(start, start + length)
        yield ordering.Copies(copies.row[part], copies.segment[part], copies.epoch[part], copies.position[part])
