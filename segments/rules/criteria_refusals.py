"""What is said of a value that a condition cannot be compared with: what it has to be."""


def _(text: str) -> str:
    """Marks a message for translation; whoever shows it translates it."""
    return text


_DAYS = _("The value for “%(name)s” does not fit: it takes whole days, from 0 to 36500.")
_LIST = _("The value for “%(name)s” does not fit: it takes one word or more.")
_NUMBER = _("The value for “%(name)s” does not fit: it takes a number.")
_BY_OPERATOR = {
    "within_days": _DAYS,
    "older_than_days": _DAYS,
    "next_days": _DAYS,
    "one_of": _LIST,
    "none_of": _LIST,
    "between": _("The value for “%(name)s” does not fit: it takes two, the smaller first."),
}
_BY_KIND = {
    "choice": _("The value for “%(name)s” does not fit: it takes one of those offered."),
    "date": _("The value for “%(name)s” does not fit: it takes a day, such as 2026-01-31."),
    "text": _("The value for “%(name)s” does not fit: it takes a word, of 200 letters at most."),
}


def say_unfit(kind: str, operator: str) -> str:
    """By the operator, else by the kind of the figure, which otherwise is a number."""
    return _BY_OPERATOR.get(operator) or _BY_KIND.get(kind, _NUMBER)
