"""Training of the learned extractor: gold pages in, a model file and its card out; the same bytes for the same seed.

Whatever judges a page has not seen its host: lexicons for training rows are made from the other folds, the threshold
is chosen on scores that models of the other folds give, and a share of hosts takes no part at all. With `refit` these
are trained on too once they have judged, since gold is scarce: the model that they judged is kept beside the other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from classifiers.extractor import boosting, lexicon
from classifiers.extractor.augment import Augmentation, copy
from classifiers.extractor.boosting import Parameters
from classifiers.extractor.card import Facts, make_card
from classifiers.extractor.gold import GOLD_SUFFIX, PAGES_SUFFIX, fold, hosts_of, read_set
from classifiers.extractor.lexicon import Lexicon
from classifiers.extractor.pages import HELD_OUT, Page, prepare_pages
from classifiers.extractor.score import total
from classifiers.extractor.thin import thin
from pipeline.errors import WinnowError
from pipeline.extract.learned import chosen
from pipeline.extract.model import Model, lexicon_values, write
from pipeline.kernels.block_features import NAMES, features
from pipeline.kernels.lexicon import build_table
from pipeline.kernels.trees import score

Float32Array = npt.NDArray[np.float32]
Say = Callable[[str], None]

THRESHOLDS = tuple(tenth / 10 for tenth in range(-20, 21))
"""Log odds that are tried."""
PLATEAU = 0.001
"""F1 below the best that means nothing."""
FAVOR = {"precision": 0.8, "recall": -0.8}
"""What these settings add to the threshold, in log odds."""
MIN_PAGES = 50
"""In all folds together."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training depends on, beside its data."""

    seed: int = 0
    folds: int = 5
    held_out: float = 0.3  # share of hosts
    refit: bool = False  # train again on the held-out hosts as well, once they have judged
    rows: int = 400_000  # of blocks and their copies that are trained on, about
    boosting: Parameters = field(default_factory=Parameters)
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class Rows:
    """Training rows. `first` are those of the pages as they are, one after the other; no model is trained on these."""

    first: Float32Array

    features: Float32Array
    y: npt.NDArray[np.bool_]
    weight: Float32Array
    part: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """A page as a model sees it that was not trained on its host."""

    page: Page
    features: Float32Array
    scores: npt.NDArray[np.int32]
    scale: int

    def kept(self, threshold: float) -> npt.NDArray[np.bool_]:
        """Which blocks the extractor would keep at a threshold in log odds."""
        return chosen(self.page.blocks, self.features, self.scores, round(threshold * self.scale), self.scale)


@dataclass(frozen=True)
class Fitted:
    """A model with what it was chosen by."""

    model: Model
    training: Sequence[Page]
    training_rows: int
    out_of_fold: Sequence[Judged]
    threshold: float
    tried: Mapping[float, float]


@dataclass(frozen=True)
class Trained:
    model: Model
    file: bytes
    held_out_file: bytes
    """The model that the held-out hosts judged: the same one, unless it was trained again on these."""
    card: dict[str, Any]


def train(
    sets: Sequence[Path], settings: Settings, say: Say = lambda _line: None, *, unseen: Sequence[Path] = ()
) -> Trained:
    """Train on gold sets, each FOLDER/NAME without the files' endings. Raises WinnowError with the next action.

    No page is trained on whose host occurs in the sets `unseen`, by which the model will be judged.
    """
    paths = [set_path(path) for path in sets]
    rows = [row for path in paths for row in read_set(path)]
    say(f"{len(rows):,} pages with gold in {len(paths)} set(s)")
    kept_away = {set_path(path): hosts_of(set_path(path)) for path in unseen}
    hosts: frozenset[str] = frozenset().union(*kept_away.values())
    pages = list(
        prepare_pages(rows, held_out=settings.held_out, folds=settings.folds, seed=settings.seed, unseen=hosts)
    )
    held_out = [page for page in pages if page.part == HELD_OUT]
    first = fitted = _fit([page for page in pages if page.part != HELD_OUT], settings, say)
    if settings.refit:
        say("once more, on the held-out hosts as well")
        fitted = _fit([in_fold(page, settings) for page in pages if page.row.host not in hosts], settings, say)
    facts = Facts(
        sets=paths,
        rows=rows,
        training=fitted.training,
        held_out=held_out,
        out_of_fold_kept=[judged.kept(fitted.threshold) for judged in fitted.out_of_fold],
        held_out_kept=[_judge(page, first.model).kept(first.threshold) for page in held_out],
        threshold=fitted.threshold,
        tried=fitted.tried,
        training_rows=fitted.training_rows,
        kept_away={path.name: len(found & {row.host for row in rows}) for path, found in kept_away.items()},
        seed=settings.seed,
        folds=settings.folds,
        held_out_share=settings.held_out,
        refit=settings.refit,
        boosting=settings.boosting,
        augmentation=settings.augmentation,
    )
    data = write(fitted.model)
    return Trained(fitted.model, data, write(first.model), make_card(facts, fitted.model, data))


def in_fold(page: Page, settings: Settings) -> Page:
    """The page as one to train on, whether its host is held out or not."""
    return replace(page, part=fold(page.row.host, settings.folds, settings.seed))


def _fit(training: Sequence[Page], settings: Settings, say: Say) -> Fitted:
    if len(training) < MIN_PAGES:
        raise WinnowError(f"{len(training)} pages to train on, at least {MIN_PAGES} are needed: name more gold sets")
    lexicons = _lexicons(training, settings.folds)
    examples = _rows(training, lexicons, settings)
    say(f"{len(training):,} pages to train on, {len(examples.y):,} of their blocks and copies of blocks")
    out_of_fold = _out_of_fold(training, examples, settings, say)
    tried = _tried(out_of_fold)
    threshold = _best(tried)
    say("training the model")
    parameters = replace(settings.boosting, seed=settings.seed)
    boosted = boosting.train(examples.features, examples.y, examples.weight, parameters)
    full = lexicons[HELD_OUT]
    model = Model(
        features=tuple(NAMES),
        forest=boosted.forest,
        scale=boosted.scale,
        threshold=round(threshold * boosted.scale),
        hashes=full.hashes,
        values=full.values,
        settings={name: threshold + shift for name, shift in FAVOR.items()},
    )
    return Fitted(model, training, len(examples.y), out_of_fold, threshold, tried)


def set_path(path: Path) -> Path:
    """FOLDER/NAME of a gold set, also where one of its two files is named."""
    for suffix in (GOLD_SUFFIX, PAGES_SUFFIX):
        if path.name.endswith(suffix):
            return path.with_name(path.name.removesuffix(suffix))
    return path


def _lexicons(training: Sequence[Page], folds: int) -> dict[int, Lexicon]:
    """The lexicon without each fold, by fold; that of all at HELD_OUT."""
    hosts = lexicon.by_host([page.words for page in training], [page.row.host for page in training])
    part = {page.row.host: page.part for page in training}
    return {
        left_out: lexicon.make([words for host, words in hosts.items() if part[host] != left_out])
        for left_out in (HELD_OUT, *range(folds))
    }


def _rows(training: Sequence[Page], lexicons: Mapping[int, Lexicon], settings: Settings) -> Rows:
    chosen = settings.augmentation
    tables = {part: _table(words) for part, words in lexicons.items()}
    found, y, weight, part = [], [], [], []
    for number in range(chosen.copies + 1):
        for page in training:
            blocks = page.blocks
            if number:
                blocks = copy(blocks, page.row.id, number, settings.seed, chosen)
            found.append(features(blocks, *tables[page.part]))
            y.append(page.labels.positive)
            weight.append(page.labels.weight * np.float32(chosen.weight if number else 1))
            part.append(np.full(len(page.labels.positive), page.part, np.int64))
    first = np.concatenate(found[: len(training)])
    key = xxhash.xxh3_64_intdigest(f"{settings.seed}\0extractor rows".encode())
    kept, weights = thin(np.concatenate(weight), settings.rows, key)
    return Rows(first, np.concatenate(found)[kept], np.concatenate(y)[kept], weights, np.concatenate(part)[kept])


def _out_of_fold(training: Sequence[Page], rows: Rows, settings: Settings, say: Say) -> list[Judged]:
    """Each page as the model of the other folds sees it."""
    ends = np.cumsum([len(page.blocks.rows) for page in training])
    found: dict[int, Judged] = {}
    for left_out in range(settings.folds):
        say(f"fold {left_out + 1} of {settings.folds}")
        mine = [i for i, page in enumerate(training) if page.part == left_out]
        seen = rows.part != left_out
        parameters = replace(settings.boosting, seed=settings.seed)
        boosted = boosting.train(rows.features[seen], rows.y[seen], rows.weight[seen], parameters)
        for i in mine:
            own = rows.first[ends[i] - len(training[i].blocks.rows) : ends[i]]
            found[i] = Judged(training[i], own, score(boosted.forest, own), boosted.scale)
    return [found[i] for i in range(len(training))]


def _judge(page: Page, model: Model) -> Judged:
    own = features(page.blocks, *model.lexicon)
    return Judged(page, own, score(model.forest, own), model.scale)


def _tried(out_of_fold: Sequence[Judged]) -> dict[float, float]:
    """At each of THRESHOLDS, on training articles: the mean of the F1 of texts and of the F1 of snippets of each set,
    as far as its gold has them. Each counts the same, since each is asked for.
    """
    sets: dict[str, list[Judged]] = {}
    for judged in out_of_fold:
        if judged.page.is_article:
            sets.setdefault(judged.page.row.set, []).append(judged)
    found = {}
    for at in THRESHOLDS:
        scores = [total(judged.page.score(judged.kept(at)) for judged in articles) for articles in sets.values()]
        measures = [measure for score in scores for measure in (score.f1, score.snippet_f1) if measure is not None]
        found[at] = sum(measures) / max(len(measures), 1)
    return found


def _best(tried: Mapping[float, float]) -> float:
    """The middle of the thresholds that score within PLATEAU of the best: the top is flat, and its peak is chance."""
    top = [at for at in THRESHOLDS if tried[at] >= max(tried.values()) - PLATEAU]
    return round((min(top) + max(top)) / 2, 2)


def _table(words: Lexicon) -> tuple[npt.NDArray[np.uint32], Float32Array]:
    return build_table(words.hashes, lexicon_values(words.values))
