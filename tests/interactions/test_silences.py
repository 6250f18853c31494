"""One silence is told once, whichever trigger tells of it."""

from datetime import timedelta

import pytest

from interactions.models import Alert
from tests import factories
from tests.interactions.evenings import MONDAY, make_silent, night

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("outcome", ["answered", "dismissed", "held_out"])
@pytest.mark.parametrize(("first", "second"), [("visit-now", "slipping-away"), ("slipping-away", "visit-now")])
def test_one_silence_is_not_told_in_other_words_until_the_cooldown_is_over(customer, first, second, outcome):
    """Whoever is silent for long has fallen too: asked once, the rep hears of it again after a month of silence."""
    told, _other = [factories.make_trigger(key, cooldown_days=30) for key in (first, second)]
    silent_since = MONDAY - timedelta(days=61)
    Alert.objects.create(customer=customer, trigger=told, period=silent_since, day=MONDAY, state=outcome)
    for later, raised in ((1, {}), (29, {}), (30, {second: 1})):
        on = MONDAY + timedelta(days=later)
        make_silent(customer, fall=0.5, on=on, days=61 + later)
        assert night(on).raised == raised


def test_a_purchase_arms_both_ways_of_telling_of_a_silence(customer):
    slipping, _visit = [factories.make_trigger(key, cooldown_days=30) for key in ("slipping-away", "visit-now")]
    silent_since = MONDAY - timedelta(days=61)
    Alert.objects.create(customer=customer, trigger=slipping, period=silent_since, day=MONDAY, state="answered")
    on = MONDAY + timedelta(days=22)
    make_silent(customer, fall=0.5, on=on, days=20)
    assert night(on).raised == {"visit-now": 1}
