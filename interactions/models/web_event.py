"""What somebody at a customer did on the web: looked at, put into the cart, searched for."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from customers.models.belonging import BelongingQuerySet
from interactions.rules.web_page_reading import VISIT_GAP_MINUTES

VISIT_GAP = timedelta(minutes=VISIT_GAP_MINUTES)


class WebEventQuerySet(BelongingQuerySet):
    def visits(self) -> Self:
        """The first event of each visit: nothing of the same person in the half hour before it.

        The event before is looked up row by row along the index by customer, so a page of visits costs as many short
        reads as it holds events, however many a customer has."""
        earlier = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
        before = (
            WebEvent.objects.filter(earlier, customer=OuterRef("customer"), at__gte=OuterRef("at") - VISIT_GAP)
            .annotate(somebody=Coalesce("person_id", 0))
            .filter(somebody=Coalesce(OuterRef("person_id"), 0))
            .order_by("-at", "-pk")
        )
        return self.alias(before=Subquery(before.values("pk")[:1])).filter(before=None)

    def about_products(self) -> Self:
        """Those of products: looked at, put into a cart or left in one."""
        kinds = WebEvent.Kind
        return self.filter(kind__in=[kinds.VIEWED, kinds.CART, kinds.CART_LEFT]).exclude(
            Q(product=None) & (Q(words="") | Q(kind=kinds.CART_LEFT))
        )


class WebEvent(models.Model):
    """One event on our pages, sent by the program that knows who it was.

    ``token`` is made of who sent it and the id he gave it: sent twice it counts once. ``words`` are the product as the
    page named it, what was searched for, or the file. ``page_path`` holds no query and nothing that looks like a
    secret. Rows are never changed, and go after ``web.kept_days``.
    """

    class Kind(models.TextChoices):
        VIEWED = "viewed", _("looked at")
        CART = "cart", _("put into the cart")
        CART_LEFT = "cart_left", _("left the cart")
        SEARCHED = "searched", _("searched for")
        DOWNLOADED = "downloaded", _("downloaded")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="web_events", db_index=False)
    person = models.ForeignKey(
        "customers.Person", models.SET_NULL, null=True, blank=True, related_name="web_events", db_index=False
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    product = models.ForeignKey(
        "customers.Product", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    words = models.CharField(_("words"), max_length=200, blank=True, default="", db_default="")
    page_title = models.CharField(_("page"), max_length=200, blank=True, default="", db_default="")
    page_path = models.CharField(_("address of the page"), max_length=300, blank=True, default="", db_default="")
    at = models.DateTimeField(_("when"))
    token = models.UUIDField(unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = WebEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("web event")
        verbose_name_plural = _("web events")
        default_permissions = ()
        indexes = [
            models.Index(fields=["customer", "-at", "-id"], name="web_event_of_customer"),
            models.Index(fields=["person", "-at"], name="web_event_of_person", condition=Q(person__isnull=False)),
            models.Index(fields=["product"], name="web_event_of_product", condition=Q(product__isnull=False)),
            models.Index(fields=["customer", "-at"], name="web_event_cart_left", condition=Q(kind="cart_left")),
            # Rows come nearly in the order of their moments: a few kilobytes find the days to be cleared away.
            BrinIndex(fields=["at"], name="web_event_by_day", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.words}".strip()
