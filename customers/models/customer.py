"""A customer: an organisation or a person who buys, or may buy, from us."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models import User
from crm.core.models.edited import EditedModel
from crm.core.row_visibility import customer_scope
from crm.core.text_folding import fold_text


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> "CustomerQuerySet":
        """Rows that ``user`` may see, the archived ones included (see ``crm.core.row_visibility``)."""
        return self.filter(customer_scope(user))

    def current(self) -> "CustomerQuerySet":
        """Without the archived ones."""
        return self.filter(archived_at=None)


@keep_history(exclude=["name_folded", "changed_at", "edit_version"])
class Customer(EditedModel):
    """One record per customer, known by its number in the outside world.

    ``team`` decides with ``owner`` who may see it. One that was merged into another is archived for good; its number
    still finds the other (``merged_into``). ``minimum_order_cents`` is what an order must come to, shown to
    whoever enters one. ``name_folded`` is the name as searched (``fold_text``), kept by ``save``; whoever writes in
    bulk writes it too. ``parent`` is the head of the group the customer belongs to; a head belongs to none
    (``customers.group_joining``).
    """

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("organisation")
        PERSON = "person", _("person")

    class Relation(models.TextChoices):
        """How the customer buys; decides which model of value applies."""

        ORDERS = "orders", _("buys when needed")
        CONTRACT = "contract", _("has a contract")

    class Stage(models.TextChoices):
        PROSPECT = "prospect", _("prospect")
        CUSTOMER = "customer", _("customer")

    number = models.CharField(_("number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.ORGANISATION)
    name = models.CharField(_("name"), max_length=300)
    name_folded = models.CharField(max_length=600, editable=False)
    trading_name = models.CharField(_("trading name"), max_length=300, blank=True, default="", db_default="")
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.CUSTOMER, db_default="customer"
    )
    relation = models.CharField(
        _("buys by"), max_length=10, choices=Relation.choices, default=Relation.ORDERS, db_default="orders"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="customers",
        db_index=False,
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "core.Team",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="customers",
        db_index=False,
        verbose_name=_("team"),
    )
    street = models.CharField(_("street"), max_length=200, blank=True, default="", db_default="")
    postcode = models.CharField(_("postcode"), max_length=20, blank=True, default="", db_default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="", db_default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="", db_default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="", db_default="")
    industry = models.CharField(_("industry"), max_length=100, blank=True, default="", db_default="")
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True, default="", db_default="")
    domain = models.CharField(_("web domain"), max_length=200, blank=True, default="", db_default="")
    # Nobody lists by these, and each index costs an import of a million a second.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    source = models.CharField(_("where it came from"), max_length=100, blank=True, default="", db_default="")
    lawful_basis = models.CharField(_("lawful basis"), max_length=100, blank=True, default="", db_default="")
    since = models.DateField(_("customer since"), null=True, blank=True)
    minimum_order_cents = models.BigIntegerField(_("smallest order"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
        db_index=False,
        editable=False,
        verbose_name=_("belongs to"),
    )
    is_informal = models.BooleanField(_("informal business"), default=False, db_default=False)
    pays_by = models.CharField(_("pays by"), max_length=60, blank=True, default="", db_default="")
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_here",
        db_index=False,
        verbose_name=_("merged into"),
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering = ["name_folded", "id"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("export_customer", "Export customers"),
            ("import_customer", "Import customers and orders"),
            ("archive_customer", "Archive and restore customers"),
            ("assign_customer", "Change a customer's owner and team"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(number="") & ~models.Q(name=""), name="customer_has_number_and_name"
            )
        ]
        indexes = [
            GinIndex(fields=["name_folded"], opclasses=["gin_trgm_ops"], name="customer_name_trgm"),
            models.Index(fields=["name_folded", "id"], name="customer_by_name"),
            models.Index(fields=["team", "name_folded", "id"], name="customer_by_team"),
            models.Index(fields=["owner", "name_folded", "id"], name="customer_by_owner"),
            models.Index(fields=["city", "id"], name="customer_by_city"),
            # What a rule asks in either case, and when they came: for what is rare, and for what the planner knows.
            models.Index(Lower("city"), name="customer_in_city"),
            models.Index(Lower("industry"), name="customer_in_industry"),
            models.Index(Lower("source"), name="customer_from_source"),
            models.Index(fields=["since"], name="customer_by_since"),
            models.Index(fields=["kind"], name="customer_by_kind"),
            models.Index(
                fields=["country", "name_folded", "id"], name="customer_by_country", condition=~models.Q(country="")
            ),
            models.Index(fields=["changed_at", "id"], name="customer_by_change"),
            models.Index(fields=["id"], name="customer_archived", condition=models.Q(archived_at__isnull=False)),
            models.Index(fields=["id"], name="customer_under_contract", condition=models.Q(relation="contract")),
            models.Index(
                fields=["merged_into"], name="customer_merged_into", condition=models.Q(merged_into__isnull=False)
            ),
            models.Index(fields=["id"], name="customer_prospects", condition=models.Q(stage="prospect")),
            models.Index(fields=["source"], name="customer_by_source", condition=~models.Q(source="")),
            models.Index(fields=["tax_id"], name="customer_tax_id", condition=~models.Q(tax_id="")),
            models.Index(fields=["parent", "id"], name="customer_by_parent", condition=~models.Q(parent=None)),
            models.Index(fields=["domain"], name="customer_domain", condition=~models.Q(domain="")),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = fold_text(f"{self.name} {self.trading_name}".strip())
        if (fields := kwargs.get("update_fields")) and {"name", "trading_name"} & set(fields):
            kwargs["update_fields"] = {*fields, "name_folded"}
        super().save(*args, **kwargs)

    @property
    def is_erased(self) -> bool:
        """Whether he was erased on somebody's request: sums stay under a number that says so, and nobody comes back."""
        return self.number == f"erased-{self.pk}"

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None
