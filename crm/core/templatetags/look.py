"""``{% load look %}``: the small parts of the look that carry meaning: icons, marks, badges, clocks, avatars, terms.

Each part says in words what it shows, so colour is never the only cue.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from crm.core import formats
from crm.core.glossary import find_term

register = template.Library()

SEGMENT_SHAPES = ("premium", "standard", "low", "new", "risk", "plus", "star", "hexagon", "half")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """``{% icon "phone" %}``; ``{% icon "phone" "s" %}`` is small. Names: static/icons.txt. Write the word too."""
    return _draw_icon(name, size)


@lru_cache(maxsize=512)
def _draw_icon(name: str, size: str) -> SafeString:
    """Drawn once a process: a worklist shows two hundred of them."""
    return format_html(
        '<svg class="ic{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {size}" if size else "",
        static("vendor/icons.svg"),
        name,
    )


def _shape(mark: str) -> str:
    return mark if mark in SEGMENT_SHAPES else "plus"


@register.simple_tag
def segment_mark(segment: Any, form: str = "") -> SafeString | str:
    """``{% segment_mark segment %}``: shape and name; ``{% segment_mark segment "pill" %}`` on a tinted ground.

    ``segment`` has ``name`` and ``mark`` (one of SEGMENT_SHAPES), or is a mapping with these keys; None shows nothing.
    """
    if not segment:
        return ""
    name, mark = (segment["name"], segment["mark"]) if isinstance(segment, dict) else (segment.name, segment.mark)
    return _draw_mark(str(name), _shape(mark), form)


@lru_cache(maxsize=512)
def _draw_mark(name: str, shape: str, form: str) -> SafeString:
    return format_html(
        '<span class="r-mk {}{}"><svg aria-hidden="true"><use href="{}#s-{}"/></svg>{}</span>',
        shape,
        f" {form}" if form else "",
        static("vendor/icons.svg"),
        shape,
        name,
    )


@register.simple_tag
def class_badge(value_class: str | None) -> SafeString | str:
    """``{% class_badge "A1" %}``: A filled, B outlined, C dashed; nothing for an unknown class."""
    return _draw_class(value_class, gettext("Class %(class)s") % {"class": value_class}) if value_class else ""


@lru_cache(maxsize=128)
def _draw_class(value_class: str, words: str) -> SafeString:
    return format_html(
        '<span class="r-cls {}" title="{}">{}</span>',
        value_class[0],
        words,
        value_class,
    )


@register.simple_tag
def risk_level(level: int, text: str) -> SafeString:
    """``{% risk_level 3 "high, 3.4×" %}``: one to three bars and the words."""
    return format_html(
        '<span class="r-lvl l{}"><svg aria-hidden="true"><rect/><rect/><rect/></svg>{}</span>',
        max(1, min(3, int(level))),
        text,
    )


def _clock(state: str, icon_name: str, text: str) -> SafeString:
    looks = f" {state}" if state else ""
    return format_html('<span class="r-clock{}">{}{}</span>', looks, icon(icon_name, "s"), text)


@register.simple_tag
def clock(due: date | datetime | None, done: date | datetime | None = None, hold: str = "") -> SafeString | str:
    """``{% clock task.due_at done=task.done_at hold="waits for customer" %}``: icon and word for until when.

    Done wins over hold, hold over late; today and tomorrow are "soon". Without ``due`` it shows ``–``.
    """
    from crm.core.templatetags.formats import moment

    if done:
        return _clock("done", "check", format_html("<span>{} {}</span>", gettext("done"), moment(done)))
    if hold:
        return _clock("hold", "pause", hold)
    if not due:
        return formats.UNKNOWN
    now, zone = timezone.now(), timezone.get_current_timezone()
    if late := formats.format_lateness(due, now=now, zone=zone):
        stamp = due.astimezone(zone).isoformat(timespec="minutes") if isinstance(due, datetime) else due.isoformat()
        full = formats.format_full_moment(due, zone=zone) if isinstance(due, datetime) else formats.format_full_day(due)
        return _clock("late", "alert", format_html('<time datetime="{}" title="{}">{}</time>', stamp, full, late))
    on = due.astimezone(zone).date() if isinstance(due, datetime) else due
    return _clock("soon" if (on - now.astimezone(zone).date()).days <= 1 else "", "clock", moment(due))


@register.simple_tag
def partner_tag(person: Any) -> SafeString | str:
    """``{% partner_tag note.created_by %}``: stands after the name of whoever wrote something, where he is a partner:
    "partner" and his company. Nothing for colleagues, and for None."""
    if not getattr(person, "is_partner", False):
        return ""
    words = gettext("partner")
    return format_html(
        '<span class="r-tag partner" title="{}">{}</span>',
        gettext("Written by a partner, outside the company"),
        f"{words} · {person.partner_of}" if person.partner_of else words,
    )


@register.simple_tag
def avatar(person: Any, form: str = "") -> SafeString | str:
    """``{% avatar user %}``: initials with the whole name for hover and screen readers; forms ``me`` and ``l`` (large).

    ``person`` is a user or a name; None shows nothing.
    """
    if not person:
        return ""
    return _draw_avatar(person if isinstance(person, str) else str(person), form)


@lru_cache(maxsize=2048)
def _draw_avatar(name: str, form: str) -> SafeString:
    return format_html(
        '<span class="r-av{}" role="img" title="{}">{}</span>',
        f" {form}" if form else "",
        name,
        formats.format_initials(name),
    )


@register.simple_tag
def progress(share: float, state: str = "") -> SafeString:
    """``{% progress 0.69 %}``: a bar with its percent in words; states ``warn`` and ``bad``."""
    percent = max(0.0, min(1.0, float(share))) * 100
    return format_html(
        '<svg class="r-prog" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="t" width="100" height="6"></rect><rect class="v {}" width="{}" height="6"></rect></svg>',
        formats.format_percent(percent / 100),
        state,
        f"{percent:.1f}",
    )


@register.simple_tag
def ring(days_left: int, of_days: int = 30) -> SafeString:
    """``{% ring 17 of_days=30 %}``: days left of a promise; soon from half the time, late from a quarter."""
    around = 138.2
    share = max(0.0, min(1.0, days_left / of_days)) if of_days else 0.0
    state = "late" if share <= 0.25 else "soon" if share <= 0.6 else ""
    return format_html(
        '<svg class="r-ring {}" viewBox="0 0 52 52" role="img" aria-label="{}">'
        '<circle class="t" cx="26" cy="26" r="22"></circle>'
        '<circle class="v" cx="26" cy="26" r="22" stroke-dasharray="{} {}" transform="rotate(-90 26 26)"></circle>'
        '<text x="26" y="31">{}</text></svg>',
        state,
        gettext("%(days)s days left") % {"days": days_left},
        f"{around * (1 - share):.1f}",
        around,
        days_left,
    )


@register.simple_tag
def term(key: str, text: str = "") -> SafeString:
    """``{% term "contribution" %}``: the word and a button that explains it; ``text`` shows another word for it.

    Keys: crm.core.glossary. A key that is not there is an error.
    """
    return _draw_help(key, get_language(), text=str(text))


@register.simple_tag
def help_for(key: str) -> SafeString:
    """``{% help_for "contribution" %}``: only the explaining button, beside a word that is already there."""
    return _draw_help(key, get_language(), icon_only=True)


@lru_cache(maxsize=1024, typed=True)  # a word that is safe is another than one that is escaped
def _draw_help(key: str, language: str | None, *, text: str = "", icon_only: bool = False) -> SafeString:
    """Drawn once a process and language: a dashboard explains a dozen words, each the same for everybody."""
    entry = find_term(key)
    word = text or entry.word
    shown = {"word": word, "meaning": entry.meaning, "key": key, "icon_only": icon_only}
    return render_to_string("components/help.html", shown)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """``href="{% query sort='name' after=None %}"``: the page's query with some keys changed; None removes."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            params.pop(key, None)
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}" if params else "?"


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(
    context: template.Context, key: str, label: str, *, numeric: bool = False, hide: bool = False
) -> dict[str, Any]:
    """``{% sort_header "name" _("Customer") %}``: a ``<th>`` whose link sorts by ``name``, then by ``-name``.

    The sort in force is the context's ``sort``, else the query's. ``numeric`` puts it right, ``hide`` drops it on
    phones.
    """
    now = str(context.get("sort") or context["request"].GET.get("sort", ""))
    following = f"-{key}" if now == key else key
    return {
        "label": label,
        "href": query(context, sort=following, after=None, before=None),
        "direction": {key: "ascending", f"-{key}": "descending"}.get(now, ""),
        "numeric": numeric,
        "hide": hide,
    }


@register.simple_tag
def control(field: BoundField, **attrs: str) -> SafeString:
    """``{% control form.email %}``: the control of a field in the look; other attributes may be given.

    A placeholder that only says the label again is left out.
    """
    widget = field.field.widget
    if str(widget.attrs.get("placeholder", "")).lower() == str(field.label).lower():
        widget.attrs.pop("placeholder", None)
    _name_blank_choice(field.field)
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        look = "form-check-input"
    else:
        look = "form-select" if isinstance(widget, forms.Select) else "form-control"
    classes = f"{widget.attrs.get('class', '')} {look}{' is-bad' if field.errors else ''}".strip()
    return field.as_widget(attrs={**attrs, "class": classes})


def _name_blank_choice(field: forms.Field) -> None:
    """Django's row of dashes becomes a word where something must be chosen, and our sign for "unknown" elsewhere."""
    dashes, words = BLANK_CHOICE_DASH[0][1], gettext("choose") if field.required else formats.UNKNOWN
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == dashes:
            field.empty_label = words
            field.widget.choices = field.choices  # type: ignore[attr-defined]
    elif isinstance(field, forms.ChoiceField) and (dashed := list(field.widget.choices)) and dashed[0] == ("", dashes):
        field.choices = [("", words), *dashed[1:]]


@register.inclusion_tag("components/field.html")
def field(field: BoundField, label: str = "") -> dict[str, Any]:
    """``{% field form.email %}``: label, control, help and errors; ``{% field form.email _("Mail") %}`` renames."""
    kind = "checkbox" if isinstance(field.field.widget, forms.CheckboxInput) else ""
    return {"field": field, "label": capfirst(label or field.label), "kind": kind}


@register.filter(is_safe=True)
def sentence_case(text: str) -> str:
    """English titles of library pages as ours are written; other languages are left alone."""
    return formats.format_sentence_case(str(text)) if str(get_language()).startswith("en") else str(text)
