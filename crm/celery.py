"""The Celery application: a bell that tells workers to look at the job ledger in Postgres."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("rapport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["crm.core", "customers", "segments", "interactions", "complaints"], related_name="jobs")
