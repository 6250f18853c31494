"""Who is away, who stands in, and who may write it down."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from crm.core.absence_planning import AbsenceRefused, list_stood_in_for, plan_absence
from crm.core.models import Absence, Role, User

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
FRIDAY = MONDAY + timedelta(days=4)


@pytest.fixture
def colleague(north):
    """Bo, of Ana's team."""
    return User.objects.create_user("bo@rapport.test", name="Bo Lind", role=Role.REP, team=north)


def away(user, *, stand_in=None, by=None, first=MONDAY, last=FRIDAY):
    absence = Absence(user=user, first_day=first, last_day=last, stand_in=stand_in)
    return plan_absence(absence, by=by or user)


def test_a_colleague_his_manager_and_an_admin_may_write_it_down(rep, lead, admin, colleague):
    away(rep, stand_in=colleague)
    away(rep, by=lead, first=FRIDAY + timedelta(1), last=FRIDAY + timedelta(2))
    away(rep, by=admin, first=FRIDAY + timedelta(3), last=FRIDAY + timedelta(3))
    assert rep.absences.count() == 3


def test_nobody_else_may(rep, other_rep, executive, colleague):
    for stranger in (colleague, other_rep, executive):
        with pytest.raises(AbsenceRefused, match="their manager or an admin"):
            away(rep, by=stranger)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"last": MONDAY - timedelta(1)}, "before the first"),
        ({"last": MONDAY + timedelta(400)}, "At most a year"),
        ({"first": FRIDAY, "last": FRIDAY + timedelta(9)}, "away on some of these days already"),
    ],
)
def test_days_that_make_no_sense_are_refused(rep, change, why):
    away(rep)
    with pytest.raises(AbsenceRefused, match=why):
        away(rep, **{"first": FRIDAY + timedelta(1), "last": FRIDAY + timedelta(2), **change})


def test_changing_an_absence_does_not_overlap_itself(rep):
    absence = away(rep)
    absence.last_day = FRIDAY + timedelta(days=2)
    assert plan_absence(absence, by=rep).last_day == FRIDAY + timedelta(days=2)


def test_a_stand_in_is_somebody_else_who_is_here_and_sees_the_customers(rep, lead, admin, other_rep, colleague):
    with pytest.raises(AbsenceRefused, match="himself"):
        away(rep, stand_in=rep)
    with pytest.raises(AbsenceRefused, match="Tomasz Zieliński does not see the customers of Ana Ribeiro"):
        away(rep, stand_in=other_rep)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    colleague.refresh_from_db()
    with pytest.raises(AbsenceRefused, match="no longer works"):
        away(rep, stand_in=colleague)
    for days, stand_in in enumerate((lead, admin)):
        day = MONDAY + timedelta(days)
        assert away(rep, stand_in=stand_in, first=day, last=day).pk


def test_who_sees_all_is_stood_in_for_by_somebody_who_does(guardian, rep, admin):
    with pytest.raises(AbsenceRefused, match="does not see"):
        away(guardian, stand_in=rep)
    assert away(guardian, stand_in=admin).pk


def test_the_work_falls_to_the_last_of_a_chain_and_only_on_those_days(rep, lead, colleague):
    away(rep, stand_in=colleague)
    away(colleague, stand_in=lead, first=MONDAY, last=MONDAY)
    assert list_stood_in_for(lead, on=MONDAY) == [rep.pk, colleague.pk]
    assert list_stood_in_for(colleague, on=MONDAY) == []
    assert list_stood_in_for(colleague, on=FRIDAY) == [rep.pk]
    assert list_stood_in_for(colleague, on=FRIDAY + timedelta(1)) == []


@pytest.fixture
def monday(time_machine):
    time_machine.move_to(f"{MONDAY} 09:00+00:00")


def test_a_rep_writes_down_his_own_in_the_browser(rep, colleague, signed_in, monday):
    client = signed_in(rep)
    form = {"first_day": str(MONDAY), "last_day": str(FRIDAY), "stand_in": colleague.pk}
    assert client.post(reverse("core:absence-new"), form).status_code == 302
    page = client.get(reverse("core:absence-list")).content.decode()
    assert "Ana Ribeiro" in page
    assert "Bo Lind" in page
    absence = rep.absences.get()
    assert (
        client.post(reverse("core:absence-edit", args=[absence.pk]), {**form, "last_day": str(MONDAY)}).status_code
        == 302
    )
    assert rep.absences.get().last_day == MONDAY
    client.post(reverse("core:absence-delete", args=[absence.pk]))
    assert not rep.absences.exists()


def test_a_refusal_stands_in_the_form(rep, other_rep, signed_in, monday):
    form = {"first_day": str(MONDAY), "last_day": str(FRIDAY), "stand_in": other_rep.pk}
    answer = signed_in(rep).post(reverse("core:absence-new"), form)
    assert answer.status_code == 422
    assert "does not see the customers" in answer.content.decode()
    assert "stand_in" in answer.content.decode()


def test_a_rep_cannot_name_somebody_else_by_forging_the_form(rep, colleague, signed_in, monday):
    form = {"user": colleague.pk, "first_day": str(MONDAY), "last_day": str(FRIDAY)}
    signed_in(rep).post(reverse("core:absence-new"), form)
    assert Absence.objects.get().user == rep


def test_a_manager_writes_down_for_his_team(rep, other_rep, lead, signed_in, monday):
    client = signed_in(lead)
    form = {"user": rep.pk, "first_day": str(MONDAY), "last_day": str(FRIDAY)}
    client.post(reverse("core:absence-new"), form)
    assert Absence.objects.get().user == rep
    assert client.post(reverse("core:absence-new"), {**form, "user": other_rep.pk}).status_code == 422


def test_everybody_sees_who_is_away_but_only_some_may_change_it(rep, other_rep, signed_in, monday):
    absence = away(rep)
    client = signed_in(other_rep)
    page = client.get(reverse("core:absence-list")).content.decode()
    assert "Ana Ribeiro" in page
    assert reverse("core:absence-edit", args=[absence.pk]) not in page
    assert client.get(reverse("core:absence-edit", args=[absence.pk])).status_code == 403


def test_what_is_over_is_shown_when_asked_for(rep, lead, signed_in, monday):
    Absence.objects.create(user=rep, first_day=date(2026, 1, 5), last_day=date(2026, 1, 9))
    client = signed_in(lead)
    assert "Everybody is here" in client.get(reverse("core:absence-list")).content.decode()
    assert "Ana Ribeiro" in client.get(reverse("core:absence-list"), {"past": "1"}).content.decode()
