"""Nothing is sold to a customer while a complaint of his is open: his selling tasks wait."""

from customers.models import Customer
from interactions.models import Task


def pause_selling_tasks(customer: Customer, *, reason: str) -> int:
    """Let the open selling tasks of ``customer`` wait, saying why; how many."""
    return (
        Task.objects.open()
        .filter(customer=customer, is_selling=True)
        .update(state=Task.State.PAUSED, paused_reason=reason[:200])
    )


def resume_selling_tasks(customer: Customer) -> int:
    """Open again what waited for a complaint; how many."""
    waiting = Task.objects.filter(customer=customer, is_selling=True, state=Task.State.PAUSED)
    return waiting.update(state=Task.State.OPEN, paused_reason="")
