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
    assert (draft.name, draft.company, draft.domain) == ("Ida Lund", "Baltic Crane OÜ", "baltic-crane.example")
    assert draft.left == ("Kopli 35", "Baltic Steel Ltd")


def test_an_address_that_is_none_and_a_book_are_harmless():
    assert read_card("Ida Lund\nx@y..example or -@-.zz\n12345678901234567890").name == "Ida Lund"
    assert read_card("A " * 3 * LONGEST).name == ""


def test_two_numbers_in_one_line_are_both_read_and_a_third_is_shown_beside_the_draft():
    draft = read_card("Ida Lund\nMob: +45 20 11 22 33  Tel. (86) 01 00 44\nDirect +45 86 01 00 45", country="DK")
    assert draft.phones == ("+45 20 11 22 33", "+45 86 01 00 44", "+45 86 01 00 45")
    assert draft.left == ()
    assert draft.more_points == ("+45 86 01 00 45",)


PORTUGUESE = """Atenciosamente,

METALÚRGICA HORIZONTE
João da Silva Pereira
Diretor Comercial
Tel.: (11) 3456-7890 | Cel.: +55 11 98765-4321
joao.pereira@horizonte.com.br | www.horizonte.com.br
Av. Paulista, 1000 - 01310-100 São Paulo/SP
CNPJ: 12.345.678/0001-90"""
MALAY = """Sekian, terima kasih.

Encik Ahmad Faizal bin Abdullah
Pengurus Besar
Perniagaan Maju Jaya Sdn. Bhd. (199601012345)
Tel: 03-2161 5678 / 012-345 6789   Faks: 03-2161 5679
E-mel: faizal@majujaya.com.my
50450 Kuala Lumpur"""
GERMAN = """Mit freundlichen Grüßen

i.A. Sabine Müller-Lüdenscheidt
Leitung Einkauf

Muster Maschinenbau GmbH & Co. KG
Industriestr. 12-14, 80331 München
Tel.: +49 (0)89 123456-78 Fax: +49 (0)89 123456-99
Mobil: 0171/1234567
mueller-luedenscheidt@muster.example
Geschäftsführer: Max Mustermann
Amtsgericht München HRB 1234567 - USt-IdNr.: DE 301234567
IBAN: DE89 3704 0044 0532 0130 00"""
FRENCH = """Bien cordialement,
Élodie Lefèvre
Responsable achats
Ateliers du Rhône SARL
Fixe : 04 78 12 34 56 – Portable : 06 12 34 56 78
SIRET 123 456 789 00012"""
AMERICAN = """Jane Doe, PE (she/her)
Senior Project Engineer
Doe Fabrication Inc.
O: (312) 555-0148 ext. 89  C: 312-555-0199  F: 312-555-0111
jane@doefab.example
linkedin.com/in/janedoe
Chicago, IL 60601-1234"""
SPANISH = "Un saludo,\nMª Carmen Ruiz Gómez - Jefa de compras\nCasa Verde\ncasaverde.example\nMóvil 612 345 678"
DUTCH = "Met vriendelijke groet,\nPieter van den Berg\nInkoper\nW: www.bergtechniek.example\nT 020 123 4567"
POLISH = "Z poważaniem\nAgnieszka Wójcik\nKierownik działu zakupów\ntel. kom. 601 234 567\nNIP 526-000-12-46"
JAPANESE = "株式会社山本製作所\n山本 健一\nTEL 03-1234-5678 FAX 03-1234-5679\n〒100-0001 東京都"
SHORT = "Web: www.acme.example\nSent from my iPhone\nKim Lee\nSales Manager\nsales@acme.example"
SIGNATURES = [
    (PORTUGUESE, "BR", "João da Silva Pereira", "Diretor Comercial", ["+55 11 3456-7890", "+55 11 98765-4321"]),
    (MALAY, "MY", "Ahmad Faizal bin Abdullah", "Pengurus Besar", ["+60 3-2161 5678", "+60 12-345 6789"]),
    (GERMAN, "DE", "Sabine Müller-Lüdenscheidt", "Leitung Einkauf", ["+49 89 12345678", "+49 171 1234567"]),
    (FRENCH, "FR", "Élodie Lefèvre", "Responsable achats", ["+33 4 78 12 34 56", "+33 6 12 34 56 78"]),
    (AMERICAN, "US", "Jane Doe", "Senior Project Engineer", ["+1 312-555-0148 ext. 89", "+1 312-555-0199"]),
    (SPANISH, "ES", "Mª Carmen Ruiz Gómez", "Jefa de compras", ["+34 612 34 56 78"]),
    (DUTCH, "NL", "Pieter van den Berg", "Inkoper", ["+31 20 123 4567"]),
    (POLISH, "PL", "Agnieszka Wójcik", "Kierownik działu zakupów", ["+48 601 234 567"]),
    (JAPANESE, "JP", "山本 健一", "", ["+81 3-1234-5678"]),
    (SHORT, "US", "Kim Lee", "Sales Manager", []),
]


@pytest.mark.parametrize(("text", "country", "name", "post", "phones"), SIGNATURES)
def test_signatures_of_ten_languages_give_the_person_and_his_phones_without_fax_tax_number_or_postcode(
    text, country, name, post, phones
):
    draft = read_card(text, country=country)
    assert (draft.name, draft.job_title, list(draft.phones)) == (name, post, phones)


def test_the_company_is_known_by_its_legal_form_or_by_its_domain_and_a_network_is_nobodys_domain():
    drafts = [read_card(text, country="DE") for text in (PORTUGUESE, MALAY, GERMAN, SPANISH, AMERICAN, JAPANESE)]
    assert [draft.company for draft in drafts] == [
        "METALÚRGICA HORIZONTE",
        "Perniagaan Maju Jaya Sdn. Bhd. (199601012345)",
        "Muster Maschinenbau GmbH & Co. KG",
        "Casa Verde",
        "Doe Fabrication Inc.",
        "株式会社山本製作所",
    ]
    assert [draft.domain for draft in drafts] == ["horizonte.com.br", "", "", "casaverde.example", "", ""]


def test_a_number_without_its_country_is_of_the_country_that_another_one_on_the_card_says():
    assert read_card(PORTUGUESE, country="DE").phones == ("+55 11 3456-7890", "+55 11 98765-4321")
    assert read_card("Ida Lund\n00999 1234567\n0171 1234567", country="DE").phones == ("+49 171 1234567",)
