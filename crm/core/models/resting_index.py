"""Indexes that rest while an empty table is filled."""

from django.db import models


class RestingIndex(models.Model):
    """An index that was dropped for the length of a first import, and the SQL that makes it again.

    Noted in the transaction that drops it and forgotten in the one that makes it, so whoever comes after a process that
    was killed knows what is missing (``crm.core.index_resting``).
    """

    name = models.CharField(max_length=63, primary_key=True)
    definition = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
