"""Rapport: the CRM that treats different customers differently."""

import os

from crm.celery import app as celery_app

__all__ = ["celery_app"]

# Before anything loads numpy. Workers stand side by side, one a core: threads that share the sums of a fit mostly wait
# for each other, at full speed, and took more than half of its time. The sums are also the same on every machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
