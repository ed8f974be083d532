"""What the language gate saved, and what it lost."""

from pipeline.report.figures import Figures, GateRow
from pipeline.report.markup import count, section, share, table

_Z = 1.645  # one-sided 95 %


def language_gate(figures: Figures) -> str:
    """A row a source with a gate; nothing where there is none."""
    rows = [
        (
            row.source, count(row.dropped), count(row.checked), count(row.lost), *_estimates(row), count(row.wanted),
        )
        for row in figures.language_gates
    ]  # fmt: skip
    head = (
        "Source", "Dropped", "Checked", "Lost of the checked", "Lost of all, estimated", "Share of the wanted",
        "At most", "Wanted that passed",
    )  # fmt: skip
    lead = (
        "Pages that are surely in none of the wanted languages are dropped before their main text is looked for. A "
        "hash sample of them is extracted all the same: those whose main text is in a wanted language were lost. Their "
        "share is of all pages in wanted languages, lost or not, with an upper bound at 95 % confidence."
    )
    return section("gate", "Language gate", table("What the language gate dropped and lost", head, rows), lead)


def _estimates(row: GateRow) -> tuple[str, str, str]:
    """Lost pages of all that were dropped, their share of the wanted ones, and its upper bound (Wilson)."""
    if not row.checked:
        return "–", "–", "–"
    lost = row.lost / row.checked * row.dropped
    most = upper_bound(row.lost, row.checked) * row.dropped
    return count(round(lost)), share(lost, lost + row.wanted), share(most, most + row.wanted)


def upper_bound(hits: int, trials: int) -> float:
    """Wilson's upper bound of a share (Wilson 1927), one-sided, 95 %."""
    p, z = hits / trials, _Z
    middle = p + z * z / (2 * trials)
    spread = z * (p * (1 - p) / trials + z * z / (4 * trials * trials)) ** 0.5
    return float(min(1.0, (middle + spread) / (1 + z * z / trials)))
