"""The addresses of ``segments``."""

from tests.permission_table import Row

ROWS: list[Row] = []
