"""The addresses of ``home``."""

from tests.permission_table import Row, everybody, only

ROWS: list[Row] = [
    Row("home:search", everybody(), query="?q=holm"),
    Row("home:job-list", only("admin")),
    Row("home:night-start", only("admin", ok=302), method="post"),
    Row("home:job-retry", only("admin", ok=302), lambda world: {"pk": world.job.pk}, method="post"),
    Row("home:job-cancel", only("admin", ok=302), lambda world: {"pk": world.job.pk}, method="post"),
]
