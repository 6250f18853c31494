"""What a company starts to ask its customers: kinds of facts, and questions in words that honour who answers."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.fact_noting import forget_wanted_kinds
from customers.models import FactKind, Question
from customers.question_asking import forget_bank


@dataclass(frozen=True)
class DefaultKind:
    """A kind of fact with its questions; ``holds_months`` of 0 is without end."""

    name: str
    description: str
    worth: int
    holds_months: int
    questions: tuple[tuple[str, str], ...]
    use_in_talk: bool = True


DEFAULT_KINDS = (
    DefaultKind(
        _("Needs"),
        _("What they must have from a supplier, beside the goods."),
        5,
        24,
        (
            (_("When did a delivery of ours help you most, and what made it so?"), "needs"),
            (_("What should a supplier never get wrong with you?"), "needs"),
        ),
    ),
    DefaultKind(
        _("On their mind"),
        _("Plans, worries and projects of the coming year."),
        4,
        12,
        (
            (_("What are you looking forward to next year?"), "plans"),
            (_("Which change would make your work easier, if you could have it tomorrow?"), "plans"),
        ),
    ),
    DefaultKind(
        _("Buys from"),
        _("Who else supplies what we could, and what for."),
        5,
        12,
        ((_("Who else serves you well in our field, and what do they do best?"), "rivals"),),
        use_in_talk=False,
    ),
    DefaultKind(
        _("How they decide"),
        _("Who has a say before an order is placed, and what counts."),
        4,
        24,
        ((_("Whose view matters to you when you choose a supplier?"), "people"),),
    ),
    DefaultKind(
        _("What they value in us"),
        _("Why they stay."),
        3,
        24,
        ((_("What made you choose us the first time, and is it still so?"), "loyalty"),),
    ),
    DefaultKind(
        _("Best time to talk"),
        _("Days and hours at which they like to hear from us."),
        2,
        0,
        ((_("When in the week do you have a calm quarter of an hour for us?"), "people"),),
    ),
    DefaultKind(
        _("Recommends us"),
        _("Whom they told of us, or would."),
        3,
        24,
        ((_("Whom do you know who would be glad of the same help?"), "loyalty"),),
    ),
)


@transaction.atomic
def create_default_questions() -> None:
    """Write them where there is no kind of fact yet; safe to repeat, and never over what an admin has changed."""
    if FactKind.objects.exists():
        return
    kinds = FactKind.objects.bulk_create(
        FactKind(
            name=gettext(default.name),
            description=gettext(default.description),
            worth=default.worth,
            holds_months=default.holds_months or None,
            use_in_talk=default.use_in_talk,
        )
        for default in DEFAULT_KINDS
    )
    Question.objects.bulk_create(
        Question(kind=kind, text=gettext(text), tags=[gettext(tag)])
        for kind, default in zip(kinds, DEFAULT_KINDS, strict=True)
        for text, tag in default.questions
    )
    forget_wanted_kinds()
    forget_bank()
