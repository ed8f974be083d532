"""The mixture and the shards: the plan from the manifest, what was written from shards/index.json."""

from collections.abc import Iterator
from typing import Any

from pipeline import records
from pipeline.engine import storage
from pipeline.mixture.budget_file import rows_of, weighed_by
from pipeline.report.figures import CompositionRow, CopiesRow, MixtureFigures, MixtureRow, ShardFigures, ShardRow
from pipeline.report.files import Output
from pipeline.shards.composition import COMPOSITION_FILE
from pipeline.shards.index import read_index

TRAIN = "train"
DRIFT_SHARE = 0.01  # of training tokens: what is off its plan by more is worth a sentence
DRIFTS_NAMED = 5


def read_mixture(output: Output) -> MixtureFigures | None:
    """None where the recipe has no mixture."""
    plan = output.manifest["mixture"]
    if not plan:
        return None
    by = weighed_by(plan)
    realised = _train(output)["source_tokens" if by == "source" else "group_tokens"]
    total = sum(realised.values())
    rows = tuple(
        MixtureRow(
            group=row["group"],
            weight_asked=row["weight_asked"],
            weight_planned=row["weight_got"],
            weight_realised=realised[row["group"]] / total if total else 0.0,
            unique_tokens=row["unique_tokens"],
            target_tokens=row["target_tokens"],
            realised_tokens=realised[row["group"]],
            epochs=row["epochs"],
            max_epochs=row["max_epochs"],
            capped=row["capped"],
            copies=tuple(CopiesRow(**one) for one in row["copies"]) if "copies" in row else (),
        )
        for row in rows_of(plan)
    )
    notes = (*plan["notes"], *_drift(rows))
    return MixtureFigures(by, plan["budget_tokens"], plan["target_tokens"], total, plan["short"], notes, rows)


def read_composition(output: Output) -> tuple[CompositionRow, ...]:
    """Empty where nothing was tokenized, and for outputs of versions that did not write it."""
    if COMPOSITION_FILE not in output.names("shards/"):
        return ()
    rows = output.columns(COMPOSITION_FILE, records.COMPOSITION.names).to_pylist()
    return tuple(CompositionRow(**row) for row in rows)


def _drift(rows: tuple[MixtureRow, ...]) -> Iterator[str]:
    """A sentence about the groups that are furthest from their plan, where any is far."""
    far = sorted(rows, key=lambda row: -abs(row.weight_realised - row.weight_planned))
    far = [row for row in far if abs(row.weight_realised - row.weight_planned) > DRIFT_SHARE]
    if far:
        named = ", ".join(
            f"{row.group} has {row.weight_realised:.1%} ({row.weight_planned:.1%} planned)"
            for row in far[:DRIFTS_NAMED]
        )
        more = f", and {len(far) - DRIFTS_NAMED} more" if len(far) > DRIFTS_NAMED else ""
        yield f"Shares in the shards are off the plan: {named}{more}."


def read_shards(output: Output) -> ShardFigures | None:
    """None where the recipe has no mixture, so that nothing was tokenized."""
    if not output.manifest["mixture"]:
        return None
    index = _index(output)
    files = tuple(
        ShardRow(shard["name"], split, shard["sequences"], shard["sequences"] * index["seq_len_tokens"], shard["bytes"])
        for split, facts in index["splits"].items()
        for shard in facts["shards"]
    )
    train = index["splits"][TRAIN]
    return ShardFigures(
        index["seq_len_tokens"], index["dtype"], index["vocab_size"], index["tokenizer_hash"],
        sum(train["left_out_tokens"].values()), sum(train["added_end_of_text_tokens"].values()), files,
    )  # fmt: skip


def _index(output: Output) -> dict[str, Any]:
    return read_index(storage.join(output.out, "shards"))[1]


def _train(output: Output) -> dict[str, Any]:
    split: dict[str, Any] = _index(output)["splits"][TRAIN]
    return split
