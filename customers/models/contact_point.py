"""A way to reach a customer or one of its people."""

from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from customers.models.belonging import BelongingQuerySet


class ContactPointQuerySet(BelongingQuerySet):
    """Contact points, with who is to be reached by them."""

    def working(self) -> Self:
        """That work, of the customers themselves or of people who are still there."""
        return self.filter(Q(person=None) | Q(person__left_on=None), is_valid=True)

    def best_first(self) -> Self:
        """The main contact's, then the customer's own, then anybody's; the older ones first."""
        rank = Case(When(person__is_main=True, then=0), When(person=None, then=1), default=2)
        return self.order_by(rank, "pk")


@keep_history()
class ContactPoint(models.Model):
    """A phone number, e-mail address or web address.

    ``value_normal`` is what is compared and searched: E.164 for phones where the number can be read, lower case for
    the rest (``customers.rules.contact_point_reading``).
    """

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        EMAIL = "email", _("e-mail")
        WEB = "web", _("web")

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="contact_points")
    person = models.ForeignKey("customers.Person", models.CASCADE, null=True, blank=True, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    value = models.CharField(_("address or number"), max_length=254)
    value_normal = models.CharField(max_length=254, editable=False)
    is_valid = models.BooleanField(_("works"), default=True, db_default=True)
    proven_on = models.DateField(_("last proven"), null=True, blank=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "person", "kind", "value_normal"], name="contact_point_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["value_normal"], name="contact_point_value", opclasses=["varchar_pattern_ops"]),
            # A phone number is known by its end: people leave out the country.
            models.Index(OpClass(Reverse("value_normal"), name="text_pattern_ops"), name="contact_point_ending"),
        ]

    def __str__(self) -> str:
        return self.value
