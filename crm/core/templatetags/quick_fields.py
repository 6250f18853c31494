"""``{% load quick_fields %}``: fields of a form that has hundreds, drawn here and not by three templates each.

``{% quick_field one %}`` is what ``{% field one %}`` of ``look`` makes of a box for text or a choice, thirty times as
fast; anything else is left to ``field``.
"""

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext

from crm.core import formats
from crm.core.templatetags.look import field as field_context
from crm.core.templatetags.look import icon

register = template.Library()


@register.simple_tag
def quick_field(field: BoundField) -> SafeString:
    """Label, control, help and errors of one field."""
    control = _draw_control(field)
    if control is None:
        return mark_safe(render_to_string("components/field.html", field_context(field)))  # noqa: S308 - our template
    optional = "" if field.field.required else format_html(' <span class="f">{}</span>', gettext("optional"))
    return format_html(
        '<div class="r-field">\n  <label class="form-label" for="{}">{}{}</label>\n  {}{}{}\n</div>\n',
        field.id_for_label,
        capfirst(field.label),
        optional,
        control,
        _draw_help(field),
        _draw_errors(field),
    )


@register.simple_tag
def chosen_in(options: SafeString, value: str) -> SafeString:
    """``{% chosen_in options column.field %}``: options drawn once for every choice of a page, ``value`` the chosen
    one: sixty columns of a file that may go to two hundred fields are twelve thousand."""
    begin = format_html('<option value="{}"', value)
    return mark_safe(options.replace(f"{begin}>", f"{begin} selected>", 1))  # noqa: S308 - our own options


def _draw_help(field: BoundField) -> SafeString | str:
    if not field.help_text:
        return ""
    return format_html('<div class="hint mt-1" id="{}_helptext">{}</div>', field.auto_id, field.help_text)


def _draw_errors(field: BoundField) -> SafeString | str:
    if not field.errors:
        return ""
    said = format_html_join("", "{} ", ((error,) for error in field.errors))
    return format_html('<p class="sm bad mt-1" id="{}_error">{} {}</p>', field.auto_id, icon("alert", "s"), said)


def _draw_control(field: BoundField) -> SafeString | None:
    widget = field.field.widget
    drawn = {forms.TextInput, forms.URLInput, forms.DateInput, forms.NumberInput, forms.EmailInput}
    if type(widget) in drawn:
        return _draw_input(field, widget)
    return _draw_select(field, widget) if type(widget) is forms.Select else None


def _read_attributes(field: BoundField, widget: Any, *, look: str) -> dict[str, Any]:
    classes = f"{widget.attrs.get('class', '')} {look}{' is-bad' if field.errors else ''}".strip()
    attributes = field.build_widget_attrs({**widget.attrs, "class": classes}, widget)
    return {"name": field.html_name, **attributes, "id": attributes.get("id") or field.auto_id}


def _draw_input(field: BoundField, widget: forms.TextInput) -> SafeString:
    attributes = {"type": widget.input_type, **_read_attributes(field, widget, look="form-control")}
    value = widget.format_value(field.value())
    if value not in (None, ""):
        attributes["value"] = str(value)
    return format_html("<input{}>", flatatt(attributes))


def _draw_select(field: BoundField, widget: forms.Select) -> SafeString:
    held = {str(value) for value in widget.format_value(field.value())}
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, mark_safe(" selected") if str(value) in held else "", formats.UNKNOWN if value == "" else words)
            for value, words in widget.choices
        ),
    )
    attributes = _read_attributes(field, widget, look="form-select")
    return format_html("<select{}>{}</select>", flatatt(attributes), conditional_escape(options))
