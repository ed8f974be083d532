"""Scripts by ISO 15924 code: which letters are whose (Unicode's Scripts.txt, by block), and which languages use them.

Signs, digits and punctuation have no script. The vowel signs of India's and South-East Asia's scripts count as letters.
"""

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.kernels.arrow import Bytes, Offsets
from pipeline.kernels.scripts import letters_by_script

NO_SCRIPT = "Zyyy"
"""Unicode's code for what is common to all scripts: texts without letters."""
MAX_BYTES = 65_536  # letters are counted in so much of a document
KANA_PERCENT = 5  # of the Chinese characters and kana, from which on a text is Japanese
PURE_PERCENT = 85

_RANGES = {
    "Latn": "41-5A 61-7A AA BA C0-D6 D8-F6 F8-24F 250-2AF 1E00-1EFF 2C60-2C7F A722-A7FF FB00-FB06 FF21-FF3A FF41-FF5A",
    "Grek": "370-373 376-377 37B-37D 37F 386 388-3E1 3F0-3FF 1F00-1FFF",
    "Cyrl": "400-481 48A-52F 1C80-1C88 A640-A66E",
    "Armn": "531-556 561-587 FB13-FB17",
    "Hebr": "5D0-5EA 5EF-5F2 FB1D-FB4F",
    "Arab": "620-64A 66E-6D3 6D5 6E5-6E6 6EE-6EF 6FA-6FC 750-77F 8A0-8B4 FB50-FDFB FE70-FEFC",
    "Syrc": "710-74F",
    "Thaa": "780-7B1",
    "Deva": "900-963 971-97F",
    "Beng": "980-9E3 9F0-9F1",
    "Guru": "A01-A5E A70-A75",
    "Gujr": "A81-AE3",
    "Orya": "B01-B63 B71",
    "Taml": "B82-BD7",
    "Telu": "C00-C63",
    "Knda": "C80-CE3",
    "Mlym": "D00-D63 D7A-D7F",
    "Sinh": "D81-DDF",
    "Thai": "E01-E3A E40-E4E",
    "Laoo": "E81-ECD EDC-EDF",
    "Tibt": "F00 F40-FBC",
    "Mymr": "1000-103F 1050-109D AA60-AA7F",
    "Geor": "10A0-10FA 10FC-10FF 1C90-1CBF 2D00-2D2D",
    "Hang": "1100-11FF 3131-318E AC00-D7A3",
    "Ethi": "1200-135A 2D80-2DDE",
    "Cher": "13A0-13F5 AB70-ABBF",
    "Khmr": "1780-17D3 17D7",
    "Mong": "1820-18AA",
    "Hira": "3041-3096 309D-309F",
    "Kana": "30A1-30FA 30FC-30FF FF66-FF9F",
    "Hani": "3005-3007 3400-4DBF 4E00-9FFF F900-FAFF 20000-323AF",
}
SCRIPTS = (*_RANGES, "Jpan")
"""Of documents: Japanese is Jpan, whichever of its three scripts has the most letters."""

_COUNTED = tuple(_RANGES)
_HIRA, _KANA, _HANI = (_COUNTED.index(name) for name in ("Hira", "Kana", "Hani"))

_LABELS = {
    "Cyrl": """av az ba be bg bs bxr ce cv kk krc kv ky lez mhr mk mn mrj myv os ru rue sah sh sr tg tk tt tyv uk uz
        xal""",
    "Arab": "ar arz az azb ckb fa kk ky lrc mzn pnb ps sd tg ug ur uz",
    "Deva": "bh dty gom hi mai mr ne new sa sd",
    "Beng": "as bn bpy",
    "Hebr": "he yi",
    "Grek": "el",
    "Armn": "hy",
    "Thaa": "dv",
    "Guru": "pa",
    "Gujr": "gu",
    "Orya": "or",
    "Taml": "ta",
    "Telu": "te",
    "Knda": "kn",
    "Mlym": "ml",
    "Sinh": "si",
    "Thai": "th",
    "Laoo": "lo",
    "Tibt": "bo",
    "Mymr": "my",
    "Geor": "ka xmf",
    "Hang": "ko",
    "Ethi": "am",
    "Khmr": "km",
    "Hani": "ja ko wuu yue zh",
    "Jpan": "ja",
}
# Labels that no Latin text has: all of the above but those that are written in Latin letters too.
_LATIN_TOO = frozenset(["az", "bs", "gom", "kk", "sh", "sr", "tk", "tt", "uz"])


@functools.cache
def script_table() -> npt.NDArray[np.uint8]:
    """The script of each code point, as a place in the order of counts."""
    table = np.full(0x32400, len(_COUNTED), np.uint8)
    for number, ranges in enumerate(_RANGES.values()):
        for item in ranges.split():
            first, _, last = item.partition("-")
            table[int(first, 16) : int(last or first, 16) + 1] = number
    return table


def count_letters(data: Bytes, offsets: Offsets) -> npt.NDArray[np.int32]:
    """[n, scripts]: letters of each script in the first MAX_BYTES of each text."""
    return letters_by_script(data, offsets, script_table(), len(_COUNTED), MAX_BYTES)


def main_script(letters: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """[n]: the number in SCRIPTS of the script with the most letters, -1 where there are none."""
    best = np.where(letters.any(axis=1), letters.argmax(axis=1), -1)
    kana = letters[:, _HIRA] + letters[:, _KANA]
    both = kana + letters[:, _HANI]
    japanese = (kana * 100 >= KANA_PERCENT * both) & (kana > 0) & np.isin(best, (_HIRA, _KANA, _HANI))
    return np.asarray(np.where(japanese, SCRIPTS.index("Jpan"), best))


def one_script(letters: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """[n]: whether at least PURE_PERCENT of the letters are of one script; Chinese characters, kana and Hangul count as
    one, for they are written together.
    """
    together = letters.copy()
    for other in (_HIRA, _KANA, _COUNTED.index("Hang")):
        together[:, _HANI] += together[:, other]
        together[:, other] = 0
    return np.asarray(together.max(axis=1) * 100 >= PURE_PERCENT * together.sum(axis=1))


@functools.cache
def allowed(labels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """[scripts + 1, labels]: which of lid.176's languages are written in each of SCRIPTS; the last row is of texts
    without letters. A script that none of them has allows all.
    """
    used = {script: frozenset(names.split()) for script, names in _LABELS.items()}
    other = frozenset().union(*used.values()) - _LATIN_TOO
    used["Latn"] = frozenset(labels) - other
    table = np.array([[label in used.get(script, labels) for label in labels] for script in (*SCRIPTS, NO_SCRIPT)])
    table[~table.any(axis=1)] = True
    return table
