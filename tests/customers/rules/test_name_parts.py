"""A part of a name is blacked out alone only where it can mean nobody and nothing else."""

import pytest

from customers.rules.name_parts import spell_parts, split_name


@pytest.mark.parametrize(
    ("name", "own", "left"),
    [
        ("Ada Quillfeather", {"Ada", "Quillfeather"}, set()),
        ("Dr. Ada van der Quill-Berg", {"Ada", "Quill-Berg"}, set()),
        ("Otto Brandt", {"Otto"}, {"Brandt"}),  # the firm is called so
        ("Will Kurz", set(), {"Will", "Kurz"}),  # words of the language
        ("Müller, Inês", {"Inês"}, {"Müller"}),  # a colleague, in another spelling
        ("J. P. Li", set(), set()),  # too short to be told from other words
        ("Ann", set(), set()),  # the whole name: it goes as such
        ("", set(), set()),
    ],
)
def test_the_parts_that_mean_somebody_alone(name, own, left):
    parts = split_name(name, others=["Brandt GmbH", "Eva Muller", "Noor Haddad"])
    assert (parts.own, parts.open) == (own, left)


def test_parts_are_looked_for_as_written_and_in_capitals():
    assert spell_parts({"Ada"}) == {"Ada", "ADA"}
