"""Which colour stands for which source and stage, over the whole page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.charts import Part
from pipeline.report.figures import Figures
from pipeline.report.markup import count
from pipeline.report.style import SOURCE_COLOURS, STAGE_COLOURS


@dataclass(frozen=True)
class Palette:
    """CSS classes of sources. Beyond eight sources the smallest share the last colour, as "other sources"."""

    source_css: Mapping[str, str]
    legend: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, figures: Figures) -> "Palette":
        names = [row.source for row in figures.sources]
        if len(names) > SOURCE_COLOURS:
            largest = sorted(figures.sources, key=lambda row: (-row.documents, -row.records, row.source))
            own = {row.source for row in largest[: SOURCE_COLOURS - 1]}
            names = [name for name in names if name in own]
        css = {name: f"s{i}" for i, name in enumerate(names)}
        legend = tuple((css[name], name) for name in names)
        others = [row.source for row in figures.sources if row.source not in css]
        if others:
            last = f"s{SOURCE_COLOURS - 1}"
            css |= dict.fromkeys(others, last)
            legend += ((last, f"{len(others)} other sources"),)
        return cls(css, legend)

    def parts(self, values: Mapping[str, int], what: str = "") -> tuple[Part, ...]:
        """source -> value as one part a colour, in the order of the legend; sources that share a colour are summed."""
        total: dict[str, int] = {}
        for source, value in values.items():
            total[self.source_css[source]] = total.get(self.source_css[source], 0) + value
        return tuple(
            Part(total[css], css, f"{name}: {count(total[css])}{f' {what}' if what else ''}")
            for css, name in self.legend
            if css in total
        )


def stage_css(order: Sequence[str], stage: str) -> str:
    """The colour of a ledger stage among those shown, from cold at the start to warm at the end."""
    if len(order) <= STAGE_COLOURS:
        return f"t{order.index(stage)}"
    return f"t{order.index(stage) * STAGE_COLOURS // len(order)}"
