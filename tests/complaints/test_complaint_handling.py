"""From the customer's first word to his last."""

import uuid
from datetime import timedelta

import pytest

from complaints import complaint_handling as handling
from complaints.complaint_handling import ComplaintRefused
from complaints.models import Complaint, ComplaintEntry
from crm.core.models import Absence, User
from customers.models import Customer
from interactions.models import Task
from segments.models import Membership
from tests import factories


def take(customer, rep, noon, **fields):
    return handling.take_complaint(customer, **{"title": "Wrong seals", "by": rep, "at": noon, **fields})


def entries(complaint):
    return list(complaint.entries.values_list("kind", flat=True))


def selling_task(customer, rep, noon, **fields):
    return Task.objects.create(
        customer=customer, kind=Task.Kind.STEP, title="Offer", assignee=rep, due_at=noon, is_selling=True, **fields
    )


def test_a_valued_complainer_has_a_guardian_at_once_who_is_not_the_seller(complaint, guardian, rep, noon):
    assert complaint.guardian == guardian != complaint.customer.owner
    assert complaint.guardian_named_at == noon
    assert entries(complaint) == ["taken", "guardian"]
    tasks = Task.objects.filter(assignee=guardian, customer=complaint.customer)
    assert {task.source.rsplit(":")[-1] for task in tasks} == {"answer", "remedy", "word"}
    assert min(task.due_at for task in tasks).date() == noon.date()


def test_a_premium_customer_of_class_c_has_a_guardian_at_once(customer, premium, guardian, rep, noon, score_as):
    score_as(customer, grade="C2", sales_cents=90_000)
    Membership.objects.create(customer=customer, segment=premium, since=noon.date())
    assert take(customer, rep, noon).guardian == guardian


@pytest.mark.parametrize("grade", ["A1", "A2", "B1", "B2"])
def test_every_a_and_b_customer_has_a_guardian_at_once(customer, guardian, rep, noon, score_as, grade):
    score_as(customer, grade=grade, sales_cents=90_000)
    assert take(customer, rep, noon).guardian == guardian


@pytest.mark.parametrize("why", ["away", "left", "sells to him"])
def test_where_nobody_can_guard_the_manager_has_a_task_the_same_moment(
    premium_customer, guardian, lead, rep, noon, why, signed_in
):
    if why == "away":
        Absence.objects.create(user=guardian, first_day=noon.date(), last_day=noon.date())
    elif why == "left":
        User.objects.filter(pk=guardian.pk).update(is_active=False)
    else:
        Customer.objects.filter(pk=premium_customer.pk).update(owner=guardian)
    complaint = take(premium_customer, rep, noon)
    assert complaint.guardian is None
    task = Task.objects.get(assignee=lead)
    assert task.title == f"Name a guardian for {complaint.number}"
    page = signed_in(lead).get(f"/complaints/{complaint.pk}/").content.decode()
    assert "Nobody of the quality unit can take it now" in page
    assert "Marit Haugen has been asked to free somebody" in page


def test_a_manager_who_is_away_is_not_the_one_asked(premium_customer, lead, admin, rep, noon):
    Absence.objects.create(user=lead, first_day=noon.date(), last_day=noon.date())
    complaint = take(premium_customer, rep, noon)
    assert Task.objects.get(source__endswith="name-guardian").assignee == admin
    assert complaint.guardian is None


def test_a_small_customer_waits_for_a_volunteer(customer, guardian, rep, noon, score_as):
    score_as(customer, grade="C1", sales_cents=90_000)
    complaint = take(customer, rep, noon)
    assert complaint.guardian is None
    assert complaint.value_cents == 90_000


def test_what_is_at_risk_is_kept_as_it_was_then(complaint):
    assert complaint.value_cents == 40_200_000


def test_a_customer_nobody_has_scored_is_valued_by_his_orders(customer, rep, noon):
    factories.make_order(customer, noon.date() - timedelta(days=20), 70_000)
    factories.make_order(customer, noon.date() - timedelta(days=400), 900_000)
    assert take(customer, rep, noon).value_cents == 70_000


def test_sending_the_form_twice_takes_one_complaint(customer, rep, noon):
    token = uuid.uuid4()
    assert take(customer, rep, noon, token=token) == take(customer, rep, noon, token=token)
    assert Complaint.objects.count() == 1


def test_a_token_of_another_customer_is_no_way_to_his_complaint(customer, foreign_customer, rep, noon):
    token = uuid.uuid4()
    take(foreign_customer, rep, noon, token=token)
    with pytest.raises(Exception, match="token"):
        take(customer, rep, noon, token=token)


def test_a_person_or_order_of_somebody_else_is_refused(customer, foreign_customer, rep, noon):
    stranger = factories.make_person(foreign_customer)
    order = factories.make_order(foreign_customer, noon.date())
    for wrong in ({"person": stranger}, {"order": order}):
        with pytest.raises(ComplaintRefused):
            take(customer, rep, noon, **wrong)
    assert not Complaint.objects.exists()


def test_selling_stops_while_a_complaint_is_open_and_goes_on_when_the_last_is_closed(
    customer, guardian, second_guardian, rep, noon
):
    offer = selling_task(customer, rep, noon)
    service = Task.objects.create(
        customer=customer, kind=Task.Kind.PROMISE, title="Send drawing", assignee=rep, due_at=noon
    )
    first, second = take(customer, rep, noon), take(customer, rep, noon, title="Late again")
    offer.refresh_from_db()
    service.refresh_from_db()
    assert (offer.state, service.state) == (Task.State.PAUSED, Task.State.OPEN)
    assert first.number in offer.paused_reason
    for number, complaint in enumerate((first, second)):
        handling.close_complaint(complaint, by=guardian, at=noon, word="All good", mended="yes")
        offer.refresh_from_db()
        assert offer.state == (Task.State.PAUSED, Task.State.OPEN)[number]


def test_a_question_stops_nobody_from_selling(customer, rep, noon):
    offer = selling_task(customer, rep, noon)
    take(customer, rep, noon, kind=Complaint.Kind.QUESTION)
    offer.refresh_from_db()
    assert offer.state == Task.State.OPEN


def test_the_first_answer_is_kept_and_closes_its_task(complaint, guardian, noon):
    later = noon + timedelta(minutes=27)
    handling.answer(complaint, text="It is mine now.", by=guardian, at=later)
    changed = handling.answer(complaint, text="Still looking.", by=guardian, at=later + timedelta(days=2))
    assert changed.first_answer_at == later
    assert Task.objects.get(source=f"complaint:{complaint.pk}:answer").state == Task.State.DONE
    assert entries(complaint)[-2:] == ["answer", "answer"]


def test_a_remedy_is_agreed(complaint, guardian, noon):
    handling.agree_remedy(complaint, remedy="New rings by courier", by=guardian, at=noon)
    complaint.refresh_from_db()
    assert complaint.remedy == "New rings by courier"
    assert Task.objects.get(source=f"complaint:{complaint.pk}:remedy").state == Task.State.DONE


class TestGoodwill:
    def test_it_is_given_at_once_within_the_limit(self, complaint, guardian, noon):
        handling.grant_goodwill(complaint, what="Kit", amount_cents=26_800, by=guardian, at=noon)
        handling.grant_goodwill(complaint, what="Credit", amount_cents=123_200, by=guardian, at=noon)
        assert sum(grant.amount_cents for grant in complaint.goodwill_grants.all()) == 150_000

    def test_above_the_limit_it_is_refused_and_says_who_may(self, complaint, guardian, admin, noon):
        handling.grant_goodwill(complaint, what="Kit", amount_cents=26_800, by=guardian, at=noon)
        with pytest.raises(ComplaintRefused, match="Thomas Okafor") as refusal:
            handling.grant_goodwill(complaint, what="Car", amount_cents=123_201, by=guardian, at=noon)
        assert "€1,232.00" in str(refusal.value)
        assert complaint.goodwill_grants.count() == 1

    def test_an_admin_may_go_beyond_it(self, complaint, admin, noon):
        handling.grant_goodwill(complaint, what="Machine", amount_cents=900_000, by=admin, at=noon)
        assert "above the limit" in complaint.entries.last().text

    @pytest.mark.parametrize("cents", [0, -500])
    def test_nothing_is_no_goodwill(self, complaint, guardian, noon, cents):
        with pytest.raises(ComplaintRefused):
            handling.grant_goodwill(complaint, what="x", amount_cents=cents, by=guardian, at=noon)

    def test_without_any_segment_nothing_can_be_given(self, customer, guardian, rep, noon):
        with pytest.raises(ComplaintRefused):
            handling.grant_goodwill(take(customer, rep, noon), what="x", amount_cents=1, by=guardian, at=noon)


class TestClosing:
    def test_it_cannot_be_closed_without_the_customers_word(self, complaint, guardian, noon):
        with pytest.raises(ComplaintRefused, match="own word"):
            handling.close_complaint(complaint, by=guardian, at=noon)
        complaint.refresh_from_db()
        assert complaint.closed_at is None

    def test_it_closes_with_his_word(self, complaint, guardian, noon):
        at = noon + timedelta(days=5)
        closed = handling.close_complaint(
            complaint, by=guardian, at=at, word="It runs again", mended="yes", said_by="Lars Bak"
        )
        assert (closed.closed_at, closed.closed_by, closed.mended) == (at, guardian, "yes")
        assert closed.customers_word == "It runs again"
        assert "Lars Bak" in closed.entries.filter(kind="attempt").get().text
        assert not Task.objects.open().filter(source__startswith="complaint:").exists()

    def test_a_word_recorded_before_opens_the_lock(self, complaint, guardian, noon):
        handling.attempt_contact(complaint, by=guardian, at=noon, note="Better", mended="part")
        assert handling.close_complaint(complaint, by=guardian, at=noon).closed_at == noon

    def test_no_keeps_it_open(self, complaint, guardian, noon):
        with pytest.raises(ComplaintRefused, match="not mended"):
            handling.close_complaint(complaint, by=guardian, at=noon, word="Still leaks", mended="no")

    def test_three_attempts_on_three_days_close_it_without_a_word(self, complaint, guardian, noon):
        for hours in (0, 1, 2, 24):
            handling.attempt_contact(complaint, by=guardian, at=noon + timedelta(hours=hours))
        with pytest.raises(ComplaintRefused, match="2 so far"):
            handling.close_complaint(complaint, by=guardian, at=noon + timedelta(days=1))
        handling.attempt_contact(complaint, by=guardian, at=noon + timedelta(days=3))
        closed = handling.close_complaint(complaint, by=guardian, at=noon + timedelta(days=3))
        assert closed.closed_at is not None
        assert "Without their word" in closed.entries.last().text

    def test_the_seller_does_not_close_a_complaint_about_his_customer(self, complaint, rep, noon):
        with pytest.raises(ComplaintRefused, match="You sell"):
            handling.close_complaint(complaint, by=rep, at=noon, word="Fine", mended="yes")

    def test_what_they_said_needs_their_words(self, complaint, guardian, noon):
        with pytest.raises(ComplaintRefused, match="words"):
            handling.attempt_contact(complaint, by=guardian, at=noon, note=" ", mended="yes")
        assert not complaint.closing_attempts.exists()

    @pytest.mark.parametrize(
        "act",
        [
            lambda complaint, by, at: handling.answer(complaint, text="x", by=by, at=at),
            lambda complaint, by, at: handling.agree_remedy(complaint, remedy="x", by=by, at=at),
            lambda complaint, by, at: handling.grant_goodwill(complaint, what="x", amount_cents=1, by=by, at=at),
            lambda complaint, by, at: handling.attempt_contact(complaint, by=by, at=at),
            lambda complaint, by, at: handling.close_complaint(complaint, by=by, at=at, word="x", mended="yes"),
        ],
    )
    def test_a_closed_one_takes_notes_and_nothing_else(self, complaint, guardian, noon, act):
        handling.close_complaint(complaint, by=guardian, at=noon, word="Fine", mended="yes")
        with pytest.raises(ComplaintRefused, match="closed"):
            act(complaint, guardian, noon)
        handling.add_note(complaint, text="He rang to thank us", by=guardian, at=noon)
        assert complaint.entries.last().kind == ComplaintEntry.Kind.NOTE


class TestReopening:
    def test_everything_is_asked_anew(self, complaint, guardian, rep, noon):
        offer = selling_task(complaint.customer, rep, noon)
        handling.close_complaint(complaint, by=guardian, at=noon, word="Fine", mended="yes")
        opened = handling.reopen(complaint, reason="Leaks again", by=guardian, at=noon + timedelta(days=2))
        offer.refresh_from_db()
        assert (opened.closed_at, opened.mended, opened.guardian) == (None, "", guardian)
        assert offer.state == Task.State.PAUSED
        assert Task.objects.open().filter(source=f"complaint:{complaint.pk}:word").exists()
        with pytest.raises(ComplaintRefused):
            handling.close_complaint(opened, by=guardian, at=noon + timedelta(days=2))

    def test_opening_an_open_one_changes_nothing(self, complaint, guardian, noon):
        handling.reopen(complaint, reason="?", by=guardian, at=noon)
        assert "reopened" not in entries(complaint)

    def test_a_guardian_who_became_the_seller_is_replaced(self, complaint, guardian, second_guardian, noon):
        handling.close_complaint(complaint, by=guardian, at=noon, word="Fine", mended="yes")
        complaint.customer.owner = guardian
        complaint.customer.save()
        assert handling.reopen(complaint, reason="Again", by=second_guardian, at=noon).guardian == second_guardian

    def test_a_guardian_who_left_is_replaced(self, complaint, guardian, second_guardian, noon):
        handling.close_complaint(complaint, by=guardian, at=noon, word="Fine", mended="yes")
        type(guardian).objects.filter(pk=guardian.pk).update(is_active=False)
        assert handling.reopen(complaint, reason="Again", by=second_guardian, at=noon).guardian == second_guardian
