"""Puts the demo into the database: the project, its partners and users, and what has happened to everyone by today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from enterprises.models import Enterprise
from grundsteget.commands import Refused
from grundsteget.dates import today
from participants import identity
from participants.models import (
    Activity,
    CareTeamMember,
    Consent,
    EntryRecord,
    FollowUp,
    HoursMonth,
    JournalEntry,
    Outcome,
    Participant,
    Participation,
    SensitiveAnswer,
    Stint,
)
from participants.names import name_key
from participants.signals import participation_changed
from partners.models import Organisation, Project, User
from reporting import grundsteget
from reporting.demo import (
    attendance,
    consents,
    documents,
    exports,
    imports,
    looks,
    measures,
    merges,
    network,
    partners,
    plans,
    referrals,
    rights,
    saved_views,
)
from reporting.demo.lives import DemoNote, Life
from reporting.demo.paths import lives

BATCH = 500


def loaded_for() -> dt.date | None:
    """The day for which the demo was loaded: its users were made on it. None when it was not."""
    user = User.objects.filter(email=partners.email("koordinator")).first()
    return timezone.localdate(user.created_at) if user else None


def load_demo() -> bool:
    """Load the demo as it stands on the day it plays on. False when it is there already."""
    if not settings.DEMO_MODE:
        raise Refused("DEMO_MODE", "is off, and the demo's people belong in no real database", "run: make demo")
    before = loaded_for()
    if before == today():
        return False
    if before is not None:
        where = settings.DATABASES["default"]["NAME"]
        raise Refused(
            "DEMO_TODAY", f"the demo is loaded as of {before}, not {today()}", f"remove {where} and run make demo again"
        )
    if Participation.objects.exists() or User.objects.exists():
        raise Refused("database", "holds people that are not the demo's", "give the demo an empty database of its own")
    with transaction.atomic():
        grundsteget.load()
        project = Project.objects.get(dnr=grundsteget.DNR)
        enterprises = partners.load_enterprises(project)
        users = partners.load_colleagues(project, at(today(), hour=7))
        Loader(project, enterprises, users).load(lives())
        consents.vary(project)
        looks.load_looks(project)
        documents.load(project, users)
        referrals.load(project, users)
        measures.load(project, users)
        network.load(project, users)
        attendance.load(project, users)
        rights.load(project, users)
        exports.load(project, users)
        imports.load(project, users)
        saved_views.load()
        plans.load(project, users)
        merges.load(project, users)
    return True


def at(day: dt.date, hour: int = 15) -> dt.datetime:
    """The moment at which something of that day was written down."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


@dataclass
class Loader:
    """Turns lives into rows: only what has happened until today; what ends later is still open."""

    project: Project
    enterprises: dict[str, Enterprise]
    users: dict[str, User]
    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)

    def load(self, all_lives: list[Life]) -> None:
        self.organisations = {one.name: one for one in Organisation.objects.all()}
        entered = [life for life in all_lives if life.entry <= today()]
        people = Participant.objects.bulk_create([self._person(life) for life in entered], BATCH)
        participations = Participation.objects.bulk_create(
            [self._participation(number, *pair) for number, pair in enumerate(zip(entered, people, strict=True), 1)],
            BATCH,
        )
        for life, participation in zip(entered, participations, strict=True):
            self._add_life(life, participation)
        for model, rows in self.rows.items():
            model._default_manager.bulk_create(rows, BATCH)
        ids = [participation.pk for participation in participations]
        for start in range(0, len(ids), BATCH):
            chunk = ids[start : start + BATCH]
            Participation.objects.filter(pk__in=chunk).refresh_summaries()
            participation_changed.send(sender=Participation, participation_ids=chunk)

    def _add(self, row: models.Model) -> None:
        self.rows.setdefault(type(row), []).append(row)

    # --- The person -------------------------------------------------------------------------------

    def _person(self, life: Life) -> Participant:
        known = life.person
        person = Participant(
            sex=known.sex,
            birth_date=known.birth_date,
            first_name=known.first_name,
            last_name=known.last_name,
            first_name_key=name_key(known.first_name),
            last_name_key=name_key(known.last_name),
            protection=known.protection,
            municipality="" if known.is_hidden else known.municipality,
            district="" if known.is_hidden else known.district,
        )
        if known.number:
            person.set_identity(identity.parse(known.number), self.project.pk)
        return person

    def _participation(self, number: int, life: Life, person: Participant) -> Participation:
        is_near = life.near is not None and life.near[0] <= today() < life.near[1]
        return Participation(
            participant=person,
            project=self.project,
            ref=f"D-{number:04d}",
            near_employment=is_near,
            near_employment_note=life.near[2] if life.near and is_near else "",
            created_by=self.users[life.lead],
            created_at=at(life.entry),
        )

    # --- What happened ----------------------------------------------------------------------------

    def _add_life(self, life: Life, participation: Participation) -> None:
        lead = self.users[life.lead]
        if life.record:
            self._add(EntryRecord(participation=participation, asked_on=life.entry, asked_by=lead, **life.record))
        for question, answer in life.sensitive.items():
            self._add(
                SensitiveAnswer(
                    participation=participation, question=question, answer=answer, asked_on=life.entry, asked_by=lead
                )
            )
        self._add_stints(life, participation)
        self._add_activities(life, participation, lead)
        self._add_outcomes(life, participation, lead)
        self._add_hours(life, participation, lead)
        self._add_consents(life, participation, lead)
        self._add_care(life, participation)
        self._add_follow_ups(life, participation, lead)
        for note in life.notes:
            if note.day <= today():
                self._add(self._note(note, participation))

    def _add_stints(self, life: Life, participation: Participation) -> None:
        referrer = self.organisations[life.referrer]
        for stint in life.stints:
            if stint.start > today():
                continue
            is_over = stint.end <= today()
            self._add(
                Stint(
                    participation=participation,
                    started_on=stint.start,
                    ended_on=stint.end if is_over else None,
                    exit_reason_id=stint.reason if is_over else None,
                    exit_note=stint.note if is_over else "",
                    referred_by=referrer,
                    recorded_at=at(stint.start),
                    exit_recorded_at=at(stint.end) if is_over else None,
                )
            )

    def _add_activities(self, life: Life, participation: Participation, lead: User) -> None:
        for one in life.activities:
            if one.start > today():
                continue
            enterprise = self.enterprises.get(one.place)
            self._add(
                Activity(
                    participation=participation,
                    kind=one.kind,
                    title=one.title,
                    enterprise=enterprise,
                    place="" if enterprise else one.place,
                    started_on=one.start,
                    ended_on=one.end if one.is_planned else _past(one.end),
                    hours_per_week=one.hours,
                    recorded_at=at(one.start),
                    recorded_by=lead,
                )
            )

    def _add_outcomes(self, life: Life, participation: Participation, lead: User) -> None:
        for one in life.outcomes:
            if one.start <= today():
                self._add(
                    Outcome(
                        participation=participation,
                        kind=one.kind,
                        started_on=one.start,
                        ended_on=_past(one.end),
                        employer=one.employer,
                        enterprise=self.enterprises.get(one.employer),
                        support=one.support,
                        evidence=one.evidence,
                        recorded_at=at(one.start),
                        recorded_by=lead,
                    )
                )

    def _add_hours(self, life: Life, participation: Participation, lead: User) -> None:
        for month, hours in life.hours.items():
            # Attested on the third of the next month.
            known_on = (month + dt.timedelta(days=32)).replace(day=3)
            if known_on <= today():
                self._add(
                    HoursMonth(
                        participation=participation,
                        month=month,
                        hours=hours,
                        recorded_at=at(known_on),
                        recorded_by=lead,
                    )
                )

    # --- Who may see it, and who asks -------------------------------------------------------------

    def _add_consents(self, life: Life, participation: Participation, lead: User) -> None:
        for one in life.consents:
            if one.given <= today():
                self._add(
                    Consent(
                        participation=participation,
                        organisation=self.organisations[one.organisation],
                        purpose=one.purpose,
                        given_on=one.given,
                        valid_to=one.valid_to,
                        withdrawn_on=_past(one.withdrawn),
                        form_version="2015-10",
                        recorded_at=at(one.given),
                        recorded_by=lead,
                    )
                )

    def _add_care(self, life: Life, participation: Participation) -> None:
        for one in life.care:
            if one.start <= today():
                user = self.users[one.user]
                ended = _past(one.end)
                self._add(
                    CareTeamMember(
                        participation=participation,
                        user=user,
                        organisation=self._workplace(one.user),
                        is_lead=one.is_lead,
                        started_on=one.start,
                        ended_on=ended,
                        end_reason=one.reason if ended else "",
                    )
                )

    def _add_follow_ups(self, life: Life, participation: Participation, lead: User) -> None:
        for one in life.follow_ups:
            if one.day <= today():
                self._add(
                    FollowUp(
                        participation=participation,
                        milestone=one.milestone,
                        exit_on=one.exit,
                        answered_on=one.day,
                        answer=one.answer,
                        channel=one.channel,
                        recorded_at=at(one.day),
                        recorded_by=lead,
                    )
                )

    def _note(self, note: DemoNote, participation: Participation) -> JournalEntry:
        return JournalEntry(
            participation=participation,
            kind=note.kind,
            happened_on=note.day,
            minutes=note.minutes,
            text=note.text,
            next_step=note.step,
            next_step_on=note.step_on,
            next_step_done_on=_past(note.step_done),
            is_shared=note.is_shared,
            organisation=self._workplace(note.writer),
            written_by=self.users[note.writer],
            recorded_at=at(note.day),
        )

    def _workplace(self, user: str) -> Organisation:
        return self.organisations[next(one.organisation for one in partners.COLLEAGUES if one.local_part == user)]


def _past(day: dt.date | None) -> dt.date | None:
    """The day, unless it is still to come."""
    return day if day is not None and day <= today() else None
