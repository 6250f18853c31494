"""Business cards and signatures, as people paste them."""

import pytest

from customers.rules.card_reading import LONGEST, read_card

NKOSI = """Best regards,

Thandi Nkosi
Plant Engineer
Pretoria Mining Spares (Pty) Ltd
Tel: +27 12 345 6789
thandi@pms.example"""
BRANDT = "Dr. Clemens Brandt, Head of Purchasing | M +49 171 1234567 | c.brandt@hw.example"
MUELLER = "Mit freundlichen Grüßen\nJörg Müller\nEinkaufsleiter\n07621 90440\nFax: 07621 90441"
CARDS = [
    (NKOSI, "Thandi Nkosi", "Plant Engineer", "thandi@pms.example", "+27 12 345 6789"),
    (BRANDT, "Clemens Brandt", "Head of Purchasing", "c.brandt@hw.example", "+49 171 1234567"),
    (MUELLER, "Jörg Müller", "Einkaufsleiter", "", "+49 7621 90440"),
    ("Søren Holm <soren.holm@kjeldsen.example>", "Søren Holm", "", "soren.holm@kjeldsen.example", ""),
    ("山本 健一\n購買部\nyamamoto@seiki.example", "山本 健一", "", "yamamoto@seiki.example", ""),
    ("نور الدين\nnour@alnoor.example", "نور الدين", "", "nour@alnoor.example", ""),
    ("Sales Thompson\nsales.thompson@acme.example", "Sales Thompson", "", "sales.thompson@acme.example", ""),
    ("--\nE-mail: a@b.example, a@b.example", "", "", "a@b.example", ""),
    ("Hafenstraße 14\n79576 Weil am Rhein\n22.11.2026", "", "", "", ""),
    ("", "", "", "", ""),
    ("😀😀😀\n@@@ ...\n++++", "", "", "", ""),
]


@pytest.mark.parametrize(("text", "name", "post", "email", "phone"), CARDS)
def test_a_card_is_read_into_a_draft(text, name, post, email, phone):
    draft = read_card(text, country="DE")
    assert (draft.name, draft.job_title, "".join(draft.emails), "".join(draft.phones)) == (name, post, email, phone)
    assert draft.is_empty == (not (name or email or phone))


def test_company_and_web_address_are_told_apart_from_the_person():
    text = "Ida Lund\nBaltic Crane OÜ\nwww.baltic-crane.example/ee\nKopli 35\nBaltic Steel Ltd"
    draft = read_card(text, country="EE")
    assert (draft.name, draft.company, draft.domain) == ("Ida Lund", "Baltic Steel Ltd", "baltic-crane.example")
    assert draft.left == ("Baltic Crane OÜ", "Kopli 35")


def test_an_address_that_is_none_and_a_book_are_harmless():
    assert read_card("Ida Lund\nx@y..example or -@-.zz\n12345678901234567890").name == "Ida Lund"
    assert read_card("A " * 3 * LONGEST).name == ""


def test_two_numbers_in_one_line_are_both_read_and_a_third_is_shown_beside_the_draft():
    draft = read_card("Ida Lund\nMob: +45 20 11 22 33  Tel. (86) 01 00 44\nDirect +45 86 01 00 45", country="DK")
    assert draft.phones == ("+45 20 11 22 33", "+45 86 01 00 44", "+45 86 01 00 45")
    assert draft.left == ()
    assert draft.more_points == ("+45 86 01 00 45",)
