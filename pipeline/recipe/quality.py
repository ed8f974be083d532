"""What a recipe says about keeping the documents of a source by a classifier's score, or by the ranks of several."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from pipeline.recipe.problems import listed
from pipeline.recipe.values import LOCATIONS, FrozenDict, Location, Names, Part, Share, refuse

PARAMETER_OF_POLICY = {
    "pareto": "alpha",
    "top": "fraction",
    "threshold": "threshold",
    "proportional": None,
    "match": None,
    "max_rank": "least_bucket",
}

BUCKETS = 20
"""Of Nemotron-CC (arXiv:2412.02595): of 5 % of the documents each."""

MAX_MODELS = 8
"""On one source: documents are counted by each set of models that may agree on them."""


class TrainedQuality(Part):
    """A quality classifier that the run trains itself."""

    positive: Names
    """Sources whose documents are examples of good text."""
    negative: Names
    """Sources whose documents are examples of ordinary text, usually the unfiltered crawl."""
    family: Literal["fasttext", "logistic"] = "fasttext"
    """fastText, or logistic regression on hashed words as in GPT-3 (arXiv:2005.14165, Appendix A)."""
    drop_contradicted: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    """Leave out of training what may be labelled wrongly: documents whose own label gets a chance below this from a
    model of the same kind that was trained without them (Northcutt et al. 2021). 0 leaves nothing out."""


class QualityTraining(Part):
    """The mapping form of `quality.model`."""

    train: TrainedQuality
    """Train the classifier on documents of this recipe's sources."""


class QualityFile(Part):
    """A model file that must be the very one that is meant."""

    path: Annotated[Location, LOCATIONS]
    """A model file."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """The SHA-256 of the file, as its card has it; a file with another is refused before anything runs."""


def _kind_of_model(value: Any) -> str:
    if isinstance(value, str):
        return "<path>"
    pinned = isinstance(value, QualityFile) or (isinstance(value, dict) and not {"path", "sha256"}.isdisjoint(value))
    return "<file>" if pinned else "<train>"


QualityModel = Annotated[
    Annotated[Location, Tag("<path>")]
    | Annotated[QualityFile, Tag("<file>")]
    | Annotated[QualityTraining, Tag("<train>")],
    Discriminator(_kind_of_model),
]
ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]
QualityModels = Annotated[
    Mapping[ModelName, QualityModel], Field(min_length=2, max_length=MAX_MODELS), AfterValidator(FrozenDict)
]


class Quality(Part):
    """Keep documents by a classifier's score in [0, 1]. Exactly the parameter of the chosen policy may be given."""

    model: Annotated[QualityModel | None, LOCATIONS] = None
    """A model file, {path, sha256} to pin it, or {train: {positive: [...], negative: [...]}}. Every policy but max_rank
    takes it."""
    models: Annotated[QualityModels | None, LOCATIONS] = None
    """Of max_rank: two or more models by name, each as `model` would be."""
    policy: Literal["pareto", "top", "threshold", "proportional", "match", "max_rank"] = "pareto"
    """pareto: keep with probability (2 - score)^-alpha (GPT-3). top: keep the best `fraction` (DCLM). threshold: keep
    scores at or above it. proportional: keep with a probability equal to the score (PaLM, GLaM). match: pareto with the
    alpha at which kept documents score most like held-out positive ones (how GPT-3 chose 9). max_rank: each model ranks
    the source's documents and cuts the ranking into `buckets` of equal size; a document has the highest bucket that any
    model gives it, and stays from `least_bucket` on (Nemotron-CC)."""
    alpha: Annotated[Annotated[float, Field(gt=0)] | None, Field(validate_default=True)] = None
    """Of pareto: 9 in GPT-3 (Appendix A), 3 in the Pile and MT-NLG. 9 when not given."""
    fraction: Share | None = None
    """Of top: the share of documents to keep; 0.1 in DCLM."""
    threshold: Share | None = None
    """Of threshold: the lowest score that is kept."""
    least_bucket: Annotated[int, Field(ge=0)] | None = None
    """Of max_rank: the lowest bucket that is kept, counted from 0. Nemotron-CC calls 19 of its 20 buckets high, 18
    medium-high, 12 to 17 medium, 7 to 11 medium-low quality."""
    buckets: Annotated[Annotated[int, Field(ge=2, le=1000)] | None, Field(validate_default=True)] = None
    """Of max_rank: into how many buckets each model's ranking is cut; 20 in Nemotron-CC and when not given."""

    @field_validator("alpha")
    @classmethod
    def _published_alpha(cls, alpha: float | None, info: ValidationInfo) -> float | None:
        return 9.0 if alpha is None and info.data.get("policy") == "pareto" else alpha

    @field_validator("buckets")
    @classmethod
    def _published_buckets(cls, buckets: int | None, info: ValidationInfo) -> int | None:
        return BUCKETS if buckets is None and info.data.get("policy") == "max_rank" else buckets

    @model_validator(mode="after")
    def _one_parameter(self) -> "Quality":
        wanted = PARAMETER_OF_POLICY[self.policy]
        given = [name for name in PARAMETER_OF_POLICY.values() if name and getattr(self, name) is not None]
        if given != ([wanted] if wanted else []):
            needs = f"takes `{wanted}`" if wanted else "takes no parameter"
            raise refuse(f"the policy {self.policy} {needs}; given: {listed(given) or 'nothing'}")
        if self.policy == "match" and not isinstance(self.model, QualityTraining):
            raise refuse("the policy match needs held-out positive documents: give `model: {train: ...}`")
        return self

    @model_validator(mode="after")
    def _models_of_policy(self) -> "Quality":
        if self.policy != "max_rank":
            if self.model is None or self.models is not None:
                raise refuse(f"the policy {self.policy} takes one `model`; `models` are ranked by `policy: max_rank`")
            if self.buckets is not None:
                raise refuse(f"`buckets` are of the policy max_rank; the policy is {self.policy}")
            return self
        if self.models is None or self.model is not None:
            raise refuse("the policy max_rank takes `models: {NAME: ..., NAME: ...}`, and no `model`")
        assert self.least_bucket is not None
        assert self.buckets is not None
        if self.least_bucket >= self.buckets:
            raise refuse(f"least_bucket {self.least_bucket}: the {self.buckets} buckets are 0 to {self.buckets - 1}")
        return self

    def by_name(self) -> dict[str, QualityTraining | QualityFile | str]:
        """The models: "" -> the only one, or those of `models`."""
        if self.models is not None:
            return dict(sorted(self.models.items()))
        assert self.model is not None
        return {"": self.model}
