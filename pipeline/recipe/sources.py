"""What a recipe says about one source: where it lies, how it is read, extracted, filtered and kept by quality."""

import functools
import json
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    Field,
    PlainValidator,
    SerializeAsAny,
    ValidationInfo,
    create_model,
    field_validator,
)

from pipeline.extract import ExtractOptions
from pipeline.filters import FILTERS
from pipeline.recipe.quality import Quality
from pipeline.recipe.snapshot import Snapshot
from pipeline.recipe.values import (
    LOCATIONS,
    FilterStep,
    Location,
    Part,
    refuse,
    unknown_name,
)
from pipeline.sources import READERS, ReaderOptions

M = TypeVar("M", bound=BaseModel)

PLANNED_READERS = (
    "warc", "arc", "wet", "jsonl", "parquet", "text",
    "wikipedia", "stackexchange", "reddit", "conversations", "code", "books",
)  # fmt: skip
"""Readers that recipes may name. One that is not in READERS yet is valid to write, but this version does not run it."""


def validated(model: type[M], data: Any) -> M:
    """`data` (plain, from YAML) as a model. Strict, so that "5" is no number and 1 is not true; lists become tuples."""
    return model.model_validate_json(json.dumps(data), strict=True)


def filter_step(value: Any) -> FilterStep:
    """Parse one entry of `filters`."""
    if isinstance(value, FilterStep):
        return value
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or len(value) != 1:
        raise refuse("expected a filter's name, or one name with its parameters: {gopher_quality: {min_words: 30}}")
    (name,) = value
    if name not in FILTERS:
        raise unknown_name("filter", name, FILTERS)
    return FilterStep(name, getattr(validated(filter_entry(name), value), name))


@functools.cache
def filter_entry(name: str) -> type[BaseModel]:
    """The one-key mapping {name: parameters} as a model, so that errors and the JSON schema know its shape."""
    return create_model(f"{name}_entry", __base__=Part, **{name: (FILTERS[name].params, ...)})  # type: ignore[call-overload,no-any-return]


class Source(Part):
    """Input files of one kind and what is done to their documents before the sources come together."""

    reader: str
    """How the files are read."""
    paths: Annotated[tuple[Location, ...], Field(min_length=1), LOCATIONS]
    """Files, patterns (* ? [] and ** for folders) or URLs. Relative to the recipe's own folder."""
    options: Annotated[SerializeAsAny[ReaderOptions], Field(validate_default=True)] = ReaderOptions()
    """The reader's own options."""
    extract: ExtractOptions = ExtractOptions()
    """How pages become text; only for readers that give pages."""
    filters: tuple[Annotated[FilterStep, PlainValidator(filter_step)], ...] = ()
    """Rule sets in the order in which they are applied."""
    quality: Quality | None = None
    """Keep documents by a classifier's score."""
    snapshot: Snapshot | None = None
    """Where a document's crawl snapshot is named. Without it, `dedup.scope: per_snapshot` looks for a Common Crawl id
    (CC-MAIN-2024-10) in the path of the document's file."""

    @field_validator("reader")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in READERS and name not in PLANNED_READERS:
            raise unknown_name("reader", name, dict.fromkeys((*READERS, *PLANNED_READERS)))
        return name

    @field_validator("options", mode="plain")
    @classmethod
    def _of_reader(cls, value: Any, info: ValidationInfo) -> ReaderOptions:
        if isinstance(value, ReaderOptions) and type(value) is not ReaderOptions:
            return value
        name = info.data.get("reader")
        if name not in READERS:  # nothing is known about its options yet, and nothing runs it
            return ReaderOptions()
        return validated(READERS[name].options, {} if isinstance(value, ReaderOptions) else value)

    @field_validator("extract")
    @classmethod
    def _pages_only(cls, value: ExtractOptions, info: ValidationInfo) -> ExtractOptions:
        name, options = info.data.get("reader"), info.data.get("options")
        if name in READERS and options is not None and not READERS[name].yields_pages(options):
            raise refuse(f"the reader {name} gives text, so there is nothing to extract; remove `extract`")
        return value

    @field_validator("filters")
    @classmethod
    def _once_each(cls, steps: tuple[FilterStep, ...]) -> tuple[FilterStep, ...]:
        names = [step.name for step in steps]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise refuse(f"the filter {twice[0]} is listed more than once")
        return steps
