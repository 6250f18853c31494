"""What a back-test found on the company's own past."""

from django.db import models
from django.db.models.functions import Now


class BackTest(models.Model):
    """One back-test, worked out once a week; pages read the last one. Testing again on the same day replaces it.

    ``result`` is plain data: ``evenings`` maps the ISO day of each evening to what ``describe_evening`` tells;
    ``refused`` maps an evening to why it could not be tested; ``knobs`` tells My day at several knobs;
    ``learnt`` and ``calibration`` say why the learnt chance and the bend of shown chances may not be used (empty where
    they may). Money is in cents. ``customers`` is how many customers with purchases the base has, ``sampled`` how many
    of them were looked at.
    """

    on = models.DateField(unique=True)
    customers = models.IntegerField()
    sampled = models.IntegerField()
    months = models.IntegerField()
    seconds = models.FloatField()
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-on"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.on}"
