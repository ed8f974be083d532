"""Published rule sets as filters: one file a system, found by name in `FILTERS`."""

from pipeline.filters.base import Filter, FilterParams, FilterResult
from pipeline.filters.c4 import C4
from pipeline.filters.fineweb import FINEWEB
from pipeline.filters.gopher import GOPHER_QUALITY, GOPHER_REPETITION
from pipeline.filters.url import URL

FILTERS: dict[str, Filter] = {f.name: f for f in (URL, GOPHER_REPETITION, GOPHER_QUALITY, C4, FINEWEB)}
"""Every filter, in FineWeb's order of application."""

__all__ = ["FILTERS", "Filter", "FilterParams", "FilterResult"]
