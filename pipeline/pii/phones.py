"""Phone numbers in four forms, each by its own rule:

- international: "+" and a country calling code that the ITU has assigned (E.164: 15 digits at most)
- zeros: the same behind "00", in groups
- north_american: groups of 3, 3 and 4 digits by the numbering plan of North America, with dashes, dots or brackets
- labelled: 7 to 15 digits behind a word such as "Tel." or "Fax:"

Numbers that North America reserves for fiction (555-0100 to 555-0199) stay, and so does what looks like a date, a
range of years, or a part, order or book number.
"""

import re
from itertools import pairwise

from pipeline.kernels.pii import NANP, PLUS, ZEROS

REPLACEMENT = "+1-202-555-0100"

_CODES = (
    r"1|7|2(?:0|7|1[1-368]|[234]\d|5[0-8]|6\d|9[01789])|3(?:[0-469]|5\d|7[0-8]|8[0-35-79])|4(?:[013-9]|2[013])"
    r"|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|7[02-9]|8\d|9[0-2])|8(?:[1246]|00|08|5[02356]|7[08]|8[0-368])"
    r"|9(?:[0-58]|6[0-8]|7[0-79]|9[2-68])"
)
_GAP = r"(?:[ .\-/\xa0]|\) ?| ?\(| [\-/] )"
_COUNTRY = re.compile(rb"(?:^|[^0-9A-Za-z+.-])(?P<code>1[-. ])\Z")
_INTERNATIONAL = re.compile(rf"\(?\+ ?\(?(?P<code>{_CODES})\)?(?P<rest>{_GAP}{{0,2}}\d(?:{_GAP}{{0,2}}\d){{5,13}})")
_ZEROS = re.compile(rf"00 ?(?P<code>{_CODES})(?P<rest>{_GAP}{{1,2}}\d(?:{_GAP}{{0,2}}\d){{5,12}})")
_AREA = r"[2-9](?!11)\d\d"
_NORTH_AMERICAN = re.compile(
    rf"(?:1[-. ])?(?:\({_AREA}\)[ -]?[2-9]\d\d[-. ]|{_AREA}-[2-9]\d\d-|{_AREA}\.[2-9]\d\d\.)\d{{4}}"
)
_LABELLED = re.compile(rf"\(?\d(?:{_GAP}{{0,2}}\d){{6,14}}")
_ONE_OF_SEVERAL = re.compile(r"\(?\d(?:[.\-/)]{0,2}\d){6,14}(?=[ ,;/]+\(?\d)")
_GOES_ON = re.compile(r"\.?\d|,\d{1,3}(?!\d)|[a-z_%]|[A-Z](?![a-z])")
_DIGITS = re.compile(r"\d")
_DATE = re.compile(
    r"(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d|(?:19|20)\d\d([./-]?)[01]\d\2[0-3]\d"
    r"|(?:19|20)\d\d ?[-/ ] ?(?:19|20)\d\d)(?:\D|$)"
)
_LABEL = re.compile(
    r"(?:(?:^|[^\w])(?:tel|tele?phone|(?:text|free)?phone|fax|facsimile|mobile|mob|cell|telefone?|telefon[oe]|telefoon"
    r"|téléphone|tél|teléfono|telefax|tlf|fon|whatsapp|hotline|helpline|тел|телефон|факс)"
    r"|电话|電話|手机|手機|传真|傳真)(?: ?(?:no|nr|num|number|us|uk))?[ .:：\-\xa0(#]{1,5}\Z",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:isbn|issn|doi|upc|ean|sku|imei|part|model|item|order|serial|case|invoice|account|license|patent|ticket|pmid)"
    r"\W{0,3}(?:no|nr|num|number|id)?\W{0,4}\Z",
    re.IGNORECASE,
)


def find(text: bytes, kind: int, start: int, stop: int) -> tuple[str, int, int] | None:
    """(rule, start, stop) of a phone number that a nomination of `kind` is about; None where it is none."""
    if start and text[start - 1 : start] == b"(" and b")" in text[start : start + 7]:
        start -= 1
    if kind == NANP and (code := _COUNTRY.search(text[max(0, start - 4) : start])):
        start -= len(code["code"])
    before = text[max(0, start - 40) : start].decode("utf-8", "ignore")
    number = text[start : max(stop, start + 48)].decode("utf-8", "ignore")
    if _OTHER.search(before):
        return None
    match kind:
        case _ if kind == PLUS:
            found = _international(before, number)
        case _ if kind == ZEROS:
            found = _zeros(before, number)
        case _ if kind == NANP:
            found = _north_american(before, number)
        case _:
            found = _labelled(before, number)
    if found is None:
        return None
    rule, length = found
    number = number[:length]
    stop = start + len(number.encode())
    open_alone = number.startswith("(") and number.count("(") > number.count(")")
    return rule, start + open_alone, stop


def _international(before: str, number: str) -> tuple[str, int] | None:
    if not number.startswith("(") and re.search(r"[\w+=*/^)\]]\Z", before, re.ASCII):
        return None
    match = _INTERNATIONAL.match(number)
    return ("international", match.end()) if match and _national(match, number) else None


def _zeros(before: str, number: str) -> tuple[str, int] | None:
    if re.search(r"(?:\w|[.,:$€£-])\Z", before, re.ASCII):
        return None
    match = _ZEROS.match(number)
    if match is None or len(re.split(r"\D+", match["rest"].strip(" .-/()"))) < 2 or not _national(match, number):
        return None
    return "zeros", match.end()


def _national(match: re.Match[str], number: str) -> bool:
    """Whether what follows a country code can be a number of that country, and ends here."""
    if _GOES_ON.match(number[match.end() :]):
        return False
    rest = match["rest"].replace("(0)", "")
    national = "".join(_DIGITS.findall(rest))
    total = len(match["code"]) + len(national)
    if not 8 <= total <= 15:
        return False
    if match["code"] == "1":
        plan = re.fullmatch(rf"{_AREA}[2-9]\d{{6}}", national)
        return plan is not None and not _fiction(national)
    if match["code"] == "7" and len(national) != 10:
        return False
    if len(set(national)) < 3 or (national[0] == "0" and not re.match(r"\D*\(?0", rest)):
        return False
    if national.startswith("000") or (national[0] == "0" and match["code"] != "39" and total < 10):
        return False
    groups = re.findall(r"\d+", rest)
    thousands = all(len(group) == 3 for group in groups)
    return not (thousands and total <= 9)


def _north_american(before: str, number: str) -> tuple[str, int] | None:
    if re.search(r"(?:[\w$€£#/+]|[\w][-.,:=])\Z", before, re.ASCII):
        return None
    match = _NORTH_AMERICAN.match(number)
    if match is None or re.match(r"[-.]?\w", number[match.end() :], re.ASCII):
        return None
    national = "".join(_DIGITS.findall(match.group())).removeprefix("1")
    return None if _fiction(national) else ("north_american", match.end())


def _labelled(before: str, number: str) -> tuple[str, int] | None:
    if not _LABEL.search(before):
        return None
    match = _LABELLED.match(number)
    if match and _GOES_ON.match(number[match.end() :]):
        match = _ONE_OF_SEVERAL.match(number)
    if match is None or _GOES_ON.match(number[match.end() :]) or _DATE.match(match.group()):
        return None
    digits = "".join(_DIGITS.findall(match.group()))
    if len(set(digits)) < 2 or _fiction(digits.removeprefix("1")) or _repeated_years(match.group()):
        return None
    return "labelled", match.end()


def _fiction(national: str) -> bool:
    """Ten digits of the range that is set aside for films and examples."""
    return len(national) == 10 and national[3:8] == "55501"


def _repeated_years(number: str) -> bool:
    """A list of years: 2009, 2010 2011."""
    groups = re.findall(r"\d+", number)
    years = [int(group) for group in groups if len(group) == 4 and group[:2] in ("19", "20")]
    return len(years) == len(groups) and all(a <= b for a, b in pairwise(years))
