"""The task queue. Without a broker every task runs in place, so one process is a full installation."""

import os
from typing import Any

from celery import Celery, Task

from grundsteget import who

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grundsteget.settings")


class NamedTask(Task):
    """What a task changes is the system's doing, through the task; also where it runs in place of a request."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with who.by(source=self.name):
            return super().__call__(*args, **kwargs)


app = Celery("grundsteget", task_cls=NamedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
