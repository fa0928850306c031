"""Who did what to a participation: one function for each deed, whole or not at all.

Every deed locks the participation first, asks `rules`, writes, brings the summaries up to date and says that the
participation changed, all in one transaction. What a rule refuses is a ValidationError and leaves nothing behind.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from enterprises.models import Enterprise
from grundsteget.dates import first_of_month, now, today
from participants import identity, rules
from participants.models import (
    Activity,
    CareTeamMember,
    Consent,
    EntryRecord,
    ExitReason,
    FollowUp,
    HoursMonth,
    JournalEntry,
    Outcome,
    Participant,
    Participation,
    SensitiveAnswer,
    Stint,
)
from participants.signals import participation_changed
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


# --- What every deed begins and ends with ------------------------------------------------------------


def _locked(participation: Participation) -> Participation:
    """The participation as it is now; nobody else changes it before this transaction ends."""
    return (
        Participation.objects.select_for_update(of=("self",))
        .select_related("participant", "project")
        .get(pk=participation.pk)
    )


def _changed(participation_id: int) -> None:
    Participation.objects.filter(pk=participation_id).refresh_summaries()
    participation_changed.send(sender=Participation, participation_ids=[participation_id])


def _save(row: models.Model) -> None:
    """Checked against its fields and constraints, saved; what another session did first is a refusal, not a crash."""
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation])
    row.validate_constraints()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise rules.refused(
            _("Somebody saved the same thing at the same moment. Open the page again and look before you go on.")
        ) from None


# --- Enrolment ------------------------------------------------------------------------------------


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
    _save(participation)
    _save(Stint(participation=participation, started_on=started_on, referred_by=referred_by, recorded_at=now()))
    _join_care_team(participation, lead or by, started_on, is_lead=True)
    if person.is_protected and lead is not None and lead != by:
        # Otherwise she who enrols a protected person could not open the page she has just made.
        _join_care_team(participation, by, started_on, is_lead=False)
    participation.entered_on = started_on
    _write_entry_record(participation, by, dict(entry or {}))
    _write_sensitive_answers(participation, dict(sensitive or {}), by)
    for consent in consents:
        _write_consent(participation, by=by, **consent)
    _changed(participation.pk)
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
        _save(typed)
        return typed
    typed.set_identity(number, project.pk)
    known = Participant.objects.select_for_update(of=("self",)).filter(identity_hash=typed.identity_hash).first()
    if known is None:
        _save(typed)
        return typed
    for field in ("first_name", "last_name", "birth_date", "sex", "municipality", "district", "phone", "email"):
        if not getattr(known, field) and not known.is_protected:
            setattr(known, field, getattr(typed, field))
    if typed.is_protected and not known.is_protected:
        known.protection = typed.protection
        known.phone = known.email = known.district = ""
    _save(known)
    return known


def _join_care_team(participation: Participation, user: User, started_on: dt.date, *, is_lead: bool) -> None:
    organisation = _organisation_of(user, participation.project)
    if organisation is None:
        raise rules.refused(
            _("%(name)s works for no organisation in the project. Choose another lead worker.") % {"name": user}, "lead"
        )
    _save(
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


# --- Leaving and coming back ------------------------------------------------------------------------


@transaction.atomic
def open_stint(
    *, participation: Participation, started_on: dt.date, referred_by: Organisation | None, by: User
) -> Stint:
    """The person comes back. The first entry and what was asked then stay as they are. (esf-rules.md P-2)"""
    participation = _locked(participation)
    rules.check_stint_start(participation, started_on)
    stint = Stint(participation=participation, started_on=started_on, referred_by=referred_by, recorded_at=now())
    _save(stint)
    _changed(participation.pk)
    return stint


@transaction.atomic
def close_stint(
    *,
    participation: Participation,
    ended_on: dt.date,
    exit_reason: ExitReason | None,
    exit_note: str = "",
    by: User,
    outcome: Mapping[str, Any] | None = None,
) -> Stint:
    """The person leaves. Activities still going on end the same day, and the two follow-up clocks start.

    What she leaves for may be told at once as `outcome`, the words of `record_outcome`.
    """
    participation = _locked(participation)
    stint = participation.stints.filter(ended_on__isnull=True).first()
    stint = rules.check_stint_end(participation, stint, ended_on, exit_reason)
    stint.ended_on, stint.exit_reason, stint.exit_note = ended_on, exit_reason, exit_note
    stint.exit_recorded_at = now()
    _save(stint)
    _end_activities(participation, ended_on)
    if outcome:
        _write_outcome(participation, by=by, **outcome)
    _changed(participation.pk)
    return stint


def _end_activities(participation: Participation, last_day: dt.date) -> None:
    """What goes on ends with the stint; what was only planned falls away."""
    for activity in participation.activities.exclude(ended_on__lte=last_day):
        if activity.started_on > today():
            activity.delete()
        else:
            activity.ended_on = max(last_day, activity.started_on)
            _save(activity)


# --- Parallel activities and hours ------------------------------------------------------------------


@transaction.atomic
def record_activity(
    *,
    participation: Participation,
    kind: str,
    started_on: dt.date,
    ended_on: dt.date | None = None,
    title: str = "",
    enterprise: Enterprise | None = None,
    place: str = "",
    hours_per_week: Decimal | None = None,
    by: User,
) -> Activity:
    """Something the person does in the project, beside whatever else she does. The same one is not recorded twice."""
    participation = _locked(participation)
    rules.check_activity(participation, started_on, ended_on)
    values = {"kind": kind, "title": title, "enterprise": enterprise, "place": place, "started_on": started_on}
    if participation.activities.filter(**values).exists():
        raise rules.refused(_("This activity is already recorded."))
    activity = Activity(
        participation=participation,
        **values,
        ended_on=ended_on,
        hours_per_week=hours_per_week,
        recorded_at=now(),
        recorded_by=by,
    )
    _save(activity)
    _changed(participation.pk)
    return activity


@transaction.atomic
def end_activity(*, activity: Activity, ended_on: dt.date, by: User) -> Activity:
    """The activity ends, or will end, on that day."""
    participation = _locked(activity.participation)
    activity = participation.activities.get(pk=activity.pk)
    rules.check_activity_end(activity, ended_on)
    activity.ended_on = ended_on
    _save(activity)
    _changed(participation.pk)
    return activity


@transaction.atomic
def record_hours(
    *, participation: Participation, month: dt.date, hours: Decimal | None, by: User, confirmed: bool = False
) -> HoursMonth | None:
    """Hours of one month, replacing what was there; None takes the month away again. Over 200 must be `confirmed`."""
    participation = _locked(participation)
    row = _write_hours(participation, month, hours, by, confirmed)
    _changed(participation.pk)
    return row


@transaction.atomic
def record_hours_by_month(
    *, participation: Participation, hours: Mapping[dt.date, Decimal | None], by: User, confirmed: bool = False
) -> None:
    """Several months at once: all of them, or none when one is refused. All refusals are told together."""
    participation = _locked(participation)
    refusals = []
    for month, value in hours.items():
        try:
            _write_hours(participation, month, value, by, confirmed)
        except ValidationError as refusal:
            refusals.append(refusal)
    if refusals:
        raise ValidationError(refusals)
    _changed(participation.pk)


def _write_hours(
    participation: Participation, month: dt.date, hours: Decimal | None, by: User, confirmed: bool
) -> HoursMonth | None:
    month = first_of_month(month)
    row = participation.hours.filter(month=month).first()
    if hours is None:
        if row is not None:
            row.delete()
        return None
    rules.check_hours(participation, month, Decimal(hours), confirmed=confirmed)
    row = row or HoursMonth(participation=participation, month=month)
    row.hours, row.recorded_at, row.recorded_by = Decimal(hours), now(), by
    _save(row)
    return row


# --- The journal ----------------------------------------------------------------------------------


@transaction.atomic
def write_journal(
    *,
    participation: Participation,
    kind: str,
    happened_on: dt.date,
    text: str,
    minutes: int | None = None,
    next_step: str = "",
    next_step_on: dt.date | None = None,
    is_shared: bool = False,
    organisation: Organisation,
    submission: uuid.UUID | None = None,
    by: User,
) -> JournalEntry:
    """A note in the journal. The same `submission` again is the same note: a double click writes one."""
    participation = _locked(participation)
    if submission is not None:
        earlier = participation.journal.filter(submission=submission, written_by=by).first()
        if earlier is not None:
            return earlier
    rules.check_journal(participation, happened_on, text, next_step, next_step_on)
    entry = JournalEntry(
        participation=participation,
        kind=kind,
        happened_on=happened_on,
        minutes=minutes,
        text=text.strip(),
        next_step=next_step.strip(),
        next_step_on=next_step_on,
        is_shared=is_shared,
        organisation=organisation,
        written_by=by,
        submission=submission,
        recorded_at=now(),
    )
    _save(entry)
    _changed(participation.pk)
    return entry


@transaction.atomic
def finish_step(*, entry: JournalEntry, by: User) -> JournalEntry:
    """The next step of this note is taken. Ticking it twice changes nothing."""
    participation = _locked(entry.participation)
    entry = participation.journal.get(pk=entry.pk)
    if not entry.next_step:
        raise rules.refused(_("This note has no next step to tick."))
    if entry.next_step_done_on is None:
        entry.next_step_done_on = today()
        _save(entry)
        _changed(participation.pk)
    return entry


# --- Outcomes and follow-ups ------------------------------------------------------------------------


@transaction.atomic
def record_outcome(
    *,
    participation: Participation,
    kind: str,
    started_on: dt.date,
    ended_on: dt.date | None = None,
    employer: str = "",
    enterprise: Enterprise | None = None,
    support: str = "",
    evidence: str = "",
    by: User,
) -> Outcome:
    """A step towards work, during the participation or after it."""
    participation = _locked(participation)
    outcome = _write_outcome(
        participation,
        kind=kind,
        started_on=started_on,
        ended_on=ended_on,
        employer=employer,
        enterprise=enterprise,
        support=support,
        evidence=evidence,
        by=by,
    )
    _changed(participation.pk)
    return outcome


def _write_outcome(
    participation: Participation,
    *,
    kind: str,
    started_on: dt.date,
    ended_on: dt.date | None = None,
    employer: str = "",
    enterprise: Enterprise | None = None,
    support: str = "",
    evidence: str = "",
    by: User,
) -> Outcome:
    rules.check_outcome(participation, kind, started_on, ended_on, employer, enterprise, support)
    outcome = Outcome(
        participation=participation,
        kind=kind,
        started_on=started_on,
        ended_on=ended_on,
        # Named in words too, so that two jobs from the same day are told apart, and an export can name the employer.
        employer=employer.strip() or (enterprise.organisation.name if enterprise else ""),
        enterprise=enterprise,
        support=support.strip(),
        evidence=evidence.strip(),
        recorded_at=now(),
        recorded_by=by,
    )
    _save(outcome)
    return outcome


@transaction.atomic
def withdraw_outcome(*, outcome: Outcome, reason: str, by: User) -> Outcome:
    """The outcome was wrong: it no longer counts, and stays readable with the reason."""
    participation = _locked(outcome.participation)
    outcome = participation.outcomes.get(pk=outcome.pk)
    rules.check_withdrawal(outcome, reason)
    _mark_withdrawn(outcome, reason.strip(), by)
    _changed(participation.pk)
    return outcome


def _mark_withdrawn(outcome: Outcome, reason: str, by: User) -> None:
    outcome.withdrawn_at, outcome.withdrawn_by, outcome.withdrawn_reason = now(), by, reason
    _save(outcome)


@transaction.atomic
def end_outcome(*, outcome: Outcome, ended_on: dt.date, by: User) -> Outcome:
    """The outcome has an end after all.

    The row without it is withdrawn and one with it recorded, so that an earlier cut-off date finds what was known.
    """
    participation = _locked(outcome.participation)
    ended = _end_outcome(participation, outcome.pk, ended_on, by)
    _changed(participation.pk)
    return ended


def _end_outcome(participation: Participation, outcome_id: int, ended_on: dt.date, by: User) -> Outcome:
    outcome = participation.outcomes.get(pk=outcome_id)
    rules.check_outcome_end(outcome, ended_on)
    _mark_withdrawn(outcome, _("Replaced: it ended on %(day)s") % {"day": ended_on}, by)
    ended = Outcome(
        participation=participation,
        kind=outcome.kind,
        started_on=outcome.started_on,
        ended_on=ended_on,
        employer=outcome.employer,
        enterprise=outcome.enterprise,
        support=outcome.support,
        evidence=outcome.evidence,
        recorded_at=now(),
        recorded_by=by,
    )
    _save(ended)
    return ended


@transaction.atomic
def record_follow_up(
    *,
    participation: Participation,
    milestone: str,
    answer: str,
    channel: str,
    answered_on: dt.date,
    note: str = "",
    by: User,
    outcome: Mapping[str, Any] | None = None,
    ended: Mapping[int, dt.date] | None = None,
) -> FollowUp:
    """The question four weeks or six months after leaving was asked, and what the answer told is recorded with it.

    That is: a new `outcome` (the words of `record_outcome`) and outcomes that have `ended` (id → last day). Whoever was
    not reached may be asked again.
    """
    participation = _locked(participation)
    exit_on = rules.check_follow_up(participation, milestone, answered_on)
    follow_up = participation.follow_ups.filter(milestone=milestone, exit_on=exit_on).first()
    rules.check_follow_up_is_unanswered(follow_up)
    follow_up = follow_up or FollowUp(participation=participation, milestone=milestone, exit_on=exit_on)
    follow_up.answer, follow_up.channel, follow_up.answered_on, follow_up.note = answer, channel, answered_on, note
    follow_up.recorded_at, follow_up.recorded_by = now(), by
    _save(follow_up)
    for outcome_id, last_day in (ended or {}).items():
        _end_outcome(participation, outcome_id, last_day, by)
    if outcome:
        _write_outcome(participation, by=by, **outcome)
    _changed(participation.pk)
    return follow_up


@transaction.atomic
def set_near_employment(*, participation: Participation, value: bool, note: str, by: User) -> Participation:
    """“Very near employment”, with the reason; shown beside goal 1, never inside it. (esf-rules.md T-7)"""
    participation = _locked(participation)
    rules.check_near_employment(value, note)
    participation.near_employment, participation.near_employment_note = value, note.strip() if value else ""
    _save(participation)
    _changed(participation.pk)
    return participation


# --- What is known of the person ----------------------------------------------------------------------


@transaction.atomic
def save_entry_record(
    *, participation: Participation, by: User, version: int | None = None, **answers: Any
) -> EntryRecord:
    """The situation at the first entry. Later learned facts that were true then may be added.

    `version` is the participation's when the form was made: somebody else's changes are not overwritten unseen.
    """
    participation = _locked(participation)
    rules.check_version(participation, version)
    record = _write_entry_record(participation, by, answers)
    _new_version(participation)
    _changed(participation.pk)
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
    _save(record)
    return record


@transaction.atomic
def save_sensitive_answers(
    *, participation: Participation, answers: Mapping[str, str], by: User, asked_on: dt.date | None = None
) -> None:
    """Answers to CO15–CO17; an empty one means not asked and leaves no row."""
    participation = _locked(participation)
    _write_sensitive_answers(participation, answers, by, asked_on)
    _changed(participation.pk)


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
            _save(row)


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
    participation = _locked(participation)
    rules.check_version(participation, version)
    person = participation.participant
    for name in PERSON_FIELDS:
        setattr(person, name, answers.get(name, getattr(person, name)))
    rules.check_protection(person, person.protection)
    if participation.entered_on is not None:
        rules.check_birth_date(person.birth_date, participation.entered_on)
    if identity is not None:
        _give_number(person, identity, participation.project)
    _save(person)
    if person.is_protected and not participation.care_team.filter(user=by, ended_on__isnull=True).exists():
        # Protected from now on: she who marks it would otherwise lose the page in the same moment.
        _join_care_team(participation, by, today(), is_lead=False)
    _new_version(participation)
    for pk in person.participations.values_list("pk", flat=True):
        _changed(pk)
    return person


def _give_number(person: Participant, number: identity.Identity, project: Project) -> None:
    rules.check_number_may_change(person)
    person.set_identity(number, project.pk)
    if Participant.objects.filter(identity_hash=person.identity_hash).exclude(pk=person.pk).exists():
        # Two records of one person are joined by the project office; that the other one exists is not told here.
        raise rules.refused(_("The number could not be saved. Contact the project office, who can see why."), "number")


def _new_version(participation: Participation) -> None:
    Participation.objects.filter(pk=participation.pk).update(version=F("version") + 1)


# --- Consent --------------------------------------------------------------------------------------


@transaction.atomic
def give_consent(
    *,
    participation: Participation,
    organisation: Organisation,
    purpose: str = Consent.Purpose.SECRECY,
    given_on: dt.date,
    valid_to: dt.date | None = None,
    form_version: str = "",
    by: User,
) -> Consent:
    """The person's written yes to one organisation for one purpose. From now on it may read."""
    participation = _locked(participation)
    consent = _write_consent(
        participation,
        organisation=organisation,
        purpose=purpose,
        given_on=given_on,
        valid_to=valid_to,
        form_version=form_version,
        by=by,
    )
    _changed(participation.pk)
    return consent


def _write_consent(
    participation: Participation,
    *,
    organisation: Organisation,
    purpose: str = Consent.Purpose.SECRECY,
    given_on: dt.date,
    valid_to: dt.date | None = None,
    form_version: str = "",
    by: User,
) -> Consent:
    rules.check_consent(participation, organisation, purpose, given_on, valid_to)
    consent = Consent(
        participation=participation,
        organisation=organisation,
        purpose=purpose,
        given_on=given_on,
        valid_to=valid_to,
        form_version=form_version,
        recorded_at=now(),
        recorded_by=by,
    )
    _save(consent)
    return consent


@transaction.atomic
def withdraw_consent(*, consent: Consent, withdrawn_on: dt.date, by: User) -> Consent:
    """The person takes the yes back: from that day the organisation reads nothing. The consent stays in the history."""
    participation = _locked(consent.participation)
    consent = participation.consents.get(pk=consent.pk)
    rules.check_consent_withdrawal(consent, withdrawn_on)
    consent.withdrawn_on = withdrawn_on
    _save(consent)
    _changed(participation.pk)
    return consent
