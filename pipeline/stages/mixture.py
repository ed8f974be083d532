"""budget, histograms, order, segments: from token counts to the place of every segment in the run.

budget      token counts a group (`pipeline.mixture.groups`) -> budget.json (targets, epochs, caps)
histograms  task t: tokens by (epoch, bin of u) of its documents of group g -> histograms/000/00000.arrow, sparse
order       the sum of a group's histograms -> order/000.npy
segments    task t: the kept copies of its segments, with their tokens -> exchange by shard (training shards, then
            validation); their tokens by language and format -> placed/00000.arrow
"""

import dataclasses
import functools
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline import records
from pipeline.engine import storage
from pipeline.engine.task import TaskContext, binary_view
from pipeline.mixture import order as ordering
from pipeline.mixture.budget import SourceBudget, plan_mixture
from pipeline.mixture.budget_file import BUDGET_FILE, budget_json, rows_of
from pipeline.mixture.counts import add_up
from pipeline.mixture.groups import groups_of
from pipeline.mixture.rehydrate import divide, usable_tokens
from pipeline.shards.segments import segment_rows, whole_documents
from pipeline.stages.tokenizer import encoder
from pipeline.stages.tokens import TOKENS_FILE, token_counts

# Handed to an exchange at once: bounds memory when a book has many segments or a source many epochs.
_TOKENS_A_BATCH = 4 << 20
PLACED_FILE = "placed/"
TAGS = ("language", "format")


def budget(ctx: TaskContext) -> None:
    """Weights or epochs, and unique tokens -> budget.json."""
    p = ctx.params
    classes: dict[str, Counter[int]] = {group: Counter() for group in p["groups"]}
    for (source, _), counts in zip(p["tasks"], token_counts(ctx), strict=True):
        numbers = groups_of(counts, p, source)
        for number, copies, tokens in zip(numbers, *(counts[name].to_pylist() for name in ("copies", "train_tokens"))):
            classes[p["groups"][number]][copies] += tokens
    count = usable_tokens if p["rehydrate"] else Counter.total
    unique = {group: count(found) for group, found in classes.items()}
    found = plan_mixture(unique, p["budget_tokens"], p["max_epochs"], weights=p["weights"], epochs=p["epochs"])
    copies = {row.source: _divided(row, classes[row.source]) for row in found.sources} if p["rehydrate"] else {}
    ctx.file(BUDGET_FILE).write(budget_json(found, p["by"], copies))


def _divided(group: SourceBudget, tokens: Mapping[int, int]) -> list[dict[str, Any]]:
    classes = divide(group.target_tokens, tokens, group.max_epochs)
    return [{**dataclasses.asdict(found), "epochs": found.epochs} for found in classes]


@dataclasses.dataclass(frozen=True)
class _Share:
    """Documents that share an order: all of a group, or those of it that are worth the same number of copies."""

    group: int
    copies: int | None
    target: int
    unique: int

    @property
    def name(self) -> str:
        """Of its files."""
        return f"{self.group:03d}" + ("" if self.copies is None else f"-x{self.copies}")

    def rows(self, groups: npt.NDArray[np.int16], batch: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """bool [n]: which of the batch's documents are its own, and in training."""
        mine = (groups == self.group) & ~batch.column("validation").to_numpy(zero_copy_only=False)
        if self.copies is not None:
            mine &= batch.column("copies").to_numpy() == self.copies
        return mine


def _shares(ctx: TaskContext) -> list[_Share]:
    shares = []
    for number, row in enumerate(rows_of(ctx.json("budget", BUDGET_FILE))):
        classes = row["copies"] if ctx.params["rehydrate"] else [{**row, "copies": None}]
        shares += [_Share(number, one["copies"], one["target_tokens"], one["unique_tokens"]) for one in classes]
    return shares


def histograms(ctx: TaskContext) -> None:
    """One task's share of the histograms of its documents' groups."""
    source, _ = ctx.params["tasks"][ctx.task]
    columns = ["id", "n_tokens", "validation", *_keys(ctx.params)]
    batches = list(ctx.batches("tokens", TOKENS_FILE, columns=columns))
    groups = [groups_of(batch, ctx.params, source) for batch in batches]
    for one in _shares(ctx):
        found = [batch.filter(pa.array(one.rows(numbers, batch))) for numbers, batch in zip(groups, batches)]
        if not any(batch.num_rows for batch in found):
            continue
        total = ordering.histogram(
            np.concatenate([binary_view(batch.column("id")) for batch in found]),
            np.concatenate([batch.column("n_tokens").to_numpy(zero_copy_only=False) for batch in found]),
            source=ctx.params["groups"][one.group],
            seed=ctx.params["seed"],
            seq_len_tokens=ctx.params["seq_len_tokens"],
            epochs=ordering.epochs_count(one.target, one.unique),
        )
        arrays = [pa.array(column) for column in ordering.to_sparse(total)]
        out = ctx.arrow(f"histograms/{one.name}/{ctx.task:05d}.arrow", records.SPARSE_HISTOGRAM)
        out.write(pa.RecordBatch.from_arrays(arrays, schema=records.SPARSE_HISTOGRAM))


def _keys(params: Mapping[str, Any]) -> list[str]:
    """Columns that say what share a document is of."""
    return [*(["copies"] if params["rehydrate"] else []), *([params["by"]] if params["by"] != "source" else [])]


def order(ctx: TaskContext) -> None:
    """Add up the histograms of every group."""
    for one in _shares(ctx):
        total = np.zeros((ordering.epochs_count(one.target, one.unique), 1 << ordering.BIN_BITS), dtype=np.int64)
        for task in range(len(ctx.params["tasks"])):
            for batch in ctx.batches("histograms", f"histograms/{one.name}/", task):
                columns = [batch.column(name).to_numpy() for name in ("epoch", "bin", "tokens")]
                ordering.add_sparse(total, *columns)
        np.save(ctx.file(f"order/{one.name}.npy"), total)  # type: ignore[call-overload]


@functools.lru_cache(maxsize=8)  # megabytes a share and epoch; consecutive tasks are mostly of one source
def _order(path: str, group: str, seed: int, seq_len_tokens: int, target: int) -> ordering.SourceOrder:
    local = storage.is_local(path)
    total = np.load(path, mmap_mode="r") if local else np.load(io.BytesIO(storage.read_bytes(path)))
    return ordering.source_order(total, source=group, seed=seed, seq_len_tokens=seq_len_tokens, target_tokens=target)


def segments(ctx: TaskContext) -> None:
    """Send the kept copies of one task's segments to their shards: training first, then validation."""
    p = ctx.params
    source, _ = p["tasks"][ctx.task]
    end_of_text_id = encoder(ctx.graph.work("tokenizer")).tokenizer.end_of_text_id
    orders = _Orders(ctx)
    placed: list[pa.Table] = []
    for batch in ctx.batches("tokens", TOKENS_FILE):
        groups = groups_of(batch, p, source)
        tokens = batch.column("tokens")
        flat, offsets = tokens.values.to_numpy(), tokens.offsets.to_numpy()
        ids, counts = binary_view(batch.column("id")), batch.column("n_tokens").to_numpy()
        kinds = []
        for one in orders.shares:
            if len(train := np.flatnonzero(one.rows(groups, batch))):
                copies = ordering.place(orders.of(one), ids[train], counts[train])
                kinds.append(("train", _of_batch(copies, train)))
        aside = np.flatnonzero(batch.column("validation").to_numpy(zero_copy_only=False))
        held = ordering.validation_position(ids[aside], seed=p["seed"])
        kinds.append(("validation", _of_batch(whole_documents(counts[aside], held, p["seq_len_tokens"]), aside)))
        seen = np.zeros(batch.num_rows, np.int64)
        for kind, found in kinds:
            for part in _slices(found, max(1, _TOKENS_A_BATCH // p["seq_len_tokens"])):
                rows = segment_rows(
                    ids, offsets, flat, part, source_index=p["sources"].index(source),
                    seq_len_tokens=p["seq_len_tokens"], end_of_text_id=end_of_text_id,
                    groups=None if p["by"] == "source" else groups,
                )  # fmt: skip
                shard = ordering.shard_of(part.position, p["shards"])
                out = ctx.exchange(rows.schema, p["shards"] + p["validation_shards"])
                out.write(shard if kind == "train" else np.full(len(part), p["shards"]), rows)
                if kind == "train":
                    np.add.at(seen, part.row, np.diff(rows.column("tokens").offsets.to_numpy()))
        tagged = [batch.column("language"), batch.column("format"), pa.array(seen)]
        placed.append(add_up([pa.Table.from_arrays(tagged, schema=records.PLACED_COUNTS)], TAGS, records.PLACED_COUNTS))
    total = add_up(placed, TAGS, records.PLACED_COUNTS)
    ctx.arrow(f"{PLACED_FILE}{ctx.task:05d}.arrow", records.PLACED_COUNTS).write_rows(total.to_pylist())


class _Orders:
    """The orders of the shares that a task has documents of, each read when the first of them comes."""

    def __init__(self, ctx: TaskContext) -> None:
        self._ctx = ctx
        self.shares = _shares(ctx)
        self._read: dict[_Share, ordering.SourceOrder] = {}

    def of(self, share: _Share) -> ordering.SourceOrder:
        if share not in self._read:
            p = self._ctx.params
            path = self._ctx.graph.work("order", f"order/{share.name}.npy")
            self._read[share] = _order(path, p["groups"][share.group], p["seed"], p["seq_len_tokens"], share.target)
        return self._read[share]


def _of_batch(copies: ordering.Copies, rows: np.ndarray) -> ordering.Copies:
    """Copies of a selection of documents, with the row numbers of the batch they were selected from."""
    return dataclasses.replace(copies, row=rows[copies.row].astype(np.int32))


def _slices(copies: ordering.Copies, length: int) -> Iterator[ordering.Copies]:
    for start in range(0, len(copies), length):
        part = slice(start, start + length)
        yield ordering.Copies(copies.row[part], copies.segment[part], copies.epoch[part], copies.position[part])
