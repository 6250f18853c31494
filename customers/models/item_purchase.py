"""What each customer buys, item by item: the rollups behind lost items, families, bridges and white space.

Written only by ``customers.item_rollup``, ``customers.peer_groups`` and ``customers.bought_together``; no foreign keys
in the database, for the reason told at ``PurchaseDay``. The family of an item is read from the product, so a
product that changes its family takes its past along.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ItemDay(models.Model):
    """What one customer bought of one product on one local day: net cents, cost of goods in cents, thousandths of a
    unit, order lines. Product 0 stands for what no line says: orders without lines, lines without a product.

    The table lies in the order of customers; its one index is by customer, since every reader asks for customers.
    """

    pk = models.CompositePrimaryKey("customer", "product", "day")
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="item_days", db_index=False, db_constraint=False
    )
    product = models.ForeignKey(
        "customers.Product", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    amount_cents = models.BigIntegerField()
    cost_cents = models.BigIntegerField()
    quantity_milli = models.BigIntegerField()
    day = models.DateField()
    lines = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id} {self.product_id} {self.day}"


class ItemRhythm(models.Model):
    """An item with a rhythm at a customer: bought on at least three days. The two days are those from which its silence
    is longer than usual (``customers.rules.item_rhythm``), so nothing has to be worked out anew as time goes by."""

    pk = models.CompositePrimaryKey("customer", "product")
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="item_rhythms", db_index=False, db_constraint=False
    )
    product = models.ForeignKey(
        "customers.Product", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    purchase_days = models.IntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    at_risk_from = models.DateField()
    lost_from = models.DateField()
    sum_gap_squared = models.FloatField()
    amount_cents = models.BigIntegerField()
    quantity_milli = models.BigIntegerField()
    weekly_cents = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id} {self.product_id}"


class TouchedItems(models.Model):
    """Orders of this customer changed since the rollup of items last looked; 0 is everybody."""

    customer_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id}"


class PeerCustomer(models.Model):
    """A customer others are compared with: his industry, the size of his year and the family he spends most on."""

    customer = models.OneToOneField(
        "customers.Customer", models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    industry = models.CharField(max_length=100)
    band = models.SmallIntegerField()
    main_family = models.CharField(max_length=100)
    sales_cents = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["band", "industry", "main_family"], name="peer_by_kind")]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class PeerFamily(models.Model):
    """How many customers of a kind bought a family within a year, and the median of what they spent; "" is any
    industry or main family. ``worked_out_on`` is the evening."""

    industry = models.CharField(max_length=100, blank=True)
    band = models.SmallIntegerField()
    main_family = models.CharField(max_length=100, blank=True)
    family = models.CharField(max_length=100)
    peers = models.IntegerField()
    buyers = models.IntegerField()
    median_cents = models.BigIntegerField()
    worked_out_on = models.DateField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["band", "industry", "main_family"], name="peer_family_of_kind")]

    def __str__(self) -> str:
        return f"{self.family}: {self.buyers}/{self.peers}"


class BoughtTogether(models.Model):
    """Two products, or two families (products empty), that stand in one order more often than by chance."""

    family = models.CharField(_("family"), max_length=100)
    product = models.ForeignKey(
        "customers.Product", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    with_family = models.CharField(_("with"), max_length=100)
    with_product = models.ForeignKey(
        "customers.Product", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    together = models.IntegerField()
    orders = models.IntegerField()
    with_orders = models.IntegerField()
    baskets = models.IntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["product"], name="bought_with_product")]

    def __str__(self) -> str:
        return f"{self.family} + {self.with_family}"
