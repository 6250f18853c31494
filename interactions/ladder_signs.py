"""What contacts and answers show of a relationship: who talks to us, who asks us, whose advice was taken."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.core.local_time import company_day
from customers.ladder_signs import SIGN_FINDERS, Level, Sign
from customers.models import Customer, ItemDay
from interactions.models import Interaction, ProductSuggestion, Promise
from interactions.product_suggesting import HIT_DAYS

SEVERAL_WITHIN = timedelta(days=365)
READ = 50  # of the newest talks, to find several people among them
OFFERS_READ = 3  # the newest offers, each a look at what was bought since


def register() -> None:
    """Enter them for the levels that they show."""
    SIGN_FINDERS[Level.CONTACT].append(_find_talks)
    SIGN_FINDERS[Level.RELATIONSHIP] += [_find_calls_from_them, _find_wishes]
    SIGN_FINDERS[Level.INTIMACY] += [_find_several_posts, _find_advice_taken]


def _find_talks(customer: Customer, on: date) -> Iterator[Sign]:
    for talk in _list_talks(customer)[:1]:
        yield Sign(_name_talk(talk), company_day(talk.happened_at))


def _find_calls_from_them(customer: Customer, on: date) -> Iterator[Sign]:
    for talk in _list_talks(customer).filter(direction=Interaction.Direction.IN)[:1]:
        yield Sign(_("They came to us: %(talk)s") % {"talk": _name_talk(talk)}, company_day(talk.happened_at))


def _find_wishes(customer: Customer, on: date) -> Iterator[Sign]:
    wishes = Promise.objects.filter(customer=customer, side=Promise.Side.THEIRS).order_by("-made_at", "-id")
    for wish in wishes[:1]:
        yield Sign(_("They asked: %(what)s") % {"what": wish.text}, company_day(wish.made_at))


def _find_several_posts(customer: Customer, on: date) -> Iterator[Sign]:
    """Two people of different posts, the newest talk with each within a year."""
    posts = {}
    for talk in _list_talks(customer).exclude(person__job_title="")[:READ]:
        if company_day(talk.happened_at) > on - SEVERAL_WITHIN:
            posts.setdefault(talk.person.job_title.casefold(), talk)
    if len(posts) > 1:
        newest, other, *_others = posts.values()
        words = {
            "one": newest.person, "post": newest.person.job_title,
            "other": other.person, "other_post": other.person.job_title,
        }  # fmt: skip
        said = _("%(one)s (%(post)s) and %(other)s (%(other_post)s) both talk to us") % words
        yield Sign(said, company_day(newest.happened_at))


def _find_advice_taken(customer: Customer, on: date) -> Iterator[Sign]:
    """What we offered because customers alike buy it, and they bought afterwards."""
    offered = ProductSuggestion.objects.filter(customer=customer, state=ProductSuggestion.State.ACCEPTED)
    for offer in offered.order_by("-answered_on", "-id")[:OFFERS_READ]:
        bought = ItemDay.objects.filter(
            customer=customer,
            product__family=offer.family,
            day__gt=offer.answered_on,
            day__lte=min(on, offer.answered_on + timedelta(days=HIT_DAYS)),
            amount_cents__gt=0,
        )
        day = bought.order_by("day").values_list("day", flat=True).first()
        if day is not None:
            yield Sign(_("Took our advice and bought: %(family)s") % {"family": offer.family}, day)
            return


def _list_talks(customer: Customer) -> QuerySet[Interaction]:
    """Contacts in which somebody we know by name was reached, newest first."""
    talked = Interaction.objects.filter(customer=customer, person__isnull=False, outcome=Interaction.Outcome.TALKED)
    return talked.select_related("person")


def _name_talk(talk: Interaction) -> str:
    words = {"channel": talk.get_channel_display().capitalize(), "person": talk.person}
    return _("%(channel)s with %(person)s") % words
