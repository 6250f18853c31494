"""The addresses of ``complaints``."""

from tests.permission_table import Row

ROWS: list[Row] = []
