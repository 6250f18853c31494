"""What a field of one's own can hold, as a table, and what becomes of a value when the field's kind changes."""

import pytest

from customers.rules.custom_values import (
    Conversion,
    Option,
    Vocabulary,
    convert_value,
    convert_words,
    is_kept_well,
    is_protected_label,
    keep_number,
    make_options,
    names_field,
    read_value,
    spell_value,
)
from customers.rules.import_values import Unreadable, read_number

OPTIONS = (Option("o1", "Gold"), Option("o2", "Silver", is_offered=False))
WORDS = Vocabulary(OPTIONS, {7: "Ana Ribeiro", 8: "Per Dahl", 9: "Per Dahl"})


@pytest.mark.parametrize(
    ("kind", "text", "value", "spelled"),
    [
        ("text", "Line must not stop", "Line must not stop", "Line must not stop"),
        ("number", "1 204,5", 1204.5, "1204.5"),
        ("number", "-3", -3, "-3"),
        ("money", "€ 1.204,50", 120_450, "1204.50"),
        ("date", "24/12/2026", "2026-12-24", "2026-12-24"),
        ("flag", "ja", True, "yes"),
        ("flag", "no", False, "no"),
        ("choice", "GOLD", "o1", "Gold"),
        ("choice", "silver", "o2", "Silver"),
        ("person", "ana ribeiro", 7, "Ana Ribeiro"),
        ("link", "example.com/seals", "https://example.com/seals", "https://example.com/seals"),
    ],
)
def test_what_is_typed_is_kept_and_spelled_so_that_it_can_be_read_again(kind, text, value, spelled):
    assert read_value(kind, text, WORDS) == value
    assert is_kept_well(kind, value)
    assert spell_value(kind, value, WORDS) == spelled
    assert read_value(kind, spelled, WORDS) == value


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("number", "about forty", "no_number"),
        ("number", "9" * 20, "too_large"),
        ("money", "much", "no_amount"),
        ("date", "soon", "no_day"),
        ("flag", "perhaps", "no_yes_no"),
        ("choice", "Bronze", "no_choice"),
        ("person", "Per Dahl", "unknown_owner"),
        ("person", "—", "unknown_owner"),
        ("link", "not a link", "no_link"),
        ("link", "javascript:alert(1)", "no_link"),
        ("link", "ftp://example.com", "no_link"),
        ("link", "https://[broken", "no_link"),
        ("text", "x" * 501, "too_long"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_with_the_reason(kind, text, code):
    with pytest.raises(Unreadable) as refusal:
        read_value(kind, text, WORDS)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("from_kind", "value", "to_kind", "becomes"),
    [
        ("text", "1,204.50", "money", Conversion(fits=True, value=120_450, words="1,204.50")),
        ("money", 120_450, "text", Conversion(fits=True, value="1204.50", words="1204.50")),
        ("choice", "o1", "text", Conversion(fits=True, value="Gold", words="Gold")),
        ("text", "about 40", "number", Conversion(fits=False, words="about 40")),
        ("person", 99, "text", Conversion(fits=True, value="99", words="99")),
        ("flag", True, "number", Conversion(fits=False, words="yes")),
    ],
)
def test_a_value_goes_over_to_another_kind_or_stays_in_words(from_kind, value, to_kind, becomes):
    assert convert_value(value, from_kind=from_kind, to_kind=to_kind, before=WORDS, after=WORDS) == becomes


def test_words_kept_before_go_over_when_a_kind_can_hold_them_again():
    assert convert_words("about 40", to_kind="text", after=WORDS).value == "about 40"


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("flag", 1, False),
        ("flag", True, True),
        ("number", True, False),
        ("number", 1.5, True),
        ("money", 1.5, False),
        ("person", True, False),
        ("date", "2026-13-01", False),
        ("date", 20261301, False),
        ("text", "", False),
        ("choice", 3, False),
    ],
)
def test_only_values_of_the_right_shape_are_kept(kind, value, fits):
    assert is_kept_well(kind, value) is fits


def test_nothing_is_spelled_as_nothing_and_lost_words_as_they_stand():
    assert spell_value("money", None, WORDS) == ""
    assert spell_value("choice", "o9", WORDS) == "o9"
    assert spell_value("person", 99, WORDS) == ""
    assert spell_value("person", "Ana", WORDS) == "Ana"


def test_options_keep_their_key_and_stand_once():
    made = make_options(["Silver", " gold ", "Bronze", "GOLD", ""], held=OPTIONS)
    assert [(one.key, one.label) for one in made] == [("o2", "Silver"), ("o1", "gold"), ("o3", "Bronze")]
    assert [one.key for one in make_options(["A", "B"], held=[Option("o3", "C")])] == ["o2", "o4"]


@pytest.mark.parametrize(
    ("label", "hidden"),
    [
        ("Religião", True),
        ("Union member", True),
        ("Geburtsdatum", True),
        ("Tarikh lahir", True),
        ("Machine park", False),
    ],
)
def test_what_the_law_protects_is_known_by_its_name(label, hidden):
    assert is_protected_label(label) is hidden


def test_a_number_without_end_is_refused():
    with pytest.raises(Unreadable):
        keep_number(read_number("1").__class__("Infinity"))


@pytest.mark.parametrize(("text", "named"), [("m.field_12", True), ("m.field_123", False), ("field_1", False)])
def test_a_field_is_not_named_by_one_that_begins_like_it(text, named):
    assert names_field(text, "field_12") is named
