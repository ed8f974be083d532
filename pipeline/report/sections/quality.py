"""Quality: the classifiers' cards, what their policies kept, and scores by source."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline.report.charts import Part, legend
from pipeline.report.figures import Figures
from pipeline.report.histogram import Overlay, histogram
from pipeline.report.markup import count, details, escape, figure, number, plural, section, share, table
from pipeline.report.stage_figures import Buckets, PolicyRow, QualityModel

BINS_A_COLUMN = 2
MIN_DOCUMENTS = 10  # in a column, before its share of kept ones says anything
CHARTS_SHOWN = 12
_QUARTERS = ((0.0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.0, "1"))

_SIDES = (("positive", "kept"), ("negative", "dropped"))
_CLASS_COLUMNS = {
    "documents": "Documents",
    "without_words": "Without words",
    "trained_documents": "Trained on",
    "trained_chars": "Characters",
    "held_out_documents": "Held out",
}
# Of the card, what is told in words, tables and charts of their own.
_TOLD = (
    "model", "auc", "precision_at_half", "recall_at_half", "data", "scores",
    "precision_recall", "calibration", "confusions", "confounds", "label_noise",
)  # fmt: skip

# Cards of the first versions of Winnow do not have these.
_LATER = frozenset({"precision_recall", "calibration", "confusions"})

# Chance to stay by score and the policy's parameter; `top` has a threshold that follows from the scores.
_CHANCES: dict[str, Callable[[float, float], float]] = {
    "pareto": lambda score, alpha: (2 - score) ** -alpha,  # GPT-3 (arXiv:2005.14165), Appendix A
    "match": lambda score, alpha: (2 - score) ** -alpha,
    "proportional": lambda score, _: score,
    "threshold": lambda score, threshold: float(score >= threshold),
}
_NAMES = {
    "pareto": "pareto: a document stays with a chance of (2 − score)^−alpha",
    "match": "match: pareto with the alpha at which kept documents score most like held-out positive ones",
    "proportional": "proportional: a document stays with a chance of its score",
    "threshold": "threshold: scores at or above it stay",
    "top": "top: the best fraction stays",
    "max_rank": "max_rank: each model cuts its ranking of a source into buckets of equal size; the highest bucket that "
    "any model gives a document decides, and its score here is that bucket divided by their number",
}


def quality(figures: Figures) -> str:
    """One histogram a source, a table of policies, and a card a classifier."""
    found = figures.quality
    if found is None:
        return ""
    charts = [_chart(row) for row in found.policies]
    keys = [("kept", "kept"), ("dropped", "not kept"), ("dot", "share kept (right axis)")]
    if any(row.policy in _CHANCES for row in found.policies):
        keys.append(("curve", "chance that the policy gives (right axis)"))
    shown = f'<div class="pair">{"".join(charts[:CHARTS_SHOWN])}</div>' if charts else ""
    more = f'<div class="pair">{"".join(charts[CHARTS_SHOWN:])}</div>' if charts[CHARTS_SHOWN:] else ""
    used = sorted({row.policy for row in found.policies})
    notes = "; ".join(_NAMES.get(policy, policy) for policy in used)
    body = (
        _policies(found.policies)
        + (f'<p class="note">{escape(notes)}.</p>' if notes else "")
        + (legend(keys) if charts else "")
        + shown
        + details(plural(len(charts) - CHARTS_SHOWN, "more source"), more)
        + "".join(_buckets(row.source, row.buckets) for row in found.policies if row.buckets is not None)
        + details("Scores as a table", _scores(found.policies))
        + "".join(_card(model) for model in found.models)
    )
    lead = "Each document of these sources has a score from 0 to 1; a policy decides by it, and by a hash of its id."
    return section("quality", "Quality", body, lead)


def _policies(rows: tuple[PolicyRow, ...]) -> str:
    return table(
        "What the policies kept",
        ["Source", "Classifier", "Policy", "Parameter", "Documents", "Kept", "Expected share", "Realised share"],
        [
            (row.source, row.model, row.policy, number(row.parameter), count(row.documents), count(row.kept),
             share(row.expected, 1.0), share(row.realised, 1.0))
            for row in rows
        ],
        text_columns=3,
    )  # fmt: skip


def _buckets(source: str, found: Buckets) -> str:
    """Documents by bucket, and how far the models agree on those that stayed."""
    stayed = sum(found.documents[found.least :])
    models = [
        (row.name, row.model, count(row.kept), share(row.kept, stayed), count(row.kept_alone)) for row in found.models
    ]
    head = ["Model", "Classifier", "Would keep", "Of what stayed", "Alone"]
    agree = f"{count(found.kept_by_all)} of {plural(stayed, 'document')} that stayed are kept by every model."
    rows = [(bucket, count(documents), "yes" if bucket >= found.least else "no")
            for bucket, documents in enumerate(found.documents)]  # fmt: skip
    return (
        table(f"{source}: what each model would have kept", head, models, text_columns=2)
        + f'<p class="note">{escape(agree)}</p>'
        + details(
            f"{source}: documents by bucket", table("By the highest bucket", ["Bucket", "Documents", "Kept"], rows)
        )
    )


def _columns(row: PolicyRow) -> Iterator[tuple[float, float, int, int]]:
    """(lower end, upper end, documents, kept) of each column."""
    bins = len(row.scores)
    for first in range(0, bins, BINS_A_COLUMN):
        part = slice(first, first + BINS_A_COLUMN)
        yield first / bins, min(first + BINS_A_COLUMN, bins) / bins, sum(row.scores[part]), sum(row.kept_scores[part])


def _chart(row: PolicyRow) -> str:
    columns, dots = [], []
    for place, (low, high, documents, kept) in enumerate(_columns(row)):
        what = f"with a score from {low:.2f} to {high:.2f}"
        columns.append(
            (
                Part(kept, "kept", f"{count(kept)} kept {what}"),
                Part(documents - kept, "dropped", f"{count(documents - kept)} not kept {what}"),
            )
        )
        if documents >= MIN_DOCUMENTS:
            ratio = kept / documents
            dots.append((place + 0.5, ratio, f"{share(kept, documents)} of {count(documents)} kept {what}"))
    ticks = [(place * len(columns), text) for place, text in _QUARTERS]
    overlay = Overlay(_curve(row), tuple(dots))
    label = f"Histogram of the scores of {row.source}; a table below has its numbers"
    drawn = histogram(columns, ticks, "score", label, overlay)
    return figure(f"{row.source}: {count(row.kept)} of {plural(row.documents, 'document')} kept", drawn)


def _curve(row: PolicyRow) -> tuple[float, ...]:
    if row.policy not in _CHANCES:
        return ()
    parameter = row.parameter if row.parameter is not None else 0.0
    return tuple(_CHANCES[row.policy](i / 100, parameter) for i in range(101))


def _scores(rows: tuple[PolicyRow, ...]) -> str:
    if not rows:
        return ""
    columns = [list(_columns(row)) for row in rows]
    head = ["Score"]
    for row in rows:
        head += [row.source, "kept"]
    body = []
    for some in zip(*columns, strict=True):
        if any(documents for _, _, documents, _ in some):
            cells: list[object] = [f"{some[0][0]:.2f} to {some[0][1]:.2f}"]
            for _, _, documents, kept in some:
                cells += [count(documents), count(kept)]
            body.append(cells)
    return table("Documents by score, and those that stayed", head, body)


def _card(model: QualityModel) -> str:
    """How good the classifier is on what it has not seen, what it was made from, and the rest of its card."""
    card = model.card
    held_out = card["split"]["held_out"]
    lead = (
        f"AUC {_value(card['auc'])} on {plural(sum(held_out.values()), 'held-out document')} "
        f"({count(held_out['positive'])} positive, {count(held_out['negative'])} negative). "
        f"Calling scores from 0.5 good: precision {_value(card['precision_at_half'])}, "
        f"recall {_value(card['recall_at_half'])}."
    )
    rows = [
        (side, source, card["split"]["by_source"][source], *(count(facts[name]) for name in _CLASS_COLUMNS))
        for side, sources in card["data"].items()
        for source, facts in sources.items()
    ]
    head = ["Class", "Source", "Held out by", *_CLASS_COLUMNS.values()]
    data = table("What it was made from", head, rows, text_columns=3)
    rest = {name: value for name, value in card.items() if name not in _TOLD}
    facts = table(f"The card of {model.model}", ["What", "Value"], _flat(rest), text_columns=2, wide=True)
    note = f"Held out: {share(card['split']['held_out_share'], 1.0)}; {card['split']['note']}."
    return (
        f"<h3>Classifier {escape(model.model)}</h3><p>{escape(lead)} Digest of its file: "
        f'<code>{escape(card["digest"])}</code>.</p><p class="note">{escape(note)}</p>'
        f"{_held_out(card)}{data}{details('Precision, recall and calibration', _curves(card))}"
        f"{details('Held-out documents on the wrong side of one half', _confusions(card))}"
        f"{_confounds(card)}{details('Labels that were contradicted', _label_noise(card))}"
        f"{details('The rest of its card', facts)}"
    )


def _curves(card: Mapping[str, Any]) -> str:
    """Precision and recall by the least score, and how often a score is right; nothing for a card without them."""
    if not _LATER.issubset(card):
        return ""
    points = [
        (_value(row["score"]), _value(row["precision"]), _value(row["recall"])) for row in card["precision_recall"]
    ]
    bins = [
        (_value(row["from"]), count(row["documents"]), _value(row["mean_score"]), _value(row["share_good"]))
        for row in card["calibration"]
    ]
    return table("Calling held-out documents good from a score on", ["Score", "Precision", "Recall"], points) + table(
        "Share of good ones among held-out documents, both classes weighing the same",
        ["Score from", "Documents", "Mean score", "Share good"],
        bins,
    )


def _confusions(card: Mapping[str, Any]) -> str:
    if not _LATER.issubset(card):
        return ""
    return _texts("The farthest off", card["confusions"])


def _texts(title: str, shown: Mapping[str, Any]) -> str:
    rows = [
        (name.replace("_", " "), row["source"], _value(row["score"]), row["text"])
        for name, found in shown.items()
        for row in found
    ]
    head = ["What", "Source", "Score", "Text in plain form"]
    return table(title, head, rows, text_columns=4, wide=True) if rows else "<p>None.</p>"


def _confounds(card: Mapping[str, Any]) -> str:
    """How far length, language and charset alone tell the classes apart, and the scores where these are alike."""
    rows = [
        (name, _value(row["auc_alone"]), _value(row["auc_among_alike"]), _value(row["pairs"]))
        for name, row in card.get("confounds", {}).items()
    ]
    head = ["Property", "AUC of it alone", "AUC of scores among alike", "Share of pairs"]
    return table("What else tells the classes apart", head, rows) if rows else ""


def _label_noise(card: Mapping[str, Any]) -> str:
    """Documents left out of training because a model of the others contradicts their label."""
    found = card.get("label_noise")
    if found is None:
        return ""
    rows = [(source, count(row["documents"]), count(row["dropped"])) for source, row in found["by_source"].items()]
    title = f"Left out: a chance below {_value(found['drop_contradicted'])} of their own label"
    return table(title, ["Source", "Could be trained on", "Left out"], rows) + _texts("Examples", found["dropped"])


def _held_out(card: Mapping[str, Any]) -> str:
    """The scores of held-out documents of both classes, one over the other."""
    totals = {
        side: [sum(bins) for bins in zip(*(card["scores"][source] for source in sources), strict=True)]
        for side, sources in card["data"].items()
    }
    if not all(totals.values()):
        return ""
    columns = []
    for first in range(0, len(totals["positive"]), BINS_A_COLUMN):
        part = slice(first, first + BINS_A_COLUMN)
        what = f"with a score from {first / 100:.2f} to {(first + BINS_A_COLUMN) / 100:.2f}"
        columns.append(
            tuple(
                Part(sum(totals[side][part]), css, f"{count(sum(totals[side][part]))} {side} {what}")
                for side, css in _SIDES
            )
        )
    ticks = [(place * len(columns), text) for place, text in _QUARTERS]
    keys = legend([(css, side) for side, css in _SIDES])
    drawn = histogram(columns, ticks, "score", "Histogram of the scores of held-out documents of both classes")
    return figure("Scores of held-out documents", keys + drawn)


def _flat(card: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in card.items():
        title = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{title}: ")
        else:
            yield title.replace("_", " "), _value(value)


def _value(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value) or "–"
    return str(value)
