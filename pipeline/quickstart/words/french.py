"""French: nouns by gender with adjectives behind them; elision and contractions are mended afterwards."""

import re

from pipeline.quickstart.grammar import Grammar, split_lines, split_words
from pipeline.quickstart.words.language import Interface, Language

_CONTRACTIONS = (
    (re.compile(r"\b([Ll])[ea] (?=[aeiouéèêâîœ]|h(?!aut|onte|éros|ors|angar))"), r"\1’"),
    (re.compile(r"\b([Dd]|[Qq]u|[Nn]|[Jj])e (?=[aeiouéèêâîœAEIOÉ])"), r"\1’"),
    (re.compile(r"\b([Dd])e le(s?) "), lambda m: m[1] + ("es " if m[2] else "u ")),
    (re.compile(r"\b([Aà]) le(s?) "), lambda m: ("au" if m[1] == "à" else "Au") + ("x " if m[2] else " ")),
)


def finish(text: str) -> str:
    """le/la/de/que + vowel -> l’, d’, qu’; de le -> du; à le -> au."""
    for pattern, replacement in _CONTRACTIONS:
        text = pattern.sub(replacement, text)
    return text


_RULES = {
    "m": split_words("""pont, jardin, tableau, bateau, livre, moulin, four, clocher, manuscrit, vélo, panier, coffre,
        marché, chemin, contrat, musée, piano, phare, rapport, tapis, verger, escalier, atelier, outil, orgue"""),
    "f": split_words("""maison, carte, cloche, lettre, barque, porte, lampe, montre, tour, machine, route, fenêtre, clé,
        rue, table, bibliothèque, recette, boîte, chanson, voiture, usine, échelle, école, affiche, armoire"""),
    "am": split_words("""
        ancien, solide, étroit, discret, fragile, célèbre, oublié, coûteux, étrange, simple, vide, neuf, rouillé,
        précieux, immense, lourd, silencieux, rare, ordinaire, abandonné
    """),
    "af": split_words("""
        ancienne, solide, étroite, discrète, fragile, célèbre, oubliée, coûteuse, étrange, simple, vide, neuve,
        rouillée, précieuse, immense, lourde, silencieuse, rare, ordinaire, abandonnée
    """),
    "plural": split_words("""livres, ponts, bateaux, outils, tableaux, jardins, paniers, contrats, meubles, pommiers,
        tapis, manuscrits, moulins, coffres, rapports, fours, vélos, ateliers, escaliers, pianos"""),
    "pm": split_words("""meunier, maire, boulanger, menuisier, pêcheur, libraire, médecin, jardinier, peintre, notaire,
        marchand, ingénieur, voyageur, horloger, berger, architecte, instituteur"""),
    "pf": split_words("""boulangère, libraire, institutrice, voisine, couturière, journaliste, peintre, marchande,
        fermière, directrice, historienne, musicienne, avocate, ouvrière"""),
    "first": split_words("""Anselme, Clotilde, Gaspard, Mathurine, Octave, Solange, Firmin, Léonie, Basile, Honorine,
        Étienne, Rosalie, Victor, Adèle, Germain, Philomène"""),
    "last": split_words("""Valcourt, Desroches, Montbrun, Lavergne, Pradel, Sauvignac, Tournebise, Bellerive, Castagne,
        Fontenoy, Grandpierre, Lormont, Malaterre, Ribaucourt, Vauclair"""),
    "name": ("{first} {last}",),
    "town": split_words("""Saint-Orvan, Villebrume, Montfaucher, Rocquencelle, Beauval-sur-Lise, Clairmarais, Vieuxport,
        Hautefaye, Pontelune, Sablonnière, Castelmoron-le-Vieux, Font-Romane"""),
    "year": tuple(str(year) for year in range(1785, 2021)),
    "count": (
        *split_words("trois, quatre, cinq, six, sept, huit, neuf, dix, douze, quinze, vingt, trente") * 3,
        *(str(n) for n in range(13, 99)),
    ),
    "month": split_words(
        "janvier, février, mars, avril, mai, juin, juillet, août, septembre, octobre, novembre, décembre"
    ),
    "person": ("le {pm}", "la {pf}", "le {pm} de {town}", "la {pf} de {town}", "{name}", "{name}"),
    "thing": ("le {m}", "la {f}", "le {m} {am}", "la {f} {af}", "le {m} {place}", "la {f} {place}"),
    "object": (
        "le {m}",
        "la {f}",
        "le {m} {am}",
        "la {f} {af}",
        "un {m} {am}",
        "une {f} {af}",
        "{count} {plural}",
        "les {plural}",
        "les {plural} de {town}",
    ),
    "time": split_lines("""
        au printemps {year}
        un matin de {month}
        quelques semaines plus tard
        après {count} ans
        peu avant l’aube
        à la fin de l’été
        pendant le long hiver {year}
        vers midi
        il y a environ {count} ans
        le deuxième dimanche de {month}
        au début de {month}
        en {year}
    """),
    "place": split_lines("""
        au bord de la rivière
        derrière l’église
        dans le port de {town}
        au fond de la cour
        de l’autre côté de la colline
        à côté de la mairie
        dans la cave
        sous le toit
        près de {town}
        sur la place du marché
        dans la vieille ville
        au premier étage
        devant la gare
    """),
    "past": split_words("""
        réparait, vendait, examinait, décrivait, peignait, cherchait, trouvait, construisait, achetait, dessinait,
        ouvrait, gardait, mesurait, regardait, oubliait, apportait, nettoyait, montrait, comptait
    """),
    "inf": split_words("""réparer, vendre, examiner, décrire, peindre, chercher, trouver, construire, acheter, dessiner,
        ouvrir, garder, mesurer, regarder, oublier, apporter, nettoyer, montrer, compter"""),
    "part": split_words("""réparé, vendu, examiné, décrit, peint, cherché, trouvé, construit, acheté, dessiné, ouvert,
        gardé, mesuré, regardé, oublié, apporté, nettoyé, montré, compté"""),
    "matter": split_words("""le prix du bois, le manque d’argent, la crue de la rivière, le bruit, la nouvelle loi,
        la longueur du voyage, le temps qu’il faisait, la question de la propriété, le nombre des visiteurs"""),
    "because": split_lines("""
        parce que {matter} avait tout changé
        car personne ne voulait attendre
        comme {person} l’avait demandé
        sans que personne ne le remarque
        tandis que {person} faisait les comptes
        avant que la nuit ne tombe
        bien que {matter} fût un souci
        comme si rien ne s’était passé
        pour que {thing} dure longtemps
        puisque {thing} ne servait plus
        alors que tout le village dormait
    """),
    "prose": split_lines("""
        {time}, {person} {past} {object} {place}.
        {person} {past} {object}, {because}.
        {thing} se trouve encore {place}.
        Personne à {town} n’avait jamais {part} {object}.
        Il fallut {count} jours pour {inf} {object}.
        {matter} était alors le sujet de toutes les conversations.
        « Nous avons {part} {object} nous-mêmes », disait {person}.
        Celui qui veut {inf} {object} doit venir de bonne heure à {town}.
        {time}, on voyait encore {thing} {place}.
        Avec {thing}, {person} commençait une nouvelle vie.
        Il y a {count} {plural} à {town}, et chaque année il en arrive d’autres.
        {person} voulait {inf} {object}, {because}.
        De {thing}, il ne reste malheureusement que peu de chose.
        On ne sait pas si {person} a vraiment {part} {object}.
        La plupart des {plural} datent de {year}.
        {person} et {person} parlaient souvent de {matter}.
        Entre {thing} et le mur, il n’y avait presque plus de place.
        On peut {inf} {object}, mais il vaut mieux demander avant.
        {time}, {person} vint à {town} et y resta {count} ans.
        Sans {thing}, cette histoire aurait été bien différente.
        {person} se souvient de {matter} et de l’odeur du pain chaud.
        Pourtant {thing} resta {place}, {because}.
        Peut-être {matter} explique-t-il pourquoi les {plural} sont si rares.
        En {year}, {person} {past} les derniers {plural}.
        Au début il n’y avait que {count} {plural}, aujourd’hui il y en a plus de {count}.
        Ce n’est que {time} que {person} put {inf} {object}.
        Puis {person} ferma la porte et laissa {object} {place}.
        Voilà pourquoi {person} n’a jamais {part} {object}.
        À côté de {thing} pendait un billet adressé à {name}.
        Pour {person}, {thing} valait plus que de l’argent.
        Nul ne sait comment {thing} est arrivé à {town}.
        Ainsi {person} finit par {inf} {object}.
        « Ce n’est pas aussi difficile que cela en a l’air », disait {person} en regardant {object}.
        Quant à {person}, mieux valait {inf} {object} {place}.
    """),
    "headline": (
        "{thing} de {town}",
        "Comment {person} a {part} {object}",
        "{town} et {matter}",
        "{count} {plural} pour {town}",
        "Ce que {person} pense de {matter}",
    ),
    "heading": ("{thing}", "{matter}", "{plural} et {plural}", "{name}", "{town} en {year}"),
    "question": (
        "Comment {inf} {object} ?",
        "Qui a déjà {part} {object} ?",
        "Faut-il {inf} {object} en {month} ?",
        "Que disait {name} de {matter} ?",
        "Où se trouve {thing} aujourd’hui ?",
        "Quand a-t-on {part} {object} ?",
        "Reste-t-il des {plural} à {town} ?",
    ),
    "item": ("{thing}", "{count} {plural}", "les {plural} de {town}"),
    "product": ("{m} {am}", "{f} {af}", "{plural} de {town}"),
}

FRENCH = Language(
    code="fr",
    grammars={"": Grammar.of(_RULES, finish)},
    registers=("prose",),
    interface=Interface(
        home="Accueil",
        sections=("Actualités", "Culture", "Région", "Opinions", "Archives", "Agenda", "À propos", "Contact"),
        search="Recherche",
        log_in="Connexion",
        subscribe="S’abonner à la lettre",
        cookies="Ce site utilise des cookies. En poursuivant votre visite, vous acceptez leur utilisation.",
        accept="Tout accepter",
        related="À lire aussi",
        comments="Commentaires",
        reply="Répondre",
        share="Partager cette page",
        advert="Publicité",
        offers=("Moins 20 % sur les meubles de jardin", "Vos vacances à la mer", "Chaussures neuves à petit prix"),
        rights="Tous droits réservés.",
        legal=("Conditions d’utilisation", "Confidentialité", "Mentions légales", "Accessibilité"),
        by="Par",
        more="Lire la suite",
        password="Mot de passe",
        user="Nom d’utilisateur",
        forgot="Mot de passe oublié ?",
        said="a écrit",
        ingredients="Ingrédients",
        steps="Préparation",
        price="Prix",
        basket="Ajouter au panier",
        answers="Réponses",
    ),
)
