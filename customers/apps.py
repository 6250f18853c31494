"""The customers app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from customers import customer_metrics, jobs  # noqa: F401 - jobs registers its kinds

        customer_metrics.register()
