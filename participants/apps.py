"""The participants and their way to work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    name = "participants"
    verbose_name = _("Participants")

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from participants.signals import follow_new_name_later

        post_save.connect(follow_new_name_later, sender="partners.User", dispatch_uid="follow_new_name_later")
