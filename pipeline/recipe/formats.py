"""The forms that documents are tagged with (`pipeline.tag.format`), so that a recipe can be checked without taggers."""

FORMATS = ("prose", "code", "table", "dialogue", "list", "form", "markup")
