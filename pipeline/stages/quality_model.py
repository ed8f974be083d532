"""quality_sizes, quality_sample.<model>, quality_train.<model>: a classifier trained on the run's own documents.

quality_sizes   documents a source -> sizes.json
quality_sample  task t: documents that a hash draws from one part, in plain form -> exchange to one partition
quality_train   public/quality/<model>/model.bin and card.json
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from classifiers import noise, quality
from classifiers.card import Facts, confused, farthest, make_card
from classifiers.confounds import confounds, length_band
from classifiers.evaluate import check_direction, histogram
from classifiers.examples import (
    CLASS_DOCUMENTS,
    DRAW_PURPOSE,
    MIN_CLASS_DOCUMENTS,
    Examples,
    Mask,
    allot,
    balanced,
    check_class,
    cut_pieces,
    held_out,
    recipe_key,
)
from classifiers.fasttext_file import QualityModelError
from classifiers.features import prepare
from pipeline import records
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.filters.url import host_of
from pipeline.ids import document_id, hash01
from pipeline.ledger import read_parquet
from pipeline.stages.survivors import survivors

MODEL_FILE = f"{PUBLIC}quality/{{model}}/model.bin"
CARD_FILE = f"{PUBLIC}quality/{{model}}/card.json"
BATCH_ROWS = 1024
ALTERNATING = 1024
"""Documents whose pieces alternate in training."""
CONFUSION_CHARS = 300
"""Of a text in a card."""

EXAMPLE = pa.schema(
    [
        pa.field("draw", pa.float64()),
        pa.field("id", records.ID),
        pa.field("good", pa.bool_()),
        pa.field("source", pa.string()),
        pa.field("key", pa.string()),
        pa.field("text", pa.string()),
        pa.field("words", pa.int64()),
        pa.field("language", pa.string()),
        pa.field("charset", pa.string()),
    ]
)
ORDER = ("draw", "id")
_FACTS = ("id", "good", "source", "key", "words", "language", "charset")


def sizes(ctx: TaskContext) -> None:
    """Documents of each source behind the rules. Exact duplicates are still among them: counting what is left of those
    would take a pass of its own, and a sample that is smaller by their share does no harm.
    """
    found: dict[str, int] = {}
    for (source, _), manifest in zip(ctx.params["tasks"], ctx.manifests("rules"), strict=True):
        rows = sum(output.rows for output in manifest.outputs if output.name.startswith("docs/"))
        found[source] = found.get(source, 0) + rows
    ctx.file("sizes.json").write(json.dumps(found, sort_keys=True).encode())


def sample(ctx: TaskContext) -> None:
    """Draw one part's share of its class."""
    source, _ = ctx.params["tasks"][ctx.task]
    classes = ctx.params["classes"]
    out = ctx.exchange(EXAMPLE, 1)
    if source not in classes:
        return
    rate = _rate(ctx, source)
    files = _Files(ctx, source)
    for _, batch in survivors(ctx, columns=("id", "url", "text", "language", "metadata")):
        draws = [hash01(ctx.params["seed"], DRAW_PURPOSE, identity) for identity in batch.column("id").to_pylist()]
        drawn = [row for row, draw in enumerate(draws) if draw < rate]
        if not drawn:
            continue
        batch = batch.take(pa.array(drawn))
        ids, urls = batch.column("id"), batch.column("url").to_pylist()
        hosts = [host_of(url) if url else "" for url in urls]
        keys = [
            f"host:{host}" if host else f"file:{source}/{files.path_of(identity)}"
            for identity, host in zip(ids.to_pylist(), hosts)
        ]
        count = batch.num_rows
        charsets = [dict(pairs or ()).get("charset") for pairs in batch.column("metadata").to_pylist()]
        arrays = [
            pa.array([draws[row] for row in drawn]), ids, pa.array([classes[source]] * count),
            pa.array([source] * count), pa.array(keys), prepare(batch.column("text")),
            pa.array([len(text.split()) for text in batch.column("text").to_pylist()], pa.int64()),
            batch.column("language"), pa.array(charsets, pa.string()),
        ]  # fmt: skip
        out.write(np.zeros(count, np.int64), pa.RecordBatch.from_arrays(arrays, schema=EXAMPLE))


def _rate(ctx: TaskContext, source: str) -> float:
    """The share of a source's documents to draw. Raises QualityModelError where its class has too few."""
    classes: Mapping[str, bool] = ctx.params["classes"]
    available = ctx.json("quality_sizes", "sizes.json")
    mine = {name: available[name] for name, good in classes.items() if good == classes[source] and name in available}
    check_class(sum(mine.values()), classes[source], ctx.params["model"], sorted(mine))
    return allot(mine, CLASS_DOCUMENTS)[source] / max(1, mine[source])


class _Files:
    """Which file a document of this part came from: its row does not say, but its id is a hash of file and record."""

    def __init__(self, ctx: TaskContext, source: str) -> None:
        self._source = source
        task = ctx.params["tasks"][ctx.task][1]
        tables = ctx.outputs(f"extract.{source}", "inputs/", task)
        columns = ["path", "first_ordinal", "records"]
        self._units = [unit for path in tables for unit in read_parquet(path, columns).to_pylist()]
        self._paths = sorted({unit["path"] for unit in self._units})
        self._records = self._all_records()

    def path_of(self, wanted: bytes) -> str:
        """Documents are asked for in the order of the part, which is the order of records."""
        if len(self._paths) == 1:
            return str(self._paths[0])
        return next(path for identity, path in self._records if identity == wanted)

    def _all_records(self) -> Iterator[tuple[bytes, str]]:
        for unit in self._units:
            for ordinal in range(unit["first_ordinal"], unit["first_ordinal"] + unit["records"]):
                yield document_id(self._source, unit["path"], ordinal), unit["path"]


def train(ctx: TaskContext) -> None:
    """Split, balance, train, calibrate, judge, describe."""
    stage, model, seed = ctx.stage.exchanges[0], ctx.params["model"], ctx.params["seed"]
    examples, chars, properties = _examples(ctx, stage)
    for good in (True, False):
        names = sorted(name for name, side in ctx.params["classes"].items() if side == good)
        check_class(int((examples.worded & (examples.good == good)).sum()), good, model, names)
    aside, rules = held_out(examples, seed)
    family, least = ctx.params["family"], ctx.params["drop_contradicted"]
    dropped = _contradicted(ctx, stage, examples, aside, least) if least else None
    taken = balanced(examples, aside if dropped is None else aside | dropped, model)
    trained = taken > 0
    raw, chosen = quality.train_family(
        lambda: _lines(ctx, stage, taken), int(taken.sum()), family=family, seed=seed, name=model
    )
    scorer = quality.from_bytes(raw, model)
    logits = np.concatenate([scorer.logits(batch.column("text")) for batch in _batches(ctx, stage)])
    data = quality.calibrated(raw, logits[trained], examples.good[trained], model)
    scorer = quality.from_bytes(data, model)
    steps = np.concatenate([scorer.score_prepared(batch.column("text")) for batch in _batches(ctx, stage)])
    judged = aside & examples.worded
    kept, web = (histogram(steps[judged & (examples.good == side)]) for side in (True, False))
    check_direction(kept, web, model)
    facts = Facts(
        model, family, scorer.digest, hashlib.sha256(data).hexdigest(), len(data), seed, examples, chars, taken, aside,
        rules, chosen, steps, _shown(ctx, stage, examples, confused(examples, judged, steps), steps),
        confounds(properties, examples.good, trained, judged, steps), least, dropped,
        {} if dropped is None else _shown(ctx, stage, examples, farthest(examples, dropped, steps), steps),
    )  # fmt: skip
    ctx.file(MODEL_FILE.format(model=model)).write(data)
    ctx.file(CARD_FILE.format(model=model)).write(make_card(facts))


def _contradicted(ctx: TaskContext, stage: str, examples: Examples, aside: Mask, least: float) -> Mask:
    """Training documents whose label the others contradict. Raises QualityModelError where too few are left."""
    model, classes = ctx.params["model"], ctx.params["classes"]
    dropped = noise.contradicted(
        examples, aside, least, seed=ctx.params["seed"], name=model,
        lines=lambda taken: _lines(ctx, stage, taken),
        texts=lambda: (batch.column("text") for batch in _batches(ctx, stage)),
    )  # fmt: skip
    for good in (True, False):
        left = int((examples.worded & (examples.good == good) & ~aside & ~dropped).sum())
        if left < MIN_CLASS_DOCUMENTS and dropped[examples.good == good].any():
            names = sorted(name for name, side in classes.items() if side == good)
            raise QualityModelError(
                f"quality model {model!r}: drop_contradicted {least} leaves {left} documents of {', '.join(names)} to "
                f"train on, and a class needs {MIN_CLASS_DOCUMENTS}: its labels are contradicted throughout. Lower it "
                f"under {recipe_key(model)}.train, or look at the sources"
            )
    return dropped


def _shown(
    ctx: TaskContext, stage: str, examples: Examples, chosen: Mapping[str, list[int]], steps: quality.Steps
) -> dict[str, list[dict[str, Any]]]:
    """Documents for a card, with the head of their text in plain form."""
    wanted = {row for rows in chosen.values() for row in rows}
    texts: dict[int, str] = {}
    first = 0
    for batch in _batches(ctx, stage):
        here = [row for row in wanted if first <= row < first + batch.num_rows]
        texts |= {row: batch.column("text")[row - first].as_py()[:CONFUSION_CHARS] for row in here}
        first += batch.num_rows
    return {
        name: [
            {
                "id": examples.ids[row].hex(), "source": examples.sources[row],
                "score": int(steps[row]) / quality.SCORE_STEPS, "text": texts[row],
            }
            for row in rows
        ]
        for name, rows in chosen.items()
    }  # fmt: skip


def _batches(ctx: TaskContext, stage: str) -> Iterator[pa.RecordBatch]:
    """All examples in the order of training."""
    for table in ctx.sorted_partition(stage, EXAMPLE, ORDER):
        yield from table.to_batches(max_chunksize=BATCH_ROWS)


def _examples(ctx: TaskContext, stage: str) -> tuple[Examples, np.ndarray, dict[str, list[str]]]:
    """Everything but the texts; the texts' lengths in characters; and what else the classes might differ in."""
    tables, lengths, blanks = [], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for batch in _batches(ctx, stage):
        tables.append(batch.select(_FACTS))
        text = batch.column("text")
        lengths.append(pc.utf8_length(text).to_numpy(zero_copy_only=False).astype(np.int64))
        blanks.append(pc.count_substring(text, " ").to_numpy(zero_copy_only=False).astype(np.int64))
    chars = np.concatenate(lengths)
    words = np.where(chars > 0, np.concatenate(blanks) + 1, 0)
    found = pa.Table.from_batches(tables, pa.schema([EXAMPLE.field(name) for name in _FACTS]))
    good = np.array(found["good"].to_pylist(), bool)
    lists = [found[name].to_pylist() for name in ("source", "id", "key")]
    properties = {
        "length": [length_band(count) for count in found["words"].to_pylist()],
        "language": [value or "unknown" for value in found["language"].to_pylist()],
        "charset": [value or "unknown" for value in found["charset"].to_pylist()],
    }
    return Examples(lists[0], good, lists[1], lists[2], words), chars, properties


def _lines(ctx: TaskContext, stage: str, taken: np.ndarray) -> Iterator[tuple[bool, str]]:
    """Pieces to train on. How batches fall does not matter: every `ALTERNATING` documents make a group."""
    rows = (
        row for batch in _batches(ctx, stage) for row in zip(*(batch.column(c).to_pylist() for c in ("good", "text")))
    )
    for first in range(0, len(taken), ALTERNATING):
        good, texts = zip(*itertools.islice(rows, ALTERNATING), strict=True)
        for row, piece in cut_pieces(texts, taken[first : first + ALTERNATING]):
            yield good[row], piece
