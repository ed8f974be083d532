"""text_sizes, tokenizer_sample, tokenizer: a tokenizer trained on the kept documents, drawn by mixture weight in bytes.

text_groups       task t: bytes of its text by group, where the mixture does not go by source -> counts in its manifest
text_sizes        bytes of text a source, or group -> sizes.json
tokenizer_sample  task t: documents that a hash draws, at their group's rate -> exchange to one partition
tokenizer         trains on them, in any order -> public/shards/tokenizer.json (or copies the one that is given
there), and facts.json and ranks.npy: what every worker that encodes would find out about it
"""

import functools
import json
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import records
from pipeline.engine import storage
from pipeline.engine.task import PUBLIC, TaskContext
from pipeline.errors import WinnowError
from pipeline.ids import hash01
from pipeline.kernels import bpe
from pipeline.ledger import read_parquet
from pipeline.mixture.groups import groups_of
from pipeline.shards.encode import Encoder
from pipeline.shards.tokenizer import TokenizerFile, load_tokenizer, train_tokenizer

TOKENIZER_FILE = f"{PUBLIC}shards/tokenizer.json"
FACTS_FILE = "facts.json"
RANKS_FILE = "ranks.npy"  # where the kernel is proven to encode with them
# One very long document must not be the whole sample.
MAX_DOCUMENT_CHARS = 200_000

SAMPLE_TEXT = pa.schema([pa.field("id", records.ID), pa.field("text", pa.string())])


def measure(ctx: TaskContext) -> None:
    """Count one task's bytes of kept text by group."""
    source, _ = ctx.params["tasks"][ctx.task]
    for path in ctx.outputs("documents", f"{PUBLIC}documents/"):
        for batch in read_parquet(path, [ctx.params["by"], "text"]).to_batches(max_chunksize=1024):
            lengths = pc.binary_length(batch.column("text")).to_numpy()
            groups = groups_of(batch, ctx.params, source)
            for number in np.unique(groups).tolist():
                ctx.count(ctx.params["groups"][number], lengths[groups == number].sum())


def sizes(ctx: TaskContext) -> None:
    """Add up the bytes of kept text."""
    found = dict.fromkeys(ctx.params["groups"], 0)
    if ctx.params["by"] == "source":
        for (source, _), manifest in zip(ctx.params["tasks"], ctx.manifests("documents"), strict=True):
            found[source] += manifest.stats["text_bytes"]
    else:
        for manifest in ctx.manifests("text_groups"):
            for group, size in manifest.stats.items():
                found[group] += size
    ctx.file("sizes.json").write(json.dumps(found, sort_keys=True).encode())


def shares(
    text_bytes: Mapping[str, int], weights: Mapping[str, float] | None, epochs: Mapping[str, float] | None
) -> Mapping[str, float]:
    """The share of each group: its weight, or epochs x bytes of text where tokens cannot be counted yet."""
    if weights is not None:
        return weights
    assert epochs is not None
    seen = {name: epochs[name] * size for name, size in text_bytes.items()}
    total = sum(seen.values()) or 1
    return {name: size / total for name, size in seen.items()}


def sample(ctx: TaskContext) -> None:
    """Draw documents so that each group's share of the sample is its weight, as far as its text goes."""
    p = ctx.params
    source, _ = p["tasks"][ctx.task]
    available = ctx.json("text_sizes", "sizes.json")
    share = shares(available, p["weights"], p["epochs"])
    rates = np.array([share[name] * p["sample_bytes"] / max(1, available[name]) for name in p["groups"]])
    columns = ["id", "text", *([p["by"]] if p["by"] != "source" else [])]
    out = ctx.exchange(SAMPLE_TEXT, 1)
    for path in ctx.outputs("documents", f"{PUBLIC}documents/"):
        for batch in read_parquet(path, columns).to_batches(max_chunksize=1024):
            ids = [bytes.fromhex(identity) for identity in batch.column("id").to_pylist()]
            units = np.array([hash01(p["seed"], "tokenizer", identity) for identity in ids])
            drawn = np.flatnonzero(units < rates[groups_of(batch, p, source)]).tolist()
            texts = [batch.column("text")[row].as_py()[:MAX_DOCUMENT_CHARS] for row in drawn]
            rows = [pa.array([ids[row] for row in drawn], records.ID), pa.array(texts, pa.string())]
            out.write(np.zeros(len(drawn), np.int64), pa.RecordBatch.from_arrays(rows, schema=SAMPLE_TEXT))


def train(ctx: TaskContext) -> None:
    """Train on the sample."""

    def texts() -> Iterator[str]:
        for batch in ctx.partition("tokenizer_sample"):  # counts of words: the order of texts changes nothing
            for start in range(0, batch.num_rows, 256):
                yield from batch.column("text").slice(start, 256).to_pylist()

    trained, notes = train_tokenizer(texts(), ctx.params["vocab_size"], ctx.params["end_of_text"])
    _write(ctx, trained)
    ctx.file("notes.json").write(json.dumps(notes).encode())


def copy(ctx: TaskContext) -> None:
    """Put the given tokenizer beside the shards."""
    data = storage.read_bytes(ctx.places["path"])
    if storage.digest_of(ctx.places["path"]) != ctx.params["digest"]:
        raise WinnowError(f"{ctx.places['path']} changed while the run was starting: run again")
    _write(ctx, load_tokenizer(data, ctx.params["end_of_text"], ctx.places["path"]))


def _write(ctx: TaskContext, tokenizer: TokenizerFile) -> None:
    ctx.file(TOKENIZER_FILE).write(tokenizer.data)
    tables = Encoder(tokenizer).tables
    if tables is not None:
        ctx.file(RANKS_FILE).write(bpe.to_bytes(tables))
    facts = {
        "end_of_text": tokenizer.end_of_text,
        "end_of_text_id": tokenizer.end_of_text_id,
        "vocab_size": tokenizer.vocab_size,
        "proven": tables is not None,
    }
    ctx.file(FACTS_FILE).write(json.dumps(facts).encode())


@functools.lru_cache(maxsize=1)
def encoder(folder: str) -> Encoder:
    """The run's encoder, loaded once a worker from the folder of the stage `tokenizer`."""
    facts = json.loads(storage.read_bytes(storage.join(folder, FACTS_FILE)))
    proven = facts.pop("proven") and bpe.from_bytes(storage.read_bytes(storage.join(folder, RANKS_FILE)))
    return Encoder(TokenizerFile(storage.read_bytes(storage.join(folder, TOKENIZER_FILE)), **facts), proven=proven)
