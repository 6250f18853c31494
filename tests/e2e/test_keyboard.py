"""Stories of somebody who never touches the mouse, and of what the frame does by itself."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from crm.core.models import User
from customers.duplicate_deciding import name_pair
from customers.models import ContactPoint
from customers.tagging import tag_customers
from interactions.models import ProcessRun
from segments.models import ClusterProposal
from tests.factories import make_customer, make_process, make_segment

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
COLLEAGUES = "/settings/colleagues/"


@pytest.fixture
def page(admin, rep, other_rep, lead, open_page):
    return open_page(admin, COLLEAGUES)


def test_search_opens_with_a_slash_and_finds_while_one_types(page, customer):
    page.keyboard.press("/")
    expect(page.locator("dialog#search input")).to_be_focused()
    page.keyboard.type("kjeldsn", delay=20)
    hit = page.locator("#search [role=option]").first
    expect(hit).to_contain_text("Kjeldsen Maskinfabrik A/S")
    expect(hit).to_have_attribute("aria-selected", "true")
    expect(page.locator("#search .note")).to_contain_text("nearly so")
    page.keyboard.press("Escape")
    expect(page.locator("dialog#search")).to_be_hidden()


def test_a_slash_typed_into_a_field_stays_in_it(page):
    field = page.get_by_label("Name or e-mail")
    field.fill("a")
    field.press("/")
    expect(field).to_have_value("a/")
    expect(page.locator("dialog#search")).to_be_hidden()


def test_commands_are_chosen_by_their_first_letters(page):
    page.keyboard.press("Control+k")
    page.keyboard.type("key")
    expect(page.locator("#search [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()


def test_rows_are_walked_with_j_and_k_and_opened_with_enter(page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    row = page.locator("[data-row]").nth(1)
    expect(row).to_be_focused()
    name = row.locator("a").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)
    page.go_back()  # and back to where one was
    expect(page.locator("[data-row]").nth(1)).to_be_focused()


def test_single_keys_can_be_switched_off_and_stay_off(page, admin):
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    with page.expect_response("**/settings/preferences/"):
        page.locator("#keys").get_by_role("button", name="Save").click()
    expect(page.locator("dialog#keys")).to_be_hidden()
    for _ in range(2):
        page.keyboard.press("/")
        expect(page.locator("dialog#search")).to_be_hidden()
        page.goto(COLLEAGUES)
    page.keyboard.press("Control+k")
    expect(page.locator("dialog#search")).to_be_visible()
    assert not User.objects.get(pk=admin.pk).single_keys


def test_what_happened_is_taken_back_with_z(page, rep):
    page.goto(f"{COLLEAGUES}{rep.pk}/")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.locator(".r-toast")).to_contain_text("can no longer sign in")
    page.keyboard.press("z")
    expect(page.locator(".r-toast")).to_contain_text("can sign in again")
    assert User.objects.get(pk=rep.pk).is_active


def test_dark_is_remembered_by_the_account(page, admin):
    with page.expect_response("**/settings/preferences/"):
        page.get_by_role("button", name="Light or dark").first.click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert User.objects.get(pk=admin.pk).theme == "dark"


def test_a_form_sent_twice_goes_out_once(page):
    page.goto("/settings/teams/new/")
    page.get_by_label("Name", exact=True).fill("West")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Save").dblclick()
    page.wait_for_url("**/settings/teams/")
    assert len(sent) == 1


def test_a_form_outlives_a_line_that_is_gone_and_a_session_that_has_ended(page, admin):
    page.goto("/settings/teams/new/")
    name = page.get_by_label("Name", exact=True)
    name.fill("West of the river")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#bands")).to_contain_text("the connection is gone")
    expect(name).to_have_value("West of the river")
    page.context.set_offline(False)
    admin.set_password("the-river-is-wide-1")
    admin.save()  # which ends every session of hers
    page.get_by_role("button", name="Save").click()
    page.get_by_label("E-mail").fill(admin.email)
    page.get_by_label("Password", exact=True).fill("the-river-is-wide-1")
    page.keyboard.press("Enter")
    expect(name).to_have_value("West of the river")
    expect(page.locator("[data-draft-note]")).to_contain_text("Draft of")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/settings/teams/")
    page.goto("/settings/teams/new/")
    expect(name).to_have_value("")


def test_a_note_that_was_not_sent_comes_back_unless_it_was_cancelled(open_page, rep, customer):
    page = open_page(rep, f"/customers/{customer.pk}/")
    dialog, opener = page.locator("dialog#dialog"), page.get_by_role("link", name="Write a note")
    opener.click()
    note = dialog.get_by_label("Note")
    note.fill("He wants the cause in writing.")
    box = note.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 12)  # a selection drawn out over the edge is no click beside it
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    opener.click()
    expect(note).to_have_value("He wants the cause in writing.")
    expect(dialog.locator("[data-draft-note]")).to_contain_text("Draft of")
    dialog.get_by_text("Cancel").click()
    opener.click()
    expect(note).to_have_value("")


def test_a_term_explains_itself_and_closes_with_escape(page):
    page.evaluate(
        """() => document.getElementById("main").insertAdjacentHTML("beforeend",
        '<span class="r-term">Owner<button type="button" data-help="owner" aria-expanded="false">?</button>' +
        '<span class="r-help-text" data-help-text hidden>The colleague who looks after this customer.</span></span>')"""
    )
    page.locator("[data-help=owner]").click()
    expect(page.get_by_text("The colleague who looks after")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("The colleague who looks after")).to_be_hidden()
    expect(page.locator("[data-help=owner]")).to_be_focused()


def test_when_the_line_is_gone_it_is_said_on_top(page):
    page.context.set_offline(True)
    page.locator("thead a").first.click()
    expect(page.locator("#bands")).to_contain_text("Not shown: the connection is gone")
    page.context.set_offline(False)


def test_a_contact_is_logged_from_what_was_found_without_leaving_the_page(page, customer):
    page.keyboard.press("/")
    page.keyboard.type("kjeldsen", delay=20)
    expect(page.locator("#search [role=option]").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Alt+l")
    expect(page.locator("dialog#search")).to_be_hidden()
    expect(page.locator("dialog#dialog form.r-log")).to_be_visible()
    expect(page.locator("dialog#dialog")).to_contain_text("Kjeldsen Maskinfabrik A/S")
    page.keyboard.press("Escape")
    expect(page.locator("dialog#dialog")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("dialog#search")).to_be_visible()
    page.keyboard.type("kjeldsen", delay=20)
    page.locator("#search [role=option]", has_text="Log a contact").click()
    expect(page.locator("dialog#search")).to_be_hidden()
    expect(page.locator("dialog#dialog form.r-log")).to_be_visible()


def test_whoever_was_found_is_called_by_a_key(page, customer):
    ContactPoint.objects.create(customer=customer, kind="phone", value="+45 86 12 04 77", value_normal="+4586120477")
    page.evaluate(
        "HTMLAnchorElement.prototype.click = function () { document.title = this.href; }"
    )  # no telephone here
    page.keyboard.press("/")
    page.keyboard.type("kjeldsen", delay=20)
    expect(page.locator("#search [role=option]").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Alt+c")
    expect(page).to_have_title("tel:+4586120477")
    expect(page.locator("dialog#search")).to_be_hidden()


def test_whoever_opens_a_dialog_types_at_once(page, customer):
    page.goto(page.url.replace(COLLEAGUES, "/customers/"))
    page.get_by_text("Save as view").click()
    expect(page.locator("dialog#dialog input[name=name]")).to_be_focused()
    page.keyboard.press("Enter")  # a name is missing: it is said, and the field still has the keyboard
    expect(page.locator("dialog#dialog")).to_contain_text("This field is required")
    expect(page.locator("dialog#dialog input[name=name]")).to_be_focused()
    page.keyboard.type("All of them")
    page.keyboard.press("Enter")
    expect(page.locator("dialog#dialog")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("All of them")
    house = page.url.partition("/customers/")[0]
    page.goto(f"{house}/customers/{customer.pk}/value/")
    page.locator("#wallet").get_by_role("link", name="Estimate").click()
    page.locator("dialog#dialog [name=source]").fill("Their buyer")
    page.keyboard.press("Enter")  # the sum is missing, not what was just typed
    expect(page.locator("dialog#dialog [aria-invalid=true]").first).to_be_focused()
    page.goto(f"{house}/customers/{customer.pk}/below-zero/?kind=keep")  # a page that is one form begins in it
    expect(page.get_by_label("Keep, because")).to_be_focused()
    page.goto(f"{house}/customers/{customer.pk}/personal-data/")
    page.get_by_label("typed again").fill("Somebody else")
    page.locator("#erase-reason").fill("Letter of May")
    page.keyboard.press("Enter")  # a whole page comes back, and begins at what was refused
    expect(page.get_by_label("typed again")).to_be_focused()


def test_a_click_beside_the_box_of_a_row_means_the_box(open_page, rep, customer):
    page = open_page(rep, "/customers/")
    cell = page.locator("td.r-sel").first
    cell.click(position={"x": 2, "y": 2})
    expect(cell.locator("input")).to_be_checked()
    expect(page.locator("[data-bulk-count]")).to_contain_text("1")
    page.keyboard.press("a")  # and what can be done with it is a key away
    expect(page.locator("[data-bulk] :focus")).to_have_count(1)


def test_a_thumb_ticks_a_row_on_the_phone(open_page, rep, customer):
    page = open_page(rep, "/customers/", width=390)
    page.locator("tbody [data-select]").first.tap()
    expect(page.locator("[data-bulk-count]")).to_contain_text("1")


def test_what_was_refused_stays_while_parts_of_the_page_arrive(open_page, admin, customer, foreign_customer):
    pair = name_pair(customer, foreign_customer)
    name_pair(customer, make_customer(name="Kjeldsen"))  # the queue goes on with another one, which fetches itself
    page = open_page(admin, f"/customers/duplicates/?pair={pair.pk}")
    second = open_page(admin, f"/customers/duplicates/?pair={pair.pk}")
    page.keyboard.press("m")
    expect(page.locator("#toasts")).to_contain_text("went into")
    second.keyboard.press("m")
    expect(second.locator("#bands")).to_contain_text("was merged into")
    second.wait_for_load_state("networkidle")
    expect(second.locator("#bands")).to_contain_text("was merged into")


def test_e_says_why_nothing_can_be_changed_in_a_row(open_page, rep, customer):
    page = open_page(rep, "/customers/")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("Choose a row first")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("No column shown here can be changed. Columns brings those")
    page.goto(page.url + "?columns=name,city")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("td[data-edit=city] input[name=city]")).to_be_focused()


def test_a_note_is_named_written_and_saved_by_keys_alone(open_page, rep, lead, customer):
    """And whoever it names learns it from the bell of the page that stands open before him. A tag that is taken off
    leaves the keyboard with the next one."""
    for name in ("Fair", "Pilot"):
        tag_customers([customer.pk], name=name, by=rep, at=timezone.now())
    of_lead = open_page(lead, "/people/")
    of_lead.clock.install()
    of_lead.reload()
    page = open_page(rep, f"/customers/{customer.pk}/")
    page.get_by_text("Write a note").press("Enter")
    expect(page.locator("#dialog textarea")).to_be_focused()
    page.keyboard.type("For @Mar")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notes")).to_contain_text("For @Marit Haugen")
    page.get_by_label("Take off: Fair").press("Enter")
    expect(page.get_by_label("Take off: Pilot")).to_be_focused()
    page.get_by_role("link", name="Ask for a referral").press("Enter")
    page.get_by_label("Whom they named").fill("Bo of Lund")
    page.keyboard.press("Enter")  # it may not be asked again: the keyboard stays in its card
    expect(page.locator("#favours")).to_contain_text("Bo of Lund")
    expect(page.locator("#favours a").first).to_be_focused()
    cache.clear()  # a count is kept for 20 seconds
    of_lead.clock.run_for(40_000)
    expect(of_lead.get_by_role("link", name="News, 1 not seen")).to_be_visible()


def test_on_the_phone_a_row_does_not_line_up_what_is_not_known(open_page, rep, customer):
    page = open_page(rep, "/customers/", width=390)
    row = page.locator("tbody tr").first
    expect(row).to_contain_text(customer.name)
    assert "–" not in row.inner_text()


def test_escape_closes_a_form_that_was_opened_on_the_spot_and_leads_back_to_what_opened_it(open_page, admin):
    ClusterProposal.objects.create(
        found_on=timezone.localdate(), name="In Bergen", size=40, precision=0.9, recall=0.9,
        criteria={"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]},
        effect={"sales_12m": 1, "service_12m": 1, "contribution_12m": 1, "service_over": 0, "at_stake": 0},
    )  # fmt: skip
    page = open_page(admin, "/segments/groups/")
    opener = page.locator("summary", has_text="Refuse …")
    opener.press("Enter")
    reason = page.locator("details input[name=reason]")
    reason.press_sequentially("Seen")
    reason.press("Escape")
    expect(reason).to_be_hidden()
    expect(opener).to_be_focused()
    opener.press("Enter")
    expect(reason).to_have_value("Seen")


def test_a_long_title_takes_three_lines_and_stands_whole_where_the_keyboard_or_the_pointer_is(open_page, rep, customer):
    version = make_process(make_segment(), "propose", [{"title": "Hear the need"}])
    subject = ("Pump with pipes and training " * 7)[:200].strip()
    ProcessRun.objects.create(customer=customer, version=version, key="long", subject=subject)
    page = open_page(rep, "/pipeline/all/")
    title = page.locator("tbody a.r-words")
    expect(title).to_have_text(subject)
    hidden = "e => e.scrollHeight - e.clientHeight"
    assert title.evaluate(hidden) > 0
    assert title.bounding_box()["height"] <= 60
    title.hover()
    expect(title).to_have_attribute("title", subject)
    page.keyboard.press("j")
    expect(page.locator("tbody tr")).to_be_focused()
    assert title.evaluate(hidden) == 0
