"""What customers said, written as said."""

_QUOTES = "“”\"„«»'‘’"


def quote_words(text: str) -> str:
    """``It leaks`` becomes ``“It leaks”``; words typed with quotes get no second pair; nothing stays nothing."""
    words = text.strip().strip(_QUOTES).strip()
    return f"“{words}”" if words else ""
