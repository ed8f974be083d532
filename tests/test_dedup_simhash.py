"""SimHash: fingerprints and the exact search against brute force, and the stages, `verify` and the report on them."""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import recheck
from pipeline.dedup import lsh, minhash, simhash
from pipeline.dedup.verify import resolve
from pipeline.publish import read_manifest
from pipeline.recipe import RecipeError, loads
from pipeline.run import run
from pipeline.verify import verify
from tests.test_near_stages import corpus, edited, identity, recipe, table, text
from tests.test_near_stages import run as run_stages

UInt64Array = npt.NDArray[np.uint64]


def plain_fingerprint(shingles: UInt64Array) -> int:
    """The definition: a bit is set where the votes for it outnumber those against it."""
    votes = [0] * 64
    for shingle in shingles.tolist():
        for bit in range(64):
            votes[bit] += 1 if shingle >> bit & 1 else -1
    return sum(1 << bit for bit in range(64) if votes[bit] > 0)


def apart(one: int, other: int) -> int:
    return (one ^ other).bit_count()


@pytest.mark.parametrize("shingle", ["word", "char"])
def test_fingerprints_are_majorities_of_shingles(shingle: str) -> None:
    texts = pa.array([text(1, words) for words in (1, 2, 5, 6, 7, 8, 9, 13, 40, 300)] + ["", "!?", "a a a a a a a a a"])
    sets, offsets = minhash.shingle_sets(texts, shingle=shingle, ngram=6, repeats=True)
    prints, some = simhash.fingerprints(texts, shingle=shingle, ngram=6)
    assert prints.tolist() == [plain_fingerprint(sets[begin:end]) for begin, end in pairwise(offsets)]
    assert some.tolist() == [True] * 10 + [False, False, True]


def test_case_and_punctuation_change_no_fingerprint_and_order_does() -> None:
    words = "one two three four five six seven eight nine ten"
    texts = pa.array([words, words.title().replace(" ", ", ") + "!", " ".join(reversed(words.split()))])
    prints, _ = simhash.fingerprints(texts, shingle="word", ngram=6)
    assert prints[0] == prints[1] != prints[2]


def test_every_choice_of_differing_blocks_leaves_a_table() -> None:
    """The pigeonhole: whatever bits within the distance change, the bits of some table do not."""
    for blocks, distance in ((6, 4), (5, 4), (8, 3), (3, 0)):
        masks = simhash.masks(blocks, distance)
        assert len(masks) == simhash.tables(blocks, distance)
        dice = random.Random(blocks)
        for _ in range(2_000):
            changed = sum(1 << bit for bit in dice.sample(range(64), distance))
            assert any(int(mask) & changed == 0 for mask in masks)
        union = 0
        for mask in masks.tolist():
            union |= mask
        assert union == (1 << 64) - 1


def near_prints(seed: int, centres: int, count: int) -> UInt64Array:
    """Fingerprints around a few centres, up to 6 bits away, so that many pairs are just within or beyond 4 bits."""
    dice = random.Random(seed)
    middles = [dice.getrandbits(64) for _ in range(centres)]
    changes = [sum(1 << bit for bit in dice.sample(range(64), dice.randrange(7))) for _ in range(count)]
    return np.array([dice.choice(middles) ^ change for change in changes], np.uint64)


def grouped(prints: UInt64Array, salt: UInt64Array, blocks: int, distance: int) -> dict[int, int]:
    """Node -> the first node of its component, of all nodes that are connected."""
    keys = simhash.table_keys(prints, blocks=blocks, distance=distance, salt=salt)
    wide = keys.shape[1]
    nodes = np.repeat(np.arange(len(prints), dtype=np.uint64), wide)
    edges = simhash.group(keys.ravel(), nodes, np.repeat(prints, wide), distance=distance)
    for one, other in zip(*edges, strict=True):
        assert apart(int(prints[one]), int(prints[other])) <= distance
        assert salt[one] == salt[other]
    found = lsh.components(*edges)
    return dict(zip(found.nodes.tolist(), found.roots.tolist(), strict=True))


def by_brute_force(prints: UInt64Array, salt: UInt64Array, distance: int) -> dict[int, int]:
    first = list(range(len(prints)))
    changed = True
    pairs = [
        (i, j)
        for j in range(len(prints))
        for i in range(j)
        if salt[i] == salt[j] and apart(int(prints[i]), int(prints[j])) <= distance
    ]
    while changed:
        changed = False
        for i, j in pairs:
            low = min(first[i], first[j])
            changed |= first[i] != low or first[j] != low
            first[i] = first[j] = low
    return {node: first[node] for pair in pairs for node in pair}


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32), st.integers(1, 5), st.integers(0, 90), st.sampled_from([(6, 4), (5, 4), (4, 2), (9, 6)]),
    st.integers(1, 2),
)  # fmt: skip
def test_components_are_those_of_all_pairs_within_the_distance(
    seed: int, centres: int, count: int, layout: tuple[int, int], scopes: int
) -> None:
    prints, salt = near_prints(seed, centres, count), np.arange(count, dtype=np.uint64) % np.uint64(scopes)
    assert grouped(prints, salt, *layout) == by_brute_force(prints, salt, layout[1])


def test_pairs_of_ten_thousand_fingerprints_against_all_50_million() -> None:
    dice = np.random.default_rng(3)
    prints = dice.integers(0, 2**64, 10_000, np.uint64)
    for row in range(5_000, 10_000):  # half are 0 to 7 bits away from another
        bits = dice.choice(64, row % 8, replace=False).astype(np.uint64)
        prints[row] = prints[row - 5_000] ^ np.bitwise_or.reduce(np.uint64(1) << bits, initial=np.uint64(0))
    expected = set()
    for row in range(1, len(prints)):
        expected |= {(int(other), row) for other in np.flatnonzero(np.bitwise_count(prints[:row] ^ prints[row]) <= 4)}
    assert len(expected) >= 3_125  # those of 0 to 4 bits
    found = grouped(prints, np.zeros(len(prints), np.uint64), 6, 4)
    assert {node for pair in expected for node in pair} == set(found)
    assert all(found[one] == found[other] for one, other in expected)


def decided(prints: UInt64Array, **options: Any) -> Any:
    keys = simhash.table_keys(prints, blocks=6, distance=4, salt=np.zeros(len(prints), np.uint64))
    offsets = np.arange(len(prints) + 1)
    return resolve(
        np.array([0, len(prints)]), prints, offsets, keys, threshold=60 / 64, measure="hamming", prints=prints,
        max_distance=4, **options,
    )  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 60))
def test_whoever_goes_is_within_the_distance_of_one_that_stays_and_no_two_that_stay_are(
    seed: int, centres: int, count: int
) -> None:
    prints = near_prints(seed, centres, count)
    found = decided(prints)
    stays = np.flatnonzero(found.witness < 0)
    for row, witness in enumerate(found.witness.tolist()):
        if witness >= 0:
            distance = apart(int(prints[row]), int(prints[witness]))
            assert witness in stays
            assert witness < row
            assert distance <= 4
            assert (found.intersection[row], found.whole[row]) == (64 - distance, 64)
    for row in stays.tolist():
        assert all(apart(int(prints[row]), int(prints[other])) > 4 for other in stays.tolist() if other < row)
    assert not found.unchecked.any()


def test_who_is_not_compared_with_all_for_a_limit_is_marked() -> None:
    middle = 0x0123456789ABCDEF
    far = [middle ^ 0b111, middle ^ 0b111 << 10, middle ^ 0b111 << 20]  # 6 bits from each other
    prints = np.array([*far, middle ^ 0b11 << 40 ^ 0b11 << 50], np.uint64)  # 7 from each
    assert not decided(prints).unchecked.any()
    found = decided(np.array([*far, middle], np.uint64), max_comparisons=1)
    assert found.witness.tolist()[-1] >= 0  # the first that is compared is near enough
    assert decided(prints, max_bucket=1).unchecked.any()


# -- the stages --------------------------------------------------------------------------------------------------------


def test_the_number_of_partitions_changes_nothing(tmp_path: Path) -> None:
    one, five = (run_stages(tmp_path / str(n), corpus(), recipe("simhash: {}"), n) for n in (1, 5))
    assert len(table(one, "pairs")) > 3
    assert {row["method"] for row in table(one, "pairs")} == {"hamming"}
    for name in ("pairs", "clusters"):
        assert table(one, name) == table(five, name)


def test_what_is_removed_is_what_the_fingerprints_say(tmp_path: Path) -> None:
    parts = [("a", [edited(text(seed, 300), seed, edits) for seed in range(30) for edits in (0, 1, 2, 3, 6)])]
    graph = run_stages(tmp_path, parts, recipe("simhash: {preset: roots}"), 3)
    prints, _ = simhash.fingerprints(pa.array(parts[0][1]), shingle="word", ngram=6)
    print_of = {identity(parts, 0, row): int(value) for row, value in enumerate(prints)}
    pairs = {row["removed_id"]: row for row in table(graph, "pairs")}
    assert len(pairs) >= 10
    for removed, row in pairs.items():
        distance = apart(print_of[removed], print_of[row["kept_id"]])
        assert distance <= 4
        assert row["similarity"] == (64 - distance) / 64
        assert row["kept_id"] not in pairs
    stay = [name for name in print_of if name not in pairs]
    assert all(apart(print_of[one], print_of[other]) > 4 for one in stay for other in stay if one < other)


def test_a_threshold_asks_for_similarity_as_well(tmp_path: Path) -> None:
    parts = [("a", [edited(text(seed, 300), seed, edits) for seed in range(30) for edits in (0, 1, 2, 3, 6)])]
    alone = run_stages(tmp_path / "alone", parts, recipe("simhash: {}"), 1)
    both = run_stages(tmp_path / "both", parts, recipe("simhash: {threshold: 0.95}"), 1)
    pairs = table(both, "pairs")
    assert 0 < len(pairs) < len(table(alone, "pairs"))
    prints, _ = simhash.fingerprints(pa.array(parts[0][1]), shingle="word", ngram=6)
    print_of = {identity(parts, 0, row): int(value) for row, value in enumerate(prints)}
    for row in pairs:
        assert row["method"] == "jaccard"
        assert row["similarity"] >= 0.95
        assert apart(print_of[row["removed_id"]], print_of[row["kept_id"]]) <= 4


def test_ten_thousand_copies_leave_one(tmp_path: Path) -> None:
    graph = run_stages(tmp_path, [("a", [text(4, 40)]), ("b", [text(4, 40)])], recipe("simhash: {}"), 3, repeat=5_000)
    assert len(table(graph, "pairs")) == 9_999


# -- the whole ---------------------------------------------------------------------------------------------------------


def written(folder: Path, dedup: str) -> str:
    texts = [edited(text(seed), seed, edits) for seed in range(8) for edits in (0, 1, 4)] + [""]
    (folder / "web.jsonl").write_text("".join(json.dumps({"text": value}) + "\n" for value in texts))
    return f"name: t\nseed: 1\nsources:\n  web: {{reader: jsonl, paths: ['{folder}/web.jsonl']}}\ndedup: {{{dedup}}}\n"


@pytest.mark.parametrize("dedup", ["simhash: {preset: roots}", "simhash: {threshold: 0.9, similarity: mutual}"])
def test_verify_computes_fingerprints_and_distances_again(tmp_path: Path, dedup: str) -> None:
    out = tmp_path / "out"
    run(loads(written(tmp_path, dedup)), out, workers=1)
    lines: list[str] = []
    assert verify(str(out), lines.append) == []
    assert any("near-duplicate is as similar" in line for line in lines)
    decisions = pq.read_table(out / "decisions/simhash").to_pylist()
    assert len(decisions) >= 3
    assert {row["reason"] for row in decisions} == {"near_duplicate"}
    page = (out / "report.html").read_text()
    assert "64-bit SimHash" in page
    manifest = read_manifest(str(out))
    summary = json.loads((out / "dedup/summary.json").read_text())
    (out / "dedup/summary.json").write_text(json.dumps({**summary, "distance": -1, "threshold": 0}))
    assert len([line for line in recheck.recheck(str(out), manifest) if "fingerprints differ" in line]) == len(
        decisions
    )
    (out / "dedup/summary.json").write_text(json.dumps({**summary, "ngram": 2}))
    assert list(recheck.recheck(str(out), manifest)) != []


@pytest.mark.parametrize(
    ("dedup", "said"),
    [
        ("simhash: {}, minhash: {}", "give one of them"),
        ("simhash: {blocks: 4}", "more blocks"),
        ("simhash: {blocks: 20}", "tables"),
        ("simhash: {preset: root}", "roots"),
        ("simhash: {hashes: 5}", "hashes"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, dedup: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        loads(written(tmp_path, dedup))
