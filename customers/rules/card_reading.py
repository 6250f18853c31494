"""Reads a business card or the signature under a mail, pasted as text, into what a person's record asks for.

Nothing is guessed beyond the line it stands in: what is not understood stays empty, and a person looks before it is
kept.
"""

import re
from dataclasses import dataclass, field

from customers.rules.contact_point_reading import EMAIL, PHONE, UnreadableContactPoint, read_contact_point, read_domain

LONGEST = 4_000
MOST_LINES = 40
_EMAIL = re.compile(r"[^\s<>()\[\],;:\"|]+@[^\s<>()\[\],;:\"|]+\.[^\W\d_]{2,}")
_PHONE = re.compile(r"\+?[(\d][\d\s()/.\-]{5,}\d")
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PHONE_WORD = re.compile(
    r"^(?:\W*\b(?:phone|tel|telephone|mobile|mob|cell|direct|office|t|m|p|d|telefon|mobil|tél|móvil|handy)\b\W*)+",
    re.IGNORECASE,
)
_FAX = re.compile(r"\b(?:fax|telefax|f)\b\s*[.:]", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:best|kind|warm|many|with)?\s*(?:regards|wishes|greetings|thanks|cheers)\b|^sincerely|^yours|^--+$|"
    r"^(?:mit freundlichen|beste|viele|liebe) gr|^cordialement|^saludos|^atentamente|^med venn?lig|^vriendelijke",
    re.IGNORECASE,
)
_POST = re.compile(
    r"\b(?:manager|director|head|chief|officer|engineer|buyer|purchas\w*|procurement|sales|account\w*|assistant|owner|"
    r"founder|partner|president|ceo|cfo|coo|cto|vp|leiter\w*|geschäftsführ\w*|einkauf\w*|vertrieb\w*|directeur|"
    r"directrice|responsable|gerente|jefe|jefa|compras|chef|konsulent|inköp\w*|innkjøp\w*|indkøb\w*|kierownik|dyrektor|"
    r"technician|planner|supervisor|secretary|consultant|foreman|maintenance)\b",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:gmbh|ag|kg|ltd|limited|llc|inc|corp|plc|s\.?a\.?|s\.?l\.?|s\.?r\.?l\.?|b\.?v\.?|a/s|aps|ab|as|oy|pty|k\.k\.|"
    r"co\.|sp\. z o\.o\.|sdn bhd)(?:\W|$)",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^(?:mr|mrs|ms|dr|prof|herr|frau|dipl\.?-?\s?ing|ing|m\.a|ph\.?d)\.?\s+", re.IGNORECASE)
_NAME = re.compile(r"^[^\W\d_][^\d@|]{1,80}$")


@dataclass(frozen=True)
class CardDraft:
    """What was read; texts are empty where nothing was. ``phones`` as they are shown, with their country."""

    name: str = ""
    job_title: str = ""
    company: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    domain: str = ""
    left: tuple[str, ...] = field(default=())

    @property
    def more_points(self) -> tuple[str, ...]:
        """E-mails and phones after the second of each, for which the draft has no place."""
        return (*self.emails[2:], *self.phones[2:])

    @property
    def is_empty(self) -> bool:
        """Whether nothing a person could be reached or named by was found."""
        return not (self.name or self.emails or self.phones)


def read_card(text: str, *, country: str = "") -> CardDraft:
    """Read ``text``; phone numbers without a country are of ``country`` (two letters)."""
    lines = [" ".join(line.split()) for line in text[:LONGEST].replace("|", "\n").replace("•", "\n").splitlines()]
    lines = [line.strip(" ,;·") for line in lines if line.strip(" ,;·")][:MOST_LINES]
    emails: dict[str, None] = {}
    phones: dict[str, str] = {}
    domain, plain = "", []
    for line in lines:
        if _GREETING.search(line):
            continue
        rest = _take_emails(line, emails)
        if web := _WEB.search(rest):
            domain, rest = domain or read_domain(web.group()), rest.replace(web.group(), " ")
        rest = "" if _FAX.search(rest) else _take_phones(rest, phones, country)
        if any(letter.isalpha() for letter in rest):
            plain.append(rest.strip(" ,;:·-"))
    name, job_title, company, left = _name_lines(plain, list(emails))
    return CardDraft(name, job_title, company, tuple(emails), tuple(phones.values()), domain, tuple(left))


def _take_emails(line: str, emails: dict[str, None]) -> str:
    """The line without its addresses, which are noted, and without the word before them."""
    found = _EMAIL.findall(line)
    for address in found:
        try:
            emails[read_contact_point(address, kind=EMAIL).value_normal] = None
        except UnreadableContactPoint:
            continue
    if not found:
        return line
    rest = _EMAIL.sub(" ", line)
    return re.sub(r"^\W*(?:e-?mail|mail|e|m)\b\W*", "", rest, flags=re.IGNORECASE).strip(" <>:")


def _take_phones(line: str, phones: dict[str, str], country: str) -> str:
    """The line without its numbers, which are noted; what is no number (a postcode, a date) stays."""
    rest = line
    for number in _PHONE.findall(line):
        if _DAY.fullmatch(number.strip()):
            continue
        try:
            reading = read_contact_point(number.strip(), kind=PHONE, country=country)
        except UnreadableContactPoint:
            continue
        phones.setdefault(reading.value_normal, reading.value)
        rest = rest.replace(number, " ")
    return rest if rest == line else _PHONE_WORD.sub("", rest)


def _name_lines(lines: list[str], emails: list[str]) -> tuple[str, str, str, list[str]]:
    """Name, post and company among the lines that are left, and what is none of them."""
    name = job_title = company = ""
    left = []
    for line in lines:
        head, comma, tail = line.partition(", ")
        if not name and comma and _POST.search(tail) and _NAME.match(head):
            name, job_title = _TITLE.sub("", head), job_title or tail
        elif not company and _COMPANY.search(line):
            company = line
        elif not job_title and _POST.search(line) and (name or not _is_in_email(line, emails)):
            job_title = line
        elif not name and _NAME.match(line) and len(line.split()) <= 6:
            name = _TITLE.sub("", line)
        else:
            left.append(line)
    return name, job_title[:150], company, left


def _is_in_email(line: str, emails: list[str]) -> bool:
    """Whether a word of the line stands in an address before the @: then it is rather somebody's name."""
    words = [word.lower() for word in line.split() if len(word) > 2]
    return any(word in address.partition("@")[0] for word in words for address in emails)
