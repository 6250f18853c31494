"""Thousands of ids on their way to the database as one value: the driver takes single values much longer."""

from collections.abc import Collection, Iterable

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL


def write_array(numbers: Iterable[int]) -> str:
    """Whole numbers as the text of an array, to be cast (``%s::text::bigint[]``): the driver takes thousands of single
    values much longer."""
    return f"{{{','.join(map(str, numbers))}}}"


def one_of_many(ids: Collection[int]) -> RawSQL:
    """``filter(customer__in=one_of_many(ids))``: the same as a list of thousands of ids, without a parameter each."""
    return RawSQL("SELECT unnest(%s::text::bigint[])", [write_array(ids)], BigIntegerField())
