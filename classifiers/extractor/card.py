"""The card of a trained extractor: what it was made from, how good it is on hosts it has not seen, what it is."""

import importlib.metadata
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from classifiers.extractor.augment import Augmentation
from classifiers.extractor.boosting import Parameters
from classifiers.extractor.gold import GOLD_SUFFIX, PAGES_SUFFIX, GoldRow
from classifiers.extractor.labels import oracle
from classifiers.extractor.pages import SPLIT_SEED, Page
from classifiers.extractor.score import PageScore, Score, total
from pipeline.engine import storage
from pipeline.extract.model import Model
from pipeline.tag.language import tag_languages

LICENCES = {
    "wcxb": "annotations CC-BY-4.0 (Murrough-Foley/web-content-extraction-benchmark); pages belong to their sites",
    "zyte-articles": "MIT (scrapinghub/article-extraction-benchmark); pages belong to their sites",
}
UNKNOWN_LICENCE = "not known to Winnow: see where the set came from"

SPLIT = (
    "hosts are wholly on one side. A share of them, by a hash of their names that no seed changes, takes no part in "
    "training (held out). The others are cut into folds: lexicons of training rows, the threshold and the figures "
    "called out of fold come from models and lexicons of the other folds"
)
REFIT = (
    ". The model was then trained again on all of these hosts, out-of-fold scores and threshold with it; the held-out "
    "figures are those of the model before, of the same seed and settings"
)
THRESHOLD_RULE = (
    "the middle of those within .001 of the best, by out-of-fold scores on training articles: the mean of each set's "
    "F1 of texts and, where its gold has snippets, F1 of snippets; nothing else was looked at"
)
FIGURES = (
    "macro-averaged precision and recall over multisets of 4-token shingles, and F1 of the two averages, of the chosen "
    "blocks' text; F1 of snippets where the gold has some; oracle is the F1 of the blocks that labels call main text"
)
DETERMINISM = (
    "The same data, seed and versions give the same file. Trees are sums of integers over features of 16 bits: a file "
    "gives the same scores on every processor."
)

Kept = Sequence[npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class Facts:
    """What `make_card` puts into words and numbers. `kept` are the blocks chosen on each page."""

    sets: Sequence[Path]
    rows: Sequence[GoldRow]
    training: Sequence[Page]
    held_out: Sequence[Page]
    out_of_fold_kept: Kept
    held_out_kept: Kept
    threshold: float
    tried: Mapping[float, float]
    training_rows: int
    seed: int
    folds: int
    held_out_share: float
    refit: bool
    kept_away: Mapping[str, int]
    """Sets to judge by -> how many hosts of the training sets occur there; nothing of these is trained on."""
    boosting: Parameters
    augmentation: Augmentation


def make_card(facts: Facts, model: Model, data: bytes) -> dict[str, Any]:
    """What goes into card.json."""
    return {
        "model": "main text of HTML pages",
        "family": "gradient-boosted trees over blocks of text",
        "digest": xxhash.xxh3_128_hexdigest(data),
        "bytes": len(data),
        "data": [_set_data(path, facts) for path in facts.sets],
        "split": {
            "held_out_share_of_hosts": facts.held_out_share,
            "held_out_seed": SPLIT_SEED,
            "folds": facts.folds,
            "hosts_kept_away_for": dict(facts.kept_away),
            "refit": facts.refit,
            "note": SPLIT + REFIT * facts.refit,
        },
        "training_rows": facts.training_rows,
        "features": len(model.features),
        "lexicon_words": len(model.hashes),
        "nodes": len(model.forest.steps),
        "seed": facts.seed,
        "boosting": {name: value for name, value in asdict(facts.boosting).items() if name not in ("seed", "threads")},
        "augmentation": asdict(facts.augmentation),
        "settings": dict(model.settings),
        "threshold": {
            "log_odds": facts.threshold,
            "rule": THRESHOLD_RULE,
            "tried": {f"{at:.1f}": round(f1, 4) for at, f1 in facts.tried.items()},
        },
        "figures": {
            "measure": FIGURES,
            "out_of_fold": _figures(facts.training, facts.out_of_fold_kept),
            "held_out": _figures(facts.held_out, facts.held_out_kept),
        },
        "library": {"lightgbm": importlib.metadata.version("lightgbm")},
        "determinism": DETERMINISM,
    }  # fmt: skip


def card_json(card: Mapping[str, Any]) -> bytes:
    return json.dumps(card, indent=1, ensure_ascii=False).encode() + b"\n"


def card_markdown(card: Mapping[str, Any]) -> bytes:
    """The same for readers, in short."""
    words = f"{card['lexicon_words']:,} words; seed {card['seed']}; digest {card['digest']}"
    lines = [
        "# The learned extractor's model", "",
        f"{card['family']}; {card['bytes']:,} bytes, {card['features']} features, {card['nodes']:,} nodes, {words}", "",
        "| set | pages | trained on | held out | licence |", "| --- | --- | --- | --- | --- |",
        *(f"| {d['set']} | {d['pages']:,} | {d['training_pages']:,} | {d['held_out_pages']:,} | {d['licence']} |"
          for d in card["data"]), "",
        f"Split: {card['split']['note']}.", "",
        f"Threshold: log odds {card['threshold']['log_odds']:.1f}; {card['threshold']['rule']}.", "",
    ]  # fmt: skip
    for side, title in (("out_of_fold", "Training hosts, out of fold"), ("held_out", "Held-out hosts")):
        lines += [f"## {title}", "", "| pages of | pages | precision | recall | F1 | oracle |"]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        for kind, groups in card["figures"][side].items():
            for name, one in groups.items():
                of = name if kind == "all" else f"{kind.removeprefix('by_').replace('_', ' ')} {name}"
                cells = (f"{one[key]:.4f}" for key in ("precision", "recall", "f1", "oracle"))
                lines.append(f"| {of} | {one['pages']:,} | {' | '.join(cells)} |")
        lines.append("")
    lines += [f"Figures: {card['figures']['measure']}.", "", card["determinism"], ""]
    return "\n".join(lines).encode()


def _set_data(path: Path, facts: Facts) -> dict[str, Any]:
    name = path.name
    return {
        "set": name,
        "files": {
            file.name: storage.digest_of(str(file))
            for file in (path.with_name(name + GOLD_SUFFIX), path.with_name(name + PAGES_SUFFIX))
        },
        "pages": sum(row.set == name for row in facts.rows),
        "training_pages": sum(page.row.set == name for page in facts.training),
        "held_out_pages": sum(page.row.set == name for page in facts.held_out),
        "training_hosts": len({page.row.host for page in facts.training if page.row.set == name}),
        "licence": LICENCES.get(name, UNKNOWN_LICENCE),
    }


def _figures(pages: Sequence[Page], kept: Kept) -> dict[str, dict[str, Any]]:
    scores = [page.score(keep) for page, keep in zip(pages, kept, strict=True)]
    best = [oracle(page.gold, page.labels) for page in pages]
    languages = _languages(pages)
    keys: dict[str, Callable[[int], str]] = {
        "all": lambda _i: "all",
        "by_set": lambda i: pages[i].row.set,
        "by_page_type": lambda i: pages[i].row.page_type or "not given",
        "by_language": lambda i: languages[i],
    }
    return {name: _grouped(key, scores, best) for name, key in keys.items()}


def _grouped(key: Callable[[int], str], scores: list[PageScore], best: list[PageScore]) -> dict[str, Any]:
    groups: dict[str, list[int]] = {}
    for i in range(len(scores)):
        groups.setdefault(key(i), []).append(i)
    return {
        name: _rounded(total(scores[i] for i in groups[name]), total(best[i] for i in groups[name]))
        for name in sorted(groups, key=lambda name: (-len(groups[name]), name))
    }


def _rounded(score: Score, best: Score) -> dict[str, Any]:
    found = {"precision": score.precision, "recall": score.recall, "f1": score.f1, "oracle": best.f1}
    if score.snippet_f1 is not None:
        found["snippet_f1"] = score.snippet_f1
    return {"pages": score.pages, **{name: round(value or 0.0, 4) for name, value in found.items()}}


def _languages(pages: Sequence[Page]) -> list[str]:
    """As the set says, else as the gold text reads."""
    texts = pa.array([page.row.text.encode("utf-8", "replace").decode() for page in pages], pa.string())
    found = tag_languages(texts)[0].to_pylist()
    return [page.row.language or language for page, language in zip(pages, found, strict=True)]
