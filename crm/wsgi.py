"""The WSGI entry point for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 -- every view, loaded once for all web processes, not at somebody's first click
# What is loaded stays: to look through it for garbage took a twelfth of a second of somebody's page now and then.
gc.collect()
gc.freeze()
