"""Winnow: from crawls and corpora to training-ready token shards."""

__version__ = "0.1.0"
