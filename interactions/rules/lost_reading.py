"""What decided a lost proposal, read from the reason that another system kept in words of its own."""

# A cause, then the stems at the beginning of words that name it; the first cause that has one of them counts. English,
# German, French, Spanish, Portuguese, Italian, Dutch, Danish and Norwegian, folded to bare letters.
_CAUSES = """
rival: compet rival konkurren mitbewerb concurr concorr another supplier anbieter
price: price pricing expens cost dear preis teuer kosten prix cher precio caro preco prezzo costo prijs duur pris dyr
budget: budget fund money cash geld argent dinero dinheiro presupuesto orcamento
time: time timing late slow delivery deadline zeit spat lieferzeit delai tard plazo tarde prazo tempi levertijd
fit: fit feature function product quality technical spec requirement produkt qualitat merkmal fonction producto calidad
    produto qualidade prodotto functie kvalit
need: need cancel project postponed bedarf projekt besoin projet necesid proyecto necessid projeto bisogno progetto
    behoefte behov
silence: answer respon silen contact ghost unreachable reply antwort erreich reponse joignable respuesta resposta
    risposta reactie svar
"""
_STEMS = [
    (cause.strip(), tuple(stems.split()))
    for cause, stems in (line.split(":") for line in _CAUSES.replace("\n    ", " ").strip().splitlines())
]


def read_lost_reason(words: str) -> str:
    """The cause that ``words`` (folded, as "price too high") name, "other" where none is known and "" without any."""
    said = words.split()
    if not said:
        return ""
    for cause, stems in _STEMS:
        if any(word.startswith(stems) for word in said):
            return cause
    return "other"
