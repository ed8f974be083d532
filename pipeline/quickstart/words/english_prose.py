"""English sentence rules: narrative prose, encyclopedic, conversational, technical, kitchen and shop registers."""

from pipeline.quickstart.grammar import split_lines, split_words

GENERAL = {
    "people": "councillor, neighbour, visitor, journalist, researcher, carpenter, clerk, painter, nurse, engineer, "
    "young volunteer, retired teacher, photographer, local historian, foreman, shopkeeper, lawyer, driver, cousin",
    "things": "letter, report, table, plan, door, workshop, photograph, list, model, tool, box, contract, agreement, "
    "key, wall, room, bench, record, copy, bill, lamp, story, budget, meeting, drawing, committee, building",
    "places": "in the old town, at the edge of the village, on the first floor, near the station, across the street, "
    "in a narrow courtyard, at the far end of the hall, by the river, outside the gate, in the back room, "
    "on the other side of the hill, next to the town hall",
    "verbs": "describe, examine, notice, remember, carry, store, move, mention, collect, photograph, discover, "
    "look after, work on, talk about, return to, pass on, ask for, hand over, count, check, inspect, replace, admire",
    "adjs": "old, new, small, large, simple, plain, strange, useful, second, last, original, modern, broken, quiet, "
    "important, expensive, ordinary, surprising, beautiful, temporary, careful, local, early, long",
    "matters": "the lack of money, the noise, the weather, the long distance, the number of visitors, the cost of "
    "repairs, the new rules, the shortage of skilled hands, the question of ownership, the delay",
}

SHARED = {
    "time": split_lines("""
        in the spring of {year}
        on a cold morning in {month}
        late in {year}
        a few weeks later
        before the first snow
        after nearly {count} years
        at the beginning of {month}
        during the long winter of {year}
        on the second Sunday of {month}
        shortly before noon
        by the end of {month}
        in the summer that followed
        just after sunrise
        while the town was asleep
        towards the end of the war
        within {count} days
        one evening in {month}
        when the rain had stopped
        some {count} years ago
        in the autumn of {year}
    """),
    "opener": split_lines("""
        In the end
        For a while
        {time}
        Even so
        At first
        To everyone's relief
        Some years later
        On most days
        Against all advice
        As far as anyone knows
        {time}
        Not long afterwards
        In {town}
        With some luck
        From then on
        Every now and then
        According to {name}
        Like many others in {town}
        After a short discussion
        {time}
        Without much ceremony
        As the records show
        Once the work was done
        On closer inspection
        In those days
        Half a century later
        To the surprise of the {person}
        Between {month} and the following spring
        Whatever the reason
        In a letter from {year}
        As usual
        Compared with {matter}
    """),
    "tail": split_lines("""
        without much noise
        for once in {count} years
        as {name} had hoped
        with great patience
        long after {matter} had been settled
        and nobody objected
        delighting every {person}
        although {matter} remained a worry
        at a cost of {count} thousand
        with help from {name}
        before {name} could object
        in spite of {matter}
        almost by accident
        and {soon} started again
        under the eyes of {count} visitors
        much as in {town}
        until {month} came
        and billed {town} for it
        so that the {thing} would last
        with {count} helpers
        because of {matter}
        for {adj} reasons
        while {name} kept the accounts
        as the {person} had suggested
        until the {things} were ready
        and {seldom} spoke of it
    """),
    "soon": split_words("soon, quietly, finally, at once, reluctantly, gladly, simply, later, almost, in time"),
    "seldom": split_words("seldom, rarely, often, usually, hardly ever, mostly, always, at times"),
    "nobody": ("nobody", "hardly anyone", "no one", "almost nobody", "not one {person}", "no {person}"),
    "said": split_words("said, recalled, admitted, explained, insisted, remarked, repeated, answered, conceded"),
    "because": split_lines("""
        because the {thing} was too {adj}
        since {matter} left no other choice
        because {name} had asked for it
        for the {things} were still {adj}
        because no {person} could be found {place}
        since nobody trusted the {adj} {thing}
        because {matter} had changed everything
        as the {person} explained {time}
        since a {adj} {thing} costs less
        because {town} had run out of {things}
        for it took {count} hours to {verb} them
        as long as {matter} allowed it
    """),
    "object": split_lines("""
        the {thing}
        the {adj} {thing}
        a {adj} {thing}
        another {thing}
        every {adj} {thing}
        the {things} of {town}
        their {adj} {things}
        the {thing} {place}
        one {adj} {thing} after another
        a whole row of {adj} {things}
        the last of the {things}
        {count} {things}
        a {thing} and two {things}
        both the {thing} and the {thing}
    """),
    "reaction": split_lines("""
        it was worth the trouble
        nobody had expected much
        the {person} would not hear of it
        the result was {adj} but honest
        this was far from the truth
        {name} saw the matter differently
        there was no going back
        the {things} had to wait
        {matter} was soon forgotten
        the town still talks about it
        it changed very little
        somebody had to do it
        the old ways were hard to give up
        a {adj} {thing} is better than none
        only the {person} remained calm
    """),
    "month": split_words(
        "January, February, March, April, May, June, July, August, September, October, November, December"
    ),
    "year": tuple(str(year) for year in range(1781, 2021)),
    "count": (
        *split_words(
            "three, four, five, six, seven, eight, nine, ten, eleven, twelve, fifteen, twenty, thirty, forty, sixty"
        ),
        *(str(n) for n in range(13, 99)),
    ),
}

PROSE = split_lines("""
    {opener}, the {person} {verbed} {object} {place}.
    The {thing} {place} was {verbed} by a {person} from {town} {time}.
    {name} {verbed} {object}, {tail}.
    Most {things} in {town} are {adj}, and some are {adj} as well.
    What the {person} {verbed} {time} was {soon} called a {adj} {thing}.
    Nobody in {town} had {verbed} a {thing} like this, {because}.
    The {person} and the {person} disagreed about {matter}.
    {opener}, {object} had to be {verbed} twice.
    It took {name} {count} days to {verb} {object}.
    There was talk of {matter}, but {reaction}.
    "We {verbed} the {things} ourselves," {said} {name}, "and {reaction}."
    The {adj} {thing} stood {place} and waited for the {person}.
    If the {person} had {verbed} the {thing} earlier, {matter} would hardly have mattered.
    {opener}, {matter} {soon} worried every {person}.
    They {verbed} {object}, {verbed} {object} and went home.
    A {person} who {verbs} {things} {seldom} worries about {matter}.
    {town} has {count} {things}, {seldom} {adj} and never {adj}.
    The first {thing} was {adj}, the second {adj}, the third was {soon} {verbed}.
    {name} had spent {count} years {verbing} {things} {place}.
    Instead of {verbing} {object}, the {person} wrote to {name}.
    One can still see {object} {place}, {tail}.
    This is how {object} came to {town}.
    {opener}, there were only {count} {things} left.
    The {person} kept {object} {place}, {tail}.
    That {adj} {thing} belongs to {name}, whose parents {verbed} it in {year}.
    Neither the {person} nor the {person} wanted to {verb} the {thing}.
    {name} remembers {matter} and the smell of {adj} {things}.
    Later the {things} were {verbed} again, {because}.
    Behind the {adj} {thing} is a room where {nobody} {verbs} {things}.
    "It was the {thing} that {name} {verbed}," the {person} {said} {time}.
    To {verb} {object} was considered bad luck {place}.
    {opener}, {name} offered to {verb} the {things} for nothing.
    The price of a {adj} {thing} rose from {count} to {count} within a year.
    All of this happened {time}, when {matter} was on everyone's mind.
    Whether the {thing} can be {verbed} depends on {matter}.
    Visitors who come to {town} {time} are shown {object}.
    With every {thing} that was {verbed}, the {person} grew more confident.
    A letter to {name} mentions {object} and complains about {matter}.
    {opener}, the {things} were brought to {town} on carts.
    The {person} had only one condition: {object} must stay {place}.
    For {count} years the {things} of {town} had been {verbed} in the same way.
    Perhaps {matter} explains why so few {things} have survived.
    {name}, once a {person} in {town}, {soon} wrote about {matter}.
    There is something {adj} about {object}.
    She {verbed} {object} slowly, {tail}.
    He had learned to {verb} {things} from a {person} in {town}.
    The {thing} was {adj}, but the {person} {soon} {verbed} it.
    Of {count} {things} only {count} were {soon} {verbed} {place}.
    {opener}, the council asked {name} to {verb} {object}.
    Between two {things} stood a {adj} {thing} {place}.
    The story of {object} begins with {matter}.
    Every {person} has an opinion on {matter}.
    "It is {adj}, but it works," {name} {said} about {object}.
    People {place} still use {things} that were {verbed} before {year}.
    {name} never blamed the {person} for {matter}.
    As a child, {name} used to {verb} {things} {place}.
    One needs a {thing}, a {adj} {thing} and {count} {things}.
    Then came {matter}, and {object} was {verbed} within a week.
    The {person} counted the {things} twice, {tail}.
    {opener}, {reaction}.
    More than {count} people {verbed} {object} {time}.
    The museum in {town} keeps a {thing} that {name} {verbed} in {year}.
    As {matter} was pressing, {nobody} {verbed} the {adj} {things}.
    {name} and a {person} from {town} set out to {verb} {object}.
    {nobody} noticed how the {thing} was {soon} {verbed}.
    It is easy to {verb} a {thing}, and hard to {verb} it well.
    {opener}, the {person} left and {name} {verbed} {object} {place}.
    The {things} are {adj} in {month} and {adj} in {month}.
    Some say {name} {verbed} the {thing}, others blame a {person}.
    What remains is a {adj} {thing} and {count} {things} {place}.
    In {year} the {person} {verbed} the last {thing} {place}.
    The {person} smiled, {verbed} the {thing} and said that {reaction}.
    A second {thing}, less {adj} than the first, was {verbed} {time}.
    {matter} and a few {adj} {things} {soon} changed the plan.
    Up to {count} {things} a day were {verbed} {place}, {tail}.
    {opener}, {name} sold the {thing} to a {person} and moved to {town}.
    For the {person}, {object} meant a new beginning.
    If you ask the {person}, {reaction}.
    The work began {time} and was finished before {month}.
    They had to {verb} the {thing} in the dark, {because}.
    Today {object} can be seen {place}, free of charge.
    The {person} who {verbed} it never learned to {verb} anything else.
    Between the {thing} and the {thing} {nobody} {verbed} anything.
    {opener}, an old {person} {verbed} the rest of the {things}.
    Only {count} of them were {adj} enough to be {verbed}.
    At {town} the {thing} was {verbed}, and the {person} had to think again.
    {name} never tired of {verbing} {object}.
    That was {time}, when {matter} was {seldom} discussed.
    When the {person} finally {verbed} {object}, {reaction}.
    Not every {thing} is as {adj} as the one that {name} {verbed}.
""")

LORE = split_lines("""
    In most regions a {thing} is {verbed} before it is {adj} enough for use.
    The earliest known {thing} dates from {year} and was found {place}.
    {things} are {seldom} {verbed} by a {person}, although {name} knew exceptions.
    The word for a {adj} {thing} {soon} reached {town}.
    One distinguishes the {adj} {thing} and the {adj} {thing}.
    The survey of {year} lists {count} {things} in {town}.
    Its importance declined after {year} because of {matter}.
    The {person} {name} described {object} in detail in {year}.
    Unlike the {adj} {thing}, it cannot be {verbed} {place}.
    A typical {thing} weighs between {count} and {count} kilograms.
    The technique of {verbing} {things} spread from {town} to the neighbouring valleys.
    Modern {things} differ from {adj} ones and are {seldom} {verbed}.
    Several accounts mention {object}, but {nobody} explains {matter}.
    Its development {soon} depended on {matter}.
    The {thing} consists of a {adj} upper part, a {thing} and a {adj} base.
    In {year} every {person} had to register in {town}.
    {name} suggested that {matter} influenced the {adj} {thing}.
    By {year} more than {count} workshops {verbed} {things} of this type.
    The collection in {town} includes {count} {things}, most of them {adj}.
    It is {seldom} confused with the {adj} {thing}, which {name} {verbed}.
    The best example stands {place} and was {verbed} in {year}.
    Until {year} {nobody} but a {person} could {verb} {object}.
    This was corrected by {name}, who compared {count} {things} from {town}.
    The {person} answers for {matter} and for all {things}.
    {things} of this period are {adj} and rarely longer than {count} centimetres.
    A later form, the {town} {thing}, was {verbed} until {year}.
    {matter} explains why the {thing} is {seldom} {verbed}.
    Under favourable conditions a {thing} lasts for {count} years.
    The method requires a {thing}, a {thing} and at least one {adj} {thing}.
    As a rule the {thing} is {verbed} {place}, where {matter} plays a smaller part.
    {name} and {name} disagree about the {adj} {thing}.
    A description from {year} lists the {thing}, the {thing} and the {thing} as its main parts.
    The number of {things} fell from {count} thousand in {year} to {count} in {year}.
    Today it is {verbed} in {town} and by {count} friends of the craft.
    The oldest rules for {verbing} {things} were written down in {town} by {name}.
    Near {town} the {thing} is more {adj}, which {matter} explains.
    It was not until {year} that a {person} {verbed} the first {adj} {thing}.
    The result is a {adj} {thing} that can be {verbed} without further preparation.
    When {matter} changes, the {thing} must be {verbed} again.
    Both the {thing} and the {adj} {thing} appear in records from {town}.
    The {person} {verbs} the {thing} first and the {adj} {thing} afterwards.
    As a {thing} like this is {adj}, it is {seldom} kept {place}.
""")

CHAT = split_lines("""
    I tried to {verb} my {thing} {time} and {reaction}.
    Has anyone here ever {verbed} a {adj} {thing}?
    My {adj} {thing} is {adj}, so I {soon} want another.
    You should ask a {person} before you {verb} it.
    I did that {time} and have {seldom} {verbed} it since.
    Honestly, {matter} {soon} bored me.
    I would not {verb} the {thing} until you know more about {matter}.
    We have one of those {place}, and it is {adj} but fine.
    Thanks {name}, my {person} {said} the same.
    If it is {adj}, leave it alone for {count} days and look again.
    The {person} in {town} told me that {reaction}.
    I paid {count} for mine in {town}, {seldom} less.
    Do you {verb} it before or after the {thing}?
    It depends on {matter} and on how {adj} your {thing} is.
    Mine was {verbed} in {year} and still works.
    Sorry, I was in {town} {time}.
    I read in {town} that you can {verb} it with a {thing}.
    Please {seldom} do that, I saw {things} {verbed} too often.
    In my experience the {adj} ones last longer.
    There is a shop in {town} that sells {adj} {things} for less.
    My {person} swears by {verbing} them {place}.
    What do you mean by {adj}, {name}?
    I photographed the {thing} and will {soon} post it.
    After reading this I {verbed} mine again, {because}.
    For what it is worth, {name} wrote a good piece on {matter}.
    It sounds as if your {thing} was {verbed} by somebody in a hurry.
    I have {count} of them, each {adj} or {adj}.
    Could you describe the {adj} {thing} {place}?
    Good point about {matter}, {name} never {said} that.
    Start with the {adj} {thing}, the {things} come later.
    We had {matter} in {town} until a {person} {verbed} the {thing}.
    If all else fails, {verb} the {thing} and try again in {month}.
    You are right that {matter} makes it harder.
    I gave up after {count} attempts and bought a {adj} {thing} instead.
    It was my {person} who taught me to {verb} {things} properly.
    Never {verb} a {thing} when it is {adj}, {nobody} does.
    The {things} we got {time} were not nearly as {adj}.
    Is it normal that the {thing} looks {adj} after you {verb} it?
    Let us know whether {name} {verbed} it.
    Well, {reaction}, at least in {town}.
""")

MANUAL = split_lines("""
    Set the {option} to {count} before you start the {service}.
    The {service} reads the {option} once, when it starts.
    If the {option} is missing, the {service} uses the default of {count} seconds.
    Each {entity} has a name, a {option} and a list of {entities}.
    To remove an {entity}, call the function with its name and check the result.
    The {service} writes a line to the log for every {entity} that it could not {act}.
    Do not change the {option} while the {service} is running.
    This example shows how to {act} an {entity} and print the result.
    When an {entity} is larger than the {option}, the {service} returns an error.
    The {service} keeps up to {count} {entities} in memory and writes the rest to disk.
    You can {act} several {entities} at once if the {option} allows it.
    Every call returns either an {entity} or a message that explains what went wrong.
    The order of the {entities} is the order in which they were created.
    Use a smaller {option} on machines with little memory.
    Since version {number}, the {service} can {act} an {entity} without a restart.
    The {option} has no effect on {entities} that already exist.
    A broken {entity} never stops the {service}, but it is reported at the end.
    The following table lists the values that the {option} accepts.
    Make sure that the user who runs the {service} may write to the folder.
    An {entity} that has been read once is kept for {count} minutes.
    If two {entities} have the same name, the later one wins.
    The {service} tries to {act} the {entity} again after {count} seconds.
    Most users never need to touch the {option}.
    You will find the complete list of settings at the end of this page.
    The command prints one line for each {entity} and stops at the first error.
    By default the {service} listens on port {port} and answers only local requests.
    It is safe to {act} the same {entity} twice, since the second call does nothing.
    Version {number} renamed the {option}, and the old name still works.
    To see what happened, look at the log that the {service} keeps in its folder.
    The test below fails if the {service} cannot {act} the {entity} within {count} milliseconds.
    Keep the {option} low while you are testing, and raise it when everything works.
    Before version {number} it was not possible to {act} an {entity} that was in use.
    The {service} checks each {entity} against the {option} and skips those that do not match.
    Large {entities} should be split into parts, because the {service} reads them as a whole.
    Any {entity} can be given to another {service} without being copied.
    The function below needs two arguments and returns the number of {entities}.
""")

MANUAL_TERMS = {
    "option": "time limit, cache size, batch length, retry count, log level, worker count, page size, sort order, "
    "search path, buffer limit, queue length, refresh interval, start date, upper bound, input encoding, line width",
    "service": "scheduler, index server, import job, search service, backup program, mail gateway, report builder, "
    "file watcher, template engine, queue manager, parser, upload worker, sync client, message broker",
    "entities": "entries, items, images, events, objects, archives, invoices, articles, orders, users, alerts, uploads",
    "entity": "entry, item, image, event, object, archive, invoice, article, order, upload, index, alias",
    "act": "load, store, rename, update, compress, validate, copy, move, import, export, publish, index, merge, sort",
}

KITCHEN = split_lines("""
    Heat the oven to {degrees} degrees and butter a {adj} dish.
    Mix the {food} with the {food} in a large bowl.
    Chop the {food} and set it aside.
    Stir in the {food} and season with salt.
    Let the {food} rest for {count} minutes while you wash the {food}.
    Bring a pot of water to the boil and add the {food}.
    Spread the {food} over the {food} and bake for {count} minutes.
    Taste it and add more {food} if you like.
    Cover the bowl with a cloth and leave it in a warm place.
    Fry the {food} in a little oil until it is {adj}.
    Fold the {food} into the mixture with a wooden spoon.
    My grandmother made this with {food} instead of {food}.
    It keeps for {count} days in the refrigerator.
    Serve with {food} and a green salad.
    The {food} should be {adj}, not {adj}.
    If you cannot find {food}, use {food} from the market.
    Pour the {food} over everything and sprinkle with {food}.
    Turn the heat down and simmer for {count} minutes.
    This dish is best on the second day, when the {food} has had time to soften.
    We first ate it in {town}, in a kitchen full of steam and laughter.
    Peel the {food}, cut it into thin slices and lay them on the tray.
    Save a handful of {food} for the end.
    Press the {food} through a sieve and mix it with the {food}.
    The recipe comes from {name}, who never wrote anything down.
    It is the {food} that gives the dish its {adj} colour.
    Take the dish out of the oven when the edges are {adj}.
    For a lighter version, leave out the {food} and double the {food}.
    Do not hurry this step, because the {food} burns easily.
""")

KITCHEN_TERMS = {
    "food": "butter, flour, onion, leek, carrot, barley, parsley, cream, cheese, honey, pear, spinach, potato, bacon, "
    "lentil paste, celery, mustard, walnut, rosemary, beetroot, cabbage, sour cream, brown sugar, lemon juice, rye "
    "bread, garlic, pumpkin, fennel, mushroom stock, apple sauce",
    "degrees": "160, 170, 180, 190, 200, 210, 220",
}

SHOP = split_lines("""
    This {adj} {thing} is made for people who {verb} {things} every day.
    The {thing} comes with a {adj} {thing} and a spare part.
    It weighs less than {count} grams and fits in every bag.
    Our {person} has {verbed} each {thing} by hand.
    You can return the {thing} within {count} days.
    Made in {town} by a family of {person}s.
    It is {adj}, {adj} and easy to clean.
    Customers praise the {adj} finish and the fair price.
    Choose between {count} colours and two sizes.
    With a little care it lasts for {count} years.
    The new model is more {adj} than the one from last year.
    Also available as a set with a {thing}.
""")
