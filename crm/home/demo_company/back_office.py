"""What the back office did of late: files brought in, programs let in, personal data handed out and erased, mistakes
mended.

Done by the same verbs as in the pages, so every report, log and undo is true. Of the tokens nobody has the secret.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta

import pghistory

from crm.core.access_token_issuing import issue_token, revoke_token
from crm.core.models import User
from crm.home.demo_company.cases import CASES
from crm.home.personal_data_file import write_personal_file
from customers.import_checking import check_file
from customers.import_handling import store_file
from customers.import_writing import NoLease, write_import
from customers.models import ContactPoint, Customer, DataImport, Person, Product
from customers.personal_data_erasing import erase_person
from customers.personal_data_handing import note_export
from customers.rules.import_columns import CUSTOMERS, PEOPLE, PRODUCTS

Rows = Sequence[Sequence[str]]
VISITORS = (
    ("Ingrid", "Solberg", "head of maintenance"),
    ("Paulo", "Teixeira", "purchasing"),
    ("Anneliese", "Vogt", "plant manager"),
    ("Wei Ling", "Tan", "purchasing"),
    ("Karel", "Dvořák", "warehouse"),
    ("Fatima", "El Amrani", "quality"),
    ("Jürgen", "Böhm", "maintenance"),
    ("Sinead", "Byrne", "managing director"),
)
NEWCOMERS = (
    ("Drammen Ventilasjon AS", "Drammen", "NO", "post@drammenvent.example"),
    ("Oficina Mecânica Tavares, Lda.", "Braga", "PT", "geral@oficinatavares.example"),
    ("Bäckerei Lindenhof GmbH", "Celle", "DE", "info@lindenhof.example"),
    ("Kota Bahru Ice Works Sdn Bhd", "Kota Bharu", "MY", "orders(at)kbice.example"),
    ("Warsztat Nowicki", "Radom", "Polska?", "biuro@nowicki.example"),
    ("Galway Boatyard Ltd", "Galway", "IE", "yard@galwayboat.example"),
)
RISE = 103


def keep_the_office(*, at: datetime) -> None:
    """Three files, two tokens, one answer and one erasure, two corrections; as of ``at``, over the last three weeks."""
    lead, admin, ana = (User.objects.get(email=f"{name}@rapport.example") for name in ("lead", "admin", "rep"))
    _bring_visitors(by=lead, at=at - timedelta(days=16))
    _raise_prices(by=admin, at=at - timedelta(days=9))
    _hand_in("customers-of-a-partner.csv", CUSTOMERS, _newcomer_rows(), by=admin, at=at - timedelta(hours=3))
    _let_programs_in(admin=admin, lead=lead, at=at)
    _answer_people(by=admin, at=at)
    _mend(by=ana)


def _write_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _hand_in(name: str, kind: str, rows: Rows, *, by: User, at: datetime) -> DataImport:
    """A file looked through, waiting for a word."""
    handed_in = store_file([_write_csv(rows)], name=name, kind=kind, by=by)
    handed_in.preview, handed_in.state = check_file(handed_in, on=at.date()), DataImport.State.READY
    handed_in.created_at = at
    handed_in.save()
    return handed_in


def _bring_visitors(*, by: User, at: datetime) -> None:
    """Whom the stand at a fair met; two rows of the list cannot be used and lie there to be mended."""
    hosts = Customer.objects.visible_to(by).filter(number__startswith="K-", number__gt="K-10050").order_by("number")
    rows = [["Customer number", "First name", "Last name", "Job title", "E-mail"]]
    for (first, last, title), host in zip(VISITORS, hosts[: len(VISITORS)], strict=False):
        mail = f"{last.split()[-1].lower()}@{host.number.lower()}.example"
        rows.append([host.number, first, last, title, mail.encode("ascii", "ignore").decode()])
    rows.append(["K-00007", "Pierre", "Marchand", "purchasing", "marchand@nobody.example"])
    rows.append([rows[1][0], "Oddvar", "Lien", "warehouse", "oddvar lien"])
    write_import(_hand_in("visitors-of-the-autumn-fair.csv", PEOPLE, rows, by=by, at=at), lease=NoLease(), at=at)


def _raise_prices(*, by: User, at: datetime) -> None:
    """Next year's list prices of one family, and an article that is new in it."""
    family = Product.objects.filter(family="Seals").order_by("number")
    rows = [["Number", "Name", "Family", "List price"]]
    rows += [[one.number, one.name, one.family, f"{(one.price_cents or 0) * RISE / 10_000:.2f}"] for one in family]
    rows.append(["P-0190", "Food-grade ring small", "Seals", "14.20"])
    write_import(_hand_in("price-list-seals.csv", PRODUCTS, rows, by=by, at=at), lease=NoLease(), at=at)


def _newcomer_rows() -> Rows:
    return [["Company", "City", "Country", "E-mail"], *(list(row) for row in NEWCOMERS)]


def _let_programs_in(*, admin: User, lead: User, at: datetime) -> None:
    """The shop may write for another half year; what fed a spreadsheet was revoked when nobody used it."""
    issued = at - timedelta(days=40)
    issue_token(admin, name="Web shop", may_write=True, expires_at=at + timedelta(days=180), at=issued)
    token, _secret = issue_token(
        lead, name="Sales figures spreadsheet", may_write=False, expires_at=at + timedelta(days=50), at=issued
    )
    revoke_token(token, by=admin, at=at - timedelta(days=5))


def _answer_people(*, by: User, at: datetime) -> None:
    """One customer asked what we hold, one person asked to be forgotten."""
    asked = Customer.objects.get(number=CASES[2].number)
    then = at - timedelta(days=12)
    file, counts = write_personal_file(asked, person=None, at=then)
    file.close()
    note_export(asked, person=None, reason="Letter of their data officer, first of the month", counts=counts,
                by=by, at=then)  # fmt: skip
    person = Person.objects.filter(customer__number__gt=f"K-{10_000 + len(CASES)}").order_by("pk").first()
    if person is not None:
        erase_person(person, reason="Asked on the phone; left the company in summer", by=by, at=at - timedelta(days=4))


def _mend(*, by: User) -> None:
    """A number that reaches nobody is taken out, a trade is put right: both can be read, and the number comes back."""
    hers = Customer.objects.filter(owner=by, number__gt=f"K-{10_000 + len(CASES)}").order_by("number")
    point = ContactPoint.objects.filter(customer__in=hers, kind=ContactPoint.Kind.PHONE).order_by("pk").first()
    with pghistory.context(user=by.pk):
        if point is not None:
            point.delete()
        for customer in hers.exclude(industry="machine building")[:1]:
            customer.industry, customer.changed_by = "machine building", by
            customer.save(update_fields=["industry", "changed_by"])
