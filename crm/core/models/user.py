"""A colleague who signs in, with one role."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history


class Role(models.TextChoices):
    """What somebody comes for. ``crm.core.role_permissions`` says what each may do; rows come from ``visible_to``."""

    REP = "rep", _("sales rep")
    MANAGER = "manager", _("manager")
    ADMIN = "admin", _("admin")
    GUARDIAN = "guardian", _("guardian, quality")
    EXECUTIVE = "executive", _("executive")
    VIEWER = "viewer", _("viewer")
    PARTNER = "partner", _("partner, outside the company")


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        """Colleagues who may sign in; everybody inside the company may know their names."""
        return self.filter(is_active=True)

    def acting(self) -> "UserQuerySet":
        """Colleagues to whom work can be given: those who may sign in, and not only to look; nobody from outside."""
        return self.active().exclude(role__in=[Role.VIEWER, Role.PARTNER])

    def owning(self) -> "UserQuerySet":
        """To whom a customer can be given: colleagues, and partners, who then see him and feed his record."""
        return self.active().exclude(role=Role.VIEWER)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new colleague; ``role`` decides the group (``crm.core.role_permissions`` fills it)."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        user.join_role(user.role)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"role": Role.ADMIN, "name": email, **fields})


@keep_history(exclude=["password", "last_login", "last_seen_at"])
class User(AbstractBaseUser, PermissionsMixin):
    """A colleague who signs in by e-mail; or a partner: somebody of a reseller or channel, whose company is
    ``partner_of``."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150)
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.REP)
    team = models.ForeignKey(
        "core.Team", models.SET_NULL, null=True, blank=True, related_name="members", verbose_name=_("team")
    )
    partner_of = models.CharField(
        _("partner’s company"),
        max_length=150,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of a partner alone."),
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    theme = models.CharField(
        _("theme"),
        max_length=5,
        choices=[("", _("as the system")), ("light", _("light")), ("dark", _("dark"))],
        default="",
        blank=True,
    )
    density = models.CharField(
        _("density"),
        max_length=8,
        choices=[("compact", _("compact")), ("normal", _("normal")), ("roomy", _("roomy"))],
        default="normal",
    )
    single_keys = models.BooleanField(_("single-key shortcuts"), default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]
        permissions = [
            ("manage_users", "Invite colleagues, change their role, deactivate them"),
            ("run_jobs", "See nightly jobs and run them again"),
            ("change_settings", "Change business settings"),
            ("view_history", "See the history of a record"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def join_role(self, role: str) -> None:
        """Joins the group of ``role``; leaves no other (``crm.core.role_permissions.assign_role`` does)."""
        group, _created = Group.objects.get_or_create(name=Role(role).value)
        self.groups.add(group)

    @property
    def is_partner(self) -> bool:
        """From outside: sees the customers he owns and nothing else, and what he writes is marked."""
        return self.role == Role.PARTNER

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
