"""Every address of the product as admin, manager and rep: what its second visit costs, the dearest first.

The addresses are those of the table of rights, asked about a customer with far more of everything than others, and
every link and fragment of a page that leads to another kind of page, list, sort or filter.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone

from crm.core.models import User
from customers.models import Customer
from segments.models import Process, ProcessStep, ProcessVersion, Segment, SegmentRule
from tests.bench.figure import note, report
from tests.bench.heavy_customer import CONTACTS, ORDERS, write_heavy_customer
from tests.bench.page_cost import Visit, measure_page
from tests.permission_table import Row
from tests.permission_table.world import build_world

APPS = ("home", "core", "customers", "segments", "interactions", "complaints")
CAST = {
    "admin": "admin",
    "lead": "lead",
    "rep": "rep",
    "other_rep": "other-rep",
    "guardian": "guardian",
    "executive": "exec",
}
WALKERS = {"admin": "admin", "manager": "lead", "rep": "rep"}
SLOWEST_SHOWN = 10
STOPPED_AFTER_SECONDS = 5
USUAL_MS, MOST_QUERIES, MOST_QUERIES_OF_A_LIST = 150, 15, 12
LIMITS_MS = {
    "home:customer-value": 60,
    "home:segment-dashboard": 60,
    "home:segment-at-risk": 60,
    "home:segment-risk-map": 60,
    "home:segment-comparison": 60,
    "home:segment-movement": 60,
    "home:customer-page": 80,
    "home:search": 100,
}
LIMIT_OF_A_SEGMENT_MS = 60
LINK = re.compile(r'\s(href|hx-get)="(/[^"]*)"')
NEVER = ("core:logout",)
Kind = tuple[str, tuple[tuple[str, object], ...], tuple[tuple[str, str], ...]]


@dataclass
class Page:
    """One address as one role."""

    role: str
    name: str
    address: str
    is_fragment: bool = False
    is_page: bool = True
    visit: Visit = field(default_factory=Visit)

    @property
    def limit_ms(self) -> int:
        if self.name == "home:customer-list" and "segment=" in self.address:
            return LIMIT_OF_A_SEGMENT_MS
        return LIMITS_MS.get(self.name, USUAL_MS)

    @property
    def most_queries(self) -> int:
        return MOST_QUERIES_OF_A_LIST if self.name.endswith("-list") else MOST_QUERIES

    @property
    def is_above(self) -> bool:
        """Files are written while they are sent, and have no limit."""
        if self.visit.status == 200 and not self.is_page:
            return False
        return self.visit.ms > self.limit_ms or self.visit.queries > self.most_queries


def bench_every_page(customers: int) -> None:
    """A line for the dearest ten and for every page above its limit; all pages in a file beside the servers. A page
    one of whose statements is stopped after some seconds counts with what it took until then."""
    world = make_world()
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # what helpers did would not be counted
        cursor.execute(f"SET statement_timeout = '{STOPPED_AFTER_SECONDS}s'")
    path, pages = Path(settings.DATA_DIR) / f"every_page_{customers}.txt", []
    with path.open("w") as file:
        for role, account in WALKERS.items():
            for page in walk_pages(role, getattr(world, account), world):
                pages.append(page)
                file.write(f"{describe_page(page)}\n")
                file.flush()
    pages.sort(key=lambda page: -page.visit.ms)
    for nth, page in enumerate(pages):
        if nth < SLOWEST_SHOWN or page.is_above:
            label = f"every_page_{customers} {page.role} {page.address}"
            report(label, page.visit.ms, "ms", limit=page.limit_ms)
            if page.visit.queries > page.most_queries:
                report(f"{label} queries", page.visit.queries, "queries", limit=page.most_queries)
    report(f"every_page_{customers}_walked", len(pages), "pages")
    report(f"every_page_{customers}_above_their_limit", sum(page.is_above for page in pages), "pages")
    path.write_text("".join(f"{describe_page(page)}\n" for page in pages))
    note(f"every page: {path}")


def describe_page(page: Page) -> str:
    """One line: the sum, Python and database in milliseconds, queries, bytes, role and address."""
    visit = page.visit
    figures = f"{visit.ms:7.0f} {visit.python_ms:6.0f} {visit.database_ms:6.0f} {visit.queries:4} {visit.bytes:8}"
    return f"{'!' if page.is_above else ' '} {figures}  {page.role:8} {page.name:32} {page.address}"


def make_world() -> SimpleNamespace:
    """What the rows of the table point at; its customer is one of the rep with fifty thousand orders."""
    cast = {role: User.objects.get(email=f"{account}@rapport.example") for role, account in CAST.items()}
    customer = Customer.objects.filter(owner=cast["rep"], score__isnull=False).order_by("pk")[0]
    write_heavy_customer(customer, orders=ORDERS, contacts=CONTACTS, at=timezone.now())
    world = build_world(SimpleNamespace(**cast, viewer=cast["executive"]))
    world.customer = customer
    world.segment = Segment.objects.get(key="premium")
    in_force = world.segment.rules.get(state=SegmentRule.State.PUBLISHED)
    criteria = {"all": [in_force.criteria, {"metric": "days_since_contact", "operator": "at_most", "value": 200}]}
    draft = {"version": in_force.version + 1, "criteria": criteria}
    SegmentRule.objects.get_or_create(segment=world.segment, state=SegmentRule.State.DRAFT, defaults=draft)
    world.process = Process.objects.filter(segment=world.segment).order_by("pk")[0]
    drafts = world.process.versions.get_or_create(state=ProcessVersion.State.DRAFT, defaults={"version": 99})
    ProcessStep.objects.get_or_create(version=drafts[0], position=1, title="Call")
    return world


def walk_pages(role: str, user: User, world: SimpleNamespace) -> Iterator[Page]:
    """Every address of the table that answers with a page, then one of each kind that their links lead to."""
    client = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    asked: Counter[Kind] = Counter()
    linked: dict[Kind, Page] = {}
    for page in list_table_pages(role, world):
        asked[find_kind(page.address)] += 1
        yield from visit_page(client, page, linked)
    for kind, page in linked.items():
        if kind not in asked:
            yield from visit_page(client, page, {})


def visit_page(client: Client, page: Page, linked: dict[Kind, Page]) -> Iterator[Page]:
    """The page with its cost, unless the role gets none; its links go to ``linked``."""
    headers = {"hx-request": "true"} if page.is_fragment else {}

    def ask() -> HttpResponse:
        return client.get(page.address, headers=headers)

    page.visit = measure_page(ask, limit_ms=page.limit_ms)
    if page.visit.status >= 500:
        note(f"{page.role} {page.address} answered {page.visit.status}")
        yield page
    if page.visit.status == 200:
        for how, address in LINK.findall(page.visit.html):
            link = Page(page.role, "", html.unescape(address).partition("#")[0], is_fragment=how == "hx-get")
            try:
                kind = find_kind(link.address)
            except Resolver404:
                continue
            link.name = kind[0]
            if link.name not in NEVER:
                linked.setdefault(kind, link)
        page.is_page, page.visit.html = bool(page.visit.html), ""
        yield page


def list_table_pages(role: str, world: SimpleNamespace) -> Iterator[Page]:
    """The rows of the table that read something, as addresses."""
    rows: list[Row] = [row for app in APPS for row in import_module(f"tests.permission_table.{app}").ROWS]
    for row in rows:
        if row.method == "get" and row.expect[WALKERS[role]] == 200 and row.name not in NEVER:
            try:
                with transaction.atomic():
                    address, data = reverse(row.name, kwargs=row.kwargs(world)) + row.query, row.data(world)
            except (NoReverseMatch, IntegrityError) as error:
                note(f"left out: {row.label}: {error}")
                continue
            yield Page(role, row.name, f"{address}?{urlencode(data)}" if data else address)


def find_kind(address: str) -> Kind:
    """Addresses that differ by numbers alone are of one kind; raises ``Resolver404`` for what is no page of ours."""
    parts = urlsplit(address)
    found = resolve(parts.path)
    words = tuple((key, value) for key, value in sorted(found.kwargs.items()) if not str(value).isdigit())
    query = tuple(sorted((key, re.sub(r"\d+", "#", value)) for key, value in parse_qsl(parts.query) if value))
    return found.view_name, words, query
