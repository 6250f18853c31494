"""Fields that a company defines itself, and what they hold for each customer."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel
from customers.models.belonging import BelongingQuerySet


@keep_history(exclude=["changed_at", "edit_version", "sort_index"])
class CustomField(EditedModel):
    """One field: its name, kind, place in the order, and which kind of customer has it.

    Lists may be sorted by one with ``is_sorted``, once ``sort_index`` names the index that keeps it in order.

    ``options`` are those of a choice as ``{"key", "label", "is_offered"}``. Values are kept under the field's id, so
    a new name or order touches none of them. A field with ``is_protected`` can be asked by no rule. One that is
    archived is shown nowhere and loses nothing.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        CHOICE = "choice", _("choice")
        NUMBER = "number", _("number")
        MONEY = "money", _("money")
        DATE = "date", _("date")
        FLAG = "flag", _("yes or no")
        PERSON = "person", _("colleague")
        LINK = "link", _("link")

    class About(models.TextChoices):
        ALL = "", _("every customer")
        ORGANISATION = "organisation", _("organisations")
        PERSON = "person", _("persons")

    label = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TEXT)
    about = models.CharField(
        _("for"), max_length=12, choices=About.choices, default=About.ALL, db_default="", blank=True
    )
    help_text = models.CharField(_("explanation"), max_length=200, blank=True, default="", db_default="")
    options = models.JSONField(_("choices"), default=list, blank=True)
    position = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    is_protected = models.BooleanField(_("no rule may ask it"), default=False, db_default=False)
    is_sorted = models.BooleanField(_("lists may be sorted by it"), default=False, db_default=False)
    sort_index = models.CharField(max_length=60, default="", db_default="", editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        constraints = [
            models.UniqueConstraint(
                Lower("label"), condition=models.Q(archived_at=None), name="custom_field_label_once"
            ),
            models.CheckConstraint(condition=~models.Q(label=""), name="custom_field_has_label"),
        ]

    def __str__(self) -> str:
        return self.label


@keep_history()
class CustomValueSet(models.Model):
    """What the own fields of one customer hold: one row a customer who has any.

    ``data`` maps a field's id (as text) to its value (``customers.rules.custom_values``); ``unread`` keeps in words
    what a field held before its kind changed and could not be taken over. One row of JSON beside the customer, not
    columns of his and not a row a value: a list that shows none of it reads none of it, two hundred fields cost a
    page one read by key, and the index on ``data`` finds every choice, yes and no without one index a field.
    """

    customer = models.OneToOneField("customers.Customer", models.CASCADE, related_name="custom_values")
    data = models.JSONField(default=dict)
    unread = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = BelongingQuerySet.as_manager()

    class Meta:
        verbose_name = _("values of own fields")
        verbose_name_plural = _("values of own fields")
        indexes = [GinIndex(fields=["data"], opclasses=["jsonb_path_ops"], name="custom_values_data")]

    def __str__(self) -> str:
        return f"{self.customer_id}"
