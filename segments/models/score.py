"""Scores: what each customer is worth and how likely he is to come back, as of one evening.

Rows are never updated. Each run fills partitions of its own under ``segments_score`` (by run, then by ranges of 100,000
customer ids); switching the current run replaces the view ``segments_current_score`` in one transaction, so no reader
ever sees half a night.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from segments.rules.rhythm import LEAST_PURCHASES_FOR_RHYTHM

# Lists of customers can be sorted by these: each partition gets one index (column, customer_id) for each of them.
SORTED_COLUMNS = ("at_stake_cents", "sales_12m_cents", "contribution_12m_cents", "value_3y_cents", "gap_ratio")

# A list of one segment begins with that segment: one index (segment_number, column, customer_id) for each of these.
SORTED_IN_SEGMENT = ("at_stake_cents", "sales_12m_cents", "contribution_12m_cents", "gap_ratio")


class ModelFit(models.Model):
    """Fitted parameters of one model of buying, versioned; refitted weekly. Evenings from ``fitted_on`` on use them."""

    kind = models.CharField(max_length=20)
    fitted_on = models.DateField()
    parameters = models.JSONField()
    log_likelihood = models.FloatField(null=True)
    customers = models.IntegerField()
    warning = models.CharField(max_length=200, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "fitted_on"], name="model_fit_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.fitted_on}"


class ScoreRun(models.Model):
    """One evening's scoring of everybody. ``plan`` keeps the cut points and parameters every shard uses.

    ``snapshot`` is what the database had committed when the run began: whoever was refreshed later than that by an
    order or a contact is scored again before the run is put in force.
    """

    class State(models.TextChoices):
        SCORING = "scoring", _("scoring")
        FINISHED = "finished", _("finished")
        DROPPED = "dropped", _("no longer kept")

    as_of = models.DateField(_("as of"))
    attempt = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SCORING)
    plan = models.JSONField(default=dict)
    customers = models.IntegerField(default=0)
    is_current = models.BooleanField(default=False, db_default=False)
    milliseconds = models.JSONField(default=dict)
    snapshot = models.TextField(default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["as_of", "attempt"], name="score_run_once"),
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_current_score_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of} #{self.attempt}"


class ScoreShard(models.Model):
    """A range of 100,000 customer ids of one run; taken with ``FOR UPDATE SKIP LOCKED`` by any worker.

    First its figures are gathered; when those of all shards are there the run is planned; then it is scored. The
    indexes of sorted lists are made last, when the scores are in force; ``noted_at`` says since when its rows know of
    everybody the segment he is in.
    """

    run = models.ForeignKey(ScoreRun, models.CASCADE, related_name="shards")
    number = models.IntegerField()
    first_id = models.BigIntegerField()
    next_id = models.BigIntegerField()
    rows = models.IntegerField(null=True)
    gathered_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    indexed_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="score_shard_once")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class RefreshedCustomer(models.Model):
    """A customer was scored again as of ``day``; ``transaction`` is the number of the one that did it.

    A run that was gathered before that transaction was committed does not know it yet.
    """

    customer_id = models.BigIntegerField()
    transaction = models.BigIntegerField(
        db_default=models.expressions.RawSQL("(pg_current_xact_id()::text::bigint)", ())
    )
    day = models.DateField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id} by {self.transaction}"


class CurrentScore(models.Model):
    """The score in force of one customer, read through the view ``segments_current_score``.

    Money is in cents of the company's currency; shares lie between 0 and 1; ``NULL`` means not known, with the reason
    in ``note``. Years and quarters end on the run's evening. ``segment_number`` is the id of the segment he is in, as
    lists are sorted by it (0: in none); what counts is his membership.
    """

    class Note(models.TextChoices):
        """Why a customer has no rhythm or no probability."""

        NONE = "", _("scored")
        NO_ORDER = "no_order", _("no order yet")
        ONE_ORDER = "one_order", _("too early: one purchase day")
        FEW_ORDERS = "few_orders", _("too early: fewer than three purchase days")
        CONTRACT = "contract", _("has a contract: scored by renewal")
        LITTLE_DATA = "little_data", _("too little data in the company for a model")
        DEGENERATE = "degenerate", _("the model does not hold for this base")

    class Risk(models.IntegerChoices):
        NONE = 0, _("none")
        WATCH = 1, _("watch")
        HIGH = 2, _("high")
        LOST = 3, _("probably lost")

    customer = models.OneToOneField("customers.Customer", models.DO_NOTHING, primary_key=True, related_name="score")
    run_id = models.BigIntegerField()
    as_of = models.DateField()
    note = models.CharField(max_length=12, choices=Note.choices)
    purchase_days = models.IntegerField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    sales_12m_cents = models.BigIntegerField()
    sales_before_12m_cents = models.BigIntegerField()
    goods_12m_cents = models.BigIntegerField()
    service_12m_cents = models.BigIntegerField()
    contribution_12m_cents = models.BigIntegerField()
    grade = models.CharField(max_length=2)
    recency_score = models.SmallIntegerField()
    frequency_score = models.SmallIntegerField()
    money_score = models.SmallIntegerField()
    gap_days = models.IntegerField(null=True)
    mean_gap_days = models.FloatField(null=True)
    gap_ratio = models.FloatField(null=True)
    surprise = models.FloatField(null=True)
    alive = models.FloatField(null=True)
    silent_next = models.FloatField(null=True)
    fall = models.FloatField(null=True)
    expected_orders_12m = models.FloatField(null=True)
    value_3y_cents = models.BigIntegerField(null=True)
    value_3y_low_cents = models.BigIntegerField(null=True)
    value_3y_high_cents = models.BigIntegerField(null=True)
    at_stake_cents = models.BigIntegerField()
    risk_rank = models.FloatField()
    risk = models.SmallIntegerField(choices=Risk.choices)
    segment_number = models.IntegerField(default=0, db_default=0)

    class Meta:
        managed = False
        db_table = "segments_current_score"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id} {self.grade}"

    @property
    def margin_12m_cents(self) -> int:
        """What is left of the sales after the cost of goods."""
        return self.sales_12m_cents - self.goods_12m_cents

    @property
    def usual_gap_days(self) -> float | None:
        """The mean gap of whoever has a rhythm; ``None`` after one or two purchases: what came once is not usual."""
        return self.mean_gap_days if self.purchase_days >= LEAST_PURCHASES_FOR_RHYTHM else None
