"""What a file's name, its "#!" line, and its elements say about its language: tables, no logic."""

# fmt: off
# Extension -> languages that use it. More than one: the text decides among them.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "py": ("python",), "pyw": ("python",), "pyx": ("python",), "c": ("c",), "h": ("c", "c++", "objective-c"),
    "cc": ("c++",), "cpp": ("c++",), "cxx": ("c++",), "hpp": ("c++",), "hh": ("c++",), "hxx": ("c++",),
    "ino": ("c++",), "m": ("matlab", "objective-c"), "mm": ("objective-c",), "java": ("java",), "kt": ("kotlin",),
    "kts": ("kotlin",), "scala": ("scala",), "sbt": ("scala",), "groovy": ("groovy",), "gradle": ("groovy",),
    "cs": ("c#",), "csx": ("c#",), "js": ("javascript",), "mjs": ("javascript",), "cjs": ("javascript",),
    "jsx": ("javascript",), "ts": ("typescript", "xml"), "tsx": ("typescript",), "go": ("go",), "rs": ("rust",),
    "swift": ("swift",), "dart": ("dart",), "php": ("php",), "phtml": ("php",), "rb": ("ruby",), "rake": ("ruby",),
    "gemspec": ("ruby",), "pl": ("perl", "prolog"), "pm": ("perl",), "lua": ("lua",), "r": ("r",), "sh": ("shell",),
    "bash": ("shell",), "zsh": ("shell",), "ksh": ("shell",), "ps1": ("powershell",), "psm1": ("powershell",),
    "sql": ("sql",), "hs": ("haskell",), "ml": ("ocaml",), "mli": ("ocaml",), "fs": ("f#",), "fsx": ("f#",),
    "erl": ("erlang",), "hrl": ("erlang",), "ex": ("elixir",), "exs": ("elixir",), "clj": ("clojure",),
    "cljs": ("clojure",), "lisp": ("lisp",), "el": ("lisp",), "scm": ("lisp",), "rkt": ("lisp",), "f": ("fortran",),
    "f90": ("fortran",), "f95": ("fortran",), "for": ("fortran",), "pas": ("pascal",), "dpr": ("pascal",),
    "adb": ("ada",), "ads": ("ada",), "vb": ("visual basic",), "bas": ("visual basic",), "frm": ("visual basic",),
    "jl": ("julia",), "awk": ("awk",), "tcl": ("tcl",), "pro": ("prolog",), "asm": ("assembly",), "s": ("assembly",),
    "v": ("verilog",), "sv": ("verilog",), "vhd": ("vhdl",), "vhdl": ("vhdl",), "cob": ("cobol",), "cbl": ("cobol",),
    "mk": ("makefile",), "mak": ("makefile",), "cmake": ("cmake",), "vim": ("vim script",), "tex": ("tex",),
    "sty": ("tex",), "cls": ("tex", "visual basic"), "ltx": ("tex",), "html": ("html",), "htm": ("html",),
    "xhtml": ("html",), "xml": ("xml",), "xsd": ("xml",), "xsl": ("xml",), "xslt": ("xml",), "svg": ("xml",),
    "plist": ("xml",), "css": ("css",), "json": ("json",), "geojson": ("json",), "jsonl": ("json",),
    "yaml": ("yaml",), "yml": ("yaml",), "ini": ("ini",), "toml": ("toml",), "diff": ("diff",), "patch": ("diff",),
}

FILE_NAMES: dict[str, str] = {
    "makefile": "makefile", "gnumakefile": "makefile", "dockerfile": "dockerfile", "cmakelists.txt": "cmake",
    "rakefile": "ruby", "gemfile": "ruby", "vagrantfile": "ruby", "build.gradle": "groovy", "jenkinsfile": "groovy",
    ".bashrc": "shell", ".bash_profile": "shell", ".zshrc": "shell", ".profile": "shell", ".vimrc": "vim script",
}

# The program that a "#!" line starts, version digits cut off.
INTERPRETERS: dict[str, str] = {
    "python": "python", "pypy": "python", "sh": "shell", "bash": "shell", "dash": "shell", "zsh": "shell",
    "ksh": "shell", "perl": "perl", "ruby": "ruby", "node": "javascript", "nodejs": "javascript",
    "deno": "typescript", "php": "php", "lua": "lua", "luajit": "lua", "rscript": "r", "awk": "awk", "gawk": "awk",
    "tclsh": "tcl", "wish": "tcl", "make": "makefile", "runghc": "haskell", "runhaskell": "haskell",
    "groovy": "groovy", "scala": "scala", "kotlin": "kotlin", "swift": "swift", "escript": "erlang",
    "elixir": "elixir", "ocaml": "ocaml", "julia": "julia", "octave": "matlab", "swipl": "prolog",
    "pwsh": "powershell", "sbcl": "lisp", "guile": "lisp", "racket": "lisp", "clojure": "clojure", "dart": "dart",
}
# fmt: on

_HTML = """
html head body div span p a img table tr td th ul ol li h1 h2 h3 h4 br hr script style link meta title form input button
label select option nav header footer section article main strong em b i code pre tbody thead iframe
"""
# Elements that an HTML page is made of; other element names speak for another XML vocabulary.
HTML_ELEMENTS = frozenset(_HTML.split())

# Extensions of addresses at which a web server gives a page to read, not a file of that language.
PAGE_EXTENSIONS = frozenset(
    ["html", "htm", "xhtml", "php", "phtml", "asp", "aspx", "jsp", "cgi", "pl", "xml", "json", "js", "css"]
)
