"""German: nouns by gender with definite articles and weak adjective endings, verbs in the past tense."""

from pipeline.quickstart.grammar import Grammar, split_lines, split_words
from pipeline.quickstart.words.language import Interface, Language

_RULES = {
    "adj": split_words("""alt, neu, klein, groß, schwer, leer, bunt, still, breit, schmal, fremd, kostbar, schlicht,
        vergessen, seltsam, wertvoll, gründlich, hölzern, dünn, frisch, früh, spät, wichtig, zerbrochen, bekannt"""),
    "m": split_words("""Schlüssel, Brief, Turm, Garten, Kessel, Tisch, Plan, Koffer, Bericht, Wagen, Vertrag, Kalender,
        Spiegel, Teppich, Brunnen, Fahrplan, Ofen, Katalog, Apfelbaum, Kompass, Vorhang, Schrank"""),
    "f": split_words("""Brücke, Werkstatt, Landkarte, Uhr, Geige, Mühle, Zeitung, Lampe, Urkunde, Treppe, Bibliothek,
        Maschine, Glocke, Kiste, Rechnung, Straße, Scheune, Bäckerei, Sammlung, Fähre, Leiter, Zeichnung"""),
    "n": split_words("""Haus, Boot, Buch, Fenster, Rad, Archiv, Bild, Museum, Dach, Schiff, Lied, Werkzeug, Netz, Dorf,
        Klavier, Tor, Seil, Feld, Schloss, Gerät, Rezept, Denkmal"""),
    "plural": split_words("""Bücher, Brücken, Briefe, Werkzeuge, Häuser, Boote, Bilder, Glocken, Karten, Maschinen,
        Fenster, Pläne, Kisten, Bäume, Lampen, Verträge, Uhren, Lieder, Äpfel, Schiffe"""),
    "pm": split_words("""Müller, Lehrer, Bäcker, Förster, Kapitän, Händler, Schreiner, Gärtner, Wirt, Ingenieur,
        Bürgermeister, Schmied, Maler, Uhrmacher, Buchbinder, Besucher"""),
    "pf": split_words("""Lehrerin, Gärtnerin, Ärztin, Malerin, Händlerin, Kapitänin, Forscherin, Richterin, Bäckerin,
        Bibliothekarin, Weberin, Nachbarin, Journalistin, Wirtin"""),
    "first": split_words("""Anselm, Hedwig, Konrad, Ottilie, Ludger, Friederike, Jonas, Mathilde, Veit, Rosalie, Bruno,
        Cäcilie, Emil, Irmgard, Theodor, Wiebke, Arnulf, Leonore"""),
    "last": split_words("""Brandt-Hellweg, Kornfeld, Ostermann, Seidler, Wieland, Achterberg, Lindholz, Mooshammer,
        Rabenau, Steinbrück, Tannert, Uhlenhorst, Vogtländer, Winterberg, Zellmann, Eschbach"""),
    "name": ("{first} {last}",),
    "town": split_words("""Grünau am See, Altenmoor, Birkenried, Dornhagen, Eschenfurt, Falkenbrück, Hohenlinde,
        Kaltenbach, Lindenthal, Mühlrode, Niederwald, Oberstein, Rabenfels, Sandhausen, Tiefensee, Wiesengrund"""),
    "year": tuple(str(year) for year in range(1785, 2021)),
    "count": (
        *split_words("drei, vier, fünf, sechs, sieben, acht, neun, zehn, zwölf, zwanzig, dreißig") * 3,
        *(str(n) for n in range(13, 99)),
    ),
    "month": split_words(
        "Januar, Februar, März, April, Mai, Juni, Juli, August, September, Oktober, November, Dezember"
    ),
    "person": ("der {adj}e {pm}", "die {adj}e {pf}", "der {pm}", "die {pf}", "{name}", "{name}", "der {pm} aus {town}"),
    "nom": ("der {adj}e {m}", "die {adj}e {f}", "das {adj}e {n}", "der {m}", "die {f}", "das {n}"),
    "acc": (
        "den {adj}en {m}",
        "die {adj}e {f}",
        "das {adj}e {n}",
        "den {m}",
        "die {f}",
        "das {n}",
        "einen {adj}en {m}",
        "eine {adj}e {f}",
        "{count} {plural}",
        "die {adj}en {plural}",
    ),
    "dat": (
        "dem {adj}en {m}",
        "der {adj}en {f}",
        "dem {adj}en {n}",
        "dem {m}",
        "der {f}",
        "den {adj}en {m} und der {f}",
    ),
    "time": split_lines("""
        im Frühjahr {year}
        an einem kalten Morgen im {month}
        wenige Wochen später
        nach {count} Jahren
        kurz vor Sonnenaufgang
        am Ende des Sommers
        noch im selben {month}
        während des langen Winters
        gegen Mittag
        im Herbst {year}
        vor etwa {count} Jahren
        am zweiten Sonntag im {month}
    """),
    "place": split_lines("""
        am Rand der Altstadt
        hinter der Kirche
        im Hafen von {town}
        in einem engen Hof
        auf der anderen Seite des Flusses
        neben dem Rathaus
        im Keller des Museums
        unter dem Dach
        oben am Hang
        in der Nähe von {town}
        auf dem Markt
        am Ufer des Sees
        im hinteren Zimmer
        vor dem Tor der Burg
    """),
    "past": split_words("""
        reparierte, verkaufte, untersuchte, beschrieb, malte, fand, baute, kaufte, zeichnete, öffnete, brachte,
        bewahrte, vermaß, verschenkte, suchte, erneuerte, betrachtete, erwähnte, putzte, vergaß
    """),
    "part": split_words("""repariert, verkauft, untersucht, beschrieben, gemalt, gefunden, gebaut, gekauft, gezeichnet,
        geöffnet, gebracht, vermessen, verschenkt, gesucht, erneuert, erwähnt, geputzt, vergessen, gerettet"""),
    "inf": split_words("""
        reparieren, verkaufen, untersuchen, beschreiben, malen, finden, bauen, kaufen, zeichnen, öffnen, vermessen,
        verschenken, suchen, erneuern, betrachten, putzen, retten, ordnen
    """),
    "matter": split_words("""der Preis des Holzes, das Wetter, die Frage des Eigentums, der Mangel an Geld, der Lärm,
        die neue Verordnung, die lange Reise, der Streit um die Grenze, die Zahl der Besucher, das Hochwasser"""),
    "because": split_lines("""
        weil {matter} alles verändert hatte
        weil {nom} nicht mehr zu gebrauchen war
        da {person} es so wollte
        obwohl niemand danach gefragt hatte
        bevor {person} etwas davon erfuhr
        während {person} die Rechnung schrieb
        damit {nom} noch lange hält
        als wäre nichts geschehen
        nachdem {nom} endlich {part} worden war
        ohne dass {matter} eine Rolle spielte
        sobald das Eis geschmolzen war
    """),
    "prose": split_lines("""
        {time} {past} {person} {acc} {place}.
        {person} {past} {acc}, {because}.
        {nom} wurde {time} {part} und steht heute {place}.
        Niemand in {town} hatte {acc} jemals {part}.
        Es dauerte {count} Tage, bis {nom} {part} war.
        {matter} war damals das wichtigste Thema {place}.
        „Wir haben {acc} selbst {part}“, sagte {person}.
        Wer {acc} sehen will, muss früh nach {town} kommen.
        {time} lag {nom} noch {place}.
        Mit {dat} begann für {person} ein neues Leben.
        In {town} gibt es {count} {plural}, und jedes Jahr kommen einige dazu.
        {person} wollte {acc} {inf}, {because}.
        Von {dat} ist leider nur wenig geblieben.
        Ob {nom} wirklich so alt ist, weiß {person} auch nicht.
        Die meisten {plural} wurden {time} {part}.
        {person} und {person} stritten lange über {acc}.
        Zwischen {dat} und der Mauer war kaum noch Platz.
        Man kann {acc} {inf}, aber man sollte vorher fragen.
        {time} kam {person} nach {town} und {past} {acc}.
        Ohne {acc} wäre die Geschichte anders verlaufen.
        {person} erinnert sich gern an {acc} und den Geruch von frischem Brot.
        Nach {dat} wurde später eine Straße benannt.
        Trotzdem blieb {nom} {place}, {because}.
        Vielleicht erklärt das, warum {nom} so {adj} wirkt.
        Im Jahr {year} {past} {person} die letzten {plural}.
        {nom} gehört seit {year} einer Familie aus {town}.
        Am Anfang waren es nur {count} {plural}, heute sind es mehr als {count}.
        Erst {time} durfte {person} {acc} {inf}.
        Dann schloss {person} die Tür und ließ {acc} {place}.
        Das ist der Grund, aus dem {person} {acc} nie {part} hat.
        Neben {dat} hing ein Zettel mit einer Nachricht für {name}.
        Für {person} war {nom} mehr wert als Geld.
        Wie {nom} nach {town} kam, ist nicht mehr bekannt.
        Auch {person} sprach von {dat}, {because}.
        So wurde {nom} {time} doch noch {part}.
        „Das ist nicht so schwer, wie es aussieht“, meinte {person} und {past} {acc}.
    """),
    "headline": (
        "{nom} von {town}",
        "Wie {person} {acc} fand",
        "Streit um {acc} in {town}",
        "{matter} und die Folgen",
        "{count} {plural} für {town}",
        "Was {person} über {acc} weiß",
    ),
    "heading": ("{nom}", "{matter}", "{plural} und {plural}", "Was {time} geschah", "{name}"),
    "question": (
        "Wie kann man {acc} {inf}?",
        "Wer hat {acc} schon einmal {part}?",
        "Lohnt es sich, {acc} zu {inf}?",
        "Was sagte {name} über {acc}?",
        "Warum ist {nom} so {adj}?",
        "Wann wurde {nom} {part}?",
        "Gibt es {place} noch {plural}?",
        "War {matter} damals wichtig?",
    ),
    "item": ("{nom}", "{count} {plural}", "{adj}e {plural}"),
    "product": ("{plural} aus {town}", "{f} Nr. {count}", "{n} „{town}“"),
}

GERMAN = Language(
    code="de",
    grammars={"": Grammar.of(_RULES)},
    registers=("prose",),
    interface=Interface(
        home="Startseite",
        sections=("Nachrichten", "Kultur", "Region", "Meinung", "Archiv", "Termine", "Über uns", "Kontakt"),
        search="Suche",
        log_in="Anmelden",
        subscribe="Newsletter bestellen",
        cookies="Diese Website verwendet Cookies. Wenn Sie fortfahren, stimmen Sie der Verwendung von Cookies zu.",
        accept="Alle akzeptieren",
        related="Das könnte Sie auch interessieren",
        comments="Kommentare",
        reply="Antworten",
        share="Seite teilen",
        advert="Anzeige",
        offers=("Gartenmöbel jetzt 20 % günstiger", "Urlaub an der See buchen", "Neue Schuhe zum alten Preis"),
        rights="Alle Rechte vorbehalten.",
        legal=("Nutzungsbedingungen", "Datenschutz", "Impressum", "Barrierefreiheit"),
        by="Von",
        more="Weiterlesen",
        password="Passwort",
        user="Benutzername",
        forgot="Passwort vergessen?",
        said="schrieb",
        ingredients="Zutaten",
        steps="Zubereitung",
        price="Preis",
        basket="In den Warenkorb",
        answers="Antworten",
    ),
)
