"""Who may guard a complaint, and who is chosen when nobody offers."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

GUARDIAN_ROLE = "guardian"


class Refusal(StrEnum):
    """Why somebody cannot be the guardian."""

    SELLER = "seller"
    ROLE = "role"
    INACTIVE = "inactive"
    ABSENT = "absent"


@dataclass(frozen=True)
class Candidate:
    """A colleague who might guard: his role, whether he may sign in, is away today, and how many cases he guards."""

    user_id: int
    role: str
    is_active: bool = True
    is_absent: bool = False
    open_cases: int = 0


def find_refusal(candidate: Candidate, *, seller_id: int | None) -> Refusal | None:
    """Why ``candidate`` cannot guard a complaint of a customer sold to by ``seller_id``; None when he can.

    The seller is refused first and whatever his role: nobody judges his own work.
    """
    if seller_id is not None and candidate.user_id == seller_id:
        return Refusal.SELLER
    if candidate.role != GUARDIAN_ROLE:
        return Refusal.ROLE
    if not candidate.is_active:
        return Refusal.INACTIVE
    return Refusal.ABSENT if candidate.is_absent else None


def choose_guardian(candidates: Iterable[Candidate], *, seller_id: int | None) -> int | None:
    """The id of the colleague with the fewest open cases (then the lowest id); None when nobody can."""
    able = [candidate for candidate in candidates if find_refusal(candidate, seller_id=seller_id) is None]
    return min(able, key=lambda candidate: (candidate.open_cases, candidate.user_id)).user_id if able else None
