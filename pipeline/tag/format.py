"""Form of a document: prose, code, table, dialogue, list, form (or boilerplate), markup.

The first rule that holds decides:

1. dialogue: chat lines ("[12:18] <nick> ...", "<nick> ...", "12:18 Name: ...") are 40 % of the lines;
2. markup: source of HTML, LaTeX, roff or wikitext, or text with much of it left in (`pipeline.tag.markup`);
   code: it has another programming language (`pipeline.tag.code`), Markdown excepted;
3. table: 60 % of the lines have a tab, pipe, gap of 3 spaces or unspaced comma as often as a neighbouring line;
4. dialogue: 40 % of the lines are turns ("Name: ...") and 40 % of the turns are by a name that spoke before;
5. code: 6 % of the bytes are code symbols and hardly a line is a sentence (languages without a profile);
6. dialogue: 60 % of the lines, and at least six, begin with a quotation mark or a dialogue dash;
7. list: half of the lines are bulleted or numbered, or 80 % are short and not closed like a sentence (menus, verse);
8. prose. What came out as prose, list or dialogue and has hardly a sentence is a form where half of its lines are
   names of fields or what pages say for themselves ("Password", "All rights reserved").

Measured on the half of each set whose xxh3-64 of the text is odd (the constants were looked at against the even half):
IRC logs in pieces of 40 lines: dialogue 154 of 154. Edited and web prose (Brown, C4, FreCORE, SweCORE, OpenStax,
Wikipedia, speeches): prose 1,219 of 1,231. Reddit posts over 200 characters: prose .909, list .047, dialogue .039
(mostly stories told in turns "Me: ..."), code .004. Linguist samples in 490 languages: code .832; sample programs .907.
Crawled pages with menus (gov.uk WET): list .739, prose .261. Tables have no gold here: only hand-written tests.
Speed on 3 kB documents, one core: 22 us.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.symbols import (
    BULLET_LINES,
    CELL_LINES,
    LINE_BYTES,
    LINES,
    NICK_LINES,
    QUOTE_LINES,
    REPEATED_TURN_LINES,
    SENTENCE_BYTES,
    SHORT_LINES,
    TURN_LINES,
    Counts,
    line_counts,
    string_buffers,
    symbol_counts,
)
from pipeline.recipe.formats import FORMATS
from pipeline.tag.markup import is_form, is_markup

Bools = npt.NDArray[np.bool_]

_MAYBE_FORMS = [FORMATS.index(name) for name in ("prose", "list", "dialogue")]
HEAD_BYTES = 16_384  # lines are counted in so much of a document
SYMBOL_BYTES = 4096

# Lines of a kind as a share of all lines that are not blank, in percent; and the fewest lines that make a form.
MIN_LINES = 3
MIN_NICK_PERCENT = 40
MIN_TURN_PERCENT = 40
MIN_REPEATED_TURN_PERCENT = 40  # of the turns: speakers come back, the fields of a form ("Price: ...") do not
MIN_QUOTE_PERCENT, MIN_QUOTE_LINES = 60, 6
MIN_CELL_PERCENT = 60
MIN_BULLET_PERCENT = 50
MIN_SHORT_PERCENT, MIN_SHORT_LINES = 80, 5
MAX_SENTENCE_PERCENT = 50  # of the bytes: more, and a table or a run of short lines is only the frame of prose

# Code in a language without a profile: many symbols, hardly a sentence.
CODE_SYMBOL_PERCENT = 6
MAX_CODE_SENTENCE_PERCENT = 15


def tag_formats(texts: pa.Array, code_languages: pa.Array) -> pa.Array:
    """string [n], one of FORMATS for each text; `code_languages` is what `tag_code` gave for the same texts."""
    data, offsets = string_buffers(texts)
    lines = line_counts(data, offsets, HEAD_BYTES)
    symbols, visible = symbol_counts(data, offsets, SYMBOL_BYTES)
    named = code_languages.is_valid().to_numpy(zero_copy_only=False) & ~_is_text(code_languages)
    markup = is_markup(texts, code_languages)
    forms = _forms(lines, named, symbols * 100 >= CODE_SYMBOL_PERCENT * visible, markup)
    for row in np.flatnonzero(np.isin(forms, _MAYBE_FORMS) & _framed(lines)).tolist():
        if is_form(texts[row].as_py() or ""):
            forms[row] = FORMATS.index("form")
    return pa.array(np.array(FORMATS, dtype=object)[forms], pa.string())


def _is_text(code_languages: pa.Array) -> Bools:
    found: Bools = pc.equal(code_languages, "markdown").fill_null(False).to_numpy(zero_copy_only=False)
    return found


def _framed(lines: Counts) -> Bools:
    """Less than half of the text is in lines that read like sentences."""
    found: Bools = lines[:, SENTENCE_BYTES] * 100 <= MAX_SENTENCE_PERCENT * lines[:, LINE_BYTES]
    return found


def _forms(lines: Counts, named: Bools, dense: Bools, markup: Bools) -> npt.NDArray[np.int64]:
    """Index into FORMATS; the first rule that holds decides."""
    n = lines[:, LINES]
    percent = lines * 100  # int32: HEAD_BYTES * 100 is far from its limit
    sentences = percent[:, SENTENCE_BYTES]
    all_bytes = lines[:, LINE_BYTES]
    some = n >= MIN_LINES
    framed = _framed(lines)
    turns = lines[:, TURN_LINES]

    chat = some & (percent[:, NICK_LINES] >= MIN_NICK_PERCENT * n)
    table = some & framed & (percent[:, CELL_LINES] >= MIN_CELL_PERCENT * n)
    spoken = (
        (turns >= MIN_LINES)
        & (percent[:, TURN_LINES] >= MIN_TURN_PERCENT * n)
        & (percent[:, REPEATED_TURN_LINES] >= MIN_REPEATED_TURN_PERCENT * turns)
    )
    quoted = (lines[:, QUOTE_LINES] >= MIN_QUOTE_LINES) & (percent[:, QUOTE_LINES] >= MIN_QUOTE_PERCENT * n)
    unnamed_code = dense & (n > 0) & (sentences <= MAX_CODE_SENTENCE_PERCENT * all_bytes)
    bullets = some & (percent[:, BULLET_LINES] >= MIN_BULLET_PERCENT * n)
    short = (n >= MIN_SHORT_LINES) & framed & (percent[:, SHORT_LINES] >= MIN_SHORT_PERCENT * n)
    rules = [
        (chat, "dialogue"),
        (markup & (n > 0), "markup"),
        (named, "code"),
        (table, "table"),
        (spoken, "dialogue"),
        (unnamed_code, "code"),
        (quoted, "dialogue"),
        (bullets | short, "list"),
    ]
    return np.select([rule for rule, _ in rules], [FORMATS.index(form) for _, form in rules], FORMATS.index("prose"))
