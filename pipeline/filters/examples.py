"""Texts that trip rules, for tests and documentation: each trips the rule it is made for and none before it."""

PROSE = (
    "The mill stands at the bend of the river, and for two hundred years it has ground the grain of the valley. "
    "Farmers bring their harvest on carts that creak along the lane, wait in the yard with a cup of tea, and go home "
    "with white sleeves. Nobody remembers who built it. When the snow melts in the hills, the wheel turns faster than "
    "anyone likes, so the miller lifts a wooden gate and lets half of the water run past into the meadow. His daughter "
    "keeps the books now. She writes down every sack, what it weighed, and who still owes for last winter."
)
"""Passes every rule."""

SENTENCES = tuple(sentence.rstrip(".") + "." for sentence in PROSE.split(". "))

GERMAN_PROSE = (
    "Die alte Mühle liegt an einer Biegung des Flusses und mahlt seit zweihundert Jahren das Korn aus dem ganzen Tal. "
    "Bauern bringen ihre Ernte auf knarrenden Wagen, warten im Hof bei einer Tasse Tee und fahren mit weißen Ärmeln "
    "nach Hause. Niemand weiß mehr, wer sie gebaut hat. Wenn im Gebirge der Schnee schmilzt, dreht sich das Rad "
    "schneller, als es allen lieb ist."
)

_WIDE_WORDS = """remembering travellers abandoning riverside farmhouses neighbours whispered throughout wintertime
evenings concerning mysterious disappearing millstones"""


def echo(n_words: int, share: float) -> str:
    """Prose that ends with its first `n_words` words, whose letters make up a little more than `share` of the text."""
    said = " ".join(_WIDE_WORDS.split()[:n_words])
    text = f"{said} {said}"
    filler = ""
    for word in PROSE.split() + GERMAN_PROSE.split():
        filler += f" {word}"
        longer = f"{said}{filler} {said}"
        if len(said.replace(" ", "")) <= share * len(longer):
            break
        text = longer
    return text


def chorus(phrase: str, every_words: int) -> str:
    """Prose in which `phrase` stands before each run of `every_words` words."""
    words = PROSE.split()
    return " ".join(f"{phrase} {' '.join(words[at : at + every_words])}" for at in range(0, len(words), every_words))
