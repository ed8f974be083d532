"""Latin letters to Cyrillic ones, for languages that are written in both and have texts in one alone."""

_LETTERS = {
    "az": ("", "abcçdeəfgğhxıijkqlmnoöprsştuüvyz", "абҹчдеәфҝғһхыижкглмноөпрсштуүвјз"),
    "uz": (
        "o‘:ў oʻ:ў o':ў o’:ў g‘:ғ gʻ:ғ g':ғ g’:ғ sh:ш ch:ч yo:ё yu:ю ya:я ye:е ts:ц",
        "abdefghijklmnopqrstuvxyz'’ʼ",
        "абдефгҳижклмнопқрстувхйзъъъ",
    ),
    "tk": ("ýa:я ýu:ю ýo:ё ýe:е", "abçdeäfghijžklmnňoöprsştuüwyýz", "абчдеәфгхиҗжклмнңоөпрсштуүвыйз"),
    "sr": ("lj:љ nj:њ dž:џ", "abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш"),
}
_LETTERS["bs"] = _LETTERS["sr"]
ALPHABETS = tuple(_LETTERS)


def in_cyrillic(language: str, text: str) -> str:
    """The text in small Cyrillic letters; what has none there stays."""
    pairs, latin, cyrillic = _LETTERS[language]
    if language == "az":
        text = text.replace("I", "ı")
    text = text.lower().replace("i̇", "i")
    for pair in pairs.split():
        two, _, one = pair.partition(":")
        text = text.replace(two, one)
    return text.translate(str.maketrans(latin, cyrillic))
