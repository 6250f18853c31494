"""A person at a customer."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.edited import EditedModel
from crm.core.text_folding import fold_text
from customers.models.belonging import BelongingQuerySet


class PersonQuerySet(BelongingQuerySet):
    def current(self) -> "PersonQuerySet":
        """Those who have not left."""
        return self.filter(left_on=None)


@keep_history(exclude=["name_folded", "changed_at", "edit_version"])
class Person(EditedModel):
    """Somebody we talk to at a customer.

    Who moves to another customer has a record at each: the old one keeps what was said there and the day he left, the
    new one points back to it by ``moved_from``.
    """

    class Influence(models.TextChoices):
        DECIDES = "decides", _("decides")
        INFLUENCES = "influences", _("influences")
        USES = "uses", _("uses")
        PAYS = "pays", _("pays")
        NONE = "", _("not known")

    class Seniority(models.TextChoices):
        OWNER = "owner", _("owner or board")
        HEAD = "head", _("head of a department")
        SPECIALIST = "specialist", _("specialist")
        ASSISTANT = "assistant", _("assistant")
        NONE = "", _("not known")

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="people", db_index=False, verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=200)
    name_folded = models.CharField(max_length=400, editable=False)
    job_title = models.CharField(_("job title"), max_length=150, blank=True, default="", db_default="")
    seniority = models.CharField(
        _("seniority"), max_length=10, choices=Seniority.choices, blank=True, default="", db_default=""
    )
    influence = models.CharField(
        _("influence"), max_length=12, choices=Influence.choices, blank=True, default="", db_default=""
    )
    language = models.CharField(_("language"), max_length=10, blank=True, default="", db_default="")
    is_main = models.BooleanField(_("main contact"), default=False, db_default=False)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    moved_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="moved_to", editable=False
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["-is_main", "name_folded", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=models.Q(is_main=True), name="one_main_person")
        ]
        indexes = [
            GinIndex(fields=["name_folded"], opclasses=["gin_trgm_ops"], name="person_name_trgm"),
            models.Index(fields=["name_folded", "id"], name="person_by_name"),
            models.Index(fields=["changed_at", "id"], name="person_by_change"),
            # Whose post may be empty, and whether somebody else has it, told without a look at their rows.
            models.Index(fields=["customer"], include=["left_on", "job_title"], name="person_of_customer"),
            models.Index(
                fields=["left_on"],
                include=["customer", "job_title"],
                condition=models.Q(left_on__isnull=False),
                name="person_by_leaving",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_folded = fold_text(self.name)
        super().save(*args, **kwargs)
