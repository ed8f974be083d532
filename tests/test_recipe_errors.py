"""Every mistake in a recipe: caught with file, line, column, key, and the nearest valid name; all of them at once."""

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.filters import FILTERS
from pipeline.recipe import Problem, RecipeError, init_recipe, load, loads
from pipeline.recipe.document import parse
from pipeline.recipe.explain import keys_at

GOOD = """\
name: small
seed: 7
sources:
  web:
    reader: warc
    paths: ["crawl/*.warc.gz"]
    extract: {method: trafilatura}
    filters: [{gopher_quality: {min_words: 30}}, c4]
    quality: {model: q.bin, policy: top, fraction: 0.1}
  notes:
    reader: warc
    paths: [notes.warc]
languages: {keep: [en], min_score: 0.65}
dedup:
  exact: true
  minhash: {bands: 14, rows: 8, hashes: 112, threshold: 0.8}
  prefer: [notes]
contamination: {benchmarks: [b.jsonl], methods: {gpt3: cut}}
mixture:
  budget_tokens: 10_000_000
  weights: {web: 0.6, notes: 0.4}
  max_epochs: 4
  validation: 0.005
tokenizer: {path: tokenizer.json}
shards: {seq_len_tokens: 2048, count: 16}
"""


def problems(text: str, **options: object) -> tuple[Problem, ...]:
    with pytest.raises(RecipeError) as caught:
        loads(text, file="r.yaml", **options)  # type: ignore[arg-type]
    return caught.value.problems


def refused(text: str) -> tuple[Problem, ...]:
    """The problems of a text that may also have none."""
    try:
        loads(text, file="r.yaml")
    except RecipeError as error:
        return error.problems
    return ()


def only(text: str, **options: object) -> Problem:
    (problem,) = problems(text, **options)
    return problem


class Case(NamedTuple):
    """Replace `old` by `new` in GOOD: one problem, at `line` and `key`, whose message holds `says`."""

    old: str
    new: str
    line: int
    key: str
    says: str
    suggestion: str | None = None


CASES = {
    "unknown key": Case("seed: 7", "seed: 7\nlanguage: {}", 3, "language", "unknown key", "languages"),
    "misspelt required key": Case("  max_epochs", "  max_epoch", 22, "mixture.max_epoch", "unknown key", "max_epochs"),
    "unknown key far from any": Case("seed: 7", "seed: 7\nzzz: 1", 3, "zzz", "valid here: name, seed, sources"),
    "filter parameter": Case(
        "min_words", "min_word", 8, "sources.web.filters[0].gopher_quality.min_word", "unknown key", "min_words"
    ),
    "extract option": Case("method:", "methd:", 7, "sources.web.extract.methd", "unknown key", "method"),
    "text for a number": Case("seed: 7", "seed: lots", 2, "seed", "expected a whole number, found the text 'lots'"),
    "quoted number": Case("seed: 7", "seed: '1,000'", 2, "seed", "expected a whole number", "1_000"),
    "fraction for a count": Case(
        "10_000_000", "1.5", 20, "mixture.budget_tokens", "expected a whole number, found 1.5"
    ),
    "yes for true": Case("exact: true", "exact: yes", 15, "dedup.exact", "expected true or false", "true"),
    "number for true": Case("exact: true", "exact: 0", 15, "dedup.exact", "expected true or false", "false"),
    "true for a number": Case("max_epochs: 4", "max_epochs: true", 22, "mixture.max_epochs", "a number, found true"),
    "scalar for a list": Case(
        "[notes.warc]", "notes.warc", 12, "sources.notes.paths", "expected a list", "[notes.warc]"
    ),
    "list for a section": Case(
        "{path: tokenizer.json}", "[a]", 24, "tokenizer", "expected keys with values, found a list"
    ),
    "quoted filter parameter": Case(
        "min_words: 30", "min_words: '30'", 8, "sources.web.filters[0].gopher_quality.min_words", "whole number", "30"
    ),
    "not finite": Case("max_epochs: 4", "max_epochs: .inf", 22, "mixture.max_epochs", ".inf is no finite number"),
    "missing key": Case("  max_epochs: 4\n", "", 19, "mixture.max_epochs", "`mixture` needs `max_epochs`"),
    "missing at the top": Case("seed: 7\n", "", 1, "seed", "a recipe needs `seed`"),
    "empty section": Case("{path: tokenizer.json}", "", 24, "tokenizer", "empty; give it keys or remove it"),
    "unknown reader": Case(
        "reader: warc\n    paths: [n",
        "reader: wrac\n    paths: [n",
        11,
        "sources.notes.reader",
        "unknown reader 'wrac'",
        "warc",
    ),
    "unknown filter": Case(", c4]", ", c5]", 8, "sources.web.filters[1]", "unknown filter 'c5'", "c4"),
    "filter of two names": Case(
        ", c4]", ", {c4: {}, url: {}}]", 8, "sources.web.filters[1]", "one name with its parameters"
    ),
    "filter twice": Case(", c4]", ", c4, c4]", 8, "sources.web.filters", "the filter c4 is listed more than once"),
    "unknown choice": Case(
        "gpt3: cut", "gpt3: cutt", 18, "contamination.methods.gpt3", "expected cut or drop or measure", "cut"
    ),
    "no method": Case("{gpt3: cut}", "{}", 18, "contamination.methods", "no method given"),
    "unknown language": Case("keep: [en]", "keep: [eng]", 13, "languages.keep", "unknown language 'eng'", "en"),
    "unknown language model": Case(
        "keep: [en]", "keep: [en], model: lid.167", 13, "languages.model", "unknown", "lid.176"
    ),
    "language twice": Case("keep: [en]", "keep: [en, en]", 13, "languages.keep", "en listed more than once"),
    "no paths": Case("[notes.warc]", "[]", 12, "sources.notes.paths", "expected 1 or more, found an empty list"),
    "home folder": Case(
        "notes.warc", "~/notes.warc", 12, "sources.notes.paths[0]", "recipes expand neither ~ nor variables"
    ),
    "environment": Case("notes.warc", "'${HOME}/notes.warc'", 12, "sources.notes.paths[0]", "recipes expand neither"),
    "score over one": Case("min_score: 0.65", "min_score: 65", 13, "languages.min_score", "at most 1.0, found 65"),
    "similarity of nothing": Case("threshold: 0.8", "threshold: 0", 16, "dedup.minhash.threshold", "more than 0.0"),
    "hashes beyond reason": Case(
        "bands: 14, rows: 8, hashes: 112", "bands: 200, rows: 600, hashes: 120000", 16, "dedup.minhash.hashes", "100000"
    ),
    "shingles beyond reason": Case("rows: 8", "rows: 8, ngram: 500", 16, "dedup.minhash.ngram", "at most 100"),
    "bands and rows": Case("hashes: 112", "hashes: 128", 16, "dedup.minhash.hashes", "14 x 8 = 112, not 128"),
    "rows against the default": Case(
        "rows: 8, hashes: 112, ", "rows: 9, ", 16, "dedup.minhash", "14 x 9 = 126, not 112"
    ),
    "dedup of nothing": Case(
        "  exact: true\n  minhash: {bands: 14, rows: 8, hashes: 112, threshold: 0.8}\n",
        "",
        14,
        "dedup",
        "nothing to do",
    ),
    "unknown source to prefer": Case(
        "prefer: [notes]", "prefer: [note]", 17, "dedup.prefer[0]", "unknown source", "notes"
    ),
    "source preferred twice": Case("prefer: [notes]", "prefer: [web, web]", 17, "dedup.prefer", "more than once"),
    "weights": Case("notes: 0.4", "notes: 0.5", 21, "mixture.weights", "the weights sum to 1.1, not 1"),
    "negative weight": Case(
        "web: 0.6, notes: 0.4", "web: 1.4, notes: -0.4", 21, "mixture.weights.notes", "at least 0.0"
    ),
    "unknown source weighed": Case("notes: 0.4", "nots: 0.4", 21, "mixture.weights.nots", "unknown source", "notes"),
    "source without weight": Case("{web: 0.6, notes: 0.4}", "{web: 1}", 21, "mixture.weights", "no weight for notes;"),
    "neither weights nor epochs": Case(
        "  weights: {web: 0.6, notes: 0.4}\n", "", 19, "mixture", "exactly one of weights and epochs (neither given)"
    ),
    "weights and epochs": Case(
        "  max_epochs: 4", "  epochs: {web: 1, notes: 2}\n  max_epochs: 4", 19, "mixture", "(both given)"
    ),
    "source without epochs": Case(
        "weights: {web: 0.6, notes: 0.4}", "epochs: {web: 1}", 21, "mixture.epochs", "no number of epochs for notes;"
    ),
    "epochs of nothing": Case(
        "weights: {web: 0.6, notes: 0.4}", "epochs: {web: 0, notes: 0}", 21, "mixture.epochs", "more than 0 epochs"
    ),
    "format that is none": Case(
        "weights: {web: 0.6, notes: 0.4}",
        "by: format\n  weights: {prose: 0.6, tabel: 0.1, other: 0.3}",
        22,
        "mixture.weights.tabel",
        "unknown format 'tabel'",
        "table",
    ),
    "format without weight": Case(
        "weights: {web: 0.6, notes: 0.4}",
        "by: format\n  weights: {prose: 0.6, code: 0.2, table: 0.2}",
        22,
        "mixture.weights",
        "no weight for dialogue, list, form, markup; name every format, or give `other`",
    ),
    "language that is dropped": Case(
        "weights: {web: 0.6, notes: 0.4}",
        "by: language\n  weights: {en: 0.6, de: 0.4}",
        22,
        "mixture.weights.de",
        "`languages` drops de; it keeps en",
    ),
    "key that a mixture does not have": Case(
        "weights: {web: 0.6, notes: 0.4}",
        "by: host\n  weights: {web: 1}",
        21,
        "mixture.by",
        "source",
    ),
    "no repetition cap": Case("max_epochs: 4", "max_epochs: 0", 22, "mixture.max_epochs", "more than 0.0"),
    "validation": Case("validation: 0.005", "validation: 0.5", 23, "mixture.validation", "less than 0.5"),
    "two tokenizers": Case(
        "{path: tokenizer.json}", "{path: t, huggingface: gpt2}", 24, "tokenizer", "path and huggingface given"
    ),
    "no tokenizer": Case("{path: tokenizer.json}", "{}", 24, "tokenizer", "none given"),
    "tiny vocabulary": Case(
        "{path: tokenizer.json}", "{train: {vocab_size: 256}}", 24, "tokenizer.train.vocab_size", "at least 257"
    ),
    "tokens without shards": Case(
        "shards: {seq_len_tokens: 2048, count: 16}\n",
        "",
        19,
        "mixture",
        "shards missing: mixture, tokenizer and shards come together",
    ),
    "shards by count and size": Case(
        "count: 16", "count: 16, shard_bytes: 1e9", 25, "shards", "exactly one of count and shard_bytes"
    ),
    "shard tails": Case(
        "count: 16", "count: 49", 25, "shards.count", "over 1 % of the budget of 10,000,000; at most 48", "48"
    ),
    "shard tails by size": Case(
        "count: 16", "shard_bytes: 500_000", 25, "shards.shard_bytes", "at least 833,334 bytes", "833334"
    ),
    "one shard too many": Case(
        "10_000_000", "100_000", 25, "shards.count", "even one shard needs a budget of 204,800 tokens"
    ),
    "policy and parameter": Case(
        "fraction: 0.1", "alpha: 9", 9, "sources.web.quality", "top takes `fraction`; given: alpha"
    ),
    "model trained on no source": Case(
        "model: q.bin",
        "model: {train: {positive: [nots], negative: [web]}}",
        9,
        "sources.web.quality.model.train.positive[0]",
        "unknown source",
        "notes",
    ),
    "source with both labels": Case(
        "model: q.bin",
        "model: {train: {positive: [notes, web], negative: [web]}}",
        9,
        "sources.web.quality.model.train.negative",
        "web is also among the positive sources",
    ),
    "row of a table without numbers": Case(
        "seed: 7",
        "seed: 7\npublished: {source: A, trained_tokens: 1e9, sources: {web: {}}}",
        3,
        "published.sources.web",
        "nothing printed",
    ),
    "silence without a choice": Case(
        "seed: 7", "seed: 7\nundisclosed: {alpha: {paper: not said}}", 3, "undisclosed.alpha.chosen", "needs `chosen`"
    ),
    "misspelt column": Case(
        "seed: 7",
        "seed: 7\npublished: {source: A, trained_tokens: 1e9, sources: {web: {epoch: 1}}}",
        3,
        "published.sources.web.epoch",
        "unknown key",
        "epochs",
    ),
    "option of another extractor": Case(
        "method: trafilatura",
        "method: resiliparse, fast: true",
        7,
        "sources.web.extract.fast",
        "an option of trafilatura",
    ),
    "option of union": Case(
        "method: trafilatura",
        "method: learned, of: [learned, trafilatura]",
        7,
        "sources.web.extract.of",
        "an option of union; the method is learned",
    ),
    "union of one": Case(
        "method: trafilatura",
        "method: union, of: [learned, learned]",
        7,
        "sources.web.extract.of",
        "union needs two different extractors, found learned twice",
    ),
    "misspelt extractor of a union": Case(
        "method: trafilatura",
        "method: union, of: [learned, trafilature]",
        7,
        "sources.web.extract.of[1]",
        "expected trafilatura or resiliparse or learned",
        "trafilatura",
    ),
    "misspelt keep": Case(
        "method: trafilatura",
        "method: union, keep: longest",
        7,
        "sources.web.extract.keep",
        "expected agreed or longer",
        "longer",
    ),
    "tab": Case("  exact", "\texact", 15, "", "a tab: YAML is indented with spaces only"),
    "open bracket": Case("[notes.warc]", "[notes.warc", 13, "", "not valid YAML"),
    "tag": Case("seed: 7", "seed: !env SEED", 2, "", "recipes have no tags (!env)"),
    "duplicate key": Case("seed: 7", "seed: 7\nseed: 8", 3, "seed", "given twice (first on line 2)"),
    "duplicate source": Case("languages:", "  web: {}\nlanguages:", 13, "sources.web", "given twice (first on line 4)"),
}


def test_the_recipe_that_the_cases_break_is_whole() -> None:
    loads(GOOD)


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_is_named_with_its_place(name: str) -> None:
    case = CASES[name]
    assert GOOD.count(case.old) == 1
    problem = only(GOOD.replace(case.old, case.new))
    assert (problem.file, problem.line, problem.key) == ("r.yaml", case.line, case.key)
    assert problem.column is not None
    assert case.says in problem.message
    assert problem.suggestion == case.suggestion


def test_a_gate_needs_languages() -> None:
    text = GOOD.replace("method: trafilatura", "language_gate: true")
    loads(text)
    problem = only(text.replace("languages: {keep: [en], min_score: 0.65}\n", ""))
    assert (problem.line, problem.key) == (7, "sources.web.extract.language_gate")
    assert "add `languages`" in problem.message


def test_extraction_is_refused_for_readers_of_text() -> None:
    text = GOOD.replace("paths: [notes.warc]", "paths: [notes.jsonl]").replace(
        "notes:\n    reader: warc", "notes:\n    reader: jsonl"
    )
    loads(text)
    problem = only(text.replace("paths: [notes.jsonl]", "paths: [notes.jsonl]\n    extract: {method: resiliparse}"))
    assert (problem.line, problem.key) == (13, "sources.notes.extract")
    assert "nothing to extract" in problem.message
    pages = "paths: [notes.jsonl]\n    options: {html: page}\n    extract: {method: resiliparse}"
    assert loads(text.replace("paths: [notes.jsonl]", pages)).sources["notes"].extract.method == "resiliparse"


def test_options_are_those_of_the_reader() -> None:
    text = GOOD.replace("notes:\n    reader: warc", "notes:\n    reader: jsonl\n    options: {max_recrd_bytes: 5}")
    problem = only(text)
    assert (problem.line, problem.key, problem.message) == (12, "sources.notes.options.max_recrd_bytes", "unknown key")
    assert problem.suggestion == "max_record_bytes"
    problem = only(text.replace("max_recrd_bytes: 5", "text: a, html: b"))
    assert (problem.line, problem.key) == (12, "sources.notes.options")
    assert problem.message.startswith("text and html exclude each other")


@pytest.mark.parametrize("name", ["my.notes", "my notes", "-x", "a/b", "n" * 65])
def test_names_of_sources_are_names_of_folders(name: str) -> None:
    text = GOOD.replace("  notes:", f"  {name!r}:").replace("notes: 0.4", f"{name!r}: 0.4")
    found = problems(text.replace("  prefer: [notes]\n", ""))
    assert {(problem.line, problem.key) for problem in found} >= {(10, f"sources.{name}")}


def test_names_of_sources_differ_by_more_than_case() -> None:
    text = (
        GOOD.replace("  notes:", "  Web:").replace("notes: 0.4", "Web: 0.4").replace("prefer: [notes]", "prefer: [Web]")
    )
    problem = only(text)
    assert (problem.line, problem.key) == (10, "sources.Web")
    assert "differs from `web` by case only" in problem.message


def test_all_sources_without_a_weight_are_named() -> None:
    text = GOOD.replace("languages:", "  more: {reader: text, paths: [a.txt]}\nlanguages:").replace(", notes: 0.4", "")
    assert only(text).message.startswith("no weight for notes, more;")


@pytest.mark.parametrize("seq_len_tokens", [1, 7, 29, 57, 2048, 4096])
def test_shard_tails_may_be_exactly_one_percent(seq_len_tokens: int) -> None:
    for count in (1, 3, 16):
        text = GOOD.replace("10_000_000", str(100 * count * seq_len_tokens))
        text = text.replace("seq_len_tokens: 2048, count: 16", f"seq_len_tokens: {seq_len_tokens}, count: {count}")
        loads(text)
        assert only(text.replace(f"count: {count}", f"count: {count + 1}")).key == "shards.count"


def test_all_mistakes_come_at_once_and_in_the_order_of_the_file() -> None:
    text = GOOD.replace("seed: 7", "seed: -1").replace("wrac", "warc").replace("c4]", "c44]").replace("keep:", "kep:")
    text = text.replace("rows: 8", "rows: 9").replace("web: 0.6", "wob: 0.7").replace("count: 16", "count: 1_000")
    found = problems(text, inputs={"webb": ["x"]}, overrides=["mixture.max_epoch=3"])
    assert [(problem.line, problem.key, problem.suggestion) for problem in found] == [
        (None, "", "web"),
        (None, "mixture.max_epoch", "max_epochs"),
        (2, "seed", None),
        (8, "sources.web.filters[1]", "c4"),
        (13, "languages.kep", "keep"),
        (16, "dedup.minhash.hashes", None),
        (21, "mixture.weights", None),
        (21, "mixture.weights.wob", "web"),
        (25, "shards.count", "48"),
    ]
    assert [problem.file for problem in found[:2]] == ["--input webb=x", "--set mixture.max_epoch=3"]


def test_the_text_of_the_error_is_one_line_a_problem() -> None:
    with pytest.raises(RecipeError) as caught:
        loads(GOOD.replace("seed: 7", "sed: 7"), file="r.yaml")
    assert str(caught.value) == "r.yaml:2:1: sed: unknown key; did you mean `seed`?"
    with pytest.raises(RecipeError) as caught:
        loads(GOOD.replace("seed: 7", "seed: a\nb: 1"), file="r.yaml")
    assert str(caught.value).splitlines()[:2] == [
        "2 problems:",
        "  r.yaml:2:1: seed: expected a whole number, found the text 'a'",
    ]
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("option", "key", "says", "suggestion"),
    [
        ("mixture.max_epochs=many", "mixture.max_epochs", "expected a number", None),
        ("mixture.max_epoch=4", "mixture.max_epoch", "unknown key", "max_epochs"),
        ("mixture.budget_tokens.x=4", "mixture.budget_tokens.x", "no `x` to set in `mixture.budget_tokens`", None),
        ("sources.notes.paths[3]=x", "sources.notes.paths[3]", "no `3` to set", None),
        ("seed", "", "expected key.path=value", None),
        ("=3", "", "expected key.path=value", None),
        ("seed=", "seed", "no value given", None),
        ("seed=[", "seed", "not valid YAML", None),
        ("languages.min_scor=null", "languages.min_scor", "nothing to remove", "min_score"),
    ],
)
def test_options_are_named_instead_of_lines(option: str, key: str, says: str, suggestion: str | None) -> None:
    problem = only(GOOD, overrides=[option])
    assert (problem.file, problem.line, problem.key) == (f"--set {option}", None, key)
    assert says in problem.message
    assert problem.suggestion == suggestion


def test_inputs_are_named_too() -> None:
    problem = only(GOOD, inputs={"note": ["*.warc"]})
    assert (problem.file, problem.line, problem.suggestion) == ("--input note=*.warc", None, "notes")
    problem = only(GOOD, inputs={"notes": ["a", "~/b"]})
    assert (problem.file, problem.key) == ("--input notes=~/b", "sources.notes.paths[1]")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(GOOD)
    for path, suggestion in ((tmp_path / "recpie.yaml", str(tmp_path / "recipe.yaml")), ("comoncrawl", "commoncrawl")):
        with pytest.raises(RecipeError) as caught:
            load(path)
        (problem,) = caught.value.problems
        assert (problem.file, problem.line, problem.suggestion) == (str(path), None, suggestion)
        assert "no such recipe file" in problem.message
    with pytest.raises(RecipeError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_bytes(GOOD.encode().replace(b"small", "größer".encode("latin-1")))
    with pytest.raises(RecipeError) as caught:
        load(tmp_path / "r.yaml")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (1, 9)
    assert "UTF-8" in problem.message
    (tmp_path / "r.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(tmp_path / "r.yaml").name == "small"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "no recipe in it"),
        ("- a\n- b\n", 1, "no recipe in it"),
        ("a: 1\n---\nb: 2\n", 2, "expected a single document"),
        ("a: \x01\n", 1, "U+0001 is not allowed"),
        ("a: &x [*x]\n", 1, "an alias that contains itself"),
        ("? [a]\n: b\n", 1, "a key must be a plain word"),
        ("a: *b\n", 1, "undefined alias"),
        ("[" * 3000, 1, "nested too deeply"),
        ('name: "\\ud800"\n', 1, "lone surrogate"),
        (f"a: {'1' * 60}\n", 1, "too many digits"),
    ],
)
def test_what_is_no_recipe_at_all(text: str, line: int, says: str) -> None:
    found = problems(text)
    assert found[0].line == line
    assert any(says in problem.message for problem in found)


KEYS = [
    path
    for path in parse(GOOD, "r.yaml").marks
    if isinstance(path[-1], str) and path[:-1] not in {("sources",), ("mixture", "weights")}
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KEYS), st.sampled_from(["drop", "swap", "add"]), st.data())
def test_a_key_with_one_wrong_letter_is_caught_and_the_right_one_named(
    path: tuple[str, ...], how: str, data: st.DataObject
) -> None:
    document = parse(GOOD, "r.yaml")
    key = path[-1]
    at = data.draw(st.integers(0, len(key) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz_0"))
    wrong = key[:at] + {"drop": "", "swap": letter, "add": letter + key[at]}[how] + key[at + 1 :]
    valid = tuple(FILTERS) if path[-2:] == (0, "gopher_quality") else keys_at(path[:-1], document.data)
    assume(wrong and wrong not in valid)
    lines = GOOD.split("\n")
    mark = document.marks[path]
    assert mark.line is not None
    assert mark.column is not None
    line = lines[mark.line - 1]
    assert line[mark.column - 1 :].startswith(f"{key}:")
    lines[mark.line - 1] = line[: mark.column - 1] + wrong + line[mark.column - 1 + len(key) :]
    found = problems("\n".join(lines))
    assert any(problem.line == mark.line and problem.suggestion == key for problem in found), found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_recipe_is_read_or_refused_and_nothing_else_happens(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([GOOD, init_recipe()]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        new = data.draw(st.text(st.sampled_from("abc:{}[],-&*!|>%@`'\"\n\t 0159.e_~#?\x00é\U0001f33e"), max_size=6))
        text = text[:start] + new + text[end:]
    found = refused(text)
    assert all(problem.file == "r.yaml" and problem.line and problem.column for problem in found)


BY_LANGUAGE = GOOD.replace("weights: {web: 0.6, notes: 0.4}", "by: language\n  weights: {WEIGHTS}")
NO_LANGUAGES = BY_LANGUAGE.replace("languages: {keep: [en], min_score: 0.65}\n", "")


def test_languages_that_are_not_named_need_other() -> None:
    problem = only(NO_LANGUAGES.replace("WEIGHTS", "en: 0.6, de: 0.4"))
    assert (problem.key, "add `other` (0 leaves them out)" in problem.message) == ("mixture.weights", True)
    loads(NO_LANGUAGES.replace("WEIGHTS", "en: 0.6, und: 0.1, other: 0.3"))
    problem = only(NO_LANGUAGES.replace("WEIGHTS", "en: 0.6, xx: 0.1, other: 0.3"))
    assert (problem.key, problem.message) == ("mixture.weights.xx", "unknown language 'xx'")


def test_languages_that_a_recipe_keeps_are_all_there_are() -> None:
    both = BY_LANGUAGE.replace("keep: [en], min_score: 0.65", "keep: {en: 0.65, de: 0.8}")
    recipe = loads(both.replace("WEIGHTS", "en: 0.6, de: 0.4"))
    assert recipe.mixture is not None
    assert recipe.mixture.groups(recipe.sources) == ("de", "en")
    assert "no weight for de; name every language, or give `other`" in only(both.replace("WEIGHTS", "en: 1")).message
    own = NO_LANGUAGES.replace("mixture:", "languages: {model: own.bin, keep: [en, x-own]}\nmixture:")
    loads(own.replace("WEIGHTS", "en: 0.6, x-own: 0.4"))


def test_other_is_no_source() -> None:
    assert problems(GOOD.replace("notes: 0.4", "notes: 0.3, other: 0.1"))[0].key == "mixture.weights.other"
