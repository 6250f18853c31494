"""Names after an @ and addresses in a note."""

import pytest

from customers.rules.note_reading import find_mentions, read_parts

PEOPLE = {1: "Ana Ribeiro", 2: "Ana", 3: "Tomasz Zieliński", 4: "Kim Li", 5: "Kim Li"}
TOLD_APART = {4: "Kim Li (kim@a.example)", 5: "Kim Li (kim@b.example)"}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@Ana Ribeiro please ring", [1]),
        ("@ANA RIBEIRO, @tomasz zieliński!", [1, 3]),
        ("ask @Ana.", [2]),
        ("@Anabel knows", []),
        ("ana@Ana.example", []),
        ("@Kim Li", [4, 5]),  # two colleagues of one name: better both than neither
        ("@Kim Li (kim@b.example), look", [5]),
        ("nobody", []),
        ("@", []),
    ],
)
def test_who_is_named(text, ids):
    assert [key for _start, _end, key in find_mentions(text, PEOPLE, TOLD_APART)] == ids


def test_a_colleague_without_a_name_is_never_named():
    assert find_mentions("@ hello", {1: ""}) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "see https://a.example/x_(y).",
            [("see ", "", False), ("https://a.example/x_(y)", "https://a.example/x_(y)", False), (".", "", False)],
        ),
        ("(HTTP://a.example)", [("(", "", False), ("HTTP://a.example", "HTTP://a.example", False), (")", "", False)]),
        ("javascript:alert(1)", [("javascript:alert(1)", "", False)]),
        (
            "@Ana https://a.example",
            [("@Ana", "", True), (" ", "", False), ("https://a.example", "https://a.example", False)],
        ),
        ("https://a.example/@Ana", [("https://a.example/@Ana", "https://a.example/@Ana", False)]),
        ("", []),
    ],
)
def test_what_may_be_clicked(text, parts):
    assert [(part.text, part.url, part.is_name) for part in read_parts(text, PEOPLE)] == parts
