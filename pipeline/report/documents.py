"""Document files -> languages, formats, lengths, hosts, and the kept texts that the report shows, in one pass."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.report.figures import CodeBlocksRow, FormatRow, HostRow, LanguageRow, LengthRow, SampleRow
from pipeline.report.files import Output
from pipeline.report.samples import shown
from pipeline.report.verdicts import UNDETERMINED

KEPT_SAMPLES = 3  # texts of each source
TOP_HOSTS = 25
HOSTS_HELD = 200_000  # between files: about 50 MB

# Twenty bins a decade for percentiles, of which four make one bin of the chart (1, 1.6, 2.5, 4, 6.3, 10, ...).
_BINS_A_DECADE, _BINS_A_BAR, _DECADES = 20, 4, 10
_FINE_EDGES = np.ceil(10 ** (np.arange(_BINS_A_DECADE * _DECADES + 1) / _BINS_A_DECADE) - 1e-9).astype(np.int64)

_HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>\[[^\]]*\]|[^/?#:]+)"
_COLUMNS = ["id", "url", "language", "code_language", "format", "text", "metadata"]

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Documents:
    """All that the report says about kept documents."""

    count: Mapping[str, int]
    chars: Mapping[str, int]
    languages: tuple[LanguageRow, ...]
    formats: tuple[FormatRow, ...]
    code_blocks: tuple[CodeBlocksRow, ...]
    length_edges: tuple[int, ...]
    lengths: tuple[LengthRow, ...]
    hosts: tuple[HostRow, ...]
    hosts_complete: bool
    samples: tuple[SampleRow, ...]


@dataclass
class _Source:
    """Running totals of one source."""

    documents: int = 0
    chars: int = 0
    longest: int = 0
    fine: IntArray = field(default_factory=lambda: np.zeros(len(_FINE_EDGES), np.int64))
    tags: dict[tuple[str, str, str | None], tuple[int, int]] = field(default_factory=dict)
    doubts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Language -> documents whose tag is uncertain, that are mixed."""
    code_blocks: Counter[str] = field(default_factory=Counter)
    samples: list[SampleRow] = field(default_factory=list)


def read_documents(output: Output, hosts_held: int = HOSTS_HELD) -> Documents:
    """Read every document file once, a row group at a time; no more than `hosts_held` hosts are held between files."""
    sources = {source: _Source() for source in output.manifest["ledger"]}
    hosts: dict[str, tuple[int, int]] = {}
    complete = True
    for source in output.children("documents/"):
        last_stage = output.ledger_stages(source)[-1]
        for name in output.names(f"documents/{source}/"):
            for table in output.row_groups(name, _COLUMNS):
                _add(sources[source], table, source, last_stage)
                _add_hosts(hosts, table)
            if len(hosts) > hosts_held:
                complete = False
                hosts = dict(sorted(hosts.items(), key=lambda item: (-item[1][0], item[0]))[: hosts_held // 2])
    edges, lengths = _lengths(sources)
    top = sorted(hosts.items(), key=lambda item: (-item[1][0], item[0]))[:TOP_HOSTS]
    return Documents(
        count={name: found.documents for name, found in sources.items()},
        chars={name: found.chars for name, found in sources.items()},
        languages=tuple(_languages(sources)),
        formats=tuple(_formats(sources)),
        code_blocks=tuple(_code_blocks(sources)),
        length_edges=edges,
        lengths=lengths,
        hosts=tuple(HostRow(host, count, chars) for host, (count, chars) in top),
        hosts_complete=complete,
        samples=tuple(sample for found in sources.values() for sample in found.samples),
    )


def _add(found: _Source, table: pa.Table, source: str, last_stage: str) -> None:
    if not table.num_rows:
        return
    chars = pc.cast(pc.utf8_length(table["text"]), pa.int64())
    lengths = chars.to_numpy()
    found.documents += table.num_rows
    found.chars += int(lengths.sum())
    found.longest = max(found.longest, int(lengths.max()))
    bins = np.searchsorted(_FINE_EDGES, np.maximum(lengths, 1), side="right") - 1
    found.fine += np.bincount(bins, minlength=len(_FINE_EDGES))
    tags = table.select(["language", "format", "code_language"]).append_column("chars", chars)
    groups = tags.group_by(["language", "format", "code_language"]).aggregate([("chars", "count"), ("chars", "sum")])
    for row in groups.to_pylist():
        key = (row["language"] or UNDETERMINED, row["format"] or "none", row["code_language"])
        before = found.tags.setdefault(key, (0, 0))
        found.tags[key] = (before[0] + row["chars_count"], before[1] + row["chars_sum"])
    _add_doubts(found, table)
    _add_code_blocks(found, table)
    _add_samples(found, table, source, last_stage)


def _add_doubts(found: _Source, table: pa.Table) -> None:
    said = table.column("metadata")
    flags = [pc.is_valid(pc.struct_field(said, name)) for name in ("language_uncertain", "second_language")]
    groups = pa.table({"language": table["language"], "uncertain": flags[0], "mixed": flags[1]})
    summed = groups.group_by("language").aggregate([("uncertain", "sum"), ("mixed", "sum")])
    for row in summed.to_pylist():
        name = row["language"] or UNDETERMINED
        before = found.doubts.setdefault(name, (0, 0))
        found.doubts[name] = (before[0] + row["uncertain_sum"], before[1] + row["mixed_sum"])


def _add_code_blocks(found: _Source, table: pa.Table) -> None:
    said = table.column("metadata")
    if said.type.get_field_index("code_languages") < 0:  # written by an earlier version
        return
    for languages in pc.struct_field(said, "code_languages").drop_null().to_pylist():
        found.code_blocks.update(languages.split(", "))


def _add_samples(found: _Source, table: pa.Table, source: str, last_stage: str) -> None:
    """The smallest ids of a source: ids are hashes, so this is a draw, and the same one in every run."""
    limit = found.samples[-1].id if len(found.samples) == KEPT_SAMPLES else "g"
    rows = pc.select_k_unstable(table.select(["id"]), KEPT_SAMPLES, [("id", "ascending")])
    for row in table.select(["id", "url", "text"]).take(rows).to_pylist():
        if row["id"] < limit:
            text, cut_short = shown(row["text"])
            found.samples.append(
                SampleRow(row["id"], last_stage, source, row["url"], "keep", None, None, text, cut_short)
            )
    found.samples.sort(key=lambda sample: sample.id)
    del found.samples[KEPT_SAMPLES:]


def _add_hosts(hosts: dict[str, tuple[int, int]], table: pa.Table) -> None:
    urls = table["url"]
    if urls.null_count == len(urls):
        return
    found = pa.table(
        {
            "host": pc.utf8_lower(pc.struct_field(pc.extract_regex(urls, _HOST), "host")),
            "chars": pc.cast(pc.utf8_length(table["text"]), pa.int64()),
        }
    ).drop_null()
    for row in found.group_by("host").aggregate([("chars", "count"), ("chars", "sum")]).to_pylist():
        before = hosts.setdefault(row["host"], (0, 0))
        hosts[row["host"]] = (before[0] + row["chars_count"], before[1] + row["chars_sum"])


def _languages(sources: Mapping[str, _Source]) -> list[LanguageRow]:
    rows = []
    for source, found in sources.items():
        total: dict[str, tuple[int, int]] = {}
        for (language, _, _), (count, chars) in found.tags.items():
            before = total.setdefault(language, (0, 0))
            total[language] = (before[0] + count, before[1] + chars)
        rows += [
            LanguageRow(source, language, *both, *found.doubts.get(language, (0, 0)))
            for language, both in total.items()
        ]
    return sorted(rows, key=lambda row: (row.source, -row.documents, row.language))


def _formats(sources: Mapping[str, _Source]) -> list[FormatRow]:
    rows = []
    for source, found in sources.items():
        total: dict[tuple[str, str | None], tuple[int, int]] = {}
        for (_, form, code), (count, chars) in found.tags.items():
            before = total.setdefault((form, code), (0, 0))
            total[form, code] = (before[0] + count, before[1] + chars)
        rows += [FormatRow(source, *key, *both) for key, both in total.items()]
    return sorted(rows, key=lambda row: (row.source, -row.documents, row.format, row.code_language or ""))


def _code_blocks(sources: Mapping[str, _Source]) -> list[CodeBlocksRow]:
    rows = [
        CodeBlocksRow(source, language, number)
        for source, found in sources.items()
        for language, number in found.code_blocks.items()
    ]
    return sorted(rows, key=lambda row: (row.source, -row.documents, row.code_language))


def _lengths(sources: Mapping[str, _Source]) -> tuple[tuple[int, ...], tuple[LengthRow, ...]]:
    """The bins of the chart that hold something, with those between them, and each source's counts in them."""
    bars = {
        name: np.add.reduceat(found.fine, np.arange(0, len(found.fine), _BINS_A_BAR)) for name, found in sources.items()
    }
    used = np.flatnonzero(sum(bars.values())) if bars else np.array([], np.int64)
    if not len(used):
        empty = tuple(LengthRow(name, (), 0, 0, 0, 0) for name in sources)
        return (), empty
    part = slice(int(used[0]), int(used[-1]) + 1)
    edges = _FINE_EDGES[::_BINS_A_BAR][part]
    rows = []
    for name, found in sources.items():
        p10, median, p90 = (_percentile(found.fine, share, found.longest) for share in (0.1, 0.5, 0.9))
        rows.append(LengthRow(name, tuple(bars[name][part].tolist()), p10, median, p90, found.longest))
    return tuple(edges.tolist()), tuple(rows)


def _percentile(fine: Sequence[int] | IntArray, share: float, longest: int) -> int:
    """The geometric middle of the bin in which a percentile lies."""
    total = int(np.sum(fine))
    if not total:
        return 0
    index = int(np.searchsorted(np.cumsum(fine), share * total))
    low = int(_FINE_EDGES[index])
    high = int(_FINE_EDGES[index + 1]) if index + 1 < len(_FINE_EDGES) else low
    return min(round((low * max(low, high - 1)) ** 0.5), longest)
