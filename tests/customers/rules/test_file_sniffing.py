"""What a file is, by what is in it; and the name it may keep."""

import codecs

import pytest

from customers.rules.file_sniffing import KINDS, UnknownFile, sniff_kind, tidy_name

PACKED = b"PK\x03\x04rest"


@pytest.mark.parametrize(
    ("head", "key"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"GIF87a", "gif"),
        (b"GIF89a<script>", "gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8", "webp"),
        (b"\x00\x00\x00\x18ftypheic", "heic"),
        (b"%PDF-1.7", "pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
        (b"Dear Ana,\r\n\tthanks", "text"),
        ("Zieliński".encode(), "text"),
        ("Müller".encode("cp1252"), "text"),
        (codecs.BOM_UTF16_LE + "a;b".encode("utf-16-le"), "text"),
        (b"a < b <html", "text"),
    ],
)
def test_the_content_decides(head, key):
    assert sniff_kind(head).key == key


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><p>", "active"),
        (codecs.BOM_UTF8 + b"  <svg xmlns=", "active"),
        (b"<?xml version='1.0'?><svg>", "active"),
        (b"<script>alert(1)</script>", "active"),
        (b"MZ\x90\x00\x03", "unknown"),
        (b"\x7fELF\x02", "unknown"),
        (b"RIFF\x00\x00\x00\x00WAVE", "unknown"),
    ],
)
def test_what_is_not_taken(head, reason):
    with pytest.raises(UnknownFile) as caught:
        sniff_kind(head)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("names", "packed_type", "key"),
    [
        (["[Content_Types].xml", "word/document.xml"], "", "docx"),
        (["[Content_Types].xml", "xl/workbook.xml"], "", "xlsx"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "", "pptx"),
        (["word/document.xml"], "", "zip"),
        (["mimetype"], "application/vnd.oasis.opendocument.text", "odt"),
        (["mimetype"], "application/x-other", "zip"),
        ([], "", "zip"),
    ],
)
def test_an_archive_is_told_by_what_is_in_it(names, packed_type, key):
    assert sniff_kind(PACKED, names=names, packed_type=packed_type).key == key


def test_a_document_with_macros_is_refused():
    with pytest.raises(UnknownFile, match="macros"):
        sniff_kind(PACKED, names=["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"])


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("photo.JPG", "jpeg", "photo.JPG"),
        ("invoice.exe", "pdf", "invoice.exe.pdf"),
        ("..\\..\\etc/passwd", "text", "passwd.txt"),
        ('a"b\r\nSet-Cookie: x.pdf', "pdf", "a b Set-Cookie x.pdf"),
        ("gpj.\u202etxt", "text", "gpj. txt.txt"),
        ("", "png", "file.png"),
        (".png", "png", "png.png"),
        ("x" * 300 + ".pdf", "pdf", "x" * 116 + ".pdf"),
        ("y" * 300, "pdf", "y" * 116 + ".pdf"),
    ],
)
def test_a_name_fits_the_content_and_a_header(name, kind, kept):
    assert tidy_name(name, KINDS[kind]) == kept
