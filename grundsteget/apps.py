"""The project package as an app, so that its templates, translations and checks are found."""

from django.apps import AppConfig


class GrundstegetConfig(AppConfig):
    name = "grundsteget"
    verbose_name = "Grundsteget"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from grundsteget import checks, who  # noqa: F401 — registers them

        connection_created.connect(who.tell)
