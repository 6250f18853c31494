"""Files of a customer: known by their content, kept under random names, shown only to who sees the customer."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from complaints.complaint_handling import take_complaint
from crm.core.models.business_setting import change_setting
from customers.file_attaching import FileRefused, attach_file, clear_removed_files
from customers.models import Attachment
from interactions.models import Interaction
from tests import factories

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 60
PDF = b"%PDF-1.7 ..."


def file(name="seal.png", content=PNG):
    return SimpleUploadedFile(name, content)


def packed(*names):
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


def attach(customer, rep, upload=None, **where):
    return attach_file(customer, file=upload or file(), by=rep, at=timezone.now(), **where)


def test_a_file_lies_under_a_random_name_and_is_known_by_its_content(customer, rep):
    row = attach(customer, rep, file("seal.exe"))
    assert (row.kind, row.file_name) == ("png", "seal.exe.png")
    assert "seal" not in row.stored
    with default_storage.open(row.stored) as kept:
        assert kept.read() == PNG
    assert attach(customer, rep).pk == row.pk  # the same content once
    assert attach(factories.make_customer(), rep).pk != row.pk


def test_an_office_document_is_told_from_an_archive(customer, rep):
    assert attach(customer, rep, file("a.docx", packed("[Content_Types].xml", "word/document.xml"))).kind == "docx"
    assert attach(customer, rep, file("a.docx", packed("readme"))).file_name == "a.docx.zip"
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert attach(customer, rep, file("a.ods", content.getvalue())).kind == "ods"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<svg onload=alert(1)>", "run programs"),
        (b"MZ\x00\x01", "Only pictures"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (packed("[Content_Types].xml", "word/vbaProject.bin"), "macros"),
        (PNG + b"\x00" * 2**20, "Larger than 1 MB"),
    ],
)
def test_what_is_not_taken_is_refused_with_the_reason_and_leaves_nothing(customer, rep, content, words):
    change_setting("files.largest_mb", 1)
    with pytest.raises(FileRefused, match=words):
        attach(customer, rep, file("a.png", content))
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "disposition", "media_type"),
    [
        ("seal.png", PNG, "inline", "image/png"),
        ("offer.pdf", PDF, "inline", "application/pdf"),
        ("notes.txt", b"<b>hello</b>", "attachment", "text/plain"),
    ],
)
def test_a_file_is_served_with_headers_that_let_it_do_nothing(
    client, customer, rep, name, content, disposition, media_type
):
    row = attach(customer, rep, file(name, content))
    client.force_login(rep)
    url = reverse("customers:file-show", args=[row.pk])
    answer = client.get(url)
    assert b"".join(answer) == content
    assert answer["Content-Type"] == media_type
    assert answer["Content-Disposition"] == f'{disposition}; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "script-src" not in answer["Content-Security-Policy"]
    assert client.get(url, {"download": "1"})["Content-Disposition"].startswith("attachment")


def test_other_teams_and_strangers_get_nothing(client, customer, rep, other_rep):
    row = attach(customer, rep)
    url = reverse("customers:file-show", args=[row.pk])
    assert client.get(url).status_code == 302
    client.force_login(other_rep)
    assert client.get(url).status_code == 404


def test_files_are_handed_in_looked_at_removed_and_brought_back(client, customer, rep):
    client.force_login(rep)
    files = {"files": [file(), file("evil.html", b"<html>"), file("offer.pdf", PDF)]}
    card = client.post(reverse("customers:file-new", args=[customer.pk]), files, headers={"HX-Request": "true"})
    assert card.status_code == 422
    for words in ("seal.png", "offer.pdf", "evil.html", "run programs"):
        assert words in card.text
    row = Attachment.objects.get(file_name="seal.png")
    client.post(reverse("customers:file-remove", args=[row.pk]))
    assert client.get(reverse("customers:file-show", args=[row.pk])).status_code == 404
    client.post(reverse("customers:file-restore", args=[row.pk]))
    assert b"".join(client.get(reverse("customers:file-show", args=[row.pk]))) == PNG


def test_the_same_content_under_another_name_is_told_and_not_counted(client, customer, rep):
    client.force_login(rep)
    attach(customer, rep)
    files = {"files": [file("copy.png"), file("offer.pdf", PDF)]}
    page = client.post(reverse("customers:file-new", args=[customer.pk]), files, follow=True)
    assert "copy.png is here already: seal.png." in page.text
    assert "1 added." in page.text


def test_a_removed_file_is_deleted_for_good_when_the_bin_is_emptied(customer, rep):
    row, other = attach(customer, rep), attach(factories.make_customer(), rep)
    stored, now = row.stored, timezone.now()
    row.delete()
    assert clear_removed_files(at=now + timedelta(days=29)) == 0
    assert default_storage.exists(stored)
    assert clear_removed_files(at=now + timedelta(days=31)) == 1
    assert not default_storage.exists(stored)
    assert default_storage.exists(other.stored)
    assert clear_removed_files(at=now + timedelta(days=31)) == 0


def test_a_file_belongs_to_a_complaint_or_a_contact_of_this_customer_only(client, customer, rep):
    stranger = factories.make_customer()
    case = take_complaint(customer, title="Seals failed", by=rep, at=timezone.now())
    foreign = take_complaint(stranger, title="Late", by=rep, at=timezone.now())
    talk = Interaction.objects.create(customer=customer, channel="call", happened_at=timezone.now(), logged_by=rep)
    client.force_login(rep)
    url = reverse("customers:file-new", args=[customer.pk])
    for about in (f"complaint-{case.pk}", f"contact-{talk.pk}", f"complaint-{foreign.pk}", "order-1", "complaint-x"):
        client.post(url, {"files": [file(f"{about}.png", PNG + about.encode())], "about": about})
    kept = {row.file_name: (row.about, row.about_id) for row in Attachment.objects.all()}
    assert kept[f"complaint-{case.pk}.png"] == ("complaint", case.pk)
    assert kept[f"contact-{talk.pk}.png"] == ("contact", talk.pk)
    assert kept[f"complaint-{foreign.pk}.png"] == kept["order-1.png"] == kept["complaint-x.png"] == ("", 0)
    card = client.get(reverse("customers:file-card", args=[customer.pk]), {"about": f"complaint-{case.pk}"}).text
    assert f"complaint-{case.pk}.png" in card
    assert f"contact-{talk.pk}.png" not in card
    timeline = client.get(reverse("home:customer-part", args=[customer.pk, "timeline"])).text
    assert f"contact-{talk.pk}.png" in timeline
