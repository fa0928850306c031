"""Attendance: the grid of days, the month's certificates, and the board that says who waits for whom."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, Prefetch, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grundsteget.dates import add_months, first_of_month, today
from participants import actions, certificates, forms, rules
from participants.attendance_grid import (
    ROWS,
    Grid,
    Period,
    Places,
    Scope,
    activities_of,
    grid_of,
    posted_keys,
    read,
    scopes,
)
from participants.listing import ALL, MINE
from participants.models import (
    Activity,
    AttendanceCertificate,
    AttendanceDay,
    AttendanceSignature,
    HoursMonth,
    Participation,
)
from participants.opening import log_looks, log_opening
from participants.views.frame import GET_AND_POST, Category, find
from partners import access
from partners.access import Permission
from partners.http import Request
from partners.models import AccessLog

State, Step = AttendanceCertificate.State, AttendanceSignature.Step

# --- The grid -------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def attendance_grid(request: Request) -> HttpResponse:
    """Many people's days at once. What is typed is saved whole, or comes back with what is wrong beside its cell."""
    access.require(request.user, Permission.ATTENDANCE_RECORD)
    period = Period.read(request.GET.get("tid"))
    activities = activities_of(request.user, period)
    choices = scopes(request.user, activities)
    scope = choices.get(request.GET.get("visa", "")) or next(iter(choices.values()))
    page = _page_number(request)
    if request.method == "POST":
        grid = grid_of(_posted_places(request, activities), period)
        if answer := _save(request, grid):
            return answer
        has_more = False
    else:
        places = _places(scope, activities, page)
        has_more = len(places) > ROWS
        grid = grid_of(places[:ROWS], period)
    log_looks(request, AccessLog.Action.LIST, grid.participation_ids, may_be_granted=False)
    context = {
        "grid": grid,
        "period": period,
        "scope": scope,
        "scopes": choices.values(),
        "wider": choices[ALL] if scope.key == MINE else None,
        "wider_url": f"?{urlencode({'visa': ALL, 'tid': period.key})}",
        "page": page,
        "has_more": has_more,
        "address": urlencode({"visa": scope.key}),
    }
    return render(request, "participants/attendance_grid.html", context, status=422 if grid.has_errors else 200)


def _page_number(request: Request) -> int:
    asked = request.GET.get("sida", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 5 and int(asked) else 1


def _places(scope: Scope, activities: Any, page: int) -> Places:
    """One more than a page holds, to know whether there is another."""
    person = "participation__participant__"
    rows = scope.narrow(activities).order_by(
        f"{person}first_name_key", f"{person}last_name_key", "participation", "started_on", "pk"
    )
    start = (page - 1) * ROWS
    return [(activity.participation, activity) for activity in rows[start : start + ROWS + 1]]


def _posted_places(request: Request, activities: Any) -> Places:
    """The rows that the form held, those among them that she still may record for, in the form's order."""
    keys = posted_keys(request.POST)
    found = {row.pk: row for row in activities.filter(pk__in=[activity for _person, activity in keys if activity])}
    return [
        (found[activity].participation, found[activity])
        for person, activity in keys
        if activity in found and found[activity].participation_id == person
    ]


def _save(request: Request, grid: Grid) -> HttpResponse | None:
    """Back to the grid when all is saved; None when it has to be shown again: filled in, or refused."""
    entries = read(grid, request.POST)
    if "fill" in request.POST:
        filled = grid.fill(_days_to_fill(request.POST["fill"], grid.period))
        messages.info(
            request,
            ngettext(
                "%(n)s empty day is filled in as planned. Look it through, then save.",
                "%(n)s empty days are filled in as planned. Look them through, then save.",
                filled,
            )
            % {"n": filled},
        )
        return None
    if len(grid.rows) < len(posted_keys(request.POST)):
        grid.problems.append(_("Somebody in the list is no longer yours to record for. Her row is left out."))
    if grid.has_errors:
        return None
    try:
        count = actions.record_attendance(entries=entries, by=request.user)
    except ValidationError as refusal:
        grid.refuse(refusal)
        return None
    messages.success(
        request,
        ngettext("%(n)s day is saved.", "%(n)s days are saved.", count) % {"n": count}
        if count
        else _("Nothing was changed."),
    )
    return redirect(request.get_full_path())


def _days_to_fill(asked: str, period: Period) -> list[dt.date]:
    return [day for day in period.days if asked in ("all", day.isoformat())]


@require_http_methods(GET_AND_POST)
def attendance_person(request: Request, pk: int) -> HttpResponse:
    """One person's days, with those that belong to no activity: also for people whose names stand in no list."""
    participation = find(request, pk, Category.JOURNEY)
    access.require(request.user, Permission.ATTENDANCE_RECORD, participation)
    period = Period.read(request.GET.get("tid"))
    places = _places_of(request, participation, period)
    if request.method == "POST":
        held = set(posted_keys(request.POST))
        places = [(person, activity) for person, activity in places if (pk, activity and activity.pk) in held]
    grid = grid_of(places, period)
    if request.method == "POST" and (answer := _save(request, grid)):
        return answer
    log_opening(request, participation)
    context = {"participation": participation, "grid": grid, "period": period, "address": ""}
    return render(request, "participants/attendance_person.html", context, status=422 if grid.has_errors else 200)


def _places_of(request: Request, participation: Participation, period: Period) -> Places:
    rows = (
        Activity.objects.kept_by(request.user, Permission.ATTENDANCE_RECORD)
        .filter(participation=participation, started_on__lte=period.last)
        .exclude(ended_on__lt=period.first)
        .select_related("enterprise__organisation", "group__course")
        .order_by("started_on", "pk")
    )
    places: Places = [(participation, activity) for activity in rows]
    if participation.project.owner_id in access.of(request.user).owner_wide_ids(Permission.ATTENDANCE_RECORD):
        places.append((participation, None))
    return places


def months_of(request: Request, participation: Participation) -> list[dict[str, Any]]:
    """Each month with its hours, the hours of its attendance so far, and its newest certificate. Newest first."""
    months: dict[dt.date, dict[str, Any]] = defaultdict(lambda: {"hours": None, "attended": None, "certificate": None})
    for row in HoursMonth.objects.visible_to(request.user).filter(participation=participation):
        months[row.month]["hours"] = row.hours
    days = AttendanceDay.objects.visible_to(request.user).filter(participation=participation).order_by()
    for month, hours in days.values_list(TruncMonth("day")).annotate(sum_of_hours=Sum("hours")):
        months[month]["attended"] = hours
    newest = AttendanceCertificate.objects.visible_to(request.user).filter(participation=participation).current()
    for certificate in newest:
        months[certificate.month]["certificate"] = certificate
    return [{"month": month, **months[month]} for month in sorted(months, reverse=True)]


# --- The board ------------------------------------------------------------------------------------

SHOWN = 100
MONTHS_SHOWN = 6
# Steps that are taken for many at once. The participant signs one by one.
TOGETHER = {
    State.SIGNED: (Step.SUPERVISOR, Permission.ATTENDANCE_CERTIFY),
    State.CERTIFIED: (Step.OFFICE, Permission.ATTENDANCE_APPROVE),
    State.APPROVED: (Step.LOCK, Permission.ATTENDANCE_APPROVE),
}
STEP_PERMISSIONS = {
    Step.PARTICIPANT: Permission.ATTENDANCE_RECORD,
    **dict(TOGETHER.values()),
}


@require_http_methods(GET_AND_POST)
def attendance_certificates(request: Request) -> HttpResponse:
    """Month by month: how many certificates wait for whom, and the next step for those that are ticked."""
    access.require(request.user, Permission.ATTENDANCE_RECORD)
    month = _month(request.GET.get("manad"))
    state = request.GET.get("visa", "")
    state = State(state) if state in State.values else State.DRAFT
    if request.method == "POST":
        _sign_ticked(request, state)
        return redirect(request.get_full_path())
    visible = AttendanceCertificate.objects.kept_by(request.user, Permission.ATTENDANCE_RECORD).current()
    # The newest version waits, while an earlier one is locked and counts.
    counted_before = AttendanceCertificate.objects.visible_to(request.user).filter(
        participation=OuterRef("participation"), month=OuterRef("month"), counts=True, replaced_at__isnull=False
    )
    rows = list(
        visible.filter(month=month, state=state)
        .select_related("participation__participant", "participation__project")
        .prefetch_related(Prefetch("signatures", to_attr="taken_steps"))
        .annotate(was_locked=Exists(counted_before))
        .order_by("participation__participant__first_name_key", "participation__ref", "pk")[: SHOWN + 1]
    )
    shown = rows[:SHOWN]
    log_looks(request, AccessLog.Action.LIST, [row.participation_id for row in shown])
    step, permission = TOGETHER.get(state, (None, None))
    context = {
        "board": _board(visible),
        "states": State,
        "month": month,
        "state": state,
        "rows": shown,
        "has_more": len(rows) > SHOWN,
        "step": step,
        "may_sign": permission is not None and access.has(request.user, permission),
    }
    return render(request, "participants/attendance_certificates.html", context)


def _month(asked: str | None) -> dt.date:
    """What the address names, or the month before this one: the one that is being signed."""
    try:
        return dt.date.fromisoformat(f"{asked}-01")
    except ValueError:
        return add_months(first_of_month(today()), -1)


def _board(visible: Any) -> list[dict[str, Any]]:
    """The last months with the number of certificates in each state. One query."""
    first = add_months(first_of_month(today()), 1 - MONTHS_SHOWN)
    counts: dict[tuple[dt.date, str], int] = {
        (row["month"], row["state"]): row["n"]
        for row in visible.filter(month__gte=first).order_by().values("month", "state").annotate(n=Count("pk"))
    }
    months = [add_months(first, number) for number in range(MONTHS_SHOWN)]
    return [
        {"month": month, "counts": [(state, counts.get((month, state), 0)) for state in State]}
        for month in reversed(months)
    ]


def _sign_ticked(request: Request, state: AttendanceCertificate.State) -> None:
    """The next step for each of the ticked ones, each whole by itself; what is refused is told with its code."""
    step, permission = TOGETHER.get(state, (None, None))
    if step is None or permission is None:
        raise PermissionDenied
    access.require(request.user, permission)
    ticked = [int(pk) for pk in request.POST.getlist("intyg") if pk.isascii() and pk.isdigit() and len(pk) < 16]
    rows = AttendanceCertificate.objects.kept_by(request.user, permission).filter(pk__in=ticked[:SHOWN])
    done = 0
    for certificate in rows.select_related("participation").order_by("pk"):
        try:
            actions.sign_certificate(
                certificate=certificate, step=step, membership=_membership(request), by=request.user
            )
        except ValidationError as refusal:
            messages.error(request, f"{certificate.participation.ref}: {refusal.messages[0]}")
        else:
            done += 1
    text = ngettext("%(n)s certificate has taken its step.", "%(n)s certificates have taken their step.", done)
    messages.success(request, text % {"n": done}) if done else messages.info(request, _("Nothing was ticked."))


def _membership(request: Request) -> Any:
    return next(iter(access.of(request.user).memberships), None)


# --- One certificate ------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def attendance_certificate(request: Request, pk: int, certificate_pk: int) -> HttpResponse:
    """The certificate as it is printed, its signatures, its versions, and the step that comes next."""
    participation = find(request, pk, Category.JOURNEY)
    certificate = _certificate(request, participation, certificate_pk)
    access.require(request.user, Permission.ATTENDANCE_RECORD, participation)
    content = (
        certificates.frozen_content(certificate)
        if certificate.is_frozen
        else certificates.content_of(certificate, certificates.days_of(participation, certificate.month))
    )
    next_step = None if certificate.is_replaced else rules.NEXT_STEP.get(State(certificate.state))
    # A form that is sent twice names a step that is taken by now: it is that step one must be allowed.
    asked = request.POST.get("steg-step", "")
    step = Step(asked) if asked in Step.values else next_step
    may_step = step is not None and _may(request, certificate, STEP_PERMISSIONS[step])
    initial = {"step": step, "seen": content.sha256}
    is_return = "ater-reason" in request.POST
    form = forms.step_form(step or "")(None if is_return else request.POST or None, initial=initial)
    return_form = forms.CertificateReturnForm(request.POST if is_return else None)
    may_return = _may_return(request, certificate)
    if request.method == "POST":
        if not (may_return if is_return else may_step):
            raise PermissionDenied
        if answer := _act(request, certificate, form, return_form if is_return else None):
            return answer
    log_opening(request, participation, object_ref=f"certificate {certificate.pk}")
    signed = {one.step: one for one in certificate.signatures.all()}
    context = {
        "participation": participation,
        "certificate": certificate,
        "versions": participation.attendance_certificates.filter(month=certificate.month).order_by("-version"),
        "content": content,
        "lines": certificates.lines(content),
        "totals": certificates.totals_in_words(content),
        "signatures": [(one, signed.get(one)) for one in Step],
        "step": step,
        "form": form if may_step else None,
        "return_form": return_form if may_return else None,
        "month_is_over": rules.month_is_over(participation, certificate.month),
        "is_intact": not certificate.is_frozen or certificates.is_intact(certificate),
    }
    status = 422 if form.errors or return_form.errors else 200
    return render(request, "participants/attendance_certificate.html", context, status=status)


def _certificate(request: Request, participation: Participation, pk: int) -> AttendanceCertificate:
    rows = AttendanceCertificate.objects.visible_to(request.user).filter(participation=participation)
    return get_object_or_404(rows.prefetch_related("signatures", "totals"), pk=pk)


def _may(request: Request, certificate: AttendanceCertificate, permission: Permission) -> bool:
    return AttendanceCertificate.objects.kept_by(request.user, permission).filter(pk=certificate.pk).exists()


def _may_return(request: Request, certificate: AttendanceCertificate) -> bool:
    """Whoever takes the second step or a later one may send the month back instead."""
    can_be = not certificate.is_replaced and certificate.state in {State.SIGNED, State.CERTIFIED, State.APPROVED}
    return can_be and (
        _may(request, certificate, Permission.ATTENDANCE_CERTIFY)
        or _may(request, certificate, Permission.ATTENDANCE_APPROVE)
    )


def _act(
    request: Request,
    certificate: AttendanceCertificate,
    form: forms.CertificateStepForm,
    return_form: forms.CertificateReturnForm | None,
) -> HttpResponse | None:
    chosen = return_form or form
    if not chosen.is_valid():
        return None
    try:
        if return_form is not None:
            certificate = actions.return_certificate(
                certificate=certificate, by=request.user, reason=return_form.cleaned_data["reason"]
            )
            messages.success(request, _("The month is sent back. Correct the days; then it is signed anew."))
        else:
            answers = form.answers
            actions.sign_certificate(
                certificate=certificate, membership=_membership(request), by=request.user, **answers
            )
            messages.success(request, DONE[Step(answers["step"])]())
    except ValidationError as refusal:
        chosen.refuse(refusal)
        return None
    address = reverse("participants:attendance_certificate", args=[certificate.participation_id, certificate.pk])
    return redirect(address)


DONE = {
    Step.PARTICIPANT: lambda: _("The participant's signature is recorded. Now the supervisor certifies."),
    Step.SUPERVISOR: lambda: _("The month is certified. Now the project office approves it."),
    Step.OFFICE: lambda: _("The month is approved. Lock it when it goes into the payment application."),
    Step.LOCK: lambda: _("The month is locked. Its hours count in the reports."),
}
