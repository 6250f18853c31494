"""A row of My day: who, what to do, why, at stake, until, act; each key stands on its part.

Drawn here and not by a template, which took three times as long; what stands open below it is one. The form that an
act sends stands once on the page (``my-day-act``)."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core import formats
from crm.core.models import User
from crm.core.row_addresses import row_address
from crm.core.templatetags.formats import money
from crm.core.templatetags.look import avatar, class_badge, clock, icon, segment_mark
from interactions.models import Interaction, Promise, Task

LONG_NAME = 24
ICONS = {"alert": "bolt", "step": "flow", "follow_up": "clock", "promise": "flag", "complaint": "shield"}


def draw_row(task: Any, *, reader: User, is_open: bool, is_team: bool) -> SafeString:
    """Its cells. An open row's name closes it; the key L opens one."""
    customer, kind = task.customer, str(Task.Kind(task.kind).label)
    if is_open:
        turn = format_html('href="?" hx-get="?close={}" data-close-row aria-expanded="true"', task.pk)
    else:
        turn = format_html('href="?open={0}" hx-get="?open={0}" data-key="l" aria-expanded="false"', task.pk)
    return format_html(
        '<span class="k" title="{}">{}<span class="visually-hidden">{}</span></span>\n'
        '<div class="who"><div class="row-x"><a class="r-name cut" {} data-open{} dir="auto">{}</a>{}</div>\n'
        '<div class="row-x sm">{}{}{}</div></div>\n'
        '<div class="what"><div class="row-x"><span class="do" dir="auto">{}</span>'
        '<span class="f sm cut hide-s" dir="auto">{}</span></div>{}</div>\n'
        '<div class="num stake">{}</div><div class="until">{}</div>\n<div class="acts-c">{}</div>',
        capfirst(kind),
        icon(ICONS[task.kind]),
        kind,
        turn,
        format_html(' title="{}"', customer.name) if len(customer.name) > LONG_NAME else "",
        customer.name,
        class_badge(customer.score.grade if hasattr(customer, "score") else None),
        segment_mark(task.segment),
        format_html('<span class="f cut">{}</span>', customer.city) if customer.city else "",
        "" if task.assignee_id == reader.pk else _draw_assignee(task, is_team=is_team),
        task.title,
        _tell_origin(task),
        format_html('<div class="why" dir="auto">{}</div>', task.why) if task.why else "",
        _draw_stake(task.at_stake_cents),
        clock(task.due_at),
        task.acts,
    )


def _draw_assignee(task: Any, *, is_team: bool) -> SafeString:
    words = "" if is_team else format_html('<span class="f">{}</span>', _("for"))
    return format_html('<span class="end row-x">{}{}</span>', words, avatar(task.assignee))


def _tell_origin(task: Any) -> SafeString | str:
    """The trigger, the money of the process, whose promise, or the complaint behind a task."""
    if task.alert:
        return str(task.alert.trigger.name)
    if task.step_run and task.step_run.run.amount_cents:
        return money(task.step_run.run.amount_cents)
    if task.promise:
        return str(Promise.Side(task.promise.side).label)
    if task.complaint_pk:
        url = row_address("complaints:complaint-detail", task.complaint_pk)
        return format_html('<a href="{}">C-{}</a>', url, task.complaint_pk)
    return ""


def _draw_stake(cents: int) -> SafeString:
    if cents <= 0:
        return format_html('<span class="f">{}</span>', formats.UNKNOWN)
    return format_html('<span class="visually-hidden">{} </span>{}', _("at stake"), money(cents))


def draw_acts(task: Any, *, may_act: bool) -> SafeString:
    """Call, mail, why me, snooze, hand over, done: as far as there is a number, a reason and a right to it."""
    acts = []
    if task.phone:
        said = _tell_refusals(task.refused, Interaction.Channel.CALL, _("No calls, said on %(day)s."))
        acts.append(_draw_link(f"tel:{task.phone}", "c", said + _("Call (C)"), "phone", is_kept=True))
    if task.email:
        said = _tell_refusals(task.refused, Interaction.Channel.MAIL, _("No mail, said on %(day)s."))
        acts.append(_draw_link(f"mailto:{task.email}", "m", said + _("Mail (M)"), "mail"))
    if task.why_url:
        acts.append(_draw_link(task.why_url, "w", _("Why me? (W)"), "help", asks=True))
    if may_act:
        acts.append(_draw_link(task.snooze_url, "s", _("Snooze (S)"), "snooze", asks=True))
        acts.append(_draw_link(task.hand_over_url, "h", _("Hand over (H)"), "swap", asks=True))
    if may_act and task.kind != Task.Kind.COMPLAINT:
        acts.append(
            format_html(
                '<button class="r-ib" form="my-day-act" formaction="{0}" hx-post="{0}" hx-target="this" hx-swap="none"'
                ' data-key="d" title="{1}">{2}</button>',
                task.done_url,
                _("Done (D)"),
                icon("check"),
            )
        )
    return format_html('<div class="r-acts">{}</div>', format_html_join("", "{}", ((act,) for act in acts)))


def _tell_refusals(refused: Iterable[dict[str, Any]], channel: str, words: str) -> str:
    """What he told us not to do, with a space behind it; "" when he told nothing."""
    return "".join(f"{words % {'day': no['said_on']}} " for no in refused if no["channel"] == channel)


def _draw_link(url: str, key: str, title: str, name: str, *, asks: bool = False, is_kept: bool = False) -> SafeString:
    """One act; ``is_kept`` on the phone too, ``asks`` before anything is done."""
    return format_html(
        '<a class="r-ib{}" href="{}"{} data-key="{}" title="{}">{}</a>',
        "" if is_kept else " opt",
        url,
        SafeString(" data-ask") if asks else "",
        key,
        title,
        icon(name),
    )
