"""Sales teams from a file: colleagues who may not sign in yet, their teams and managers; and taken back again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.core.models import Role, Team, User
from customers.import_undoing import start_undo, undo_import
from customers.import_writing import NoLease
from customers.models import Customer, ImportChange
from tests.customers.import_files import AT, counts, import_file, problems

pytestmark = pytest.mark.django_db
TEAMS = """sales_agent,manager,regional_office
Ana Boateng,Dov Brink,Central
Cem Lamp,Dov Brink,Central
Eva Hill,Fay Losch,East
Gus Ncend,Hal Marx,Central
"""


def _make_colleague(*, name, email):
    return User.objects.create_user(email, "four words in a row", name=name, role=Role.REP)


def _undo(data_import, admin):
    started = start_undo(data_import, by=admin, at=AT)
    return undo_import(started, lease=NoLease(), total=started.job.params["total"])


def test_agents_and_managers_become_colleagues_of_their_office():
    data_import = import_file(TEAMS, kind="teams")
    assert counts(data_import) == (4, 0, 0, 0)
    central = Team.objects.get(name="Central")
    assert sorted(central.managers.values_list("name", flat=True)) == ["Dov Brink", "Hal Marx"]
    assert sorted(central.members.values_list("name", flat=True)) == ["Ana Boateng", "Cem Lamp", "Dov Brink",
                                                                     "Gus Ncend", "Hal Marx"]  # fmt: skip
    ana, dov = User.objects.get(name="Ana Boateng"), User.objects.get(name="Dov Brink")
    assert (ana.role, dov.role) == (Role.REP, Role.MANAGER)
    assert list(dov.groups.values_list("name", flat=True)) == ["manager"]
    made = {row["what"]: (row["made"], row["changed"]) for row in data_import.report["made"]}
    assert made == {"team": (2, 0), "colleague": (7, 0), "lead": (3, 0)}


def test_nobody_is_let_into_the_house_by_a_file(client):
    import_file(TEAMS, kind="teams")
    ana = User.objects.get(name="Ana Boateng")
    assert not ana.is_active
    assert not ana.has_usable_password()
    assert ana.email == "ana.boateng@no-address.invalid"


def test_the_same_file_again_changes_nothing():
    import_file(TEAMS, kind="teams")
    before = list(User.objects.order_by("pk").values())
    again = import_file(TEAMS, kind="teams")
    assert counts(again) == (0, 0, 4, 0)
    assert list(User.objects.order_by("pk").values()) == before
    assert not ImportChange.objects.filter(data_import=again).exists()


def test_colleagues_who_are_here_keep_role_password_and_right_to_sign_in(admin):
    rep = _make_colleague(name="Ana Boateng", email="ana@halden.example")
    data_import = import_file(
        "Name,Email,Job Title,Team,Reports To\nAna Boateng,ana@halden.example,Key accounts,Central,"
        f"{admin.email}\nEva Hill,eva@halden.example,,Central,\n",
        kind="teams",
    )
    assert counts(data_import) == (1, 1, 0, 0)
    password = rep.password
    rep.refresh_from_db()
    assert (rep.team.name, rep.job_title, rep.is_active, rep.role) == ("Central", "Key accounts", True, Role.REP)
    assert rep.password == password
    assert list(rep.team.managers.all()) == [admin]
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


def test_an_address_that_comes_later_takes_the_place_of_the_made_one():
    import_file(TEAMS, kind="teams")
    later = import_file("name,email\nAna Boateng,ana@halden.example\n", kind="teams")
    assert counts(later) == (0, 1, 0, 0)
    assert User.objects.get(name="Ana Boateng").email == "ana@halden.example"
    other = import_file("name,email\nAna Boateng,other.ana@halden.example\n", kind="teams")
    assert counts(other) == (1, 0, 0, 0)


def test_what_stands_twice_or_for_two_comes_back():
    for number in range(2):
        _make_colleague(name="Jo Ek", email=f"jo{number}@halden.example")
    data_import = import_file("agent,team\nJo Ek,A\nMia Ash,A\nMIA ASH,B\n,A\n", kind="teams")
    assert problems(data_import) == [
        (2, "name", "two_colleagues"), (4, "name", "colleague_twice"), (5, "name", "empty")]  # fmt: skip


def test_it_is_taken_back_with_teams_and_managers_unless_somebody_is_needed(admin):
    _make_colleague(name="Ana Boateng", email="ana@halden.example")
    data_import = import_file(TEAMS, kind="teams")
    eva = User.objects.get(name="Eva Hill")
    Customer.objects.create(number="K-1", name="Kjeldsen A/S", owner=eva)
    undo = _undo(data_import, admin)
    assert [(row["name"], row["why"]) for row in undo["rows"]] == [("East", "used"), ("Eva Hill", "used")]
    assert not User.objects.filter(name__in=["Dov Brink", "Fay Losch", "Cem Lamp"]).exists()
    assert User.objects.get(name="Ana Boateng").team is None
    assert list(Team.objects.filter(name__in=["Central", "East"]).values_list("name", flat=True)) == ["East"]


def test_letters_of_every_alphabet_have_an_address():
    data_import = import_file("agent,team\nمحمد العربي,A\nสมชาย,A\n李,A\nÅ,A\n👍🏽,A\n", kind="teams")
    assert counts(data_import) == (5, 0, 0, 0)
    assert User.objects.filter(email__endswith="@no-address.invalid").count() == 5


def test_only_who_manages_colleagues_brings_them(signed_in, lead, admin):
    url = reverse("customers:import-new")
    assert 'value="teams"' not in signed_in(lead).get(url).content.decode()
    assert 'value="teams"' in signed_in(admin).get(url).content.decode()


def test_the_report_says_what_was_made(signed_in, admin):
    data_import = import_file(TEAMS, kind="teams", at=timezone.now())
    page = signed_in(admin).get(data_import.get_absolute_url()).content.decode()
    assert "Manager of a team" in page
    assert "cannot sign in yet" in page
