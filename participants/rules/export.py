"""Who may take rows out as a file, and when a file that was made may still be opened."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from participants.models import ExportFile, Participant, Participation
from participants.rules.frame import refused
from partners.models import User


def check_export(count: int) -> None:
    """A file nobody could look through is no tool."""
    if count == 0:
        raise refused(_("The list is empty, so there is nothing to export."))
    if count > settings.EXPORT_ROWS:
        raise refused(
            _("One file holds at most %(most)s participants. Filter the list, and make several files.")
            % {"most": settings.EXPORT_ROWS}
        )


def check_download(export: ExportFile, user: User) -> None:
    """The file is there, and she may still read about each person in it, as the person stands there. (P-39, P-40)"""
    if export.state == ExportFile.State.DELETED:
        raise refused(_("You have deleted this file."))
    if not export.is_ready:
        raise refused(_("This file has expired and is deleted."))
    if not is_still_readable(export, user):
        raise refused(
            _("What you may see has changed since: a consent has ended, or somebody in the file is protected now.")
        )


def is_still_readable(export: ExportFile, user: User) -> bool:
    """Whether the user may see everybody in the file today. Protection acts backwards on names told before it."""
    unprotected = Q(participation__participant__protection=Participant.Protection.NONE)
    standing = export.contents.filter(
        unprotected | Q(was_protected=True), participation__in=Participation.objects.visible_to(user)
    )
    return standing.count() == export.rows
