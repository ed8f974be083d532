"""Deduplication: exact by normalised content, with source priority."""
