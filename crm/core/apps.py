"""The core app: what every other app needs, and no business of its own."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "crm.core"
    label = "core"
