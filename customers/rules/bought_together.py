"""Two things in one order more often than chance would put them there."""

from dataclasses import dataclass

LEAST_TOGETHER = 20
LEAST_LIFT = 1.2
LEAST_CONFIDENCE = 0.2


@dataclass(frozen=True)
class Pair:
    """Orders with both, with the one, with the other, and all that were looked at."""

    together: int
    orders: int
    with_orders: int
    baskets: int

    @property
    def support(self) -> float:
        """The share of all orders that hold both."""
        return self.together / self.baskets if self.baskets else 0.0

    @property
    def confidence(self) -> float:
        """Of the orders with the one, the share that holds the other too."""
        return self.together / self.orders if self.orders else 0.0

    @property
    def lift(self) -> float:
        """How many times more often than by chance; 1 is chance."""
        by_chance = self.orders * self.with_orders
        return self.together * self.baskets / by_chance if by_chance else 0.0

    @property
    def is_worth_telling(self) -> bool:
        return self.together >= LEAST_TOGETHER and self.lift >= LEAST_LIFT and self.confidence >= LEAST_CONFIDENCE
