"""Groups from a file of customers: under whom each stands, wherever in the file or here, and taken back as a whole."""

import pytest
from django.urls import reverse

from crm.core.job_ledger import perform_job
from crm.core.models import JobRun
from customers import import_batches
from customers.group_joining import join_group
from customers.import_batches import NoLease
from customers.import_undoing import start_undo, undo_import
from customers.models import Customer, ImportChange
from tests import factories
from tests.customers.import_files import AT, counts, import_file, problems, read_file
from tests.pipeline_files import ACCOUNTS

pytestmark = pytest.mark.django_db


def belongs():
    """Whom each customer belongs to, by number."""
    return dict(Customer.objects.exclude(parent=None).values_list("number", "parent__number"))


def bring(text, **kwargs):
    return import_file(text, kind="customers", **kwargs)


def undo(data_import, admin):
    started = start_undo(data_import, by=admin, at=AT)
    return undo_import(started, lease=NoLease(), total=started.job.params["total"])


@pytest.mark.parametrize(
    "header",
    ["Parent Account", "Parent Company", "Related Company", "Parent", "subsidiary_of", "Belongs to",
     "Parent Account ID", "Belongs to, number", "ParentId"],
)  # fmt: skip
def test_a_column_of_other_systems_puts_customers_into_groups(header):
    by_number = any(word in header.casefold() for word in ("id", "number")) and "subsid" not in header
    one, two = ("1", "4") if by_number else ("Acme", "Zeta AG")
    file = f'id,name,"{header}"\n1,Acme,\n2,Bluth,{one}\n3,Codehow,{two}\n4,Zeta AG,\n'
    assert counts(bring(file)) == (4, 0, 0, 0)
    assert belongs() == {"2": "1", "3": "4"}
    before = list(Customer.objects.order_by("number").values_list("edit_version", "changed_at"))
    assert counts(bring(file)) == (0, 0, 4, 0)
    assert list(Customer.objects.order_by("number").values_list("edit_version", "changed_at")) == before
    assert not Customer.objects.first().events.exists()


def test_the_accounts_of_a_crm_come_with_their_subsidiaries():
    assert counts(bring(ACCOUNTS)) == (4, 0, 0, 0)
    assert list(Customer.objects.exclude(parent=None).values_list("name", "parent__name")) == [
        ("Bioholding", "Betatech")
    ]


def test_a_tree_of_any_depth_becomes_one_group_under_the_uppermost():
    bring("id,name,parent account id\n5,E,4\n4,D,3\n3,C,2\n2,B,1\n1,A,\n9,Z,\n")
    assert belongs() == dict.fromkeys("2345", "1")


def test_the_upper_half_of_a_tree_may_be_here_and_the_lower_half_come_later():
    bring("id,name,parent\n1,A,\n2,B,A\n")
    assert counts(bring("id,name,parent\n3,C,B\n")) == (1, 0, 0, 0)
    assert belongs() == {"2": "1", "3": "1"}


def test_members_that_are_here_move_along_with_their_head_and_back(admin):
    bring("id,name,parent\n2,B,\n3,C,B\n4,D,B\n")
    before = belongs()
    done = bring("id,name,parent\n1,A,\n2,B,A\n4,Delta,\n")
    assert counts(done) == (1, 2, 0, 0)
    assert belongs() == dict.fromkeys("234", "1")
    undone = undo(done, admin)
    assert (undone["refused"], undone["left"]) == (0, 0)
    assert belongs() == before
    assert set(Customer.objects.values_list("name", flat=True)) == {"B", "C", "D"}


def test_names_are_found_without_regard_to_case_and_accents_and_numbers_where_names_were_expected():
    bring('id,name,trading name,parent\n1,"Möller, Søn",Snap,\n2,B,,"MOLLER, SON"\n3,C,,1\n')
    assert belongs() == {"2": "1", "3": "1"}


def test_the_id_decides_and_where_nobody_has_it_the_name():
    bring("id,name,parent account id,parent account\n1,A,,\n2,B,,\n3,C,1,B\n4,D,001xx77,B\n")
    assert belongs() == {"3": "1", "4": "2"}


def test_what_cannot_be_is_refused_by_row_field_and_reason(admin):
    file = (
        "id,name,parent\n1,Twin,\n2,Twin,\n3,Lost,Nowhere Ltd\n4,Narziss,Narziss\n5,Asks,Twin\n"
        "6,Snake,Tail\n7,Tail,Snake\n8,Rider,Tail\n9,Below,Lost\n10,Good,Rider the second\n11,Rider the second,\n"
    )
    wanted = [
        (4, "parent_name", "no_such_parent"),
        (5, "parent_name", "own_parent"),
        (6, "parent_name", "two_parents"),
        (7, "parent_name", "group_circle"),
        (8, "parent_name", "group_circle"),
        (9, "parent_name", "group_circle"),
        (10, "parent_name", "parent_refused"),
    ]
    looked = read_file(file, kind="customers", by=admin)
    assert looked.preview["ready"] == 4
    assert {(row["row"], one["field"], one["code"]) for row in looked.preview["problem_rows"] for one in row["problems"]
            } == set(wanted)  # fmt: skip
    done = bring(file)
    assert problems(done) == wanted
    assert counts(done) == (4, 0, 0, 7)
    assert belongs() == {"10": "11"}


def test_of_two_of_one_name_the_other_is_meant():
    bring("id,name,parent\n1,Acme,\n2,Acme,Acme\n")
    assert belongs() == {"2": "1"} or belongs() == {"1": "2"}


def test_an_empty_cell_leaves_the_group_and_a_new_one_changes_it(admin):
    bring("id,name,parent\n1,A,\n2,B,\n3,C,A\n")
    assert counts(bring("id,name,parent\n3,C,\n")) == (0, 0, 1, 0)
    assert belongs() == {"3": "1"}
    done = bring("id,name,parent\n3,C,B\n")
    assert counts(done) == (0, 1, 0, 0)
    assert belongs() == {"3": "2"}
    undo(done, admin)
    assert belongs() == {"3": "1"}


def test_only_new_customers_join_where_known_ones_are_left_alone():
    bring("id,name\n1,A\n2,B\n")
    bring("id,name,parent\n2,B,A\n3,C,B\n", mode="create")
    assert belongs() == {"3": "2"}


def test_a_member_that_somebody_moved_since_stays_and_so_does_the_head_he_chose(admin, rep):
    bring("id,name\n2,B\n")
    done = bring("id,name,parent\n1,A,\n2,B,A\n3,C,A\n")
    joined = Customer.objects.get(number="3")
    joined.city, joined.changed_by = "Kiel", rep
    joined.save()
    report = undo(done, admin)
    assert {(row["name"], row["why"]) for row in report["rows"]} == {("3 C", "changed"), ("1 A", "used")}
    assert belongs() == {"3": "1"}


def test_an_undo_keeps_the_one_level_whatever_happened_to_the_old_head(admin, rep):
    bring("id,name,parent\n1,A,\n2,B,\n3,C,A\n4,D,\n")
    done = bring("id,name,parent\n3,C,B\n")
    rows = {one.number: one for one in Customer.objects.all()}
    join_group(rows["1"], head=rows["4"], by=rep)
    undo(done, admin)
    assert belongs() == {"1": "4", "3": "4"}


def test_batch_by_batch_every_head_is_there_before_its_members(admin, monkeypatch):
    monkeypatch.setattr(import_batches, "WRITE_BATCH", 3)
    monkeypatch.setattr("customers.import_undoing.CHUNK", 2)
    bring("id,name\n1,A\n8,H\n")
    rows = [f"{n},N{n},{'' if n % 4 == 0 else 4 * (n // 4 + 1)}" for n in range(1, 17)]
    done = bring("id,name,parent account id\n" + "\n".join(rows) + "\n")
    assert counts(done) == (14, 2, 0, 0)
    assert belongs() == {str(n): str(4 * (n // 4 + 1)) for n in range(1, 17) if n % 4}
    report = undo(done, admin)
    assert (report["refused"], report["removed"], report["restored"]) == (0, 14, 2)
    assert belongs() == {}
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["A", "H"]
    assert not ImportChange.objects.filter(data_import=done).exists()


def test_nobody_joins_a_group_whose_head_he_may_not_see(lead, north, south):
    hidden = factories.make_customer(number="S-1", name="Secret AG", team=south)
    own = factories.make_customer(number="N-1", name="Own", team=north)
    head = factories.make_customer(number="N-2", name="Head", team=north)
    factories.make_customer(number="S-2", name="Their member", team=south, parent=head)
    factories.make_customer(number="N-3", name="In it already", team=north, parent=hidden)
    done = bring("id,name,parent account id\nN-1,Own,S-1\nN-2,Head,N-1\nN-3,In it already,S-1\n", by=lead)
    assert problems(done) == [
        (2, "parent_number", "group_not_yours"),
        (3, "parent_number", "members_not_yours"),
    ]
    own.refresh_from_db()
    assert own.parent is None


def test_one_who_was_merged_stands_for_whoever_took_him_in(admin):
    kept = factories.make_customer(number="K", name="Kept")
    factories.make_customer(number="G", name="Gone", merged_into=kept, archived_at=AT)
    bring("id,name,parent account id\n1,A,G\n")
    assert belongs() == {"1": "K"}


def test_a_merely_remembered_import_of_before_groups_can_be_undone(admin):
    bring("id,name\n1,A\n2,B\n")
    done = bring("id,name\n2,Better\n")
    rows = {one.number: one for one in Customer.objects.all()}
    change = ImportChange.objects.get(data_import=done, what="customer")
    change.before.pop("parent_id")
    ImportChange.objects.filter(data_import=done, what="customer").update(before=change.before)
    assert undo(done, admin)["restored"] == 1
    rows["2"].refresh_from_db()
    assert rows["2"].name == "B"


def test_a_long_chain_that_ends_nowhere_is_refused_without_walking_it_row_by_row(django_assert_max_num_queries):
    rows = "".join(f"{n},N{n},{n + 1}\n" for n in range(1, 2_001))
    with django_assert_max_num_queries(150):
        done = bring(f"id,name,parent account id\n{rows}")
    assert done.report["rejected"] == 2_000
    assert {one["code"]: one["count"] for one in done.report["problems"]} == {
        "parent_refused": 1_999,
        "no_such_parent": 1,
    }


@pytest.mark.parametrize("columns", ["number,name,group_number", "number,name,group", "number,name,group,group_number"])
def test_what_goes_out_as_a_list_comes_in_again_and_changes_nothing(columns, rep, north, admin, signed_in):
    head = factories.make_customer(name="Möller, “Head”", team=north)
    members = [factories.make_customer(name=f"Member {n}", team=north, parent=head) for n in (1, 2)]
    browser = signed_in(admin)
    sent = {"sure": "1", "kind": "csv"}
    browser.post(f"{reverse('home:list-export', args=['customers'])}?columns={columns}", sent)
    job = JobRun.objects.filter(kind="list-export").latest("pk")
    perform_job(job.pk)
    content = b"".join(browser.get(reverse("home:export-file", args=[job.pk])).streaming_content)
    assert counts(bring(content)) == (0, 0, 3, 0)
    Customer.objects.update(parent=None)
    assert counts(bring(content)) == (0, 2, 1, 0)
    assert belongs() == {one.number: head.number for one in members}


def test_the_list_shows_the_head_only_to_whoever_may_see_it(rep, north, south, signed_in):
    hidden = factories.make_customer(number="S-54321", name="Secret AG", team=south)
    head = factories.make_customer(number="N-1", name="Open Head", owner=rep, team=north)
    factories.make_customer(name="One", owner=rep, team=north, parent=hidden)
    factories.make_customer(name="Two", owner=rep, team=north, parent=head)
    browser = signed_in(rep)
    text = browser.get(reverse("home:customer-list"), {"columns": "name,group,group_number"}).content.decode()
    assert "Secret AG" not in text
    assert "S-54321" not in text
    assert "N-1" in text
    shown = browser.get(reverse("home:customer-list"), {"group": "N-1"}).content.decode()
    assert ("Open Head" in shown, "Two" in shown, "One" in shown) == (True, True, False)
