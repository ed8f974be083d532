"""The recipe as frozen typed objects, one class a section. `pipeline.recipe.load` makes them from YAML.

`sources` are required. `mixture`, `tokenizer` and `shards` come together or not at all: a recipe without them ends with
documents. All else is optional, and what is left out is not done.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.mixture.groups import By
from pipeline.recipe.document import Document
from pipeline.recipe.languages import LID, LID_176
from pipeline.recipe.pii import Pii
from pipeline.recipe.presets import PRESETS
from pipeline.recipe.problems import KeyPath, Mark, Problem, dotted
from pipeline.recipe.published import Published, Undisclosed
from pipeline.recipe.simhash import SimHash
from pipeline.recipe.sources import Source
from pipeline.recipe.text_dedup import C4Spans, CcnetLines, DclmParagraphs, Llama3Lines, Substrings
from pipeline.recipe.values import (
    LOCATIONS,
    CopiesBySize,
    Count,
    Distinct,
    FrozenDict,
    Location,
    Locations,
    Names,
    Part,
    Preset,
    Share,
    refuse,
    unknown_name,
)

WEIGHT_TOLERANCE = 1e-3
MAX_TAIL_SHARE = 0.01
"""Tokens that shards may lose at their ends (less than one sequence each), as a share of the budget."""

TOKEN_BYTES = 4
"""The wider of the two token types, uint16 and uint32."""

MAX_HASHES = 100_000
"""Hashes a signature: RefinedWeb, with the most of all published layouts, has 9,000."""

SourceName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]

PerGroup = Annotated[Mapping[SourceName, Annotated[float, Field(ge=0)]], AfterValidator(FrozenDict)]
"""A number of each source, language or format, by its name."""


LeastScores = Annotated[Mapping[str, Share], Field(min_length=1), AfterValidator(FrozenDict)]
KeptLanguages = tuple[str, ...] | Mapping[str, float]


class Languages(Part):
    """Keep documents in some languages, by the label and score of a language model."""

    model: Annotated[Location, Locations(names=(LID,))] = LID
    """lid.176, fastText's model in its compressed form (Joulin et al. 2016), or a fastText model file (.ftz, .bin)."""
    keep: Annotated[
        Annotated[Names, Tag("<list>")] | Annotated[LeastScores, Tag("<scores>")],
        Discriminator(lambda value: "<scores>" if isinstance(value, Mapping) else "<list>"),
    ]
    """ISO 639 codes: [en, de], or with the least score of each: {en: 0.65, fr: 0.824}, as in FineWeb2 and ROOTS.
    Documents in other languages are dropped."""
    min_score: Share = 0.65
    """Documents whose label scores lower are dropped, where `keep` does not say otherwise; 0.65 in RefinedWeb and
    FineWeb."""

    @field_validator("model")
    @classmethod
    def _name_or_file(cls, model: str) -> str:
        if model != LID and not model.endswith((".ftz", ".bin")):
            raise unknown_name("language model", model, (LID,))
        return model

    @field_validator("keep")
    @classmethod
    def _labels(cls, keep: KeptLanguages, info: ValidationInfo) -> KeptLanguages:
        for code in keep:
            if info.data.get("model") == LID and code not in LID_176:
                raise unknown_name("language", code, LID_176)
        return keep

    def least_scores(self) -> dict[str, float]:
        """The least score of each language that is kept."""
        return dict(self.keep) if isinstance(self.keep, Mapping) else dict.fromkeys(self.keep, self.min_score)


class MinHash(Preset):
    """Near-duplicates: MinHash bands nominate pairs, exact similarity decides. Defaults: FineWeb's layout."""

    PRESETS = PRESETS

    preset: Annotated[str, Field(min_length=1)] | None = None
    """A published layout: gpt3, gopher, opt, mt_nlg, fineweb, fineweb2, refinedweb, slimpajama, zyda2. Keys given
    beside it come before its own."""
    shingle: Literal["word", "char"] = "word"
    """The unit of shingles."""
    ngram: Annotated[Count, Field(le=100)] = 5
    """Units a shingle."""
    bands: Annotated[Count, Field(le=MAX_HASHES)] = 14
    """Bands; two documents that agree in all rows of any band are compared."""
    rows: Annotated[Count, Field(le=MAX_HASHES)] = 8
    """Hashes a band."""
    hashes: Annotated[Count, Field(le=MAX_HASHES, validate_default=True)] = 112
    """Hashes a signature: bands x rows."""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Similarity at and above which a document is removed."""
    similarity: Literal["jaccard", "containment", "both", "mutual", "scaled"] = "jaccard"
    """What shared shingles are a share of: of all that either document has (jaccard), of those of the document that
    goes (containment), of those of the larger document (mutual: containment in both directions). scaled: as mutual,
    but long documents must be more alike than short ones. both: a document goes when its Jaccard similarity reaches
    `threshold` or its containment reaches `containment`."""
    containment: Annotated[float, Field(gt=0, le=1)] | None = None
    """The containment at and above which a document is removed, with `similarity: both`."""
    repeats: bool = False
    """Count a shingle as often as a document has it, when pairs are compared; without it, once."""
    rehydrate: CopiesBySize | None = None
    """Copies that a kept document is worth, by the least size of its group (FineWeb2): [[2, 2], [3, 3], [5, 5]] gives 3
    to groups of 3 and 4. They are written to dedup/clusters.parquet."""
    verify: bool = True
    """Compare candidates exactly. false gives the published transitive closure (FineWeb, GPT-3), without witnesses."""

    @property
    def method(self) -> str:
        """The name of its stage in decisions and reports."""
        return "minhash"

    @model_validator(mode="after")
    def _containment_of_both(self) -> "MinHash":
        if (self.similarity == "both") != (self.containment is not None):
            raise refuse("`containment` comes with `similarity: both`, and only with it")
        return self

    @field_validator("hashes")
    @classmethod
    def _product(cls, hashes: int, info: ValidationInfo) -> int:
        if "bands" in info.data and "rows" in info.data:
            bands, rows = info.data["bands"], info.data["rows"]
            if bands * rows != hashes:
                raise refuse(f"bands x rows must equal hashes: {bands} x {rows} = {bands * rows}, not {hashes}")
        return hashes


class Dedup(Part):
    """Removal of duplicate documents, and of text that is in several."""

    exact: bool = False
    """Of documents with the same normalised text, keep one."""
    minhash: MinHash | None = None
    """Of near-duplicates, keep one."""
    simhash: SimHash | None = None
    """Of near-duplicates, keep one: by fingerprints, as ROOTS did, in place of `minhash`."""
    dclm_paragraphs: DclmParagraphs | None = None
    """Cut paragraphs whose n-grams stand elsewhere, as DCLM does."""
    ccnet_lines: CcnetLines | None = None
    """Cut lines that other documents have too, as CCNet does."""
    llama3_lines: Llama3Lines | None = None
    """Cut lines that occur often, as Llama 3 does."""
    c4_spans: C4Spans | None = None
    """Cut spans of sentences that occur elsewhere, as C4 does."""
    substrings: Substrings | None = None
    """Cut long runs of tokens that occur elsewhere, as RefinedWeb does."""
    scope: Literal["within", "across", "per_snapshot", "per_language"] = "across"
    """Which documents are compared: those of one source, of all, of one crawl snapshot, or of one language."""
    max_loss: Share | None = None
    """The share of a source's documents that deduplication may remove; with more, the run stops before anything that
    comes after, with exit code 3, and names the largest clusters. It goes on where the limit is raised."""
    prefer: Distinct = ()
    """Sources whose copy stays, first first. Sources not named follow in the recipe's order."""
    against: Annotated[tuple[Location, ...], LOCATIONS] = ()
    """Outputs of earlier runs that wrote an index: documents that repeat one of theirs are removed, by `exact` and by
    `minhash` or `simhash` as they are set here, always compared exactly. With `scope: per_language` documents of one
    language are compared, else all."""
    write_index: bool = False
    """Write dedup/index, with which later runs can be compared (`against`): documents as they are published, cut and
    masked; for `exact` also as they were before they were cut, unless personal data in them was masked."""

    @model_validator(mode="after")
    def _does_something(self) -> "Dedup":
        settings = ("scope", "prefer", "against", "max_loss")
        if not any(value for name, value in self if name not in settings):
            raise refuse("nothing to do: set `exact: true`, or give `minhash`, or remove `dedup`")
        if self.minhash and self.simhash:
            raise refuse("`minhash` and `simhash` both look for near-duplicates: give one of them")
        if self.against and not self.exact and self.near is None:
            raise refuse("`against` needs to know what a duplicate is: set `exact: true`, or give minhash or simhash")
        return self

    @property
    def near(self) -> MinHash | SimHash | None:
        """The method for near-duplicates, if any."""
        return self.minhash or self.simhash


class Methods(Part):
    """Ways to find benchmark text in training text, and what each does with what it finds."""

    winnow: Literal["cut", "drop", "measure"] | None = None
    """Most of an example's words in their order, however written and lightly edited: Winnow's own."""
    gpt3: Literal["cut", "drop", "measure"] | None = None
    """13-grams; cut 200 characters each side of a match (GPT-3, Appendix C)."""
    palm: Literal["measure"] | None = None
    """An example is dirty when 70 % of its 8-grams occur anywhere in training (PaLM, section 8)."""
    gopher: Literal["drop", "measure"] | None = None
    """13-gram Jaccard similarity above 0.8 with a benchmark document (Gopher, Appendix A)."""
    llama3: Literal["measure"] | None = None
    """Share of an example's words that are part of an 8-gram found in training (Llama 3, section 5.1.4)."""

    @model_validator(mode="after")
    def _some(self) -> "Methods":
        if self == Methods.model_construct():
            raise refuse("no method given: for example {gpt3: cut, palm: measure}")
        return self


class Fields(Part):
    """Where benchmark files keep what, in place of the names that Winnow knows: for rows that have one of these."""

    prompt: Distinct = ()
    """Fields with what a model is given, in the order in which they are joined."""
    target: Distinct = ()
    """Fields with the correct answer, in the order in which they are joined."""
    choices: Distinct = ()
    """Fields with the choices, of which only the right one is part of the answer."""
    gold: Distinct = ()
    """Fields that say which choice is right, by place, label, letter or text."""
    name: Distinct = ()
    """Fields with a row's name."""


class Contamination(Part):
    """Search for benchmark examples in the documents."""

    benchmarks: Annotated[tuple[Location, ...], Field(min_length=1), LOCATIONS]
    """Benchmark files, patterns or URLs."""
    methods: Methods = Methods(winnow="cut")
    """What is looked for, and what happens to it."""
    fields: Fields = Fields()
    """Names of fields of the benchmark files."""
    llama3_thresholds: Annotated[Mapping[str, Share], AfterValidator(FrozenDict)] = Field(default_factory=FrozenDict)
    """Benchmark (a file's name without extensions) -> share of an example's words from which Llama 3's method calls it
    dirty; 0.7 for those not named, as the paper prints none."""


class Mixture(Part):
    """How many training tokens, and which share of them from each source, language or format: exactly one of `weights`
    and `epochs`."""

    budget_tokens: Count
    """Training tokens in all."""
    by: By = "source"
    """What `weights` and `epochs` name: sources, languages (ISO 639 codes, und where there is none) or formats. Of
    languages and formats `other` stands for all that are not named."""
    normalize: bool = False
    """Divide the weights by their sum, where published weights do not add up to 1."""
    weights: PerGroup | None = None
    """Share of tokens of each source (or language, or format); every one is named, or falls under `other`; 0 leaves it
    out. They sum to 1."""
    epochs: PerGroup | None = None
    """How often each source (or language, or format) is seen; every one is named, or falls under `other`; 0 leaves it
    out. The shares are then in proportion to epochs x unique tokens, which are known after all filters; the budget
    scales all epochs by one factor."""
    max_epochs: Annotated[float, Field(gt=0)]
    """How often a source (or language, or format) may be repeated. One that would need more hands its share to the
    others."""
    validation: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    """Share of documents held out by hash for the validation split."""
    rehydrate: bool = False
    """Repeat a document by the size of its group of near-duplicates, as `rehydrate` of dedup.minhash or dedup.simhash
    says (FineWeb2), within `max_epochs`. Sources (or languages, or formats) keep their shares of tokens."""

    @field_validator("weights")
    @classmethod
    def _sum(cls, weights: Mapping[str, float] | None, info: ValidationInfo) -> Mapping[str, float] | None:
        if weights is None:
            return None
        total = math.fsum(weights.values())
        if info.data.get("normalize") and total > 0:
            return weights
        if abs(total - 1) > WEIGHT_TOLERANCE:
            remedy = "mend them, or set `normalize: true` to divide by the sum"
            raise refuse(f"the weights sum to {total:.6g}, not 1; {remedy}")
        return weights

    @field_validator("epochs")
    @classmethod
    def _some(cls, epochs: Mapping[str, float] | None) -> Mapping[str, float] | None:
        if epochs is not None and not any(epochs.values()):
            raise refuse("give at least one of them more than 0 epochs")
        return epochs

    @model_validator(mode="after")
    def _exactly_one(self) -> "Mixture":
        if (self.weights is None) == (self.epochs is None):
            given = "both" if self.weights is not None else "neither"
            raise refuse(f"give exactly one of weights and epochs ({given} given)")
        return self

    def groups(self, sources: Iterable[str]) -> tuple[str, ...]:
        """The names between which tokens are divided, in the order in which pieces of shards number them."""
        return tuple(sorted(sources if self.by == "source" else self.weights or self.epochs or ()))

    @property
    def shares(self) -> Mapping[str, float] | None:
        """The weights divided by their sum; None where `epochs` are given, as the shares then follow from the text."""
        if self.weights is None:
            return None
        total = math.fsum(self.weights.values())
        return FrozenDict({name: weight / total for name, weight in self.weights.items()})


class TokenizerTraining(Part):
    """A byte-level BPE tokenizer trained on the run's own documents, drawn by mixture weight."""

    vocab_size: Annotated[int, Field(ge=257)]
    """Entries, with the 256 bytes and the end-of-text token."""
    sample_bytes: Count = 100_000_000
    """Text to train on, in UTF-8 bytes."""


class Tokenizer(Part):
    """Exactly one of `train`, `path` and `huggingface`."""

    train: TokenizerTraining | None = None
    """Train one."""
    path: Annotated[Location | None, LOCATIONS] = None
    """A tokenizer.json (Hugging Face tokenizers)."""
    huggingface: Annotated[str, Field(min_length=1)] | None = None
    """A name on the Hugging Face hub, such as gpt2. It must be in the local cache: a run downloads nothing."""
    end_of_text: Annotated[str, Field(min_length=1)] = "<|endoftext|>"
    """The token that ends every document; a given tokenizer must know it."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "Tokenizer":
        given = [name for name in ("train", "path", "huggingface") if getattr(self, name) is not None]
        if len(given) != 1:
            raise refuse(f"give exactly one of train, path and huggingface ({' and '.join(given) or 'none'} given)")
        return self


class Shards(Part):
    """The files that a trainer reads. Exactly one of `count` and `shard_bytes`."""

    seq_len_tokens: Count
    """Tokens a training sequence."""
    count: Count | None = None
    """Number of shards."""
    shard_bytes: Count | None = None
    """Largest size of a shard; the number of shards follows from the budget."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "Shards":
        if (self.count is None) == (self.shard_bytes is None):
            raise refuse("give exactly one of count and shard_bytes")
        return self

    def shard_count(self, budget_tokens: int) -> int:
        """The number of training shards; with `shard_bytes` from the wider token type, so that none is larger."""
        return self.count or -(-budget_tokens * TOKEN_BYTES // (self.shard_bytes or 1))


class Recipe(Part):
    """A whole recipe."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
    """What reports and manifests call it."""
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    """All that is random is a hash of this number, a purpose and a document's id."""
    sources: Annotated[Mapping[SourceName, Source], Field(min_length=1), AfterValidator(FrozenDict)]
    """Name -> source. The names are folders of the output."""
    languages: Languages | None = None
    """Which languages to keep; without it all are."""
    dedup: Dedup | None = None
    """Removal of duplicates."""
    contamination: Contamination | None = None
    """Search for benchmark text."""
    pii: Pii | None = None
    """Masking of personal data in what stays."""
    mixture: Mixture | None = None
    """Budget and weights."""
    tokenizer: Tokenizer | None = None
    """How text becomes tokens."""
    shards: Shards | None = None
    """How tokens become files."""
    published: Published | None = None
    """The mixture table of the paper that the recipe follows. `winnow plan` prints it; a run does not read it."""
    undisclosed: Annotated[Mapping[str, Undisclosed], AfterValidator(FrozenDict)] = Field(default_factory=FrozenDict)
    """What that paper does not say, and what the recipe does instead. A run does not read it."""

    _origin: Document | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _rehydrated(self) -> "Recipe":
        near = self.dedup.near if self.dedup else None
        if self.mixture and self.mixture.rehydrate and not (near and near.rehydrate):
            raise refuse(
                "`mixture.rehydrate` needs the copies of groups of near-duplicates: give `rehydrate` to dedup.minhash "
                "or dedup.simhash, such as [[1, 1], [2, 2], [3, 3], [5, 5], [100, 8], [1000, 1]] (FineWeb2)"
            )
        return self

    @property
    def file(self) -> str:
        """The file it was loaded from."""
        return self._origin.file if self._origin else "<recipe>"

    def mark(self, path: KeyPath) -> Mark:
        """Where a key stands in the file it was loaded from."""
        return self._origin.mark(path) if self._origin else Mark("<recipe>")

    def problem(self, path: KeyPath, message: str, suggestion: str | None = None) -> Problem:
        """A problem with the value at `path`, for checks that need more than the recipe."""
        return Problem(self.mark(path), dotted(path), message, suggestion)

    def __eq__(self, other: object) -> bool:
        # Where a recipe was written does not distinguish it.
        return isinstance(other, Recipe) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))
