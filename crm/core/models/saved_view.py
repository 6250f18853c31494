"""A list as somebody likes it: filters, sort and columns under a name, and the columns each reader chose."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history
from crm.core.models.user import Role, User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> "SavedViewQuerySet":
        """His own, those of his team (and of the teams he manages), and everybody's; not those taken away. A partner
        sees only his own."""
        seen = models.Q(owner=user.pk)
        if user.is_partner:
            return self.filter(seen, removed_at=None)
        seen |= models.Q(audience=SavedView.Audience.ALL)
        if user.team_id is not None:
            seen |= models.Q(audience=SavedView.Audience.TEAM, team=user.team_id)
        if user.role == Role.MANAGER:
            seen |= models.Q(audience=SavedView.Audience.TEAM, team__in=user.managed_teams.values("pk"))
        return self.filter(seen, removed_at=None)


@keep_history()
class SavedView(models.Model):
    """Filters and sort as a query string, and the columns, of one list. Written by ``crm.core.view_saving``.

    ``default_roles`` open the list with it. What it names may be gone since: the list then says so and shows the rest.
    """

    class Audience(models.TextChoices):
        PRIVATE = "private", _("only me")
        TEAM = "team", _("my team")
        ALL = "all", _("everybody")

    list_name = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("made by")
    )
    audience = models.CharField(
        _("for"), max_length=7, choices=Audience.choices, default=Audience.PRIVATE, db_default="private"
    )
    team = models.ForeignKey("core.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    query = models.TextField(_("filters and order"), blank=True, default="", db_default="")
    columns = models.JSONField(_("columns"), default=list, blank=True)
    default_roles = models.JSONField(_("opens first for"), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(_("taken away"), null=True, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        permissions = [("share_view", "Share a view with everybody, and make it a role's first")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_name", "name"],
                condition=models.Q(removed_at=None),
                name="saved_view_name_once",
            )
        ]
        indexes = [models.Index(fields=["list_name", "name"], name="saved_view_of_list")]

    def __str__(self) -> str:
        return self.name


class ListColumns(models.Model):
    """The columns ``user`` chose for a list, or for one view of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    list_name = models.CharField(max_length=40)
    view = models.ForeignKey(SavedView, models.CASCADE, null=True, blank=True, related_name="+")
    columns = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "list_name", "view"], name="list_columns_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.list_name} {self.user_id}"
