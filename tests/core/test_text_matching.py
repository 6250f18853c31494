"""The letters underlined in a result are the ones that were typed."""

import pytest

from crm.core.text_matching import mark_matches


@pytest.mark.parametrize(
    ("name", "words", "marked"),
    [
        ("Zakłady Metalowe", ["zakl"], "[Zakł]ady Metalowe"),
        ("Straße 7", ["strasse"], "[Straße] 7"),
        ("Ærø Værft", ["vaer"], "Ærø [Vær]ft"),
        ("Kjeldsen A/S", ["kjelsen"], "[Kjel]d[sen] A/S"),
        ("Anna Hanna", ["hanna"], "Anna [Hanna]"),
        ("Banana Nana", ["nana"], "Banana [Nana]"),
        ("Kjeldsen", ["x"], "Kjeldsen"),
        ("", ["a"], ""),
    ],
)
def test_what_was_typed_is_marked(name, words, marked):
    parts = mark_matches(name, words)
    assert "".join(f"[{part.text}]" if part.is_match else part.text for part in parts) == marked
