"""The task queue. Without a broker every task runs in place, so one process is a full installation."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grundsteget.settings")

app = Celery("grundsteget")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
