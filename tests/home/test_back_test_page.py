"""The page that says how right the forecasts were: the bad news first, and nothing without a test."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from crm.core.models import JobRun
from crm.core.models.business_setting import setting
from crm.home.back_test_words import list_measures, list_rankings, say_learnt, say_shown, say_verdict
from customers.models import Customer
from customers.purchase_day_rebuild import ingest_orders
from segments.back_testing import run_back_test
from segments.model_fitting import DROPOUT
from segments.models import BackTest, ModelFit
from segments.score_run import plan_run
from tests.segments.purchase_world import END, make_world

pytestmark = pytest.mark.django_db
URL = "/measure/"


@pytest.fixture
def tested(db):
    make_world(customers=260)
    ingest_orders(at=datetime(2026, 11, 22, 2, tzinfo=UTC))
    plan_run(on=END)
    run_back_test(on=END, draws=10)
    return BackTest.objects.get()


def read(client, user, query=""):
    client.force_login(user)
    response = client.get(URL + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_before_the_first_test_the_page_says_when_it_comes(client, lead):
    assert "Not tested yet" in read(client, lead)


def test_the_newest_evening_is_shown_and_an_older_one_on_request(client, lead, tested):
    page = read(client, lead)
    newest, older = (END - timedelta(91)).isoformat(), (END - timedelta(182)).isoformat()
    assert f'evening={newest}" aria-current="true"' in page
    assert "tested on the 13 weeks after" in page
    assert "tested on the 26 weeks after" in read(client, lead, f"?evening={older}")
    for words in (
        "Gap against own rhythm",
        "Deepest fall, 40% or more",
        "Spend down 10%, 3 months",
        "MBG/CNBD-k",
    ):
        assert words in page
    seen = re.sub("<[^>]*>", " ", page)  # tags hold random tokens, in which any three letters may stand
    assert not re.search(r"\b(nan|inf)\b", seen, re.IGNORECASE)
    assert "%%" not in page


def test_the_money_is_that_of_the_quarter_or_of_those_who_left(client, lead, tested):
    """Each ranking's share of either goal stands in the table, whatever the page is asked for."""
    evening = tested.result["evenings"][(END - timedelta(91)).isoformat()]
    for query, goal, words in (("", "lost", "margin that came short"), ("?money=left", "left", "of those who bought")):
        page = read(client, lead, query)
        shown = page.partition("Money: where does it hurt?")[2].partition("</section>")[0]
        assert words in shown
        rows = list_rankings(evening, goal=goal)
        assert shown.index(rows[0].name) < shown.index(rows[1].name)
        ratio = next(row for row in evening["rankings"] if row["name"] == "my_day")[f"{goal}_ratio"][0]["value"]
        assert f"My day: {ratio:.1f}×" in shown
    certainty = page.partition("Certainty: who will stop?")[2].partition("</section>")[0]
    assert "AUC" in certainty
    assert f"{list_rankings(evening, goal='precision')[0].auc:.2f}" in certainty


def test_where_nobody_left_nothing_is_called_so_many_times_as_right(client, lead, tested):
    for evening in tested.result["evenings"].values():
        evening["silent"] = 0.0
    tested.save()
    page = read(client, lead)
    assert "nobody was silent for a quarter: there was nothing for a ranking to find" in page
    for words in ("as often right as the 40% falls", "× their precision", "The knob of My day"):
        assert words not in page


def test_a_base_too_small_is_told_so(client, lead, db):
    make_world(customers=20)
    ingest_orders(at=datetime(2026, 11, 22, 2, tzinfo=UTC))
    run_back_test(on=END, draws=2)
    page = read(client, lead)
    assert "Too little data to be tested" in page
    assert ">20 customers, " in page
    Customer.objects.all().delete()
    run_back_test(on=END, draws=2)
    page = read(client, lead)
    assert "nobody has bought anything yet" in page
    assert ">0 customers" not in page


def test_a_degenerate_fit_is_caught_and_told(client, lead, tested):
    fit = ModelFit.objects.get(kind=DROPOUT)
    ModelFit.objects.filter(pk=fit.pk).update(fitted_on=END - timedelta(7))
    ModelFit.objects.create(
        kind=DROPOUT,
        fitted_on=END,
        parameters=fit.parameters | {"a": 0.001, "b": 900.0, "gain": 0.5},
        customers=fit.customers,
        warning="degenerate",
    )
    ModelFit.objects.create(kind=DROPOUT, fitted_on=END + timedelta(7), parameters=fit.parameters, customers=1)
    page = read(client, lead)
    assert "Degenerate, so the chance of going on is hidden" in page
    assert "hardly any customer leaves" in page
    assert "a 0.00, at least 0.01 · b 900.0, at most 500" in page
    assert "version 2" in page, "what the next evening will use is not in force"


def told(**changes):
    """Figures as a test keeps them, the model behind the rules."""

    def ranking(name, origin, precision):
        estimate = {"value": precision, "low": precision - 0.1, "high": precision + 0.1}
        budget = {"budget": 0.02, "alerts": 9, "precision": estimate, "lost": estimate, "left": estimate}
        return {"name": name, "origin": origin, "auc": precision, "budgets": [budget] * 3}

    model = {"bias": -0.143, "factor": 1.17, "lift": 4.56, "order": 0.442, "error": 1.94}
    pace = {"bias": 0.4, "factor": 0.7, "lift": 4.44, "order": 0.47, "error": 2.2}
    order = {"bias": None, "factor": None, "lift": 4.0, "order": 0.485, "error": None}
    return {
        "doubts": [],
        "rankings": [
            ranking("silent", "ours", 0.7),
            ranking("falls", "book", 0.65),
            ranking("gap_over_last", "market", 0.8),
            ranking("chance", "nobody", 0.3),
        ],
        "forecast": {
            "model": model,
            "pace": pace,
            "half_year": pace | {"bias": -0.061, "error": 2.11},
            "rfm": order,
            "spend": order | {"order": 0.4},
        },
        **changes,
    }


def test_the_verdict_says_where_the_model_loses_and_where_it_wins():
    lost, won = say_verdict(told())
    assert "order of everybody (Spearman): 0.442 against 0.485 of a simple rule" in lost
    assert "it expected 14% too few purchases; × 1.17 would have been right" in lost
    assert any("rule of thumb: Gap longer than the last gap" in one for one in lost)
    assert "lift of the best tenth" in won
    assert "who stops (AUC)" in won
    assert any("degenerated" in one for one in say_verdict(told(doubts=["x"]))[0])


def test_ours_stands_beside_the_best_of_the_simple_rules():
    rows = {row.label: row for row in list_measures(told())}
    assert rows["Total of all purchases"].is_better is False
    assert rows["Order of everybody (Spearman)"].rule == "rule: RFM sum"
    assert rows["Mean error a customer, purchases"].theirs == "2.11"


def test_rankings_go_from_the_surest_and_chance_stands_last():
    names = [row.name for row in list_rankings(told(), goal="precision")]
    assert names == [
        "Gap longer than the last gap", "Chance of silence", "Deepest fall, 40% or more", "By chance"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "words"),
    [("", "may be used"), ("too_few", "Too few"), ("worse_order", "worse order"), ("less_precise", "less often")],
)
def test_why_the_learnt_chance_is_used_or_not(reason, words):
    assert words in say_learnt({"learnt": reason})


@pytest.mark.parametrize(
    ("reason", "words"), [("", "shown bent"), ("too_few", "too few"), ("no_better", "did not bring")]
)
def test_whether_chances_are_shown_bent(reason, words):
    said = " ".join(say_shown({"calibration": reason}, {"raw": {"miss": 0.054}, "bent": {"miss": 0.012}}))
    assert "Off by 5 points in 100" in said
    assert "off by 1 point in 100" in said
    assert words in said


def test_an_admin_tests_again_and_switches_the_learnt_chance(client, admin, tested):
    client.force_login(admin)
    assert client.post(reverse("home:back-test-again")).status_code == 302
    assert JobRun.objects.get(kind="back-test").requested_by == admin
    assert client.post(reverse("home:back-test-learnt")).url.endswith("#learnt"), "the page begins where one was"
    from crm.core.models.business_setting import BusinessSetting, forget_settings

    forget_settings()
    assert setting("risk.learnt") == 1
    client.post(reverse("home:back-test-learnt"))
    assert BusinessSetting.objects.get(key="risk.learnt").value == 0


def test_the_tables_go_as_a_file(client, lead, tested):
    client.force_login(lead)
    response = client.get(reverse("home:back-test-file"))
    assert response["Content-Disposition"] == f'attachment; filename="back-test-{END.isoformat()}.md"'
    assert "By chance" in response.content.decode()
    assert date.fromisoformat(max(tested.result["evenings"])) == END - timedelta(91)
