"""The figures: facts, indicators, reports, dashboards, and the exchange with other systems."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Reporting")

    def ready(self) -> None:
        from reporting import inbox, receivers

        receivers.connect()
        inbox.connect()
