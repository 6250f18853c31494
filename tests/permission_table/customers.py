"""The addresses of ``customers``."""

from tests.permission_table import Row

ROWS: list[Row] = []
