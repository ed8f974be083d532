"""Spanish: nouns by gender with adjectives behind them; del and al are mended afterwards."""

import re

from pipeline.quickstart.grammar import Grammar, split_lines, split_words
from pipeline.quickstart.words.language import Interface, Language

_CONTRACTION = re.compile(r"\b([Dd]e|[Aa]) el (?=[a-zñáéíóú])")


def finish(text: str) -> str:
    """de el -> del, a el -> al."""
    return _CONTRACTION.sub(lambda match: match[1] + "l ", text)


_RULES = {
    "m": split_words("""
        puente, jardín, cuadro, barco, libro, molino, horno, reloj, camino, mapa, cesto, contrato, museo, piano, faro,
        informe, tejado, huerto, taller, martillo, mercado, baúl, pozo, tren, cuaderno
    """),
    "f": split_words("""casa, carta, campana, lámpara, puerta, torre, máquina, calle, ventana, llave, mesa, biblioteca,
        receta, caja, canción, rueda, fábrica, escalera, escuela, cuerda, barca, silla, colección, fuente"""),
    "am": split_words("""antiguo, nuevo, estrecho, frágil, famoso, olvidado, costoso, extraño, sencillo, vacío, oxidado,
        valioso, enorme, pesado, silencioso, raro, común, abandonado, largo, roto"""),
    "af": split_words("""antigua, nueva, estrecha, frágil, famosa, olvidada, costosa, extraña, sencilla, vacía, oxidada,
        valiosa, enorme, pesada, silenciosa, rara, común, abandonada, larga, rota"""),
    "plural": split_words("""libros, puentes, mapas, barcos, cuadros, jardines, cestos, contratos, muebles, relojes,
        manzanos, talleres, cuadernos, molinos, hornos, caminos, informes, martillos, pozos, baúles"""),
    "pm": split_words("""molinero, alcalde, panadero, carpintero, pescador, librero, médico, jardinero, pintor, notario,
        comerciante, ingeniero, viajero, relojero, pastor, arquitecto, maestro"""),
    "pf": split_words("""panadera, librera, maestra, vecina, costurera, periodista, pintora, comerciante, campesina,
        directora, historiadora, música, abogada, médica"""),
    "first": split_words("""Anselmo, Clotilde, Gaspar, Remedios, Octavio, Soledad, Fermín, Leonor, Basilio, Honorina,
        Esteban, Rosalía, Víctor, Adela, Germán, Filomena"""),
    "last": split_words("""Valcárcel, Robledo, Montalbán, Lavega, Pradera, Sarmiento, Tornero, Belmonte, Castaño,
        Fontana, Peñalver, Lorca-Ruiz, Malpica, Ribera, Villaclara"""),
    "name": ("{first} {last}",),
    "town": split_words("""
        Villaseca del Río, Montebruma, Rocafría, Bellavista de Lis, Claramarisma, Puerto Viejo, Altafuente,
        Puentelara, Arenales, Castillejo de la Vega, Fuente Romana, Valdeluz
    """),
    "year": tuple(str(year) for year in range(1785, 2021)),
    "count": (
        *split_words("tres, cuatro, cinco, seis, siete, ocho, nueve, diez, doce, quince, veinte, treinta") * 3,
        *(str(n) for n in range(13, 99)),
    ),
    "month": split_words(
        "enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, noviembre, diciembre"
    ),
    "person": ("el {pm}", "la {pf}", "el {pm} de {town}", "la {pf} de {town}", "{name}", "{name}"),
    "thing": ("el {m}", "la {f}", "el {m} {am}", "la {f} {af}", "el {m} {place}", "la {f} {place}"),
    "object": (
        "el {m}",
        "la {f}",
        "el {m} {am}",
        "la {f} {af}",
        "un {m} {am}",
        "una {f} {af}",
        "{count} {plural}",
        "{count} {plural} de {town}",
    ),
    "time": split_lines("""
        en la primavera de {year}
        una mañana de {month}
        pocas semanas después
        después de {count} años
        poco antes del amanecer
        al final del verano
        durante el largo invierno de {year}
        hacia el mediodía
        hace unos {count} años
        el segundo domingo de {month}
        a principios de {month}
        en {year}
    """),
    "place": split_lines("""
        a la orilla del río
        detrás de la iglesia
        en el puerto de {town}
        al fondo del patio
        al otro lado de la colina
        junto al ayuntamiento
        en el sótano
        bajo el tejado
        cerca de {town}
        en la plaza del mercado
        en el casco viejo
        en el primer piso
        frente a la estación
    """),
    "past": split_words("""reparó, vendió, examinó, describió, pintó, buscó, encontró, construyó, compró, dibujó, abrió,
        guardó, midió, miró, olvidó, llevó, limpió, mostró, contó, estudió"""),
    "inf": split_words("""reparar, vender, examinar, describir, pintar, buscar, encontrar, construir, comprar, dibujar,
        abrir, guardar, medir, mirar, olvidar, llevar, limpiar, mostrar, contar"""),
    "part": split_words("""reparado, vendido, examinado, descrito, pintado, buscado, encontrado, construido, comprado,
        dibujado, abierto, guardado, medido, olvidado, llevado, limpiado, mostrado, contado"""),
    "matter": split_words("""el precio de la madera, la falta de dinero, la crecida del río, el ruido, la nueva ley,
        la duración del viaje, el mal tiempo, la cuestión de la propiedad, el número de visitantes"""),
    "because": split_lines("""
        porque {matter} lo había cambiado todo
        pues nadie quería esperar
        como había pedido {person}
        sin que nadie se diera cuenta
        mientras {person} hacía las cuentas
        antes de que cayera la noche
        aunque {matter} era una preocupación
        como si nada hubiera pasado
        para que {thing} durase mucho tiempo
        ya que {thing} no servía para nada
        cuando todo el pueblo dormía
    """),
    "prose": split_lines("""
        {time}, {person} {past} {object} {place}.
        {person} {past} {object}, {because}.
        {thing} está todavía {place}.
        Nadie en {town} había {part} nunca {object}.
        Hicieron falta {count} días para {inf} {object}.
        {matter} era entonces el tema de todas las conversaciones.
        «Nosotros mismos hemos {part} {object}», dijo {person}.
        Quien quiera {inf} {object} tiene que llegar temprano a {town}.
        {time} todavía se veía {thing} {place}.
        Con {thing} empezó para {person} una vida nueva.
        En {town} hay {count} {plural}, y cada año llegan más.
        {person} quería {inf} {object}, {because}.
        De {thing} queda, por desgracia, muy poco.
        No se sabe si {person} ha {part} de verdad {object}.
        La mayor parte de los {plural} es de {year}.
        {person} y {person} hablaban a menudo de {matter}.
        Entre {thing} y la pared apenas quedaba sitio.
        Se puede {inf} {object}, pero es mejor preguntar antes.
        {time}, {person} llegó a {town} y se quedó {count} años.
        Sin {thing}, esta historia habría sido muy distinta.
        {person} recuerda {matter} y el olor del pan caliente.
        Sin embargo, {thing} se quedó {place}, {because}.
        Quizá {matter} explica por qué hay tan pocos {plural}.
        En {year}, {person} {past} los últimos {plural}.
        Al principio había solo {count} {plural}, hoy hay más de {count}.
        Solo {time} pudo {person} {inf} {object}.
        Luego {person} cerró la puerta y dejó {object} {place}.
        Por eso {person} nunca ha {part} {object}.
        Junto a {thing} colgaba una nota para {name}.
        Para {person}, {thing} valía más que el dinero.
        Nadie sabe cómo llegó {thing} a {town}.
        Así fue como {person} acabó por {inf} {object}.
        «No es tan difícil como parece», dijo {person} y {past} {object}.
        En cuanto a {person}, prefería {inf} {object} {place}.
    """),
    "headline": (
        "{thing} de {town}",
        "Cómo {person} {past} {object}",
        "{town} y {matter}",
        "{count} {plural} para {town}",
        "Lo que piensa {person} de {matter}",
    ),
    "heading": ("{thing}", "{matter}", "{plural} y {plural}", "{name}", "{town} en {year}"),
    "question": (
        "¿Cómo se puede {inf} {object}?",
        "¿Quién ha {part} {object}?",
        "¿Conviene {inf} {object} en {month}?",
        "¿Qué decía {name} de {matter}?",
        "¿Dónde está hoy {thing}?",
        "¿Cuándo {past} usted {object}?",
        "¿Quedan {plural} en {town}?",
    ),
    "item": ("{thing}", "{count} {plural}", "los {plural} de {town}"),
    "product": ("{m} {am}", "{f} {af}", "{plural} de {town}"),
}

SPANISH = Language(
    code="es",
    grammars={"": Grammar.of(_RULES, finish)},
    registers=("prose",),
    interface=Interface(
        home="Inicio",
        sections=("Noticias", "Cultura", "Región", "Opinión", "Archivo", "Agenda", "Sobre nosotros", "Contacto"),
        search="Buscar",
        log_in="Iniciar sesión",
        subscribe="Suscríbase al boletín",
        cookies="Este sitio utiliza cookies. Si continúa navegando, acepta su uso.",
        accept="Aceptar todo",
        related="También le puede interesar",
        comments="Comentarios",
        reply="Responder",
        share="Compartir esta página",
        advert="Publicidad",
        offers=("Muebles de jardín con un 20 % menos", "Sus vacaciones junto al mar", "Zapatos nuevos a buen precio"),
        rights="Todos los derechos reservados.",
        legal=("Condiciones de uso", "Privacidad", "Aviso legal", "Accesibilidad"),
        by="Por",
        more="Leer más",
        password="Contraseña",
        user="Usuario",
        forgot="¿Ha olvidado su contraseña?",
        said="escribió",
        ingredients="Ingredientes",
        steps="Preparación",
        price="Precio",
        basket="Añadir al carrito",
        answers="Respuestas",
    ),
)
