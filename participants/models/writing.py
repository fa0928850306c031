"""What helps to write: texts to begin from, and what somebody has begun to write."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now
from participants.models.journey import JournalEntry
from partners import access
from partners.access import Permission
from partners.models import Organisation, User


class NoteTemplateQuerySet(models.QuerySet["NoteTemplate"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the user's organisations, and those that come with the system."""
        own = access.of(user).organisation_ids(Permission.JOURNAL_WRITE)
        return self.filter(Q(organisation__in=own) | Q(organisation__isnull=True))

    def in_use(self) -> Self:
        return self.filter(retired_at__isnull=True)


class NoteTemplate(models.Model):
    """A text to begin a note from. It holds headings and questions, nothing about anybody."""

    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("None: comes with the system"),
    )
    title = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=JournalEntry.Kind)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MaxValueValidator(1440)]
    )
    text = models.TextField(_("text"), max_length=2000)
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = NoteTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template for notes")
        verbose_name_plural = _("templates for notes")
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "title"],
                condition=Q(retired_at__isnull=True),
                name="note_template_named_once",
                violation_error_message=_("There is already a template with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class NoteDraft(models.Model):
    """What somebody has begun to write in the quick log: one for each person, gone when it is saved.

    Kept on the server, so that nothing about people rests in a browser. Nobody but the writer sees it.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    fields = models.JSONField(default=dict)  # The form's fields as they were typed: name → value, or list of values.
    saved_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("draft of a note")
        verbose_name_plural = _("drafts of notes")

    def __str__(self) -> str:
        return f"draft {self.pk}"
