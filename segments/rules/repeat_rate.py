"""How many of a group who bought once have bought again: what can be said of somebody with a single purchase."""

LEAST_BUYERS = 30


def judge_repeat_rate(*, bought: int, again: int) -> float | None:
    """The share of a group's buyers who bought on a second day, between 0 and 1.

    ``None`` where it says nothing: of fewer than 30 buyers, and where nobody or everybody has bought again, because
    then the group's own rule is made of the number of purchases.
    """
    if bought < LEAST_BUYERS or again <= 0 or again >= bought:
        return None
    return again / bought
