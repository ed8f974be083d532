"""What a recipe says about the crawl snapshots of a source."""

import re
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from pipeline.recipe.problems import listed
from pipeline.recipe.values import Part, refuse

Text = Annotated[str, Field(min_length=1)]


class Snapshot(Part):
    """Where a document's crawl snapshot is named, for `dedup.scope: per_snapshot`. Exactly one of `path`, `field` and
    `name`; it is written to the documents' metadata as `snapshot`."""

    path: Text | None = None
    """A regular expression: its last match in the path or URL of the document's file, or the first group of that."""
    field: Text | None = None
    """A field of the rows' metadata, such as `dump` in FineWeb's files."""
    name: Text | None = None
    """One name for all documents of the source."""

    @field_validator("path")
    @classmethod
    def _compiles(cls, path: str | None) -> str | None:
        try:
            re.compile(path or "")
        except re.error as error:
            raise refuse(f"not a regular expression: {error}") from None
        return path

    @model_validator(mode="after")
    def _exactly_one(self) -> "Snapshot":
        given = [name for name, value in self if value is not None]
        if len(given) != 1:
            raise refuse(f"give exactly one of path, field and name ({listed(given) or 'none'} given)")
        return self
