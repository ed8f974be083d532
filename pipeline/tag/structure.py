"""Languages that are told by the shape of the whole file: JSON, XML, HTML, PHP, CSS, YAML, INI, TOML, diff."""

import re

from pipeline.tag.file_names import HTML_ELEMENTS

MIN_LINES, MAX_LINES = 3, 100
MARKUP_MIN_TAGS = 2

# Strings, numbers, words, punctuation, and the comments of JSON with comments; a cut text may end inside any of them.
_JSON_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*(?:"|\Z)|-?\d[\d.eE+-]*|\b(?:true|false|null|[a-z]{1,4}\Z)\b|[\[\]{},:\s]+|//[^\n]*|/\*.*?(?:\*/|\Z)',
    re.DOTALL,
)
_LEADING_COMMENTS = re.compile(r"(?:\s*//[^\n]*\n|\s*/\*.*?\*/)+\s*", re.DOTALL)
_PHP = re.compile(r"^\s*<\?(?:php\b|=)", re.MULTILINE)
_TAG = re.compile(r"</?([A-Za-z][\w:.-]*)")
_CSS_PROPERTY = re.compile(r"^(?:--|-)?[a-z][a-z-]*\s*:[^;{}]+;$")
_CSS_RULE = re.compile(r"^[\w.#:*@][^{};]*\{\s*[a-z-]+\s*:[^{}\"]*\}$")
_CSS_SELECTOR = re.compile(r"^[\w.#:*@\[>][^{};=]*[{,]$")
_DECLARATION = re.compile(
    r"^(?:export|interface|function|const|let|var|class|struct|type|enum|return|public|private)\b"
)
_YAML_KEY = re.compile(r"""^(?:- )*["']?([\w./$-][\w ./$-]*)["']?:(?:[ \t]|$)""")
_INI_SECTION = re.compile(r"^\[\[?[^\[\]]+\]?\]$")
_KEY_VALUE = re.compile(r"^[\w.\-\"' ]+=")
_TOML_VALUE = re.compile(r"""^[\w.\-"]+ *= *(?:"|'|\[|\{|true$|false$|-?\d[\d_.:TZ+-]*$)""")


def structured_language(head: str, whole: bool) -> str | None:
    """The language whose file structure `head` has, or None. `whole` says that head is the entire text."""
    text = head.strip()
    if text.startswith(("diff --git ", "Index: ")) or (
        text.startswith("--- ") and "\n+++ " in text and "\n@@ " in text
    ):
        return "diff"
    if _PHP.search(text) or (text.startswith("<") and "<?php" in text):
        return "php"
    comments = _LEADING_COMMENTS.match(text)
    if text[comments.end() if comments else 0 :][:1] in ("{", "[") and _is_json(text, whole):
        return "json"
    if text.startswith("<"):
        return _markup(text)
    lines = [line.strip() for line in text.split("\n", MAX_LINES)[:MAX_LINES] if line and not line.isspace()]
    if len(lines) < MIN_LINES:
        return None
    return _line_language(lines, text)


def _is_json(text: str, whole: bool) -> bool:
    return '"' in text and not (whole and text[-1] not in "}]/") and not _JSON_TOKEN.sub("", text)


def _markup(text: str) -> str | None:
    if re.match(r"<!doctype html|<html", text, re.IGNORECASE):
        return "html"
    tags = _TAG.findall(text)
    if text.startswith(("<?xml", "<!DOCTYPE")):
        return "html" if "html" in tags[:1] else "xml"
    if len(tags) < MARKUP_MIN_TAGS:
        return None
    known = sum(tag.lower() in HTML_ELEMENTS for tag in tags)
    return "html" if 2 * known >= len(tags) else "xml"


def _line_language(lines: list[str], text: str) -> str | None:
    if "{" in text and "}" in text and ":" in text and _is_css(lines):
        return "css"
    content = [x for x in lines if x[0] not in "#;"]
    if not content:
        return None
    if "[" in text and "=" in text:
        sections = sum(bool(_INI_SECTION.match(x)) for x in content)
        pairs = [x for x in content if _KEY_VALUE.match(x)]
        # Values may run over several lines; a section at the very beginning is the stronger sign.
        share = 0.4 if _INI_SECTION.match(content[0]) else 0.8
        if sections and pairs and sections + len(pairs) >= share * len(content):
            return "toml" if sum(bool(_TOML_VALUE.match(x)) for x in pairs) >= 0.9 * len(pairs) else "ini"
    return "yaml" if ":" in text and _is_yaml(content, text) else None


def _is_css(lines: list[str]) -> bool:
    if any(_DECLARATION.match(x) for x in lines):  # "interface Stop {", "name: string;" has the shape of a rule
        return False
    properties = sum(bool(_CSS_PROPERTY.match(x)) for x in lines)
    rules = sum(bool(_CSS_RULE.match(x)) for x in lines)
    frame = sum(x == "}" or bool(_CSS_SELECTOR.match(x)) for x in lines)
    comments = sum(x.startswith(("/*", "*")) for x in lines)
    return properties + rules > 0 and properties + rules + frame + comments >= 0.7 * len(lines)


def _is_yaml(content: list[str], text: str) -> bool:
    keys = [match.group(1) for x in content if (match := _YAML_KEY.match(x))]
    items = sum(x.startswith("- ") for x in content)
    marked = text.startswith(("---\n", "%YAML"))
    if len(keys) < 2 or not (items or marked or re.search(r"^ +[\w\"'-]", text, re.MULTILINE)):
        return False
    shaped = sum(bool(_YAML_KEY.match(x)) or x.startswith(("- ", "---", "...")) for x in content)
    # A speaker's name before a colon begins with a capital; keys mostly do not.
    small = sum(not key[:1].isupper() for key in keys)
    return shaped >= (0.4 if marked else 0.8) * len(content) and 2 * small >= len(keys)
