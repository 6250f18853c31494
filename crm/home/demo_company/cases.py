"""The planted cases: customers whose story is known, so that a look around and a test find what they should."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """One planted customer. ``orders`` are (days before today, net amount in euros), oldest first."""

    number: str
    name: str
    place: str
    city: str
    story: str
    orders: tuple[tuple[int, int], ...] = field(repr=False)
    margin: float = 0.30
    owner: str = "rep@rapport.example"
    email: str = ""


def _every(gap: int, last: int, count: int, amount: int, *, wobble: int = 2) -> tuple[tuple[int, int], ...]:
    """``count`` orders about every ``gap`` days, the last one ``last`` days ago."""
    steps = [last + gap * index + (index * 7 % (2 * wobble + 1)) - wobble for index in range(count)]
    steps[0] = last
    return tuple(
        (days, amount + amount * (index * 137 % 40 - 20) // 100) for index, days in reversed(list(enumerate(steps)))
    )


def _falling(gap: int, count: int, amount: int, *, since: int, fall: float) -> tuple[tuple[int, int], ...]:
    """Regular orders whose amounts fell by ``fall`` in the last ``since`` days."""
    return tuple(
        (days, int(value * (1 - fall)) if days <= since else value)
        for days, value in _every(gap, gap // 2, count, amount)
    )


CASES: tuple[Case, ...] = (
    Case(
        "K-10001",
        "Kjeldsen Maskinfabrik A/S",
        "DK",
        "Aarhus",
        "Silent for 62 days where 18 are usual, open complaint, a promise is late",
        _every(18, 62, 48, 8700),
        email="indkob@kjeldsen.example",
    ),
    Case(
        "K-10002",
        "Hüttenwerke Oberrhein Zulieferung und Instandhaltung GmbH",
        "DE",
        "Kassel",
        "Silent for 68 days where 22 are usual",
        _every(22, 68, 40, 7400),
        email="einkauf@oberrhein.example",
    ),
    Case(
        "K-10003",
        "Fonderie Delacroix-Beaumont & Fils SAS",
        "FR",
        "Saint-Étienne",
        "Still buys every 14 days, but no abrasives since ten weeks: three quarters of the fall",
        _falling(14, 70, 5200, since=70, fall=0.62),
        email="achats@delacroix.example",
    ),
    Case(
        "K-10004",
        "Adeyemi Cold Chain Ltd",
        "ZA",
        "Durban",
        "New: the second order has not come, 41 days after the first",
        ((41, 2310),),
        email="ops@adeyemi.example",
    ),
    Case(
        "K-10005",
        "Lim Brothers Marine Supply Sdn Bhd",
        "MY",
        "Port Klang",
        "Below zero: small orders at a thin margin, many visits",
        _every(30, 12, 12, 320),
        margin=0.09,
        email="lim@limbrothers.example",
    ),
    Case(
        "K-10006",
        "Talleres Vega e Hijos, S.L.",
        "ES",
        "Zaragoza",
        "Stands twice in the base, with K-10007",
        _every(26, 9, 30, 3100),
        email="ines.vega@talleresvega.example",
    ),
    Case(
        "K-10007",
        "TALLERES VEGA E HIJOS SL",
        "ES",
        "Zaragoza",
        "The duplicate of K-10006",
        ((200, 640), (90, 410)),
        email="ines.vega@talleresvega.example",
    ),
    Case(
        "K-10008",
        "Krishnan Textile Machinery Pvt Ltd",
        "IN",
        "Coimbatore",
        "A valuable customer nobody has talked to for 34 days",
        _every(20, 6, 44, 6900),
        email="meena@krishnan.example",
    ),
    Case(
        "K-10009",
        "Zakłady Metalowe Świętochłowice Sp. z o.o.",
        "PL",
        "Świętochłowice",
        "We promised certificates for yesterday",
        _every(24, 11, 38, 5600),
        email="a.wojcik@zms.example",
    ),
    Case(
        "K-10010",
        "Ostrava Hydraulika s.r.o.",
        "CZ",
        "Ostrava",
        "A proposal is waiting for its third follow-up",
        _every(28, 15, 26, 4300),
        email="dvorak@ostravahydraulika.example",
    ),
    Case(
        "K-10011",
        "Norrbotten Skogsmaskiner AB",
        "NO",
        "Bodø",
        "All is well: buys every three weeks",
        _every(21, 8, 50, 4800),
        email="inkop@norrbotten.example",
    ),
    Case(
        "K-10012",
        "Kowalski Transport i Spedycja",
        "PL",
        "Łódź",
        "A small customer's complaint, half way through its clock",
        _every(60, 25, 10, 210, wobble=3),
        email="biuro@kowalski.example",
    ),
)
