"""Published MinHash layouts by name: what they ask for, and what each removes."""

import json
import random
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline import recheck
from pipeline.dedup.minhash import s_curve
from pipeline.engine.graph import GraphBuilder
from pipeline.ids import document_id
from pipeline.planning import near
from pipeline.publish import read_manifest
from pipeline.recipe import RecipeError, loads
from pipeline.recipe.presets import PRESETS
from pipeline.run import run
from pipeline.verify import verify
from tests import toy_documents

WORDS = [f"{a}{b}" for a in ("ber", "dol", "fin", "gar", "hul", "kem", "lop") for b in ("an", "esk", "im", "ost", "ul")]


def text(seed: int, words: int = 300) -> str:
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) + str(dice.randrange(40)) for _ in range(words))


def edited(original: str, edits: int) -> str:
    words = original.split()
    for place in random.Random(edits).sample(range(len(words)), edits):
        words[place] = f"new{place}"
    return " ".join(words)


def recipe(folder: Path, minhash: str) -> str:
    return (
        f"name: t\nseed: 1\nsources:\n  web: {{reader: jsonl, paths: ['{folder}/web.jsonl']}}\n"
        f"dedup: {{minhash: {minhash}}}\n"
    )


def minhash_of(options: str) -> Any:
    dedup = loads(recipe(Path("x"), options)).dedup
    assert dedup is not None
    return dedup.minhash


def resolve(folder: Path, minhash: str, texts: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of dedup/ after the near-duplicate stages alone; ids are replaced by the numbers of the texts."""
    builder = GraphBuilder(str(folder))
    parts = toy_documents.rules(builder, [("web", texts)])
    near.add(builder, loads(recipe(folder, minhash)), parts, [])
    graph = builder.build()
    toy_documents.run_all(graph)
    number = {document_id("web", "0", row).hex(): row for row in range(len(texts))}
    found = {}
    for name in ("pairs", "clusters"):
        rows = pq.read_table(graph.work("dedup_tables", f"public/dedup/{name}.parquet")).to_pylist()
        found[name] = [{key: number.get(value, value) for key, value in row.items()} for row in rows]
    return found


LAYOUTS = {  # shingle, ngram, bands, rows, threshold, verified: facts of the papers, see presets.py
    "gpt3": ("word", 1, 10, 1, 0.8, True),
    "gopher": ("word", 13, 25, 5, 0.8, True),
    "opt": ("word", 5, 14, 8, 0.95, True),
    "mt_nlg": ("char", 5, 10, 10, 0.8, True),
    "fineweb": ("word", 5, 14, 8, 0.8, False),
    "fineweb2": ("word", 5, 14, 8, 0.8, False),
    "refinedweb": ("word", 5, 450, 20, 0.8, False),
    "slimpajama": ("char", 13, 9, 13, 0.8, False),
    "zyda2": ("char", 25, 8, 16, 0.85, False),
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_what_was_published(name: str) -> None:
    found = minhash_of(f"{{preset: {name}}}")
    assert (found.shingle, found.ngram, found.bands, found.rows, found.threshold, found.verify) == LAYOUTS[name]
    assert found.hashes == found.bands * found.rows


def test_keys_beside_a_preset_come_before_it() -> None:
    found = minhash_of("{preset: fineweb, verify: true, threshold: 0.7}")
    assert (found.bands, found.verify, found.threshold) == (14, True, 0.7)


def test_an_unknown_preset_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(RecipeError, match="fineweb"):
        minhash_of("{preset: finewebb}")


@pytest.mark.parametrize("options", ["{similarity: both}", "{containment: 0.9}"])
def test_containment_and_both_come_together(options: str) -> None:
    with pytest.raises(RecipeError, match="containment"):
        minhash_of(options)


def test_the_s_curves_are_those_of_the_papers() -> None:
    assert round(s_curve(0.75, 14, 8), 2) == 0.77  # FineWeb, section 3.4
    assert round(s_curve(0.8, 450, 20), 2) == 0.99
    assert round(s_curve(0.85, 8, 16), 2) == 0.46


# What goes: an exact copy, copies with 2, 6 and 150 of 300 words changed. By layout: 13-word shingles
# lose 26 of 288 to two edits (similarity .83) and 78 to six (.57); 5-word ones stay at .93 and .82.
REMOVED = {
    "gpt3": {"copy", "two", "six"},
    "gopher": {"copy", "two"},
    "opt": {"copy"},
    "mt_nlg": {"copy", "two", "six"},
    "fineweb": {"copy", "two", "six"},
    "fineweb2": {"copy", "two", "six"},
    "refinedweb": {"copy", "two", "six"},
    "slimpajama": {"copy", "two", "six"},
    "zyda2": {"copy", "two"},
}


@pytest.mark.parametrize("name", PRESETS)
def test_what_each_preset_removes(name: str, tmp_path: Path) -> None:
    edits = {"copy": 0, "two": 2, "six": 6, "many": 150}
    originals = [text(seed) for seed in range(len(edits))]
    changed = [edited(original, count) for original, count in zip(originals, edits.values())]
    found = resolve(tmp_path, f"{{preset: {name}}}", [*(original + " end" for original in originals), *changed])
    numbers = {list(edits).index(variant) for variant in REMOVED[name]}
    assert {(pair["removed_id"], pair["kept_id"]) for pair in found["pairs"]} == {(at + 4, at) for at in numbers}
    assert {pair["method"] for pair in found["pairs"]} == {"jaccard" if LAYOUTS[name][-1] else "closure"}


def test_fineweb2_gives_copies_back_by_the_size_of_the_group(tmp_path: Path) -> None:
    sizes = (1, 2, 3, 4, 7, 99, 100, 1000)
    texts = [text(number, 20) for number, size in enumerate(sizes) for _ in range(size)]
    clusters = resolve(tmp_path, "{preset: fineweb2}", texts)["clusters"]
    kept = {row["size"]: row["copies"] for row in clusters if row["role"] == "kept"}
    assert kept == {2: 2, 3: 3, 4: 3, 7: 5, 99: 5, 100: 8, 1000: 1}
    assert all(row["copies"] == 0 for row in clusters if row["role"] == "removed")


LAYOUT = "bands: 40, rows: 2, hashes: 80"


@pytest.mark.parametrize(
    ("options", "method", "similarity"),
    [
        (f"{{similarity: containment, threshold: 0.9, {LAYOUT}}}", "containment", 1.0),
        (f"{{similarity: both, containment: 0.9, {LAYOUT}}}", "containment", 1.0),
        (f"{{similarity: both, threshold: 0.5, containment: 0.9, {LAYOUT}}}", "jaccard", 196 / 296),
        (f"{{similarity: mutual, threshold: 0.5, {LAYOUT}}}", "mutual", 196 / 296),
        (f"{{similarity: scaled, threshold: 0.5, {LAYOUT}}}", "scaled", 196 / (196 + 74)),  # 100 * (296 / 1024)^(1/4)
        (f"{{threshold: 0.5, {LAYOUT}}}", "jaccard", 196 / 296),
    ],
)
def test_a_part_of_a_document_by_every_measure(options: str, method: str, similarity: float, tmp_path: Path) -> None:
    whole = text(3)
    (pair,) = resolve(tmp_path, options, [whole, " ".join(whole.split()[:200])])["pairs"]
    assert (pair["method"], pair["similarity"]) == (method, pytest.approx(similarity))


def test_repeated_shingles_count_once_or_as_often_as_they_occur(tmp_path: Path) -> None:
    first, second = text(4, 60), text(5, 60)
    texts = [f"{first} {first} {first} {second}", f"{first} {second}"]
    options = f"similarity: mutual, ngram: 1, threshold: 0.3, {LAYOUT}"
    (once,) = resolve(tmp_path / "once", f"{{{options}}}", texts)["pairs"]
    (often,) = resolve(tmp_path / "often", f"{{{options}, repeats: true}}", texts)["pairs"]
    assert (once["similarity"], often["similarity"]) == (1.0, 0.5)


def test_a_run_by_scaled_similarity_passes_winnow_verify(tmp_path: Path) -> None:
    texts = [text(6, 900), text(7, 60)]  # a tenth of the words of each changes: the long one has become another text
    texts += [edited(original, len(original.split()) // 10) for original in texts]
    (tmp_path / "web.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    out = str(tmp_path / "out")
    minhash = "{similarity: scaled, threshold: 0.82, ngram: 2, bands: 40, rows: 5, hashes: 200, repeats: true}"
    assert run(loads(recipe(tmp_path, minhash)), out, workers=1).exit_code == 0
    (pair,) = pq.read_table(tmp_path / "out/dedup/pairs.parquet").to_pylist()
    assert (pair["method"], pair["similarity"]) == ("scaled", pytest.approx(47 / (47 + 8)))  # 12 * (128 / 1024)^(1/4)
    assert verify(out) == []


def test_winnow_verify_recomputes_by_the_measure_of_the_recipe(tmp_path: Path) -> None:
    whole = text(3)
    texts = [whole, edited(whole, 2), " ".join(whole.split()[:290])]
    (tmp_path / "web.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    out = str(tmp_path / "out")
    minhash = "{similarity: both, threshold: 0.99, containment: 0.9, repeats: true}"
    assert run(loads(recipe(tmp_path, minhash)), out, workers=1).exit_code == 0
    assert verify(out) == []
    path = tmp_path / "out/dedup/summary.json"
    summary = path.read_text()
    path.write_text(json.dumps({**json.loads(summary), "ngram": 2}))
    problems = list(recheck.recheck(out, read_manifest(out)))
    (problem,) = problems  # of the two; what is a part of another is that by pairs of words, too
    assert "but their texts have similarity" in problem
