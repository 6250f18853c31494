"""Contacts of the past from a file: known by their number, else by customer, moment, channel and words.

They are history: they answer no task and move no process.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.core.late_imports import pandas as pd
from crm.core.local_time import company_zone, in_company_days
from crm.core.text_folding import fold_text
from customers.import_kinds import ImportKind, WritingTask
from customers.import_relating import RELATION_COLUMNS, find_related_customers, find_related_people, shape_relation
from customers.import_remembering import WrittenTable, change_differing, insert_remembered
from customers.import_staging import Stage, fetch_row, run_sql
from customers.rules.import_columns import ImportField, Reading
from customers.rules.import_headers import read_headers
from interactions.models import Interaction

BATCH = 50_000
_HEADERS = read_headers("""
number: number activityid recordid engagementid callid taskid id externalid
customer_number: customernumber customerid accountid accountnumber companyid organizationid relatedtoid whatid
    associatedcompanyid kundennr kundennummer
    accountnameid customerexternalid partnerexternalid relatedcompanyexternalid associatedcompanyids
customer_name: customername customer account accountname company companyname associatedcompany organization
    organisation companyaccount relatedto firma kunde regarding
    recordname documentname partnerid
person_name: personname person contact contactname contactperson attendee ansprechpartner who name
person_email: personemail email contactemail emailaddress from to
channel: channel type activitytype activitytypeid engagementtype calltype kind art kanal medium
direction: direction calldirection richtung
outcome: outcome calloutcome result status callresult disposition ergebnis
day: day date activitydate calldate callstarttime startdate duedate happenedat createdate createdtime createdat
    datum datetime timestamp completedat markedasdonetime datedone datedeadline
minutes: minutes duration durationminutes callduration dauer
note: note notes body comments description text subject callnotes notebody fullcomments engagementbody notiz details
by: by owner ownername assigned assignedto assigneduser assignedtouser activityassignedto createdby user agent rep
    logged salesagent userid authorid author
""")
_CHANNELS = {
    "call": "call", "phone": "call", "phonecall": "call", "telefon": "call", "anruf": "call", "outbound": "call",
    "inbound": "call", "mail": "mail", "email": "mail", "letter": "mail", "brief": "mail", "visit": "visit",
    "meeting": "visit", "event": "visit", "appointment": "visit", "besuch": "visit", "termin": "visit",
    "lunch": "visit", "demo": "visit", "chat": "chat", "sms": "chat", "whatsapp": "chat", "message": "chat",
    "linkedin": "chat", "teams": "chat",
}  # fmt: skip
_DIRECTIONS = {
    "out": "out", "outbound": "out", "outgoing": "out", "sent": "out", "ausgehend": "out", "in": "in",
    "inbound": "in", "incoming": "in", "received": "in", "eingehend": "in",
}  # fmt: skip
_OUTCOMES = {
    "notreached": "not_reached", "noanswer": "not_reached", "busy": "not_reached", "missed": "not_reached",
    "nichterreicht": "not_reached", "unreached": "not_reached", "canceled": "not_reached",
    "message": "message", "leftvoicemail": "message", "voicemail": "message", "leftlivemessage": "message",
    "leftamessage": "message", "leftmessage": "message", "*": "talked",
}  # fmt: skip
FIELDS = (
    ImportField("customer_number", length=40, headers=_HEADERS["customer_number"]),
    ImportField("customer_name", headers=_HEADERS["customer_name"]),
    ImportField("day", Reading.DAY, headers=_HEADERS["day"]),
    ImportField("channel", Reading.CHOICE, headers=_HEADERS["channel"], choices=_CHANNELS),
    ImportField("direction", Reading.CHOICE, headers=_HEADERS["direction"], choices=_DIRECTIONS),
    ImportField("outcome", Reading.CHOICE, headers=_HEADERS["outcome"], choices=_OUTCOMES),
    ImportField("note", Reading.WORDS, length=20_000, headers=_HEADERS["note"]),
    ImportField("minutes", Reading.MINUTES, headers=_HEADERS["minutes"]),
    ImportField("person_name", length=200, headers=_HEADERS["person_name"]),
    ImportField("person_email", Reading.EMAIL, length=254, headers=_HEADERS["person_email"]),
    ImportField("by", Reading.OWNER, headers=_HEADERS["by"]),
    ImportField("number", length=60, headers=_HEADERS["number"]),
)
REQUIRED = (("customer_number", "customer_name"), ("day",), ("channel",))
STAGE_COLUMNS = {
    **RELATION_COLUMNS,
    "number": "text",
    "person_folded": "text",
    "person_email": "text",
    "channel": "text",
    "direction": "text",
    "outcome": "text",
    "note": "text",
    "minutes": "numeric",
    "moment": "timestamptz",
    "by_id": "bigint",
}


def read_moments(frame: pd.DataFrame, *, clock: str = "12:00") -> list[str | None]:
    """The moments of the column ``day``; a day without a clock time is that day at ``clock``."""
    zone = company_zone()
    return [None if pd.isna(read) else _moment(read, f"{clock} {zone}") for read in frame["day"]]


def _moment(read: Any, clock: str) -> str:
    return str(read.moment.isoformat() if read.moment else f"{read.day.isoformat()} {clock}")


def shape_person(frame: pd.DataFrame) -> pd.DataFrame:
    """Customer and person of parsed rows as they are looked for."""
    shaped = shape_relation(frame)
    if "person_name" in shaped:
        folded = {name: fold_text(name) for name in shaped["person_name"].dropna().unique()}
        shaped["person_folded"] = shaped["person_name"].map(folded)
    return shaped.drop(columns=["person_name"], errors="ignore")


def shape_interactions(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them."""
    shaped = shape_person(frame).rename(columns={"by": "by_id"})
    shaped["moment"] = read_moments(shaped)
    return shaped.drop(columns=["day"])


def check_interactions(stage: Stage, task: WritingTask) -> None:
    """Find customers and people, give each contact the token by which it is known again."""
    find_related_customers(stage, task)
    find_related_people(stage)
    run_sql(f"ALTER TABLE {stage.lines} ADD COLUMN token uuid, ADD COLUMN interaction_id bigint")
    run_sql(f"""
        UPDATE {stage.lines} SET token = md5(CASE WHEN number IS NOT NULL THEN 'interaction ' || number
            ELSE concat_ws(' ', customer_id, moment AT TIME ZONE 'UTC', channel, coalesce(note, '')) END)::uuid""")  # noqa: S608
    stage.reject_repeated(field="day", code="contact_twice", key="token")
    run_sql(f"UPDATE {stage.lines} l SET interaction_id = i.id FROM interactions_interaction i"  # noqa: S608
            " WHERE i.token = l.token")  # fmt: skip
    if task.mode == "update":
        stage.reject_absent(field="number", found="interaction_id", value="coalesce(number, row::text)")


_CHANGES = {
    "outcome": "coalesce(n.outcome, t.outcome)",
    "note": "coalesce(n.note, t.note)",
    "minutes": "coalesce(n.minutes::int, t.minutes)",
    "person_id": "coalesce(n.person_id, t.person_id)",
    "logged_by_id": "coalesce(n.by_id, t.logged_by_id)",
}


def write_interactions(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next ``batch`` contacts behind record ``after``; call it inside ``one_writer``."""
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    total = fetch_row(f"SELECT count(*) FROM {stage.records} n WHERE {scope}")[0]  # noqa: S608
    changed = 0
    if task.mode != "create":
        changed = change_differing(
            INTERACTION_TABLE,
            import_id=task.import_id,
            changes=_CHANGES,
            source=f"{stage.records} n",
            where=f"{scope} AND t.id = n.interaction_id",
        )
    created = insert_remembered(
        INTERACTION_TABLE,
        f"""INSERT INTO interactions_interaction AS t
                (customer_id, person_id, channel, direction, outcome, note, minutes, happened_at, logged_by_id, token)
            SELECT n.customer_id, n.person_id, n.channel, coalesce(n.direction, 'out'), coalesce(n.outcome, 'talked'),
                coalesce(n.note, ''), greatest(0, least(coalesce(n.minutes, 0), 1440))::int, n.moment,
                coalesce(n.by_id, %s), n.token
            FROM {stage.records} n WHERE {scope} AND n.interaction_id IS NULL
            ORDER BY n.id ON CONFLICT (token) DO NOTHING""",  # noqa: S608
        [task.options.get("by_id")],
        import_id=task.import_id,
    )
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


INTERACTION_TABLE = WrittenTable(
    "contact",
    Interaction,
    columns=(
        "customer_id",
        "person_id",
        "channel",
        "direction",
        "outcome",
        "note",
        "minutes",
        "happened_at",
        "logged_by_id",
    ),
    label=_("contact"),
    name_sql=in_company_days(
        "(SELECT c.name FROM customers_customer c WHERE c.id = t.customer_id) || ' ' || day_of(t.happened_at)"
    ),
)
KIND = ImportKind(
    name="interactions",
    label=_("contacts of the past"),
    labels={
        "customer_number": _("Customer number"),
        "customer_name": _("Customer name"),
        "day": _("When"),
        "channel": _("Call, mail, visit or chat"),
        "direction": _("In or out"),
        "outcome": _("Outcome"),
        "note": _("What was said"),
        "minutes": _("Minutes"),
        "person_name": _("Person"),
        "person_email": _("Person’s e-mail"),
        "by": _("By whom"),
        "number": _("Number"),
    },
    fields=FIELDS,
    required=REQUIRED,
    stage_columns=STAGE_COLUMNS,
    shape=shape_interactions,
    check=check_interactions,
    write=write_interactions,
    tables=(INTERACTION_TABLE,),
    keys=(("number", _("number, else customer, time, channel and words")),),
    permission="interactions.add_interaction",
    problems={"contact_twice": _("the same contact stands in row %(value)s")},
)
