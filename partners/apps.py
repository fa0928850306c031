"""The partnership: who works together, in which role, and what each may do."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = _("Partnership")

    def ready(self) -> None:
        from partners import change_triggers, receivers  # noqa: F401 – connects them

        change_triggers.connect(self)
