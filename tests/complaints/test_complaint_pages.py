"""The desk in the browser's eyes: what is asked, what is queued, what is refused."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from complaints import complaint_handling as handling
from complaints.complaint_queue import rank_in_sql
from complaints.models import Complaint
from complaints.rules.complaint_priority import rank_complaint
from complaints.rules.recovery_clock import read_clock
from crm.core.local_time import company_zone
from tests import factories
from tests.complaints.case_pages import as_htmx, case_url


class TestTaking:
    def form(self, customer, **fields):
        return {"customer": customer.pk, "title": "Seals failed", "severity": 3, **fields}

    def test_three_fields_are_enough(self, customer, rep, signed_in):
        answer = signed_in(rep).post("/complaints/new/", self.form(customer))
        complaint = Complaint.objects.get()
        assert answer.url == case_url(complaint)
        assert (complaint.customer, complaint.severity, complaint.taken_by) == (customer, 3, rep)

    def test_a_name_that_fits_one_customer_needs_no_choosing(self, customer, rep, signed_in):
        form = {"customer_text": "kjeldsen", "title": "Seals failed", "severity": 2}
        assert signed_in(rep).post("/complaints/new/", form).status_code == 302
        assert Complaint.objects.get().customer == customer

    def test_a_name_that_fits_two_is_asked_back_with_both(self, customer, rep, north, signed_in):
        factories.make_customer(owner=rep, team=north, name="Kjeldsen Shipping")
        form = {"customer_text": "kjeldsen", "title": "Seals failed", "severity": 2}
        answer = signed_in(rep).post("/complaints/new/", form)
        assert answer.status_code == 422
        assert "Kjeldsen Shipping" in answer.content.decode()
        assert 'value="Seals failed"' in answer.content.decode()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", ""),
            ("title", "x" * 201),
            ("title", "nul\0byte"),
            ("severity", "9"),
            ("severity", "bad"),
            ("kind", "lie"),
            ("words", "x" * 5001),
            ("token", "not-a-uuid"),
            ("customer", "987654321"),
            ("customer", "x"),
            ("customer", "9" * 40),
        ],
    )
    def test_nonsense_is_said_at_the_field_and_nothing_is_kept(self, customer, rep, signed_in, field, value):
        answer = signed_in(rep).post("/complaints/new/", self.form(customer) | {field: value})
        assert answer.status_code == 422
        assert not Complaint.objects.exists()

    def test_another_teams_customer_cannot_be_named_nor_found(self, foreign_customer, rep, signed_in):
        client = signed_in(rep)
        assert client.post("/complaints/new/", self.form(foreign_customer)).status_code == 422
        found = client.get("/complaints/customers/", {"customer_text": "Ostrava"})
        assert "Ostrava Hydraulika" not in found.content.decode()
        shown = client.get("/complaints/new/", {"customer": foreign_customer.pk})
        assert "Ostrava Hydraulika" not in shown.content.decode()

    def test_a_guardian_may_take_anybodys(self, foreign_customer, guardian, signed_in):
        assert signed_in(guardian).post("/complaints/new/", self.form(foreign_customer)).status_code == 302

    def test_sending_twice_takes_one(self, customer, rep, signed_in):
        client, form = signed_in(rep), self.form(customer, token=str(uuid.uuid4()))
        first, second = client.post("/complaints/new/", form), client.post("/complaints/new/", form)
        assert first.url == second.url
        assert Complaint.objects.count() == 1

    def test_the_page_knows_the_customer_one_came_from(self, customer, rep, signed_in):
        shown = signed_in(rep).get("/complaints/new/", {"customer": customer.pk}).content.decode()
        assert f'value="{customer.pk}" checked' in shown

    @pytest.mark.parametrize("text", ["", "k", "%", "_" * 200, "\0", "'; --", "Kjæ", "  "])
    def test_typing_anything_is_no_error(self, customer, rep, signed_in, text):
        assert signed_in(rep).get("/complaints/customers/", {"customer_text": text}).status_code == 200

    @pytest.mark.parametrize("text", ["kjel", "KJELDSEN MASK", "maskinf", "kjeldsen maskinfabrk", "K-"])
    def test_customers_are_found_by_beginning_middle_number_and_with_a_typo(self, customer, rep, signed_in, text):
        typed = customer.number if text == "K-" else text
        shown = signed_in(rep).get("/complaints/customers/", {"customer_text": typed}).content.decode()
        assert "Kjeldsen Maskinfabrik" in shown


class TestQueue:
    def take(self, customer, rep, at, **fields):
        severity = fields.pop("severity", 2)
        return handling.take_complaint(customer, title="x", by=rep, at=at, severity=severity, **fields)

    def test_it_is_sorted_by_what_is_at_risk(self, rep, north, score_as, signed_in):
        now = timezone.now()
        order = {}
        for name, cents, severity, days in [
            ("third", 1_000_000, 1, 0),
            ("first", 90_000_000, 3, 12),
            ("second", 90_000_000, 1, 2),
            ("last", 0, 1, 0),
        ]:
            customer = factories.make_customer(owner=rep, team=north, name=name)
            score_as(customer, grade="C1", sales_cents=cents)
            order[name] = self.take(customer, rep, now - timedelta(days=days), severity=severity)
        shown = signed_in(rep).get("/complaints/").content.decode()
        numbers = re.findall(r'data-case="(\d+)"', shown)
        assert numbers == [str(order[name].pk) for name in ("first", "second", "third", "last")]

    def test_database_and_rule_rank_alike(self, customer, rep, noon):
        at = noon + timedelta(days=40)
        for days, severity, cents in [(0, 1, 0), (13, 3, 40_200_000), (40, 2, 9_999), (41, 2, -50)]:
            complaint = self.take(customer, rep, at - timedelta(days=days), severity=severity)
            Complaint.objects.filter(pk=complaint.pk).update(value_cents=cents)
        rows = Complaint.objects.annotate(rank=rank_in_sql(on=at.date(), zone=company_zone()))
        for row in rows:
            day = read_clock(row.taken_at, at=at, zone=company_zone()).day
            assert row.rank == rank_complaint(value_cents=row.value_cents, severity=row.severity, clock_day=day)

    @pytest.mark.parametrize("state", ["", "closed"])
    def test_showing_more_leaves_nobody_out_and_nobody_twice(self, customer, rep, guardian, signed_in, state):
        at = timezone.now()
        made = [self.take(customer, rep, at - timedelta(days=number)) for number in range(7)]
        if state:
            made = [handling.close_complaint(one, by=guardian, at=at, word="Fine", mended="yes") for one in made]
        made += factories.copy_complaints(made, times=8)
        client, seen, url = signed_in(rep), [], f"/complaints/?state={state}"
        for _page in range(5):
            shown = client.get(url).content.decode()
            seen += re.findall(r'data-case="(\d+)"', shown)
            more = re.search(r'id="more-cases"><a class="btn btn-sm" href="([^"]+)"', shown)
            if not more:
                break
            url = "/complaints/" + more[1].replace("&amp;", "&")
        assert len(seen) == len(made) == 63
        assert {int(pk) for pk in seen} == {complaint.pk for complaint in made}

    def test_filters(self, customer, rep, guardian, second_guardian, score_as, signed_in):
        at = timezone.now()
        unguarded = self.take(customer, rep, at)
        question = self.take(customer, rep, at, kind="question")
        score_as(customer)
        mine, theirs = self.take(customer, rep, at), self.take(customer, rep, at)
        closed = handling.close_complaint(self.take(customer, rep, at), by=guardian, at=at, word="x", mended="yes")
        client = signed_in(mine.guardian)

        def shown(query):
            return {
                int(pk) for pk in re.findall(r'data-case="(\d+)"', client.get(f"/complaints/?{query}").content.decode())
            }

        assert shown("") == {unguarded.pk, question.pk, mine.pk, theirs.pk}
        assert shown("who=mine") == {mine.pk}
        assert shown("who=unguarded") == {unguarded.pk, question.pk}
        assert shown("kind=question") == {question.pk}
        assert shown("state=closed") == {closed.pk}
        assert shown("state=lost&who=everybody&kind=rant") == shown("")

    @pytest.mark.parametrize("after", ["x", "2026-11-11_9_9_9", "2026-99-99_1_1", "_", "2026-11-11_x_y", "9" * 300])
    def test_a_broken_cursor_begins_at_the_top(self, complaint, guardian, signed_in, after):
        client = signed_in(guardian)
        for state in ("", "closed"):
            assert client.get("/complaints/", {"after": after, "state": state}).status_code == 200

    def test_other_teams_complaints_are_not_in_it(self, complaint, other_rep, signed_in):
        client = signed_in(other_rep)
        shown = client.get("/complaints/").content.decode()
        assert "Nobody is waiting" in shown
        assert client.get(case_url(complaint)).status_code == 404

    def test_a_fragment_is_the_queue_alone(self, complaint, guardian, signed_in):
        shown = as_htmx(signed_in(guardian), "queue").get("/complaints/").content.decode()
        assert "<html" not in shown
        assert complaint.number in shown
