"""Search as somebody types: by every identifier there is, many different ones of each, as admin, manager and rep."""

import re
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from django.db import connection
from django.test import Client

from crm.core.models import User
from crm.core.text_folding import fold_text
from tests.bench.bench_pages import freeze_what_is_loaded
from tests.bench.figure import note, report, stopwatch

SEED = 7_305
EACH = 25
LIMIT_MS = 100
ROLES = ("admin", "lead", "rep")

# One row for each id that was drawn; a rep is asked about what he sees.
_CUSTOMERS = "SELECT c.id, {what} FROM customers_customer c {joins} WHERE c.id = ANY (%s) AND {is_known} ORDER BY c.id"
_PERSON = "JOIN customers_person p ON p.customer_id = c.id AND p.is_main"
_POINT = "JOIN customers_contactpoint k ON k.customer_id = c.id AND k.kind = '{kind}'"
_ORDER = "JOIN LATERAL (SELECT o.number FROM customers_order o WHERE o.customer_id = c.id LIMIT 1) o ON true"
Change = Callable[[str, np.random.Generator], str]


def misspell(name: str, rng: np.random.Generator) -> str:
    """One letter of the longest word wrong, or two that changed places."""
    word = max(fold_text(name).split(), key=len)
    at = 1 + int(rng.integers(max(1, len(word) - 2)))
    if rng.integers(2):
        return f"{word[:at]}{word[at + 1 : at + 2]}{word[at]}{word[at + 2 :]}"
    return f"{word[:at]}e{word[at + 1 :]}"


def _as_is(text: str, _rng: np.random.Generator) -> str:
    return text


def _ending(phone: str, _rng: np.random.Generator) -> str:
    """The last seven digits, as on a note."""
    digits = re.sub(r"\D", "", phone)[-7:]
    return f"{digits[:3]}-{digits[3:]}"


KINDS: dict[str, tuple[str, str, str, Change]] = {
    "name": ("c.name", "", "true", _as_is),
    "name_without_accents": ("c.name", "", "true", lambda text, _rng: fold_text(text)),
    "name_beginning": ("c.name", "", "true", lambda text, _rng: text[:5]),
    "one_word_of_a_name": ("c.name", "", "true", lambda text, _rng: text.split()[-2 if " " in text else 0]),
    "two_words_of_a_name": ("c.name", "", "true", lambda text, _rng: " ".join(text.split()[:3][::2])),
    "name_with_typing_error": ("c.name", "", "true", misspell),
    "two_letters": ("c.name", "", "true", lambda text, _rng: text[:2]),
    "number": ("c.number", "", "true", _as_is),
    "number_beginning": ("c.number", "", "true", lambda text, _rng: text[:5].lower()),
    "phone": ("k.value", _POINT.format(kind="phone"), "true", lambda text, _rng: text.replace(" ", "-")),
    "phone_ending": ("k.value", _POINT.format(kind="phone"), "true", _ending),
    "email": ("k.value", _POINT.format(kind="email"), "true", _as_is),
    "email_beginning": ("k.value", _POINT.format(kind="email"), "true", lambda text, _rng: text.split("@")[0] + "@"),
    "domain": ("c.domain", "", "c.domain <> ''", _as_is),
    "tax_number": ("c.tax_id", "", "c.tax_id <> ''", lambda text, _rng: f"{text[:2]} {text[2:5]} {text[5:]}"),
    "person": ("p.name", _PERSON, "true", _as_is),
    "person_with_typing_error": ("p.name", _PERSON, "true", misspell),
    "order_number": ("o.number", _ORDER, "true", _as_is),
    "nothing_like_it": ("c.name", "", "true", lambda text, rng: "".join(chr(97 + x) for x in rng.integers(0, 26, 9))),
}


def bench_search(customers: int) -> None:
    """Each kind ``EACH`` times, no query twice; then all of them together, and the slowest of all."""
    rng = np.random.default_rng(SEED)
    for role in ROLES:
        client = Client(headers={"host": "127.0.0.1", "hx-request": "true"})
        user = User.objects.get(email=f"{role}@rapport.example")
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.get("/search/?q=warm")
        freeze_what_is_loaded()
        everything: list[tuple[float, str]] = []
        for kind in KINDS:
            times = []
            for text in list_queries(kind, user=user, customers=customers, rng=rng):
                with stopwatch() as watch:
                    client.get("/search/", {"q": text})
                times.append((watch.seconds * 1000, text))
            everything += times
            report(f"search_{kind}_{role}_{customers}_median", statistics.median(ms for ms, _text in times), "ms")
            report(f"search_{kind}_{role}_{customers}_p95", _p95(times), "ms", limit=LIMIT_MS)
        report(f"search_{role}_{customers}_median", statistics.median(ms for ms, _text in everything), "ms")
        report(f"search_{role}_{customers}_p95", _p95(everything), "ms", limit=LIMIT_MS)
        for ms, text in sorted(everything, reverse=True)[:5]:
            note(f"slowest as {role}: {ms:.0f} ms  {text}")


def list_queries(kind: str, *, user: User, customers: int, rng: np.random.Generator) -> Iterator[str]:
    """``EACH`` texts that somebody might type who looks for a customer he may see."""
    what, joins, is_known, change = KINDS[kind]
    seen = "" if user.role == "admin" else f" AND c.team_id = {int(user.team_id or 0)}"
    sql = _CUSTOMERS.format(what=what, joins=joins, is_known=is_known + seen)
    with connection.cursor() as cursor:
        cursor.execute(sql, [rng.integers(1, customers, EACH * 400).tolist()])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    for place in rng.permutation(len(rows))[:EACH]:
        yield change(str(rows[place][1]), rng)


def _p95(times: list[tuple[float, str]]) -> float:
    return sorted(times)[int(len(times) * 0.95)][0]
