"""Recipes: what is read, how overrides and inputs come in, and what is made of paths."""

import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.recipe import (
    RecipeError,
    canonical,
    check_files,
    init_recipe,
    list_recipes,
    load,
    loads,
    locations,
    notes,
    recipe_hash,
    unsupported,
)

DOCUMENTS = """\
name: small
seed: 7
sources:
  web:
    reader: warc
    paths: ["crawl/*.warc.gz"]
    filters: [gopher_repetition, {gopher_quality: {min_words: 30}}, c4]
  notes: {reader: warc, paths: [notes.warc]}
dedup: {exact: true}
"""
TOKENS = """\
mixture: {budget_tokens: 10_000_000, weights: {web: 0.6, notes: 0.4}, max_epochs: 4, validation: 0.005}
tokenizer: {path: tokenizer.json}
shards: {seq_len_tokens: 2048, count: 16}
"""
WHOLE = """\
name: web-and-wiki
seed: 7
sources:
  web:
    reader: warc
    paths: ["crawl/*.warc.gz"]
    extract: {method: trafilatura, language_gate: false}
    filters: [gopher_repetition, gopher_quality, c4, fineweb]
    quality: {model: models/quality.bin, policy: pareto, alpha: 9}
  wikipedia:
    reader: wikipedia
    paths: ["enwiki.xml.bz2"]
    quality: {model: {train: {positive: [wikipedia], negative: [web], family: fasttext}}}
languages: {model: lid.176, keep: [en], min_score: 0.65}
dedup:
  exact: true
  minhash: {shingle: word, ngram: 5, hashes: 112, bands: 14, rows: 8, threshold: 0.8, verify: true}
  scope: per_language
  prefer: [wikipedia, web]
  against: ["old"]
contamination:
  benchmarks: ["benchmarks/*.jsonl.gz"]
  methods: {gpt3: cut, palm: measure}
mixture: {budget_tokens: 1e8, weights: {web: 0.6, wikipedia: 0.4}, max_epochs: 4, validation: 0.005}
tokenizer: {train: {vocab_size: 16384}}
shards: {seq_len_tokens: 2048, count: 16}
"""


def test_every_section_is_read() -> None:
    recipe = loads(WHOLE)
    assert recipe.seed == 7
    assert list(recipe.sources) == ["web", "wikipedia"]
    assert recipe.sources["web"].extract.method == "trafilatura"
    assert [name for name, _ in recipe.sources["web"].filters] == [
        "gopher_repetition",
        "gopher_quality",
        "c4",
        "fineweb",
    ]
    quality = recipe.sources["web"].quality
    assert quality is not None
    assert (quality.policy, quality.alpha) == ("pareto", 9.0)
    assert recipe.languages is not None
    assert recipe.languages.keep == ("en",)
    assert recipe.dedup is not None
    assert recipe.dedup.minhash is not None
    assert recipe.dedup.minhash.bands == 14
    assert recipe.contamination is not None
    assert (recipe.contamination.methods.gpt3, recipe.contamination.methods.gopher) == ("cut", None)
    assert recipe.mixture is not None
    assert recipe.mixture.budget_tokens == 100_000_000
    assert recipe.tokenizer is not None
    assert recipe.tokenizer.train is not None
    assert recipe.tokenizer.train.vocab_size == 16384
    assert recipe.shards is not None
    assert recipe.shards.shard_count(recipe.mixture.budget_tokens) == 16


def test_a_recipe_may_end_with_documents_and_leaves_out_what_it_does_not_name() -> None:
    recipe = loads(DOCUMENTS)
    assert recipe.mixture is recipe.tokenizer is recipe.shards is recipe.languages is recipe.contamination is None
    assert recipe.sources["notes"].filters == ()


def test_filters_take_their_parameters_and_keep_their_order() -> None:
    steps = loads(DOCUMENTS).sources["web"].filters
    assert [(step.name, step.params.model_dump().get("min_words")) for step in steps[:2]] == [
        ("gopher_repetition", None),
        ("gopher_quality", 30),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [("1_000_000", 1_000_000), ("1e9", 10**9), ("2.5e6", 2_500_000), ("123456789", 123_456_789)],
)
def test_counts_may_be_written_with_underscores_or_exponents(written: str, value: int) -> None:
    recipe = loads(DOCUMENTS + TOKENS, overrides=[f"mixture.budget_tokens={written}", "shards.count=1"])
    assert recipe.mixture is not None
    assert recipe.mixture.budget_tokens == value


def test_norwegian_is_a_language_and_not_false() -> None:
    recipe = loads(DOCUMENTS + "languages: {keep: [no, nn]}\n")
    assert recipe.languages is not None
    assert recipe.languages.keep == ("no", "nn")


def test_anchors_and_merges_work() -> None:
    text = DOCUMENTS.replace("notes: {reader: warc, paths: [notes.warc]}", "notes: {<<: *web, paths: [n.warc]}")
    recipe = loads(text.replace("web:\n", "web: &web\n"))
    assert recipe.sources["notes"].filters == recipe.sources["web"].filters
    assert recipe.sources["notes"].paths != recipe.sources["web"].paths


def test_recipes_are_frozen_all_the_way_down() -> None:
    recipe = loads(WHOLE)
    assert recipe.mixture is not None
    with pytest.raises(ValidationError, match="frozen"):
        recipe.seed = 8  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        recipe.sources["web"].filters[1].params.min_words = 1  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="cannot be changed"):
        recipe.mixture.weights["web"] = 1.0  # type: ignore[index]
    with pytest.raises(TypeError, match="cannot be changed"):
        recipe.sources.pop("web")  # type: ignore[attr-defined]


def test_recipes_go_to_other_processes() -> None:
    recipe = loads(WHOLE)
    again = pickle.loads(pickle.dumps(recipe))
    assert again == recipe
    assert hash(again) == hash(recipe)
    assert again.mark(("dedup", "minhash")) == recipe.mark(("dedup", "minhash"))


def test_paths_in_a_file_are_relative_to_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "r.yaml").write_text(DOCUMENTS.replace("notes.warc", "'s3://bucket/notes.warc'") + TOKENS)
    monkeypatch.chdir(tmp_path)
    recipe = load("project/r.yaml")
    assert recipe.sources["web"].paths == (str(tmp_path / "project/crawl/*.warc.gz"),)
    assert recipe.sources["notes"].paths == ("s3://bucket/notes.warc",)
    assert recipe.tokenizer is not None
    assert recipe.tokenizer.path == str(tmp_path / "project/tokenizer.json")


def test_files_that_filters_name_are_made_absolute_too(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        DOCUMENTS.replace("c4]", "{c4: {bad_words: bad.txt}}, {url: {domain_files: [/lists/a, b]}}]")
    )
    _, _, c4, url = load(tmp_path / "r.yaml").sources["web"].filters
    assert c4.params.files() == (tmp_path / "bad.txt",)
    assert url.params.files() == (Path("/lists/a"), tmp_path / "b")


def test_inputs_replace_the_paths_of_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "r.yaml").write_text(DOCUMENTS)
    monkeypatch.chdir(tmp_path)
    recipe = load("project/r.yaml", inputs={"web": ["a/*.warc", "https://host/b.warc.gz"]})
    assert recipe.sources["web"].paths == (str(tmp_path / "a/*.warc"), "https://host/b.warc.gz")
    assert recipe.sources["notes"].paths == (str(tmp_path / "project/notes.warc"),)


def test_overrides_set_add_and_remove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "r.yaml").write_text(DOCUMENTS + TOKENS)
    monkeypatch.chdir(tmp_path)
    recipe = load(
        "project/r.yaml",
        overrides=[
            "seed=8",
            "languages.keep=[en, de]",
            "sources.web.filters[1].gopher_quality.min_words=5",
            "sources.web.extract.method=resiliparse",
            "tokenizer.path=tokens/t.json",
            "dedup=null",
        ],
    )
    assert recipe.seed == 8
    assert recipe.languages is not None
    assert recipe.languages.keep == ("en", "de")
    assert recipe.sources["web"].filters[1].params.model_dump()["min_words"] == 5
    assert recipe.sources["web"].extract.method == "resiliparse"
    assert recipe.dedup is None
    assert recipe.tokenizer is not None
    assert recipe.tokenizer.path == str(tmp_path / "tokens/t.json")  # from the command line: the working directory


def test_prefer_is_completed_in_the_order_of_the_recipe() -> None:
    for written, whole in (("[notes]", ("notes", "web")), ("[]", ("web", "notes"))):
        recipe = loads(DOCUMENTS, overrides=[f"dedup.prefer={written}"])
        assert recipe.dedup is not None
        assert recipe.dedup.prefer == whole


def test_weights_near_one_are_divided_by_their_sum_and_others_on_request_only() -> None:
    recipe = loads(DOCUMENTS + TOKENS, overrides=["mixture.weights.web=0.6005"])
    assert recipe.mixture is not None
    assert sum(recipe.mixture.shares.values()) == pytest.approx(1, abs=1e-12)
    assert notes(recipe) == []
    recipe = loads(DOCUMENTS + TOKENS, overrides=["mixture.weights.web=1.2", "mixture.normalize=true"])
    assert recipe.mixture is not None
    assert recipe.mixture.shares == pytest.approx({"web": 0.75, "notes": 0.25})
    assert notes(recipe) == ["the weights sum to 1.6 and are divided by it (mixture.normalize): web 0.75, notes 0.25"]


def test_a_mixture_may_be_given_by_epochs() -> None:
    recipe = loads(
        DOCUMENTS + TOKENS, overrides=["mixture.weights=null", "mixture.epochs={web: 0.44, notes: 3}", "seed=8"]
    )
    assert recipe.mixture is not None
    assert recipe.mixture.epochs == {"web": 0.44, "notes": 3}
    assert recipe.mixture.shares is None
    assert notes(recipe) == []


def test_what_is_said_about_the_paper_is_no_part_of_what_is_asked() -> None:
    paper = """\
published:
  source: "Nobody et al., Table 1"
  trained_tokens: 300e9
  sources: {web: {tokens: 410e9, weight: 0.6}, elsewhere: {epochs: 2}}
undisclosed:
  shuffle: {paper: "not said (section 2)", chosen: by hash}
"""
    plain, documented = loads(DOCUMENTS), loads(DOCUMENTS + paper)
    assert documented.published is not None
    assert documented.published.sources["web"].tokens == 410_000_000_000
    assert documented.undisclosed["shuffle"].chosen == "by hash"
    assert plain != documented
    assert recipe_hash(plain) == recipe_hash(documented)
    assert hash(plain) != hash(documented)


def test_shard_bytes_give_a_count_of_shards_that_are_not_larger() -> None:
    recipe = loads(DOCUMENTS + TOKENS, overrides=["shards={seq_len_tokens: 512, shard_bytes: 4_000_000}"])
    assert recipe.shards is not None
    assert recipe.shards.shard_count(10_000_000) == 10
    assert recipe.shards.shard_count(10_000_001) == 11


def test_canonical_bytes_do_not_depend_on_folders_or_on_how_a_recipe_is_written() -> None:
    here, there = loads(WHOLE, folder="/here"), loads(WHOLE, folder="/there")
    assert here != there
    assert canonical(here) == canonical(there)
    assert recipe_hash(here) == recipe_hash(there)
    assert b"here" not in canonical(here)
    reordered = WHOLE.replace("ngram: 5, hashes: 112, bands: 14, rows: 8", "rows: 8, bands: 14, hashes: 112")
    assert recipe_hash(loads(reordered)) == recipe_hash(here)
    assert recipe_hash(loads(WHOLE, overrides=["seed=8"])) != recipe_hash(here)


def test_canonical_slices_change_with_their_own_part_only() -> None:
    before, after = loads(WHOLE), loads(WHOLE, overrides=["sources.web.filters=[c4]"])
    assert canonical(before, "seed", "sources.wikipedia", "sources.web.extract") == canonical(
        after, "seed", "sources.wikipedia", "sources.web.extract"
    )
    assert canonical(before, "sources.web") != canonical(after, "sources.web")
    assert canonical(before, "sources.web.extract").startswith(b'{"sources.web.extract":{"comments":')
    with pytest.raises(KeyError):
        canonical(before, "sources.wob")


def test_locations_lists_every_file_that_canonical_leaves_out() -> None:
    recipe = loads(WHOLE, folder="/r", overrides=["sources.web.filters=[{c4: {bad_words: /bad.txt}}]"])
    assert dict(locations(recipe)) == {
        ("sources", "web", "paths", 0): "/r/crawl/*.warc.gz",
        ("sources", "web", "filters", 0, "c4", "bad_words"): "/bad.txt",
        ("sources", "web", "quality", "model"): "/r/models/quality.bin",
        ("sources", "wikipedia", "paths", 0): "/r/enwiki.xml.bz2",
        ("dedup", "against", 0): "/r/old",
        ("contamination", "benchmarks", 0): "/r/benchmarks/*.jsonl.gz",
    }
    assert b"bad.txt" not in canonical(recipe)


def test_parts_without_a_stage_are_named_with_their_lines() -> None:
    found = unsupported(loads(WHOLE, file="r.yaml"))
    (reader,) = found
    assert reader.startswith("r.yaml:11:5: sources.wikipedia.reader: the reader wikipedia is not in this version")
    assert unsupported(loads(init_recipe())) == []


def test_check_files_names_what_is_missing_and_what_is_near(tmp_path: Path) -> None:
    (tmp_path / "crawl").mkdir()
    (tmp_path / "crawl" / "a.warc.gz").write_bytes(b"")
    (tmp_path / "notes.warc").write_bytes(b"")
    (tmp_path / "tokeniser.json").write_text("{}")
    (tmp_path / "r.yaml").write_text(DOCUMENTS + TOKENS)
    with pytest.raises(RecipeError) as caught:
        check_files(load(tmp_path / "r.yaml"))
    (problem,) = caught.value.problems
    assert (problem.line, problem.key, problem.suggestion) == (11, "tokenizer.path", str(tmp_path / "tokeniser.json"))
    (tmp_path / "tokeniser.json").rename(tmp_path / "tokenizer.json")
    check_files(load(tmp_path / "r.yaml"))
    (tmp_path / "crawl" / "a.warc.gz").unlink()
    with pytest.raises(RecipeError, match=r"sources\.web\.paths\[0\]: no file matches"):
        check_files(load(tmp_path / "r.yaml"))


def test_a_language_model_is_a_name_or_a_file() -> None:
    recipe = loads(DOCUMENTS + "languages: {keep: [eng_Latn], model: models/glot.bin}\n", folder="/r")
    assert recipe.languages is not None
    assert recipe.languages.model == "/r/models/glot.bin"
    assert b"glot.bin" not in canonical(recipe)
    recipe = loads(DOCUMENTS + "languages: {keep: [en]}\n")
    assert recipe.languages is not None
    assert recipe.languages.model == "lid.176"
    assert b'"model":"lid.176"' in canonical(recipe)


def test_the_starter_recipe_loads() -> None:
    recipe = loads(init_recipe())
    assert recipe.mixture is not None
    assert recipe.shards is not None


def test_bundled_recipes_load_by_name_and_read_the_working_directory() -> None:
    assert "commoncrawl" in list_recipes()
    for name, summary in list_recipes().items():
        assert summary
        paths = [path for source in load(name).sources.values() for path in source.paths]
        assert all("://" in path or path.startswith(str(Path.cwd())) for path in paths)
    folder = Path(__file__).parents[1] / "recipes"
    assert load(folder / "commoncrawl.yaml") == load("commoncrawl")
