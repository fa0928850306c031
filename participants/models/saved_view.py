"""Questions to the list of participants that somebody wants to ask again."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now
from partners import access
from partners.access import Permission
from partners.models import Organisation, User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Her own, and what colleagues share with an organisation for which she sees participants."""
        organisations = access.of(user).organisation_ids(Permission.PARTICIPANT_VIEW)
        return self.filter(Q(user=user.pk) | Q(shared_with__in=organisations))


class SavedView(models.Model):
    """A list as somebody wants it: filters, order, columns and tab, under a name.

    It holds no search and nobody's name: whoever opens it sees the answer to the question, for herself.
    """

    user = models.ForeignKey(User, editable=False, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=1000, editable=False)  # As the list's address says it.
    shared_with = models.ForeignKey(
        Organisation,
        verbose_name=_("shared with"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_start = models.BooleanField(_("my start view"), default=False)
    saved_at = models.DateTimeField(default=now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_view_named_once",
                violation_error_message=_("You already have a view with this name."),
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(is_start=True), name="saved_view_one_start"),
        ]

    def __str__(self) -> str:
        return self.name
