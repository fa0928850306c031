"""The project package: settings, addresses, the task queue and the few helpers that know no app."""

from grundsteget.celery import app as celery_app

__all__ = ["celery_app"]
