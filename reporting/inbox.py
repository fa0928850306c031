"""What the reports ask for on Today: drafts to go through and freeze, and those that could not be computed."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.inbox import Line, Source, register
from participants.models.participation import ParticipationQuerySet
from partners.access import Permission
from partners.models import User
from reporting.models import Report

DRAFT, FAILED = "report_draft", "report_failed"
# Our own habit, not a rule of the fund: a draft is gone through within two weeks.
DRAFT_DAYS = 14


def connect() -> None:
    register(*SOURCES)


def _drafts(user: User, visible: ParticipationQuerySet) -> QuerySet[Report]:
    return _of(user, Report.State.DRAFT)


def _failed(user: User, visible: ParticipationQuerySet) -> QuerySet[Report]:
    return _of(user, Report.State.FAILED)


def _of(user: User, state: Report.State) -> QuerySet[Report]:
    return Report.objects.visible_to(user).filter(state=state).order_by("requested_at", "pk")


def _draft(report: Report) -> Line:
    begun = timezone.localdate(report.built_at or report.requested_at)
    return Line(
        kind=DRAFT,
        row_id=report.pk,
        title=report.title,
        due_on=begun + dt.timedelta(days=DRAFT_DAYS),
        why=_("The draft up to %(day)s waits to be gone through and frozen.") % {"day": report.cut_off},
        action=_("Open the draft"),
        url=reverse("reporting:report_detail", args=[report.pk]),
    )


def _failure(report: Report) -> Line:
    return Line(
        kind=FAILED,
        row_id=report.pk,
        title=report.title,
        due_on=timezone.localdate(report.requested_at),
        why=_("The report up to %(day)s could not be computed.") % {"day": report.cut_off},
        action=_("See why"),
        url=reverse("reporting:report_detail", args=[report.pk]),
    )


SOURCES = (
    Source(
        DRAFT,
        gettext_lazy("Drafts of reports"),
        Permission.REPORT_FREEZE,
        _drafts,
        _draft,
        page="reporting:report_list",
    ),
    Source(
        FAILED,
        gettext_lazy("Reports that could not be computed"),
        Permission.REPORT_BUILD,
        _failed,
        _failure,
        page="reporting:report_list",
    ),
)
