"""Deeds of entering, leaving and coming back, and of what is known of the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from grundsteget.dates import now, today
from participants import identity, rules
from participants.actions.consent import write_consent
from participants.actions.frame import changed, locked, save
from participants.actions.journey import write_outcome
from participants.models import (
    CareTeamMember,
    EntryRecord,
    ExitReason,
    Participant,
    Participation,
    SensitiveAnswer,
    Stint,
)
from partners import access
from partners.models import Organisation, Project, User

PERSON_FIELDS = (
    "first_name",
    "last_name",
    "birth_date",
    "sex",
    "protection",
    "municipality",
    "district",
    "phone",
    "email",
)


@transaction.atomic
def enrol_participant(
    *,
    project: Project,
    by: User,
    started_on: dt.date,
    first_name: str,
    last_name: str,
    identity: identity.Identity | None,
    birth_date: dt.date | None,
    sex: str,
    protection: str = Participant.Protection.NONE,
    municipality: str = "",
    district: str = "",
    phone: str = "",
    email: str = "",
    entry: Mapping[str, Any] | None = None,
    referred_by: Organisation | None = None,
    lead: User | None = None,
    sensitive: Mapping[str, str] | None = None,
    consents: Iterable[Mapping[str, Any]] = (),
) -> Participation:
    """A person enters the project for the first time: person, participation, first stint, entry record, lead worker.

    Somebody known from another project is the same person here. Somebody who already takes part in this one is refused
    with a sentence that tells nothing about her, since the asker may not be allowed to know.
    """
    # The project's row is the queue: codes are given one at a time, and nobody enters twice.
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    rules.check_entry(project, started_on)
    person = Participant(
        first_name=first_name,
        last_name=last_name,
        birth_date=birth_date,
        sex=sex,
        protection=protection,
        municipality=municipality,
        district=district,
        phone=phone,
        email=email,
    )
    rules.check_protection(person, person.protection)
    person = _person(person, identity, project)
    rules.check_birth_date(person.birth_date, started_on)
    if person.participations.filter(project=project).exists():
        raise rules.refused(cannot_enrol())
    participation = Participation(
        participant=person, project=project, ref=next_ref(project), created_by=by, created_at=now()
    )
    save(participation)
    save(Stint(participation=participation, started_on=started_on, referred_by=referred_by, recorded_at=now()))
    _join_care_team(participation, lead or by, started_on, is_lead=True)
    if person.is_protected and lead is not None and lead != by:
        # Otherwise she who enrols a protected person could not open the page she has just made.
        _join_care_team(participation, by, started_on, is_lead=False)
    participation.entered_on = started_on
    _write_entry_record(participation, by, dict(entry or {}))
    _write_sensitive_answers(participation, dict(sensitive or {}), by)
    for consent in consents:
        write_consent(participation, by=by, **consent)
    changed(participation.pk)
    participation.refresh_from_db()
    return participation


def cannot_enrol() -> str:
    """The same words whatever the reason, so that nobody learns who is known to the project."""
    return _("The enrolment could not be made. Contact the project office, who can see why. Nothing was saved.")


def next_ref(project: Project) -> str:
    """D-0001, D-0002 …: one more than the highest. Only safe while the project's row is locked."""
    highest = (
        project.participations.filter(ref__regex=r"^D-[0-9]+$")
        .annotate(length=Length("ref"))
        .order_by("-length", "-ref")
        .values_list("ref", flat=True)
        .first()
    )
    return f"D-{int(highest[2:]) + 1 if highest else 1:04d}"


def _person(typed: Participant, number: identity.Identity | None, project: Project) -> Participant:
    """The person with this number, or a new one.

    What is already known of a person is filled in, never written over, and a protection is never lifted by the way.
    """
    if number is None:
        save(typed)
        return typed
    typed.set_identity(number, project.pk)
    known = Participant.objects.select_for_update(of=("self",)).filter(identity_hash=typed.identity_hash).first()
    if known is not None and known.merged_into_id is not None:
        known = Participant.objects.select_for_update(of=("self",)).get(pk=known.merged_into_id)
    if known is None:
        save(typed)
        return typed
    for field in ("first_name", "last_name", "birth_date", "sex", "municipality", "district", "phone", "email"):
        if not getattr(known, field) and not known.is_protected:
            setattr(known, field, getattr(typed, field))
    if typed.is_protected and not known.is_protected:
        known.protection = typed.protection
        known.phone = known.email = known.district = ""
    save(known)
    return known


def _join_care_team(participation: Participation, user: User, started_on: dt.date, *, is_lead: bool) -> None:
    organisation = _organisation_of(user, participation.project)
    if organisation is None:
        raise rules.refused(
            _("%(name)s works for no organisation in the project. Choose another lead worker.") % {"name": user}, "lead"
        )
    save(
        CareTeamMember(
            participation=participation, user=user, organisation=organisation, is_lead=is_lead, started_on=started_on
        )
    )


def _organisation_of(user: User, project: Project) -> Organisation | None:
    """Where the user works within the project: the owner first."""
    rights = access.of(user)
    in_project = set(project.partnerships.values_list("organisation", flat=True)) | {project.owner_id}
    here = [membership.organisation for membership in rights.memberships if membership.organisation_id in in_project]
    return next((o for o in here if o.pk == project.owner_id), here[0] if here else None)


@transaction.atomic
def open_stint(
    *, participation: Participation, started_on: dt.date, referred_by: Organisation | None, by: User
) -> Stint:
    """The person comes back. The first entry and what was asked then stay as they are. (esf-rules.md P-2)"""
    participation = locked(participation)
    rules.check_stint_start(participation, started_on)
    stint = Stint(participation=participation, started_on=started_on, referred_by=referred_by, recorded_at=now())
    save(stint)
    changed(participation.pk)
    return stint


@transaction.atomic
def close_stint(
    *,
    participation: Participation,
    ended_on: dt.date,
    exit_reason: ExitReason | None,
    exit_note: str = "",
    exit_support: str = "",
    exit_registered: str = "",
    by: User,
    outcome: Mapping[str, Any] | None = None,
) -> Stint:
    """The person leaves. Activities still going on end the same day, and the two follow-up clocks start.

    What she leaves for may be told at once as `outcome`, the words of `record_outcome`.
    """
    participation = locked(participation)
    stint = participation.stints.filter(ended_on__isnull=True).first()
    stint = rules.check_stint_end(participation, stint, ended_on, exit_reason)
    stint.ended_on, stint.exit_reason, stint.exit_note = ended_on, exit_reason, exit_note
    stint.exit_support, stint.exit_registered = exit_support, exit_registered
    stint.exit_recorded_at = now()
    save(stint)
    end_activities(stint, ended_on, by)
    _end_breaks(participation, ended_on)
    if outcome:
        write_outcome(participation, by=by, **outcome)
    changed(participation.pk)
    return stint


def end_activities(stint: Stint, last_day: dt.date, by: User) -> None:
    """What goes on ends with the stint; what was only planned falls away. Each remembers it, for an exit taken back."""
    for activity in stint.participation.activities.exclude(ended_on__lte=last_day):
        activity.ended_with, activity.would_end_on = stint, activity.ended_on
        if activity.started_on > today():
            activity.withdrawn_at, activity.withdrawn_by = now(), by
            activity.withdrawn_reason = _("Fell away when the person left")
        else:
            activity.ended_on = max(last_day, activity.started_on)
        save(activity)


def _end_breaks(participation: Participation, last_day: dt.date) -> None:
    """Nobody is absent from what she has left."""
    participation.breaks.filter(started_on__gt=last_day).delete()
    participation.breaks.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=last_day)).update(ended_on=last_day)


@transaction.atomic
def save_entry_record(
    *, participation: Participation, by: User, version: int | None = None, **answers: Any
) -> EntryRecord:
    """The situation at the first entry. Later learned facts that were true then may be added.

    `version` is the participation's when the form was made: somebody else's changes are not overwritten unseen.
    """
    participation = locked(participation)
    rules.check_version(participation, version)
    record = _write_entry_record(participation, by, answers)
    _new_version(participation)
    changed(participation.pk)
    return record


def _write_entry_record(participation: Participation, by: User, answers: dict[str, Any]) -> EntryRecord:
    record = getattr(participation, "entry_record", None) or EntryRecord(participation=participation)
    for name, value in answers.items():
        setattr(record, name, value)
    if answers:
        record.asked_on = answers.get("asked_on") or record.asked_on or today()
        record.asked_by = by
    whole = {field.name: getattr(record, field.name) for field in record._meta.fields if not field.is_relation}
    rules.check_entry_record(participation.entered_on, participation.participant.birth_date, whole)
    save(record)
    return record


@transaction.atomic
def save_sensitive_answers(
    *, participation: Participation, answers: Mapping[str, str], by: User, asked_on: dt.date | None = None
) -> None:
    """Answers to CO15–CO17; an empty one means not asked and leaves no row."""
    participation = locked(participation)
    _write_sensitive_answers(participation, answers, by, asked_on)
    changed(participation.pk)


def _write_sensitive_answers(
    participation: Participation, answers: Mapping[str, str], by: User, asked_on: dt.date | None = None
) -> None:
    known = {row.question: row for row in participation.sensitive_answers.all()}
    for question, answer in answers.items():
        row = known.get(question) or SensitiveAnswer(participation=participation, question=question)
        if not answer:
            if row.pk:
                row.delete()
        elif row.answer != answer:
            row.answer, row.asked_on, row.asked_by = answer, asked_on or today(), by
            save(row)


@transaction.atomic
def save_contact(
    *,
    participation: Participation,
    by: User,
    identity: identity.Identity | None = None,
    version: int | None = None,
    **answers: Any,
) -> Participant:
    """Who the person is, how she is protected and reached; `identity` is a number she has got or that was missing."""
    participation = locked(participation)
    rules.check_version(participation, version)
    person = participation.participant
    for name in PERSON_FIELDS:
        setattr(person, name, answers.get(name, getattr(person, name)))
    rules.check_protection(person, person.protection)
    if participation.entered_on is not None:
        rules.check_birth_date(person.birth_date, participation.entered_on)
    if identity is not None:
        _give_number(person, identity, participation.project)
    save(person)
    if person.is_protected and not participation.care_team.filter(user=by, ended_on__isnull=True).exists():
        # Protected from now on: she who marks it would otherwise lose the page in the same moment.
        _join_care_team(participation, by, today(), is_lead=False)
    _new_version(participation)
    for pk in person.participations.values_list("pk", flat=True):
        changed(pk)
    return person


def _give_number(person: Participant, number: identity.Identity, project: Project) -> None:
    rules.check_number_may_change(person)
    person.set_identity(number, project.pk)
    if Participant.objects.filter(identity_hash=person.identity_hash).exclude(pk=person.pk).exists():
        # Two records of one person are joined by the project office; that the other one exists is not told here.
        raise rules.refused(_("The number could not be saved. Contact the project office, who can see why."), "number")


def _new_version(participation: Participation) -> None:
    Participation.objects.filter(pk=participation.pk).update(version=F("version") + 1)
