"""A reseller of the demo company: the customers shared with her, and what she has written about them."""

from datetime import datetime, timedelta

from crm.core.models import User
from crm.home.demo_company.cases import CASES
from customers.customer_freshening import freshen_customer
from customers.fact_noting import note_fact
from customers.models import Customer, Person
from customers.note_writing import write_note
from interactions.interaction_logging import log_interaction
from interactions.models import Task

PARTNER = "partner@rapport.example"
COMPANY = "Nordlys Armatur"
SHARED = 6
TALKS = (
    (3, "visit", 50, "Went through the store with their fitter: half of the shelf is the old series.", 4),
    (9, "call", 8, "They will renew two lines in spring and want to see the new couplings before that.", 1),
    (16, "call", 5, "The buyer is on leave until the end of the month; her deputy decides up to ten pieces.", 11),
)


def share_customers(*, at: datetime) -> None:
    """Some of team North's customers go to her, with what is open for them; what she tells comes through the same verbs
    as everybody's."""
    petra = User.objects.get(email=PARTNER)
    petra.partner_of = COMPANY
    petra.save(update_fields=["partner_of"])
    ana = User.objects.select_related("team").get(email="rep@rapport.example")
    planted = [case.number for case in CASES]
    theirs = Customer.objects.current().filter(team=ana.team).exclude(owner=ana).exclude(number__in=planted)
    shared = list(theirs.filter(score__purchase_days__gt=1).order_by("-score__sales_12m_cents", "number")[:SHARED])
    for customer in shared:
        Task.objects.open().filter(customer=customer, assignee=customer.owner_id).update(assignee=petra)
        customer.owner = petra
        customer.note_edit(by=ana)
        customer.save()
    for customer, (days, channel, minutes, said, ahead) in zip(shared, TALKS, strict=False):
        log_interaction(
            customer,
            channel=channel,
            by=petra,
            at=at - timedelta(days=days),
            person=customer.people.order_by("pk").first(),
            note=said,
            minutes=minutes,
            next_contact_at=at + timedelta(days=ahead),
        )
    for customer in shared[: len(TALKS)]:
        freshen_customer(customer.pk, at=at)  # the talks are of other days, the figures of this one
    for customer in shared[:1]:
        _tell_of(customer, by=petra, ana=ana, at=at)


def _tell_of(customer: Customer, *, by: User, ana: User, at: datetime) -> None:
    """Somebody new, two facts and a note from each side."""
    deputy = Person(
        customer=customer, name="Sunniva Moe", job_title="deputy buyer", influence=Person.Influence.INFLUENCES
    )
    deputy.note_edit(by=by)
    deputy.save()
    on = (at - timedelta(days=3)).date()
    note_fact(customer, label="Machine park", value="four presses, two of them from 1998", on=on, by=by)
    note_fact(customer, label="Buys next", value="couplings for both lines, in April", on=on, by=by, person=deputy)
    write_note(customer, text="They compare us with a mail-order house; delivery decides.", by=by, at=at)
    write_note(customer, text=f"@{by.name} thank you, please tell us their date.", by=ana, at=at)
