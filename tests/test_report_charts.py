"""Charts and numbers: what is drawn has the size of what is counted."""

import re

from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.charts import Bar, Part, bars, flow, legend, strip
from pipeline.report.histogram import Overlay, histogram
from pipeline.report.markup import compact, escape, number, plural, share, size, table, visible


def _widths(svg: str) -> list[float]:
    return [float(width) for width in re.findall(r'<rect class="\w+" x="[\d.]+%" width="([\d.]+)%"', svg)]


def test_strip_widths_are_shares_of_the_total():
    svg = strip([Part(30, "kept", "a"), Part(0, "s0", "b"), Part(10, "dropped", "c")], 80)
    assert _widths(svg) == [37.5, 12.5]
    assert 'x="37.500%"' in svg
    assert "<title>b</title>" not in svg


def test_little_is_seen_and_nothing_is_not():
    assert _widths(strip([Part(1, "kept", "")], 1e9)) == [0.12]
    assert _widths(strip([Part(0, "kept", "")], 10)) == []
    assert _widths(strip([Part(0, "kept", "")], 0)) == []


def test_bars_share_one_scale_and_escape_labels():
    drawn = bars([Bar("a<b", "4", (Part(4, "kept", "x"),)), Bar("c", "1", (Part(1, "kept", '"y"'),))])
    assert _widths(drawn) == [100.0, 25.0]
    assert "a&lt;b" in drawn
    assert "&quot;y&quot;" in drawn
    assert bars([]) == ""


def test_ribbons_run_between_equal_colours():
    svg = flow([Part(6, "s0", ""), Part(4, "s1", "")], [Part(3, "s0", ""), Part(4, "s1", "")], 10)
    assert 'class="s0" points="0.000,0 60.000,0 30.000,10 0.000,10"' in svg
    assert 'class="s1" points="60.000,0 100.000,0 70.000,10 30.000,10"' in svg


def test_legend_of_one_says_nothing():
    assert legend([("s0", "only")]) == ""
    assert "second" in legend([("s0", "first"), ("s1", "second")])


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=40))
def test_histogram_fits_its_axis(counts):
    svg = histogram([(Part(value, "kept", ""),) for value in counts], [], "x", "y")
    heights = [(float(y), float(h)) for y, h in re.findall(r' y="([\d.]+)" height="([\d.]+)"', svg)]
    assert len(heights) == sum(value > 0 for value in counts)
    assert all(y >= 7.99 and y + h <= 190.7 for y, h in heights)
    lines = svg.count('class="grid"')
    assert 2 <= lines <= 6
    labels = re.findall(r'text-anchor="end">([^<]*)</text>', svg)[:lines]
    assert len(set(labels)) == lines
    assert labels[0] == "0"


def test_histogram_of_nothing_is_nothing():
    assert histogram([], [], "x", "y") == ""


def test_shares_never_round_to_none_or_all():
    narrow = "\u202f"
    assert share(1, 3) == f"33.3{narrow}%"
    assert share(1, 100_000) == f"<{narrow}0.1{narrow}%"
    assert share(99_999, 100_000) == f">{narrow}99.9{narrow}%"
    assert share(5, 5) == f"100.0{narrow}%"
    assert share(0, 5) == f"0.0{narrow}%"
    assert share(0, 0) == "–"


def test_numbers_for_reading():
    assert [compact(x) for x in (0, 7, 999, 1000, 1200, 34_000, 999_600, 5_100_000, 2e12)] == [
        "0", "7", "999", "1k", "1.2k", "34k", "1M", "5.1M", "2T",
    ]  # fmt: skip
    assert [size(x) for x in (None, 999, 1000, 1_250_000)] == ["unknown", "999 bytes", "1.0 kB", "1.2 MB"]
    assert [number(x) for x in (None, 3.0, 0.123456, 12_345.0, float("nan"))] == ["–", "3", "0.1235", "12,345", "–"]


def test_plurals():
    assert [plural(1, "match"), plural(2, "match"), plural(1200, "row")] == ["1 match", "2 matches", "1,200 rows"]


def test_control_characters_are_shown_and_do_nothing():
    assert escape("a\x00\x1b\x9b\n<") == "a␀␛\ufffd\n&lt;"
    assert visible("a\x1b[2J\r\nb\rc") == "a␛[2J\nb␍c"


def test_tables_escape_cells_and_vanish_when_empty():
    drawn = table("what", ["a", "b"], [("<x>", 3)])
    assert '<th scope="row">&lt;x&gt;</th><td class=n>3</td>' in drawn
    assert table("what", ["a"], []) == ""


def test_overlay_is_drawn_on_the_scale_of_its_axis():
    columns = [(Part(value, "kept", ""),) for value in (1, 2, 3, 4)]
    overlay = Overlay(curve=(0.0, 0.25, 1.0), dots=((2.0, 0.5, "a<b"),), threshold=3.0)
    svg = histogram(columns, [], "x", "y", overlay)
    assert 'points="0.00,100.00 50.00,75.00 100.00,0.00"' in svg
    # The columns lie between 9 % and 93 %: a place of 2 in 4 is in the middle, one of 3 three quarters along.
    assert 'class="dot" cx="51.000%"' in svg
    assert 'class="threshold" x1="72.000%" x2="72.000%"' in svg
    assert "a&lt;b" in svg
    assert ">0.5</text>" in svg
    plain = histogram(columns, [], "x", "y", Overlay(threshold=2.0))
    assert 'class="threshold" x1="54.500%"' in plain
    assert ">0.5</text>" not in plain
