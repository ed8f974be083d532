"""What report.json holds: every figure of the report, in long form: one row a combination.

Rows are records of the input files until a record becomes a document; shares are never stored, they are rows over rows.
"""

from dataclasses import dataclass

from pipeline.report.stage_figures import ContaminationFigures, EarlierRuns, NearDuplicates, QualityFigures

FORMAT = 1


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source from end to end."""

    source: str
    reader: str
    files: int
    bytes: int | None
    """Stored input bytes; None where a server did not say."""
    records: int
    documents: int
    chars: int
    """Characters (Unicode code points) of the kept documents."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """One source's rows through one stage: rows_in = rows_out + dropped + quarantined, less what cuts added."""

    stage: str
    source: str
    rows_in: int
    rows_out: int
    dropped: int
    quarantined: int
    cut: int
    """Rows that stayed with a changed text, or as pieces of theirs."""
    emptied: int
    """Those of the cut rows of which nothing stayed."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Verdicts of one stage on one source for one reason. Scores and thresholds are None where the stage gives none."""

    stage: str
    source: str
    verdict: str
    reason: str
    rows: int
    rows_out: int
    """Of cut rows: the documents that stand in their place."""
    emptied: int
    """Cut rows of which nothing stayed."""
    score_min: float | None
    score_max: float | None
    threshold_min: float | None
    threshold_max: float | None


@dataclass(frozen=True, slots=True)
class QuarantineExample:
    """The first rows of a (stage, source, reason), in file order."""

    stage: str
    source: str
    reason: str
    id: str
    url: str | None
    place: str | None
    """The record and its file, worked out from the id where `detail` does not say it."""
    detail: str | None
    """File, offset and error of what could not be read; the error alone where a later stage gave up."""


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """Kept documents by language label; "und" is undetermined."""

    source: str
    language: str
    documents: int
    chars: int
    uncertain: int = 0
    """Documents of which the tag says that it may be wrong."""
    mixed: int = 0
    """Documents with a second language."""


@dataclass(frozen=True, slots=True)
class DroppedLanguageRow:
    """Rows that the language stage removed, by the label they had."""

    source: str
    language: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class GateRow:
    """What the language gate of a source dropped, and what that cost."""

    source: str
    dropped: int
    checked: int
    """Of these, drawn by a hash: extracted all the same."""
    lost: int
    """Of the checked: main text in a wanted language, at or above the recipe's score."""
    wanted: int
    """Pages that passed and are in a wanted language."""


@dataclass(frozen=True, slots=True)
class PiiRow:
    """Personal data of one kind in a source's documents."""

    source: str
    kind: str
    action: str
    """mask or measure."""
    rules: dict[str, int]
    """Rule -> places that it found."""
    places: int
    documents: int
    """Documents with at least one."""


@dataclass(frozen=True, slots=True)
class FormatRow:
    """Kept documents by form and programming language; None in `code_language` is text, or code of unknown language."""

    source: str
    format: str
    code_language: str | None
    documents: int
    chars: int


@dataclass(frozen=True, slots=True)
class CodeBlocksRow:
    """Kept pages with code blocks in a programming language; one page counts for each language of its blocks."""

    source: str
    code_language: str
    documents: int


@dataclass(frozen=True, slots=True)
class LengthRow:
    """Lengths of a source's kept documents in characters."""

    source: str
    counts: tuple[int, ...]
    """Documents in each bin of `Figures.length_edges`: edges[i] <= chars < edges[i + 1], the last bin open."""
    p10: int
    """Tenth percentile, to within 6 %; so are the next two. 0 where there are no documents."""
    median: int
    p90: int
    longest: int


@dataclass(frozen=True, slots=True)
class HostRow:
    """Kept documents of one host."""

    host: str
    documents: int
    chars: int


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """A kept document and how many rows were removed with it as their witness."""

    kept_id: str
    removed: int
    source: str | None
    url: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Groups of exact duplicates, by the witness that removals name."""

    groups: int
    removed: int
    sizes: dict[str, int]
    """Documents in a group, with the kept one ("2", "3-4", "5-8", ...) -> groups."""
    largest: tuple[DuplicateGroup, ...]


@dataclass(frozen=True, slots=True)
class CopiesRow:
    """Documents of a source that are worth the same number of copies, for the size of their group of duplicates."""

    copies: int
    unique_tokens: int
    target_tokens: int
    epochs: float


@dataclass(frozen=True, slots=True)
class MixtureRow:
    """One source of the mixture, or language, or format. Weights are shares of training tokens."""

    group: str
    weight_asked: float
    weight_planned: float
    weight_realised: float
    """Share of the tokens that stand in the training shards."""
    unique_tokens: int
    target_tokens: int
    realised_tokens: int
    epochs: float
    max_epochs: float
    capped: bool
    copies: tuple[CopiesRow, ...]
    """By the copies that documents are worth; empty where the recipe does not rehydrate."""


@dataclass(frozen=True, slots=True)
class CompositionRow:
    """What the tokens are made of: see `records.COMPOSITION`. A None is a document without that tag."""

    source: str
    language: str | None
    format: str | None
    documents: int
    unique_tokens: int
    train_tokens: int
    validation_tokens: int


@dataclass(frozen=True, slots=True)
class MixtureFigures:
    """The budget that was asked, planned and written."""

    by: str
    """What it goes by: source, language or format."""
    budget_tokens: int
    target_tokens: int
    realised_tokens: int
    short: bool
    notes: tuple[str, ...]
    groups: tuple[MixtureRow, ...]


@dataclass(frozen=True, slots=True)
class ShardRow:
    """One file of token sequences."""

    file: str
    split: str
    sequences: int
    tokens: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ShardFigures:
    """The token files and how their rows are laid out."""

    seq_len_tokens: int
    dtype: str
    vocab_size: int
    tokenizer_hash: str
    left_out_tokens: int
    """Of training: they stood in the last, incomplete sequence of a shard."""
    added_end_of_text_tokens: int
    """Of training: put after documents that were cut off inside a sequence."""
    files: tuple[ShardRow, ...]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A text to look at; `text` is cut after `samples.MAX_CHARS` characters."""

    id: str
    stage: str
    source: str
    url: str | None
    verdict: str
    reason: str | None
    score: float | None
    text: str
    cut_short: bool


@dataclass(frozen=True, slots=True)
class InputRow:
    """One input file."""

    source: str
    path: str
    bytes: int | None
    records: int


@dataclass(frozen=True, slots=True)
class Timing:
    """From run.json: not part of the byte contract, and only of the last command on this output."""

    seconds: float
    driver: str
    workers: int | None
    stages: dict[str, float]
    """Engine stage -> seconds in which it had tasks running; stages may overlap."""


@dataclass(frozen=True, slots=True)
class Figures:
    """report.json."""

    format: int
    recipe_name: str
    recipe_hash: str
    seed: int
    versions: dict[str, str]
    guards: tuple[str, ...]
    """Sentences about output that is probably not what was wanted; they made the exit code 3."""
    notes: tuple[str, ...]
    """Sentences worth reading that are no alarm: what the mixture had to change."""
    stage_order: tuple[str, ...]
    """Ledger stages of all sources in one order that agrees with each source's own."""
    sources: tuple[SourceRow, ...]
    stages: tuple[StageRow, ...]
    reasons: tuple[ReasonRow, ...]
    quarantine_examples: tuple[QuarantineExample, ...]
    languages: tuple[LanguageRow, ...]
    dropped_languages: tuple[DroppedLanguageRow, ...]
    language_gates: tuple[GateRow, ...]
    formats: tuple[FormatRow, ...]
    code_blocks: tuple[CodeBlocksRow, ...]
    length_edges: tuple[int, ...]
    lengths: tuple[LengthRow, ...]
    hosts: tuple[HostRow, ...]
    hosts_complete: bool
    """False where there were too many hosts to hold: then counts are lower bounds."""
    duplicates: Duplicates | None
    quality: QualityFigures | None
    near_duplicates: NearDuplicates | None
    against: EarlierRuns | None
    contamination: ContaminationFigures | None
    pii: tuple[PiiRow, ...]
    """A row a source and kind that the recipe names, also where nothing was found."""
    mixture: MixtureFigures | None
    composition: tuple[CompositionRow, ...]
    shards: ShardFigures | None
    kept_samples: tuple[SampleRow, ...]
    dropped_samples: tuple[SampleRow, ...]
    inputs: tuple[InputRow, ...]
    """The first `gather.MAX_INPUTS` input files; manifest.json has all."""
    timing: Timing | None
