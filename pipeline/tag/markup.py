"""Two forms that counts of lines do not show: markup left in the text, and forms and boilerplate."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.markup import (
    BACKSLASHES,
    BOLD,
    CHARS,
    END_TAGS,
    HEADINGS,
    LINK_ENDS,
    LINKS,
    NOTES,
    ROWS,
    TEMPLATE_ENDS,
    TEMPLATES,
    mark_counts,
)
from pipeline.kernels.symbols import string_buffers

Bools = npt.NDArray[np.bool_]

MARKUP_LANGUAGES = ("html", "tex", "roff", "roff manpage", "wikitext")
"""Languages whose source is a text with marks in it."""

HEAD_CHARS = 8192
# Wikitext: links and templates, closed as often as opened, one in so many characters, and of both kinds or with others.
WIKI_MARKS = (LINKS, TEMPLATES, BOLD, HEADINGS, NOTES, ROWS)
MIN_WIKI_MARKS, CHARS_A_WIKI_MARK, MIN_WIKI_KINDS = 6, 250, 2
# HTML and LaTeX inside other text.
MIN_TAGS, CHARS_A_TAG = 6, 150
_TAG = r"</?(?:a|b|i|p|br|div|span|td|tr|th|li|ul|ol|h[1-6]|img|em|strong|font|table|sup|sub)(?:\s[^<>]*)?/?>"
_COMMAND = r"\\(?:begin|end|section|subsection|cite|ref|label|textbf|textit|emph|item|frac|footnote|usepackage)\b"

# Lines of a form: a field's name that waits for its value; and what pages say for themselves and not about anything.
MIN_FORM_LINES, MIN_FORM_PERCENT = 4, 50
MAX_LINE_CHARS = 90
_FIELD = re.compile(
    r"^[^.!?]{1,60}(?:[:：]|[*＊]|\(\*\)|_{3,}|\[\s?\]|\(\s?\)|\((?:required|optional)\))\s*[*_]*$", re.I
)
_BOILERPLATE = re.compile(
    r"\b(?:log ?in|sign ?(?:in|up|out)|log ?out|register|user ?name|password|remember me|forgot(?:ten)? (?:your )?"
    r"password|submit|reset|search|subscribe|newsletter|e-?mail(?: address)?|first name|last name|captcha|cookies?|"
    r"privacy(?: policy)?|terms (?:of|and)|all rights reserved|copyright|contact us|site ?map|back to top|share this|"
    r"follow us|add to cart|checkout|please enable javascript|send message|your (?:name|message|comment)|"
    r"anmelden|registrieren|passwort|benutzername|datenschutz|impressum|absenden|warenkorb|"
    r"connexion|se connecter|s'inscrire|mot de passe|mentions légales|envoyer|panier|"
    r"iniciar sesión|contraseña|aviso legal|enviar|logga in|lösenord|zaloguj|hasło|войти|пароль|регистрация)\b|©",
    re.I,
)


def is_markup(texts: pa.Array, code_languages: pa.Array) -> Bools:
    """bool [n]: source of HTML, LaTeX, roff or wikitext, whole files of it or left in a text."""
    counts = mark_counts(*string_buffers(texts), HEAD_CHARS).T
    chars, links, templates = counts[CHARS], counts[LINKS], counts[TEMPLATES]
    closed = (counts[LINK_ENDS] * 10 >= links * 8) & (counts[TEMPLATE_ENDS] * 10 >= templates * 6)
    marks = counts[WIKI_MARKS, :]
    total = marks.sum(axis=0)
    wiki = (total >= MIN_WIKI_MARKS) & (total * CHARS_A_WIKI_MARK >= chars) & closed & (links >= 2)
    wiki &= (marks > 0).sum(axis=0) >= MIN_WIKI_KINDS
    plain = ~code_languages.is_valid().to_numpy(zero_copy_only=False)
    tags = np.zeros(len(texts), np.int64)
    rows = np.flatnonzero(plain & ((counts[END_TAGS] >= 2) | (counts[BACKSLASHES] >= MIN_TAGS)))
    if len(rows):
        some = pc.utf8_slice_codeunits(texts.take(pa.array(rows)), 0, HEAD_CHARS)
        found = pc.add(pc.count_substring_regex(some, _TAG, ignore_case=True), pc.count_substring_regex(some, _COMMAND))
        tags[rows] = found.to_numpy(zero_copy_only=False)
    dump = (tags >= MIN_TAGS) & (tags * CHARS_A_TAG >= chars)
    named = pc.is_in(code_languages, value_set=pa.array(MARKUP_LANGUAGES)).to_numpy(zero_copy_only=False)
    return wiki | dump | named


def is_form(text: str) -> bool:
    """Half of the lines, and at least four, are names of fields or what pages say for themselves."""
    lines = [line for line in map(str.strip, text[:HEAD_CHARS].split("\n")) if line]
    if len(lines) < MIN_FORM_LINES:
        return False
    short = [line for line in lines if len(line) <= MAX_LINE_CHARS]
    found = sum(bool(_FIELD.match(line) or _BOILERPLATE.search(line)) for line in short)
    return found >= MIN_FORM_LINES and found * 100 >= MIN_FORM_PERCENT * len(lines)
