"""What can be done with a row of My day; each key stands on its part. Drawn here and not by a template: it stands on
every row. The form that is sent stands once on the page (``my-day-act``)."""

from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.core.templatetags.look import icon
from interactions.models import Interaction, Task


def draw_acts(task: Any, *, may_act: bool) -> SafeString:
    """Call, mail, why me, snooze, hand over, done: as far as there is a number, a reason and a right to it."""
    acts = []
    if task.phone:
        said = _tell_refusals(task.refused, Interaction.Channel.CALL, _("No calls, said on %(day)s."))
        acts.append(_draw_link(f"tel:{task.phone}", "c", said + _("Call (C)"), "phone", is_kept=True))
    if task.email:
        said = _tell_refusals(task.refused, Interaction.Channel.MAIL, _("No mail, said on %(day)s."))
        acts.append(_draw_link(f"mailto:{task.email}", "m", said + _("Mail (M)"), "mail"))
    if task.alert_id:
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
