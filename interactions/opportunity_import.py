"""Opportunities from another system become proposals of the flow "propose": won, lost, or running at a step.

Each runs as its customer's segment follows proposals today. A running one stands at the step its stage names (by the
step's title, else first or second by the usual words) and has that step's task.
"""

from __future__ import annotations

import re

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm.core.business_calendar import company_calendar
from crm.core.late_imports import pandas as pd
from crm.core.models import User
from crm.core.text_folding import fold_text
from customers.customer_import import CUSTOMER_TABLE
from customers.import_kinds import ImportKind, WritingTask
from customers.import_relating import RELATION_COLUMNS, find_related_customers, shape_relation
from customers.import_remembering import (
    STAMPED,
    WrittenTable,
    change_differing,
    change_remembered,
    insert_remembered,
    note_made,
)
from customers.import_staging import Stage, fetch_row, one_writer, run_sql
from customers.rules.import_columns import ImportField, Reading
from customers.rules.import_headers import read_headers
from interactions.interaction_import import read_moments
from interactions.models import ProcessRun, StepRun, Task
from interactions.process_running import open_tasks_of_steps
from interactions.rules.lost_reading import read_lost_reason

BATCH = 1_000
PIPELINE = r"\s+\([^()]*\)\s*$"  # behind a stage: "Closed lost (Sales pipeline)", as HubSpot writes it
_HEADERS = read_headers("""
number: number opportunityid dealid recordid id dealrecordid opportunitynumber externalid
customer_number: customernumber customerid accountid accountnumber companyid organizationid associatedcompanyids
    associatedcompanyid kundennr kundennummer
    accountnameid customerexternalid partnerexternalid relatedcompanyexternalid partneridid
customer_name: customername customer account accountname company companyname associatedcompany
    primaryassociatedcompany organization dealorganization organisation firma kunde partner
    partnerid partneridname
subject: subject opportunityname dealname dealtitle opportunity deal title name product productname about betreff
amount: amount closevalue value dealvalue expectedrevenue expectedamount amountincompanycurrency betrag wert revenue
currency: currency currencycode dealcurrency currencyofvalue cur
stage: stage dealstage opportunitystage stagename salesstage phase stageid stageidname
status: status dealstatus opportunitystatus wonlost
started: started engagedate createdate createddate createdat createdon dealcreated createdtime opened startdate
    creationdate
expected: expected closedate closingdate expectedclosedate expectedclosing expectedon datedeadline
closed: closed dealclosedon closedon closeddate dateclosed closedat closedtime actualclosedate actualclosingdate wontime
    losttime
reason: reason lostreason lossreason closedlostreason reasonlost reasonforloss reasonforlosing whylost verlustgrund
    ablehnungsgrund motifdeperte raisondeperte motivodeperdida motivodaperda motivodiperdita redenverlies tabsarsag
    lostreasonid
owner: owner salesagent dealowner opportunityowner ownername salesperson assignedto assigneduser rep userid
""")
_OUTCOMES = {
    "won": "done", "closedwon": "done", "gewonnen": "done", "ganada": "done", "ganado": "done", "ganha": "done",
    "ganho": "done", "gagne": "done", "gagnee": "done", "vinta": "done", "vinto": "done", "vunnet": "done",
    "lost": "lost", "closedlost": "lost", "closedlosttocompetition": "lost", "verloren": "lost", "perdida": "lost",
    "perdido": "lost", "perdu": "lost", "perdue": "lost", "persa": "lost", "perso": "lost", "tapt": "lost",
    "abandoned": "lost",
}  # fmt: skip
_LATER = (
    "engaging", "proposal", "proposition", "proposalpricequote", "negotiation", "negotiationreview",
    "negotiationsstarted", "proposalmade", "presentationscheduled", "decisionmakerboughtin", "contractsent", "quote",
    "quotesent", "valueproposition", "perceptionanalysis", "angebot", "verhandlung",
)  # fmt: skip
FIELDS = (
    ImportField("customer_number", length=40, headers=_HEADERS["customer_number"]),
    ImportField("customer_name", headers=_HEADERS["customer_name"]),
    ImportField("number", length=60, headers=_HEADERS["number"]),
    ImportField("subject", length=200, headers=_HEADERS["subject"]),
    ImportField("amount", Reading.MONEY, headers=_HEADERS["amount"]),
    ImportField("currency", Reading.CURRENCY, length=3, headers=_HEADERS["currency"]),
    ImportField("stage", length=100, headers=_HEADERS["stage"]),
    ImportField("status", length=40, headers=_HEADERS["status"]),
    ImportField("started", Reading.DAY, headers=_HEADERS["started"]),
    ImportField("expected", Reading.DAY, headers=_HEADERS["expected"]),
    ImportField("closed", Reading.DAY, headers=_HEADERS["closed"]),
    ImportField("reason", length=300, headers=_HEADERS["reason"]),
    ImportField("owner", Reading.OWNER, headers=_HEADERS["owner"]),
)
REQUIRED = (("customer_number", "customer_name"), ("stage", "status"), ("number", "subject"))
STAGE_COLUMNS = {
    **RELATION_COLUMNS,
    "number": "text",
    "subject": "text",
    "amount": "bigint",
    "currency": "text",
    "original": "bigint",
    "stage": "text",
    "outcome": "text",
    "place": "int",
    "started": "timestamptz",
    "expected": "date",
    "ended": "timestamptz",
    "reason": "text",
    "because": "text",
    "owner": "bigint",
}


def shape_opportunities(frame: pd.DataFrame) -> pd.DataFrame:
    """Parsed rows as the stage wants them: the outcome and the place that each stage means."""
    shaped = shape_relation(frame)
    empty = pd.Series(None, index=shaped.index, dtype=object)
    stages = [_fold(stage) for stage in shaped.get("stage", empty)]
    statuses = [_fold(status) for status in shaped.get("status", empty)]
    shaped["outcome"] = [
        _OUTCOMES.get(status) or _OUTCOMES.get(stage, "running") for stage, status in zip(stages, statuses, strict=True)
    ]
    shaped["place"] = [2 if stage in _LATER else 1 for stage in stages]
    if "reason" in shaped:
        read = [_read_because(outcome, said) for outcome, said in zip(shaped["outcome"], shaped["reason"], strict=True)]
        shaped["because"] = read
    if "started" in shaped:
        shaped["started"] = read_moments(shaped.rename(columns={"started": "day"})[["day"]])
    if closings := [read_closings(shaped, name) for name in ("closed", "expected") if name in shaped]:
        shaped["ended"] = closings[0] if len(closings) == 1 else closings[0].where(closings[0].notna(), closings[1])
    if "expected" in shaped:
        shaped["expected"] = [None if pd.isna(read) else read.day.isoformat() for read in shaped["expected"]]
    return shaped.drop(columns=["status", "closed"], errors="ignore")


def read_closings(shaped: pd.DataFrame, name: str) -> pd.Series:
    """The moments of the day in column ``name``: its end, where it tells no clock time."""
    return pd.Series(read_moments(shaped[[name]].rename(columns={name: "day"}), clock="23:59"), shaped.index, object)


def _read_because(outcome: str, said: object) -> str:
    return read_lost_reason(fold_text(said)) if outcome == "lost" and isinstance(said, str) else ""


def _fold(word: object) -> str:
    return "".join(c for c in fold_text(re.sub(PIPELINE, "", word)) if c.isalnum()) if isinstance(word, str) else ""


def check_opportunities(stage: Stage, task: WritingTask) -> None:
    """Find customers and the process each proposal follows; reject what stands twice or has no process."""
    find_related_customers(stage, task)
    run_sql(f"ALTER TABLE {stage.lines} ADD COLUMN key text, ADD COLUMN version_id bigint, ADD COLUMN run_id bigint")
    run_sql(f"UPDATE {stage.lines} SET key = 'import:' || left(coalesce(number, md5(subject)), 60)")  # noqa: S608
    run_sql(f"""
        UPDATE {stage.lines} l SET version_id = v.id FROM {stage.lines} x
        LEFT JOIN segments_membership m ON m.customer_id = x.customer_id AND m.until IS NULL
        JOIN segments_process p ON p.flow = 'propose' AND p.segment_id = coalesce(m.segment_id,
            (SELECT id FROM segments_segment WHERE is_fallback AND archived_at IS NULL LIMIT 1))
        JOIN segments_processversion v ON v.process_id = p.id AND v.state = 'published'
        WHERE x.row = l.row AND EXISTS (SELECT FROM segments_processstep s WHERE s.version_id = v.id)""")  # noqa: S608
    stage.reject(f"SELECT row, 'stage', 'no_process', coalesce(customer_name, customer), number FROM {stage.lines}"  # noqa: S608
                 " WHERE version_id IS NULL")  # fmt: skip
    stage.reject_repeated(field="number", code="opportunity_twice", key="customer_id, key")
    run_sql(f"UPDATE {stage.lines} l SET run_id = r.id FROM interactions_processrun r"  # noqa: S608
            " WHERE r.customer_id = l.customer_id AND r.key = l.key")  # fmt: skip
    if task.mode == "update":
        stage.reject_absent(field="number", found="run_id", value="coalesce(number, subject)")


def prepare_opportunities(stage: Stage, task: WritingTask) -> dict[str, int]:
    """Number the rows that can be written; how many wait in ``records``."""
    with one_writer():
        check_opportunities(stage, task)
        records = stage.make_records()
        if "owner" in task.columns:
            _give_owners(stage, task)
        return {"records": records}


def _give_owners(stage: Stage, task: WritingTask) -> None:
    """Customers whom nobody owns get the seller of most of their opportunities in the file, and his team."""
    run_sql("DROP TABLE IF EXISTS pg_temp.sellers")
    started = "max(started)" if "started" in task.columns else "max(row)"
    run_sql(f"""
        CREATE TEMP TABLE sellers ON COMMIT DROP AS
        SELECT DISTINCT ON (s.customer_id) s.customer_id, s.owner, u.team_id
        FROM (SELECT customer_id, owner, count(*) AS times, {started} AS last FROM {stage.records}
              WHERE owner IS NOT NULL GROUP BY 1, 2) s JOIN core_user u ON u.id = s.owner
        ORDER BY s.customer_id, s.times DESC, s.last DESC NULLS LAST, s.owner""")  # noqa: S608
    change_remembered(
        CUSTOMER_TABLE,
        import_id=task.import_id,
        changes=f"owner_id = s.owner, team_id = coalesce(t.team_id, s.team_id), {STAMPED}",
        source="sellers s",
        where="t.id = s.customer_id AND t.owner_id IS NULL",
        params=[task.options.get("by_id")],
    )


_CHANGES = {
    "subject": "coalesce(n.subject, t.subject)",
    "amount_cents": "coalesce(n.amount, t.amount_cents)",
    "expected_on": "coalesce(n.expected, t.expected_on)",
}


def write_opportunities(stage: Stage, task: WritingTask, *, after: int, batch: int = BATCH) -> dict[str, int]:
    """Write the next proposals behind record ``after``; call it inside ``one_writer``.

    A proposal that is here changes subject, amount and expected day; where it stands is moved by people.
    """
    until = after + min(batch, BATCH)
    scope = f"n.id > {int(after)} AND n.id <= {int(until)}"
    total = fetch_row(f"SELECT count(*) FROM {stage.records} n WHERE {scope}")[0]  # noqa: S608
    changed = 0
    if task.mode != "create":
        changed = change_differing(
            RUN_TABLE,
            import_id=task.import_id,
            changes=_CHANGES,
            source=f"{stage.records} n",
            where=f"{scope} AND t.id = n.run_id",
        )
    created = insert_remembered(
        RUN_TABLE,
        f"""INSERT INTO interactions_processrun AS t
                (customer_id, version_id, key, subject, amount_cents, expected_on, state, started_at, started_by_id,
                 ended_at, end_reason, lost_because)
            SELECT n.customer_id, n.version_id, n.key, coalesce(n.subject, n.number), n.amount, n.expected, n.outcome,
                coalesce(n.started, statement_timestamp()), coalesce(n.owner, %s),
                CASE WHEN n.outcome <> 'running' THEN
                    least(coalesce(n.ended, n.started), statement_timestamp()) END,
                CASE WHEN n.outcome = 'lost' THEN coalesce(n.reason, '') ELSE '' END, coalesce(n.because, '')
            FROM {stage.records} n WHERE {scope} AND n.run_id IS NULL
            ORDER BY n.id ON CONFLICT (customer_id, key) DO NOTHING""",  # noqa: S608
        [task.options.get("by_id")],
        import_id=task.import_id,
    )
    _write_steps(stage, scope, task)
    return {"created": created, "changed": changed, "unchanged": total - created - changed, "until": until}


def _write_steps(stage: Stage, scope: str, task: WritingTask) -> None:
    """Every step of the new runs, as far as they are; the open one with its task."""
    run_sql(f"""
        INSERT INTO interactions_steprun (run_id, step_id, position, state, closed_at)
        SELECT run_id, step_id, position,
               CASE WHEN outcome = 'done' OR position < at THEN 'done'
                    WHEN outcome = 'running' AND position = at THEN 'open' ELSE 'waiting' END,
               CASE WHEN outcome = 'done' OR position < at THEN coalesce(ended_at, started_at) END
        FROM (SELECT r.id AS run_id, r.started_at, r.ended_at, n.outcome, s.id AS step_id, s.position,
                     least(coalesce(min(s.position) FILTER (WHERE lower(s.title) IN
                                        (lower(n.stage), lower(regexp_replace(n.stage, '{PIPELINE}', '')))) OVER w,
                                    CASE WHEN n.outcome = 'running' THEN n.place ELSE 1 END),
                           max(s.position) OVER w) AS at
              FROM {stage.records} n
              JOIN interactions_processrun r ON r.customer_id = n.customer_id AND r.key = n.key
              JOIN segments_processstep s ON s.version_id = r.version_id
              WHERE {scope} AND n.run_id IS NULL
              WINDOW w AS (PARTITION BY r.id)) x""")  # noqa: S608
    _open_tasks(stage, scope, task)


def _open_tasks(stage: Stage, scope: str, task: WritingTask) -> None:
    """Clocks and tasks of the steps just opened, on the company's calendar from the moment of the import."""
    by, calendar = User.objects.filter(pk=task.options.get("by_id") or 0).first(), company_calendar()
    with connection.cursor() as cursor:
        cursor.execute(f"""
            SELECT s.id FROM {stage.records} n
            JOIN interactions_processrun r ON r.customer_id = n.customer_id AND r.key = n.key
            JOIN interactions_steprun s ON s.run_id = r.id AND s.state = 'open'
            WHERE {scope} AND n.run_id IS NULL""")  # noqa: S608
        opened = [row[0] for row in cursor.fetchall()]
    steps = list(StepRun.objects.select_related("step").filter(pk__in=opened))
    due = {hours: calendar.add_hours(task.at, hours) for hours in {step_run.step.clock_hours for step_run in steps}}
    for hours, due_at in due.items():
        StepRun.objects.filter(pk__in=opened, step__clock_hours=hours).update(due_at=due_at)
    for step_run in steps:
        step_run.due_at = due[step_run.step.clock_hours]
    open_tasks_of_steps(steps, by=by, at=task.at)
    if opened:
        note_made(TASK_TABLE, import_id=task.import_id, where=f"t.step_run_id IN ({', '.join(map(str, opened))})")


RUN_TABLE = WrittenTable(
    "proposal",
    ProcessRun,
    columns=(
        "customer_id",
        "version_id",
        "key",
        "subject",
        "amount_cents",
        "expected_on",
        "state",
        "ended_at",
        "end_reason",
        "lost_because",
    ),
    label=_("proposal"),
    name_sql="t.subject",
    parts=(StepRun, "run_id"),
)
TASK_TABLE = WrittenTable(
    "task",
    Task,
    columns=(
        "customer_id",
        "title",
        "why",
        "assignee_id",
        "due_at",
        "snoozed_until",
        "state",
        "closed_at",
        "step_run_id",
    ),
    label=_("task"),
    name_sql="t.title",
)
KIND = ImportKind(
    name="opportunities",
    label=_("opportunities"),
    labels={
        "customer_number": _("Customer number"),
        "customer_name": _("Customer name"),
        "number": _("Number"),
        "subject": _("About"),
        "amount": _("Amount"),
        "currency": _("Currency"),
        "stage": _("Stage"),
        "status": _("Won, lost or open"),
        "started": _("Started"),
        "expected": _("Expected or closed"),
        "closed": _("Won or lost on"),
        "reason": _("Why lost"),
        "owner": _("Seller"),
    },
    fields=FIELDS,
    required=REQUIRED,
    stage_columns=STAGE_COLUMNS,
    shape=shape_opportunities,
    check=check_opportunities,
    prepare=prepare_opportunities,
    write=write_opportunities,
    tables=(CUSTOMER_TABLE, RUN_TABLE, TASK_TABLE),
    keys=(("number", _("number, else what it is about")),),
    permission="interactions.add_interaction",
    problems={
        "no_process": _("the segment of “%(value)s” has no published process for proposals"),
        "opportunity_twice": _("the same opportunity stands in row %(value)s"),
    },
    seen_at=("interactions:process-run-list", "?flow=propose&whose=team"),
)
