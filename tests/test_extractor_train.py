"""Training of the learned extractor, from gold files to a model file and its card."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xxhash
from extractor_gold import gold_line, write_set
from lightgbm_helpers import skip_without_lightgbm

from classifiers.extractor.augment import Augmentation
from classifiers.extractor.boosting import Parameters
from classifiers.extractor.card import card_json, card_markdown
from classifiers.extractor.gold import hosts_of, read_set
from classifiers.extractor.pages import HELD_OUT, prepare_pages
from classifiers.extractor.train import FAVOR, Settings, set_path, train
from pipeline.cli import main
from pipeline.errors import WinnowError
from pipeline.extract.learned import main_text
from pipeline.extract.model import read
from pipeline.extract.options import ExtractOptions
from pipeline.kernels.block_features import NAMES
from pipeline.kernels.html_blocks import parse

skip_without_lightgbm()

SMALL = Settings(
    seed=3,
    folds=3,
    boosting=Parameters(trees=8, leaves=6, min_child_rows=5, min_child_weight=0.01, learning_rate=0.3),
    augmentation=Augmentation(copies=1),
)
WORDS = "heron reed river boat water stone morning wind cloud field path bird feather nest marsh".split()  # noqa: SIM905


def page_of(number: int) -> tuple[bytes, str]:
    """A page of a site with menu and footer, and its main text."""
    dice = random.Random(number)
    sentences = [" ".join(dice.choices(WORDS, k=dice.randint(12, 30))).capitalize() + "." for _ in range(6)]
    menu = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in dice.sample(WORDS, 6))
    body = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    html = (
        f'<html><head><title>Site</title></head><body><nav class="site-menu"><ul>{menu}</ul></nav>'
        f'<div class="story-text">{body}</div><footer class="legal"><p>All rights kept.</p></footer></body></html>'
    )
    return html.encode(), " ".join(sentences)


@pytest.fixture(scope="module")
def gold_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = {number: page_of(number) for number in range(1, 121)}
    lines = [gold_line(number, main_content=text) for number, (_, text) in pages.items()]
    return Path(
        write_set(tmp_path_factory.mktemp("gold"), lines, {number: html for number, (html, _) in pages.items()})
    )


def test_a_trained_model_finds_main_text_and_says_what_it_is(gold_set: Path) -> None:
    said: list[str] = []
    trained = train([gold_set], SMALL, said.append)
    assert said[0] == "120 pages with gold in 1 set(s)"
    model = read(trained.file, "learned.model")
    html, text = page_of(500)
    found = main_text(parse(np.frombuffer(html, np.uint8)), ExtractOptions(method="learned"), model)
    assert found is not None
    assert " ".join(bytes(found).decode().split()) == text
    assert model.features == tuple(NAMES)
    assert model.settings == {name: trained.card["threshold"]["log_odds"] + shift for name, shift in FAVOR.items()}

    card = json.loads(card_json(trained.card))
    data = card["data"][0]
    assert data["pages"] == 120 == data["training_pages"] + data["held_out_pages"]
    assert 0.15 < data["held_out_pages"] / 120 < 0.45
    assert set(data["files"]) == {"toy.gold.jsonl.gz", "toy.warc.gz"}
    assert card["figures"]["held_out"]["all"]["all"]["f1"] > 0.95
    assert card["figures"]["held_out"]["all"]["all"]["pages"] == data["held_out_pages"]
    assert card["figures"]["out_of_fold"]["by_set"]["toy"]["pages"] == data["training_pages"]
    assert card["threshold"]["tried"][f"{card['threshold']['log_odds']:.1f}"] == max(
        card["threshold"]["tried"].values()
    )
    assert card["bytes"] == len(trained.file)
    assert b"| toy | 120 |" in card_markdown(trained.card)


def test_the_same_seed_gives_the_same_bytes(gold_set: Path) -> None:
    once, again = train([gold_set], SMALL), train([gold_set], SMALL)
    assert once.file == again.file
    assert card_json(once.card) == card_json(again.card)


def test_held_out_hosts_are_trained_on_once_they_have_judged(gold_set: Path) -> None:
    """The model that they judged, and its figures, are those without the second training."""
    once, again = train([gold_set], SMALL), train([gold_set], replace(SMALL, refit=True))
    assert again.held_out_file == once.file == once.held_out_file != again.file
    assert again.card["figures"]["held_out"] == once.card["figures"]["held_out"]
    data, judged = again.card["data"][0], again.card["figures"]["out_of_fold"]["all"]["all"]
    assert data["training_pages"] == judged["pages"] == 120 > data["held_out_pages"] > 0
    assert (again.card["split"]["refit"], once.card["split"]["refit"]) == (True, False)


def test_held_out_hosts_stay_the_same_when_the_seed_changes(gold_set: Path) -> None:
    rows = read_set(gold_set)
    parts = []
    for seed in (1, 2):
        pages = list(prepare_pages(rows, held_out=0.3, folds=3, seed=seed))
        parts.append({page.row.host: page.part for page in pages})
    held_out = [{host for host, part in one.items() if part == HELD_OUT} for one in parts]
    assert held_out[0] == held_out[1]
    assert parts[0] != parts[1]
    assert {part for one in parts for part in one.values()} == {HELD_OUT, 0, 1, 2}


def test_hosts_of_the_sets_to_judge_by_take_no_part(gold_set: Path) -> None:
    rows = read_set(gold_set)
    hosts = {row.host for row in rows[:4]}
    pages = list(prepare_pages(rows, held_out=0.0, folds=3, seed=1, unseen=hosts))
    assert {page.row.host for page in pages if page.part == HELD_OUT} == hosts
    assert hosts_of(gold_set) == {row.host for row in rows}
    with pytest.raises(WinnowError, match="pages to train on"):
        train([gold_set], SMALL, unseen=[gold_set])


def test_a_second_training_leaves_out_the_sets_to_judge_by(gold_set: Path, tmp_path: Path) -> None:
    judged_by = write_set(
        tmp_path, [gold_line(n, main_content="x") for n in (1, 2)], {n: page_of(n)[0] for n in (1, 2)}
    )
    trained = train([gold_set], replace(SMALL, refit=True), unseen=[Path(judged_by)])
    assert trained.card["data"][0]["training_pages"] == 118


def test_too_few_pages_are_refused(tmp_path: Path) -> None:
    html, text = page_of(1)
    base = write_set(tmp_path, [gold_line(1, main_content=text)], {1: html})
    with pytest.raises(WinnowError, match="name more gold sets"):
        train([base], SMALL)


def test_the_command_writes_the_model_and_its_card(
    gold_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    main(["train", "extractor", f"{gold_set}.warc.gz", "--out", str(tmp_path / "out"), "--folds", "2"])
    said = capsys.readouterr().out
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "learned.card.json", "learned.card.md", "learned.model",
    ]  # fmt: skip
    card = json.loads((tmp_path / "out" / "learned.card.json").read_text())
    data = (tmp_path / "out" / "learned.model").read_bytes()
    assert (xxhash.xxh3_128_hexdigest(data), len(data)) == (card["digest"], card["bytes"])
    assert f"held-out hosts, toy: F1 {card['figures']['held_out']['by_set']['toy']['f1']:.4f}" in said


def test_a_set_is_named_by_either_of_its_files() -> None:
    for name in ("a/b", "a/b.gold.jsonl.gz", "a/b.warc.gz"):
        assert set_path(Path(name)) == Path("a/b")
