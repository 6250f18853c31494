"""``{% load complaint_words %}``: what customers said, shown as said."""

from django import template

from complaints.rules.customers_words import quote_words

register = template.Library()


@register.filter
def in_quotes(text: str) -> str:
    """``{{ entry.text|in_quotes }}`` → ``“It leaks”``."""
    return quote_words(text or "")
