"""A chart that several sections have: bars of labels, each divided by source."""

from collections.abc import Mapping

from pipeline.report.charts import Bar, bars, legend
from pipeline.report.markup import count, figure, share
from pipeline.report.palette import Palette

Counts = dict[str, dict[str, int]]  # label -> source (or reason) -> rows or tokens


def most_first(found: Counts) -> Counts:
    """The labels with the most first; of equals, by name."""
    return dict(sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0])))


def bars_by_source(title: str, found: Counts, palette: Palette, whole: int, limit: int) -> str:
    """Bars of the first `limit` labels with their shares of `whole`, and one bar of all the others."""
    if not found:
        return ""
    rows = list(most_first(found).items())
    shown, others = rows[:limit], rows[limit:]
    if others:
        rest: dict[str, int] = {}
        for _, by_source in others:
            for source, number in by_source.items():
                rest[source] = rest.get(source, 0) + number
        shown.append((f"{len(others)} more", rest))
    drawn = [_bar(label, by_source, palette, whole) for label, by_source in shown]
    return figure(title, legend(palette.legend) + bars(drawn))


def _bar(label: str, by_source: Mapping[str, int], palette: Palette, whole: int) -> Bar:
    number = sum(by_source.values())
    return Bar(label, f"{count(number)} ({share(number, whole)})", palette.parts(by_source))
