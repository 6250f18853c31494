"""Two lists that the night writes: customers with the worst signs, and those who fit best and are not yet A."""

from django.db import models


class WorstSign(models.Model):
    """One of the worst customers by the simple signs, with the figures that put him there; cents and local days.

    Quotes are those of 24 months. ``weight`` orders the list, the largest first: more signs, then less contribution.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="worst_sign", db_constraint=False
    )
    weight = models.BigIntegerField()
    is_silent = models.BooleanField()
    is_falling = models.BooleanField()
    rejects_quotes = models.BooleanField()
    fills_shortlists = models.BooleanField()
    last_day = models.DateField(null=True)
    sales_12m_cents = models.BigIntegerField()
    sales_before_12m_cents = models.BigIntegerField()
    contribution_12m_cents = models.BigIntegerField()
    quotes = models.IntegerField()
    quotes_won = models.IntegerField()
    quotes_for_shortlist = models.IntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["weight", "customer"], name="worst_sign_by_weight")]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class BestFit(models.Model):
    """How much a customer who is not A is like those who are, from 0 to 1 (0.5: like everybody), trait by trait.

    A trait that is not known is empty. ``room_cents`` are yearly sales that we could have beyond those we have, empty
    where nobody has noted a potential or estimated the whole spend; ``worth_cents`` is fit × room.
    """

    customer = models.OneToOneField(
        "customers.Customer", models.CASCADE, primary_key=True, related_name="best_fit", db_constraint=False
    )
    fit = models.FloatField()
    industry = models.FloatField(null=True)
    country = models.FloatField(null=True)
    rhythm = models.FloatField(null=True)
    needs = models.FloatField(null=True)
    room_cents = models.BigIntegerField(null=True)
    worth_cents = models.BigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["worth_cents", "customer"], name="best_fit_by_worth"),
            models.Index(fields=["fit", "customer"], name="best_fit_by_fit"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.fit}"


class PinAnswer(models.Model):
    """What the rules would have said of a pinned customer, asked on the evening ``asked_on``; a row a pin.

    When the pin ends the last answer stays.
    """

    pin = models.OneToOneField("segments.Pin", models.CASCADE, primary_key=True, related_name="answer")
    asked_on = models.DateField()
    segment = models.ForeignKey("segments.Segment", models.CASCADE, null=True, related_name="+")
    grade = models.CharField(max_length=2, blank=True, default="", db_default="")
    agrees = models.BooleanField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.pin_id}: {self.segment_id or self.grade}"
