"""The addresses of ``interactions``."""

from tests.permission_table import Row

ROWS: list[Row] = []
