"""Mixtures by language and by format: which group a document is in, and what a run makes of their weights."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.estimate import estimate
from pipeline.mixture.groups import group_numbers
from pipeline.publish import read_manifest
from pipeline.recipe import loads
from pipeline.report.sections.composition import effective
from pipeline.run import make_plan, run
from pipeline.shards.composition import COMPOSITION_FILE, check_composition, check_pieces
from pipeline.shards.read import Piece, ShardReader
from pipeline.verify import verify


def test_what_is_not_named_is_other() -> None:
    values = pa.array(["en", "fr", None, "en", "de"])
    assert group_numbers(values, ("de", "en", "other")).tolist() == [1, 2, 2, 1, 0]
    assert group_numbers(pa.chunked_array([values]), ("en", "other", "und")).tolist() == [0, 1, 2, 0, 1]
    assert group_numbers(values.slice(0, 0), ("en",)).dtype == np.int16


def test_without_other_nothing_is_left_out_in_silence() -> None:
    with pytest.raises(ValueError, match="a document is of fr, which the mixture does not name"):
        group_numbers(pa.array(["en", "fr"]), ("en",))
    with pytest.raises(ValueError, match="a document is of und"):
        group_numbers(pa.array(["en", None]), ("en",))


WHO = {
    "en": ("The ferry", "My neighbour", "The baker", "Every child", "The old captain"),
    "de": ("Die Fähre", "Mein Nachbar", "Der Bäcker", "Jedes Kind", "Der alte Kapitän"),
    "fr": ("Le bateau", "Mon voisin", "Le boulanger", "Chaque enfant", "Le vieux capitaine"),
}
DOES = {
    "en": ("waits behind the harbour until the others come back", "brings fresh bread and salt to the island"),
    "de": ("wartet hinter dem Hafen, bis die anderen zurückkommen", "bringt frisches Brot und Salz auf die Insel"),
    "fr": ("attend derrière le port que les autres reviennent", "apporte du pain frais et du sel sur l'île"),
}
WHEN = {
    "en": ("when the weather is good", "before the sun rises over the water"),
    "de": ("wenn das Wetter gut ist", "bevor die Sonne über dem Wasser aufgeht"),
    "fr": ("quand le temps est beau", "avant que le soleil se lève sur la mer"),
}


def sentences(language: str, dice: random.Random, count: int) -> list[str]:
    parts = (WHO[language], DOES[language], WHEN[language])
    return [" ".join(dice.choice(part) for part in parts) for _ in range(count)]


def written(form: str, language: str, dice: random.Random) -> str:
    some = sentences(language, dice, dice.randrange(4, 12))
    if form == "list":
        return "".join(f"- {line}\n" for line in some)
    return " ".join(f"{line} {dice.randrange(10**6)}." for line in some)


# Documents of each source, language and form.
MADE = {
    "web": {("en", "prose"): 50, ("de", "prose"): 12, ("en", "list"): 10, ("fr", "prose"): 6},
    "own": {("de", "prose"): 12, ("de", "list"): 8, ("fr", "prose"): 6},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("groups")
    for source, kinds in MADE.items():
        dice = random.Random(source)
        texts = [written(form, language, dice) for (language, form), count in kinds.items() for _ in range(count)]
        (folder / f"{source}.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return folder


def recipe(folder: Path, mixture: str) -> str:
    sources = "".join(f"  {name}: {{reader: jsonl, paths: ['{folder}/{name}.jsonl']}}\n" for name in MADE)
    return (
        f"name: t\nseed: 1\nsources:\n{sources}"
        "tokenizer: {train: {vocab_size: 300}}\nshards: {seq_len_tokens: 64, count: 2}\n"
        f"mixture: {{budget_tokens: 60_000, max_epochs: 16, validation: 0.02, {mixture}}}\n"
    )


def pieces(out: Path) -> list[list[Piece]]:
    reader = ShardReader(str(out / "shards"))
    return [list(reader.documents(place)) for place in range(len(reader))]


def worst_window(rows: list[list[Piece]], shares: dict[str, float]) -> float:
    """The largest difference from the shares in any window of 512 sequences."""
    counts = np.array([[sum(p.tokens for p in row if p.group == name) for name in shares] for row in rows])
    sums = np.vstack([np.zeros(len(shares)), counts.cumsum(axis=0)])
    got = (sums[512:] - sums[:-512]) / (512 * 64)
    return float(np.abs(got - np.array(list(shares.values()))).max())


def never_early(rows: list[list[Piece]]) -> bool:
    """No token of a group's epoch stands behind one of its next epoch."""
    last: Counter[str] = Counter()
    for row in rows:
        for piece in row:
            if piece.epoch < last[piece.group]:
                return False
            last[piece.group] = piece.epoch
    return True


def damaged(out: Path, by: str) -> Iterator[Iterator[str]]:
    """What the checks of shards say of a document with another tag, and of a composition with other numbers."""
    path = next(out.glob("documents/own/*.parquet"))
    table = pq.read_table(path)
    path.unlink()
    place = table.schema.get_field_index(by)
    pq.write_table(table.set_column(place, by, pa.array(["en" if by == "language" else "prose"] * len(table))), path)
    yield check_pieces(str(out), read_manifest(str(out)))
    path = out / COMPOSITION_FILE
    table = pq.read_table(path)
    path.unlink()
    pq.write_table(table.slice(1), path)
    yield check_composition(str(out))


@pytest.mark.parametrize(
    ("by", "shares"),
    [("language", {"en": 0.3, "de": 0.5, "other": 0.2}), ("format", {"prose": 0.7, "list": 0.3, "other": 0.0})],
)
def test_a_run(folder: Path, by: str, shares: dict[str, float]) -> None:
    out = folder / "out"
    chosen = loads(recipe(folder, f"by: {by}, weights: {json.dumps(shares)}"))
    assert estimate(make_plan(chosen, str(out))).budget is None  # nobody has counted the tokens
    done = run(chosen, out, workers=1, replace=True)
    assert done.exit_code == 0
    planned = estimate(make_plan(chosen, str(out))).budget
    assert planned is not None
    assert {row.source: row.weight_asked for row in planned.sources} == pytest.approx(shares)
    facts = read_manifest(str(out))["mixture"]
    assert facts["by"] == by
    assert {row["group"]: row["weight_asked"] for row in facts["groups"]} == pytest.approx(shares)

    rows = pieces(out)
    assert worst_window(rows, shares) < 0.01
    assert never_early(rows)
    assert any(piece.epoch for row in rows for piece in row)
    documents = {
        row["id"]: row for path in out.glob("documents/*/*.parquet") for row in pq.read_table(path).to_pylist()
    }
    for piece in (piece for row in rows for piece in row):
        tag = documents[piece.id][by]
        assert piece.group == (tag if tag in shares else "other")
        assert piece.source == documents[piece.id]["source"]

    index = json.loads((out / "shards/index.json").read_text())
    train = index["splits"]["train"]
    assert index["groups"] == sorted(shares)
    assert sum(train["group_tokens"].values()) == sum(train["source_tokens"].values()) == train["tokens"]
    made = pq.read_table(out / "shards/composition.parquet").to_pylist()
    placed: Counter[str] = Counter()
    for row in made:
        placed[row[by] if row[by] in shares else "other"] += row["train_tokens"]
    for name in shares:
        came_in = train["group_tokens"][name] + train["left_out_tokens"][name]
        assert placed[name] + train["added_end_of_text_tokens"][name] == came_in
    assert sum(row["documents"] for row in made) < len(documents)  # some are held out
    assert sum(row["validation_tokens"] for row in made) >= index["splits"]["validation"]["tokens"]
    assert verify(str(out)) == []
    assert len(list(out.glob("work/extract.web-*"))) == 1  # the second run goes on from the documents of the first
    for problem in damaged(out, by):
        assert list(problem)
    page = (out / "report.html").read_text()
    assert f"The mixture by {by}" in page
    assert "Training tokens by source and format" in page


def test_a_group_that_is_empty_makes_the_run_short(folder: Path) -> None:
    out = folder / "out"
    weights = "weights: {prose: 0.6, code: 0.1, other: 0.3}"
    done = run(loads(recipe(folder, f"by: format, {weights}")), out, workers=1, replace=True)
    assert done.exit_code == 3
    assert any("fewer tokens than asked" in guard for guard in done.guards)
    assert "code is empty: its 6,000 tokens (10.0%) are missing." in done.manifest["mixture"]["notes"]


def test_diversity_is_the_number_of_shares_of_one_size() -> None:
    assert effective([5, 5, 5]) == pytest.approx(3)
    assert effective([7, 0]) == pytest.approx(1)
    assert 1 < effective([9, 1]) < 2
    assert effective([]) == 0
