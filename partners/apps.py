"""The partnership: who works together, in which role, and what each may do."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        from auditlog.registry import auditlog

        from partners import models

        for model in (
            models.Organisation,
            models.Project,
            models.ProjectGoal,
            models.Partnership,
            models.Membership,
            models.CompetenceBearer,
            models.NetworkEvent,
            models.Attendance,
            models.Guideline,
            models.ReviewSample,
        ):
            auditlog.register(model)
        auditlog.register(models.User, exclude_fields=["password", "last_login"])

        from partners import receivers  # noqa: F401 – connects them
