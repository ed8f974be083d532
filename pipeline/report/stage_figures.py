"""What report.json holds about quality, near-duplicates and contamination, in long form: one row a combination."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class QualityModel:
    """A classifier and its card, as quality/<model>/card.json has it."""

    model: str
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RankingModel:
    """One of several models on a source."""

    name: str
    """What the source calls it."""
    model: str
    kept: int
    """Documents that it puts into a bucket that is kept."""
    kept_alone: int
    """Those of them that no other model would have kept."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Documents by the highest bucket that any of several models gives them."""

    least: int
    documents: tuple[int, ...]
    kept_by_all: int
    models: tuple[RankingModel, ...]


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What a policy did to one source."""

    source: str
    model: str
    policy: str
    parameter: float | None
    documents: int
    kept: int
    expected: float
    """Share that the policy was to keep, from its closed form and the scores."""
    realised: float
    """Share that it kept."""
    scores: tuple[int, ...]
    """Documents by score, in bins of equal width over 0 to 1."""
    kept_scores: tuple[int, ...]
    """Those that stayed."""
    buckets: Buckets | None = None
    """Of max_rank; its scores are buckets / number of buckets."""


@dataclass(frozen=True, slots=True)
class QualityFigures:
    """All classifiers and policies of the run."""

    models: tuple[QualityModel, ...]
    policies: tuple[PolicyRow, ...]


@dataclass(frozen=True, slots=True)
class SourcePair:
    """Removals of one source's documents in favour of another's."""

    removed_source: str
    kept_source: str
    count: int


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """Documents that bands connect. `text` and `url` are those of the first, None where it was removed later."""

    cluster: str
    size: int
    kept: int
    removed: int
    unchecked: int
    source: str
    url: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class PairSample:
    """A removed document beside its witness; the texts are the first 4,000 characters."""

    removed_id: str
    kept_id: str
    similarity: float
    removed_source: str
    kept_source: str
    removed_text: str
    kept_text: str


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A run that documents were compared with."""

    run: str
    index: str
    """The digest of its index."""
    documents: int


@dataclass(frozen=True, slots=True)
class EarlierRemovals:
    """Documents of one source that went because of one run, by how they were found (exact, jaccard, ...)."""

    index: str
    source: str
    method: str
    count: int


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """What was compared with earlier runs, and what went because of them."""

    runs: tuple[EarlierRun, ...]
    removed: tuple[EarlierRemovals, ...]
    settings: dict[str, Any] | None
    """Of MinHash, with counts of comparisons; None where only equal texts were looked for."""


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Near-duplicates: settings, what was compared, and what was removed."""

    shingle: str
    ngram: int
    bands: int
    rows: int | None
    """Hashes a band, of MinHash; SimHash has `distance`, the bits in which fingerprints may differ, in its place."""
    distance: int | None
    threshold: float
    similarity: str
    verify: bool
    rounds: int
    comparisons: int
    compared: tuple[int, ...]
    """Pairs that were compared, by similarity in hundredths; so is the next."""
    removed_by_similarity: tuple[int, ...]
    removed: int
    clusters: int
    sizes: dict[str, int]
    """Documents in a cluster ("2", "3", "4-9", ...) -> clusters."""
    unchecked: dict[str, int]
    """Source -> documents that stayed because a limit on comparisons was reached."""
    by_source: tuple[SourcePair, ...]
    largest: tuple[ClusterRow, ...]
    samples: tuple[PairSample, ...]


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One way of finding benchmark text, and what became of the documents it found."""

    method: str
    ngram: int
    action: str
    common_ngrams: int
    """n-grams that were ignored because they are common in the training data."""
    min_overlap: float | None
    """Share of an item's n-grams from which it is dirty; None where one n-gram is enough."""
    matched_documents: int
    """Training documents with a match: any of an item's n-grams; with `min_overlap`, those of dirty items alone."""


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """The items of one benchmark by one method: items = unreadable + too_short + clean + dirty."""

    benchmark: str
    method: str
    items: int
    unreadable: int
    """Rows that gave no text."""
    too_short: int
    """Items with fewer words than an n-gram has."""
    clean: int
    dirty: int


@dataclass(frozen=True, slots=True)
class OverlapRow:
    """Items by the share of their n-grams that training data holds, in bins of equal width over 0 to 1."""

    method: str
    untouched: int
    """Items of which no n-gram was found; they are in no bin."""
    clean: tuple[int, ...]
    dirty: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A benchmark item that training documents share text with."""

    method: str
    benchmark: str
    example: str
    documents: int
    overlap: float
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class MatchExcerpt:
    """A training document around a match; the span counts characters of the excerpt."""

    id: str
    source: str
    url: str | None
    benchmark: str
    example: str
    method: str
    excerpt: str
    span_start: int
    span_end: int
    example_text: str


@dataclass(frozen=True, slots=True)
class ContaminationFigures:
    """Benchmark text in the training data."""

    methods: tuple[MethodRow, ...]
    documents_cut: int
    documents_dropped: int
    pieces: int
    """Documents that stand in place of those that were cut."""
    benchmarks: tuple[BenchmarkRow, ...]
    overlaps: tuple[OverlapRow, ...]
    most_matched: tuple[ExampleRow, ...]
    excerpts: tuple[MatchExcerpt, ...]
