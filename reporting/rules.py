"""What may be done with a report, given what has been done."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grundsteget.dates import today
from partners.models import Project
from reporting.models import Report


def check_cut_off(project: Project, cut_off: dt.date) -> None:
    """A report tells what has happened: not before the project began, not in the future."""
    if cut_off > today():
        raise ValidationError(
            _("The cut-off date %(day)s is in the future. Choose today, %(today)s, or earlier.")
            % {"day": cut_off.isoformat(), "today": today().isoformat()},
            code="future",
        )
    if cut_off < project.started_on:
        raise ValidationError(
            _("The cut-off date %(day)s is before the project's start, %(start)s. Choose a later day.")
            % {"day": cut_off.isoformat(), "start": project.started_on.isoformat()},
            code="before_start",
        )


def check_may_rebuild(report: Report) -> None:
    if report.state not in {Report.State.DRAFT, Report.State.FAILED}:
        raise ValidationError(_("Only a draft or a failed report can be computed again."))


def check_may_freeze(report: Report) -> None:
    if report.state == Report.State.FROZEN:
        raise ValidationError(_("The report is already frozen."))
    if report.state != Report.State.DRAFT:
        raise ValidationError(_("Only a finished draft can be frozen. Wait until it is computed."))
