"""The addresses of ``core``."""

from tests.permission_table import ROLES, Row, everybody

ALL_ALIKE = dict.fromkeys(ROLES, 403)

ROWS: list[Row] = [
    Row("core:preferences", everybody(302), method="post", data=lambda world: {"changed": "theme", "theme": "dark"}),
    Row("core:first-run", dict.fromkeys(ROLES, 302)),
    Row("core:first-run", dict.fromkeys(ROLES, 302), method="post", data=lambda world: {"name": "Late Comer"}),
    Row("core:demo-sign-in", ALL_ALIKE, method="post", data=lambda world: {"email": "rep@rapport.example"}),
]
