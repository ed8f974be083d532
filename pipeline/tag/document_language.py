"""Language of a document: lid.176 on its beginning, a second opinion where that is doubtful, and what else it holds.

1. lid.176 reads the first 1,000 characters (`pipeline.tag.language`). Its word stands where its score is at least SURE
   and the language is neither one that it takes for a neighbour's nor one that is never written in the text's script.
2. A sure word for one of some neighbours (`neighbours.GROUPS`) is changed among these alone, by a softmax of our own
   for just them (`pipeline.tag.neighbours`, first OPINION_CHARS characters).
   Elsewhere the log probabilities of lid.176 and of our own softmax over all languages are added up, among the
   languages of the script, and the best sum wins; which of a group it is, that group's softmax says. The score is the
   probability by the weighted mean of the two.
3. Stretches of WINDOW_BYTES through the text, one for every STRIDE_BYTES behind the beginning, are tagged alone:
   a document is mixed when a second language has MIN_SHARE of them. A beginning with a score below MIXED_BELOW, or
   with letters of two scripts, is cut into stretches too.
4. `uncertain`: of development texts of its length with such a score less than 95 % were right (UNCERTAIN_BELOW).

benchmarks/languages.py, on text that the model was not trained on, lid.176 alone and this: sentences .894 and .966;
documents of 100 words made of such sentences .938 and .996 (what is left is Bosnian against Croatian); 46 crawled pages
whose gold label, a model's, has .9 and more, 1 and 1 (all 68 of them, in an earlier state, .912 and .912); translations
of the Universal Declaration .773 and .841 (Occitan, Romansh, Walloon, Scots and others that neither model knows well).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.arrow import Bytes, Offsets, string_array
from pipeline.kernels.label_tree import LOWEST, log_probabilities, predict
from pipeline.kernels.scripts import pieces
from pipeline.kernels.symbols import string_buffers
from pipeline.recipe.languages import LID_176
from pipeline.tag.language import (
    DECIMALS,
    MAX_CHARS,
    UNDETERMINED,
    LanguageModel,
    detect_heads,
    frozen,
    in_small_letters,
    load,
)  # fmt: skip
from pipeline.tag.neighbours import GROUPS, load_neighbours
from pipeline.tag.scripts import NO_SCRIPT, SCRIPTS, allowed, count_letters, main_script, one_script

SURE = 0.9
OPINION_CHARS = 2000
OPINION_WEIGHT = 3.0
"""What a nat of our own model counts for, in nats of lid.176's."""
UNKNOWN_PENALTY = 6.0
"""Nats by which lid.176 alone must prefer a language that our own model does not have."""

_RELATIVES = """
ceb:tl war:tl pam:tl pnb:ur arz:ar mzn:fa azb:fa lrc:fa bh:hi mai:hi new:ne dty:ne gom:mr co:it wa:fr bar:de als:de
pfl:de nds:de vls:nl an:es mwl:pt su:id rue:uk hif:hi
"""
RELATIVES = dict(pair.split(":") for pair in _RELATIVES.split())
"""A language that our own model does not have: one that it would take it for. Between the two lid.176 decides."""

ALIKE = tuple(
    frozenset(group.split())
    for group in ("id ms jv su min", "bs hr sh sr sl", "no nn da", "af nl li vls", "cs sk", "az tr", "hi bh mai sa")
)
"""Languages that lid.176 takes for one another: no document is mixed of two of them."""
POOLED = tuple(tuple(group.split()) for group in ("id ms", "bs hr sh sr", "no nn da", "af nl"))
"""Languages among which only our own model chooses: lid.176 tells how probable they are together."""
POOL_OF = {label: pool[0] for pool in POOLED for label in pool}
_SERBO_CROATIAN = next(group for group in GROUPS if "hr" in group)
GROUP_OF = {label: group for group in GROUPS for label in group} | {"sh": _SERBO_CROATIAN}
"""Languages that are looked at again although lid.176 is sure, and among which ones."""
FLOOR = 1e-4
"""The least probability that lid.176 is taken to give what it does not name."""
MACRO = ("sh",)
"""No label of ours: lid.176 says `sh` of Bosnian, Croatian and Serbian alike, and the opinion names one of these."""

WINDOW_BYTES, STRIDE_BYTES, MAX_WINDOWS = 240, 1500, 8
HEAD_WINDOWS, MIN_HEAD_BYTES = 4, 400
MIXED_BELOW = 0.8
WINDOW_SCORE = 0.7  # lower ones say nothing
MIN_SHARE = 0.1
MOST = 0.5  # a larger share makes the second language the first

_MANY_LANGUAGES = [SCRIPTS.index(name) for name in ("Latn", "Cyrl", "Arab", "Deva")]

UNCERTAIN_LETTERS = (20, 40, 80, 160)
UNCERTAIN_BELOW = (0.95, 0.5, 0.5, 0.6, 0.5)
"""Scores by length: below 20 letters, below 40, ..., from 160 on."""

SCHEMA = pa.schema(
    [
        pa.field("language", pa.string()),
        pa.field("language_score", pa.float32()),
        pa.field("script", pa.string()),
        pa.field("second_language", pa.string()),
        pa.field("second_language_share", pa.float32()),
        pa.field("language_uncertain", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class _Texts:
    """Texts without white space before them: all of each, and the first MAX_CHARS characters."""

    whole: pa.Array
    data: Bytes
    offsets: Offsets
    head_data: Bytes
    head_offsets: Offsets


def tag_document_languages(texts: pa.Array, model: str | Path | LanguageModel) -> pa.RecordBatch:
    """A batch of SCHEMA, one row a text.

    A null, empty or letterless text is "und" with score 0, script Zyyy, uncertain. `second_language` and its share (of
    the text's bytes, by the stretches that were read) are null where there is none. A model other than lid.176 decides
    alone.
    """
    if not isinstance(model, LanguageModel):
        model = load(model)
    whole = pc.utf8_ltrim_whitespace(texts.fill_null(""))
    read = _Texts(whole, *string_buffers(whole), *string_buffers(pc.utf8_slice_codeunits(whole, 0, MAX_CHARS)))
    found = detect_heads(read.head_data, read.head_offsets, model)
    names = np.array([name for name, _ in found], dtype=object)
    scores = np.array([score for _, score in found], np.float64)
    letters = count_letters(read.data, read.offsets)
    script = main_script(letters)
    seconds: list[str | None] = [None] * len(whole)
    shares: list[float | None] = [None] * len(whole)
    if model.tree is not None and set(model.labels) == set(LID_176):
        _decide_again(read, names, scores, script, model)
        for row, (name, share, score) in _second_languages(read, names, scores, one_script(letters), model).items():
            if share > MOST:
                names[row], scores[row], name, share = name, score, names[row], round(1 - share, DECIMALS)
            seconds[row], shares[row] = name, share
    limits = np.array(UNCERTAIN_BELOW)[np.searchsorted(UNCERTAIN_LETTERS, letters.sum(axis=1), side="right")]
    return pa.RecordBatch.from_arrays(
        [
            pa.array(names.tolist(), pa.string()),
            pa.array(scores, pa.float32()),
            pa.array(np.array((*SCRIPTS, NO_SCRIPT), dtype=object)[script].tolist(), pa.string()),
            pa.array(seconds, pa.string()),
            pa.array(shares, pa.float32()),
            pa.array(scores < limits, pa.bool_()),
        ],
        schema=SCHEMA,
    )


def _decide_again(
    read: _Texts,
    names: npt.NDArray[np.object_],
    scores: npt.NDArray[np.float64],
    script: npt.NDArray[np.int64],
    model: LanguageModel,
) -> None:
    """Write the second decision over the first, where that is in doubt."""
    numbers = {label: number for number, label in enumerate(model.labels)}
    written = allowed(tuple(model.labels))
    told = names != UNDETERMINED
    sure = told & (scores >= SURE) & written[script, [numbers.get(name, 0) for name in names.tolist()]]
    kin = {row: group for row in np.flatnonzero(sure).tolist() if (group := GROUP_OF.get(names[row])) is not None}
    unsure = np.flatnonzero(told & ~sure)
    if unsure.size:
        names[unsure], scores[unsure] = _among_all(read, unsure, script[unsure], model)
    for softmax in load_neighbours().groups:
        rows = np.array([row for row, group in kin.items() if group == softmax.labels], np.int64)
        if not rows.size:
            continue
        # lid.176 has a say between pools of languages, and none within them.
        same = np.array(
            [[POOL_OF.get(label, label) == POOL_OF.get(name, name) for label in softmax.labels] for name in names[rows]]
        )
        sums = np.log(np.where(same, scores[rows, None], 1 - scores[rows, None] + FLOOR))
        sums = (sums + OPINION_WEIGHT * softmax.log_probabilities(*_small_letters(read, rows))) / (1 + OPINION_WEIGHT)
        sums[~written[script[rows]][:, [numbers[label] for label in softmax.labels]]] = 4 * LOWEST
        names[rows], scores[rows] = _best(sums, softmax.labels)


def _among_all(
    read: _Texts, rows: npt.NDArray[np.int64], script: npt.NDArray[np.int64], model: LanguageModel
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """(names, scores) of some rows, by lid.176 and our own model together."""
    assert model.tree is not None
    labels = tuple(model.labels)
    numbers = {label: number for number, label in enumerate(labels)}
    ours, (data, offsets) = load_neighbours(), _small_letters(read, rows)
    heads = pc.utf8_slice_codeunits(read.whole.take(pa.array(rows)), 0, MAX_CHARS)
    sums = log_probabilities(*in_small_letters(*string_buffers(heads)), model.tree).astype(np.float64)
    opinion = np.full(sums.shape, -UNKNOWN_PENALTY / OPINION_WEIGHT)
    opinion[:, [numbers[label] for label in ours.labels]] = ours.whole.log_probabilities(data, offsets)
    for label, relative in RELATIVES.items():
        if label not in ours.labels:
            opinion[:, numbers[label]] = np.maximum(opinion[:, numbers[label]], opinion[:, numbers[relative]])
    for pool in POOLED:
        columns = [numbers[label] for label in pool]
        sums[:, columns] = np.log(np.exp(sums[:, columns]).sum(axis=1, keepdims=True))
    never = ~allowed(labels)[script]
    never[:, [numbers[label] for label in MACRO]] = True

    def added(some: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        both = (sums[some] + OPINION_WEIGHT * opinion[some]) / (1 + OPINION_WEIGHT)
        return np.where(never[some], 4 * LOWEST, both)

    names, scores = _best(added(np.arange(len(rows))), labels)
    for softmax in ours.groups:
        mine = np.flatnonzero(np.isin(names.astype(str), softmax.labels))
        if mine.size:  # our own model tells how probable the group is, and the group's own which of it
            places = np.ix_(mine, np.array([numbers[label] for label in softmax.labels]))
            together = np.log(np.exp(opinion[places]).sum(axis=1, keepdims=True))
            cut = _cut(data, offsets[:-1][mine].astype(np.int64), offsets[1:][mine].astype(np.int64))
            opinion[places] = together + softmax.log_probabilities(*cut)
            names[mine], scores[mine] = _best(added(mine), labels)
    return names, scores


def _small_letters(read: _Texts, rows: npt.NDArray[np.int64]) -> tuple[Bytes, Offsets]:
    """What our own model reads of some rows."""
    return string_buffers(pc.utf8_lower(pc.utf8_slice_codeunits(read.whole.take(pa.array(rows)), 0, OPINION_CHARS)))


def _best(
    sums: npt.NDArray[np.float64], labels: Sequence[str]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """(the best label of each row, its probability)."""
    sums = np.round(sums, DECIMALS)  # the last bits differ between processors; of equals, the first by name
    order = np.argsort(np.array(labels), kind="stable")
    best = order[sums[:, order].argmax(axis=1)]
    high = sums.max(axis=1, keepdims=True)
    return np.array(labels, dtype=object)[best], np.round(1 / np.exp(sums - high).sum(axis=1), DECIMALS)


def _second_languages(
    read: _Texts,
    names: npt.NDArray[np.object_],
    scores: npt.NDArray[np.float64],
    pure: npt.NDArray[np.bool_],
    model: LanguageModel,
) -> dict[int, tuple[str, float, float]]:
    """Of mixed documents, by row: (second language, its share, mean score of its stretches)."""
    assert model.tree is not None
    head_bytes = np.diff(read.head_offsets).astype(np.int64)
    rest = np.diff(read.offsets).astype(np.int64) - head_bytes
    some = names != UNDETERMINED
    behind = np.where(some, np.minimum((rest + STRIDE_BYTES // 2) // STRIDE_BYTES, MAX_WINDOWS), 0)
    split = some & ((scores < MIXED_BELOW) | ~pure) & (head_bytes >= MIN_HEAD_BYTES)
    first = read.offsets[:-1].astype(np.int64)
    rows, starts, stops, weights = (
        np.concatenate(both)
        for both in zip(
            _windows(first, head_bytes, np.where(split, HEAD_WINDOWS, 0)),
            _windows(first + head_bytes, rest, behind),
            strict=True,
        )
    )
    if not len(rows):
        return {}
    data, offsets = _cut(read.data, starts, stops)
    numbers, probabilities = predict(*in_small_letters(data, offsets), model.tree, WINDOW_SCORE)
    script = main_script(count_letters(data, offsets))
    written = allowed(tuple(model.labels))
    totals = np.where(split, 0, head_bytes).astype(np.float64)
    places = [
        place
        for place, (row, label) in enumerate(zip(rows.tolist(), numbers[:, 0].tolist(), strict=True))
        if label >= 0
        and probabilities[place, 0] >= WINDOW_SCORE
        and written[script[place], label]
        and model.labels[label] != names[row]
        and not any(model.labels[label] in group and names[row] in group for group in ALIKE)
    ]
    bounds = offsets.astype(np.int64)
    confirmed = _confirmed(
        *_cut(data, bounds[:-1][places], bounds[1:][places]),
        [model.labels[number] for number in numbers[places, 0].tolist()],
        np.isin(script[places], _MANY_LANGUAGES).tolist(),
    )
    votes: dict[int, dict[str, list[float]]] = {}
    totals += np.bincount(rows, weights, len(totals))
    for place, agreed in zip(places, confirmed, strict=True):
        if agreed:
            row, name = int(rows[place]), model.labels[int(numbers[place, 0])]
            vote = votes.setdefault(row, {}).setdefault(name, [0.0, 0.0])
            vote[0] += float(weights[place])
            vote[1] += float(weights[place]) * min(float(probabilities[place, 0]), 1.0)
    found = {}
    for row, of_row in votes.items():
        name, (weight, scored) = min(of_row.items(), key=lambda item: (-item[1][0], item[0]))
        share = round(weight / float(totals[row]), DECIMALS)
        if share >= MIN_SHARE:
            found[row] = (name, share, round(scored / weight, DECIMALS))
    return found


def _confirmed(data: Bytes, offsets: Offsets, names: list[str], doubtful: list[bool]) -> list[bool]:
    """Whether our own model says the same of each stretch, or the relative of a language that it does not have; where
    the script is one of a few languages (not `doubtful`) it is not asked about those that it does not have.
    """
    if not names:
        return []
    ours = load_neighbours()
    small = pc.utf8_lower(string_array(data, offsets))
    best = ours.whole.log_probabilities(*string_buffers(small)).argmax(axis=1).tolist()
    found = []
    for number, name, asked in zip(best, names, doubtful, strict=True):
        wanted = name if name in ours.labels else RELATIVES.get(name)
        found.append(ours.labels[number] == wanted if wanted or asked else True)
    return found


def _cut(data: Bytes, starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]) -> tuple[Bytes, Offsets]:
    """`pieces`, marked as Arrow's own buffers are."""
    found, offsets = pieces(data, starts, stops)
    found.flags.writeable = False
    return found, frozen(offsets)


def _windows(
    first: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """(rows, starts, stops, bytes that each stands for) of stretches in the middle of equal parts of a text."""
    rows = np.repeat(np.arange(len(first)), counts)
    nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    part = lengths[rows] / np.maximum(counts[rows], 1)
    size = np.minimum(part.astype(np.int64), WINDOW_BYTES)
    starts = first[rows] + ((nth + 0.5) * part).astype(np.int64) - size // 2
    return rows, starts, starts + size, part
