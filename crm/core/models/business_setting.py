"""Numbers and names that a business user sets in the browser, with their default and where it came from."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.core.history import keep_history

_CACHE_KEY = "business-settings"


@dataclass(frozen=True)
class SettingDefinition:
    """A setting's default, its name in words, the origin of the default, and its limits."""

    default: Any
    label: str | Promise
    origin: str | Promise = ""
    minimum: float | None = None
    maximum: float | None = None


_D = SettingDefinition
_RECOVERY = _("founding text on recovering complaints")
_BANDS = _("founding text on the four steps of one-to-one marketing")
_FALL = _("founding text on falls against the own baseline")
DEFINITIONS: dict[str, SettingDefinition] = {
    "company.name": _D("", _("company name")),
    "company.currency": _D("EUR", _("currency of every total")),
    "company.time_zone": _D("UTC", _("time zone that decides which day an order falls on")),
    "company.country": _D("", _("country of phone numbers that are written without one, as DE")),
    "company.fiscal_year_month": _D(1, _("first month of the fiscal year"), "", 1, 12),
    "company.holidays": _D([], _("days on which nobody works, as 2026-12-25"), _("the company's own calendar")),
    "night.hour": _D(2, _("hour at which the night starts, local time"), "", 0, 23),
    "classes.a_share": _D(0.80, _("share of sales that class A brings"), _("Pareto, 20/80"), 0.5, 0.95),
    "classes.b_share": _D(0.95, _("share of sales that A and B bring"), _("common ABC practice"), 0.6, 0.99),
    "bands.most_valuable": _D(
        0.10, _("the most valuable: best part by last fiscal year's sales, 5–10%"), _BANDS, 0.01, 0.5
    ),
    "bands.benefits": _D(0.20, _("best part that gets benefits unasked, 20–30%"), _BANDS, 0.01, 0.5),
    "bands.pareto_cut": _D(0.20, _("Pareto cut: part of the customers"), _("Pareto, 20/80"), 0.01, 0.99),
    "bands.worst": _D(0.20, _("worst part by the four signs, 10–20%"), _BANDS, 0.01, 0.5),
    "bands.least_quotes": _D(3, _("quotes decided before their outcome is a sign"), _("below it, chance"), 1, 50),
    "bands.quotes_won": _D(0.20, _("rejects our quotes: won at most this part"), _("common practice"), 0, 1),
    "bands.least_shortlists": _D(
        2, _("quotes asked only for a shortlist before it is a sign"), _("once is chance"), 1, 50
    ),
    "economy.spares_contacts": _D(
        1, _("no planned talks with customers below zero or with the worst signs (1), or talk to all (0)"), _BANDS, 0, 1
    ),
    "risk.knob": _D(4.0, _("weight of certainty against money on My day"), _("back-tests, see docs"), 0, 1000),
    "risk.learnt": _D(0, _("certainty list by the learnt chance (1) or the own gap (0)"), _("back-tests"), 0, 1),
    "risk.horizon_days": _D(91, _("silence to foresee, days"), _("a quarter"), 14, 365),
    "alerts.budget_per_rep": _D(8, _("new alerts a rep gets a night, at most"), _("capacity of a day"), 1, 200),
    "alerts.growing_per_rep": _D(
        2, _("growing customers a rep is told of a night, at most"), _("few good news"), 0, 50
    ),
    "fall.warning": _D(0.40, _("fall against own baseline: warning"), _FALL, 0.1, 0.9),
    "fall.growth": _D(0.40, _("growth over own baseline worth a talk"), _("twin of the fall"), 0.1, 1.0),
    "fall.critical": _D(0.60, _("fall against own baseline: critical when larger"), _FALL, 0.1, 1.0),
    "complaints.recovery_days": _D(30, _("days to recover a complaint"), _RECOVERY, 5, 120),
    "complaints.come_back_after": _D(0.20, _("share that comes back after the clock"), _RECOVERY, 0, 1),
    "complaints.escalation_days": _D([1, 7, 14, 21, 30], _("days on which a complaint is escalated"), _RECOVERY),
    "complaints.guardian_minutes": _D(60, _("minutes until a guardian is named"), _RECOVERY, 5, 1440),
    "complaints.closing_attempts": _D(3, _("attempts before closing without the customer's word"), _RECOVERY, 1, 10),
    "favours.referral_days": _D(180, _("days between two requests for a referral"), _("limit of pressure"), 0, 3650),
    "favours.rest_days": _D(90, _("days a reference rests after a visit"), _("common practice"), 0, 1000),
    "wanted.least_people": _D(3, _("people to know by name at a wanted company"), _("several contacts each"), 1, 50),
    "encounters.family_weights": _D(
        [],
        _("families of products of low importance, and how much more encounters count, 1 to 5, as Abrasives = 2"),
        _("founding text: where the product matters little, service decides"),
    ),
    "files.largest_mb": _D(20, _("largest file kept with a customer, megabytes"), "", 1, 200),
    "questions.per_contact": _D(
        2, _("open questions offered before a contact, at most"), _("founding text on the drip dialogue"), 0, 2
    ),
    "questions.rest_days": _D(30, _("days a question rests after “not now”"), _("common practice"), 1, 730),
    "api.requests_per_minute": _D(600, _("requests a minute that one access token may make"), "", 10, 60_000),
    "web.kept_days": _D(400, _("days for which web visits are kept"), _("a year and a month"), 30, 1100),
    "contacts.default_minutes": _D(6, _("minutes assumed when a contact has none"), "", 1, 120),
    "contacts.manager_talks": _D(4, _("talks with customers that each manager has a month"), _BANDS, 1, 100),
}


@keep_history()
class BusinessSetting(models.Model):
    """A setting that differs from its default."""

    key = models.CharField(max_length=60, unique=True)
    value = models.JSONField()
    changed_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class _Remembered:
    """What this process read last, for two seconds: a page asks for the currency a hundred times."""

    seconds = 2.0
    stored: dict[str, Any] | None = None
    until = 0.0


def setting(key: str) -> Any:
    """The value in force: what an admin set, else the default. Unknown keys raise ``KeyError``.

    A change is seen at once by the process that made it, and by the others within two seconds.
    """
    now = time.monotonic()
    if _Remembered.stored is None or now >= _Remembered.until:
        stored = cache.get(_CACHE_KEY)
        if stored is None:
            stored = dict(BusinessSetting.objects.values_list("key", "value"))
            cache.set(_CACHE_KEY, stored, 300)
        _Remembered.stored, _Remembered.until = stored, now + _Remembered.seconds
    return _Remembered.stored.get(key, DEFINITIONS[key].default)


def forget_settings() -> None:
    """Read them again next time, here and in the cache that all processes share."""
    _Remembered.stored = None
    cache.delete(_CACHE_KEY)


@transaction.atomic
def change_setting(key: str, value: Any, *, by: Any = None) -> BusinessSetting:
    """Set ``key`` for everybody. Raises ``KeyError`` for an unknown key, ``ValueError`` outside its limits."""
    definition = DEFINITIONS[key]
    low, high = definition.minimum, definition.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{key} must be between {low} and {high}.")
    row, _created = BusinessSetting.objects.update_or_create(key=key, defaults={"value": value, "changed_by": by})
    transaction.on_commit(forget_settings)
    return row
