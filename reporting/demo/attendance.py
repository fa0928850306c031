"""The demo's course groups, three months of attendance and the certificates, each state of them among somebody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from random import Random

from django.db.models import Q
from django.utils import timezone

from grundsteget.dates import add_months, first_of_month, last_of_month, today
from participants import certificates
from participants.models import (
    Activity,
    AttendanceCertificate,
    AttendanceDay,
    AttendanceSignature,
    AttendanceTotal,
    Course,
    CourseGroup,
    HoursMonth,
    Participant,
    Participation,
    UnitCost,
)
from partners.models import Organisation, Project, User

State, Step, Kind = AttendanceCertificate.State, AttendanceSignature.Step, AttendanceDay.Kind
SEED, PEOPLE, BATCH = 2015, 28, 500
SCHOOL, KITCHEN = "Vuxenutbildningen", "Gröna Köket"
DAY = dt.timedelta(days=1)
COMPENSATIONS = ["forsorjningsstod", "aktivitetsstod", "utvecklingsersattning", "sjukersattning", "lonebidrag"]
# Months ago → how far its certificates have come, from the most to the least usual.
STATES = {
    3: [State.LOCKED],
    2: [State.LOCKED, State.APPROVED, State.LOCKED, State.CERTIFIED],
    1: [State.SIGNED, State.DRAFT, State.CERTIFIED, State.SIGNED, State.DRAFT],
    0: [State.DRAFT],
}
STEPS = [Step.PARTICIPANT, Step.SUPERVISOR, Step.OFFICE, Step.LOCK]
REACHED = [State.SIGNED, State.CERTIFIED, State.APPROVED, State.LOCKED]


def load(project: Project, users: dict[str, User]) -> None:
    _load_courses(project, users["vux"])
    _load_unit_costs(project, users["kontor"])
    random = Random(SEED)  # noqa: S311 — the demo must be the same everywhere.
    days = list(_days(random, _activities(project), users["handledare"]))
    AttendanceDay.objects.bulk_create(days, BATCH)
    _load_certificates(random, days, users)


# --- Courses --------------------------------------------------------------------------------------


def _load_courses(project: Project, teacher: User) -> None:
    """The courses that people take already, each with the group that runs and one that is to come."""
    school = Organisation.objects.get(name=SCHOOL)
    taken: dict[str, list[Activity]] = defaultdict(list)
    running = Activity.objects.filter(kind=Activity.Kind.EDUCATION, place=SCHOOL, participation__project=project)
    for activity in running.filter(started_on__lte=today(), ended_on__gte=today()).order_by("pk"):
        taken[activity.title].append(activity)
    spring = dt.date(today().year, 1, 9)
    for number, title in enumerate(sorted(taken)):
        course = Course.objects.create(
            project=project,
            organisation=school,
            title=title,
            kind=Course.Kind.SWEDISH if "svenska" in title.casefold() else Course.Kind.ORIENTATION,
            created_by=teacher,
        )
        people = taken[title]
        first = min([spring, *(activity.started_on for activity in people)])
        last = max(activity.ended_on or today() for activity in people)
        group = CourseGroup.objects.create(
            course=course,
            name="Vårgruppen",
            started_on=first,
            ended_on=last,
            weekdays=["02", "13", "1"][number % 3],
            times="9.00–12.00",
            hours_per_day=3,
            place="Vuxenutbildningen, Rosenlund",
            seats=len(people) + (0 if number == 0 else 4),
        )
        if (autumn := dt.date(today().year, 8, 28)) + 15 * 7 * DAY <= project.ended_on:
            CourseGroup.objects.create(
                course=course,
                name="Höstgruppen",
                started_on=autumn,
                ended_on=autumn + 15 * 7 * DAY,
                weekdays="024",
                times="13.00–15.30",
                hours_per_day=Decimal("2.5"),
                place="Vuxenutbildningen, Rosenlund",
                seats=14,
            )
        Activity.objects.filter(pk__in=[activity.pk for activity in people]).update(group=group)


def _load_unit_costs(project: Project, office: User) -> None:
    """Two amounts, said to be invented; the others are left missing, as they are until the office fills them in."""
    for code, amount in [("forsorjningsstod", "100.00"), ("aktivitetsstod", "120.00")]:
        UnitCost.objects.create(
            project=project,
            compensation_id=code,
            valid_from=project.started_on.replace(day=1),
            sek_per_hour=Decimal(amount),
            source="Påhittat belopp, bara för demon",
            recorded_by=office,
        )


# --- Days -----------------------------------------------------------------------------------------


def _activities(project: Project) -> list[Activity]:
    """What some people do now: those of the enterprise and of the coordinator whose log-ins the demo prints."""
    people = Participation.objects.filter(
        Q(activities__enterprise__organisation__name=KITCHEN) | Q(care_team__user__name="Maja Lindrot"),
        project=project,
        left_on__isnull=True,
        last_event_on__gte=today() - 45 * DAY,
        participant__protection=Participant.Protection.NONE,
    )
    chosen = list(people.order_by("pk").values_list("pk", flat=True).distinct()[:PEOPLE])
    rows = Activity.objects.filter(participation__in=chosen, hours_per_week__gt=0).exclude(ended_on__lt=_first())
    return list(rows.select_related("participation", "enterprise__organisation").order_by("pk"))


def _first() -> dt.date:
    return add_months(first_of_month(today()), -3)


def _days(random: Random, activities: list[Activity], by: User) -> Iterator[AttendanceDay]:
    """Some weekdays of each week; now and then somebody is ill, or does not come."""
    paid: dict[int, str] = {}
    for activity in activities:
        code = paid.setdefault(activity.participation_id, random.choice(COMPENSATIONS))
        hours = activity.hours_per_week or Decimal(0)
        times = max(1, min(5, round(hours / 5)))
        weekdays = sorted(random.sample(range(5), times))
        each = min(Decimal(8), Decimal(round(hours / times * 2)) / 2)
        day = max(activity.started_on, _first())
        end = min(activity.ended_on or today(), today() - DAY)
        while day <= end:
            if day.weekday() in weekdays:
                kind = random.choices([Kind.PRESENT, Kind.SICK, Kind.NOTIFIED, Kind.UNNOTIFIED], [92, 4, 3, 1])[0]
                yield AttendanceDay(
                    participation=activity.participation,
                    activity=activity,
                    day=day,
                    hours=each if kind == Kind.PRESENT else Decimal(0),
                    kind=kind,
                    compensation_id=code,
                    recorded_at=_at(day),
                    recorded_by=by,
                )
            day += DAY


def _at(day: dt.date, hour: int = 16) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


# --- Certificates ---------------------------------------------------------------------------------


def _load_certificates(random: Random, days: list[AttendanceDay], users: dict[str, User]) -> None:
    """The month's rows are put together as a signature does it; the hours of locked months are theirs."""
    months: dict[tuple[int, dt.date], list[AttendanceDay]] = defaultdict(list)
    for day in sorted(days, key=lambda row: (row.day, row.activity_id)):
        months[day.participation_id, first_of_month(day.day)].append(day)
    made: list[AttendanceCertificate] = []
    contents: list[certificates.Content] = []
    for (participation_id, month), rows in sorted(months.items()):
        ago = (today().year - month.year) * 12 + today().month - month.month
        certificate = AttendanceCertificate(
            participation_id=participation_id,
            month=month,
            state=random.choice(STATES[ago]),
            created_at=_at(rows[0].day),
            created_by=users["handledare"],
        )
        content = certificates.content_of(certificate, rows)
        if certificate.is_frozen:
            certificate.rows, certificate.hours, certificate.sha256 = content.rows, content.hours, content.sha256
            certificate.counts = certificate.state == State.LOCKED
        made.append(certificate)
        contents.append(content)
    AttendanceCertificate.objects.bulk_create(made, BATCH)
    frozen = [pair for pair in zip(made, contents, strict=True) if pair[0].is_frozen]
    AttendanceTotal.objects.bulk_create(
        [
            AttendanceTotal(certificate=certificate, compensation_id=code, hours=hours)
            for certificate, content in frozen
            for code, hours in content.totals.items()
        ],
        BATCH,
    )
    AttendanceSignature.objects.bulk_create(
        [signature for certificate, _content in frozen for signature in _signatures(certificate, users)], BATCH
    )
    _set_hours([certificate for certificate, _content in frozen if certificate.counts], users["kontor"])
    _change_after_locking(made, users["koordinator"])


def _signatures(certificate: AttendanceCertificate, users: dict[str, User]) -> Iterator[AttendanceSignature]:
    signers = [
        ("koordinator", "", ""),
        ("handledare", "handledare", KITCHEN),
        ("kontor", "projektkontor", "Coompanion Göteborgsregionen"),
        ("kontor", "projektkontor", "Coompanion Göteborgsregionen"),
    ]
    last = REACHED.index(State(certificate.state))
    for number, (step, (user, role, organisation)) in enumerate(zip(STEPS, signers, strict=True)):
        if number > last:
            return
        day = last_of_month(certificate.month) + (2 + 2 * number) * DAY
        yield AttendanceSignature(
            certificate=certificate,
            step=step,
            signed_on=min(day, today()),
            name=users[user].name if organisation else "",
            role=role,
            organisation=organisation,
            is_on_paper=step == Step.PARTICIPANT,
            evidence="Pärmen Närvaro" if step == Step.PARTICIPANT else "",
            recorded_at=_at(min(day, today())),
            recorded_by=users[user],
        )


def _set_hours(locked: list[AttendanceCertificate], by: User) -> None:
    people, months = {one.participation_id for one in locked}, {one.month for one in locked}
    known = {
        (row.participation_id, row.month): row
        for row in HoursMonth.objects.filter(participation__in=people, month__in=months)
    }
    rows = [
        known.get((one.participation_id, one.month))
        or HoursMonth(participation_id=one.participation_id, month=one.month)
        for one in locked
    ]
    for one, row in zip(locked, rows, strict=True):
        row.hours, row.recorded_by = one.hours or Decimal(0), by
    HoursMonth.objects.bulk_update([row for row in rows if row.pk], ["hours", "recorded_by"], batch_size=BATCH)
    HoursMonth.objects.bulk_create([row for row in rows if not row.pk], BATCH)


def _change_after_locking(made: list[AttendanceCertificate], by: User) -> None:
    """One locked month that was corrected: the old version counts until the new one is locked."""
    old = next((one for one in made if one.counts and one.month > _first()), None)
    if old is None:
        return
    AttendanceCertificate.objects.filter(pk=old.pk).update(replaced_at=_at(today() - DAY))
    AttendanceDay.objects.filter(
        pk=AttendanceDay.objects.filter(participation=old.participation_id, day__gte=old.month, hours__gt=1)
        .order_by("day", "pk")
        .values("pk")[:1]
    ).update(hours=1)
    AttendanceCertificate.objects.create(
        participation_id=old.participation_id,
        month=old.month,
        version=2,
        reason="Närvaron ändrades",
        created_by=by,
    )
