"""Checks that span parts of a recipe. They read the plain data, to speak up also when other parts are wrong."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pipeline.mixture.groups import OTHER, UNDETERMINED
from pipeline.recipe.document import Document
from pipeline.recipe.formats import FORMATS
from pipeline.recipe.languages import LID, LID_176
from pipeline.recipe.model import MAX_TAIL_SHARE, TOKEN_BYTES, Shards
from pipeline.recipe.problems import listed, nearest

_TOGETHER = ("mixture", "tokenizer", "shards")
_OPTIONAL = ("languages", "dedup", "contamination", "pii", *_TOGETHER, "published")
LISTED = 20  # names; more are no help in a message


def check(document: Document) -> None:
    """Add a problem for everything that does not fit together."""
    sources = _mapping(document.data, "sources")
    _check_parts(document)
    _check_names(document, sources)
    _check_weights(document, sources)
    _check_sources(document, sources)
    _check_tails(document)


def _mapping(data: Any, *path: str) -> dict[str, Any]:
    """The mapping at a path; empty when there is none (its absence or type is reported elsewhere)."""
    for key in path:
        data = data[key] if isinstance(data, dict) and key in data else None
    return data if isinstance(data, dict) else {}


def _whole(data: dict[str, Any], key: str) -> int | None:
    """A positive whole number, or None."""
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _check_parts(document: Document) -> None:
    for name in _OPTIONAL:
        if name in document.data and document.data[name] is None:
            document.complain((name,), "empty; give it keys or remove it")
    present = [name for name in _TOGETHER if name in document.data]
    if 0 < len(present) < len(_TOGETHER):
        missing = [name for name in _TOGETHER if name not in present]
        document.complain(
            (present[0],),
            f"{listed(missing)} missing: mixture, tokenizer and shards come together or not at all "
            "(a recipe without them ends with documents)",
        )


def _check_names(document: Document, sources: dict[str, Any]) -> None:
    lower: dict[str, str] = {}
    for name in sources:
        if name.lower() in lower:
            message = f"differs from `{lower[name.lower()]}` by case only; the names are folders"
            document.complain(("sources", name), message)
        lower[name.lower()] = name

    def known(path: tuple[str, ...], names: Any) -> None:
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name not in sources:
                _unknown_source(document, (*path, index), name, sources)

    known(("dedup", "prefer"), _mapping(document.data, "dedup").get("prefer"))
    known(("pii", "sources"), _mapping(document.data, "pii").get("sources"))
    for name in sources:
        quality = ("sources", name, "quality")
        models = [(*quality, "models", each) for each in _mapping(document.data, *quality, "models")]
        for path in ((*quality, "model", "train"), *((*model, "train") for model in models)):
            _check_classes(document, path, known)


def _check_classes(document: Document, path: tuple[str, ...], known: Callable[[tuple[str, ...], Any], None]) -> None:
    """The sources of a classifier's two classes: `known` complains of those that are not there."""
    train = _mapping(document.data, *path)
    for side in ("positive", "negative"):
        known((*path, side), train.get(side))
    good, ordinary = train.get("positive"), train.get("negative")
    if isinstance(good, list) and isinstance(ordinary, list):
        for both in (example for example in ordinary if example in good):
            message = f"{both} is also among the positive sources: nothing can be learned from both labels"
            document.complain((*path, "negative"), message)


def _unknown_source(document: Document, path: tuple[str | int, ...], name: str, sources: Iterable[str]) -> None:
    near = nearest(name, sources)
    document.complain(path, f"unknown source '{name}'{'' if near else f'; the sources are {listed(sources)}'}", near)


def _check_weights(document: Document, sources: dict[str, Any]) -> None:
    by = _mapping(document.data, "mixture").get("by", "source")
    known = _groups(document, by, sources)
    for key, number in (("weights", "weight"), ("epochs", "number of epochs")):
        given = _mapping(document.data, "mixture", key)
        misspelt = set()
        for name in given:
            if known and name not in known and not (name == OTHER and by != "source"):
                _unknown_group(document, ("mixture", key, name), name, by, known)
                misspelt.add(nearest(name, known))
        if not given or (by != "source" and OTHER in given):
            continue
        missing = [name for name in known if name not in given and name not in misspelt]
        if by == "language" and not _kept_languages(document):
            message = f"no {number} for languages that are not named; add `{OTHER}` (0 leaves them out)"
            document.complain(("mixture", key), message)
        elif missing:
            more = "" if by == "source" else f", or give `{OTHER}`"
            message = f"no {number} for {listed(missing)}; name every {by}{more} (0 leaves it out)"
            document.complain(("mixture", key), message)


def _groups(document: Document, by: Any, sources: dict[str, Any]) -> Sequence[str]:
    """What weights can name; empty where that is not known: languages of a model of the user's own."""
    match by:
        case "source":
            return tuple(sources)
        case "format":
            return FORMATS
        case "language":
            own = _mapping(document.data, "languages").get("model", LID) != LID
            return _kept_languages(document) or (() if own else (*LID_176, UNDETERMINED))
    return ()


def _kept_languages(document: Document) -> tuple[str, ...]:
    """The languages that `languages` keeps; all others are dropped before there are tokens."""
    keep = _mapping(document.data, "languages").get("keep")
    return tuple(name for name in keep if isinstance(name, str)) if isinstance(keep, list | dict) else ()


def _unknown_group(document: Document, path: tuple[str, ...], name: str, by: str, known: Sequence[str]) -> None:
    if by == "source":
        _unknown_source(document, path, name, known)
    elif by == "language" and name in LID_176 and _kept_languages(document):
        document.complain(path, f"`languages` drops {name}; it keeps {listed(known)}")
    else:
        near = nearest(name, known)
        hint = f"; the {by}s are {listed(known)}" if not near and len(known) <= LISTED else ""
        document.complain(path, f"unknown {by} '{name}'{hint}", near)


# Options of `extract` that only some methods have.
_EXTRACT_OPTIONS = {
    "favor": ("trafilatura", "learned", "union"),
    "fast": ("trafilatura", "union"),
    "comments": ("learned", "union"),
    "of": ("union",),
    "keep": ("union",),
}


def _check_sources(document: Document, sources: dict[str, Any]) -> None:
    for name in sources:
        extract = _mapping(sources, name, "extract")
        if extract.get("language_gate") is True and "languages" not in document.data:
            message = "the gate skips pages in none of the recipe's languages; add `languages`"
            document.complain(("sources", name, "extract", "language_gate"), message)
        method = extract.get("method", "trafilatura")
        for option, methods in _EXTRACT_OPTIONS.items():
            if method not in methods and extract.get(option) not in (None, "none", False):
                message = f"an option of {' and '.join(methods)}; the method is {method}"
                document.complain(("sources", name, "extract", option), message)


def _check_tails(document: Document) -> None:
    """A shard ends at a whole sequence and may lose almost one; all together may lose MAX_TAIL_SHARE of the budget."""
    shards = _mapping(document.data, "shards")
    budget, seq_len = _whole(_mapping(document.data, "mixture"), "budget_tokens"), _whole(shards, "seq_len_tokens")
    count, shard_bytes = _whole(shards, "count"), _whole(shards, "shard_bytes")
    if budget is None or seq_len is None or (count is None) == (shard_bytes is None):
        return
    budget_per_shard = round(seq_len / MAX_TAIL_SHARE)
    allowed = budget // budget_per_shard
    key = "count" if count is not None else "shard_bytes"
    wanted = Shards(seq_len_tokens=seq_len, count=count, shard_bytes=shard_bytes).shard_count(budget)
    if wanted <= allowed:
        return
    tokens = f"{wanted:,} shards may lose up to {wanted * seq_len:,} tokens at their ends"
    lost = f"{tokens}, over 1 % of the budget of {budget:,}"
    if allowed == 0:
        document.complain(("shards", key), f"{lost}; even one shard needs a budget of {budget_per_shard:,} tokens")
    elif count is not None:
        document.complain(("shards", key), f"{lost}; at most {allowed} are allowed", str(allowed))
    else:
        least = -(-budget * TOKEN_BYTES // allowed)
        document.complain(("shards", key), f"{lost}; at least {least:,} bytes a shard", str(least))
