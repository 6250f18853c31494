"""Reads a business card or the signature under a mail, pasted as text, into what a person's record asks for.

Nothing is guessed beyond the line it stands in and the ones beside it: what is not understood stays empty, and a
person looks before it is kept.
"""

import re
from dataclasses import dataclass, field

import phonenumbers

from crm.core.text_folding import fold_text
from customers.rules.card_words import (
    COMPANY,
    FAX,
    GREETING,
    NO_PHONE_AT_END,
    PHONE_WORD,
    PHONE_WORDS_AT_END,
    POST,
    TITLES,
    WEB_WORD,
)
from customers.rules.contact_point_reading import EMAIL, PHONE, UnreadableContactPoint, read_contact_point, read_domain

LONGEST = 4_000
MOST_LINES = 40
LEAST_DIGITS = 6  # of a number that stands beside another one
_EMAIL = re.compile(r"[^\s<>()\[\],;:\"|]+@[^\s<>()\[\],;:\"|]+\.[^\W\d_]{2,}")
_EMAIL_WORD = re.compile(r"^\W*(?:e-?mail|mail|emel|correo|courriel|e|m)\b\W*", re.IGNORECASE)
_NUMBER = r"\+?[(\d][\d\s()/.\-–]{5,}\d"
_PHONE = re.compile(rf"{_NUMBER}(?:\s*(?:ext\.?|x|ramal|durchwahl|dw)\s*\d{{1,5}}\b)?", re.IGNORECASE)
_FAX_NUMBER = re.compile(rf"(?:{FAX})\W*(?:{_NUMBER})?", re.IGNORECASE)
_BESIDE = re.compile(r"\s*/\s*|\s+[-–]\s+")
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_BARE_WEB = re.compile(r"^(?:(?:web\w*|url|w)\W+)?((?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?)$")
_OF_NO_COMPANY = re.compile(
    r"^(?:\w+\.)?(?:linkedin|facebook|instagram|twitter|x|xing|youtube|tiktok|wa|t|calendly)\.\w+$"
)
_NAME = re.compile(r"^[^\W\d_][^\d@|:]{1,80}$")
_AFTER_NAME = re.compile(
    r"(?:,\s*(?:mba|ph\.?d|cpa|pmp|p\.?e(?:ng)?|b\.?sc|m\.?sc)\.?|\s*\((?:he|she|they)\b[^)]*\))+$", re.IGNORECASE
)
_BETWEEN = re.compile(r",\s+|\s+[-–—]\s+")


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
    """Read ``text``; phone numbers without a country are of that of the first with one, else of ``country`` (two
    letters)."""
    country = _find_country(text[:LONGEST]) or country
    lines = [" ".join(line.split()) for line in text[:LONGEST].replace("|", "\n").replace("•", "\n").splitlines()]
    lines = [line.strip(" ,;·") for line in lines if line.strip(" ,;·")][:MOST_LINES]
    emails: dict[str, None] = {}
    phones: dict[str, str] = {}
    domains: list[str] = []
    plain = []
    for line in lines:
        if GREETING.search(line):
            continue
        rest = _take_phones(_take_web(_take_emails(line, emails), domains), phones, country)
        if any(letter.isalpha() for letter in rest):
            plain.append(rest.strip(" ,;:·-–"))
    domains.extend(read_domain(address) for address in emails)
    name, job_title, company, left = _name_lines(plain, list(emails), domains)
    domain = domains[0] if len(domains) > len(emails) else ""
    return CardDraft(name, job_title, company, tuple(emails), tuple(phones.values()), domain, tuple(left))


def _find_country(text: str) -> str:
    """The country of the first number that says one; "" where none does."""
    for match in _PHONE.finditer(text):
        for normal in _read_each([match.group()], "") if match.group().startswith(("+", "00")) else ():
            return str(phonenumbers.region_code_for_number(phonenumbers.parse(normal)) or "")
    return ""


def _take_emails(line: str, emails: dict[str, None]) -> str:
    """The line without its addresses, which are noted, and without the word before them."""
    found = _EMAIL.findall(line)
    for address in found:
        try:
            emails[read_contact_point(address, kind=EMAIL).value_normal] = None
        except UnreadableContactPoint:
            continue
    return _EMAIL_WORD.sub("", _EMAIL.sub(" ", line)).strip(" <>:") if found else line


def _take_web(line: str, domains: list[str]) -> str:
    """The line without its web addresses, whose domains are noted but for those of networks."""
    found = [match.group() for match in _WEB.finditer(line)] or _BARE_WEB.findall(line)
    for address in found:
        domain = read_domain(address.lower())
        if not _OF_NO_COMPANY.match(domain):
            domains.append(domain)
        line = line.replace(address, " ")
    return "" if found and WEB_WORD.fullmatch(line) else line


def _take_phones(line: str, phones: dict[str, str], country: str) -> str:
    """The line without its numbers, which are noted; what is no number (a postcode, a date, a tax number) stays, and
    what is one of a fax goes."""
    rest, done = "", 0
    line = _FAX_NUMBER.sub(" ", line)
    alone = not any(letter.isalpha() for letter in PHONE_WORD.sub("", _PHONE.sub("", line)))
    for match in _PHONE.finditer(line):
        before = line[done : match.start()]
        label = PHONE_WORDS_AT_END.search(before)
        found = {} if label is None and NO_PHONE_AT_END.search(before) else _read_numbers(match.group(), country)
        found = {
            normal: shown for normal, shown in found.items() if label or _is_sure(match.group(), normal, is_alone=alone)
        }
        for normal, shown in found.items():
            phones.setdefault(normal, shown)
        rest += f"{before[: label.start()] if found and label else before} {'' if found else match.group()}"
        done = match.end()
    rest = " ".join((rest + line[done:]).split())
    return rest if any(letter.isalpha() for letter in PHONE_WORD.sub("", rest)) else ""


def _read_numbers(text: str, country: str) -> dict[str, str]:
    """As it is compared → as it is shown: one number, or those beside each other with a stroke between them."""
    if _DAY.fullmatch(text):
        return {}
    pieces = [piece for piece in _BESIDE.split(text) if sum(map(str.isdigit, piece)) >= LEAST_DIGITS]
    beside = _read_each(pieces, country) if len(pieces) > 1 else {}
    if len(beside) > 1 and all(phonenumbers.is_valid_number(phonenumbers.parse(normal)) for normal in beside):
        return beside
    return _read_each([text], country) or beside


def _read_each(texts: list[str], country: str) -> dict[str, str]:
    found = {}
    for text in texts:
        try:
            reading = read_contact_point(text.strip(), kind=PHONE, country=country)
        except UnreadableContactPoint:
            continue
        found[reading.value_normal] = reading.value
    return found


def _is_sure(typed: str, normal: str, *, is_alone: bool) -> bool:
    """Whether a number that no word calls a phone is one: alone in its line a whole number, not the end of one as it is
    dialled within a town (a postcode looks like that); beside other words one that begins and is made like a phone's.
    """
    number = phonenumbers.parse(normal)
    if is_alone:
        whole = phonenumbers.is_possible_number_with_reason(number)
        return bool(whole == phonenumbers.ValidationResult.IS_POSSIBLE)
    return typed[0] in "+(0" and phonenumbers.is_valid_number(number)


def _name_lines(lines: list[str], emails: list[str], domains: list[str]) -> tuple[str, str, str, list[str]]:
    """Name, post and company among the lines that are left, and what is none of them."""
    name = job_title = company = ""
    named: list[int] = []
    left: list[int] = []
    post_at = -1
    for at, line in enumerate(lines):
        head, *tail = _BETWEEN.split(line, maxsplit=1)
        if not name and tail and POST.search(tail[0]) and _NAME.match(head) and not POST.search(head):
            name, job_title = head, job_title or tail[0]
        elif not company and COMPANY.search(line):
            company = line
        elif not job_title and POST.search(line) and (name or named or not _is_in_email(line, emails)):
            job_title, post_at = line, at
        elif _NAME.match(line) and len(line.split()) <= 6:
            named.append(at)
        else:
            left.append(at)
    if not name and named:
        chosen = min(named, key=lambda at: (not _is_in_email(lines[at], emails), at + 1 != post_at, at))
        named.remove(chosen)
        name = lines[chosen]
    over = [lines[at] for at in sorted(named + left)]
    if not company and (of_domain := next((line for line in over if _is_in_domain(line, domains)), "")):
        company = of_domain
        over.remove(of_domain)
    return _AFTER_NAME.sub("", TITLES.sub("", name)), job_title[:150], company, over


def _is_in_email(line: str, emails: list[str]) -> bool:
    """Whether a word of the line stands in an address before the @: then it is rather somebody's name."""
    words = [word for word in fold_text(line).split() if len(word) > 2]
    return any(word in address.partition("@")[0] for word in words for address in emails)


def _is_in_domain(line: str, domains: list[str]) -> bool:
    """Whether a domain is called like the line: ``Casa Verde`` and ``casaverde.example``."""
    letters = "".join(filter(str.isalnum, fold_text(line)))
    labels = ["".join(filter(str.isalnum, domain.partition(".")[0])) for domain in domains]
    return any(len(label) > 3 and label in letters for label in labels)
