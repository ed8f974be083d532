"""Programming languages of the code blocks of a page: what its markup names, else what `tag_code` finds in the text.

Highlighters write the language into a class or an attribute, each in its own way: `language-x`, `lang-x` (HTML's own
advice, and Prism, highlight.js, Prettify), `highlight-source-x` (GitHub), `highlight-x` (Sphinx), `brush: x`
(SyntaxHighlighter), `data-lang`, or a bare name beside `hljs`, `sourceCode` (Pandoc) or `prettyprint`.
"""

import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa

from pipeline.tag.code import tag_code
from pipeline.tag.code_model import PROSE, shipped
from pipeline.tag.file_names import EXTENSIONS

NOT_CODE = frozenset(("none", "plain", "plaintext", "text", "txt", "nohighlight", "no-highlight", "raw", "output"))

# Of the characters whose language only their text tells, so that it counts. Blocks that markup names, read without it,
# on the half of wcxb's hosts that this was not chosen by: precision of a page's languages .745 -> .892, recall .704 ->
# .611.
MIN_TOLD_SHARE = 0.1

# What highlighters call languages, where it is neither our name for them nor an extension of their files.
# fmt: off
_ALIASES = {
    "golang": "go", "csharp": "c#", "fsharp": "f#", "c_cpp": "c++", "cplusplus": "c++", "objectivec": "objective-c",
    "objc": "objective-c", "python2": "python", "python3": "python", "py3": "python", "pycon": "python",
    "ipython": "python", "ipython3": "python", "jsx": "javascript", "ecmascript": "javascript", "mjs": "javascript",
    "shell-session": "shell", "shellsession": "shell", "console": "shell", "terminal": "shell", "bsh": "shell",
    "shellscript": "shell", "curl": "shell", "ksh": "shell", "fish": "shell", "bat": "batchfile", "cmd": "batchfile",
    "batch": "batchfile", "dosbatch": "batchfile", "ps": "powershell", "pwsh": "powershell", "docker": "dockerfile",
    "make": "makefile", "markup": "html", "html5": "html", "html-basic": "html", "mysql": "sql", "postgres": "sql",
    "postgresql": "sql", "pgsql": "sql", "psql": "sql", "tsql": "sql", "sqlite": "sql", "latex": "tex",
    "jsonc": "json", "json5": "json", "gitignore": "ignore list", "elisp": "emacs lisp", "lisp": "common lisp",
    "viml": "vim script", "vim": "vim script", "vb": "visual basic", "vbnet": "visual basic", "delphi": "pascal",
    "irb": "ruby", "properties": "ini", "udiff": "diff", "x86asm": "assembly", "nasm": "assembly", "gas": "assembly",
    "armasm": "assembly", "coffee": "coffeescript", "node": "javascript", "nodejs": "javascript",
    "terraform": "hcl", "tf": "hcl", "gql": "graphql", "sol": "solidity", "lean4": "lean", "wasm": "webassembly",
    "wat": "webassembly", "cfm": "coldfusion", "cfml": "coldfusion", "proto": "protocol buffer",
    "protobuf": "protocol buffer", "hbs": "handlebars", "cu": "cuda", "jinja2": "jinja", "regexp": "regex",
}
# fmt: on

# Languages that highlighters name and no classifier of ours tells: linguist's names, lower case.
# fmt: off
_MORE = frozenset((
    "bicep", "blade", "crystal", "css", "cuda", "dockerfile", "elm", "gdscript", "graphql", "handlebars", "hcl", "html",
    "http", "idris", "isabelle", "jinja", "lean", "less", "liquid", "llvm", "mermaid", "nginx", "nim", "nix", "odin",
    "promql", "purescript", "regex", "sass", "scss", "solidity", "sparql", "svelte", "systemverilog", "twig", "typst",
    "vhdl", "vue", "webassembly", "zig",
))
# fmt: on

_GIVEN = re.compile(
    r"""(?:\bdata-(?:code-)?lang(?:uage)?\s*=\s*["']?|\bhighlight-(?:source|text)-|\blang(?:uage)?-|\bhighlight-"""
    r"""|\bbrush:\s*)([a-z0-9+#_-]+)""",
    re.IGNORECASE,
)
_CLASSES = re.compile(r"""\bclass\s*=\s*("[^"]*|'[^']*|[^\s"'>]+)""", re.IGNORECASE)
_HIGHLIGHTERS = frozenset(("hljs", "sourcecode", "prettyprint", "rouge", "codehilite", "highlight"))
_BARE_MIN_CHARS = 3  # "c" and "r" are classes of other things
_SHORT = frozenset(("c", "d", "r"))


def named_language(hint: str) -> tuple[str | None, bool]:
    """(the language that tags name, False where they say that it is no code). The first name that is known."""
    for name in map(str.lower, _GIVEN.findall(hint)):
        if name in NOT_CODE:
            return None, False
        if language := _known(name):
            return language, True
    for classes in _CLASSES.findall(hint):
        names = classes.strip("\"'").lower().split()
        if not _HIGHLIGHTERS.isdisjoint(names):
            for name in names:
                if len(name) >= _BARE_MIN_CHARS and (language := _known(name)):
                    return language, True
    return None, True


@functools.cache
def _known(name: str) -> str | None:
    """Our name of a language that highlighters call `name` (lower case)."""
    if name in _ALIASES or name in _MORE:
        return _ALIASES.get(name, name)
    if len(name) < 2 and name not in _SHORT:
        return None
    spaced = name.replace("-", " ").replace("_", " ")
    for form in (name, spaced):
        if form in shipped().labels and form != PROSE:
            return form
    return next(iter(EXTENSIONS.get(name, ())), None) if not name.isdigit() else None


def tag_code_blocks(pages: Sequence[Iterable[tuple[str, str, int]]]) -> list[Counter[str]]:
    """For each page the characters of its code blocks by language, of blocks (tags, text, characters).

    Blocks in no language that is known (output, poems, ASCII art) count for nothing, nor does a language of few small
    blocks that only their text tells: mostly it is a mistake.
    """
    found: list[Counter[str]] = [Counter() for _ in pages]
    told: list[Counter[str]] = [Counter() for _ in pages]
    asked: list[tuple[int, str, int]] = []
    for number, blocks in enumerate(pages):
        for hint, text, size in blocks:
            language, is_code = named_language(hint)
            if language:
                found[number][language] += size
            elif is_code:
                asked.append((number, text, size))
    if asked:
        languages = tag_code(pa.array([text for _, text, _ in asked], pa.string())).to_pylist()
        for (number, _, size), language in zip(asked, languages, strict=True):
            if language:
                told[number][language] += size
    for of_page, by_text in zip(found, told, strict=True):
        least = MIN_TOLD_SHARE * by_text.total()
        of_page.update({name: size for name, size in by_text.items() if size >= least or name in of_page})
    return found
