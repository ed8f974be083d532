"""A source that loses more to deduplication than the recipe allows (dedup.max_loss), and to which documents it lost.

Looked at as soon as the whole documents that repeat others are known, in the files of those stages: nothing that comes
after them has cost anything yet, and the limit is no part of their keys, so that a run with another one goes on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine import commit, exchange, storage
from pipeline.engine.graph import Graph
from pipeline.errors import GuardTripped

TOP = 3
_DECIDING = ("exact", "against_exact", "against_minhash", "against_simhash", "near_duplicates")
_BEGINNING_CHARS = 60


def until_decided(graph: Graph) -> Graph:
    """The stages up to the last that removes whole documents for others; all where there is none."""
    last = max((place for place, stage in enumerate(graph.stages) if stage.name in _DECIDING), default=None)
    return graph if last is None else replace(graph, stages=graph.stages[: last + 1])


def check(graph: Graph, limit: float) -> None:
    """Raise GuardTripped where a source lost more than that share; `until_decided(graph)` has run."""
    if found := list(losses(graph, limit)):
        raise GuardTripped(
            "\n".join(found) + "\nThe run stopped here, before what comes after deduplication; nothing was published, "
            "and finished work is kept. Change the recipe, or raise the limit (--set dedup.max_loss=...) and run the "
            "same command again: it goes on from here."
        )


def losses(graph: Graph, limit: float) -> Iterator[str]:
    """A sentence for each source over the limit, with its largest clusters."""
    lost: Counter[str] = Counter()
    for source, kept in _removed(graph):
        lost[source] += len(kept)
    before = _documents(graph)
    over = [source for source in sorted(before) if lost[source] > limit * before[source]]
    largest = {source: _largest(graph, source) for source in over}
    shown = _shown(graph, [identity for found in largest.values() for identity, _ in found])
    for source in over:
        named = ", ".join(
            f"{identity} ({count:,}: {shown.get(identity, 'of an earlier run')})" for identity, count in largest[source]
        )
        yield (
            f"source {source!r} lost {lost[source]:,} of {before[source]:,} documents "
            f"({lost[source] / before[source]:.1%}) to deduplication, more than dedup.max_loss {limit:g} allows; most "
            f"to {named}"
        )


def _documents(graph: Graph) -> Counter[str]:
    """Documents of each source before the first of the deciding stages."""
    found: Counter[str] = Counter()
    for part, (source, _) in enumerate(graph["rules"].params["tasks"]):
        found[source] += _rows(graph, "rules", part, "docs/")
        if "exact" not in graph and "quality" in graph:
            found[source] -= _rows(graph, "quality", part, "verdicts/")
    return found


def _rows(graph: Graph, stage: str, task: int, prefix: str) -> int:
    outputs = commit.read_manifest(graph, graph[stage], task).outputs
    return sum(output.rows for output in outputs if output.name.startswith(prefix))


def _removed(graph: Graph) -> Iterator[tuple[str, list[str]]]:
    """(source, ids of the documents that stayed in place of some of it)."""
    tasks = graph["rules"].params["tasks"]
    for name in _DECIDING:
        if name not in graph:
            continue
        stage = graph[name]
        for task in range(stage.tasks):
            for output in commit.read_manifest(graph, stage, task).outputs:
                path = graph.work(stage, output.name)
                if name == "exact" and output.partitions:
                    for part in sorted(set(output.partitions)):
                        for batch in exchange.read_partition(path, output.batch_partitions, output.ends, part):
                            yield tasks[part][0], [kept.hex() for kept in batch.column("witness").to_pylist()]
                elif name != "exact" and output.name.startswith("pairs/"):
                    for batch in storage.arrow_batches(path, ["removed_source", "kept_id"]):
                        for source in batch.column("removed_source").unique().to_pylist():
                            mine = batch.filter(pc.equal(batch.column("removed_source"), source))
                            yield source, mine.column("kept_id").to_pylist()


def _largest(graph: Graph, source: str) -> list[tuple[str, int]]:
    """The documents that stayed in place of most of the source's, with how many; equal counts by id."""
    found: Counter[str] = Counter()
    for own, kept in _removed(graph):
        if own == source:
            found.update(kept)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:TOP]


def _shown(graph: Graph, identities: Iterable[str]) -> dict[str, str]:
    """Id -> the document's URL, or how its text begins."""
    ids = pa.array(sorted({bytes.fromhex(identity) for identity in identities}), pa.binary(16))
    found: dict[str, str] = {}
    for part in range(graph["rules"].tasks):
        for output in commit.read_manifest(graph, graph["rules"], part).outputs if len(found) < len(ids) else ():
            if output.name.startswith("docs/"):
                for batch in storage.arrow_batches(graph.work("rules", output.name), ["id", "url", "text"]):
                    for row in batch.filter(pc.is_in(batch.column("id"), value_set=ids)).to_pylist():
                        beginning = " ".join(row["text"][:_BEGINNING_CHARS].split())
                        found[row["id"].hex()] = row["url"] or repr(beginning)
    return found
