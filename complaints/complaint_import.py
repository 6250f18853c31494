"""Complaints from another system: known by their number, else by customer, day and title; open or closed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint, ComplaintEntry
from crm.core.late_imports import pandas as pd
from crm.core.local_time import in_company_days
from customers.import_kinds import ImportKind, WritingTask
from customers.import_relating import (
    RELATION_COLUMNS,
    find_related_customers,
    find_related_people,
    follow_merged_since_check,
)
from customers.import_remembering import STAMPED, WrittenTable, change_differing, insert_remembered
from customers.import_staging import Stage, fetch_row, run_sql
from customers.rules.import_columns import ImportField, Reading, fold_header
from customers.rules.import_headers import read_headers
from interactions.interaction_import import read_moments, shape_person

BATCH = 20_000
_HEADERS = read_headers("""
number: number casenumber ticketref ticketid ticketnumber caseid complaintid recordid id reference reklamationsnr
    ticketidssequence externalid
customer_number: customernumber customerid accountid accountnumber companyid organizationid kundennr kundennummer
    accountnameid customerexternalid partnerexternalid relatedcompanyexternalid associatedcompanyid associatedcompanyids
    partneridid
customer_name: customername customer account accountname company companyname associatedcompany organization firma kunde
    partnerid partneridname
person_name: personname person contact contactname ansprechpartner reportedby
person_email: personemail email contactemail suppliedemail webemail partneremail customeremail
order: order ordernumber orderid invoice invoicenumber auftragsnr bestellnr
title: title subject ticketname casesubject summary inafewwords betreff titel thema name
words: words description ticketdescription body text details complaint beschreibung reklamation
wants: wants expectation desiredoutcome request
kind: kind type casetype tickettype tickettypeid category ticketcategory art
severity: severity priority urgency prioritat dringlichkeit
day: day date createdate createddate createdat createdtime createdon datetimeopened dateopened openedat opendate
    receivedon datum takenon
closed: closed closeddate closedate closedat closedon closedtime ticketclosedtime datetimeclosed dateclosed solvedat
    resolvedat resolvedon resolvedtime resolutiondate erledigtam closingdate
status: status ticketstatus casestatus stage stageid zustand estado statut stato
remedy: remedy resolution solution losung massnahme
customers_word: customersword feedback satisfactioncomment customercomment
""")
_KINDS = {
    "complaint": "complaint", "problem": "complaint", "bug": "complaint", "reklamation": "complaint",
    "claim": "complaint", "question": "question", "frage": "question", "inquiry": "question",
    "request": "request", "featurerequest": "request", "anfrage": "request", "suggestion": "suggestion",
    "idea": "suggestion", "*": "complaint",
}  # fmt: skip
_SEVERITIES = {
    "low": "1", "minor": "1", "niedrig": "1", "1": "1", "p3": "1", "p4": "1", "medium": "2", "normal": "2",
    "mittel": "2", "2": "2", "p2": "2", "high": "3", "hoch": "3", "urgent": "3", "critical": "3", "major": "3",
    "3": "3", "p1": "3",
}  # fmt: skip
_CLOSED = {
    "closed", "solved", "resolved", "done", "completed", "geschlossen", "erledigt", "gelost", "abgeschlossen",
    "cerrado", "resuelto", "fechado", "resolvido", "ferme", "resolu", "cloture", "chiuso", "risolto", "gesloten",
    "opgelost", "lukket", "lost", "zamkniete", "rozwiazane",
}  # fmt: skip
FIELDS = (
    ImportField("customer_number", length=40, headers=_HEADERS["customer_number"]),
    ImportField("customer_name", headers=_HEADERS["customer_name"]),
    ImportField("day", Reading.DAY, headers=_HEADERS["day"]),
    ImportField("title", length=200, headers=_HEADERS["title"]),
    ImportField("words", Reading.WORDS, length=20_000, headers=_HEADERS["words"]),
    ImportField("wants", headers=_HEADERS["wants"]),
    ImportField("kind", Reading.CHOICE, headers=_HEADERS["kind"], choices=_KINDS),
    ImportField("severity", Reading.CHOICE, headers=_HEADERS["severity"], choices=_SEVERITIES),
    ImportField("closed", Reading.DAY, headers=_HEADERS["closed"]),
    ImportField("status", length=100, headers=_HEADERS["status"]),
    ImportField("remedy", headers=_HEADERS["remedy"]),
    ImportField("customers_word", Reading.WORDS, length=20_000, headers=_HEADERS["customers_word"]),
    ImportField("order", length=60, headers=_HEADERS["order"]),
    ImportField("person_name", length=200, headers=_HEADERS["person_name"]),
    ImportField("person_email", Reading.EMAIL, length=254, headers=_HEADERS["person_email"]),
    ImportField("number", length=60, headers=_HEADERS["number"]),
)
REQUIRED = (("customer_number", "customer_name"), ("day",), ("title",))
_TEXTS = ("title", "words", "wants", "remedy", "customers_word")
STAGE_COLUMNS = {
    **RELATION_COLUMNS,
    **dict.fromkeys(_TEXTS, "text"),
    "number": "text",
    "person_folded": "text",
    "person_email": "text",
    "kind": "text",
    "severity": "smallint",
    "order_number": "text",
    "taken_at": "timestamptz",
    "closed_at": "timestamptz",
    "is_closed": "boolean",
}


def shape_complaints(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them."""
    shaped = shape_person(frame).rename(columns={"order": "order_number"})
    shaped["taken_at"] = read_moments(shaped)
    if "closed" in shaped:
        shaped["closed_at"] = read_moments(shaped[["closed"]].rename(columns={"closed": "day"}), clock="23:59")
    if "status" in shaped:
        shaped["is_closed"] = [read_is_closed(status) for status in shaped["status"]]
    return shaped.drop(columns=["day", "closed", "status"], errors="ignore")


def read_is_closed(status: object) -> bool:
    """Whether the word for where a case stands says that it is closed: "Closed (Support pipeline)" as HubSpot does."""
    return isinstance(status, str) and fold_header(status) in _CLOSED


def check_complaints(stage: Stage, task: WritingTask) -> None:
    """Find customers, people and orders; reject what is closed before it was taken, or stands twice in the file."""
    find_related_customers(stage, task)
    find_related_people(stage)
    stage.reject(in_company_days(
        f"SELECT row, 'closed', 'closed_before', day_of(closed_at)::text, number FROM {stage.lines}"  # noqa: S608
        " WHERE closed_at < taken_at"))  # fmt: skip
    run_sql(f"ALTER TABLE {stage.lines} ADD COLUMN token uuid, ADD COLUMN complaint_id bigint")
    run_sql(f"""
        UPDATE {stage.lines} SET token = md5(CASE WHEN number IS NOT NULL THEN 'complaint ' || number
            ELSE concat_ws(' ', customer_id, taken_at AT TIME ZONE 'UTC', title) END)::uuid""")  # noqa: S608
    stage.reject_repeated(field="title", code="complaint_twice", key="token")
    run_sql(f"UPDATE {stage.lines} l SET complaint_id = c.id FROM complaints_complaint c"  # noqa: S608
            " WHERE c.token = l.token")  # fmt: skip
    if task.mode == "update":
        stage.reject_absent(field="title", found="complaint_id", value="coalesce(number, title)")


_CHANGES = {
    **{name: f"coalesce(n.{name}, t.{name})" for name in _TEXTS},
    "kind": "coalesce(n.kind, t.kind)",
    "severity": "coalesce(n.severity, t.severity)",
    "closed_at": "coalesce(n.closed_at, t.closed_at, CASE WHEN n.is_closed THEN statement_timestamp() END)",
}


def write_complaints(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next ``batch`` complaints behind record ``after``; call it inside ``one_writer``."""
    until = after + batch
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    total = fetch_row(f"SELECT count(*) FROM {stage.records} n WHERE {scope}")[0]  # noqa: S608
    follow_merged_since_check(stage, scope, import_id=task.import_id)  # his orders have gone along
    changed = 0
    if task.mode != "create":
        changed = change_differing(
            COMPLAINT_TABLE,
            import_id=task.import_id,
            changes=_CHANGES,
            stamp=STAMPED,
            source=f"{stage.records} n",
            where=f"{scope} AND t.id = n.complaint_id",
            params=[task.options.get("by_id")],
        )
    created = insert_remembered(
        COMPLAINT_TABLE,
        in_company_days(
            f"""INSERT INTO complaints_complaint AS t (customer_id, person_id, order_id, kind, title, words, wants,
                severity, remedy, customers_word, taken_at, closed_at, taken_by_id, created_by_id, token, value_cents)
            SELECT n.customer_id, n.person_id, o.id, coalesce(n.kind, 'complaint'), n.title, coalesce(n.words, ''),
                coalesce(n.wants, ''), coalesce(n.severity, 2), coalesce(n.remedy, ''), coalesce(n.customers_word, ''),
                n.taken_at, coalesce(n.closed_at, CASE WHEN n.is_closed THEN n.taken_at END), %s, %s, n.token,
                greatest(0, (SELECT coalesce(sum(b.amount_cents), 0) FROM customers_order b
                             WHERE b.customer_id = n.customer_id AND b.day <= day_of(n.taken_at)
                             AND b.day > day_of(n.taken_at) - 365))
            FROM {stage.records} n
            LEFT JOIN customers_order o ON o.number = n.order_number AND o.customer_id = n.customer_id
            WHERE {scope} AND n.complaint_id IS NULL ORDER BY n.id ON CONFLICT (token) DO NOTHING"""  # noqa: S608
        ),
        [task.options.get("by_id"), task.options.get("by_id")],
        import_id=task.import_id,
    )
    run_sql(f"""
        INSERT INTO complaints_complaintentry (complaint_id, kind, text, at)
        SELECT c.id, e.kind, e.text, e.at FROM {stage.records} n JOIN complaints_complaint c ON c.token = n.token,
        LATERAL (VALUES ('taken', c.words, c.taken_at), ('closed', c.customers_word, c.closed_at)) e (kind, text, at)
        WHERE {scope} AND n.complaint_id IS NULL AND e.at IS NOT NULL""")  # noqa: S608
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


COMPLAINT_TABLE = WrittenTable(
    "complaint",
    Complaint,
    columns=(
        "customer_id",
        "person_id",
        "order_id",
        *_TEXTS,
        "kind",
        "severity",
        "taken_at",
        "closed_at",
        "guardian_id",
        "first_answer_at",
        "mended",
    ),
    label=_("complaint"),
    name_sql="'C-' || t.id || ' ' || t.title",
    parts=(ComplaintEntry, "complaint_id"),
)
KIND = ImportKind(
    name="complaints",
    label=_("complaints"),
    labels={
        "customer_number": _("Customer number"),
        "customer_name": _("Customer name"),
        "day": _("Taken"),
        "title": _("In a few words"),
        "words": _("In the customer’s words"),
        "wants": _("What they want"),
        "kind": _("Kind"),
        "severity": _("Severity"),
        "closed": _("Closed"),
        "status": _("Open or closed"),
        "remedy": _("Remedy agreed"),
        "customers_word": _("The customer’s own word"),
        "order": _("Order number"),
        "person_name": _("Person"),
        "person_email": _("Person’s e-mail"),
        "number": _("Number"),
    },
    fields=FIELDS,
    required=REQUIRED,
    stage_columns=STAGE_COLUMNS,
    shape=shape_complaints,
    check=check_complaints,
    write=write_complaints,
    tables=(COMPLAINT_TABLE,),
    keys=(("number", _("number, else customer, day and title")),),
    permission="complaints.add_complaint",
    problems={
        "closed_before": _("it was closed on %(value)s, before it was taken"),
        "complaint_twice": _("the same complaint stands in row %(value)s"),
    },
    seen_at=("home:complaint-table", ""),
)
