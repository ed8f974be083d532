"""Polish: phrases listed in the case that their place in a sentence asks for; past tense agrees with the subject."""

from pipeline.quickstart.grammar import Grammar, split_lines, split_words
from pipeline.quickstart.words.language import Interface, Language

_RULES = {
    "am": split_words("""
        stary, nowy, ciężki, pusty, wąski, rzadki, zapomniany, dziwny, prosty, drogi, drewniany, miedziany, ciemny,
        kruchy, długi, słynny, skromny, ogromny
    """),
    "af": split_words("""
        starą, nową, ciężką, pustą, wąską, rzadką, zapomnianą, dziwną, prostą, drogą, drewnianą, miedzianą, ciemną,
        kruchą, długą, słynną, skromną, ogromną
    """),
    "afn": split_words("""stara, nowa, ciężka, pusta, wąska, rzadka, zapomniana, dziwna, prosta, droga, drewniana,
        miedziana, ciemna, krucha, długa, słynna, skromna, ogromna"""),
    "m": split_words("""most, ogród, klucz, dzwon, rysunek, kufer, stół, dom, statek, fortepian, kotwiczny łańcuch,
        warsztat, bilet, dziennik, płot, zegar, piec, młyn, obraz, dywan, koszyk, list"""),
    "f": split_words("""
        mapę, łódkę, książkę, wieżę, lampę, skrzynię, drabinę, maszynę, kartkę, ulicę, bibliotekę, piosenkę,
        szkatułkę, gazetę, linę, bramę, ścieżkę, umowę, ławkę, studnię, łąkę, świecę
    """),
    "fn": split_words("""
        mapa, łódka, książka, wieża, lampa, skrzynia, drabina, maszyna, kartka, ulica, biblioteka, piosenka,
        szkatułka, gazeta, lina, brama, ścieżka, umowa, ławka, studnia, łąka, świeca
    """),
    "plural": split_words("""
        książki, mosty, listy, mapy, łodzie, dzwony, domy, obrazy, ogrody, lampy, maszyny, okna, kosze, klucze,
        pieśni, umowy, zegary, jabłonie, narzędzia, wieże
    """),
    "genitive": split_words("""
        książek, mostów, listów, map, łodzi, dzwonów, domów, obrazów, ogrodów, lamp, maszyn, okien, koszy, kluczy,
        pieśni, umów, zegarów, jabłoni, narzędzi, wież
    """),
    "pm": split_words("""
        młynarz, nauczyciel, piekarz, leśnik, kapitan, kupiec, stolarz, ogrodnik, inżynier, kowal, malarz,
        zegarmistrz, lekarz, rybak, architekt, sąsiad
    """),
    "pf": split_words("""nauczycielka, malarka, sąsiadka, dziennikarka, krawcowa, tkaczka, śpiewaczka, gospodyni,
        bibliotekarka, lekarka, kupcowa"""),
    "firstm": split_words(
        "Bogumił, Cyprian, Dobiesław, Euzebiusz, Gracjan, Hieronim, Jacenty, Ksawery, Lucjan, Modest"
    ),
    "firstf": split_words("Bronisława, Celina, Dobrochna, Eufemia, Felicja, Genowefa, Jadwiga, Klementyna, Ludmiła"),
    "lastm": split_words("Borowiecki, Dębiński, Głogowski, Jaworzyński, Kalinowicz, Łąkowski, Mostowicz, Olszański"),
    "lastf": split_words("Borowiecka, Dębińska, Głogowska, Jaworzyńska, Kalinowicz, Łąkowska, Mostowicz, Olszańska"),
    "name": ("{firstm} {lastm}", "{firstf} {lastf}"),
    "town": split_words("""
        Białej Łące, Kamiennym Brodzie, Leśnej Górze, Starej Przystani, Cichej Wodzie, Dąbrowie Górnej, Źródlanej,
        Małych Lipkach, Nowym Ładzie, Sosnowym Gaju, Czarnowodzie
    """),
    "year": tuple(str(year) for year in range(1785, 2021)),
    "count": (
        *split_words("pięć, sześć, siedem, osiem, dziewięć, dziesięć, dwanaście, dwadzieścia, trzydzieści, sto") * 2,
        *(str(n) for n in range(15, 98, 10)),
    ),
    "month": split_words(
        "stycznia, lutego, marca, kwietnia, maja, czerwca, lipca, sierpnia, września, października, listopada, grudnia"
    ),
    "he": ("{pm}", "stary {pm}", "młody {pm}", "{pm} {firstm}", "{firstm} {lastm}", "miejscowy {pm}", "pewien {pm}"),
    "she": ("{pf}", "stara {pf}", "młoda {pf}", "{pf} {firstf}", "{firstf} {lastf}", "miejscowa {pf}"),
    "object": (
        "{am} {m}",
        "{af} {f}",
        "{m}",
        "{f}",
        "ten {am} {m}",
        "tę {af} {f}",
        "jeszcze jeden {m}",
        "{count} {genitive}",
        "swój {am} {m}",
        "wszystkie {plural}",
    ),
    "nom_m": ("{am} {m}", "ten {m}", "ten {am} {m}", "nasz {am} {m}"),
    "nom_f": ("{afn} {fn}", "ta {fn}", "ta {afn} {fn}", "nasza {afn} {fn}"),
    "verb_m": split_words("""
        naprawił, sprzedał, obejrzał, opisał, znalazł, zbudował, kupił, narysował, otworzył, zachował, zmierzył,
        podarował, odnowił, zapomniał zabrać, przywiózł, pokazał, zbadał, ukrył
    """),
    "verb_f": split_words("""
        naprawiła, sprzedała, obejrzała, opisała, znalazła, zbudowała, kupiła, narysowała, otworzyła, zachowała,
        zmierzyła, podarowała, odnowiła, przywiozła, pokazała, zbadała, ukryła
    """),
    "inf": split_words("""naprawić, sprzedać, obejrzeć, opisać, znaleźć, zbudować, kupić, narysować, otworzyć, zachować,
        zmierzyć, podarować, odnowić, przywieźć, pokazać, zbadać, ukryć"""),
    "time": split_lines("""
        wiosną {year} roku
        w chłodny poranek
        kilka tygodni później
        po {count} latach
        tuż przed świtem
        pod koniec lata
        w połowie {month}
        w czasie długiej zimy {year} roku
        około południa
        jesienią {year} roku
        na początku {month}
        po długim deszczu
    """),
    "place": split_lines("""
        na skraju starego miasta
        za kościołem
        w {town}
        na ciasnym podwórzu
        na drugim brzegu rzeki
        obok dworca
        w piwnicy muzeum
        pod samym dachem
        na zboczu wzgórza
        niedaleko rynku
        nad brzegiem jeziora
        w tylnym pokoju
        przy bramie miejskiej
        na drugim piętrze
    """),
    "matter": split_words("""cena drewna, pogoda, sprawa granicy, nowa ustawa, długa droga, liczba przyjezdnych,
        wiosenna powódź, opieka nad budynkiem"""),
    "because": split_lines("""
        bo pogoda się zepsuła
        chociaż nikt o to nie prosił
        żeby dzieci mogły to zobaczyć
        kiedy wszyscy inni jeszcze spali
        zanim dowiedzieli się o tym sąsiedzi
        ponieważ nie było innego wyjścia
        jakby nic się nie stało
        gdy stopniał lód
        gdyż pieniędzy już nie starczyło
        mimo deszczu i wiatru
        ale to już zupełnie inna historia
    """),
    "prose": split_lines("""
        {time} {he} {verb_m} {object} {place}.
        {time} {she} {verb_f} {object} {place}.
        {he} {verb_m} {object}, {because}.
        {she} {verb_f} {object}, {because}.
        Nikt w {town} nie widział jeszcze niczego podobnego.
        {nom_m} do dziś stoi {place}.
        {nom_f} do dziś znajduje się {place}.
        Minęło {count} dni, zanim {he} {verb_m} {object}.
        Najważniejsza była wtedy {matter}.
        „Sami to zrobiliśmy”, mówi {she}, która {verb_f} {object}.
        Kto chce {inf} {object}, musi przyjechać wcześnie rano.
        {time} {nom_m} był jeszcze {place}.
        W {town} jest {count} {genitive}, a co roku przybywają nowe.
        {he} chciał {inf} {object}, ale okazało się to trudne.
        {she} od dawna marzyła o tym, żeby {inf} {object}.
        Niestety z dawnych {genitive} prawie nic nie zostało.
        Czy {he} naprawdę {verb_m} {object}, tego już się nie dowiemy.
        Większość {genitive} pojawiła się tutaj {time}.
        {he} i {she} długo spierali się o to, jak {inf} {object}.
        Można {inf} {object}, ale lepiej najpierw zapytać.
        {time} {he} przyjechał i {verb_m} {object}.
        Bez tego w {town} wszystko potoczyłoby się inaczej.
        {she} dobrze pamięta {object} i zapach świeżego chleba.
        A jednak {nom_f} została {place}, {because}.
        Może dlatego {nom_m} wydaje się taki znajomy.
        W {year} roku {he} {verb_m} ostatnie {plural}.
        Na początku było tylko {count} {genitive}, a teraz jest ich więcej niż {count}.
        Dopiero {time} {she} mogła {inf} {object}.
        Potem {he} zamknął drzwi i zostawił {object} {place}.
        Oto dlaczego {she} nigdy nie chciała {inf} {object}.
        Obok wisiała kartka, którą {she} {verb_f} {time}.
        Dla nich {nom_f} była cenniejsza niż pieniądze.
        Nikt nie wie, jak {nom_m} znalazł się {place}.
        „To nie jest takie trudne, jak się wydaje”, powiedział {he} i {verb_m} {object}.
        Jeśli chodzi o resztę {genitive}, to zajęli się nią inni ludzie.
    """),
    "headline": (
        "Jak {he} {verb_m} {object}",
        "Co się dzieje w {town}",
        "{matter} i {nom_m}",
        "{nom_f}: historia odkrycia",
        "{count} {genitive} i {nom_m}",
    ),
    "heading": ("{nom_m}", "{nom_f}", "{matter}", "{plural} i {plural}", "{name}"),
    "question": (
        "Jak najlepiej {inf} {object}?",
        "Kto już próbował {inf} {object}?",
        "Czy warto {inf} {object}?",
        "Gdzie jest teraz {nom_m}?",
        "Kto {time} {verb_m} {object}?",
        "Ile {genitive} zostało w {town}?",
    ),
    "item": ("{nom_m}", "{nom_f}", "{count} {genitive}"),
    "product": ("{am} {m}", "{afn} {fn}", "{plural}, {count} sztuk"),
}

POLISH = Language(
    code="pl",
    grammars={"": Grammar.of(_RULES)},
    registers=("prose",),
    interface=Interface(
        home="Strona główna",
        sections=("Wiadomości", "Kultura", "Region", "Opinie", "Archiwum", "Wydarzenia", "O nas", "Kontakt"),
        search="Szukaj",
        log_in="Zaloguj się",
        subscribe="Zapisz się do newslettera",
        cookies="Ta strona używa plików cookie. Korzystając z niej dalej, wyrażasz na to zgodę.",
        accept="Akceptuj wszystkie",
        related="Przeczytaj także",
        comments="Komentarze",
        reply="Odpowiedz",
        share="Udostępnij",
        advert="Reklama",
        offers=("Meble ogrodowe 20 % taniej", "Wakacje nad morzem", "Nowe buty w starej cenie"),
        rights="Wszelkie prawa zastrzeżone.",
        legal=("Regulamin", "Prywatność", "O serwisie", "Dostępność"),
        by="Autor:",
        more="Czytaj dalej",
        password="Hasło",
        user="Nazwa użytkownika",
        forgot="Nie pamiętasz hasła?",
        said="pisze",
        ingredients="Składniki",
        steps="Przygotowanie",
        price="Cena",
        basket="Do koszyka",
        answers="Odpowiedzi",
    ),
)
