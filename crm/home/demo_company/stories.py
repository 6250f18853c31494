"""What happened lately at the planted customers, told through the same verbs that the pages use."""

from datetime import datetime, timedelta

from complaints.complaint_handling import take_complaint
from crm.core.models import User
from crm.home.demo_company.cases import CASES
from customers.models import Customer
from interactions.interaction_logging import log_interaction
from interactions.models import Promise
from interactions.process_running import start_process


def tell_stories(*, at: datetime) -> None:
    """The planted cases' contacts, promises and complaints, through the same verbs that the pages use."""
    case = {customer.number: customer for customer in Customer.objects.filter(number__in=[c.number for c in CASES])}
    ana = User.objects.get(email="rep@rapport.example")
    log_interaction(
        case["K-10001"],
        channel="call",
        by=ana,
        at=at - timedelta(days=1, hours=2),
        person=case["K-10001"].people.first(),
        note="He sees us on Thursday at 14:00 and wants the cause in writing, not on the phone.",
        minutes=6,
    )
    for number, side, text, due in (
        ("K-10001", "ours", "Price hold to the end of the year, in writing", -4),
        ("K-10001", "theirs", "Invoices split by plant", -12),
        ("K-10009", "ours", "Send the certificates for valve series V40", -1),
    ):
        Promise.objects.create(
            customer=case[number], side=side, text=text, due_on=at.date() + timedelta(days=due), owner=ana
        )
    for nth in range(9):
        log_interaction(
            case["K-10005"],
            channel="visit",
            by=ana,
            at=at - timedelta(days=20 + 38 * nth),
            note="On site, small order, long talk.",
            minutes=120,
        )
    log_interaction(
        case["K-10008"],
        channel="call",
        by=ana,
        at=at - timedelta(days=34),
        note="She asked about stock in Chennai.",
        minutes=9,
    )
    for number, title, words, days, severity in (
        ("K-10001", "Wrong seal material", "“The seals went soft after six weeks. Line 3 stood for six hours.”", 13, 3),
        ("K-10012", "Price differs from the list", "“On the phone it was another price.”", 15, 1),
        ("K-10006", "Two deliveries late in a row", "“Nobody rang.”", 2, 2),
    ):
        take_complaint(
            case[number], title=title, words=words, severity=severity, by=ana, at=at - timedelta(days=days, hours=1)
        )


def start_proposals(*, at: datetime) -> None:
    """Proposals under way for some customers, for a pipeline with something in it."""
    ana = User.objects.get(email="rep@rapport.example")
    proposals = [("K-10010", "Proposal P-3391: hydraulic power pack", 18_240_00)]
    proposals += [(f"K-{10013 + 37 * n}", f"Proposal P-{3400 + n}", (2_400 + 730 * n) * 100) for n in range(24)]
    found = Customer.objects.in_bulk([number for number, _s, _a in proposals], field_name="number")
    for nth, (number, subject, amount) in enumerate(proposals):
        if customer := found.get(number):
            start_process(
                customer,
                flow="propose",
                key=subject.split(":")[0],
                subject=subject,
                amount_cents=amount,
                expected_on=at.date() + timedelta(days=10 + nth * 3),
                by=customer.owner or ana,
                at=at - timedelta(days=nth % 9, hours=3),
            )
