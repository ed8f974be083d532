"""Programming-language tags: the gate, each way of telling a language, and accuracy on labelled files."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.tag.code import gate, name_languages, profile_points, tag_code, told_by_form
from pipeline.tag.code_model import shipped
from pipeline.tag.file_names import EXTENSIONS, FILE_NAMES, INTERPRETERS
from pipeline.tag.profiles import PROFILES

PROSE = (
    "The ferry leaves at seven, and whoever is late waits until noon. Nobody minded much; the harbour café had\n"
    "good bread, and the old captain told the same three stories (each a little longer than the year before).\n"
)

SNIPPETS = {
    "python": "import os\n\n\ndef depth(path, level=0):\n    if not os.path.isdir(path):\n        return level\n"
    "    return max(depth(os.path.join(path, x), level + 1) for x in os.listdir(path))\n\n\n"
    "if __name__ == '__main__':\n    print(depth('.'))\n",
    "c": "#include <stdio.h>\n#include <stdlib.h>\n\nint main(int argc, char **argv) {\n    char *line = malloc(80);\n"
    '    if (line == NULL) return 1;\n    printf("%d\\n", argc);\n    free(line);\n    return 0;\n}\n',
    "c++": "#include <iostream>\n#include <vector>\n\ntemplate <typename T>\nT total(const std::vector<T>& xs) {\n"
    "    T sum{};\n    for (const auto& x : xs) sum += x;\n    return sum;\n}\n\nint main() {\n"
    "    std::cout << total(std::vector<int>{1, 2}) << std::endl;\n}\n",
    "java": "package shop.till;\n\nimport java.util.List;\n\npublic class Till {\n"
    "    private final List<Integer> sums;\n\n"
    "    public Till(List<Integer> sums) {\n        this.sums = sums;\n    }\n\n"
    "    public static void main(String[] args) {\n        System.out.println(args.length);\n    }\n}\n",
    "javascript": "const fs = require('fs');\n\nfunction count(name, done) {\n  fs.readFile(name, (err, data) => {\n"
    "    if (err !== null) return done(err);\n    console.log(data.length);\n  });\n}\n\nmodule.exports = { count };\n",
    "typescript": "export interface Stop {\n  name: string;\n  minutes: number;\n}\n\n"
    "export function late(stops: Stop[], limit: number): string[] {\n"
    "  const names: string[] = stops.filter((s) => s.minutes > limit).map((s) => s.name);\n  return names;\n}\n",
    "go": 'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() {\n\tf, err := os.Open("a")\n'
    '\tif err != nil {\n\t\tfmt.Println("no", err)\n\t\treturn\n\t}\n\tdefer f.Close()\n}\n',
    "rust": "use std::collections::HashMap;\n\npub fn tally(words: &[&str]) -> HashMap<String, usize> {\n"
    "    let mut seen = HashMap::new();\n    for w in words {\n        *seen.entry(w.to_string()).or_insert(0) += 1;\n"
    '    }\n    seen\n}\n\nfn main() {\n    println!("{:?}", tally(&["a"]));\n}\n',
    "ruby": "require 'set'\n\nmodule Yard\n  class Pen\n    attr_reader :sheep\n\n    def initialize(sheep)\n"
    "      @sheep = sheep\n    end\n\n    def each\n      sheep.each do |one|\n        yield one unless one.nil?\n"
    "      end\n    end\n  end\nend\n",
    "php": "<?php\n\nfunction price($cents) {\n    return number_format($cents / 100, 2);\n}\n\necho price(250);\n",
    "c#": "using System;\nusing System.Collections.Generic;\n\nnamespace Mill\n{\n    public class Grain\n    {\n"
    "        public int Weight { get; set; }\n\n        static void Main(string[] args)\n        {\n"
    '            Console.WriteLine("ok");\n        }\n    }\n}\n',
    "kotlin": "package mill\n\ndata class Grain(val weight: Int, var name: String)\n\n"
    "fun heaviest(all: List<Grain>): Grain? {\n"
    "    val sorted = all.sortedBy { it.weight }\n    return sorted.lastOrNull() ?: null\n}\n\n"
    'fun main() {\n    println(listOf(Grain(1, "rye")))\n}\n',
    "swift": "import Foundation\n\nstruct Boat {\n    let name: String\n    var knots: Int\n}\n\n"
    "func fastest(_ boats: [Boat]) -> Boat? {\n    guard let first = boats.first else { return nil }\n"
    '    print("\\(first.name)")\n    return first\n}\n',
    "scala": "package mill\n\ncase class Grain(weight: Int)\n\nobject Mill extends App {\n"
    "  def total(xs: List[Grain]): Int = xs match {\n    case Nil => 0\n    case x :: rest => x.weight + total(rest)\n"
    "  }\n  println(total(List(Grain(2))))\n}\n",
    "haskell": "module Main where\n\nimport qualified Data.Map as M\n\n"
    "data Coin = Heads | Tails deriving (Show, Eq)\n\n"
    "tally :: [Coin] -> Int\ntally [] = 0\ntally (c:cs)\n  | c == Heads = 1 + tally cs\n  | otherwise = tally cs\n\n"
    "main :: IO ()\nmain = putStrLn $ show (tally [Heads])\n",
    "perl": 'use strict;\nuse warnings;\n\nmy %seen;\nwhile (my $line = <STDIN>) {\n    chomp $line;\n'
    '    next unless $line =~ /^\\w+$/;\n    $seen{$line}++;\n}\nforeach my $key (sort keys %seen) {\n'
    '    print "$key $seen{$key}\\n";\n}\n',
    "r": "library(ggplot2)\n\nscale_up <- function(x, by = 2) {\n  if (is.null(x)) return(NA)\n  x * by\n}\n\n"
    'frame <- data.frame(a = c(1, 2), b = c("x", "y"), stringsAsFactors = FALSE)\nprint(summary(frame))\n',
    "shell": 'set -e\n\nif [ -z "$1" ]; then\n  echo "which folder?" >&2\n  exit 1\nfi\n\nfor f in "$1"/*.log; do\n'
    '  gzip "$f" || exit 2\ndone\nexport DONE=$(date)\n',
    "sql": "CREATE TABLE boats (\n  id INTEGER PRIMARY KEY,\n  name VARCHAR(40) NOT NULL\n);\n\n"
    "INSERT INTO boats VALUES (1, 'Gull');\nSELECT name FROM boats WHERE id > 0 ORDER BY name;\n",
    "lua": "local M = {}\n\nfunction M.sum(xs)\n  local total = 0\n  for _, x in ipairs(xs) do\n"
    "    if x ~= nil then\n      total = total + x\n    end\n  end\n  return total\nend\n\nreturn M\n",
    "matlab": "function y = smooth(x, w)\n% running mean\nn = length(x);\ny = zeros(n, 1);\nfor i = 1:n\n"
    "    y(i) = mean(x(max(1, i - w):min(n, i + w)));\nend\nfigure; plot(y); xlabel('time');\nend\n",
    "assembly": "section .text\nglobal _start\n_start:\n\tmov eax, 4\n\tmov ebx, 1\n\tint 0x80\n"
    "\txor ebx, ebx\n\tmov eax, 1\n"
    "\tint 0x80\n\tret\n",
    "tex": "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n\\section{Tides}\n"
    "A tide is $h = a \\sin t$.\n"
    "\\end{document}\n",
    "html": "<!DOCTYPE html>\n<html>\n<head><title>Boats</title></head>\n<body><p>Two boats.</p></body>\n</html>\n",
    "css": "body {\n  margin: 0;\n  color: #333;\n}\n\n.menu li:hover {\n  background: url(a.png);\n"
    "  padding: 2px 4px;\n}\n",
    "json": '{"name": "gull", "length": 7.5, "crew": [{"id": 1, "awake": true}, {"id": 2, "awake": null}]}\n',
    "yaml": "name: gull\nlength: 7.5\ncrew:\n  - id: 1\n    awake: true\n  - id: 2\n    awake: false\n",
    "xml": '<?xml version="1.0"?>\n<boats>\n  <boat name="gull"><length>7.5</length></boat>\n</boats>\n',
    "ini": "[boat]\nname = gull\nlength = about seven\n\n[crew]\nfirst = anna\n",
    "toml": '[boat]\nname = "gull"\nlength = 7.5\ntags = ["blue"]\n',
    "diff": "diff --git a/x.txt b/x.txt\n--- a/x.txt\n+++ b/x.txt\n@@ -1 +1 @@\n-old\n+new\n",
    "makefile": "CC = gcc\nCFLAGS := -O2\n\nall: boat\n\nboat: boat.o\n\t$(CC) $(CFLAGS) -o $@ $<\n\n"
    ".PHONY: clean\nclean:\n\trm -f *.o\n",
    "elixir": "defmodule Mill do\n  def total(xs) do\n"
    "    xs |> Enum.map(fn x -> x * 2 end) |> Enum.sum()\n  end\nend\n\n"
    "IO.puts(Mill.total([1, 2]))\n",
    "erlang": "-module(mill).\n-export([total/1]).\n\ntotal([]) -> 0;\ntotal([H|T]) -> H + total(T).\n",
    "fortran": "program tide\n  implicit none\n  integer :: i\n  real :: h\n  do i = 1, 10\n    h = sin(real(i))\n"
    "    write(*,*) h\n  end do\nend program tide\n",
    "pascal": "program Tide;\nvar\n  i: integer;\nbegin\n  for i := 1 to 10 do\n  begin\n"
    "    writeln('tide ', i);\n  end;\nend.\n",
    "dockerfile": "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y gcc\nCOPY . /src\nWORKDIR /src\n"
    'CMD ["make"]\n',
}  # fmt: skip


@pytest.mark.parametrize("expected", SNIPPETS)
def test_language_of_a_short_file(expected: str) -> None:
    assert tag_code(pa.array([SNIPPETS[expected]])).to_pylist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "😀" * 200,
        PROSE * 4,
        "Price: 30 EUR (was: 40 EUR); see <the shelf> & ask.",
        "x" * 1_000_000,
        "河水在夜里慢慢上涨（到了早晨），低处的田地都被水淹没了：" * 20,
        "Anna: is it ready?\nBen: almost.\nAnna: good.\nBen: ten minutes.\n",
        PROSE * 3 + "    if (x) { return y; }\n" + PROSE * 3,
    ],
)
def test_prose_has_no_programming_language(text: str) -> None:
    assert tag_code(pa.array([text])).to_pylist() == [None]


def test_chat_about_code_is_chat() -> None:
    log = "".join(f'[12:{i:02}] <user{i % 3}> try: if [ -z "$1" ]; then echo "$(pwd)"; fi\n' for i in range(30))
    assert gate(pa.array([log])).tolist() == [True]
    assert tag_code(pa.array([log])).to_pylist() == [None]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("#!/usr/bin/env python3", "python"),
        ("#!/bin/sh", "shell"),
        ("#! /usr/bin/perl -w", "perl"),
        ("#!/usr/bin/env -S node --no-warnings", "javascript"),
        ('#!/bin/sh\nexec scala "$0" "$@"\n!#', "scala"),
    ],
)
def test_a_shebang_decides(first: str, expected: str) -> None:
    assert tag_code(pa.array([first + "\nx = 1\n"])).to_pylist() == [expected]


def test_a_cut_json_file_is_json_and_json_in_prose_is_not() -> None:
    record = '{"id": 12, "note": "one, two: three [four]", "open": false},\n'
    assert told_by_form("[" + record * 200) == "json"
    assert told_by_form("[1] As shown in " + record) != "json"


def test_speakers_are_no_yaml_keys() -> None:
    assert told_by_form("Anna: yes\nBen: no\n  Anna: perhaps\nBen: never\n") is None


def test_html_and_other_markup_are_told_apart() -> None:
    assert told_by_form("<div><p>one</p><p>two</p></div>") == "html"
    assert told_by_form("<note><to>Ben</to><from>Anna</from></note>") == "xml"


def test_windows_line_ends_and_byte_order_mark_change_nothing() -> None:
    for name in ("python", "xml", "css", "yaml", "c#"):
        assert tag_code(pa.array(["\ufeff" + SNIPPETS[name].replace("\n", "\r\n")])).to_pylist() == [name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("src/mill/grain.rs", ("rust",)),
        ("C:\\src\\Grain.CS", ("c#",)),
        ("lib/Makefile", ("makefile",)),
        ("boat.h", ("c", "c++", "objective-c")),
        ("https://example.org/src/grain.py?raw=1#L3", ("python",)),
        ("https://example.org/index.php", ()),
        ("https://example.org/story.html", ()),
        ("https://example.rs", ()),
        ("https://example.org/a.b/story", ()),
        ("notes.txt", ()),
        (".py", ()),
        ("", ()),
    ],
)
def test_languages_that_a_name_suggests(name: str, expected: tuple[str, ...]) -> None:
    assert name_languages(name) == expected


def test_a_path_decides_where_the_text_cannot() -> None:
    line = pa.array(["y = x + 1\n"])
    assert tag_code(line).to_pylist() == [None]
    assert tag_code(line, pa.array(["mill/grain.py"])).to_pylist() == ["python"]
    assert tag_code(line, pa.array(["https://example.org/grain.py"])).to_pylist() == [None]
    assert tag_code(pa.array([PROSE * 4]), pa.array(["mill/grain.py"])).to_pylist() == [None]


def test_an_ambiguous_extension_is_decided_by_the_text() -> None:
    objective = "#import <Foundation/Foundation.h>\n\n@interface Boat : NSObject\n@property NSString *name;\n@end\n"
    texts = pa.array([SNIPPETS["matlab"], objective, SNIPPETS["c"], SNIPPETS["c++"]])
    names = pa.array(["a.m", "b.m", "c.h", "d.h"])
    assert tag_code(texts, names).to_pylist() == ["matlab", "objective-c", "c", "c++"]


def test_null_names_and_texts() -> None:
    texts = pa.array([SNIPPETS["go"], None, PROSE])
    assert tag_code(texts, pa.array([None, None, None], pa.string())).to_pylist() == ["go", None, None]
    assert tag_code(pa.array([], pa.string())).to_pylist() == []


def test_tables_name_only_languages_that_can_be_tagged() -> None:
    known = set(PROFILES) | {"json", "xml", "html", "css", "yaml", "ini", "toml", "diff", *shipped().labels}
    assert all(name == name.lower().strip() != "" for candidates in EXTENSIONS.values() for name in candidates)
    assert set(FILE_NAMES.values()) | set(INTERPRETERS.values()) <= known
    for language, profile in PROFILES.items():
        assert profile.heads.split(), language
        assert profile.literals, language
        assert not set(profile.literals) & set(profile.never), language


def test_profile_points_come_best_first() -> None:
    points = profile_points(SNIPPETS["lua"])
    assert next(iter(points)) == "lua"
    assert list(points.values()) == sorted(points.values(), reverse=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*SNIPPETS.values(), PROSE, "", "?"]), max_size=6), st.integers(0, 3))
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str], skip: int) -> None:
    array = pa.array(texts, pa.string())[min(skip, len(texts)) :]
    assert tag_code(array).to_pylist() == [tag_code(pa.array([text])).to_pylist()[0] for text in array.to_pylist()]


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300), st.text(max_size=20))
def test_no_text_or_name_is_an_error(text: str, name: str) -> None:
    assert len(tag_code(pa.array([text]), pa.array([name.encode("utf-8", "replace").decode()]))) == 1


# Dialects count as one language where others' classifiers know only one.
DIALECTS = {
    "json with comments": "json", "xml property list": "xml", "common lisp": "lisp", "scheme": "lisp",
    "emacs lisp": "lisp", "motorola 68k assembly": "assembly", "pep8": "assembly", "plsql": "sql", "cql": "sql",
    "vba": "visual basic", "visual basic 6.0": "visual basic", "jasmin": "smali", "dotenv": "ini", "text": None,
}  # fmt: skip


def _held_out(path: Path, field: str = "text") -> list[dict[str, str]]:
    """The half of a set that the tables and constants were never looked at against: odd xxh3-64 of the text."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row[field].strip() and xxhash.xxh3_64_intdigest(row[field].encode()) % 2]


def test_accuracy_on_the_held_out_half_of_labelled_files(shared: Path) -> None:
    path = shared / "data/code/linguist-samples.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        counts = Counter(json.loads(line)["lang"] for line in lines)
    rows = [row for row in _held_out(path) if counts[row["lang"]] >= 5]
    gold = [DIALECTS.get(row["lang"].lower(), row["lang"].lower()) for row in rows]
    texts, names = (pa.array([row[field] for row in rows]) for field in ("text", "filename"))

    def right(found: list[str | None]) -> float:
        told = [DIALECTS.get(name, name) if name else None for name in found]
        return sum(a == b for a, b in zip(told, gold)) / len(gold)

    assert right(tag_code(texts).to_pylist()) > 0.77
    assert right(tag_code(texts, names).to_pylist()) > 0.85


def test_the_gate_lets_code_through(shared: Path) -> None:
    rows = _held_out(shared / "data/code/linguist-samples.jsonl.gz")
    assert gate(pa.array([row["text"] for row in rows])).mean() > 0.93


@pytest.mark.parametrize("name", ["c4-sample", "brown", "frecore-dev", "swecore-dev", "ia-wide-zh-text"])
def test_prose_is_hardly_ever_called_code(shared: Path, name: str) -> None:
    rows = _held_out(shared / f"data/reference/{name}.jsonl.gz")
    named = tag_code(pa.array([row["text"] for row in rows]))
    assert len(named) - named.null_count <= 1


def test_posts_are_hardly_ever_called_code(shared: Path) -> None:
    rows = _held_out(shared / "data/conversations/reddit-top-posts.jsonl.gz", "selftext")
    named = tag_code(pa.array([row["selftext"] for row in rows if len(row["selftext"]) > 200]))
    assert len(named) - named.null_count <= 0.003 * len(named)
