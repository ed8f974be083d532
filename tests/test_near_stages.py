"""The near-duplicate stages on documents of our own: the same verdicts however the work is divided."""

import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.dedup import deciding
from pipeline.engine.graph import Graph, GraphBuilder
from pipeline.engine.task import ROW_GROUP_ROWS
from pipeline.ids import document_id
from pipeline.planning import near
from pipeline.quickstart.variants import jaccard
from pipeline.recipe import Recipe, loads
from tests import toy_documents

WORDS = [f"{a}{b}" for a in ("ber", "dol", "fin", "gar", "hul", "kem", "lop") for b in ("an", "esk", "im", "ost", "ul")]


def text(seed: int, words: int = 300) -> str:
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) for _ in range(words))


def edited(original: str, seed: int, edits: int) -> str:
    dice = random.Random(seed)
    words = original.split()
    for place in dice.sample(range(len(words)), edits):
        words[place] = f"new{seed}x{place}"
    return " ".join(words)


def recipe(*dedup: str) -> Recipe:
    lines = ["name: t", "seed: 1", "sources:", "  a: {reader: jsonl, paths: [a]}", "  b: {reader: jsonl, paths: [b]}"]
    return loads("\n".join([*lines, "dedup:", *(f"  {line}" for line in dedup)]))


def run(out: Path, parts: list[tuple[str, list[str]]], wanted: Recipe, partitions: int, *, repeat: int = 1) -> Graph:
    builder = GraphBuilder(str(out))
    shared = toy_documents.rules(builder, parts, repeat=repeat)
    near.add(builder, wanted, shared, [], band_partitions=partitions, candidate_partitions=partitions)
    graph = builder.build()
    toy_documents.run_all(graph)
    return graph


def table(graph: Graph, name: str) -> list[dict[str, Any]]:
    rows = pq.read_table(graph.work("dedup_tables", f"public/dedup/{name}.parquet")).to_pylist()
    return sorted(rows, key=lambda row: tuple(str(value) for value in row.values()))


def identity(parts: list[tuple[str, list[str]]], part: int, row: int) -> str:
    return document_id(parts[part][0], str(part), row).hex()


def corpus() -> list[tuple[str, list[str]]]:
    """60 texts with edited copies of some of them, in four parts of two sources."""
    texts = [text(seed) for seed in range(60)]
    texts += [edited(texts[number % 60], number, 1 + number % 12) for number in range(90)]
    random.Random(5).shuffle(texts)
    return [("a", texts[:40]), ("b", texts[40:90]), ("a", []), ("b", texts[90:])]


def test_the_number_of_partitions_changes_nothing(tmp_path: Path) -> None:
    wanted = recipe("minhash: {threshold: 0.8}")
    one, five = (run(tmp_path / str(n), corpus(), wanted, n) for n in (1, 5))
    assert len(table(one, "pairs")) > 30
    for name in ("pairs", "clusters"):
        assert table(one, name) == table(five, name)


@pytest.mark.parametrize("verified", [True, False])
def test_the_preferred_source_and_the_longest_text_stay(tmp_path: Path, verified: bool) -> None:
    original = text(1)
    parts = [("a", [original + " with a few more words", original]), ("b", [original + " end"])]
    graph = run(tmp_path, parts, recipe("prefer: [b, a]", f"minhash: {{verify: {str(verified).lower()}}}"), 3)
    pairs = {row["removed_id"]: row for row in table(graph, "pairs")}
    assert set(pairs) == {identity(parts, 0, 0), identity(parts, 0, 1)}
    assert {row["kept_id"] for row in pairs.values()} == {identity(parts, 1, 0)}
    assert {row["method"] for row in pairs.values()} == {"jaccard" if verified else "closure"}
    assert all((row["similarity"] is not None) is verified for row in pairs.values())
    roles = {row["id"]: (row["role"], row["size"], row["cluster"]) for row in table(graph, "clusters")}
    first = identity(parts, 1, 0)
    assert roles[first] == ("kept", 3, first)
    assert roles[identity(parts, 0, 1)] == ("removed", 3, first)


def test_scope_within_compares_each_source_with_itself_only(tmp_path: Path) -> None:
    original = text(2)
    parts = [("a", [original, original]), ("b", [original])]
    graph = run(tmp_path, parts, recipe("scope: within", "minhash: {}"), 2)
    (pair,) = table(graph, "pairs")
    assert {pair["removed_source"], pair["kept_source"]} == {"a"}


def test_similar_texts_below_the_threshold_both_stay(tmp_path: Path) -> None:
    original = text(3)
    parts = [("a", [original, edited(original, 1, 12)])]  # 12 edits: Jaccard near (296-60)/(296+60) = .66
    graph = run(tmp_path, parts, recipe("minhash: {threshold: 0.8, bands: 50, rows: 2, hashes: 100}"), 1)
    assert table(graph, "pairs") == []
    assert [row["role"] for row in table(graph, "clusters")] == ["kept", "kept"]


def test_large_components_are_read_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(tmp_path / "whole", corpus(), recipe("minhash: {}"), 1)
    monkeypatch.setattr(deciding, "SLICE_BYTES", 3_000)  # a text or two
    sliced = run(tmp_path / "sliced", corpus(), recipe("minhash: {}"), 1)
    for name in ("pairs", "clusters"):
        assert table(whole, name) == table(sliced, name)


def check_copies(folder: Path, copies: int) -> None:
    """Of equal texts in two sources one stays, and a text travels once for each batch that has it."""
    parts = [("a", [text(4, 40)]), ("b", [text(4, 40)])]
    graph = run(folder, parts, recipe("minhash: {}"), 3, repeat=copies // 2)
    pairs = pq.read_table(graph.work("dedup_tables", "public/dedup/pairs.parquet"))
    assert pairs.num_rows == copies - 1
    assert len(pairs["kept_id"].unique()) == 1
    assert pairs["similarity"].unique().to_pylist() == [1.0]
    files = [graph.work("candidates", f"exchange/{task:05d}.arrow") for task in (0, 1)]
    sent = [pa.ipc.open_file(file).read_all()["text"] for file in files]
    assert sum(len(column) for column in sent) == copies
    assert sum(len(column) - column.null_count for column in sent) <= copies // ROW_GROUP_ROWS + 2


def test_ten_thousand_copies_leave_one(tmp_path: Path) -> None:
    check_copies(tmp_path, 10_000)


@pytest.mark.slow
def test_a_million_copies_leave_one(tmp_path: Path) -> None:
    check_copies(tmp_path, 1_000_000)


def test_texts_without_words_are_left_alone(tmp_path: Path) -> None:
    parts = [("a", ["", "...", "--- ---", "", "!"]), ("b", [])]
    assert table(run(tmp_path, parts, recipe("minhash: {}"), 2), "clusters") == []


def test_texts_without_spaces_are_compared(tmp_path: Path) -> None:
    chinese = "".join(chr(0x4E00 + random.Random(place).randrange(3000)) for place in range(400))
    parts = [("a", [chinese, chinese + "吗", chinese[:40]])]
    assert len(table(run(tmp_path, parts, recipe("minhash: {}"), 2), "pairs")) == 1


# -- recall and witnesses ----------------------------------------------------------------------------------------------


def planted(originals: list[str]) -> list[tuple[str, str]]:
    """An edited copy of each text, with a true similarity of 0.9 or more."""
    pairs = []
    for number, original in enumerate(originals):
        most = max(1, len(original.split()) // 110)
        for edits in range(1 + number % most, 0, -1):
            copy = edited(original, number, edits)
            if jaccard(original, copy) >= 0.9:
                pairs.append((original, copy))
                break
    return pairs


def check_recall_and_witnesses(folder: Path, originals: list[str]) -> None:
    pairs = planted(originals)
    assert len(pairs) >= 0.9 * len(originals) >= 800
    parts = [("a", [original for original, _ in pairs]), ("b", [copy for _, copy in pairs])]
    graph = run(folder, parts, recipe("minhash: {threshold: 0.8}"), 3)
    text_of = {identity(parts, part, row): text for part in (0, 1) for row, text in enumerate(parts[part][1])}
    removed = {row["removed_id"]: row for row in table(graph, "pairs")}
    both_stay = sum(
        identity(parts, 0, row) not in removed and identity(parts, 1, row) not in removed for row in range(len(pairs))
    )
    assert both_stay <= 0.001 * len(pairs)
    for row in removed.values():
        assert row["kept_id"] not in removed
        similarity = jaccard(text_of[row["removed_id"]], text_of[row["kept_id"]])
        assert similarity >= 0.8
        assert row["similarity"] == pytest.approx(similarity)


def test_of_planted_pairs_one_stays_and_every_removal_has_a_witness(tmp_path: Path) -> None:
    check_recall_and_witnesses(tmp_path, [text(seed, 330) for seed in range(1_500)])


def test_of_planted_pairs_of_real_texts_one_stays(tmp_path: Path, shared: Path) -> None:
    """ASCII only, where the words of the reference measure and ours are the same."""
    found = []
    for name in ("brown", "nltk-abc"):
        with gzip.open(shared / f"data/reference/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            texts = (json.loads(line)["text"] for line in lines)
            plain = (re.sub(r"[^a-z0-9\s]", " ", value.lower()) for value in texts)
            found += [value for value in plain if len(value.split()) > 230][:1_000]
    check_recall_and_witnesses(tmp_path, found)
