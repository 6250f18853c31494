"""The addresses of ``interactions``."""

from tests.permission_table import Row, everybody, only, who_sees_north

LOGGERS = ("rep", "lead", "guardian", "executive", "admin")
DOERS = ("rep", "lead", "guardian", "admin")
FOREIGN = ("other_rep",)


def loggers(ok: int = 200) -> dict[str, int]:
    return only(*LOGGERS, ok=ok, hidden_from=FOREIGN)


def logs_to_north(ok: int = 200) -> dict[str, int]:
    """A partner may log too, with his own customers."""
    return loggers(ok) | {"partner": 404}


def doers(ok: int = 200) -> dict[str, int]:
    return only(*DOERS, ok=ok, hidden_from=FOREIGN)


def customer(world):
    return {"customer_pk": world.customer.pk}


def task(world):
    return {"pk": world.task.pk}


def run(world):
    return {"pk": world.run.pk}


def step(world):
    return {"pk": world.run.pk, "position": 1}


ROWS: list[Row] = [
    Row("interactions:interaction-new", only(*LOGGERS, "other_rep", "partner")),
    Row("interactions:interaction-new", only(*LOGGERS, "other_rep", "partner"), query="?q=a%00b"),
    Row("interactions:interaction-new", logs_to_north(), customer),
    Row("interactions:interaction-new", logs_to_north(422), customer, method="post"),
    Row("interactions:interaction-new", logs_to_north(302), customer, lambda world: {"channel": "call"}, method="post"),
    Row("interactions:contact-preference-edit", loggers(), customer),
    Row("interactions:contact-preference-edit", loggers(422), customer, method="post"),
    Row("interactions:process-run-start", doers(), customer),
    Row("interactions:process-run-start", doers(422), customer, method="post"),
    Row("interactions:benefit-plan", doers(), customer),
    Row("interactions:benefit-plan", doers(422), customer, method="post"),
    Row("interactions:benefit-waive", doers(), customer),
    Row("interactions:benefit-waive", doers(422), customer, method="post"),
    Row("interactions:benefit-withdraw", doers(302), customer, method="post"),
    Row("interactions:win-back-plan", doers(), customer),
    Row("interactions:win-back-plan", doers(422), customer, method="post"),
    Row("interactions:win-back-let-go", doers(), customer),
    Row("interactions:win-back-let-go", doers(422), customer, method="post"),
    Row("interactions:win-back-take-back", doers(302), customer, method="post"),
    Row("interactions:task-done", doers(302), task, method="post"),
    Row("interactions:task-done", everybody(405), task),
    Row("interactions:task-snooze", doers(), task),
    Row("interactions:task-snooze", doers(422), task, method="post"),
    Row("interactions:task-hand-over", doers(), task),
    Row("interactions:task-hand-over", doers(422), task, method="post"),
    Row(
        "interactions:task-undo",
        doers(302),
        lambda world: {"pk": world.task.pk, "change": world.task_change},
        method="post",
    ),
    Row("interactions:alert-why", who_sees_north(), lambda world: {"pk": world.alert.pk}),
    Row("interactions:promise-close", loggers(302), lambda world: {"pk": world.promise.pk}, method="post"),
    Row("interactions:promise-close", everybody(405), lambda world: {"pk": world.promise.pk}),
    Row("interactions:promise-reopen", loggers(302), lambda world: {"pk": world.promise.pk}, method="post"),
    Row("interactions:promise-reopen", everybody(405), lambda world: {"pk": world.promise.pk}),
    Row("interactions:process-run-list", everybody()),
    Row("interactions:process-run-list", everybody(), query="?flow=deliver&show=list&after=nonsense"),
    Row("interactions:quote-results", everybody()),
    Row("interactions:quote-results", everybody(), query="?flow=nonsense&whose=team"),
    Row("interactions:process-run-detail", who_sees_north(), run),
    Row("interactions:process-run-stop", doers(), run),
    Row("interactions:process-run-stop", doers(422), run, method="post"),
    Row("interactions:process-run-step-done", doers(302), step, method="post"),
    Row("interactions:process-run-step-done", everybody(405), step),
    Row("interactions:process-run-step-skip", doers(), step),
    Row("interactions:process-run-step-skip", doers(422), step, method="post"),
]

ROWS += [
    Row(
        "interactions:below-zero-decide",
        only("lead", "admin", hidden_from=("other_rep",)),
        lambda world: {"customer_pk": world.customer.pk},
    ),
    Row(
        "interactions:below-zero-decide",
        only("lead", "admin", ok=422, hidden_from=("other_rep",)),
        lambda world: {"customer_pk": world.customer.pk},
        method="post",
    ),
]
