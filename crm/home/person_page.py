"""One person on one screen: where he worked, how to reach him, what was said and what he told us, at every customer.

Only what belongs to customers the reader may see is shown; the record at each customer keeps its own history.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.core.generic_views import DetailView
from crm.home.customer_state import read_segment, with_segment
from customers.models import ContactPoint, Customer, Person, ProfileFact
from customers.person_moving import list_stations
from interactions.models import Interaction, Promise, WebEvent
from interactions.web_visit_listing import list_looked_at

TALKS_SHOWN = 30
LINES_SHOWN = 40
LONGEST_ID = 18


class PersonPage(DetailView):
    """The page of one person."""

    model = Person
    permission = "customers.view_customer"
    template_name = "home/person_page.html"
    title = _("Person")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("customer", "created_by")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        person = self.found
        customer = with_segment(Customer.objects.select_related("owner", "score")).get(pk=person.customer_id)
        stations = list_stations(person, user=self.request.user)  # type: ignore[arg-type]
        talks, older = load_talks(stations, before=self.request.GET.get("before", ""))
        points = list(ContactPoint.objects.filter(person=person))
        told = ProfileFact.objects.visible_to(self.request.user)  # type: ignore[arg-type]
        facts = told.filter(person__in=stations).select_related("customer", "asked_by")
        promises = Promise.objects.open().filter(person__in=stations).select_related("customer", "owner")
        reader: Any = self.request.user  # a partner hears nothing of what was bought
        looked = [] if reader.is_partner else list_looked_at(WebEvent.objects.filter(person__in=stations))
        return super().get_context_data(
            customer=customer,
            segment=read_segment(customer.segment_parts),
            points=points,
            reached={point.kind: point for point in reversed(points) if point.is_valid},
            stations=stations,
            talks=talks,
            older=older,
            facts=facts.order_by("-told_on", "-pk")[:LINES_SHOWN],
            promises=promises[:LINES_SHOWN],
            looked=looked,
            **context,
        )


def load_talks(stations: list[Person], *, before: str = "") -> tuple[list[Interaction], int | None]:
    """The newest contacts with somebody at all his ``stations``, older than the contact with the id ``before``, and
    the id to go on from where there are more; an id that is none begins with the newest."""
    talks = Interaction.objects.filter(person__in=stations).select_related("person__customer", "logged_by")
    last = talks.filter(pk=int(before)).first() if before.isdecimal() and len(before) <= LONGEST_ID else None
    if last is not None:
        at = last.happened_at
        talks = talks.filter(Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=last.pk))
    rows = list(talks.order_by("-happened_at", "-pk")[: TALKS_SHOWN + 1])
    return rows[:TALKS_SHOWN], rows[TALKS_SHOWN - 1].pk if len(rows) > TALKS_SHOWN else None
