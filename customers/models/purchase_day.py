"""The rollup of purchase days: what scoring reads instead of orders."""

from django.db import models
from django.db.models.functions import Now


class PurchaseDay(models.Model):
    """Everything one customer bought on one local day; cents. Written only by ``customers.purchase_day_rebuild``.

    ``amount_cents <= 0`` (returns of an unknown order) is no purchase event but counts in contribution; ``orders``
    leaves out returns, ``lines`` does not. No foreign key
    in the database: checking one row by row would double the time of a rebuild, and the rows of a customer who is gone
    go with his orders.
    """

    pk = models.CompositePrimaryKey("customer", "day")
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="purchase_days", db_index=False, db_constraint=False
    )
    day = models.DateField()
    amount_cents = models.BigIntegerField()
    cost_cents = models.BigIntegerField()
    orders = models.IntegerField()
    lines = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="purchase_day_by_day")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


class PurchaseState(models.Model):
    """One row per customer who ever bought: what the models need, kept up to date day by day.

    ``purchase_days`` counts days with a positive net amount; gaps are whole days between consecutive purchase days.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="purchase_state", db_constraint=False
    )
    purchase_days = models.IntegerField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    sum_ln_gap = models.FloatField()
    sum_gap_squared = models.FloatField()
    amount_cents = models.BigIntegerField()
    cost_cents = models.BigIntegerField()
    positive_amount_cents = models.BigIntegerField()
    orders = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.customer_id}"


class PurchaseHistory(models.Model):
    """All purchase days of one customer packed into one value: the night reads a million of them as one piece.

    Each day is 24 bytes, in the order of days: the day since 1970-01-01 and its number of orders as 4-byte, its amount
    and its cost in cents as 8-byte integers, all big-endian (``segments.rules.purchase_summary`` reads them). Written
    only by ``customers.purchase_day_rebuild``, beside the days themselves.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="purchase_history", db_constraint=False
    )
    days = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.customer_id}"


class RewrittenHistory(models.Model):
    """The purchase days or contacts of this customer were written by a transaction; customer 0 stands for everybody's.

    A night takes over what it knew the night before, but for those of whom something was written since. Old rows are
    removed when scores are put in force.
    """

    customer_id = models.BigIntegerField()
    transaction = models.BigIntegerField(
        db_default=models.expressions.RawSQL("(pg_current_xact_id()::text::bigint)", ())
    )
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["transaction"], name="rewritten_by_transaction")]

    def __str__(self) -> str:
        return f"{self.customer_id} by {self.transaction}"


class TouchedCustomer(models.Model):
    """An order of this customer was written, changed or removed since the rollup last looked.

    Triggers on the table of orders write here, so nothing that changes orders can forget it, and a change that is
    committed late is not passed over. ``customers.purchase_day_rebuild`` empties it. ``day`` is the only day that an
    order which came in can have changed; without it any day of the customer may be another.
    """

    customer_id = models.BigIntegerField()
    day = models.DateField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id}"


class RollupWatermark(models.Model):
    """When the rollup last took in all changes of orders; one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    orders_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_rollup_watermark")]

    def __str__(self) -> str:
        return f"{self.orders_until}"
