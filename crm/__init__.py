"""Rapport: the CRM that treats different customers differently."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
