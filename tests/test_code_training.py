"""The content classifier of programming languages: training on a few files, the model file, and what it refuses."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from classifiers.code import Example, Settings, train
from classifiers.code_data import is_held_out, labelled, language_name, prose
from pipeline.cli import main
from pipeline.errors import WinnowError
from pipeline.tag.code_model import PROSE, CodeModelError, read_model, score, shipped

NAMES = ("boat", "mill", "rope", "sail", "tide", "crew", "loaf", "yard")
LUA = "local {0} = {{}}\n\nfunction {0}.sum(xs)\n  for _, x in ipairs(xs) do\n    {1} = {1} + x\n  end\nend\n"
GO = 'package {0}\n\nfunc {1}(xs []int) error {{\n\tif xs == nil {{\n\t\treturn fmt.Errorf("no {0}")\n\t}}\n}}\n'
TALE = "The {0} was late again, and nobody at the {1} had an answer for the woman who came to ask about it every day.\n"
SMALL = Settings(bits=12)


def _examples(judged: bool = True) -> list[Example]:
    pairs = [(a, b) for a in NAMES for b in NAMES if a != b]
    forms = (("lua", LUA), ("go", GO), (PROSE, TALE))
    return [Example(form.format(a, b), label, judged) for label, form in forms for a, b in pairs[::5]]


def test_a_model_tells_languages_and_prose(tmp_path: Path) -> None:
    trained = train(_examples(), SMALL)
    path = tmp_path / "code.model"
    path.write_bytes(trained.file)
    model = read_model(path)
    texts = [LUA.format("kite", "wind"), GO.format("kite", "wind"), TALE.format("kite", "wind") * 3]
    best = score(pa.array(texts), model).argmax(axis=1)
    assert [model.labels[i] for i in best] == ["lua", "go", PROSE]
    assert trained.figures["cross_validated"]["accuracy"] == 1


def test_the_same_files_in_any_order_give_the_same_bytes() -> None:
    examples = _examples()
    assert train(examples, SMALL).file == train(examples[::-1], SMALL).file


def test_a_text_is_scored_alone_whatever_stands_beside_it(tmp_path: Path) -> None:
    texts = pa.array([GO.format("a", "b"), "", None, "\n\n", "x" * 50_000, LUA.format("c", "d")])
    together = score(texts, shipped())
    assert together.tolist() == [score(texts[i : i + 1], shipped())[0].tolist() for i in range(len(texts))]
    assert not together[1].any()


def test_the_shipped_model_is_small_and_knows_prose() -> None:
    assert shipped().prose is not None
    assert {"python", "c", "emacs lisp"} <= set(shipped().labels)


def test_half_of_the_labelled_texts_is_held_out_everywhere(tmp_path: Path) -> None:
    rows = [{"lang": "Lua", "text": LUA.format(a, "x")} for a in NAMES]
    first, also, told = tmp_path / "a.jsonl", tmp_path / "b.jsonl", tmp_path / "p.jsonl"
    first.write_text("".join(json.dumps(row) + "\n" for row in rows))
    also.write_text(first.read_text())
    found = labelled([first], [also])
    kept = {row["text"] for row in rows if not is_held_out(row["text"])}
    assert 0 < len(kept) < len(rows)
    assert {example.text for example in found} == kept
    assert [example.judged for example in found] == [True] * len(kept) + [False] * len(kept)
    told.write_text("".join(json.dumps({"selftext": TALE.format(a, "x")}) + "\n" for a in NAMES))
    assert 0 < len(prose([told])) < len(NAMES)


def test_names_of_collections_are_ours() -> None:
    assert [language_name(name) for name in ("c-plus-plus", "Text", "Emacs Lisp")] == ["c++", PROSE, "emacs lisp"]


def test_the_command_writes_model_and_card(tmp_path: Path) -> None:
    files = tmp_path / "files.jsonl"
    texts = [("Lua", LUA), ("Go", GO)]
    files.write_text(
        "".join(
            json.dumps({"lang": lang, "text": form.format(a, b)}) + "\n"
            for lang, form in texts
            for a in NAMES
            for b in NAMES
        )
    )
    main(["train", "code", str(files), "--out", str(tmp_path / "out")])
    card = json.loads((tmp_path / "out/code.card.json").read_text())
    assert card["digest"] == read_model(tmp_path / "out/code.model").digest
    assert card["labels"] == ["go", "lua"]


@pytest.mark.parametrize("damage", [lambda b: b[:100], lambda b: b[:-5], lambda b: b"fasttext" + b[8:], lambda b: b""])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "code.model"
    path.write_bytes(damage(train(_examples(), SMALL).file))  # type: ignore[operator]
    with pytest.raises(CodeModelError, match="winnow train code"):
        read_model(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "one JSON object a line"), ('{"lang": "Go"}', "line 1"), ('{"text": "x"}', "lang and text")],
)
def test_bad_rows_are_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(WinnowError, match=message):
        labelled([path], [])


def test_one_language_is_not_enough() -> None:
    with pytest.raises(WinnowError, match="at least 2 texts"):
        train([Example(LUA.format(a, "x"), "lua", True) for a in NAMES], SMALL)
