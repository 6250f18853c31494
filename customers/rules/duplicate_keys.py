"""What two records of one customer share, however differently they were typed: keys by which they meet.

Every function answers "" where the text says too little to be told apart by; names come folded (``fold_text``).
"""

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache

from customers.rules.contact_point_reading import read_domain
from customers.rules.country_names import COUNTRY_CODES


class KeyKind(IntEnum):
    """By what two customers may meet; the number is a bit of the pair's evidence."""

    TAX = 0
    EMAIL = 1
    PHONE = 2
    DOMAIN = 3
    ADDRESS = 4
    NAME = 5
    NAME_AND_PLACE = 6


# Mail providers whose domain says nothing about a company.
_PUBLIC = """gmail.com googlemail.com outlook.com outlook.de hotmail.com hotmail.fr hotmail.co.uk live.com msn.com
    yahoo.com yahoo.co.uk yahoo.fr yahoo.co.jp ymail.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.at
    gmx.ch web.de
    freenet.de t-online.de arcor.de mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru qq.com 163.com
    126.com sina.com naver.com daum.net hanmail.net proton.me protonmail.com pm.me tutanota.com orange.fr wanadoo.fr
    free.fr sfr.fr laposte.net libero.it virgilio.it tiscali.it alice.it wp.pl o2.pl onet.pl interia.pl seznam.cz
    centrum.cz abv.bg ukr.net uol.com.br bol.com.br terra.com.br telefonica.net skynet.be telenet.be ziggo.nl kpnmail.nl
    xs4all.nl online.no start.no bluewin.ch btinternet.com comcast.net verizon.net att.net sbcglobal.net
    rediffmail.com zoho.com mail.com fastmail.com hey.com"""
PUBLIC_DOMAINS = frozenset(_PUBLIC.split())
_TAX_COUNTRIES = sorted(COUNTRY_CODES | {"EL", "XI"})  # Greece and Northern Ireland as tax offices call them
# Words that say of what legal form a company is, dots taken out, as they stand at the end of its name or before it.
_LEGAL = """gmbh mbh ag kg kgaa ohg ug ev eg gbr ltd limited llc llp lp inc incorporated corp corporation plc pte
    pty pvt private sa sas sasu sarl eurl snc sci srl spa sapa ss sl slu sau bv nv vof cv ab hb as asa ans da oy oyj
    ky aps ks is iv hf ehf ou uab sia doo dd ad ead ood eood kft zrt nyrt bt rt ro sro spol zoo sp oo ska spj spk
    bhd sdn tbk pt kk gk yk jsc ojsc cjsc ooo zao oao pao ltda lda me mei eireli epp sapi rl co company cia ооо зао
    оао пао ао ип тов тоо еоод оод ад еад доо"""
LEGAL_FORMS = frozenset(_LEGAL.split())
_WHOLE_FORMS = (
    "株式会社",
    "有限会社",
    "合同会社",
    "股份有限公司",
    "有限公司",
    "주식회사",
    "บริษัท",
    "จํากัด",
    "ذ.م.م",
    "ش.م.م",
)
_FORMS_IN_FRONT = frozenset(["pt", "cv", "ooo", "zao", "oao", "pao", "ооо", "зао", "оао", "пао", "ао"])
_LINKS = frozenset(["und", "and", "et", "e", "y", "u", "i", "og", "och", "en", "z", "s"])
_LOOSE = re.compile(r"[^a-z0-9]+")
_TIGHT = re.compile(r"[.'’]|(?<=\b[a-z])/(?=[a-z]\b)")  # s.a. and a/s are one word
_STREETS = re.compile(r"(?:strasse|straße|street|str|st)\b")
_ROADS = re.compile(r"\b(road|rd)\b")
_AVENUES = re.compile(r"\b(avenue|ave|av)\b")
_DIGITS = re.compile(r"\d+")
_PHONE_END = 9
_SHORTEST_PHONE = 6
_SHORTEST_TAX = 6


@lru_cache(maxsize=4096)
def core_of_name(folded: str) -> str:
    """The words of a folded name without its legal form: ``"huttenwerke oberrhein gmbh & co. kg"`` is
    ``"huttenwerke oberrhein"``. Never empty where the name has a letter; ``ue`` and ``u`` are one."""
    for form in _WHOLE_FORMS:
        if form in folded and folded != form:
            folded = folded.replace(form, " ")
    words = _split(_TIGHT.sub("", folded))
    end = len(words)
    while end > 1 and (words[end - 1] in LEGAL_FORMS or (end < len(words) and words[end - 1] in _LINKS)):
        end -= 1
    start = 0
    while start < end - 1 and words[start] in _FORMS_IN_FRONT:
        start += 1
    core = " ".join(words[start:end])
    return core.replace("ue", "u").replace("oe", "o").replace("ae", "a") if core.isascii() else core


def _split(text: str) -> list[str]:
    if text.isascii():
        return [word for word in _LOOSE.split(text) if word]
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()


def _keep_letters_and_digits(text: str) -> str:
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def key_of_tax(tax_id: str) -> str:
    """Letters and digits, without the country in front: ``DE 811 402 776`` and ``811402776`` are one."""
    key = _keep_letters_and_digits(tax_id.upper())
    if key[:2].isalpha() and len(key) >= _SHORTEST_TAX + 2:
        key = key[2:]
    return key if len(key) >= _SHORTEST_TAX and len(set(key)) > 1 and any(c.isdigit() for c in key) else ""


def spell_tax(key: str) -> list[str]:
    """How the record of today may write the number behind ``key`` in one piece: bare, or with a country in front."""
    return [key, *(code + key for code in _TAX_COUNTRIES)] if key else []


def key_of_phone(number: str) -> str:
    """The last nine digits: ``+49 7621 90 44 0`` and ``07621-90440`` are one."""
    digits = number.lstrip("+0")
    if not (digits.isascii() and digits.isdigit()):
        digits = "".join(_DIGITS.findall(number)).lstrip("0")
    return digits[-_PHONE_END:] if len(digits) >= _SHORTEST_PHONE and len(set(digits)) > 1 else ""


def key_of_email(address: str) -> str:
    """The address in small letters, without what stands behind a plus."""
    name, at, domain = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}" if at and name and domain else ""


def key_of_domain(address: str) -> str:
    """The domain of a web or e-mail address, unless anybody can have an address there."""
    domain = read_domain(address)
    return "" if "." not in domain or domain in PUBLIC_DOMAINS else domain


def key_of_address(folded_street: str, place: str) -> str:
    """Street, first number and postcode (or town): ``hafenstrasse 14 a`` and ``hafenstr. 14`` are one."""
    number = _DIGITS.search(folded_street)
    if number is None or not place:
        return ""
    street = _AVENUES.sub("av", _ROADS.sub("rd", _STREETS.sub("str", folded_street)))
    letters = "".join(filter(str.isalpha, street))
    if number.start() > 0:
        letters = "".join(filter(str.isalpha, street.partition(number.group())[0])) or letters
    return f"{place}|{letters}|{number.group()}" if len(letters) >= 3 else ""


def key_of_place(postcode: str, folded_city: str) -> str:
    """Where they are: the postcode without spaces, else the town."""
    return _keep_letters_and_digits(postcode.lower()) or folded_city


def key_of_name(core: str) -> str:
    """The words of a name in the order of the alphabet; names of one or two letters tell nobody apart."""
    letters = core.replace(" ", "")
    return "".join(sorted(core.split())) if len(letters) > 2 or (len(letters) == 2 and not core.isascii()) else ""


def key_of_name_and_place(core: str, place: str) -> str:
    """The beginning of a name and the place: typing errors further on do not matter."""
    letters = core.replace(" ", "")
    beginning = letters[:4] if core.isascii() else letters[:2]
    return f"{beginning}|{place}" if place and len(beginning) >= (4 if core.isascii() else 2) else ""
