"""The addresses of ``segments``."""

from datetime import date, timedelta

from segments.models import (
    Nomination,
    Pin,
    Process,
    ProcessStep,
    ProcessVersion,
    Segment,
    SegmentProduct,
    SegmentRule,
    Trigger,
)
from tests.permission_table import Row, World, only, who_sees_north

RULE = {"all": [{"metric": "city", "operator": "is", "value": "Bergen"}]}
SENT = {"word-0": "all", "metric-0": "city", "operator-0": "is", "value-0": "Oslo", "group-0": "0"}
STEP = {"title": "Call", "doer": "owner", "clock_hours": "4", "channel": "call", "instruction": ""}
ADMIN = only("admin")
ADMIN_ACTS = only("admin", ok=302)
WHO_NOMINATES = only("rep", "lead", "admin", hidden_from=("other_rep",))
WHO_DECIDES = only("lead", "admin", ok=302, hidden_from=("other_rep",))
WHO_PINS = only("lead", "admin", hidden_from=("other_rep",))


def segment(world: World) -> Segment:
    """A segment with a rule in force, one that was replaced and a draft."""
    if not hasattr(world, "segment"):
        Segment.objects.create(key="rest", name="Rest", priority=9, is_fallback=True)
        world.segment, _made = Segment.objects.get_or_create(key="premium", defaults={"name": "Premium", "priority": 1})
        for version, state in enumerate(("retired", "published", "draft"), start=1):
            SegmentRule.objects.create(segment=world.segment, version=version, state=state, criteria=RULE)
    return world.segment


def process(world: World) -> Process:
    """A process with a version in force, one that was replaced and a draft, a step in each."""
    if not hasattr(world, "process"):
        world.process = Process.objects.create(segment=segment(world), flow="order")
        for version, state in enumerate(("retired", "published", "draft"), start=1):
            made = ProcessVersion.objects.create(process=world.process, version=version, state=state)
            ProcessStep.objects.create(version=made, position=1, title="Call")
    return world.process


def trigger(world: World) -> Trigger:
    """A trigger with a condition of its own."""
    if not hasattr(world, "trigger"):
        world.trigger = Trigger.objects.create(key="fall", name="Fall", task_title="Visit", criteria=RULE)
    return world.trigger


def pin(world: World) -> Pin:
    """Ana's customer is held in class A1; and there is a segment that takes the rest."""
    if not hasattr(world, "pin"):
        segment(world)
        world.pin = Pin.objects.create(
            customer=world.customer, grade="A1", reason="More to come", expires_on=date(2099, 1, 1)
        )
    return world.pin


def nomination(world: World) -> Nomination:
    """Ana's customer is proposed for the most valuable."""
    if not hasattr(world, "nomination"):
        world.nomination = Nomination.objects.create(
            customer=world.customer, reason="More to come", until=date(2099, 1, 1), nominated_by=world.rep
        )
    return world.nomination


def draft_step(world: World) -> ProcessStep:
    return ProcessStep.objects.get(version__process=process(world), version__state="draft")


def trigger_words(world: World) -> dict[str, str]:
    return {"action": "task", "task_title": "Visit", "due_hours": "8", "cooldown_days": "30", "holdout_percent": "0"}


def pin_words(world: World) -> dict[str, str]:
    segment(world)
    return {"grade": "A1", "reason": "More to come", "expires_on": (date.today() + timedelta(days=9)).isoformat()}  # noqa: DTZ011


ROWS: list[Row] = [
    Row("segments:segment-list", ADMIN),
    Row("segments:segment-new", ADMIN),
    Row(
        "segments:segment-new",
        ADMIN_ACTS,
        data=lambda world: {"name": "Gold", "mark": "star", "priority": "7", "goodwill_limit_cents": "0"},
        method="post",
    ),
    Row("segments:segment-edit", ADMIN, lambda world: {"pk": segment(world).pk}),
    Row(
        "segments:segment-edit", ADMIN, lambda world: {"pk": segment(world).pk}, data=lambda world: SENT, method="post"
    ),
    Row(
        "segments:segment-edit",
        ADMIN_ACTS,
        lambda world: {"pk": segment(world).pk},
        data=lambda world: SENT | {"act": "save"},
        method="post",
    ),
    Row("segments:segment-describe", ADMIN, lambda world: {"pk": segment(world).pk}),
    Row("segments:segment-publish", ADMIN, lambda world: {"pk": segment(world).pk}),
    Row(
        "segments:segment-publish",
        ADMIN_ACTS,
        lambda world: {"pk": segment(world).pk},
        data=lambda world: {"reason": "Trial"},
        method="post",
    ),
    Row("segments:segment-withdraw", ADMIN_ACTS, lambda world: {"pk": segment(world).pk}, method="post"),
    Row("segments:segment-movers", ADMIN, lambda world: {"pk": segment(world).pk}),
    Row("segments:segment-movers", ADMIN, lambda world: {"pk": segment(world).pk}, query="?version=99999999&after=x"),
    Row("segments:segment-movers-export", ADMIN, lambda world: {"pk": segment(world).pk, "kind": "csv"}),
    Row("segments:version-compare", ADMIN, lambda world: {"pk": segment(world).pk}, query="?old=1&new=x"),
    Row("segments:offering-list", ADMIN, lambda world: {"pk": segment(world).pk}),
    Row(
        "segments:offering-list",
        ADMIN_ACTS,
        lambda world: {"pk": segment(world).pk},
        data=lambda world: {"number": world.product.number},
        method="post",
    ),
    Row(
        "segments:offering-remove",
        ADMIN_ACTS,
        lambda world: {"pk": SegmentProduct.objects.get_or_create(segment=segment(world), product=world.product)[0].pk},
        method="post",
    ),
    Row("segments:order-fit", who_sees_north(), lambda world: {"pk": world.order.pk}),
    Row("segments:segment-discard", ADMIN_ACTS, lambda world: {"pk": segment(world).pk}, method="post"),
    Row("segments:segment-archive", ADMIN_ACTS, lambda world: {"pk": segment(world).pk}, method="post"),
    Row("segments:segment-version", ADMIN, lambda world: {"pk": segment(world).rules.get(version=1).pk}),
    Row(
        "segments:segment-version",
        ADMIN_ACTS,
        lambda world: {"pk": segment(world).rules.get(version=1).pk},
        data=lambda world: {"reason": "It was better"},
        method="post",
    ),
    Row("segments:process-matrix", ADMIN),
    Row(
        "segments:process-create",
        ADMIN_ACTS,
        data=lambda world: {"segment": segment(world).pk, "flow": "promote"},
        method="post",
    ),
    Row("segments:process-edit", ADMIN, lambda world: {"pk": process(world).pk}),
    Row("segments:process-edit", ADMIN, lambda world: {"pk": process(world).pk}, query="?step=new"),
    Row(
        "segments:step-new", ADMIN_ACTS, lambda world: {"pk": process(world).pk}, data=lambda world: STEP, method="post"
    ),
    Row(
        "segments:step-edit",
        ADMIN_ACTS,
        lambda world: {"pk": draft_step(world).pk},
        data=lambda world: STEP,
        method="post",
    ),
    Row(
        "segments:step-move",
        ADMIN_ACTS,
        lambda world: {"pk": draft_step(world).pk},
        data=lambda world: {"to": "up"},
        method="post",
    ),
    Row("segments:step-remove", ADMIN_ACTS, lambda world: {"pk": draft_step(world).pk}, method="post"),
    Row(
        "segments:process-promise",
        ADMIN_ACTS,
        lambda world: {"pk": process(world).pk},
        data=lambda world: {"promise": "answer in 2 hours"},
        method="post",
    ),
    Row("segments:process-discard", ADMIN_ACTS, lambda world: {"pk": process(world).pk}, method="post"),
    Row("segments:process-publish", ADMIN, lambda world: {"pk": process(world).pk}),
    Row(
        "segments:process-publish",
        ADMIN_ACTS,
        lambda world: {"pk": process(world).pk},
        data=lambda world: {"reason": "Trial"},
        method="post",
    ),
    Row("segments:process-version", ADMIN, lambda world: {"pk": process(world).versions.get(version=1).pk}),
    Row(
        "segments:process-version",
        ADMIN_ACTS,
        lambda world: {"pk": process(world).versions.get(version=1).pk},
        data=lambda world: {"reason": "It was better"},
        method="post",
    ),
    Row("segments:trigger-list", ADMIN),
    Row("segments:trigger-new", ADMIN),
    Row(
        "segments:trigger-new",
        ADMIN_ACTS,
        data=lambda world: {"name": "Big fall", "explanation": "They leave", "task_title": "Visit"},
        method="post",
    ),
    Row("segments:trigger-edit", ADMIN, lambda world: {"pk": trigger(world).pk}),
    Row(
        "segments:trigger-edit", ADMIN_ACTS, lambda world: {"pk": trigger(world).pk}, data=trigger_words, method="post"
    ),
    Row(
        "segments:trigger-condition",
        ADMIN,
        lambda world: {"pk": trigger(world).pk},
        data=lambda world: SENT,
        method="post",
    ),
    Row(
        "segments:trigger-condition",
        ADMIN_ACTS,
        lambda world: {"pk": trigger(world).pk},
        data=lambda world: SENT | {"act": "save"},
        method="post",
    ),
    Row("segments:trigger-switch", ADMIN_ACTS, lambda world: {"pk": trigger(world).pk}, method="post"),
    Row("segments:nomination-new", WHO_NOMINATES, lambda world: {"customer_pk": world.customer.pk}),
    Row(
        "segments:nomination-new",
        only("rep", "lead", "admin", ok=302, hidden_from=("other_rep",)),
        lambda world: {"customer_pk": world.customer.pk},
        data=lambda world: {
            "reason": "More to come",
            "until": (date.today() + timedelta(days=9)).isoformat(),  # noqa: DTZ011
        },
        method="post",
    ),
    Row("segments:nomination-approve", WHO_DECIDES, lambda world: {"pk": nomination(world).pk}, method="post"),
    Row("segments:nomination-withdraw", WHO_DECIDES, lambda world: {"pk": nomination(world).pk}, method="post"),
    Row("segments:pin-report", only("lead", "admin")),
    Row("segments:pin-report", only("lead", "admin"), query="?view=over"),
    Row("segments:pin-reconfirm", WHO_PINS, lambda world: {"pk": pin(world).pk}),
    Row(
        "segments:pin-reconfirm",
        only("lead", "admin", ok=302, hidden_from=("other_rep",)),
        lambda world: {"pk": pin(world).pk},
        data=pin_words,
        method="post",
    ),
    Row("segments:pin-new", WHO_PINS, lambda world: {"customer_pk": world.customer.pk}),
    Row(
        "segments:pin-new",
        only("lead", "admin", ok=302, hidden_from=("other_rep",)),
        lambda world: {"customer_pk": world.customer.pk},
        data=pin_words,
        method="post",
    ),
    Row(
        "segments:pin-take-back",
        only("lead", "admin", ok=302, hidden_from=("other_rep",)),
        lambda world: {"pk": pin(world).pk},
        method="post",
    ),
    Row(
        "segments:pin-end",
        only("lead", "admin", ok=302, hidden_from=("other_rep",)),
        lambda world: {"pk": pin(world).pk},
        method="post",
    ),
]
