"""Two records that turned out to be one person: what was joined, and all that is needed to part them again."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now
from participants.models.participation import Participation
from participants.models.person import Participant
from partners import access
from partners.access import Permission
from partners.models import User


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Merges of people whom the user may see, for those who make them."""
        seen = Participation.objects.visible_to(user).filter(
            project__in=access.of(user).edited_projects(Permission.PARTICIPANT_MERGE)
        )
        return self.filter(kept__in=seen.values("participant"))

    def standing(self) -> Self:
        return self.filter(undone_at__isnull=True)


class Merge(models.Model):
    """One record was joined to another: the former one is kept, unseen and uncounted. (esf-rules.md P-10)

    `steps` are the changes of rows in the order they were made, each `[label, id, before, after]`; backwards they are
    the undo. `highest` is the last id of each table then: what is above it was added afterwards.
    """

    kept = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="merges")
    former = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="merged_by")
    reason = models.CharField(_("why"), max_length=400)
    steps = models.JSONField(default=list, editable=False, encoder=DjangoJSONEncoder)
    highest = models.JSONField(default=dict, editable=False)
    merged_at = models.DateTimeField(_("joined"), default=now, editable=False)
    merged_by = models.ForeignKey(
        User, verbose_name=_("joined by"), editable=False, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(_("parted again"), null=True, editable=False)
    undone_by = models.ForeignKey(
        User, verbose_name=_("parted by"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    undone_reason = models.CharField(_("why parted again"), max_length=400, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of two records")
        verbose_name_plural = _("merges of two records")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="merge_is_of_two", condition=~Q(kept=models.F("former"))),
            models.CheckConstraint(
                name="merge_is_undone_whole",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True, undone_reason="")
                | (Q(undone_at__isnull=False, undone_by__isnull=False) & ~Q(undone_reason="")),
            ),
            models.UniqueConstraint(
                fields=["former"], condition=Q(undone_at__isnull=True), name="merge_into_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"merge {self.pk}"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None
