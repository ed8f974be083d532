"""Quality within a run: from a recipe's sources to a model, scores, verdicts and what is said about them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

import pipeline.run
from classifiers import noise, quality
from classifiers.examples import PIECE_WORDS
from classifiers.fasttext_file import QualityModelError
from pipeline import cli, train
from pipeline.engine import commit, storage
from pipeline.engine.graph import Graph
from pipeline.engine.task import run_task
from pipeline.errors import WinnowError
from pipeline.recipe import Recipe, RecipeError, loads
from pipeline.run import make_plan
from tests.quality_texts import examples, text

TRAINED = "{train: {positive: [good], negative: [web]}}"


def write(path: Path, texts: list[str], host: str | None = None) -> None:
    rows: list[dict[str, str]] = [{"text": value} for value in texts]
    for number, row in enumerate(rows if host else []):
        row["url"] = f"https://{host}{number}.example/"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """Good texts in one file; a crawl of 40 hosts, with some good texts in it; a second crawl without addresses."""
    write(tmp_path / "good.jsonl", [text(True, seed) for seed in range(60)])
    write(tmp_path / "web.jsonl", [text(seed % 4 == 0, 1000 + seed) for seed in range(80)], host="h")
    for number in range(3):
        write(tmp_path / f"forum-{number}.jsonl", [text(seed % 2 == 0, 2000 + seed) for seed in range(number, 30, 3)])
    return tmp_path


def recipe(folder: Path, web: str, forum: str = "null", more: str = "") -> Recipe:
    return loads(
        f"""
name: q
seed: 5
sources:
  good: {{reader: jsonl, paths: [{folder}/good.jsonl]}}
  web: {{reader: jsonl, paths: [{folder}/web.jsonl], quality: {web}}}
  forum: {{reader: jsonl, paths: ["{folder}/forum-*.jsonl"], quality: {forum}}}
{more}"""
    )


def run(wanted: Recipe, out: Path) -> Graph:
    """Every stage of the plan, in this process."""
    graph = make_plan(wanted, str(out)).graph
    for stage in graph.stages:
        for task in range(stage.tasks):
            if task not in commit.committed(graph, stage):
                run_task(graph, stage, task)
    return graph


def published(graph: Graph, stage: str, name: str) -> Any:
    return json.loads(storage.read_bytes(graph.work(stage, f"public/quality/{name}")))


def table(graph: Graph, kind: str, source: str) -> list[tuple[Any, ...]]:
    """(id, quality) of documents, or (id, reason, score, threshold, detail) of decisions."""
    folder = graph.work("documents", "public")
    if kind == "documents":
        rows = ds.dataset(f"{folder}/documents/{source}").to_table(["id", "quality"])
    else:
        columns = ["id", "reason", "score", "threshold", "detail"]
        rows = ds.dataset(f"{folder}/decisions/quality").to_table(columns, filter=ds.field("source") == source)
    return [tuple(row.values()) for row in rows.sort_by("id").to_pylist()]


def policies(graph: Graph) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in published(graph, "quality_report", "policies.json")}


def test_a_threshold_keeps_the_good_part_of_a_crawl(inputs: Path) -> None:
    graph = run(recipe(inputs, f"{{model: {TRAINED}, policy: threshold, threshold: 0.5}}"), inputs / "out")
    documents, dropped = table(graph, "documents", "web"), table(graph, "decisions", "web")
    assert len(documents) + len(dropped) == 80
    assert 5 <= len(documents) <= 25  # a quarter is good, and some of that was an example of bad text
    assert all(score >= 0.5 for _, score in documents)
    assert {(reason, threshold, detail) for _, reason, _, threshold, detail in dropped} == {
        ("quality_threshold", 0.5, None)
    }
    assert all(score < 0.5 for _, _, score, _, _ in dropped)
    assert {score for _, score in table(graph, "documents", "good")} == {None}
    row = policies(graph)["web"]
    assert (row["documents"], row["kept"], row["model"]) == (80, len(documents), "web")
    assert row["expected"] == row["realised"] == len(documents) / 80
    assert sum(row["scores"]) == 80
    assert sum(row["kept_scores"]) == sum(row["kept_scores"][50:]) == len(documents)


def test_top_keeps_exactly_its_share(inputs: Path) -> None:
    graph = run(recipe(inputs, f"{{model: {TRAINED}, policy: top, fraction: 0.1}}"), inputs / "out")
    documents, dropped = table(graph, "documents", "web"), table(graph, "decisions", "web")
    assert (len(documents), len(dropped)) == (8, 72)
    assert min(score for _, score in documents) >= max(score for _, _, score, _, _ in dropped)
    assert policies(graph)["web"]["expected"] == policies(graph)["web"]["realised"] == 0.1


def test_top_decides_ties_by_hash(inputs: Path) -> None:
    write(inputs / "forum-0.jsonl", ["!" * length for length in range(1, 41)])  # no words: all score 0
    wanted = f"{{model: {TRAINED}, policy: top, fraction: 0.8}}"
    first = run(recipe(inputs, "null", wanted), inputs / "out")
    dropped = table(first, "decisions", "forum")
    assert len(table(first, "documents", "forum")) == 48
    assert {(score, threshold, detail) for _, _, score, threshold, detail in dropped} == {
        (0.0, 0.0, "tied at the cut, decided by hash")
    }


@pytest.mark.parametrize("policy", ["pareto, alpha: 9", "proportional"])
def test_drawn_policies_show_the_score_that_was_missed(inputs: Path, policy: str) -> None:
    graph = run(recipe(inputs, f"{{model: {TRAINED}, policy: {policy}}}"), inputs / "out")
    dropped = table(graph, "decisions", "web")
    assert len(dropped) + len(table(graph, "documents", "web")) == 80
    assert len(dropped) > 30
    assert all(score < threshold <= 1 for _, _, score, threshold, _ in dropped)
    for _, reason, score, _, detail in dropped:
        chance = (2 - score) ** -9 if policy.startswith("pareto") else score
        assert reason == f"quality_{policy.partition(',')[0]}"
        assert detail == f"kept with probability {chance:.6f}"


def test_the_card_says_how_the_model_was_made(inputs: Path) -> None:
    spec = "{train: {positive: [good], negative: [web, forum]}}"
    graph = run(recipe(inputs, f"{{model: {spec}, policy: threshold, threshold: 0.5}}"), inputs / "out")
    card = published(graph, "quality_train.web", "web/card.json")
    model = quality.load(graph.work("quality_train.web", "public/quality/web/model.bin"))
    assert card["digest"] == model.digest
    assert card["split"]["by_source"]["good"] == "document"
    assert card["split"]["by_source"]["web"] == "host"
    assert "good" in card["split"]["note"]
    assert card["data"]["positive"]["good"]["documents"] == 60
    trained = [sum(row["trained_pieces"] for row in card["data"][side].values()) for side in ("positive", "negative")]
    assert trained[0] == trained[1] == 48 * 60 // PIECE_WORDS
    assert card["data"]["positive"]["good"]["trained_documents"] == 48
    assert [card["data"]["negative"][name]["hosts_or_files"] for name in ("web", "forum")] == [80, 3]
    held_out = {name: row["held_out_documents"] for side in card["data"].values() for name, row in side.items()}
    assert {name: sum(bins) for name, bins in card["scores"].items()} == held_out
    assert 0.5 < card["auc"] <= 1
    assert card["hyper_parameters"]["epoch"] == 10


def test_the_file_of_a_document_without_an_address_is_its_key(inputs: Path) -> None:
    spec = "{train: {positive: [good], negative: [forum]}}"
    graph = run(recipe(inputs, f"{{model: {spec}, policy: threshold, threshold: 0.5}}"), inputs / "out")
    path = graph.work("quality_sample.web", "exchange")
    keys = {}
    for file in sorted(Path(path).iterdir()):
        for source, key in read_keys(file):
            keys.setdefault(source, []).append(key)
    assert set(keys["good"]) == {"file:good/good.jsonl"}
    assert sorted(keys["forum"]) == [f"file:forum/forum-{number}.jsonl" for number in range(3) for _ in range(10)]


def read_keys(path: Path) -> list[tuple[str, str]]:
    import pyarrow as pa

    with pa.ipc.open_file(path) as reader:
        found = reader.read_all()
    return list(zip(found["source"].to_pylist(), found["key"].to_pylist(), strict=True))


def test_sources_with_the_same_model_share_one(inputs: Path) -> None:
    wanted = recipe(
        inputs,
        f"{{model: {TRAINED}, policy: threshold, threshold: 0.5}}",
        f"{{model: {TRAINED}, policy: top, fraction: 0.5}}",
    )
    graph = run(wanted, inputs / "out")
    assert [stage.name for stage in graph.stages if "train" in stage.name] == ["quality_train.forum"]
    assert {name: row["model"] for name, row in policies(graph).items()} == {"web": "forum", "forum": "forum"}
    assert len(table(graph, "documents", "forum")) == 15


def test_a_recipe_without_quality_has_no_stages_of_it(inputs: Path) -> None:
    graph = make_plan(recipe(inputs, "null"), str(inputs / "out")).graph
    assert [stage.name for stage in graph.stages if stage.name.startswith("quality")] == []


def test_another_policy_scores_nothing_again(inputs: Path) -> None:
    plans = [
        make_plan(recipe(inputs, f"{{model: {TRAINED}, policy: {policy}}}"), str(inputs / "out")).graph
        for policy in ("pareto, alpha: 9", "pareto, alpha: 3")
    ]
    first, second = ({stage.name: stage.key for stage in graph.stages} for graph in plans)
    assert {name for name in first if first[name] != second[name]} == {
        "quality_cut", "quality", "quality_report", "documents",
    }  # fmt: skip


def test_a_run_twice_is_the_same_bytes(inputs: Path) -> None:
    wanted = recipe(inputs, f"{{model: {TRAINED}, policy: pareto, alpha: 3}}", more="dedup: {exact: true}")
    digests = []
    for name in ("one", "two"):
        graph = run(wanted, inputs / name)
        outputs = [commit.read_manifest(graph, stage, task) for stage in graph.stages for task in range(stage.tasks)]
        digests.append([(output.name, output.digest) for manifest in outputs for output in manifest.outputs])
    assert digests[0] == digests[1]


def test_repeated_texts_are_no_examples(inputs: Path) -> None:
    write(inputs / "web.jsonl", [text(False, 7)] * 50 + [text(False, seed) for seed in range(100, 130)], host="h")
    wanted = recipe(inputs, f"{{model: {TRAINED}, policy: threshold, threshold: 0.5}}", more="dedup: {exact: true}")
    graph = run(wanted, inputs / "out")
    assert published(graph, "quality_train.web", "web/card.json")["data"]["negative"]["web"]["documents"] == 31
    assert policies(graph)["web"]["documents"] == 31


# -- a model of one's own ------------------------------------------------------------------------------------------


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    chosen = quality.HyperParameters(epoch=20, bucket=1_000)
    (tmp_path / "mine.bin").write_bytes(quality.train(examples(40), chosen=chosen, seed=1, name="mine"))
    return tmp_path / "mine.bin"


def test_a_model_file_needs_no_training(inputs: Path, model_file: Path) -> None:
    graph = run(recipe(inputs, f"{{model: {model_file}, policy: threshold, threshold: 0.5}}"), inputs / "out")
    assert not [stage.name for stage in graph.stages if "train" in stage.name or "sample" in stage.name]
    assert 15 <= len(table(graph, "documents", "web")) <= 25
    assert policies(graph)["web"]["model"] == "web"


def test_a_damaged_model_file_stops_the_plan(inputs: Path, model_file: Path) -> None:
    model_file.write_bytes(model_file.read_bytes()[:-1000])
    with pytest.raises(QualityModelError, match=r"mine\.bin: the file is cut short"):
        make_plan(recipe(inputs, f"{{model: {model_file}}}"), str(inputs / "out"))


def test_a_pinned_model_is_read_once_for_a_plan(
    inputs: Path, model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    monkeypatch.setattr(quality.storage, "read_bytes", lambda path: read.append(path) or Path(path).read_bytes())
    pin = f"{{path: {model_file}, sha256: {hashlib.sha256(model_file.read_bytes()).hexdigest()}}}"
    make_plan(recipe(inputs, f"{{model: {pin}}}"), str(inputs / "out"))
    assert read == [str(model_file)]


def test_another_model_file_is_another_key(inputs: Path, model_file: Path) -> None:
    wanted = recipe(inputs, f"{{model: {model_file}}}")
    before = make_plan(wanted, str(inputs / "out"))
    other = quality.train(examples(40), chosen=quality.HyperParameters(epoch=30, bucket=1_000), seed=2, name="mine")
    model_file.write_bytes(other)
    after = make_plan(wanted, str(inputs / "out"))
    assert before.graph["quality_scores"].key != after.graph["quality_scores"].key
    with pytest.raises(WinnowError, match="changed after the run was planned"):
        run_until(before.graph, "quality_scores")


def run_until(graph: Graph, name: str) -> None:
    for stage in train.up_to(graph, name).stages:
        for task in range(stage.tasks):
            run_task(graph, stage, task)


# -- several models ------------------------------------------------------------------------------------------------

SEVERAL = "{models: {physics: %s, forums: {train: {positive: [good], negative: [forum]}}}, policy: max_rank, %s}"


def several(least: str = "least_bucket: 3, buckets: 4") -> str:
    return SEVERAL % (TRAINED, least)


def test_the_best_rank_by_any_of_several_models_decides(inputs: Path) -> None:
    graph = run(recipe(inputs, several()), inputs / "out")
    row = policies(graph)["web"]
    told = row["buckets"]
    documents, dropped = table(graph, "documents", "web"), table(graph, "decisions", "web")
    assert (row["policy"], row["parameter"], row["model"]) == ("max_rank", 3, "web.forums, web.physics")
    assert len(documents) == row["kept"] == told["documents"][3]
    assert sum(told["documents"]) == row["documents"] == len(documents) + len(dropped) == 80
    assert row["expected"] == row["realised"] == len(documents) / 80
    assert [(model["name"], model["kept"]) for model in told["models"]] == [("forums", 20), ("physics", 20)]
    alone = [model["kept_alone"] for model in told["models"]]
    assert told["kept_by_all"] + sum(alone) == row["kept"]
    assert {score for _, score in documents} == {0.75}
    assert {(reason, threshold) for _, reason, _, threshold, _ in dropped} == {("quality_max_rank", 0.75)}
    for _, _, score, _, detail in dropped:
        assert score == max(int(part[-1]) for part in detail.split("; ")) / 4
    assert dropped[0][4].startswith("forums 0.")
    assert "; physics 0." in dropped[0][4]


def test_kept_documents_say_what_each_model_gave_them(inputs: Path) -> None:
    graph = run(recipe(inputs, several("least_bucket: 0")), inputs / "out")
    assert policies(graph)["web"]["kept"] == 80
    told = policies(graph)["web"]["buckets"]
    assert told["models"][0]["kept"] == told["kept_by_all"] == 80
    folder = graph.work("documents", "public/documents/web")
    rows = ds.dataset(folder).to_table(["id", "quality", "metadata"]).to_pylist()
    found = [json.loads(row["metadata"]["other"]) for row in rows]
    assert {tuple(sorted(more)) for more in found} == {("quality_forums", "quality_physics")}
    buckets = {name: sorted(int(more[name].rpartition(" ")[2]) for more in found) for name in found[0]}
    assert buckets == dict.fromkeys(("quality_forums", "quality_physics"), sorted([*range(20)] * 4))
    best = [max(int(value.rpartition(" ")[2]) for value in more.values()) for more in found]
    assert [round(row["quality"] * 20) for row in rows] == best
    good = ds.dataset(graph.work("documents", "public/documents/good")).to_table(["metadata"]).to_pylist()
    assert {row["metadata"]["other"] for row in good} == {None}


def test_one_model_ranked_twice_keeps_what_top_keeps(inputs: Path, model_file: Path) -> None:
    copy = inputs / "copy.bin"
    copy.write_bytes(model_file.read_bytes())
    write(inputs / "web.jsonl", [text(seed % 4 == 0, seed) for seed in range(50)] + ["!"] * 30, host="h")  # many ties
    both = f"{{models: {{a: {model_file}, b: {copy}}}, policy: max_rank, least_bucket: 2, buckets: 4}}"
    ranked = run(recipe(inputs, both), inputs / "ranked")
    best = run(recipe(inputs, f"{{model: {model_file}, policy: top, fraction: 0.5}}"), inputs / "top")
    assert len(table(best, "documents", "web")) == 40
    assert [row[0] for row in table(ranked, "documents", "web")] == [row[0] for row in table(best, "documents", "web")]


def test_ranks_depend_neither_on_workers_nor_on_how_files_fall(inputs: Path) -> None:
    forum = f"{{models: {{a: {TRAINED}, b: {{train: {{positive: [good], negative: [forum]}}}}}}, {{more}}}}"
    wanted = recipe(inputs, "null", forum.replace("{more}", "policy: max_rank, least_bucket: 12"))
    found = []
    for workers in (1, 3):
        pipeline.run.run(wanted, str(inputs / f"out{workers}"), workers=workers)
        files = sorted((inputs / f"out{workers}").glob("**/*"))
        public = [file for file in files if {"documents", "decisions", "quality"} & set(file.parts)]
        found.append([(file.name, file.read_bytes()) for file in public if file.is_file() and "work" not in file.parts])
    assert len(found[0]) > 5
    assert found[0] == found[1]


def test_a_class_of_a_few_documents_is_named_by_its_model(inputs: Path) -> None:
    write(inputs / "good.jsonl", [text(True, 1)])
    with pytest.raises(QualityModelError, match=r"sources\.web\.quality\.models\.forums\.train\.positive"):
        run(recipe(inputs, several()), inputs / "out")


# -- nothing to learn from -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("empty", "message"),
    [
        ("good.jsonl", r"'web': its positive sources \(good\) have 0 documents"),
        ("web.jsonl", r"'web': its negative sources \(web\) have 0 documents"),
    ],
)
def test_a_class_without_documents_is_an_error(inputs: Path, empty: str, message: str) -> None:
    (inputs / empty).write_text("")
    with pytest.raises(QualityModelError, match=message):
        run(recipe(inputs, f"{{model: {TRAINED}}}"), inputs / "out")


@pytest.mark.parametrize("count", [1, 9])
def test_a_class_of_a_few_documents_is_an_error(inputs: Path, count: int) -> None:
    write(inputs / "good.jsonl", [text(True, seed) for seed in range(count)])
    with pytest.raises(QualityModelError, match=f"have {count} documents"):
        run(recipe(inputs, f"{{model: {TRAINED}}}"), inputs / "out")


def test_a_class_without_words_is_an_error(inputs: Path) -> None:
    write(inputs / "good.jsonl", ["!" * length for length in range(1, 60)])
    with pytest.raises(QualityModelError, match=r"positive sources \(good\) have 0 documents with words"):
        run(recipe(inputs, f"{{model: {TRAINED}}}"), inputs / "out")


def test_a_scored_source_without_documents_is_no_error(inputs: Path, model_file: Path) -> None:
    (inputs / "web.jsonl").write_text("")
    graph = run(recipe(inputs, f"{{model: {model_file}, policy: top, fraction: 0.5}}"), inputs / "out")
    row = policies(graph)["web"]
    assert (row["documents"], row["kept"], row["expected"], row["realised"]) == (0, 0, 0, 0)


def test_monsters_are_scored(inputs: Path) -> None:
    monsters = ["star " * 1_000_000, "x" * 1_000_000, "漢" * 100_000, "..."]
    write(inputs / "forum-0.jsonl", monsters)
    web, forum = (f"{{model: {TRAINED}, policy: threshold, threshold: {least}}}" for least in (0.5, 0.0))
    graph = run(recipe(inputs, web, forum), inputs / "out")
    scores = [score for _, score in table(graph, "documents", "forum")]
    assert len(scores) == 24
    assert all(0 <= score <= 1 for score in scores)


# -- the other family, pins, match, labels -------------------------------------------------------------------------


def test_logistic_regression_runs_and_can_be_pinned(inputs: Path) -> None:
    logistic = "{train: {positive: [good], negative: [web], family: logistic}}"
    wanted = recipe(inputs, f"{{model: {logistic}, policy: threshold, threshold: 0.5}}")
    trained = train.quality(wanted, inputs / "model", workers=1)
    assert (trained.card["family"], trained.card["library"]) == ("logistic", {})
    assert trained.card["hyper_parameters"]["bits"] == 18
    graph = run(wanted, inputs / "out")
    assert published(graph, "quality_train.web", "web/card.json") == trained.card
    assert 5 <= len(table(graph, "documents", "web")) <= 35
    pin = f"{{path: {trained.path}, sha256: {trained.card['sha256']}}}"
    pinned = run(recipe(inputs, f"{{model: {pin}, policy: threshold, threshold: 0.5}}"), inputs / "pinned")
    assert table(pinned, "documents", "web") == table(graph, "documents", "web")
    other = f"{{path: {trained.path}, sha256: {'0' * 64}}}"
    with pytest.raises(QualityModelError, match=r"model\.bin: its SHA-256 is [0-9a-f]{64}, and the recipe pins 0000"):
        make_plan(recipe(inputs, f"{{model: {other}}}"), str(inputs / "other"))


def test_match_chooses_an_alpha_and_says_so(inputs: Path) -> None:
    graph = run(recipe(inputs, f"{{model: {TRAINED}, policy: match}}"), inputs / "out")
    row = policies(graph)["web"]
    assert (row["policy"], row["documents"]) == ("match", 80)
    assert 0 <= row["distance"] < 1
    same = run(recipe(inputs, f"{{model: {TRAINED}, policy: pareto, alpha: {row['parameter']}}}"), inputs / "same")
    assert table(same, "documents", "web") == table(graph, "documents", "web")
    assert policies(same)["web"]["expected"] == row["expected"]


def test_match_needs_a_model_with_held_out_documents(inputs: Path, model_file: Path) -> None:
    with pytest.raises(RecipeError, match="needs held-out positive documents"):
        recipe(inputs, f"{{model: {model_file}, policy: match}}")


def test_labels_that_are_swapped_between_hosts_are_an_error(inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The score of held-out documents is turned round, as when their labels are those of the other class."""
    monkeypatch.setattr(quality.Model, "score_prepared", lambda self, plain: 10_000 - _steps(self, plain))
    with pytest.raises(QualityModelError, match=r"'web': on held-out documents its AUC is 0\..*labels are swapped"):
        run_until(make_plan(recipe(inputs, f"{{model: {TRAINED}}}"), str(inputs / "out")).graph, "quality_train.web")


_steps = quality.Model.score_prepared


def test_the_card_shows_what_is_on_the_wrong_side(inputs: Path) -> None:
    graph = make_plan(recipe(inputs, f"{{model: {TRAINED}}}"), str(inputs / "out")).graph
    run_until(graph, "quality_train.web")
    card = published(graph, "quality_train.web", "web/card.json")
    wrong = card["confusions"]["negative_called_good"]  # a quarter of the crawl is good text
    assert 1 <= len(wrong) <= 10
    assert [row["score"] for row in wrong] == sorted((row["score"] for row in wrong), reverse=True)
    assert all(row["source"] == "web" and row["score"] >= 0.5 and len(row["text"]) == 300 for row in wrong)
    assert len(card["precision_recall"]) == 11
    assert sum(row["documents"] for row in card["calibration"]) == sum(card["split"]["held_out"].values())


def test_contradicted_labels_are_left_out_and_shown(inputs: Path) -> None:
    noisy = TRAINED.replace("negative: [web]", "negative: [web], drop_contradicted: 0.3")
    cards = []
    for spec in (TRAINED, noisy):
        graph = make_plan(recipe(inputs, f"{{model: {spec}}}"), str(inputs / "out")).graph
        run_until(graph, "quality_train.web")
        cards.append(published(graph, "quality_train.web", "web/card.json"))
    told = cards[1]["label_noise"]
    dropped = told["by_source"]["web"]["dropped"]
    assert "label_noise" not in cards[0]
    assert 5 <= dropped <= 20  # a quarter of the crawl is good text
    assert told["by_source"]["good"]["dropped"] <= 5
    assert all(row["source"] == "web" and len(row["text"]) == 300 for row in told["dropped"]["negative"])
    trained = [card["data"]["negative"]["web"]["trained_documents"] for card in cards]
    assert trained[1] == trained[0] - dropped
    lengths = cards[0]["confounds"]["length"]
    assert [row["value"] for row in lengths["values"]] == ["32 to 63 words"]  # all texts have 60
    assert (lengths["auc_alone"], lengths["pairs"], lengths["auc_among_alike"]) == (0.5, 1.0, cards[0]["auc"])
    assert set(cards[0]["confounds"]) == {"length", "language", "charset"}


def test_labels_that_are_contradicted_throughout_are_an_error(inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "contradicted", lambda examples, *_, **__: examples.good.copy())
    spec = TRAINED.replace("negative: [web]", "negative: [web], drop_contradicted: 0.3")
    with pytest.raises(
        QualityModelError, match=r"0\.3 leaves 0 documents of good.*sources\.web\.quality\.model\.train"
    ):
        run_until(make_plan(recipe(inputs, f"{{model: {spec}}}"), str(inputs / "out")).graph, "quality_train.web")


def test_texts_of_one_character_and_of_ten_megabytes_are_scored(inputs: Path, model_file: Path) -> None:
    write(inputs / "forum-0.jsonl", ["a", "犬", ".", "star " * 2_000_000])
    forum = f"{{model: {model_file}, policy: threshold, threshold: 0.0}}"
    graph = run(recipe(inputs, "null", forum), inputs / "out")
    scores = [score for _, score in table(graph, "documents", "forum")]
    assert len(scores) == 24
    assert all(0 <= score <= 1 for score in scores)


# -- winnow train quality ------------------------------------------------------------------------------------------


def test_training_alone_gives_the_model_of_the_run(inputs: Path) -> None:
    wanted = recipe(inputs, f"{{model: {TRAINED}, policy: threshold, threshold: 0.5}}")
    trained = train.quality(wanted, inputs / "model", workers=1)
    assert trained.path == str(inputs / "model" / "model.bin")
    assert not (inputs / "model" / "documents").exists()
    assert quality.load(trained.path).digest == trained.card["digest"]
    graph = run(wanted, inputs / "out")
    assert published(graph, "quality_train.web", "web/card.json") == trained.card
    assert json.loads((inputs / "model" / "card.json").read_text()) == trained.card


def test_training_names_what_is_missing(inputs: Path) -> None:
    with pytest.raises(WinnowError, match="trains no quality model"):
        train.quality(recipe(inputs, "null"), inputs / "model")
    two = recipe(
        inputs, f"{{model: {TRAINED}}}", "{model: {train: {positive: [good], negative: [forum]}}}"
    )  # fmt: skip
    with pytest.raises(WinnowError, match="trains 2 models: --model forum or web"):
        train.quality(two, inputs / "model")
    with pytest.raises(WinnowError, match="no model 'good'"):
        train.quality(two, inputs / "model", model="good")


def test_the_command_says_what_is_wrong(inputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (inputs / "r.yaml").write_text(
        f"name: q\nseed: 1\nsources:\n  good: {{reader: jsonl, paths: [{inputs}/good.jsonl]}}\n"
    )
    with pytest.raises(SystemExit) as stopped:
        cli.main(["train", "quality", str(inputs / "r.yaml"), "--out", str(inputs / "model")])
    assert stopped.value.code == 1
    assert "trains no quality model" in capsys.readouterr().err
