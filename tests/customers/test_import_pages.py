"""A file through the browser: handed in, looked through, mended, started, stopped, reported."""

import gzip
import re
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.job_ledger import perform_job
from crm.core.models import JobRun
from customers.custom_field_defining import FieldWish, add_field
from customers.custom_field_retyping import retype_field
from customers.models import Customer, CustomValueSet, DataImport, Order
from tests import factories
from tests.customers.import_files import cdnow_master

pytestmark = pytest.mark.django_db
GOOD = "order,customer id,date,amount\nA1,7,2026-03-01,10.00\nA2,8,2026-03-02,1250.50\n"
BAD = (
    "order,customer id,date,amount,note\nA1,7,2026-02-30,10.00,x\nA2,<b>8</b>,2026-03-02,ten,=1+1\n"
    'A3,8,2026-03-02,5,"open\nA4,9,2026-03-02,7,שלום\nA5,9,2026-03-02,7,fine,more,and more\n'
)


def _work():
    """What a worker does when the bell rings."""
    for job in JobRun.objects.filter(state="waiting", due_at__lte=timezone.now()).order_by("pk"):
        perform_job(job.pk)


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


def _file(content, name="orders.csv"):
    file = BytesIO(content.encode() if isinstance(content, str) else content)
    file.name = name
    return file


def _upload(client, content, *, kind="orders", name="orders.csv"):
    answer = client.post(reverse("customers:import-new"), {"kind": kind, "file": _file(content, name)})
    assert answer.status_code == 302, answer.content.decode()
    _work()
    return DataImport.objects.latest("pk")


def _page(client, data_import):
    answer = client.get(data_import.get_absolute_url())
    assert answer.status_code == 200
    assert len(answer.content) < 60_000
    return re.sub(r"\s+", " ", answer.content.decode())


def _current_step(client, data_import):
    steps = client.get(data_import.get_absolute_url()).context["steps"]
    return next(str(step["label"]) for step in steps if step["current"])


def _send(client, name, data_import, **fields):
    """Send the form of the page as it stands, with some fields changed."""
    form = client.get(data_import.get_absolute_url()).context.get("form")
    values = {}
    if form is not None:
        values = {f.name: f.value() for f in form if f.value() not in (None, False)}
        for column in client.get(data_import.get_absolute_url()).context["columns"]:
            values[f"column-{column['place']}"] = column["field"]
    answer = client.post(reverse(f"customers:{name}", args=[data_import.pk]), {**values, **fields})
    data_import.refresh_from_db()
    return answer


def test_the_walk_of_the_real_base(browser):
    data_import = _upload(browser, gzip.compress(cdnow_master()), name="cdnow_master.csv.gz")
    page = _page(browser, data_import)
    for words in ("69,659", "of 23,570 customers", "1 Jan 1997 – 30 Jun 1998", "2,500,315.63", "0 problems"):
        assert words in page
    _send(browser, "import-start", data_import, trial_dates="on")
    _work()
    assert "69,659" in _page(browser, data_import)
    assert Order.objects.count() == 69_659
    yesterday = timezone.localdate() - timezone.timedelta(days=1)
    assert Order.objects.order_by("-day").values_list("day", flat=True).first() == yesterday
    again = _upload(browser, gzip.compress(cdnow_master()), name="cdnow_master.csv.gz")
    _send(browser, "import-start", again, trial_dates="on")
    _work()
    again.refresh_from_db()
    assert again.report["unchanged"] == 69_659
    assert "69,659 unchanged" in browser.get(reverse("customers:import-list")).content.decode()


def test_nothing_is_written_before_the_word_is_given(browser):
    data_import = _upload(browser, GOOD)
    assert data_import.state == "ready"
    assert (Order.objects.count(), Customer.objects.count()) == (0, 0)
    assert "Import 2 rows" in _page(browser, data_import)
    factories.make_customer(name="A")
    people = _upload(browser, "company,name\nA,Ana\n", kind="people")
    assert "Import 1 row" in _page(browser, people)


def test_two_clicks_start_it_once(browser):
    data_import = _upload(browser, GOOD)
    for _click in range(2):
        assert _send(browser, "import-start", data_import).status_code == 302
    assert JobRun.objects.filter(kind="import-write").count() == 1
    _work()
    assert Order.objects.count() == 2


def test_problems_stand_by_row_and_field_and_the_rest_comes_in(browser):
    data_import = _upload(browser, BAD)
    page = _page(browser, data_import)
    assert "“2026-02-30” is a day that does not exist" in page
    assert "“ten” is not an amount" in page
    assert "quotation mark is opened and never closed" in page
    assert "more cells than the header" in page
    assert "<b>8</b>" not in page
    _send(browser, "import-start", data_import)
    _work()
    assert list(Order.objects.values_list("number", flat=True)) == ["A4"]
    assert "rejected" in _page(browser, data_import).lower()
    answer = browser.get(reverse("customers:import-rejected", args=[data_import.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "attachment" in answer["Content-Disposition"]
    assert "'=1+1" in text
    assert len(text.splitlines()) == 5


def test_on_a_phone_each_cell_of_the_preview_says_what_it_is(browser):
    data_import = _upload(browser, "order,customer number,date,amount\nB,1,2026-01-06,ten\n")
    page = _page(browser, data_import)
    assert 'r-cell-bad" data-head="Amount without tax" dir="auto">ten<' in page
    assert 'data-head="Customer number" dir="auto">1<' in page


def test_another_column_can_be_chosen_and_the_file_is_looked_through_again(browser):
    data_import = _upload(browser, "a,b,when,how much,gross\n7,x,2026-03-01,10.00,11.90\n")
    assert "No column was found for" in _page(browser, data_import)
    assert _send(browser, "import-start", data_import).status_code == 302
    assert data_import.state == "ready"
    assert _send(browser, "import-start", data_import, **{"column-0": "customer_number"}).status_code == 302
    _work()
    data_import.refresh_from_db()
    assert data_import.state == "ready"
    assert data_import.columns == {"customer_number": "a", "day": "when", "amount": "how much"}
    _send(browser, "import-start", data_import)
    _work()
    assert Order.objects.get().amount_cents == 1000


def test_a_file_is_looked_through_again_when_its_own_field_changed_its_kind_since(browser, admin):
    field = add_field(FieldWish("Fleet"), kind="text", by=admin)
    rows = "number,name,fleet\n1,Kjeldsen A/S,12\n2,Brandt GmbH,seven\n"
    data_import = _upload(browser, rows, kind="customers")
    assert "Every row can be imported" in _page(browser, data_import)
    retype_field(field, kind="number", by=admin)
    for rounds in ("looked through again", "imported"):
        _send(browser, "import-start", data_import)
        _work()
        data_import.refresh_from_db()
        if rounds == "looked through again":
            assert "Fleet: “seven” is not a number" in _page(browser, data_import)
            assert not Customer.objects.exists()
    assert list(CustomValueSet.objects.values_list("customer__number", "data")) == [("1", {str(field.pk): 12})]


def test_two_columns_for_one_field_are_refused(browser):
    data_import = _upload(browser, GOOD)
    answer = _send(browser, "import-columns", data_import, **{"column-0": "amount"})
    assert answer.status_code == 422
    assert "Two columns are chosen for Amount" in answer.content.decode()


def test_dates_that_can_be_read_two_ways_are_asked_about(browser):
    data_import = _upload(browser, "customer id,date,amount\n7,03/04/2026,10\n8,05/06/2026,10\n")
    assert "can be read two ways" in _page(browser, data_import)
    _send(browser, "import-start", data_import)
    assert data_import.state == "ready"
    _send(browser, "import-start", data_import, day_order="month")
    _work()
    _send(browser, "import-start", data_import)
    _work()
    assert {str(day) for day in Order.objects.values_list("day", flat=True)} == {"2026-03-04", "2026-05-06"}


def test_new_customers_go_to_the_team_and_owner_chosen(signed_in, lead, rep):
    client = signed_in(lead)
    data_import = _upload(client, GOOD)
    _send(client, "import-start", data_import, owner=rep.pk, customer_kind="person")
    _work()
    made = Customer.objects.get(number="7")
    assert (made.team, made.owner, made.kind) == (lead.team, rep, "person")


def test_a_manager_cannot_choose_a_foreign_team(signed_in, lead, south):
    client = signed_in(lead)
    data_import = _upload(client, GOOD)
    assert _send(client, "import-start", data_import, team=south.pk).status_code == 422
    assert data_import.state == "ready"


def test_a_rate_for_another_currency_can_be_given(browser):
    data_import = _upload(browser, "customer id,date,amount,currency\n7,2026-03-01,10,USD\n")
    assert "has no rate" in _page(browser, data_import)
    _send(browser, "import-columns", data_import, **{"rate-USD": "0.9"})
    _work()
    _send(browser, "import-start", data_import)
    _work()
    assert Order.objects.get().amount_cents == 900


def test_customers_of_colleagues_who_are_not_here_come_in_when_told_so(browser, rep):
    """From another system: whoever left, or was not invited yet, keeps nobody's customers out."""
    file = f"Record ID,Company name,Company owner\n1,Kobe Steel,Maria Lindqvist\n2,Vega Lda,{rep.email}\n"
    data_import = _upload(browser, file, kind="customers")
    page = _page(browser, data_import)
    assert "“Maria Lindqvist”: import sales teams first, or let them count as nobody" in page
    assert data_import.preview["ready"] == 1
    _send(browser, "import-columns", data_import, strangers="nobody")
    _work()
    data_import.refresh_from_db()
    assert data_import.preview["ready"] == 2
    _send(browser, "import-start", data_import)
    _work()
    owners = Customer.objects.order_by("number").values_list("name", "owner")
    assert list(owners) == [("Kobe Steel", None), ("Vega Lda", rep.pk)]


def test_a_file_that_names_no_colleague_does_not_ask_about_them(browser):
    assert "Colleagues we do not know" not in _page(browser, _upload(browser, "number,name\n1,A\n", kind="customers"))


def test_a_file_that_is_none_says_why(browser):
    for content, words in (
        (b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 900, "This is not a table"),
        (b"PK\x03\x04rubbish", "The workbook is damaged"),
        (b",".join(b"c%d" % n for n in range(600)) + b"\n", "The file has 600 columns; at most 500"),
    ):
        data_import = _upload(browser, content, name="x.csv")
        assert data_import.state == "failed"
        assert words in _page(browser, data_import)
        assert _current_step(browser, data_import) == "Columns and check"  # nothing was imported, nothing reported


def test_a_file_of_five_hundred_columns_still_makes_a_small_page(browser):
    headers = ["customer id", "date", *(f"field {n} with a long name" for n in range(496)), "amount"]
    data_import = _upload(browser, ",".join(headers) + "\n7,2026-03-01," + "x," * 496 + "10\n")
    page = _page(browser, data_import)
    assert "488 more columns" in page
    assert data_import.preview["ready"] == 1
    _send(
        browser,
        "import-columns",
        data_import,
        **{"extra-header": "field 400 with a long name", "extra-field": "number"},
    )
    assert data_import.columns["number"] == "field 400 with a long name"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "orders"},
        {"kind": "orders", "file": ""},
        {"kind": "orders", "file": "just a word"},
        {"kind": "forged"},
    ],
)
def test_a_form_without_a_file_is_shown_again(browser, data):
    assert browser.post(reverse("customers:import-new"), data).status_code == 422


def test_empty_files_and_strange_names(browser):
    assert browser.post(reverse("customers:import-new"), {"kind": "orders", "file": _file("")}).status_code == 422
    data_import = _upload(browser, GOOD, name="../../etc/<script>" + "x" * 300 + ".csv")
    assert "/" not in data_import.file_name
    assert "<script>" not in _page(browser, data_import).split("</head>")[1].split("<main")[1]


def test_a_wrong_content_type_is_no_error(browser):
    url = reverse("customers:import-new")
    assert browser.post(url, "[1, 2]", content_type="application/json").status_code == 422
    assert browser.post(url, b"\x00\xff", content_type="multipart/form-data; boundary=x").status_code in {400, 422}


def test_a_file_above_the_limit_is_refused_in_words(browser, settings):
    settings.MAX_UPLOAD_BYTES = 100
    answer = browser.post(reverse("customers:import-new"), {"kind": "orders", "file": _file("a,b\n" + "1,2\n" * 100)})
    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()
    assert not DataImport.objects.exists()


def test_two_gigabytes_are_refused_by_their_length_before_they_are_read(browser, client):
    class Unread(BytesIO):
        def read(self, *_args):
            raise AssertionError("the body was read")

    url = reverse("customers:import-new")
    for who, words in ((browser, "This file is too large"), (client, "This file is too large")):
        answer = who.generic(
            "POST", url, CONTENT_LENGTH=str(2 * 1024**3), **{"wsgi.input": Unread()}, content_type="multipart/form-data"
        )
        assert answer.status_code == 413
        assert words in answer.content.decode()


def test_throwing_it_away_and_stopping_it(browser):
    data_import = _upload(browser, GOOD)
    _send(browser, "import-cancel", data_import)
    assert data_import.state == "cancelled"
    waiting = _upload(browser, GOOD)
    _send(browser, "import-start", waiting)
    _send(browser, "import-cancel", waiting)
    assert waiting.state == "cancelled"
    _work()
    assert Order.objects.count() == 0
    page = _page(browser, waiting)
    assert "stopped before anything was written" in page
    assert "Continue" in page
    _send(browser, "import-start", waiting)
    _work()
    assert Order.objects.count() == 2
    assert "Continue" not in _page(browser, waiting)


def test_the_progress_asks_for_itself_and_gives_way_when_it_moved(browser):
    data_import = _upload(browser, GOOD)
    _send(browser, "import-start", data_import)
    JobRun.objects.filter(kind="import-write").update(state="running", done=1, total=2)
    headers = {"HX-Request": "true", "HX-Target": "import-progress"}
    poll = browser.get(f"{data_import.get_absolute_url()}?seen=running", headers=headers)
    assert "1 of 2 rows" in poll.content.decode()
    assert "<html" not in poll.content.decode()
    moved = browser.get(f"{data_import.get_absolute_url()}?seen=reading", headers=headers)
    assert moved["HX-Refresh"] == "true"


def test_a_worker_that_died_each_time_is_shown_and_it_can_be_tried_again(browser):
    data_import = _upload(browser, GOOD)
    _send(browser, "import-start", data_import)
    JobRun.objects.filter(kind="import-write").update(state="failed", error="Given up")
    page = _page(browser, data_import)
    assert "Nothing is half-written" in page
    assert "Try again" in page
    assert _current_step(browser, data_import) == "Import"
    browser.post(reverse("customers:import-start", args=[data_import.pk]))
    _work()
    assert Order.objects.count() == 2


def test_an_import_of_somebody_else_is_not_found(signed_in, lead, browser):
    data_import = _upload(browser, GOOD)
    for name in ("detail", "rejected"):
        assert signed_in(lead).get(reverse(f"customers:import-{name}", args=[data_import.pk])).status_code == 404
    for name in ("start", "cancel", "columns"):
        assert signed_in(lead).post(reverse(f"customers:import-{name}", args=[data_import.pk])).status_code == 404


def test_where_nothing_can_be_imported_the_page_says_why_and_what_would_fit(browser):
    page = _page(browser, _upload(browser, "order,customer id,date,amount\n"))
    assert "There is no row under the header" in page
    assert re.search(r"<button[^>]*disabled[^>]*>Import 0 rows", page)
    page = _page(browser, _upload(browser, "order,customer id,date,amount\nA1,7,nonsense,10.00\n"))
    assert "No row can be imported as the file is read now" in page
    page = _page(browser, _upload(browser, "customer number,company,city\nK-1,Holm,Vejle\n", kind="products"))
    assert "look like a file of customers, not of products" in page


def test_from_the_report_one_goes_to_what_came(browser):
    data_import = _upload(browser, GOOD)
    assert "See orders" not in _page(browser, data_import)
    _send(browser, "import-start", data_import)
    _work()
    assert re.search(r'href="/orders/"[^>]*>.{0,200}See orders', _page(browser, data_import))
