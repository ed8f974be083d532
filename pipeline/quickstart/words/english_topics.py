"""What English pages are about: for each topic its people, things, places, deeds, qualities and matters.

Verbs are regular and do not double their last letter, nouns take a regular plural, so that forms can be derived.
"""

TOPICS: dict[str, dict[str, str]] = {
    "harbour": {
        "people": "pilot, harbour master, deckhand, boatbuilder, rigger, lighthouse keeper, net maker, diver, "
        "customs officer, ferry captain",
        "things": "hull, anchor, mooring rope, tide table, lantern, crane, sail, rudder, keel, barge, buoy, chart, "
        "breakwater, slipway, signal flag, cargo net, dock gate, tugboat, gangway, winch, fog bell, dinghy",
        "places": "at the quay, along the outer mole, below the old customs house, in the dry dock, on the shingle, "
        "beside the fish market, near the harbour mouth, under the loading arm",
        "verbs": "repair, paint, load, unload, anchor, launch, caulk, inspect, salvage, fasten, lower, patch, rescue",
        "adjs": "seaworthy, rusty, tarred, weathered, shallow, stranded, heavy, broad, wooden, salted, drifting",
        "matters": "the price of timber, the depth of the channel, the autumn tides, the new pilotage fee, "
        "the silting of the basin, the right to land fish, the state of the sea wall, the winter timetable",
    },
    "garden": {
        "people": "gardener, botanist, seed merchant, beekeeper, landscape designer, allotment holder, orchard owner, "
        "groundskeeper, florist, apprentice",
        "things": "hedge, orchard, seedling, greenhouse, trellis, compost heap, flower bed, rose, pear tree, lawn, "
        "watering can, root, bulb, cutting, spade, cold frame, pond, gravel path, wheelbarrow, fern, vine, rain barrel",
        "places": "behind the greenhouse, along the south wall, in the kitchen garden, under the plum trees, "
        "at the lower gate, beside the pond, in the walled garden, between the raised beds",
        "verbs": "plant, water, weed, harvest, cover, transplant, shelter, gather, protect, sow",
        "adjs": "shady, fragrant, hardy, overgrown, sunny, early, dry, fertile, climbing, tender, evergreen",
        "matters": "the late frost, the quality of the soil, the lack of rain, the cost of seed, the return of the "
        "bees, the drainage of the lower beds, the spread of mildew, the length of the growing season",
    },
    "sky": {
        "people": "astronomer, observer, instrument maker, physicist, amateur stargazer, lens grinder, lecturer, "
        "night assistant, surveyor, schoolteacher",
        "things": "telescope, comet, eclipse, star chart, mirror, lens, planet, meteor, observatory, dome, crater, "
        "orbit, photograph, clock, spectrum, mount, eyepiece, catalogue, nebula, transit, double star, logbook",
        "places": "above the northern horizon, inside the dome, on the flat roof, at the mountain station, "
        "beyond the orbit of the outer planets, near the bright cluster, in the southern sky, behind thin cloud",
        "verbs": "observe, measure, photograph, record, calculate, align, polish, sketch, predict, compare, test",
        "adjs": "faint, bright, distant, variable, precise, reddish, elliptical, sharp, hazy, silent, rare, steady",
        "matters": "the rotation of the planet, the age of the cluster, the glow of the town lamps, the accuracy of "
        "the clock, the shape of the tail, the heat of the outer layers, the drift of the mount, the clear air",
    },
    "cloth": {
        "people": "weaver, dyer, spinner, tailor, wool trader, pattern cutter, mill owner, embroiderer, shepherd, "
        "lace maker",
        "things": "loom, shuttle, spindle, bolt of linen, ribbon, pattern, fleece, dye vat, thread, tapestry, cloak, "
        "needle, button, seam, blanket, carpet, bobbin, hem, sample book, collar, scarf, spinning wheel",
        "places": "in the upper workshop, at the cloth hall, beside the dye works, on the drying field, "
        "behind the mill race, in the sorting room, under the skylight, at the spring fair",
        "verbs": "dye, fold, press, mend, unpick, order, colour, stretch, wash, measure, finish, trade",
        "adjs": "woollen, striped, coarse, fine, faded, crimson, heavy, seamless, patterned, soft, undyed, narrow",
        "matters": "the price of raw wool, the fastness of the dye, the hours in the mill, the fashion of the court, "
        "the secret of the blue, the tax on linen, the loss of old patterns, the strength of the yarn",
    },
    "bridge": {
        "people": "engineer, mason, surveyor, contractor, toll collector, inspector, draughtsman, site manager, "
        "welder, county architect",
        "things": "arch, pier, cable, foundation, girder, parapet, scaffold, bearing, truss, tower, drawing, rivet, "
        "footbridge, abutment, expansion joint, deck plate, caisson, handrail, viaduct, load test, culvert, beam",
        "places": "across the gorge, at the second pier, upstream of the ford, over the canal, below the waterline, "
        "on the western bank, beneath the carriageway, at the narrowest point of the valley",
        "verbs": "design, strengthen, inspect, measure, raise, replace, survey, load, support, reinforce, demolish, "
        "calculate, bolt",
        "adjs": "slender, cracked, massive, temporary, suspended, corroded, granite, arched, narrow, hollow, elegant",
        "matters": "the weight of the traffic, the depth of the bedrock, the spring flood, the cost of steel, "
        "the toll on carts, the movement of the ground, the safety of the workers, the choice of stone",
    },
    "bread": {
        "people": "baker, miller, grain merchant, pastry cook, apprentice, oven builder, market trader, food writer, "
        "farmer, shopkeeper",
        "things": "loaf, oven, sourdough starter, sack of flour, crust, rolling pin, millstone, dough, bread basket, "
        "recipe, kneading trough, scale, pastry, bun, tray, peel, cooling rack, sieve, whisk, honey cake, pie, cellar",
        "places": "in the bakehouse, at the corner shop, beside the warm oven, at the mill, on the marble table, "
        "in the village kitchen, behind the counter, under a damp cloth",
        "verbs": "bake, weigh, knead, sift, slice, taste, cool, mix, roll, heat, glaze, serve, toast, ferment",
        "adjs": "crusty, warm, sour, fresh, dark, golden, sticky, sweet, dense, light, floury, salted, spiced",
        "matters": "the price of wheat, the heat of the oven, the smell of yeast, the early hours, the hardness of "
        "the water, the queue on Saturdays, the colour of the crust, the age of the starter",
    },
    "railway": {
        "people": "engine driver, signaller, guard, station master, track worker, passenger, timetable planner, "
        "conductor, porter, historian",
        "things": "locomotive, carriage, timetable, signal box, platform, tunnel, ticket, whistle, boiler, sleeper, "
        "branch line, freight train, level crossing, siding, buffer, turntable, lamp, waiting room, railcar, depot, "
        "embankment, junction",
        "places": "at the junction, on the branch line, inside the long tunnel, along the embankment, "
        "at platform two, beyond the viaduct, in the engine shed, at the summit of the pass",
        "verbs": "repair, delay, restore, couple, reroute, electrify, inspect, schedule, replace, clean, board",
        "adjs": "punctual, narrow-gauge, crowded, steep, abandoned, electric, overnight, single-track, noisy, restored",
        "matters": "the closure of the line, the price of coal, the winter schedule, the gauge of the track, "
        "the safety of the crossing, the shortage of drivers, the summer excursions, the width of the tunnel",
    },
    "music": {
        "people": "violin maker, conductor, choir leader, organist, composer, piano tuner, singer, music teacher, "
        "critic, drummer",
        "things": "violin, concert, melody, choir, organ pipe, manuscript, string, bow, rehearsal, song, flute, drum, "
        "sonata, chorus, tuning fork, piano, accordion, score, harmony, recording, music stand, dance",
        "places": "in the concert hall, at the back of the gallery, in the rehearsal room, on the village green, "
        "behind the curtain, beside the old organ, in the cathedral, at the summer festival",
        "verbs": "perform, tune, compose, record, rehearse, copy, arrange, applaud, repeat, publish, restore, announce",
        "adjs": "slow, melancholy, tuneful, unfinished, solemn, cheerful, loud, delicate, solo, familiar, resonant",
        "matters": "the age of the varnish, the tempo of the finale, the sound of the hall, the choice of programme, "
        "the price of tickets, the origin of the tune, the cold in the gallery, the absence of the tenor",
    },
    "maps": {
        "people": "cartographer, explorer, surveyor, engraver, printer, geographer, guide, archivist, chart dealer, "
        "librarian",
        "things": "map, atlas, compass, border, river, coastline, contour, copper plate, theodolite, legend, globe, "
        "route, survey, expedition, valley, island, marginal note, grid, sketch, mountain range, place name, mile post",
        "places": "in the map room, along the frontier, at the river mouth, on the eastern plateau, "
        "across the salt marsh, above the tree line, in the archive cellar, near the old survey point",
        "verbs": "survey, engrave, print, correct, colour, publish, explore, trace, measure, locate, collect, compare",
        "adjs": "accurate, uncharted, detailed, mountainous, remote, early, hand-coloured, misleading, southern, vast",
        "matters": "the course of the river, the spelling of place names, the height of the pass, the scale of the "
        "drawing, the border dispute, the cost of engraving, the error in longitude, the lack of fresh water",
    },
    "chess": {
        "people": "chess player, coach, arbiter, champion, club secretary, columnist, student, organiser, opponent, "
        "commentator",
        "things": "opening, endgame, pawn, rook, tournament, clock, board, score sheet, gambit, defence, draw offer, "
        "queen sacrifice, problem, simultaneous exhibition, bishop pair, club, match, position, variation, trophy, "
        "lecture, passed pawn",
        "places": "at the first board, in the final round, on the queen side, in the reading room, at the club, "
        "beside the demonstration board, in the centre of the board, near the window",
        "verbs": "analyse, attack, defend, develop, exchange, resign over, publish, prepare, study, record, repeat, "
        "explain",
        "adjs": "solid, sharp, passive, forgotten, elegant, closed, symmetrical, risky, patient, decisive, quiet",
        "matters": "the weakness of the king, the time control, the theory of the opening, the rating list, "
        "the noise in the hall, the value of the centre, the travel costs, the habit of early draws",
    },
    "glass": {
        "people": "glassblower, chemist, furnace hand, window maker, collector, cutter, merchant, museum curator, "
        "optician, potter",
        "things": "furnace, vase, goblet, window pane, bead, mould, bottle, crucible, lens, pipe, mosaic, lamp, "
        "glaze, kiln, tile, bowl, cullet bin, workbench, jar, tong, prism, stained panel",
        "places": "at the mouth of the furnace, in the cutting shop, on the island, under the chapel window, "
        "in the museum store, beside the kiln, on the cooling shelf, at the trade fair",
        "verbs": "cool, colour, engrave, heat, melt, polish, collect, pack, repair, display, mould",
        "adjs": "transparent, green, fragile, molten, brittle, cloudy, gilded, thin, smooth, tinted, ancient, heavy",
        "matters": "the purity of the sand, the price of charcoal, the secret of the red, the speed of cooling, "
        "the demand for mirrors, the danger of burns, the share of lead, the export of beads",
    },
    "weather": {
        "people": "meteorologist, forecaster, farmer, ship's officer, climate researcher, radio presenter, volunteer, "
        "ranger, hydrologist, statistician",
        "things": "storm, barometer, rain gauge, forecast, cloud bank, cold front, weather balloon, thermometer, "
        "drought, flood, snowfall, satellite image, wind vane, hailstorm, station, record, radar, season, thaw, "
        "thunderstorm, heat wave, fog patch",
        "places": "over the high moor, along the coast, at the valley station, in the lower atmosphere, "
        "above the cloud layer, on the exposed ridge, downwind of the city, in the river basin",
        "verbs": "measure, record, observe, explain, predict, report, compare, average, calibrate, expect",
        "adjs": "violent, mild, humid, sudden, unusual, seasonal, frosty, cloudy, severe, coastal, stable, icy",
        "matters": "the warmth of the sea, the length of the series, the harvest, the warning system, the level of "
        "the reservoir, the strength of the gusts, the quality of old records, the dryness of the forest",
    },
    "school": {
        "people": "teacher, pupil, headmistress, caretaker, parent, inspector, librarian, school nurse, student, "
        "visiting speaker",
        "things": "lesson, timetable, exam, classroom, textbook, playground, project, school trip, blackboard, "
        "workshop, homework diary, library, essay, experiment, report, reading circle, laboratory, gym, club, prize, "
        "calendar, canteen",
        "places": "in the new wing, at the back of the class, in the science room, on the playing field, "
        "at the parents' evening, beside the library, in the assembly hall, on the upper corridor",
        "verbs": "explain, mark, discuss, prepare, organise, encourage, finish, invite, review, present, improve",
        "adjs": "curious, difficult, practical, bilingual, noisy, careful, weekly, optional, bright, rural, shared",
        "matters": "the size of the classes, the new curriculum, the bus fares, the lack of paper, the exam results, "
        "the care of the building, the length of the break, the help of volunteers",
    },
    "mountain": {
        "people": "mountain guide, climber, hut warden, geologist, shepherd, rescue worker, hiker, botanist, skier, "
        "porter",
        "things": "ridge, glacier, rope, summit, hut, trail, crevasse, ice axe, avalanche, cairn, rucksack, cliff, "
        "pass, scree slope, tent, waterfall, alpine meadow, stream, moraine, cable car, signpost, snow bridge",
        "places": "above the hut, on the north face, at the foot of the glacier, below the saddle, "
        "along the ridge, in the upper valley, beside the frozen lake, near the boundary stone",
        "verbs": "climb, cross, mark, descend, rescue, measure, explore, avoid, photograph, repair, reach, approach",
        "adjs": "steep, exposed, icy, narrow, rocky, lonely, high, slippery, snow-covered, crumbling, sheltered",
        "matters": "the retreat of the ice, the danger of rockfall, the summer crowds, the water supply, the choice "
        "of route, the height of the summit, the grazing rights, the state of the path",
    },
    "books": {
        "people": "publisher, bookbinder, novelist, translator, librarian, proofreader, bookseller, printer, poet, "
        "reviewer",
        "things": "novel, manuscript, chapter, library, printing press, page, translation, cover, footnote, index, "
        "first edition, letter, diary, bookshop, catalogue, dictionary, short story, proof, paragraph, reading, "
        "paperback, notebook",
        "places": "in the reading room, on the top shelf, at the book fair, behind the shop, in the last chapter, "
        "on the title page, in the author's papers, at the printing works",
        "verbs": "publish, translate, print, edit, review, collect, revise, shelve, quote, borrow, annotate",
        "adjs": "unpublished, slim, rare, leather-bound, popular, lost, handwritten, annotated, translated, moving",
        "matters": "the price of paper, the taste of readers, the rights abroad, the meaning of the ending, "
        "the size of the edition, the order of the chapters, the censor's objections, the author's debts",
    },
    "bicycle": {
        "people": "cyclist, mechanic, courier, frame builder, racer, city planner, commuter, club captain, shop owner, "
        "tourist",
        "things": "bicycle, gear, wheel, cycle lane, chain, saddle, brake, frame, race, pump, helmet, pannier, tyre, "
        "pedal, spoke, tandem, workshop, route, bell, hub, bike rack, repair stand",
        "places": "on the towpath, at the traffic lights, up the last climb, in the repair shop, along the ring road, "
        "at the finish line, on the cobbles, beside the canal",
        "verbs": "repair, clean, adjust, assemble, oil, paint, replace, test, balance, straighten, tighten",
        "adjs": "light, sturdy, second-hand, fast, upright, folding, muddy, reliable, electric, stiff, noisy, bent",
        "matters": "the width of the lane, the price of spare parts, the morning traffic, the number of thefts, "
        "the headwind, the rules of the race, the weight of the frame, the lack of parking",
    },
}
