"""``{% load customers %}``: drawings of one customer's figures."""

from dataclasses import dataclass

from django import template

from customers.custom_field_catalogue import list_fields
from customers.wallet_estimating import WalletShare

register = template.Library()
LEFT, WIDTH = 4.0, 372.0


@dataclass(frozen=True)
class WalletFigure:
    """Places on a line from 0 to 100%, as SVG attributes."""

    x: str
    low_x: str
    width: str
    anchor: str
    shows_ends: bool
    low_label_x: str
    high_label_x: str


@register.simple_tag
def wallet_figure(wallet: WalletShare) -> WalletFigure | None:
    """Where the share, and the ends of its range, stand; None without an estimate."""
    if wallet.range is None:
        return None
    x, low, high = (LEFT + WIDTH * share for share in (wallet.range.share, wallet.range.low, wallet.range.high))
    return WalletFigure(
        x=f"{x:.1f}",
        low_x=f"{low:.1f}",
        width=f"{max(3.0, high - low):.1f}",
        anchor="e" if x > 350 else "" if x < 30 else "c",
        shows_ends=high - low > 40,
        low_label_x=f"{max(12.0, low):.1f}",
        high_label_x=f"{min(364.0, high):.1f}",
    )


@register.simple_tag
def has_own_fields(kind: str) -> bool:
    """Whether customers of that kind have fields that the company defined itself."""
    return bool(list_fields(kind))
