"""Recompute what the contamination stage claimed: spans, and what of an example is in them."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import ledger
from pipeline.contamination import stretches
from pipeline.contamination.index import load
from pipeline.engine import storage
from pipeline.kernels.item_match import Windows, align
from pipeline.kernels.ngrams import words
from pipeline.planning.parts import DECIDING
from pipeline.recheck import texts_folder
from pipeline.stages.survivors import Ranges, ranges_by_row, without

MATCHES, EXAMPLES = "contamination/matches.parquet", "contamination/examples.parquet"
MATCHES_AT_ONCE = 5_000
_TOLERANCE = 1e-9  # of shares, which are quotients of whole numbers
_ACTING = ("cut", "drop")


def recheck(out: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Problems: decisions that no match explains, spans that are none, and spans that do not hold what they say.

    Texts are compared where `work/` still has them.
    """
    folder = texts_folder(out, manifest)
    with storage.open_arrow(storage.join(out, EXAMPLES)) as source:
        examples = pq.ParquetFile(source).read(columns=["benchmark", "example", "text"]).to_pylist()
    places = {(row["benchmark"], row["example"]): place for place, row in enumerate(examples)}
    compared = _Compared(out, manifest)
    acted: set[str] = set()
    with storage.open_arrow(storage.join(out, MATCHES)) as source:
        for batch in pq.ParquetFile(source).iter_batches(MATCHES_AT_ONCE):
            matches = batch.to_pylist()
            acted.update(row["id"] for row in matches if row["action"] in _ACTING)
            texts = texts_after_cuts(out, manifest, folder, {row["id"] for row in matches}) if folder else {}
            for row in matches:
                place = places[row["benchmark"], row["example"]]
                problem = _problem(row, texts.get(row["id"]), examples[place]["text"], place, compared)
                if problem:
                    item = f"{row['benchmark']}/{row['example']}"
                    yield f"{MATCHES}: {row['method']} found {item} in {row['id']}: {problem}"
    decided: set[str] = set()
    for table in ledger.decisions(out, manifest, "contamination", ["id"]):
        decided.update(table["id"].to_pylist())
    if unexplained := decided - acted:
        yield f"{len(unexplained):,} documents were cut or dropped without a match, such as {min(unexplained)}"
    if undone := acted - decided:
        yield f"{len(undone):,} documents have a match that decides, but no decision, such as {min(undone)}"


def _problem(row: Mapping[str, Any], text: str | None, example: str, place: int, compared: "_Compared") -> str | None:
    if not 0 <= row["example_start"] < row["example_end"] <= len(example):
        return "its span in the example is outside of it"
    if text is None:
        return None
    if not 0 <= row["span_start"] < row["span_end"] <= len(text):
        return "its span is outside of the document"
    span = text[row["span_start"] : row["span_end"]]
    if row["method"] == "winnow":
        share = compared.share(span, place, row["example_start"])
        if share is not None and share < row["overlap"] - _TOLERANCE:
            return f"the span holds {share} of the example, not {row['overlap']}"
        return None
    sides = words(pa.array([span, example[row["example_start"] : row["example_end"]]], pa.string()))
    border = int(sides.offsets[1])
    if not np.array_equal(sides.hashes[:border], sides.hashes[border:]):
        return "the spans do not hold the same words"
    return None


class _Compared:
    """The stretches that Winnow's method compared, where they are still there."""

    def __init__(self, out: str, manifest: Mapping[str, Any]) -> None:
        (name,) = (name for name in manifest["work"] if name.startswith("benchmark_index-"))
        folder = storage.join(out, "work", name, "index")
        self._there = bool(storage.listing(folder))
        if self._there:
            self._index, self._stretches = load(folder), stretches.load(folder)
            self._items = np.repeat(np.arange(len(self._stretches.bounds)), np.diff(self._stretches.owner_offsets))

    def share(self, span: str, example: int, start: int) -> float | None:
        """Of the example's stretch around character `start` the share that the span has; None where it is unknown."""
        if not self._there:
            return None
        found = self._stretches
        mine = np.flatnonzero(found.owners == example)
        ends = found.owner_words[mine] + np.diff(found.bounds[self._items[mine]])[:, 0]
        inside = self._index.word_end[ends - 1] > start
        item = self._items[mine[inside][np.argmin(found.owner_words[mine[inside]])]]
        of_span = words(pa.array([span], pa.string()))
        one, whole = np.zeros(1, np.int32), np.array([len(of_span.hashes)], np.int32)
        window = Windows(one, np.array([item], np.int32), one, whole)
        aligned = align(window, one, of_span.offsets, of_span.hashes, found.items)
        return float(aligned.weight[0] / found.totals[item])


def texts_after_cuts(
    out: str, manifest: Mapping[str, Any], folder: str, wanted: set[str], *, until: str = DECIDING[-1]
) -> dict[str, str]:
    """Id -> text as the rules for repeated text up to `until` left it: all of them, which contamination looked at."""
    ids = pa.array(sorted(bytes.fromhex(each) for each in wanted), pa.binary(16))
    cutting = [
        storage.join(out, "work", name, "cuts")
        for stage in DECIDING[: DECIDING.index(until) + 1]
        for name in manifest["work"]
        if name.rpartition("-")[0] == stage
    ]
    found = {}
    for name in storage.listing(folder):
        cuts = [_cuts(storage.join(cut, name)) for cut in cutting if name in storage.listing(cut)]
        first = 0
        for batch in storage.arrow_batches(storage.join(folder, name), ["id", "text"]):
            rows = np.flatnonzero(pc.is_in(batch.column("id"), value_set=ids).to_numpy(zero_copy_only=False))
            for place, row in zip((rows + first).tolist(), batch.take(pa.array(rows)).to_pylist(), strict=True):
                text = row["text"]
                for ranges in cuts:
                    text = without(text, ranges.get(place, ()))
                found[row["id"].hex()] = text
            first += batch.num_rows
    return found


def _cuts(path: str) -> dict[int, Ranges]:
    """Row -> byte ranges of one part that a stage took out."""
    with storage.open_arrow(path) as source, pa.ipc.open_file(source) as reader:
        return ranges_by_row(reader.read_all().to_batches())
