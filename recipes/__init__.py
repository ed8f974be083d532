"""Bundled recipes, one YAML a system; `winnow recipes` lists them."""
