"""What a file is, told from its content: a name can say anything."""

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass

HEAD = 4096
_ACTIVE = re.compile(rb"^\s*(?:<\?xml|<!doctype\s+(?:html|svg)|<(?:html|svg|script|head|body|iframe)\b)", re.IGNORECASE)
_NO_TEXT = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"
_BAD_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
LONGEST_NAME = 120


@dataclass(frozen=True)
class FileKind:
    """How files of a kind are called and served; ``is_shown`` in the browser, everything else is downloaded."""

    key: str
    media_type: str
    endings: tuple[str, ...]
    is_picture: bool = False
    is_shown: bool = False


def _picture(key: str, *endings: str) -> FileKind:
    return FileKind(key, f"image/{key}", endings, is_picture=True, is_shown=True)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS = {
    kind.key: kind
    for kind in (
        _picture("png", "png"),
        _picture("jpeg", "jpg", "jpeg"),
        _picture("gif", "gif"),
        _picture("webp", "webp"),
        FileKind("heic", "image/heic", ("heic", "heif")),
        FileKind("pdf", "application/pdf", ("pdf",), is_shown=True),
        FileKind("docx", f"{_OFFICE}.wordprocessingml.document", ("docx", "dotx")),
        FileKind("xlsx", f"{_OFFICE}.spreadsheetml.sheet", ("xlsx", "xltx")),
        FileKind("pptx", f"{_OFFICE}.presentationml.presentation", ("pptx", "potx")),
        FileKind("odt", f"{_OPEN}.text", ("odt",)),
        FileKind("ods", f"{_OPEN}.spreadsheet", ("ods",)),
        FileKind("odp", f"{_OPEN}.presentation", ("odp",)),
        FileKind("office", "application/octet-stream", ("doc", "xls", "ppt", "msg")),
        FileKind("zip", "application/zip", ("zip",)),
        FileKind("text", "text/plain", ("txt", "csv", "tsv", "md", "log", "eml", "json", "vcf", "ics")),
    )
}
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
)
_FOLDERS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))


class UnknownFile(ValueError):
    """None of the kinds that are taken; ``reason`` is ``empty``, ``active``, ``macros`` or ``unknown``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_packed(head: bytes) -> bool:
    """Whether it is a ZIP archive, as office documents are: its list of names is then needed to tell which."""
    return head.startswith(b"PK\x03\x04")


def sniff_kind(head: bytes, *, names: Collection[str] = (), packed_type: str = "") -> FileKind:
    """The kind of a file that begins with ``head`` (its first 4,096 bytes).

    Of an archive ``names`` are the names in it and ``packed_type`` what its first member says of itself (OpenDocument
    does). Raises ``UnknownFile``: also for web pages, drawings and documents that carry programs.
    """
    if not head:
        raise UnknownFile("empty")
    if is_packed(head):
        return _sniff_packed(names, packed_type)
    for start, key in _STARTS:
        if head.startswith(start):
            return KINDS[key]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return KINDS["webp"]
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1"}:
        return KINDS["heic"]
    if _ACTIVE.match(head.removeprefix(codecs.BOM_UTF8)):
        raise UnknownFile("active")
    if _is_text(head):
        return KINDS["text"]
    raise UnknownFile("unknown")


def _sniff_packed(names: Collection[str], packed_type: str) -> FileKind:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnknownFile("macros")
    for folder, key in _FOLDERS:
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return KINDS[key]
    open_documents = {kind.media_type: kind for kind in KINDS.values() if kind.media_type.startswith(_OPEN)}
    return open_documents.get(packed_type, KINDS["zip"])


def _is_text(head: bytes) -> bool:
    """Letters in UTF-8, UTF-16 with its mark, or an older code page; no control characters."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return not head.translate(None, delete=bytes(set(range(256)) - set(_NO_TEXT)))


def tidy_name(name: str, kind: FileKind) -> str:
    """The name as it may stand on a page and in a header, with an ending that fits the content."""
    base = _BAD_IN_NAMES.sub(" ", name.replace("\\", "/").rsplit("/", 1)[-1])
    base = " ".join(base.split()).strip(". ") or "file"
    stem, dot, ending = base.rpartition(".")
    if dot and stem and ending.lower() in kind.endings:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return f"{base[: LONGEST_NAME - len(kind.endings[0]) - 1]}.{kind.endings[0]}"
