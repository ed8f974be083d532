"""What a run would read and need, before it starts; exact token counts where OUT already holds them.

Estimates come from sizes alone, through the ratios below. They are for planning disks and hours, not for promises.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.dedup.minhash import s_curve
from pipeline.engine import commit, storage
from pipeline.mixture.budget import Budget, plan_mixture
from pipeline.mixture.budget_file import BUDGET_FILE, rows_of
from pipeline.plan import Plan
from pipeline.planning import against
from pipeline.planning.against import indexes
from pipeline.planning.near_costs import KEY_BYTES, PRINTED_KEY_BYTES, GroupingCosts, grouping_costs, simhash_costs
from pipeline.recipe import MinHash
from pipeline.recipe.simhash import SimHash
from pipeline.sources import READERS

# Tokens of extracted text a stored input byte, before filters; measured on real archives of each kind (a 32 k BPE).
_TOKENS_PER_BYTE = {"warc": 0.035, "arc": 0.035, "wet": 0.55, "jsonl": 0.6, "parquet": 0.5, "text": 0.25}
_UNCOMPRESSED = {"warc": 0.008, "arc": 0.008, "wet": 0.22, "jsonl": 0.24}  # the same for plain files
_TEXT_BYTES_PER_TOKEN = 4.3
_BYTES_PER_DOCUMENT = 4_000  # of text
_EXACT_ROW_BYTES = 72
# Documents that share a band with another: crawls have about this many near-duplicates. A layout that nominates pairs
# that have nothing in common sends all of them.
_CANDIDATE_SHARE = 0.3
_UNRELATED_SIMILARITY = 0.1
_UNRELATED_NOMINATED = 0.01
# Of 64 bits: 2 in 1,000 of all pairs of random fingerprints differ in 20 or fewer.
_UNRELATED_DISTANCE = 20
_SEGMENT_ROW_BYTES = 60
# Rules for repeated text: bytes of keys that a byte of text sends (benchmarks/copies.py; 4.6 bytes a token).
_COPIES_SHARE = {
    "dclm_paragraphs.grams": 4.0,
    "ccnet_lines.keys": 0.4,
    "llama3_lines.keys": 0.4,
    "c4_spans.keys": 0.5,
    "substrings.anchors": 0.35,
    "substrings.keys": 0.4,
}
# A worker with all libraries and kernels loaded, its extraction child (recycled before it grows past this), and
# buffers.
_WORKER_BYTES = 420 << 20
_EXTRACTOR_BYTES = 700 << 20
_PARTITION_BYTES = 256 << 20


@dataclass(frozen=True)
class Estimate:
    """Bytes and tokens a run is expected to need."""

    tokens: Mapping[str, int]  # a source, before filters; after a run exact, for what its mixture weighs
    exact: bool
    exchange_bytes: Mapping[str, int]  # a stage
    worker_memory_bytes: int
    disk_bytes: int
    budget: Budget | None  # none where only a run can count the tokens: of languages and formats
    grouping: GroupingCosts | None  # of near-duplicates


def estimate(plan: Plan) -> Estimate:
    """Sizes of a plan's inputs -> tokens, exchanged bytes, memory of a worker, disk of OUT at its fullest."""
    exact = _exact_tokens(plan)
    tokens = exact or {name: _tokens(plan, name) for name in plan.inputs}
    text = sum(tokens.values()) * _TEXT_BYTES_PER_TOKEN
    documents = text / _BYTES_PER_DOCUMENT
    exchange: dict[str, int] = {}
    if "exact" in plan.graph:
        exchange["exact_keys"] = int(documents * _EXACT_ROW_BYTES)
    near = plan.recipe.dedup.near if plan.recipe.dedup else None
    grouping = None
    if near:
        stage = plan.graph["signatures"]
        cut = {"partitions": stage.params["partitions"], "parts": stage.tasks}
        if isinstance(near, MinHash):
            grouping = grouping_costs(documents, bands=near.bands, rows=near.rows, **cut)
        else:
            grouping = simhash_costs(documents, distance=near.distance, blocks=near.blocks, **cut)
        exchange["signatures"] = grouping.key_bytes
        exchange["components"] = grouping.edge_bytes
        exchange["labels"] = grouping.label_bytes
        exchange["candidates"] = int(text * (1 if nominates_everything(near) else _CANDIDATE_SHARE))
    for name, share in _COPIES_SHARE.items():
        if name in plan.graph:
            exchange[name] = int(text * share)
    if "benchmark_index" in plan.graph:
        benchmarks = plan.graph["benchmark_index"].places["paths"]
        exchange["benchmark_index"] = sum(storage.size(path) for path in benchmarks)
    exchange |= _earlier(plan, documents, text)
    budget = None
    item = 2
    shard_bytes = 0.0
    if plan.recipe.mixture:
        mixture = plan.recipe.mixture
        if mixture.by == "source" or exact:
            budget = plan_mixture(
                tokens, mixture.budget_tokens, mixture.max_epochs, weights=mixture.shares, epochs=mixture.epochs
            )
        target = budget.target_tokens if budget else mixture.budget_tokens
        train = plan.recipe.tokenizer.train if plan.recipe.tokenizer else None
        item = 2 if train and train.vocab_size <= 1 << 16 else 4
        segments = target / max(1, min(plan.recipe.shards.seq_len_tokens if plan.recipe.shards else 1, 1000))
        shard_bytes = float(target * item)
        exchange["segments"] = int(shard_bytes + segments * _SEGMENT_ROW_BYTES)
    # Text is written after extraction, after the rules and at publication, at about 2.2 to 1 compression.
    disk = int(3 * text / 2.2 + sum(exchange.values()) + shard_bytes + sum(tokens.values()) * item)
    memory = _WORKER_BYTES + max(_PARTITION_BYTES, grouping.memory_bytes if grouping else 0)
    if near and nominates_everything(near):  # then one worker holds them all
        memory += exchange["candidates"]
    if any(READERS[source.reader].extracts for source in plan.recipe.sources.values()):
        memory += _EXTRACTOR_BYTES
    return Estimate(tokens, exact is not None, exchange, memory, disk, budget, grouping)


def _earlier(plan: Plan, documents: float, text: float) -> dict[str, int]:
    """Bytes exchanged to compare with earlier runs, a stage."""
    found = {}
    theirs = sum(index.documents for index in indexes(plan.recipe))
    if against.EXACT in plan.graph:
        found["against.keys"] = int((documents + theirs) * _EXACT_ROW_BYTES / 2)
    if "against.bands" in plan.graph:
        p = plan.graph["against.bands"].params
        key_bytes = KEY_BYTES if p["distance"] is None else PRINTED_KEY_BYTES
        found["against.bands"] = int((documents + theirs) * p["bands"] * key_bytes)
        found["against.texts"] = int(text * _CANDIDATE_SHARE)
    return found


def nominates_everything(near: MinHash | SimHash) -> bool:
    """Whether pairs that have nothing in common are nominated so often that chains of pairs connect all documents."""
    if isinstance(near, SimHash):
        return near.distance >= _UNRELATED_DISTANCE
    return s_curve(_UNRELATED_SIMILARITY, near.bands, near.rows) > _UNRELATED_NOMINATED


def _tokens(plan: Plan, name: str) -> int:
    reader = plan.recipe.sources[name].reader
    total = 0.0
    for file in plan.inputs[name]:
        packed = file.path.endswith((".gz", ".zst", ".bz2", ".xz", ".parquet"))
        ratio = _TOKENS_PER_BYTE[reader] if packed else _UNCOMPRESSED.get(reader, _TOKENS_PER_BYTE[reader])
        total += (file.size or 0) * ratio
    return int(total)


def _exact_tokens(plan: Plan) -> dict[str, int] | None:
    """Token counts of an earlier run of the same plan, where OUT still holds them."""
    if "budget" not in plan.graph or not commit.committed(plan.graph, plan.graph["budget"]):
        return None
    budget = json.loads(storage.read_bytes(plan.graph.work("budget", BUDGET_FILE)))
    return {row["group"]: row["unique_tokens"] for row in rows_of(budget)}


def readable(size: float) -> str:
    """Bytes with a unit: 1536 -> 1.5 KiB."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(size) < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
