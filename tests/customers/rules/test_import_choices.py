"""Cells that hold one of a few words."""

import pytest

from customers.rules.import_choices import read_choice, read_yes_no
from customers.rules.import_file_error import ImportFileError
from customers.rules.import_values import Unreadable


@pytest.mark.parametrize(
    ("text", "value"), [("Yes", True), (" TRUE ", True), ("x", True), ("Nein", False), ("0", False), ("não", False)]
)
def test_yes_and_no(text, value):
    assert read_yes_no(text) is value


def test_a_word_that_is_neither_is_refused():
    with pytest.raises(Unreadable, match="no_yes_no"):
        read_yes_no("perhaps")


def test_words_mean_a_value_or_any_other_does():
    assert read_choice("Left live message", choices={"leftlivemessage": "message"}) == "message"
    assert read_choice("Whatever", choices={"*": "talked"}) == "talked"
    with pytest.raises(Unreadable, match="no_choice"):
        read_choice("Whatever", choices={"leftlivemessage": "message"})


def test_a_file_that_is_refused_says_why_by_a_code_and_the_values_of_its_message():
    reason = ImportFileError("too_wide", columns=999)
    assert (str(reason), reason.code, reason.values) == ("too_wide", "too_wide", {"columns": 999})
