"""The home app: pages that compose the others."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "crm.home"
    label = "home"

    def ready(self) -> None:
        from crm import beat_schedule, night_requesting  # noqa: F401  (what the night and the clock ask for is known everywhere)
        from crm.core import bulk_acting, list_exporting  # noqa: F401  (their jobs are known everywhere)
        from crm.core.list_catalogue import LIST_MODULES
        from crm.home import jobs  # noqa: F401  (its jobs are known everywhere)

        LIST_MODULES.append("crm.home.all_lists")
