"""Customers who may be one: keys by which they meet, pairs to decide about, and merges that can be taken apart."""

from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.models import User
from crm.core.row_visibility import customer_scope


class DuplicateKey(models.Model):
    """A customer under one of his keys (``customers.rules.duplicate_keys``), as a hash of 64 bits.

    Written by ``customers.duplicate_search`` for current customers, and by ``keep_keys`` for those of today. No
    foreign key in the database: five rows a customer are made anew in one go.
    """

    pk = models.CompositePrimaryKey("key", "customer")
    key = models.BigIntegerField()
    kind = models.SmallIntegerField()
    customer = models.ForeignKey("customers.Customer", models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind}"


class DuplicateSearch(models.Model):
    """How far the last search came; one row. What was changed, added or removed since is looked at by the next.

    ``customers`` had their keys made anew by it; ``whole_at`` is when everybody was compared.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    changed_until = models.DateTimeField(null=True)
    point_id = models.BigIntegerField(default=0)
    point_event_id = models.BigIntegerField(default=0)
    searched_at = models.DateTimeField(null=True)
    customers = models.IntegerField(default=0)
    milliseconds = models.IntegerField(default=0)
    whole_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_duplicate_search")]

    def __str__(self) -> str:
        return f"{self.searched_at}"


class DuplicatePairQuerySet(models.QuerySet["DuplicatePair"]):
    def visible_to(self, user: User) -> Self:
        """Pairs of which ``user`` may see both."""
        return self.filter(customer_scope(user, prefix="first__"), customer_scope(user, prefix="second__"))

    def open(self) -> Self:
        """Nobody has decided yet."""
        return self.filter(state=DuplicatePair.State.OPEN)


class DuplicatePair(models.Model):
    """Two customers who may be one; ``first`` has the lower id.

    ``percent`` is how likely, ``evidence`` why, as ``[what, value]``. ``worth_cents`` are the net sales of both in
    twelve months; ``weight`` (worth × likeness) orders the queue. ``later_until`` is a local day up to which it is put
    off. Once somebody said that they differ the search leaves the pair alone.
    """

    class State(models.TextChoices):
        OPEN = "open", _("to decide")
        DIFFERENT = "different", _("two customers")
        MERGED = "merged", _("merged")

    first = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    second = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    percent = models.SmallIntegerField(_("alike, %"))
    evidence = models.JSONField(default=list)
    worth_cents = models.BigIntegerField(default=0, db_default=0)
    weight = models.BigIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN, db_default="open")
    found_at = models.DateTimeField(db_default=Now())
    later_until = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why they differ"), max_length=200, blank=True, default="", db_default="")

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="duplicate_pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["weight", "id"], name="duplicate_pair_queue", condition=models.Q(state="open")),
            models.Index(fields=["decided_at"], name="duplicate_pair_decided"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}?"


class CustomerMergeQuerySet(models.QuerySet["CustomerMerge"]):
    def visible_to(self, user: User) -> Self:
        """Merges of which ``user`` may see both customers."""
        return self.filter(customer_scope(user, prefix="kept__"), customer_scope(user, prefix="gone__"))


class CustomerMerge(models.Model):
    """One customer went into another: what moved, what was changed, so that it can be taken apart.

    ``moved`` lists what pointed to ``gone`` (or to one of its people who was known twice) as ``{"what": "app.Model",
    "field", "from", "to", "ids"}``; ``changed`` rows with their values before and after, as ``{"what", "id", "fields":
    {field: [before, after]}}``. The record of ``gone`` stays, out of every
    list, with what belongs to the record itself, and its number still finds ``kept``.
    """

    kept = models.ForeignKey("customers.Customer", models.CASCADE, related_name="merges")
    gone = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    moved = models.JSONField(default=list)
    changed = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = CustomerMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-merged_at", "-id"]
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        default_permissions = ()
        permissions = [("merge_customer", "Merge customers and take a merge apart")]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=models.Q(undone_at=None), name="customer_merged_once")
        ]
        indexes = [models.Index(fields=["-merged_at"], name="customer_merge_by_time")]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"
