"""The cells of the list of customers that say more than one value: name with tags, risk, silence, contact, next step.

They are drawn here and not by templates: a page has three hundred of them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.core import formats
from crm.core.list_engine import Column
from crm.core.models import User
from crm.core.row_addresses import row_address
from crm.core.templatetags.formats import day
from crm.core.templatetags.look import clock, icon, risk_level
from segments.rules.value_explanation import is_long_gone

LONG_NAME = 26
HIGH_RISK = 2
# Why no rhythm is known, in words that keep a row one line high; the whole reason stands on the customer's page.
SHORT_NOTES: dict[str, Promise] = {
    "no_order": gettext_lazy("no order yet"),
    "one_order": gettext_lazy("too early"),
    "few_orders": gettext_lazy("too early"),
    "contract": gettext_lazy("by contract"),
    "little_data": gettext_lazy("too little data"),
    "degenerate": gettext_lazy("no model"),
}


def draw_nothing(words: str = formats.UNKNOWN) -> SafeString:
    """What stands where there is nothing to say; a bare sign for it is left out of rows drawn as lines."""
    return format_html('<span class="f{}">{}</span>', " none" if words == formats.UNKNOWN else "", words)


def draw_customer(row: Any) -> SafeString:
    """The name, leading to the page; the country; how many tags, and which."""
    return format_html(
        '<span class="row-x"><a class="r-name cut" href="{}"{} data-open dir="auto">{}</a>{}{}</span>',
        row_address("home:customer-page", row.pk),
        format_html(' title="{}"', row.name) if len(row.name) > LONG_NAME else "",
        row.name,
        format_html('<span class="f xs">{}</span>', row.country) if row.country else "",
        _draw_tags(row.tag_parts) if row.tag_parts else "",
    )


def _draw_tags(tags: list[dict[str, Any]]) -> SafeString:
    names = ", ".join(tag["name"] for tag in tags)
    return format_html(
        '<span class="f xs nw" title="{}">{}{}<span class="visually-hidden"> {}</span></span>',
        names,
        icon("tag", "s"),
        len(tags),
        names,
    )


def draw_risk(row: Any) -> SafeString:
    """How many of his own gaps he has been silent for; why that cannot be said, where it cannot."""
    score = row.shown_score
    if score and score.gap_ratio:
        return risk_level(score.risk + 1, formats.format_multiple(score.gap_ratio))
    if not score or not score.note:
        return draw_nothing()
    if is_long_gone(purchases=score.purchase_days, silence_days=getattr(row, "silent_days", None)):
        return draw_nothing(_("long gone"))
    whole = score.get_note_display()
    return format_html('<span class="f nw" title="{}">{}</span>', whole, SHORT_NOTES.get(score.note, whole))


def draw_silence(row: Any) -> SafeString:
    """Days since the last purchase, beside the usual gap."""
    if row.silent_days is None:
        return draw_nothing()
    gap = row.shown_score.usual_gap_days
    usual = format_html(' <span class="f">/ {}</span>', formats.format_number(gap)) if gap else ""
    return format_html("{} d{}", formats.format_number(row.silent_days), usual)


def draw_talk(row: Any) -> SafeString | str:
    """The day of the last contact."""
    return day(row.talked_at) if row.talked_at else draw_nothing(_("never"))


def draw_next(row: Any) -> SafeString:
    """An open complaint, else the next task and until when; that nothing is planned, where somebody may leave."""
    if row.complains:
        return format_html('<span class="r-tag bad">{}</span>', _("complaint open"))
    if row.task_title:
        return format_html(
            '<span class="row-x whyc"><span class="cut next-s" title="{}" dir="auto">{}</span>{}</span>',
            row.task_title,
            row.task_title,
            clock(row.task_day),
        )
    if row.shown_score and row.shown_score.risk >= HIGH_RISK:
        return format_html('<b class="bad nw">{}</b>', _("no step planned"))
    return draw_nothing()


def tell_next(row: Any) -> str:
    """What the cell of the next step says, in words alone: for a file, where its day has a column of its own."""
    if row.complains:
        return _("complaint open")
    if row.task_title:
        return str(row.task_title)
    return _("no step planned") if row.shown_score and row.shown_score.risk >= HIGH_RISK else ""


def find_next_day(row: Any) -> date | None:
    """Until when what ``tell_next`` says is due."""
    return None if row.complains else row.task_day


SILENCE_IN_FILE = (
    Column("silent", gettext_lazy("Silent, days"), "silent_days", kind="number"),
    Column("usual", gettext_lazy("Usual gap, days"), "shown_score.usual_gap_days", kind="number"),
)
NEXT_IN_FILE = (
    Column("next", gettext_lazy("Next"), tell_next),
    Column("next_by", gettext_lazy("Next until"), find_next_day, kind="day"),
)


def find_row_acts(user: User) -> Callable[[Any], SafeString] | None:
    """What draws the button that logs a contact, for whoever may."""
    if not user.has_perm("interactions.add_interaction"):
        return None
    words = _("Log a contact")

    def draw(row: Any) -> SafeString:
        url = row_address("interactions:interaction-new", row.pk)
        return format_html(
            '<span class="r-acts"><a class="r-ib" href="{}?place=dialog" data-ask data-key="l" aria-label="{}">'
            "{}</a></span>",
            url,
            words,
            icon("note"),
        )

    return draw
