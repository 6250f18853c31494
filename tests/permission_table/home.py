"""The addresses of ``home``."""

from tests.permission_table import Row, everybody

ROWS: list[Row] = [
    Row("home:search", everybody(), query="?q=holm"),
]
