"""Rehydration: documents are repeated by the size of their group of duplicates, within the cap; shares stay."""

import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mixture.rehydrate import divide, usable_tokens
from pipeline.publish import read_manifest
from pipeline.recipe import RecipeError, loads
from pipeline.run import run
from pipeline.shards.read import ShardReader
from pipeline.verify import verify
from tests.test_near_stages import edited, text


def test_classes_are_seen_in_proportion_to_their_copies() -> None:
    one, two, five = divide(1_000, {1: 200, 2: 150, 5: 100}, max_epochs=8)
    assert (one.target_tokens, two.target_tokens, five.target_tokens) == (200, 300, 500)
    assert (one.epochs, two.epochs, five.epochs) == (1, 2, 5)


def test_no_class_is_seen_more_often_than_the_cap_and_others_take_the_rest() -> None:
    one, two, five = divide(1_000, {1: 200, 2: 150, 5: 100}, max_epochs=4)
    assert five.epochs == 4
    assert one.target_tokens + two.target_tokens == 600
    assert two.epochs == pytest.approx(2 * one.epochs, abs=0.01)


def test_documents_worth_nothing_are_never_seen() -> None:
    none, one = divide(50, {0: 1_000, 1: 100}, max_epochs=4)
    assert (none.target_tokens, one.target_tokens) == (0, 50)
    assert usable_tokens({0: 1_000, 1: 100}) == 100
    assert [found.target_tokens for found in divide(0, {0: 1_000}, max_epochs=4)] == [0]
    assert divide(0, {}, max_epochs=4) == ()


@given(
    st.dictionaries(st.integers(0, 9), st.integers(0, 10**9), max_size=5), st.integers(0, 10**10), st.floats(0.1, 16)
)
def test_targets_sum_to_what_was_asked_or_to_what_the_caps_allow(
    tokens: dict[int, int], target: int, cap: float
) -> None:
    found = divide(target, tokens, cap)
    total, most = sum(one.target_tokens for one in found), cap * usable_tokens(tokens)
    assert min(target, most) - len(found) - 1 <= total <= min(target, most + 1)
    seen = sorted((one.copies, one.epochs) for one in found if one.unique_tokens > 1_000 and target > 10**6)
    assert all(few <= many + 0.01 for (_, few), (_, many) in pairwise(seen))


def recipe(folder: Path, mixture: str, near: str) -> str:
    return (
        f"name: t\nseed: 1\nsources:\n  web: {{reader: jsonl, paths: ['{folder}/web.jsonl']}}\n"
        f"  own: {{reader: jsonl, paths: ['{folder}/own.jsonl']}}\n"
        f"dedup: {{{near}}}\ntokenizer: {{train: {{vocab_size: 300}}}}\nshards: {{seq_len_tokens: 64, count: 1}}\n"
        f"mixture: {{budget_tokens: 40_000, weights: {{web: 0.8, own: 0.2}}, {mixture}}}\n"
    )


def write_sources(folder: Path) -> None:
    """60 texts alone, 15 with one copy and 10 with two; and another source."""
    numbers = [*range(60), *(n for n in range(60, 75) for _ in range(2)), *(n for n in range(75, 85) for _ in range(3))]
    seen: Counter[int] = Counter()
    texts = []
    for number in numbers:
        texts.append(edited(text(number, 150), number, seen[number]))
        seen[number] += 1
    for name, rows in (("web", texts), ("own", [text(1_000 + number, 150) for number in range(40)])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps({"text": row}) + "\n" for row in rows))


NEAR = "minhash: {threshold: 0.8, rehydrate: [[2, 2], [3, 3]]}"


def test_documents_are_seen_by_the_size_of_their_group(tmp_path: Path) -> None:
    write_sources(tmp_path)
    out = tmp_path / "out"
    found = run(loads(recipe(tmp_path, "max_epochs: 4, rehydrate: true, validation: 0.02", NEAR)), out, workers=2)
    assert found.exit_code == 0
    clusters = pq.read_table(out / "dedup/clusters.parquet").to_pylist()
    copies = defaultdict(lambda: 1, {row["id"]: row["copies"] for row in clusters if row["role"] == "kept"})
    assert Counter(copies.values()) == {2: 15, 3: 10}
    reader = ShardReader(str(out / "shards"))
    tokens: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    epochs: dict[str, set[int]] = defaultdict(set)
    for place in range(len(reader)):
        for piece in reader.documents(place):
            tokens[piece.id] += piece.tokens
            epochs[piece.id].add(piece.epoch)
            sizes[piece.source] += piece.tokens
    total = sum(sizes.values())
    assert sizes["web"] / total == pytest.approx(0.8, abs=0.01)
    rows = {row["source"]: row for row in read_manifest(str(out))["mixture"]["sources"]}
    by_copies = {one["copies"]: one for one in rows["web"]["copies"]}
    assert by_copies[2]["epochs"] == pytest.approx(2 * by_copies[1]["epochs"], rel=0.001)
    assert by_copies[3]["epochs"] == pytest.approx(3 * by_copies[1]["epochs"], rel=0.001)
    web = {row["id"] for path in (out / "documents/web").iterdir() for row in pq.read_table(path).to_pylist()}
    for worth, one in by_copies.items():
        mine = [name for name in tokens if name in web and copies[name] == worth]
        assert sum(tokens[name] for name in mine) == pytest.approx(one["target_tokens"], rel=0.02)
        assert all(max(epochs[name]) < -(-one["target_tokens"] // one["unique_tokens"]) for name in mine)
    assert verify(str(out)) == []
    assert "Rehydration" in (out / "report.html").read_text()
    again = run(loads(recipe(tmp_path, "max_epochs: 4, rehydrate: true, validation: 0.02", NEAR)), tmp_path / "b")
    assert again.manifest["files"] == found.manifest["files"]


def test_nobody_is_seen_more_often_than_max_epochs(tmp_path: Path) -> None:
    write_sources(tmp_path)
    run(loads(recipe(tmp_path, "max_epochs: 2, rehydrate: true", NEAR)), tmp_path / "out", workers=1)
    rows = {row["source"]: row for row in read_manifest(str(tmp_path / "out"))["mixture"]["sources"]}
    assert {one["copies"]: one["epochs"] <= 2 for one in rows["web"]["copies"]} == {1: True, 2: True, 3: True}
    reader = ShardReader(str(tmp_path / "out" / "shards"))
    assert max(piece.epoch for place in range(len(reader)) for piece in reader.documents(place)) <= 1


def test_without_copies_to_go_by_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"mixture.rehydrate"):
        loads(recipe(tmp_path, "max_epochs: 2, rehydrate: true", "minhash: {}"))
