"""The small parts of the look say in words what they show, and escape what people wrote."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template import Context, Template
from django.utils import timezone
from django.utils.html import escape

from crm.core import glossary
from crm.core.models import Team

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def show(source, **context):
    return Template("{% load look formats %}" + source).render(Context(context))


def test_a_segment_has_a_shape_and_its_name():
    shown = show("{% segment_mark segment %}", segment={"name": "<Top>", "mark": "premium"})
    assert "#s-premium" in shown
    assert "&lt;Top&gt;" in shown
    assert show("{% segment_mark segment %}", segment=None) == ""


def test_an_unknown_mark_is_drawn_in_ink():
    assert "#s-plus" in show("{% segment_mark segment %}", segment={"name": "X", "mark": "evil' onclick='x"})


def test_a_class_is_told_by_weight_and_title():
    assert 'class="r-cls A" title="Class A1">A1<' in show('{% class_badge "A1" %}')
    assert show('{% class_badge "" %}') == ""


@pytest.mark.parametrize(
    ("due", "extra", "state", "words"),
    [
        (NOW + timedelta(days=9), "", 'class="r-clock"', "Thu 3 Dec"),
        (NOW + timedelta(hours=4), "", "soon", "today 13:30"),
        (NOW - timedelta(days=4), "", "late", "4 d late"),
        (NOW - timedelta(days=4), 'hold="waits for customer"', "hold", "waits for customer"),
        (NOW - timedelta(days=4), 'hold="waits" done=now', "done", "done"),
    ],
)
def test_a_clock_says_until_when(due, extra, state, words):
    with time_machine.travel(NOW, tick=False):
        shown = show(f"{{% clock due {extra} %}}", due=due, now=NOW)
    assert state in shown
    assert words in shown


def test_an_avatar_names_the_person():
    shown = show("{% avatar name %}", name="Ana <b> Ribeiro")
    assert "AR" in shown
    assert "Ana &lt;b&gt; Ribeiro" in shown


def test_a_moment_can_be_read_by_machines():
    with time_machine.travel(NOW, tick=False):
        shown = show("{{ at|moment }}", at=NOW + timedelta(hours=1))
    assert (
        shown
        == '<time datetime="2026-11-24T10:30+00:00" title="Tuesday 24 November 2026, 10:30 UTC">today 10:30</time>'
    )


def test_a_day_by_a_pattern_is_the_day_and_a_moment_that_of_the_reader():
    source = '{{ on|date:"j M Y" }}'
    assert show(source, on=NOW.date()) == show(source, on=NOW.date()) == "24 Nov 2026"
    assert show('{{ on|date:"Y-m-d" }}', on=NOW.date()) == "2026-11-24"
    assert show('{{ on|date }}{{ none|date:"Y" }}', on=NOW.date(), none=None) == "Nov. 24, 2026"
    with timezone.override("Asia/Tokyo"):
        assert show(source, on=NOW.replace(hour=22)) == "25 Nov 2026"


def test_a_term_shows_the_word_it_is_given_and_explains_the_same():
    word, meaning = (str(words) for words in (glossary.TERMS["reach"].word, glossary.TERMS["reach"].meaning))
    own, button = show('{% term "reach" %}'), show('{% help_for "reach" %}')
    other = show('{% term "reach" "<i>" %}{% term "reach" word %}', word="<i>")
    assert f'<span class="r-term">{word}<button' in own
    assert [f'<span class="r-term">{shown}<button' in other for shown in ("<i>", "&lt;i&gt;")] == [True, True]
    assert '<span class="r-term"><button' in button
    assert all(escape(meaning) in shown for shown in (own, other, button))


def test_every_term_is_explained_in_a_sentence():
    for key, term in glossary.TERMS.items():
        assert str(term.meaning).endswith("."), key
        assert str(term.word) in show(f'{{% term "{key}" %}}').replace("&#x27;", "'")


def test_a_term_nobody_explained_is_an_error():
    with pytest.raises(KeyError):
        show('{% term "synergy" %}')


class Dashed(forms.Form):
    must = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("a", "A")])
    may = forms.ModelChoiceField(Team.objects.none(), required=False)


@pytest.mark.django_db
def test_an_empty_choice_is_a_word_or_our_sign_and_never_a_row_of_dashes():
    shown = show("{% control form.must %}{% control form.may %}", form=Dashed())
    assert ">choose<" in shown
    assert ">–<" in shown
    assert "---" not in shown
