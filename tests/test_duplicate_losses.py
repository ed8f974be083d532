"""The guard on what deduplication may remove: exit code 3, and the clusters that a source was lost to."""

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.duplicate_losses import losses
from pipeline.publish import read_manifest
from pipeline.recipe import loads
from pipeline.run import run

STORY = "the old mill by the river was sold to a baker who wanted to grind his own flour again"


def recipe(folder: Path, max_loss: str) -> str:
    return (
        f"name: t\nseed: 1\nsources:\n  web: {{reader: jsonl, paths: ['{folder}/web.jsonl']}}\n"
        f"  own: {{reader: jsonl, paths: ['{folder}/own.jsonl']}}\n"
        f"dedup: {{exact: true, {max_loss} minhash: {{verify: false}}}}\n"
    )


def test_a_source_over_its_limit_is_named_with_the_clusters_it_was_lost_to(tmp_path: Path) -> None:
    other = STORY.replace("mill", "barn").replace("baker", "miller").replace("river", "road")
    texts = [*[STORY] * 5, *[other] * 3, "a page of its own about nothing that the others say"]
    (tmp_path / "web.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (tmp_path / "own.jsonl").write_text(json.dumps({"text": "one more page that is like no other page here"}) + "\n")
    out = tmp_path / "out"
    found = run(loads(recipe(tmp_path, "max_loss: 0.5,")), out, workers=1)
    assert found.exit_code == 3
    (guard,) = found.guards
    removed = pq.read_table(out / "decisions/exact_dedup").to_pylist()
    (first, _), (second, _) = Counter(row["witness"] for row in removed).most_common()
    assert guard.startswith("source 'web' lost 6 of 9 documents (66.7%) to deduplication, more than dedup.max_loss 0.5")
    assert f"most to {first} (4), {second} (2): `winnow explain" in guard
    manifest = read_manifest(str(out))
    manifest["recipe"]["dedup"]["max_loss"] = 2 / 3
    assert list(losses(str(out), manifest)) == []
    manifest["recipe"]["dedup"]["max_loss"] = None
    assert list(losses(str(out), manifest)) == []
