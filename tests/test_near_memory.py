"""A component of any size is decided with a slice of its texts in memory, and in time linear in its size."""

import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup import deciding
from pipeline.dedup.texts import Texts
from pipeline.engine import commit, exchange, task
from pipeline.engine.graph import GraphBuilder
from pipeline.engine.task import TaskContext, run_task
from pipeline.ids import document_id
from pipeline.planning import near
from pipeline.planning.near import shape_of
from pipeline.planning.parts import Parts
from pipeline.recipe import MinHash
from pipeline.recipe.simhash import SimHash
from pipeline.stages.rules import RULED_DOCUMENT
from tests.test_near_stages import edited, recipe, text

BATCH = 4096


def write_alike(ctx: TaskContext) -> None:
    """`count` documents that differ from one text in one word of their own each."""
    words = text(1, ctx.params["words"]).split()
    places = len(words)
    out = ctx.arrow(f"docs/{ctx.task:05d}.arrow", RULED_DOCUMENT)
    for begin in range(0, ctx.params["count"], BATCH):
        numbers = range(begin, min(begin + BATCH, ctx.params["count"]))
        texts = [" ".join([*words[: n % places], f"word{n:07d}", *words[n % places + 1 :]]) for n in numbers]
        known = {
            "id": pa.array([document_id("a", "0", n) for n in numbers], pa.binary(16)),
            "text": pa.array(texts, pa.string()),
            "text_bytes": pc.binary_length(pa.array(texts)).cast(pa.int64()),
        }
        columns = [known.get(field.name, pa.nulls(len(texts), field.type)) for field in RULED_DOCUMENT]
        out.write(pa.RecordBatch.from_arrays(columns, schema=RULED_DOCUMENT))


class Watch:
    """The most anonymous memory of this process while it is entered, beyond what it had before, in bytes."""

    def __enter__(self) -> "Watch":
        pa.default_memory_pool().release_unused()
        self.before = self.most = self._now()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def growth(self) -> int:
        return self.most - self.before

    def _look(self) -> None:
        while not self._stop.wait(0.005):
            self.most = max(self.most, self._now())

    @staticmethod
    def _now() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon:"))


def resolved(folder: Path, count: int, words: int, dedup: str) -> tuple[dict[str, int], int, int]:
    """(stats of near_duplicates, bytes of all texts, growth of memory in it): one component of `count` documents."""
    builder = GraphBuilder(str(folder))
    builder.add("rules", "tests.test_near_memory:write_alike", params={"count": count, "words": words})
    near.add(builder, recipe(dedup), Parts([["a", 0]], [1]), [], band_partitions=1, candidate_partitions=1)
    graph = builder.build()
    for stage in graph.stages:
        with Watch() as watch:
            for number in range(stage.tasks):
                run_task(graph, stage, number)
        if stage.name == "near_duplicates":
            break
    manifest = commit.read_manifest(graph, graph["near_duplicates"], 0)
    rows = {output.name.partition("/")[0]: output.rows for output in manifest.outputs}
    assert rows["clusters"] == count
    assert rows["pairs"] >= 0.999 * count  # bands miss a few of similarity .88
    return manifest.stats, count * len(text(1, words).encode()), watch.growth


@pytest.mark.parametrize(
    "dedup", ["minhash: {}", pytest.param("simhash: {distance: 16, blocks: 18}", marks=pytest.mark.slow)]
)
def test_ten_thousand_texts_that_are_nearly_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dedup: str) -> None:
    """All buffers are small here, so that what is left to see is what grows with the component."""
    monkeypatch.setattr(deciding, "SLICE_BYTES", 1 << 20)
    monkeypatch.setattr(exchange, "FLUSH_BYTES", 1 << 20)
    monkeypatch.setattr(task, "ROW_GROUP_ROWS", 128)
    monkeypatch.setitem(exchange.sorted_beside.__kwdefaults__, "limit_bytes", 1 << 20)
    stats, size, growth = resolved(tmp_path, 10_000, 1_400, dedup)
    assert stats["comparisons"] == 9_999
    assert growth < size / 2, f"{growth >> 20} MiB for {size >> 20} MiB of text"


@pytest.mark.slow
def test_a_million_texts_that_are_nearly_equal(tmp_path: Path) -> None:
    stats, size, growth = resolved(tmp_path, 1_000_000, 160, "minhash: {}")
    print(f"{size >> 20} MiB of text, {growth >> 20} MiB more memory")
    assert stats["comparisons"] < 1_010_000
    assert growth < size * 0.75


def components(seed: int) -> tuple[list[str], list[int]]:
    """Texts of several components, and where each begins."""
    dice = random.Random(seed)
    texts, starts = [], [0]
    for number in range(dice.randint(1, 4)):
        original = text(number, 60)
        texts += [edited(original, dice.randrange(100), dice.randrange(12)) for _ in range(dice.randint(2, 14))]
        texts += ["", original][: dice.randint(0, 2)]
        starts.append(len(texts))
    return texts, starts


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 2**32), st.sampled_from([1, 400, 1_000, 3_000]),
    st.sampled_from([
        MinHash(threshold=0.7, bands=25, rows=4, hashes=100), SimHash(distance=8, blocks=10),
        MinHash(threshold=0.6, similarity="mutual", repeats=True, bands=25, rows=4, hashes=100),
        SimHash(distance=12, blocks=14, threshold=0.5),
    ]),
)  # fmt: skip
def test_slices_change_nothing(seed: int, slice_bytes: int, rule: MinHash | SimHash) -> None:
    texts, starts = components(seed)
    column = pa.array(texts, pa.large_string())
    sizes = np.array([len(value) for value in texts], np.int64)

    def decided(limit: int) -> dict[str, Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(deciding, "SLICE_BYTES", limit)
            found, sets = deciding.decide(
                lambda begin, end: column.slice(begin, end - begin), sizes, np.array(starts), shape_of(rule)
            )
        return {**vars(found), "sets": sets}

    whole, sliced = decided(1 << 30), decided(slice_bytes)
    for name, value in whole.items():
        assert np.array_equal(value, sliced[name]), name


@settings(deadline=None)
@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=4), max_size=5), st.randoms())
def test_texts_are_read_where_they_lie(chunks: list[list[str | None]], dice: random.Random) -> None:
    flat = [value for chunk in chunks for value in chunk]
    places = np.array(dice.sample(range(len(flat)), len(flat)), np.int64)
    texts = Texts([pa.array(chunk, pa.large_string()) for chunk in chunks], places)
    rows = np.array(dice.choices(range(len(flat)), k=7) if flat else [], np.int64)
    assert texts.take(rows).to_pylist() == [flat[places[row]] for row in rows]
    assert [texts[int(row)].as_py() for row in rows] == [flat[places[row]] for row in rows]
    assert texts.valid.tolist() == [flat[place] is not None for place in places]


@pytest.mark.parametrize("limit", [500, 2_000, 1 << 30])
def test_a_column_beside_is_that_of_the_sorted_rows(limit: int) -> None:
    dice = np.random.default_rng(1)
    schema = pa.schema([("group", pa.uint64()), ("number", pa.int64()), ("text", pa.large_string())])
    batches = [
        pa.RecordBatch.from_arrays(
            [
                pa.array(dice.integers(0, 9, 50, np.uint64)),
                pa.array(np.arange(50) + 50 * at),
                pa.array([f"text {at} {n}" for n in range(50)], pa.large_string()),
            ],
            schema=schema,
        )
        for at in range(6)
    ]
    order = ("group", "number")
    (whole,) = exchange.sorted_rows(lambda: iter(batches), schema, order)
    expected = whole.to_pylist()
    found = []
    groups: list[set[int]] = []
    for table, places, chunks in exchange.sorted_beside(
        lambda: iter(batches), schema, order, "text", limit_bytes=limit
    ):
        texts = Texts(chunks, places)
        found += [{**row, "text": texts[place].as_py()} for place, row in enumerate(table.to_pylist())]
        groups.append(set(table["group"].to_pylist()))
    assert found == expected
    assert sum(map(len, groups)) == 9  # no group is in two tables
