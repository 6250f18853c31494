"""The customers app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from crm.core.change_reading import VALUE_PARTS, VALUE_WORDS
        from customers import (
            custom_field_catalogue,
            custom_field_retype_job,  # noqa: F401  (its job is known everywhere)
            customer_import,
            customer_metrics,
            order_import,
            person_import,
            personal_descriptions,
            product_import,
            team_import,
        )
        from customers import jobs as jobs  # registers its kinds of work
        from customers.custom_value_keeping import tell_unread_changes, tell_value_changes
        from customers.import_kinds import register_import_kind

        for module in (order_import, customer_import, person_import, product_import, team_import):
            register_import_kind(module.KIND)
        customer_metrics.register()
        custom_field_catalogue.register()
        personal_descriptions.register()
        VALUE_PARTS["customvalueset.data"] = tell_value_changes
        VALUE_PARTS["customvalueset.unread"] = tell_unread_changes
        VALUE_WORDS["customfield.options"] = lambda options: ", ".join(str(one["label"]) for one in options)
