"""The addresses of ``customers``."""

from tests.permission_table import Row, only

LEADS = ("lead", "admin")

ROWS: list[Row] = [
    Row("customers:product-list", only(*LEADS)),
    Row("customers:product-new", only(*LEADS)),
    Row("customers:product-new", only(*LEADS, ok=422), method="post"),
    Row("customers:product-edit", only(*LEADS), lambda world: {"pk": world.product.pk}),
    Row("customers:product-edit", only(*LEADS, ok=422), lambda world: {"pk": world.product.pk}, method="post"),
    Row("customers:cost-rate-list", only("admin")),
    Row("customers:cost-rate-new", only("admin")),
    Row("customers:cost-rate-new", only("admin", ok=422), method="post"),
    Row("customers:cost-rate-edit", only("admin"), lambda world: {"pk": world.cost_rate.pk}),
    Row("customers:cost-rate-edit", only("admin", ok=422), lambda world: {"pk": world.cost_rate.pk}, method="post"),
    Row("customers:cost-rate-delete", only("admin"), lambda world: {"pk": world.cost_rate.pk}),
]


def _import(world):
    return {"pk": world.data_import.pk}


ROWS += [
    Row("customers:import-list", only(*LEADS)),
    Row("customers:import-new", only(*LEADS)),
    Row("customers:import-new", only(*LEADS, ok=422), method="post"),
    Row("customers:import-detail", only(*LEADS), _import),
    Row("customers:import-columns", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-start", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-cancel", only(*LEADS, ok=302), _import, method="post"),
    Row("customers:import-rejected", only(ok=404, hidden_from=LEADS), _import),
]
