"""Why a customer left. The price is what people say first; what can be mended lies behind it."""

import re

# By how the words begin: English, German, French, Spanish, Portuguese, Italian, Malay.
_PRICE = re.compile("pric|expensive|cheap|dear$|costs?$|money|preis|teuer|billig|prix|cher|preci|car[oa]s?$|preço|prezz"
                    "|harga|mahal|murah")  # fmt: skip
_FILLING = re.compile(
    ".{1,3}$|high|much|only|just|less|lower|more|than|their|they|that|were|because|muito|troppo|terlalu"
)


def says_only_price(words: str) -> bool:
    """Whether ``words`` say nothing but that the price was too high; empty words say nothing at all."""
    said = [word for word in re.findall(r"[^\W\d_]+", words.lower()) if not _FILLING.match(word) or _PRICE.match(word)]
    return bool(said) and all(_PRICE.match(word) for word in said)
