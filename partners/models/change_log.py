"""The log of what was changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.people import User


class Change(models.Model):
    """One row added, changed or removed: when, by whom, and each column from what to what.

    Written by the database's own triggers (`partners.change_log`), whoever writes and by whatever way. Append-only but
    for the erasure of a person, which empties `changes`, names its certificate, and leaves that something changed.
    """

    class Action(models.TextChoices):
        INSERT = "insert", _("added")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("removed")

    at = models.DateTimeField(_("at"))
    # The log outlives what it tells of, so nothing here is a constraint.
    actor = models.ForeignKey(
        User,
        verbose_name=_("who"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    source = models.CharField(_("page, task or command"), max_length=80, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    label = models.CharField(_("what"), max_length=80)
    row_id = models.CharField(max_length=64)
    action = models.CharField(_("action"), max_length=6, choices=Action)
    changes = models.JSONField(_("changes"), default=dict)
    participant_id = models.BigIntegerField(null=True)
    participation_id = models.BigIntegerField(null=True)
    erased_by = models.CharField(_("certificate of erasure"), max_length=64, blank=True, db_default="")

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("change log")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["participation_id", "-id"],
                condition=models.Q(participation_id__isnull=False),
                name="change_by_participation",
            ),
            models.Index(
                fields=["participant_id", "-id"],
                condition=models.Q(participant_id__isnull=False),
                name="change_by_participant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.label} {self.row_id}"
