"""What a file's name, its "#!" line, and its elements say about its language: tables, no logic."""

# fmt: off
# Extension -> languages that use it. More than one: the text decides among them.
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "py": ("python",), "pyw": ("python",), "pyx": ("python",), "c": ("c",), "h": ("c", "c++", "objective-c"),
    "cc": ("c++",), "cpp": ("c++",), "cxx": ("c++",), "hpp": ("c++",), "hh": ("c++", "hack"), "hxx": ("c++",),
    "ino": ("c++",), "m": ("matlab", "objective-c", "m", "mercury", "wolfram language"), "mm": ("objective-c",),
    "java": ("java",), "kt": ("kotlin",), "kts": ("kotlin",), "scala": ("scala",), "sbt": ("scala",),
    "groovy": ("groovy",), "gradle": ("groovy",), "cs": ("c#",), "csx": ("c#",), "js": ("javascript",),
    "mjs": ("javascript",), "cjs": ("javascript",), "jsx": ("javascript",), "ts": ("typescript", "xml"),
    "tsx": ("typescript",), "go": ("go",), "rs": ("rust",), "swift": ("swift",), "dart": ("dart",),
    "php": ("php", "hack"), "phtml": ("php",), "rb": ("ruby",), "rake": ("ruby",), "gemspec": ("ruby",),
    "pl": ("perl", "prolog", "raku"), "pm": ("perl", "raku"), "lua": ("lua",), "r": ("r",), "sh": ("shell",),
    "bash": ("shell",), "zsh": ("shell",), "ksh": ("shell",), "ps1": ("powershell",), "psm1": ("powershell",),
    "sql": ("sql", "plsql"), "hs": ("haskell",), "ml": ("ocaml",), "mli": ("ocaml",), "fs": ("f#", "forth", "glsl"),
    "fsx": ("f#",), "erl": ("erlang",), "hrl": ("erlang",), "ex": ("elixir", "euphoria"), "exs": ("elixir",),
    "clj": ("clojure",), "cljs": ("clojure",), "lisp": ("common lisp",), "el": ("emacs lisp",), "scm": ("scheme",),
    "rkt": ("racket",), "f": ("fortran",), "f90": ("fortran",), "f95": ("fortran",), "for": ("fortran", "forth"),
    "pas": ("pascal",), "dpr": ("pascal",), "adb": ("ada",), "ads": ("ada",), "vb": ("visual basic",),
    "bas": ("vba", "visual basic 6.0", "visual basic"), "frm": ("visual basic 6.0", "vba"), "jl": ("julia",),
    "awk": ("awk",), "tcl": ("tcl",), "pro": ("prolog", "ini"), "asm": ("assembly",),
    "s": ("assembly", "motorola 68k assembly"), "v": ("verilog", "rocq prover", "v"), "sv": ("verilog",),
    "vhd": ("vhdl",), "vhdl": ("vhdl",), "cob": ("cobol",), "cbl": ("cobol",), "mk": ("makefile",),
    "mak": ("makefile",), "cmake": ("cmake",), "vim": ("vim script",), "tex": ("tex",), "sty": ("tex",),
    "cls": ("tex", "visual basic 6.0", "vba", "apex"), "ltx": ("tex",), "html": ("html",), "htm": ("html",),
    "xhtml": ("html",), "xml": ("xml",), "xsd": ("xml",), "xsl": ("xml",), "xslt": ("xml",), "svg": ("xml",),
    "plist": ("xml property list",), "css": ("css",), "json": ("json", "json with comments"), "geojson": ("json",),
    "jsonl": ("json",), "yaml": ("yaml",), "yml": ("yaml",), "ini": ("ini",), "toml": ("toml",), "diff": ("diff",),
    "patch": ("diff",),
}

# Languages that few others are mixed up with by their extensions.
_MORE = """
ats: dats sats hats; apex: apex trigger; befunge: befunge; bitbake: bb bbappend bbclass; cql: cql; chapel: chpl
checksums: md5 sha1 sha256 sha512 sfv; cirru: cirru; clean: icl dcl; clue: clue; clojure: cljc edn; coffeescript: coffee
d: d di; dotenv: env; eiffel: e; euphoria: exw eu edb; forth: fth 4th forth frt; gap: g gap gd gi tst; gaml: gaml
gerber image: gbr gtl gbl gts gbs gto gbo gko gtp; glsl: glsl vert frag geom comp tesc tese vsh fsh shader
gn: gn gni; gsc: gsc csc gsh; game maker language: gml; go template: tmpl gotmpl gohtml tpl; golo: golo
grammatical framework: gf; hack: hack hhi; ink: ink; jac: jac; jasmin: j; json with comments: jsonc json5
kdl: kdl; kicad layout: kicad_pcb kicad_mod; kicad schematic: kicad_sch sch; labview: lvproj lvlib lvclass
markdown: md markdown mdown livemd; mercury: moo; mermaid: mmd mermaid; mint: mint; modelica: mo; moonbit: mbt
motorola 68k assembly: x68; nasl: nasl; ncl: ncl; nwscript: nss; nit: nit; ocaml: mll mly; plsql: pls pkb pks pck plb
pov-ray sdl: pov; pan: pan; pascal: pp lpr; pawn: pwn sma; pep8: pep; powerbuilder: sru srw srd pbt
propeller spin: spin spin2; public key: pem pub crt asc; ros interface: msg srv action; rpgle: rpgle sqlrpgle
raku: raku rakumod p6 pm6 pl6 t6; rascal: rsc; reason: re rei; roff: roff tr ms mom nr me; roff manpage: man mdoc 1m 3pm
sail: sail; scheme: ss sld sps; sieve: sieve siv; slang: slang; smali: smali; smalltalk: st; starlark: bzl star bazel
stata: do ado mata; tree-sitter query: scm; unity3d asset: unity prefab asset mat anim meta; vba: vba; v: vsh vv
vyper: vy vyi; wolfram language: wl wls nb mt; x10: x10; xml property list: plist stringsdict; yaml: clang-format syntax
common lisp: cl asd lsp; emacs lisp: emacs; erlang: app.src escript xrl yrl; ruby: ru podspec thor; r: rmd rsx
fortran: f77 f03 f08; dart: dart; verilog: vh; visual basic 6.0: ctl dsr vbp; xml: csproj vcxproj fsproj props targets
xml: nuspec wsdl xul rss kml xaml resx ui wixproj storyboard; shell: bats ebuild; perl: t psgi; python: pyi wsgi
"""
for _line in _MORE.strip().replace("\n", ";").split(";"):
    _language, _, _extensions = _line.partition(":")
    for _extension in _extensions.split():
        _listed = EXTENSIONS.get(_extension, ())
        if _language.strip() not in _listed:
            EXTENSIONS[_extension] = (*_listed, _language.strip())
for _section in range(1, 10):
    EXTENSIONS[str(_section)] = ("roff manpage", "roff")

FILE_NAMES: dict[str, str] = {
    "makefile": "makefile", "gnumakefile": "makefile", "dockerfile": "dockerfile", "cmakelists.txt": "cmake",
    "rakefile": "ruby", "gemfile": "ruby", "vagrantfile": "ruby", "build.gradle": "groovy", "jenkinsfile": "groovy",
    ".bashrc": "shell", ".bash_profile": "shell", ".zshrc": "shell", ".vimrc": "vim script",
    ".gitignore": "ignore list", ".dockerignore": "ignore list", ".npmignore": "ignore list",
    ".eslintignore": "ignore list", ".prettierignore": "ignore list", ".env": "dotenv", "build.gn": "gn",
    "build": "starlark", "workspace": "starlark", "build.bazel": "starlark", ".emacs": "emacs lisp",
    "tsconfig.json": "json with comments", "podfile": "ruby", "guardfile": "ruby", "capfile": "ruby",
    "brewfile": "ruby", ".clang-format": "yaml", "sha256sums": "checksums", "md5sums": "checksums",
    ".editorconfig": "ini", ".gitconfig": "ini", "pkgbuild": "shell", ".xinitrc": "shell", ".profile": "shell",
}

# The program that a "#!" line starts, version digits cut off.
INTERPRETERS: dict[str, str] = {
    "python": "python", "pypy": "python", "sh": "shell", "bash": "shell", "dash": "shell", "zsh": "shell",
    "ksh": "shell", "perl": "perl", "ruby": "ruby", "node": "javascript", "nodejs": "javascript",
    "deno": "typescript", "php": "php", "lua": "lua", "luajit": "lua", "rscript": "r", "awk": "awk", "gawk": "awk",
    "tclsh": "tcl", "wish": "tcl", "make": "makefile", "runghc": "haskell", "runhaskell": "haskell",
    "groovy": "groovy", "scala": "scala", "kotlin": "kotlin", "swift": "swift", "escript": "erlang",
    "elixir": "elixir", "ocaml": "ocaml", "julia": "julia", "octave": "matlab", "swipl": "prolog",
    "pwsh": "powershell", "sbcl": "common lisp", "guile": "scheme", "racket": "racket", "clojure": "clojure",
    "dart": "dart",
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
