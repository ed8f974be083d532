"""What training will see: the mixture asked, planned and written, and the shards."""

from collections.abc import Callable

from pipeline.report.charts import Bar, Part, groups, legend
from pipeline.report.figures import Figures, MixtureFigures, MixtureRow
from pipeline.report.markup import count, details, escape, figure, section, share, size, table

FILES_SHOWN = 64
_KINDS: tuple[tuple[str, str, Callable[[MixtureRow], float]], ...] = (
    ("asked", "asked", lambda row: row.weight_asked),
    ("planned", "planned", lambda row: row.weight_planned),
    ("realised", "in the shards", lambda row: row.weight_realised),
)


def mixture(figures: Figures) -> str:
    """Weights asked against planned against realised."""
    found = figures.mixture
    if found is None:
        return ""
    lead = (
        f"{count(found.target_tokens)} of the {count(found.budget_tokens)} tokens asked were planned, "
        f"{count(found.realised_tokens)} stand in the training shards"
    )
    keys = [(css, name) for css, name, _ in _KINDS]
    chart = figure("Share of training tokens", legend(keys) + _bars(found))
    notes = "".join(f"<li>{escape(note)}</li>" for note in found.notes)
    remarks = f'<div class="remarks"><ul>{notes}</ul></div>' if notes else ""
    body = chart + remarks + _table(found) + _copies(found)
    return section("mixture", "Mixture", body, escape(lead + "."))


def _bars(found: MixtureFigures) -> str:
    """Three bars a group, all on one scale."""
    shares = [[value(row) for _, _, value in _KINDS] for row in found.groups]
    highest = max((weight for row in shares for weight in row), default=0.0)
    rows = []
    for group, weights in zip(found.groups, shares, strict=True):
        some = [
            Bar(name, share(weight, 1.0), (Part(weight, css, f"{group.group}, {name}: {share(weight, 1.0)}"),))
            for (css, name, _), weight in zip(_KINDS, weights, strict=True)
        ]
        rows.append((group.group, some))
    return groups(rows, highest or 1.0)


def _table(found: MixtureFigures) -> str:
    rows = []
    for row in found.groups:
        limit = f"{row.max_epochs:g}{', reached' if row.capped else ''}"
        rows.append(
            (row.group, share(row.weight_asked, 1.0), share(row.weight_planned, 1.0), share(row.weight_realised, 1.0),
             count(row.unique_tokens), count(row.target_tokens), count(row.realised_tokens), f"{row.epochs:.2f}", limit)
        )  # fmt: skip
    return table(
        f"The mixture by {found.by}; shares are of training tokens",
        [
            found.by.capitalize(),
            "Asked",
            "Planned",
            "In shards",
            "Unique tokens",
            "Planned tokens",
            "Tokens in shards",
            "Epochs",
            "Cap",
        ],
        rows,
    )


def _copies(found: MixtureFigures) -> str:
    """How often documents are seen, by the copies that the sizes of their groups of duplicates give them."""
    rows = [
        (row.group, count(one.copies), count(one.unique_tokens), count(one.target_tokens), f"{one.epochs:.2f}")
        for row in found.groups
        for one in row.copies
    ]
    if not rows:
        return ""
    title = "Rehydration: documents by the copies that the size of their group of near-duplicates gives them"
    return table(title, [found.by.capitalize(), "Copies", "Unique tokens", "Planned tokens", "Times seen"], rows)


def shards(figures: Figures) -> str:
    """The token files."""
    found = figures.shards
    if found is None:
        return ""
    rows = [
        (row.file, row.split, count(row.sequences), count(row.tokens), size(row.bytes))
        for row in found.files[:FILES_SHOWN]
    ]
    lead = (
        f"{count(sum(row.sequences for row in found.files))} sequences of {count(found.seq_len_tokens)} tokens, "
        f"{found.dtype}, "
        f"vocabulary {count(found.vocab_size)}, tokenizer {found.tokenizer_hash}. "
        f"{count(found.left_out_tokens)} training tokens fell off at the ends of shards."
    )
    shown = table("Shards", ["File", "Split", "Sequences", "Tokens", "Size"], rows, text_columns=2)
    more = len(found.files) - len(rows)
    if more > 0:
        shown += f'<p class="note">{count(more)} more files: shards/index.json lists them.</p>'
    if len(rows) > 16:
        shown = details(f"All {count(len(rows))} files", shown)
    return section("shards", "Shards", shown, escape(lead))
