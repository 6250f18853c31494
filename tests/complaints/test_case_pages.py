"""A complaint's own page in the browser's eyes: what is shown, who guards it, what is corrected and learnt."""

from datetime import timedelta

import pytest
import time_machine

from complaints import complaint_handling as handling
from complaints.models import Article, Complaint
from crm.core.models import Role, User
from crm.core.role_permissions import assign_role
from tests import factories
from tests.complaints.case_pages import as_htmx, case_url

EVIL = "<script>alert(1)</script>\"'&<b>"


class TestCase:
    @pytest.mark.parametrize("day", [0, 1, 13, 29, 30, 99])
    def test_the_ring_counts_down(self, complaint, guardian, signed_in, noon, day):
        client = signed_in(guardian)
        with time_machine.travel(noon + timedelta(days=day), tick=False):
            shown = client.get(case_url(complaint)).content.decode()
        left = max(0, 30 - day)
        assert f"{left} days left of 30" in shown
        assert ("The clock has run out" in shown) is (left == 0)
        assert "fewer than 20% come back" in shown

    def test_a_promise_kept_late_is_called_late(self, complaint, guardian, signed_in, noon):
        handling.answer(complaint, text="x", by=guardian, at=noon + timedelta(days=3))
        shown = signed_in(guardian).get(case_url(complaint)).content.decode()
        assert "after 3 days, late" in shown
        assert shown.count(", late</span>") == 1

    def test_tomorrow_somebody_is_told(self, complaint, guardian, lead, signed_in, noon):
        client = signed_in(guardian)
        with time_machine.travel(noon + timedelta(days=13), tick=False):
            assert "Tomorrow, day 14: Marit Haugen is told." in client.get(case_url(complaint)).content.decode()

    def test_whatever_customers_say_stays_text(self, customer, guardian, rep, signed_in, noon):
        complaint = handling.take_complaint(
            customer, title=EVIL, words=EVIL, wants=EVIL, cost_to_customer=EVIL, by=rep, at=noon
        )
        handling.add_note(complaint, text=EVIL, by=guardian, at=noon)
        handling.attempt_contact(complaint, note=EVIL, mended="part", said_by=EVIL, by=guardian, at=noon)
        handling.agree_remedy(complaint, remedy=EVIL, by=guardian, at=noon)
        customer.name = EVIL
        customer.save()
        client = signed_in(guardian)
        for url in (
            case_url(complaint),
            "/complaints/",
            case_url(complaint, "similar"),
            case_url(complaint, "edit"),
            f"/complaints/customers/?customer_text={EVIL[:9]}",
        ):
            shown = client.get(url).content.decode()
            assert "<script>alert" not in shown
            assert '<b>"' not in shown
        assert "&lt;script&gt;alert(1)" in client.get(case_url(complaint)).content.decode()

    def test_long_names_and_other_scripts_are_no_error(self, guardian, rep, signed_in, noon):
        customer = factories.make_customer(owner=rep, name="ش" * 300)
        complaint = handling.take_complaint(customer, title="漢" * 200, words="م" * 4000, by=rep, at=noon)
        client = signed_in(guardian)
        for url in (case_url(complaint), "/complaints/"):
            assert client.get(url).status_code == 200

    def test_a_page_costs_few_queries(self, complaint, guardian, signed_in, noon, django_assert_max_num_queries):
        client = signed_in(guardian)
        client.get(case_url(complaint))
        for number in range(20):
            handling.add_note(complaint, text=f"Note {number}", by=guardian, at=noon)
        with django_assert_max_num_queries(13):
            client.get(case_url(complaint))

    def test_an_answer_is_written_down_by_fragment_and_by_plain_form(self, complaint, guardian, signed_in):
        client = signed_in(guardian)
        assert client.post(case_url(complaint, "answer"), {"text": "It is mine now."}).url == case_url(complaint)
        answer = as_htmx(client, "case").post(case_url(complaint, "answer"), {"text": "Still on it.", "minutes": 5})
        assert answer.status_code == 200
        assert "queue-changed" in answer["HX-Trigger"]
        assert "<html" not in answer.content.decode()
        assert "Still on it." in answer.content.decode()

    @pytest.mark.parametrize(
        ("act", "data"),
        [
            ("answer", {"text": "  "}),
            ("answer", {"text": "x", "minutes": "-1"}),
            ("answer", {"text": "x", "minutes": "9999999999999"}),
            ("note", {}),
            ("remedy", {"text": "x" * 301}),
            ("goodwill", {"what": "Kit", "amount_cents": "a lot"}),
            ("goodwill", {"what": "Kit", "amount_cents": "-5"}),
            ("goodwill", {"what": "", "amount_cents": "5"}),
            ("goodwill", {"what": "Car", "amount_cents": "1500.01"}),
            ("attempt", {"mended": "perhaps"}),
            ("attempt", {"mended": "yes", "word": ""}),
            ("close", {}),
            ("close", {"mended": "yes", "word": "  "}),
            ("close", {"mended": "no", "word": "Still leaks"}),
        ],
    )
    def test_a_refusal_keeps_what_was_typed_and_changes_nothing(self, complaint, guardian, signed_in, act, data):
        before = complaint.entries.count()
        client = signed_in(guardian)
        for browser in (client, as_htmx(client, "case")):
            answer = browser.post(case_url(complaint, act), data)
            assert answer.status_code == 422
            assert 'role="alert"' in answer.content.decode()
        assert complaint.entries.count() == before
        assert Complaint.objects.open().count() == 1

    def test_what_is_wrong_is_told_by_the_name_of_its_field(self, complaint, guardian, signed_in):
        client = signed_in(guardian)
        gift = client.post(case_url(complaint, "goodwill"), {"what": "Kit", "amount_cents": "a lot"}).content.decode()
        assert "<b>Amount:</b>" in gift
        assert 'aria-invalid="true" aria-describedby="goodwill-errors" value="a lot"' in gift
        talk = client.post(case_url(complaint, "answer"), {"text": "x", "minutes": "-1"}).content.decode()
        assert "<b>Minutes:</b>" in talk

    def test_above_the_limit_the_page_says_who_may(self, complaint, guardian, admin, signed_in):
        answer = signed_in(guardian).post(case_url(complaint, "goodwill"), {"what": "Car", "amount_cents": "9,000"})
        assert "Thomas Okafor" in answer.content.decode()

    def test_closing_with_the_customers_word(self, complaint, guardian, signed_in):
        word = {"mended": "yes", "word": "It runs again", "said_by": "Lars Bak"}
        client = signed_in(guardian)
        assert client.post(case_url(complaint, "close"), word).status_code == 302
        complaint.refresh_from_db()
        assert complaint.closed_by == guardian
        assert "“It runs again”" in client.get(case_url(complaint)).content.decode()

    def test_a_rep_writes_notes_and_sees_no_other_buttons(self, complaint, rep, signed_in):
        shown = signed_in(rep).get(case_url(complaint)).content.decode()
        assert case_url(complaint, "note") in shown
        for act in ("answer", "remedy", "goodwill", "close", "guardian", "take", "edit"):
            assert case_url(complaint, act) not in shown, act


class TestGuardian:
    def test_the_seller_is_refused_in_words_on_every_path(self, complaint, rep, lead, signed_in):
        assign_role(rep, "guardian")
        answer = signed_in(lead).post(case_url(complaint, "guardian"), {"guardian": rep.pk})
        assert answer.status_code == 422
        assert "Ana Ribeiro sells to this customer" in answer.content.decode()
        assert signed_in(User.objects.get(pk=rep.pk)).post(case_url(complaint, "take")).status_code == 422
        complaint.refresh_from_db()
        assert complaint.guardian_id != rep.pk

    def test_the_seller_cannot_take_a_case_that_has_nobody(self, complaint, rep, signed_in):
        Complaint.objects.update(guardian=None)
        assign_role(rep, "guardian")
        answer = signed_in(User.objects.get(pk=rep.pk)).post(case_url(complaint, "take"))
        assert answer.status_code == 422
        assert "sells to this customer" in answer.content.decode()

    @pytest.mark.parametrize("forged", ["", "x", "0", "-1", "987654321", "9" * 40, "1;drop"])
    def test_a_forged_guardian_is_refused(self, complaint, lead, signed_in, forged):
        answer = signed_in(lead).post(case_url(complaint, "guardian"), {"guardian": forged})
        assert answer.status_code == 422

    def test_a_manager_hands_over(self, complaint, second_guardian, lead, signed_in):
        client = signed_in(lead)
        assert "Jonas Brandt" in client.get(case_url(complaint, "guardian")).content.decode()
        assert client.post(case_url(complaint, "guardian"), {"guardian": second_guardian.pk}).status_code == 302
        complaint.refresh_from_db()
        assert complaint.guardian == second_guardian

    def test_a_guardian_takes_what_nobody_has_and_nothing_else(
        self, customer, rep, guardian, second_guardian, signed_in, noon
    ):
        complaint = handling.take_complaint(customer, title="Price", by=rep, at=noon)
        assert "Take it" in signed_in(guardian).get(case_url(complaint)).content.decode()
        assert signed_in(guardian).post(case_url(complaint, "take")).status_code == 302
        assert signed_in(second_guardian).post(case_url(complaint, "take")).status_code == 422
        complaint.refresh_from_db()
        assert complaint.guardian == guardian

    def test_without_anybody_able_the_page_says_so(self, customer, rep, lead, signed_in, noon):
        complaint = handling.take_complaint(customer, title="Price", by=rep, at=noon)
        assert "Nobody of the quality unit" in signed_in(lead).get(case_url(complaint, "guardian")).content.decode()


class TestCorrecting:
    def form(self, complaint, **fields):
        return {"title": complaint.title, "severity": 2, "kind": "complaint", "edit_version": 1, **fields}

    def test_two_people_correct_one_complaint(self, complaint, guardian, admin, signed_in):
        version = Complaint.objects.get(pk=complaint.pk).edit_version
        first = signed_in(guardian).post(
            case_url(complaint, "edit"), self.form(complaint, title="First", edit_version=version)
        )
        second = signed_in(admin).post(
            case_url(complaint, "edit"), self.form(complaint, title="Second", edit_version=version)
        )
        assert (first.status_code, second.status_code) == (302, 409)
        assert "First" in second.content.decode()
        assert "Second" in second.content.decode()
        complaint.refresh_from_db()
        assert complaint.title == "First"

    def test_only_people_and_orders_of_this_customer(self, complaint, foreign_customer, guardian, signed_in, noon):
        stranger = factories.make_person(foreign_customer)
        order = factories.make_order(foreign_customer, noon.date())
        version = Complaint.objects.get(pk=complaint.pk).edit_version
        for wrong in ({"person": stranger.pk}, {"order": order.pk}):
            form = self.form(complaint, edit_version=version, **wrong)
            assert signed_in(guardian).post(case_url(complaint, "edit"), form).status_code == 422


class TestLearning:
    def close(self, complaint, guardian, noon):
        handling.agree_remedy(complaint, remedy="Colour mark at goods-in", by=guardian, at=noon)
        return handling.close_complaint(complaint, by=guardian, at=noon, word="Fine", mended="yes")

    def test_a_solved_case_is_published_and_offered_to_the_next(self, complaint, guardian, rep, signed_in, noon):
        self.close(complaint, guardian, noon)
        client = signed_in(guardian)
        words = {"title": "Shaft seals failing early", "answer": "Mixed batch: colour mark at goods-in"}
        answer = client.post(case_url(complaint, "article"), words)
        assert answer.url == f"/complaints/answers/{Article.objects.get().pk}/"
        similar = handling.take_complaint(complaint.customer, title="Shaft seals failed again", by=rep, at=noon)
        other = handling.take_complaint(complaint.customer, title="Invoice sent twice", by=rep, at=noon)
        assert "Mixed batch" in client.get(case_url(similar, "similar")).content.decode()
        assert "Mixed batch" not in client.get(case_url(other, "similar")).content.decode()

    def test_publishing_again_changes_the_wording(self, complaint, guardian, signed_in, noon):
        self.close(complaint, guardian, noon)
        for answer in ("One", "Two"):
            signed_in(guardian).post(case_url(complaint, "article"), {"title": "Seals", "answer": answer})
        assert Article.objects.get().answer == "Two"

    def test_an_open_case_teaches_nothing_yet(self, complaint, guardian, signed_in):
        answer = signed_in(guardian).post(case_url(complaint, "article"), {"title": "Seals", "answer": "x"})
        assert answer.status_code == 422
        assert not Article.objects.exists()

    def test_a_solved_case_of_another_team_is_not_shown_but_its_answer_is(
        self, complaint, guardian, foreign_customer, other_rep, signed_in, noon
    ):
        self.close(complaint, guardian, noon)
        theirs = handling.take_complaint(foreign_customer, title=complaint.title, by=other_rep, at=noon)
        client = signed_in(other_rep)
        assert complaint.number not in client.get(case_url(theirs, "similar")).content.decode()
        Article.objects.create(title=complaint.title, answer="Mixed batch", complaint=complaint)
        shown = client.get(case_url(theirs, "similar")).content.decode()
        assert "Mixed batch" in shown
        page = client.get(f"/complaints/answers/{Article.objects.get().pk}/").content.decode()
        assert complaint.number not in page


def test_who_joined_as_viewer_reads_and_writes_nothing(complaint, viewer, signed_in):
    client = signed_in(viewer)
    assert client.get(case_url(complaint)).status_code == 200
    assert client.post(case_url(complaint, "note"), {"text": "x"}).status_code == 403
    assert User.objects.get(pk=viewer.pk).role == Role.VIEWER
