"""The one sentence that says why a customer is where he is, in words a rep can repeat to a colleague.

The sentence is built of parts, each a message with its numbers, so it can be stored as numbers and read in any
language: ``Explanation.render`` takes the translation; without one it reads English. Chances are told as "about 2 times
in 100", money is rounded to what anybody would say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isnan

from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM, LONG_GONE_DAYS

Translate = Callable[[str], str]
TranslatePlural = Callable[[str, str, int], str]
FormatMoney = Callable[[int], str]


class Relation(StrEnum):
    """How a customer buys: freely, or under a contract that is renewed."""

    PURCHASES = "purchases"
    CONTRACT = "contract"


@dataclass(frozen=True)
class ValueFacts:
    """What the sentence is made of. Days are whole local days, money whole cents, chances between 0 and 1; ``None``
    where a figure is unknown or its model is not to be trusted. ``contract_ends`` is the day, in words, from which a
    contract no longer runs that was given notice or has ended."""

    purchases: int
    silence_days: int | None = None
    mean_gap_days: float | None = None
    surprise: float | None = None
    at_stake_cents: int | None = None
    too_little_data: bool = False
    segment_repeat_rate: float | None = None
    relation: Relation = Relation.PURCHASES
    renewals: int = 0
    renewal_chance: float | None = None
    usage_fall_percent: float | None = None
    value_3y_cents: int | None = None
    contract_known: bool = True
    contract_ends: str = ""
    contract_ended: bool = False


@dataclass(frozen=True)
class Phrase:
    """One part of the sentence: a message, its plural and the number that chooses between them where there is one."""

    message: str
    parameters: Mapping[str, int | str]
    plural: str | None = None
    number: int = 0
    money_cents: int | None = None


@dataclass(frozen=True)
class Explanation:
    """The parts, in order; joined by semicolons and closed by a full stop."""

    phrases: tuple[Phrase, ...]

    def render(
        self,
        *,
        translate: Translate | None = None,
        translate_plural: TranslatePlural | None = None,
        format_money: FormatMoney | None = None,
    ) -> str:
        """The sentence, in English unless translations are given. Money reads in euro unless a format is given."""
        one = translate or (lambda message: message)
        many = translate_plural or (lambda message, plural, number: message if number == 1 else plural)
        money = format_money or _format_euro
        parts = []
        for phrase in self.phrases:
            values = dict(phrase.parameters)
            if phrase.money_cents is not None:
                values["money"] = money(phrase.money_cents)
            text = one(phrase.message) if phrase.plural is None else many(phrase.message, phrase.plural, phrase.number)
            told = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
            parts.append(text.replace(")d", ")s") % told)  # thousands with their comma, as everywhere
        sentence = "; ".join(parts)
        return f"{sentence[:1].upper()}{sentence[1:]}."


def gettext_noop(message: str) -> str:
    """Mark a message for the collection of translations; it is translated when the sentence is read."""
    return message


def ngettext_lazy(message: str, plural: str) -> tuple[str, str]:
    """Mark a message and its plural, likewise."""
    return message, plural


def explain_value(facts: ValueFacts) -> Explanation:
    """The sentence for a customer, from his figures alone."""
    if facts.relation is Relation.CONTRACT:
        return Explanation(_explain_contract(facts))
    if facts.purchases == 0 or facts.silence_days is None:
        return Explanation((_say(gettext_noop("no purchase yet")),))
    if facts.purchases == 1:
        return Explanation(_explain_single_purchase(facts, facts.silence_days))
    return Explanation(_explain_rhythm(facts, facts.silence_days))


def _explain_rhythm(facts: ValueFacts, silence: int) -> tuple[Phrase, ...]:
    if facts.purchases < LEAST_PURCHASES_FOR_RHYTHM:
        return (*_explain_two_purchases(facts, silence), *_say_at_stake(facts))
    phrases = [_say_rhythm(facts), _say_silence(facts, silence)]
    if facts.too_little_data:
        phrases.append(_say(gettext_noop("too little data for more: under 100 customers or under 12 months")))
    elif facts.surprise is not None and _gap_ratio(facts, silence) > 1:
        phrases.append(_say_surprise(facts.surprise))
    return (*phrases, *_say_at_stake(facts))


def _explain_two_purchases(facts: ValueFacts, silence: int) -> tuple[Phrase, ...]:
    """One gap is told as what it was; nothing is called usual that happened once."""
    first = _say(gettext_noop("bought twice"))
    if facts.mean_gap_days is not None and not isnan(facts.mean_gap_days):
        apart = ngettext_lazy("bought twice, %(count)d day apart", "bought twice, %(count)d days apart")
        first = _count(*apart, max(1, round(facts.mean_gap_days)))
    if is_long_gone(purchases=facts.purchases, silence_days=silence):
        gone = ngettext_lazy(
            "last bought %(count)d day ago, and not again", "last bought %(count)d days ago, and not again"
        )
        return first, _count(*gone, silence)
    last = _say_silence(replace(facts, mean_gap_days=None), silence)
    return first, last, _say(gettext_noop("two purchases are too few to call it a rhythm"))


def _say_rhythm(facts: ValueFacts) -> Phrase:
    if facts.mean_gap_days is None or isnan(facts.mean_gap_days):
        return _count(*ngettext_lazy("%(count)d purchase", "%(count)d purchases"), facts.purchases)
    days = max(1, round(facts.mean_gap_days))
    message, plural = ngettext_lazy(
        "usually buys every day (%(purchases)d purchases)",
        "usually buys every %(count)d days (%(purchases)d purchases)",
    )
    return _count(message, plural, days, purchases=facts.purchases)


def _say_silence(facts: ValueFacts, silence: int) -> Phrase:
    if silence == 0:
        return _say(gettext_noop("last bought today"))
    ratio = _gap_ratio(facts, silence)
    if ratio > 1.05:
        message, plural = ngettext_lazy(
            "last bought %(count)d day ago, %(ratio)s× the usual gap",
            "last bought %(count)d days ago, %(ratio)s× the usual gap",
        )
        return _count(message, plural, silence, ratio=f"{ratio:.1f}" if ratio < 100 else f"{ratio:,.0f}")
    if ratio > 0:
        message, plural = ngettext_lazy(
            "last bought %(count)d day ago, within the usual gap",
            "last bought %(count)d days ago, within the usual gap",
        )
        return _count(message, plural, silence)
    return _count(*ngettext_lazy("last bought %(count)d day ago", "last bought %(count)d days ago"), silence)


def _gap_ratio(facts: ValueFacts, silence: int) -> float:
    """Silence in own gaps; 0 where no own gap is known."""
    if facts.mean_gap_days is None or isnan(facts.mean_gap_days) or facts.mean_gap_days <= 0:
        return 0.0
    return silence / facts.mean_gap_days


def _say_surprise(surprise: float) -> Phrase:
    times = round(100 * surprise)
    if times < 1:
        return _say(gettext_noop("an active customer like this is silent so long less than once in 100 times"))
    if times >= 100:
        return _say(gettext_noop("active customers like this are often silent so long"))
    message, plural = ngettext_lazy(
        "an active customer like this is silent so long about once in 100 times",
        "an active customer like this is silent so long about %(count)d times in 100",
    )
    return _count(message, plural, times)


def _say_at_stake(facts: ValueFacts) -> tuple[Phrase, ...]:
    """The money, in whole units and not more exact than anybody would say it; nothing where it rounds to nothing."""
    if facts.at_stake_cents is None:
        return ()
    rounded = round_money(facts.at_stake_cents)
    if rounded <= 0:
        return ()
    message = gettext_noop("about %(money)s of margin a quarter at stake")
    return (Phrase(message, {}, money_cents=rounded),)


def is_long_gone(*, purchases: int, silence_days: int | None) -> bool:
    """Bought once or twice and not again within a year: it is no longer too early, and how many others came back says
    nothing of him, since nearly all of them did so sooner."""
    return 1 <= purchases < LEAST_PURCHASES_FOR_RHYTHM and silence_days is not None and silence_days >= LONG_GONE_DAYS


def _explain_single_purchase(facts: ValueFacts, silence: int) -> tuple[Phrase, ...]:
    if is_long_gone(purchases=facts.purchases, silence_days=silence):
        message, plural = ngettext_lazy(
            "bought once, %(count)d day ago, and not again", "bought once, %(count)d days ago, and not again"
        )
        return (_count(message, plural, silence),)
    if silence == 0:
        first = _say(gettext_noop("bought for the first time today, too early to know a rhythm"))
    else:
        message, plural = ngettext_lazy(
            "bought once, %(count)d day ago: too early to know a rhythm",
            "bought once, %(count)d days ago: too early to know a rhythm",
        )
        first = _count(message, plural, silence)
    if facts.segment_repeat_rate is None:
        return (first,)
    again = gettext_noop("of customers like this %(count)d in 100 buy again")
    return (first, _say(again, count=round(100 * facts.segment_repeat_rate)))


def _explain_contract(facts: ValueFacts) -> tuple[Phrase, ...]:
    if facts.contract_ended:
        message, plural = ngettext_lazy(
            "the contract ended on %(day)s, renewed %(count)d time before",
            "the contract ended on %(day)s, renewed %(count)d times before",
        )
        phrases = [_count(message, plural, facts.renewals, day=facts.contract_ends)]
    elif facts.contract_ends:
        message, plural = ngettext_lazy(
            "under contract until %(day)s, when it ends; renewed %(count)d time before",
            "under contract until %(day)s, when it ends; renewed %(count)d times before",
        )
        phrases = [_count(message, plural, facts.renewals, day=facts.contract_ends)]
    elif not facts.contract_known:
        phrases = [_say(gettext_noop("under contract; nobody has entered when it began"))]
    elif facts.renewals == 0:
        phrases = [_say(gettext_noop("under contract, not yet come to a renewal"))]
    else:
        message, plural = ngettext_lazy(
            "under contract, renewed %(count)d time", "under contract, renewed %(count)d times"
        )
        phrases = [_count(message, plural, facts.renewals)]
    if facts.renewal_chance is not None and not facts.too_little_data:
        chance = gettext_noop("about %(count)d in 100 like this renew the next time")
        phrases.append(_say(chance, count=round(100 * facts.renewal_chance)))
    if facts.usage_fall_percent is not None and round(facts.usage_fall_percent) > 0:
        fall = gettext_noop("uses %(percent)d%% less than before")
        phrases.append(_say(fall, percent=round(facts.usage_fall_percent)))
    if facts.value_3y_cents is not None:
        worth = gettext_noop("worth about %(money)s in three years, each renewal weighed with its chance")
        if facts.contract_ends:
            worth = gettext_noop("worth about %(money)s until then")
        phrases.append(Phrase(worth, {}, money_cents=round_money(facts.value_3y_cents)))
    return (*phrases, *_say_at_stake(facts))


def _say(message: str, **parameters: int | str) -> Phrase:
    return Phrase(message, parameters)


def _count(message: str, plural: str, number: int, **parameters: int | str) -> Phrase:
    return Phrase(message, {"count": number, **parameters}, plural=plural, number=number)


def round_money(cents: int) -> int:
    """Cents rounded as one speaks: to the unit below 100, to tens below 10,000, beyond to three leading digits."""
    whole = (abs(cents) + 50) // 100
    step = 1 if whole < 100 else 10 if whole < 10_000 else 10 ** (len(str(whole)) - 3)
    rounded = (whole + step // 2) // step * step * 100
    return rounded if cents >= 0 else -rounded


def _format_euro(cents: int) -> str:
    return f"€{cents // 100:,}"
