"""The project package as an app, so that its templates, translations and checks are found."""

from django.apps import AppConfig


class GrundstegetConfig(AppConfig):
    name = "grundsteget"
    verbose_name = "Grundsteget"
