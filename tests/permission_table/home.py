"""The addresses of ``home``."""

from tests.permission_table import Row, everybody, only, who_sees_north

ROWS: list[Row] = [
    Row("home:my-day", everybody()),
    Row("home:my-day", everybody(), query="?tab=alerts&whose=team&after=x_y_z&open=999999999999999999999"),
    # The only hit opens at once; who may not see it finds nothing.
    Row(
        "home:search",
        only("rep", "viewer", "lead", "guardian", "executive", "admin", ok=302, others=200),
        query="?q=holm",
    ),
    Row("home:search", everybody(), query="?q=nobody+is+called+so"),
    Row("home:job-list", only("admin")),
    Row("home:night-start", only("admin", ok=302), method="post"),
    Row("home:job-retry", only("admin", ok=302), lambda world: {"pk": world.job.pk}, method="post"),
    Row("home:job-cancel", only("admin", ok=302), lambda world: {"pk": world.job.pk}, method="post"),
    Row("home:customer-list", everybody()),
    Row("home:customer-page", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "timeline"}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "value"}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "steps"}),
    Row("home:customer-part", who_sees_north(), lambda world: {"pk": world.customer.pk, "part": "class"}),
    Row("home:customer-value", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row("home:customer-value-change", who_sees_north(), lambda world: {"pk": world.customer.pk}, query="?since=never"),
    Row("home:customer-value-file", who_sees_north(), lambda world: {"pk": world.customer.pk}),
    Row("home:most-valuable", everybody()),
    Row("home:most-valuable", everybody(), query="?waiting=1&after=x_y_z"),
    Row("home:most-valuable-export", only("lead", "admin")),
    Row("home:segment-dashboard", only("lead", "executive", "admin")),
    Row("home:segment-dashboard", only("lead", "executive", "admin"), query="?since=nonsense&team=99"),
]
