"""The participants and their way to work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    name = "participants"
    verbose_name = _("Participants")

    def ready(self) -> None:
        from auditlog.registry import auditlog

        from participants import models

        # Of a mailed link the log says when it was sent and used, never what would open it.
        auditlog.register(models.ReferralLink, exclude_fields=["token_hash"])
        # The change log says that an identity or a sensitive answer changed, never from what to what.
        auditlog.register(models.Participant, exclude_fields=["identity_cipher", "identity_hash"])
        auditlog.register(models.SensitiveAnswer, mask_fields=["answer"], mask_callable="partners.audit.hidden")
        for model in (
            models.Participation,
            models.EntryRecord,
            models.Stint,
            models.Activity,
            models.HoursMonth,
            models.JournalEntry,
            models.Outcome,
            models.FollowUp,
            models.Consent,
            models.CareTeamMember,
            models.DeclineReason,
            models.Referral,
            models.ReferralEvent,
            models.LeadTransfer,
        ):
            auditlog.register(model)
