"""What belongs to one customer is seen by whoever sees the customer."""

from typing import Any, Self

from django.db import models

from crm.core.models import User
from crm.core.row_visibility import customer_scope


class BelongingQuerySet(models.QuerySet[Any]):
    """For every model with a ``customer``."""

    def visible_to(self, user: User) -> Self:
        """Rows of customers that ``user`` may see."""
        return self.filter(customer_scope(user, prefix="customer__"))
