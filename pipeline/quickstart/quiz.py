"""A small benchmark of our own, for contamination: questions that no other page asks."""

GPT3_NGRAM = 13
"""Words that a leak needs to be found by GPT-3's rule (arXiv:2005.14165, Appendix C)."""

_QUESTIONS = """
A ferry leaves the north pier every eighteen minutes and the south pier every twenty-four minutes; if both leave
together at seven, when will they next leave together?
| 8:12 | 7:42 | 8:00 | 7:54

Which of these objects would reach the bottom of a tall jar of syrup first: a steel bead, a cork of the same size, a
dry leaf, or a wax marble?
| the steel bead | the cork | the leaf | the marble

Petunia stores nine crates of lemons in a cellar where a third of all lemons spoil within a week; how many crates hold
good lemons after that week?
| six | three | nine | five

Why does a wet towel on a line dry faster on a windy afternoon than on a calm one with exactly the same temperature
and sunshine?
| moving air carries the damp air away | wind is always warmer | towels shrink in wind | calm air holds no water

A clockmaker sets two clocks at noon, one losing two minutes every hour and one gaining three; how far apart are they
when the slow one shows ten in the evening?
| more than fifty minutes | exactly five minutes | half a minute | they agree

If every glimmer is a trundle and no trundle is a fosset, what can be said with certainty about glimmers and fossets?
| no glimmer is a fosset | some glimmers are fossets | all fossets are glimmers | nothing at all

A farmer walks around a square field of four hundred metres on each side and plants a pole every fifty metres; how
many poles does she need in all?
| thirty-two | thirty-one | sixteen | eight

Which layer of an orchard soil usually holds the most fallen leaves, living roots, worms and fungi that feed the trees
above it?
| the topmost layer | the bedrock | the deepest clay | the gravel below

A kettle holding two litres boils in six minutes on a stove that gives steady heat; roughly how long would the same
stove need for one litre?
| three minutes | six minutes | twelve minutes | one minute

In the sentence about the violin that the teacher lent to the girl who broke it, which person is the one that caused
the damage?
| the girl | the teacher | the violin | nobody

Rowan folds a sheet of paper in half seven times without tearing it; into how many layers has the sheet been folded at
the end?
| one hundred and twenty-eight | fourteen | seven | forty-nine

What happens to the pitch of a bottle flute when a player pours more water into the bottle and blows across its mouth
as before?
| it rises | it falls | it stays | it vanishes

A librarian shelves twelve books an hour and a student shelves eight; how long do both need together for a trolley of
one hundred and twenty books?
| six hours | ten hours | five hours | twenty hours

Which of the following is the best reason to keep seeds of many kinds of wheat in a cold and dry store for later
generations?
| a new disease may spare some kinds | seeds grow larger in the cold | wheat needs no light | cold seeds taste better

Two trains of equal length pass each other in nine seconds at equal speeds; how long does one of them need to pass a
pole beside the track?
| nine seconds | eighteen seconds | three seconds | four seconds

A painter mixes three buckets of blue with five of white and sells half of the mixture; how much blue paint is left in
her shed?
| one and a half buckets | three buckets | two and a half buckets | none

Why do mountaineers melt snow for longer over the flame before their tea is ready when they camp at a very great
height?
| water boils at a lower temperature there | snow is saltier there | flames are hotter there | tea needs no heat

A map shows a lake four centimetres wide at a scale of one to fifty thousand; how wide is the real lake from shore to
shore?
| two kilometres | two hundred metres | twenty kilometres | four kilometres

If it is Thursday forty-five days after the opening of the harbour museum, on which day of the week did the museum
first open its doors?
| Monday | Thursday | Sunday | Friday

Which tool would a careful bookbinder choose to press a freshly glued cover flat overnight without marking the leather
at all?
| two smooth boards and a weight | a hot iron | a hammer | a wire brush

A lighthouse flashes twice every eleven seconds and a buoy once every four; how many flashes of the lighthouse are
seen during eighty-eight seconds?
| sixteen | eight | twenty-two | eleven

What is the most likely result if a gardener waters a cactus from a dry desert every single day in a pot without a
hole?
| its roots rot | it flowers twice | it turns to wood | it needs more salt

Seven friends share a bill of ninety-one coins equally, but two of them have forgotten their purses; what does each of
the others pay?
| eighteen coins and a fifth | thirteen coins | fifteen coins | nine coins

A glassblower says that every vase in the left cupboard is green or cracked, and a visitor finds a clear vase there;
what must be true of it?
| it is cracked | it is green | it is whole | it was stolen

How does a sailor who sees the pole star straight overhead know in which part of the world the ship must be sailing
tonight?
| close to the north pole | at the equator | in the far south | on a river

An echo returns from a cliff after four seconds while sound travels about three hundred and forty metres a second; how
far away is that cliff?
| six hundred and eighty metres | thirteen hundred metres | eighty-five metres | three hundred metres

Which change would make a paper bridge between two tables carry the most coins without using any more paper or glue?
| folding it like an accordion | wetting it | painting it | cutting it shorter by half

A baker sells loaves in boxes of six and rolls in boxes of ten; what is the smallest number for which both come out
even?
| thirty | sixty | sixteen | twelve

In a village where each house has a number one higher than its left neighbour, the sum of three neighbouring numbers
is eighty-one; what is the smallest?
| twenty-six | twenty-seven | twenty-eight | twenty-five

What should a chess player who is far ahead in pieces usually try to do with the pieces that are still left on the
board?
| exchange them | hide them | move only pawns | offer a draw

Which gas?
| oxygen | helium

How many legs has a wooden stool with a missing leg?
| two | three
"""


def quiz_items() -> list[dict[str, object]]:
    """{id, question, choices, answer}: `answer` is the index of the right choice. Two questions are below 13 words."""
    items: list[dict[str, object]] = []
    for number, item in enumerate(_QUESTIONS.strip().split("\n\n")):
        question, *choices = (" ".join(part.split()) for part in item.split("|"))
        shift = number % len(choices)
        items.append(
            {
                "id": f"quiz-{number:03d}",
                "question": question,
                "choices": [*choices[-shift:], *choices[:-shift]] if shift else choices,
                "answer": shift,
            }
        )
    return items
