"""Rows of benchmark files -> examples. The tables below are all that is known about layouts.

An example has a prompt (what a model is given) and a target (the correct answer, not the wrong choices). Each is the
texts of all fields of its table that the row has, in the table's order, a line each. Names are compared in lower case
with blanks as underscores ("Best Answer" is best_answer).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PROMPT_FIELDS = (
    "passage", "context", "article", "story", "document", "paragraph", "support", "ctx", "premise", "sentence1",
    "context_options", "instruction", "definition", "question", "question_stem", "question_content", "query",
    "problem", "problem_statement", "goal", "sentence", "hypothesis", "sentence2", "prompt", "turns", "input",
    "inputs", "text",
)  # fmt: skip
TARGET_FIELDS = (
    "chain_of_thought", "solution", "canonical_solution", "code", "continuation", "completion", "target", "targets",
    "answer", "answers", "best_answer", "correct_answer", "output", "outputs", "reference",
)  # fmt: skip
CHOICE_FIELDS = ("choices", "endings", "options", "answer_choices", "candidates")
GOLD_FIELDS = ("gold", "label", "answerkey", "answer_index", "answer_idx", "gold_index", "answer", "target")
NAME_FIELDS = ("id", "task_id", "qid", "example_id", "question_id", "query_id", "problem_id", "uid", "ind", "idx")
ROW_LISTS = ("data", "examples", "questions", "rows", "instances", "problems")
"""Fields of a whole JSON file that hold its rows."""
_TEXT_KEYS = ("text", "stem", "value", "spans", "input_text", "span_text")
"""Where the text is in a field that is itself an object, as in {"answers": {"text": [...], "answer_start": [...]}}."""


@dataclass(frozen=True)
class Fields:
    """Names of fields, in the tables' form. Rows that have one of `prompt` or `target` are read by these alone."""

    prompt: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    name: tuple[str, ...] = ()  # before the table's

    @classmethod
    def of(cls, given: Mapping[str, Iterable[str]]) -> "Fields":
        """`given`: attribute -> names as the files have them."""
        return cls(**{attribute: tuple(map(_plain, names)) for attribute, names in given.items()})


NO_FIELDS = Fields()
KNOWN = Fields(PROMPT_FIELDS, TARGET_FIELDS, CHOICE_FIELDS, GOLD_FIELDS, NAME_FIELDS)


@dataclass(frozen=True)
class Example:
    """One item of a benchmark. `problem` says why a row gave no text; prompt and target are then empty."""

    name: str
    prompt: str = ""
    target: str = ""
    problem: str | None = None

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.prompt, self.target) if part)


def known_fields() -> str:
    """For messages."""
    return f"prompt fields {', '.join(PROMPT_FIELDS)}; target fields {', '.join((*TARGET_FIELDS, *CHOICE_FIELDS))}"


def has_known_field(row: Any, given: Fields = NO_FIELDS) -> bool:
    if not isinstance(row, dict):
        return False
    known = (*PROMPT_FIELDS, *TARGET_FIELDS, *given.prompt, *given.target)
    return not _fields(row).keys().isdisjoint(known)


def example(row: Any, number: int, given: Fields = NO_FIELDS) -> Example:
    """The example in a row; its name is its id field where it has one, else `number`."""
    if not isinstance(row, dict):
        return Example(str(number), problem=f"an object is expected, not {_kind(row)}")
    fields = _fields(row)
    known = KNOWN if fields.keys().isdisjoint((*given.prompt, *given.target)) else given
    name = next((str(fields[key]) for key in (*given.name, *NAME_FIELDS) if _is_name(fields.get(key))), str(number))
    if not has_known_field(row, given):
        return Example(name, problem=f"no known field among {', '.join(sorted(fields)) or 'none at all'}")
    choices, labels = _choices(fields, known.choices)
    gold = _gold(fields, known.gold, choices, labels)
    if (
        "context_options" in fields and "context_options" in known.prompt
    ):  # Winograd schemas: one context a choice, one continuation for all
        contexts = _texts(fields["context_options"])
        right = _place(fields.get("gold"), contexts, [])
        fields = {**fields, "context_options": contexts if right is None else contexts[right]}
    prompt = _joined(fields, known.prompt)
    if gold is None:
        target = _joined(fields, known.target)
    else:
        place, given_in = gold
        target = _joined({**fields, given_in: choices[place]}, (*known.target, given_in))
    found = Example(name, prompt, target)
    if not found.text.strip():
        return Example(name, problem="empty text")
    if _is_broken(name) or _is_broken(found.text):
        return Example(_mended(name), problem="not UTF-8")
    return found


def unnested(row: Any) -> Iterator[Any]:
    """The rows in a row: one for each question of each paragraph in SQuAD's JSON layout, else the row itself."""
    if not (isinstance(row, dict) and isinstance(row.get("paragraphs"), list)):
        yield row
        return
    for paragraph in row["paragraphs"]:
        questions = paragraph.get("qas") if isinstance(paragraph, dict) else None
        if not isinstance(questions, list):
            yield paragraph
            continue
        for question in questions:
            yield {"context": paragraph.get("context"), **question} if isinstance(question, dict) else question


def _fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {_plain(str(key)): value for key, value in row.items()}


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _kind(value: Any) -> str:
    return {list: "a list", str: "a string", type(None): "null"}.get(type(value), type(value).__name__)


def _is_name(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip() != ""


def _joined(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    texts = [text for name in dict.fromkeys(names) if name in fields for text in _texts(fields[name])]
    return "\n".join(dict.fromkeys(text for text in texts if text.strip()))


def _texts(value: Any) -> list[str]:
    """The texts in a field's value. An integer that is no known answer is one, too: "answer": 42."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, (int, float)):
        return [str(value)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts(item)]
    if isinstance(value, dict):
        return next((texts for key in _TEXT_KEYS if (texts := _texts(value.get(key)))), [])
    return []


def _choices(fields: Mapping[str, Any], names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """(texts, labels) of the choices; ARC has them as {"text": [...], "label": [...]}, within the question or not."""
    inner = fields.get("question")
    holders = [fields, inner] if isinstance(inner, dict) else [fields]
    found: Any = next((holder[key] for holder in holders for key in names if holder.get(key)), [])
    if isinstance(found, dict):
        return _texts(found), _texts(found.get("label"))
    if not isinstance(found, (list, tuple)):
        return [], []
    labels = [str(item["label"]) for item in found if isinstance(item, dict) and "label" in item]
    texts = ["\n".join(_texts(item)) for item in found]
    return texts, labels if len(labels) == len(texts) else []


def _gold(
    fields: Mapping[str, Any], names: tuple[str, ...], choices: list[str], labels: list[str]
) -> tuple[int, str] | None:
    """(place of the right choice, the field that says so)."""
    for name in names if choices else ():
        place = _place(fields.get(name), choices, labels)
        if place is not None:
            return place, name
    return None


def _place(gold: Any, choices: list[str], labels: list[str]) -> int | None:
    """A place given as a number, a label of the choices, a choice itself, digits or a capital letter."""
    if isinstance(gold, bool) or not isinstance(gold, (int, str)):
        return None
    text = str(gold).strip()
    if text in labels:
        place = labels.index(text)
    elif isinstance(gold, str) and text in choices:
        place = choices.index(text)
    elif text.isascii() and text.isdigit() and len(text) < 4:
        place = int(text)
    elif len(text) == 1 and "A" <= text <= "Z":
        place = ord(text) - ord("A")
    else:
        return None
    return place if place < len(choices) else None


def _is_broken(text: str) -> bool:
    """Half a surrogate pair: an escape in JSON that no text has, or a byte that is no UTF-8."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _mended(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
