"""SimHash fingerprints and the search for near ones, against both written plainly: `python -m benchmarks.simhash`.

Texts are made here: words at random, 3 kB each. The plain side is the definition in Python: windows of six lower-case
words, an 8-byte hash of each, 64 counts. The search gets fingerprints of which a quarter are a few bits from another;
the plain side compares all pairs with numpy, and the pairs' components have to be the same. CPU seconds, one core,
median of rounds that take turns.

`--grouping 1e6` runs the stages that `winnow run` has between fingerprints and labels over so many made-up ones, laid
out as for 2 kB of input a document: bytes, CPU time and memory, measured and as `winnow plan` predicts them.
"""

import argparse
import hashlib
import os
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from math import comb

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.common import Peaks, anonymous, watch
from pipeline.dedup import lsh, minhash, simhash
from pipeline.engine import commit
from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.engine.task import TaskContext, run_task
from pipeline.planning import near
from pipeline.planning.near_costs import simhash_costs
from pipeline.stages import groups

UInt64Array = npt.NDArray[np.uint64]

NGRAM, DISTANCE, BLOCKS = 6, 4, 6
TEXT_BYTES = 3_000
_WORD = re.compile(r"\w+")


def make_texts(count: int, seed: int = 0) -> list[str]:
    dice = random.Random(seed)
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randint(2, 9))) for _ in range(5_000)]
    return [" ".join(dice.choices(words, k=TEXT_BYTES // 5))[:TEXT_BYTES] for _ in range(count)]


def plain_fingerprint(text: str) -> int:
    words = _WORD.findall(text.lower())
    counts = [0] * 64
    for at in range(max(1, len(words) - NGRAM + 1)):
        digest = hashlib.blake2b(" ".join(words[at : at + NGRAM]).encode(), digest_size=8).digest()
        value = int.from_bytes(digest, "little")
        for bit in range(64):
            counts[bit] += 1 if value >> bit & 1 else -1
    return sum(1 << bit for bit in range(64) if counts[bit] > 0)


def make_prints(count: int, seed: int = 0, most: int = 6) -> UInt64Array:
    """A quarter differ in up to `most` bits from another."""
    draw = np.random.default_rng(seed)
    prints = draw.integers(0, 1 << 64, count, np.uint64)
    copies = count // 4
    flips = draw.integers(0, 64, (copies, most)).astype(np.uint64)
    some = np.where(np.arange(most) < draw.integers(0, most + 1, (copies, 1)), np.uint64(1) << flips, np.uint64(0))
    prints[-copies:] = prints[:copies] ^ np.bitwise_xor.reduce(some, axis=1)
    return prints


def search(prints: UInt64Array) -> lsh.Components:
    keys = simhash.table_keys(prints, blocks=BLOCKS, distance=DISTANCE, salt=np.zeros(len(prints), np.uint64))
    nodes = np.repeat(np.arange(len(prints), dtype=np.uint64), keys.shape[1])
    return lsh.components(*simhash.group(keys.ravel(), nodes, np.repeat(prints, keys.shape[1]), distance=DISTANCE))


def search_all_pairs(prints: UInt64Array) -> lsh.Components:
    a, b = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
    for row in range(1, len(prints)):
        near = np.flatnonzero(np.bitwise_count(prints[:row] ^ prints[row]) <= DISTANCE).astype(np.uint64)
        a.append(near)
        b.append(np.full(len(near), row, np.uint64))
    return lsh.components(np.concatenate(a), np.concatenate(b))


def seconds(run: Callable[[], object]) -> float:
    begin = time.process_time()
    run()
    return time.process_time() - begin


def report(title: str, ours: list[float], theirs: list[float], work: float, unit: str) -> None:
    one, other = statistics.median(ours), statistics.median(theirs)
    print(f"{title}: {work / one:,.0f} {unit}/s against {work / other:,.0f}: {other / one:,.1f} times")


def signatures(ctx: TaskContext) -> None:
    """In place of `pipeline.stages.near:signatures`."""
    p = ctx.params
    prints = make_prints(p["documents"], most=DISTANCE)
    first, last = (p["documents"] * (ctx.task + more) // p["parts"] for more in (0, 1))
    mine = prints[first:last]
    keys = simhash.table_keys(mine, blocks=BLOCKS, distance=DISTANCE, salt=np.zeros(len(mine), np.uint64))
    groups.send_keys(
        ctx.exchange(groups.PRINTED_KEY, p["partitions"]), ctx.task, np.arange(len(mine), dtype=np.int32), keys,
        p["partitions"], mine,
    )  # fmt: skip


def grouping(documents: int) -> None:
    """One process, one task after another."""
    size = documents * 2_000
    parts, partitions = -(-size // (256 << 20)), near.partitions_of_bands(size, comb(BLOCKS, DISTANCE))
    search(make_prints(100))
    with tempfile.TemporaryDirectory(prefix="winnow-simhash-") as out:
        builder = GraphBuilder(out)
        params = {"documents": documents, "parts": parts, "partitions": partitions}
        builder.add("signatures", "benchmarks.simhash:signatures", tasks=parts, params=params)
        near.add_groups(builder, parts, partitions, distance=DISTANCE)
        graph = builder.build()
        making = parts * seconds(lambda: make_prints(documents, most=DISTANCE))
        peaks, begin, before = Peaks(), time.process_time(), anonymous(os.getpid())
        threading.Thread(target=watch, args=(os.getpid(), peaks), daemon=True).start()
        for stage in graph.stages:
            for task in range(stage.tasks):
                run_task(graph, stage, task)
        took = time.process_time() - begin - making
        sent = {stage.name: exchanged(graph, stage.name) for stage in graph.stages}
    plan = simhash_costs(documents, distance=DISTANCE, blocks=BLOCKS, partitions=partitions, parts=parts)
    labels = sent.pop("labels", 0)
    print(f"{documents:,} documents, {parts} tasks, {partitions} partitions: measured, planned")
    print(f"  keys, MB     {sent.pop('signatures') / 1e6:>10.1f} {plan.key_bytes / 1e6:>10.1f}")
    print(f"  edges, MB    {sum(sent.values()) / 1e6:>10.1f} {plan.edge_bytes / 1e6:>10.1f}")
    print(f"  labels, MB   {labels / 1e6:>10.1f} {plan.label_bytes / 1e6:>10.1f}")
    print(f"  one core, s  {took:>10.1f} {plan.core_seconds:>10.1f}")
    print(f"  memory, MB   {(peaks.driver - before) / 1e6:>10.1f} {plan.memory_bytes / 1e6:>10.1f}")


def exchanged(graph: Graph, name: str) -> int:
    """Bytes that a stage sent."""
    manifests = (commit.read_manifest(graph, graph[name], task) for task in range(graph[name].tasks))
    return sum(output.bytes for manifest in manifests for output in manifest.outputs if output.partitions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--plain", type=int, default=50, help="documents of the plain side, which is slow")
    parser.add_argument("--prints", type=int, default=20_000, help="fingerprints that both sides search")
    parser.add_argument("--more", type=int, default=1_000_000, help="fingerprints that only the tables search")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--grouping", type=float, help="only the stages of a run, over so many documents")
    given = parser.parse_args()
    if given.grouping:
        grouping(int(given.grouping))
        return
    texts = make_texts(given.documents)
    array = pa.array(texts, pa.string())
    simhash.fingerprints(array[:1], shingle="word", ngram=NGRAM)
    minhash.signatures(array[:1], shingle="word", ngram=5, hashes=112)
    prints = make_prints(given.prints)
    search(prints[:10])
    rounds: dict[str, list[float]] = {name: [] for name in ("ours", "plain", "minhash", "tables", "pairs")}
    for _ in range(given.rounds):
        rounds["ours"].append(seconds(lambda: simhash.fingerprints(array, shingle="word", ngram=NGRAM)))
        plain = seconds(lambda: [plain_fingerprint(text) for text in texts[: given.plain]])
        rounds["plain"].append(plain * given.documents / given.plain)
        rounds["minhash"].append(seconds(lambda: minhash.signatures(array, shingle="word", ngram=5, hashes=112)))
        rounds["tables"].append(seconds(lambda: search(prints)))
        rounds["pairs"].append(seconds(lambda: search_all_pairs(prints)))
    one, other = search(prints), search_all_pairs(prints)
    assert np.array_equal(one.nodes, other.nodes)
    assert np.array_equal(one.roots, other.roots)
    report("fingerprints, plain Python", rounds["ours"], rounds["plain"], given.documents, "documents")
    report("fingerprints, MinHash of 112", rounds["ours"], rounds["minhash"], given.documents, "documents")
    report("search, all pairs by numpy", rounds["tables"], rounds["pairs"], given.prints, "fingerprints")
    more = make_prints(given.more)
    took = seconds(lambda: search(more))
    print(f"search of {given.more:,} fingerprints: {took:.1f} s, {given.more / took:,.0f} fingerprints/s")


if __name__ == "__main__":
    main()
