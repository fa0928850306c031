"""Who did what in the partnership: one function for each deed, keyword-only, atomic. The change log is the database's.

`by` is who decides; None is the command line, which stands above the rules about who may give what.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from grundsteget.dates import today
from partners import rules
from partners.accounts import make_account, password_link, want_password_link
from partners.models import (
    Attendance,
    CompetenceBearer,
    Guideline,
    Membership,
    NetworkEvent,
    Organisation,
    Partnership,
    Project,
    User,
    in_force,
    person_key,
)


def save(row: models.Model) -> None:
    """Checked against its fields and constraints, then saved; what another session did first is a refusal."""
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation or not field.editable])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        row.validate_constraints()
        raise rules.refused(_("Somebody saved the same thing at the same moment. Look before you go on.")) from None


def _lock(organisation: Organisation) -> Organisation:
    """Two administrators who end each other at the same moment must not both succeed."""
    return Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)


def _locked(membership: Membership) -> Membership:
    _lock(membership.organisation)
    return Membership.objects.select_related("user", "organisation").get(pk=membership.pk)


# --- People of an organisation ----------------------------------------------------------------------


@dataclass(frozen=True)
class Added:
    membership: Membership
    is_new: bool
    link: str  # Where she chooses a password; empty when she has one, when `by` may not hold it, or when it is mailed.
    is_mailed: bool = False


@transaction.atomic
def add_member(
    *, organisation: Organisation, email: str, name: str, role: str, by: User | None, is_administrator: bool = False
) -> Added:
    """Give somebody a role in the organisation. A new account has no password until the link is used, once."""
    organisation = _lock(organisation)
    if by is not None:
        rules.check_role_may_be_given(organisation, role, email, by)
    user = _account(email, name)
    same = Membership.objects.filter(in_force(today()), user=user, organisation=organisation, role=role)
    membership = next((one for one in same.order_by("pk") if not one.is_over), None)
    is_new = membership is None
    if membership is not None and by is not None:
        raise rules.refused(_("%(name)s has this role here already.") % {"name": user.name}, "email")
    if membership is None:
        membership = _new_membership(user, organisation, role, is_administrator)
    if user.has_usable_password() or not rules.may_hand_out_link(user, by):
        return Added(membership, is_new, "")
    link = password_link(user) if by is None else _link_or_mail(user)
    return Added(membership, is_new, link, is_mailed=not link)


def _link_or_mail(user: User) -> str:
    """The link where no mail is set up and somebody has to pass it on; empty where the user is to get it by mail."""
    if settings.MAIL_IS_SET_UP:
        want_password_link(user)
        return ""
    return password_link(user)


def _new_membership(user: User, organisation: Organisation, role: str, is_administrator: bool) -> Membership:
    """From today. Whoever was ended earlier the same day takes the place up again."""
    again = Membership.objects.filter(user=user, organisation=organisation, role=role, started_on=today()).first()
    membership = again or Membership(user=user, organisation=organisation, role=role, started_on=today())
    membership.ended_on = membership.paused_on = None
    membership.confirmed_on, membership.is_administrator = today(), is_administrator
    save(membership)
    return membership


def _account(email: str, name: str) -> User:
    """The account with this address, or a new one."""
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise rules.refused(_("This is no e-mail address."), "email") from None
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        if not name.strip():
            raise rules.refused(_("A new account needs a name."), "name")
        return make_account(email=email, name=name.strip())
    if not user.is_active:
        raise rules.refused(_("The account with this address is closed."), "email")
    return user


@transaction.atomic
def new_password_link(*, membership: Membership, by: User) -> str:
    """A new link for somebody who has not chosen a password yet; empty when it is mailed. Earlier links are dead."""
    membership = _locked(membership)
    rules.check_is_not_over(membership)
    rules.check_may_hand_out_link(membership.user, by)
    return _link_or_mail(membership.user)


@transaction.atomic
def end_membership(*, membership: Membership, ended_on: dt.date, by: User) -> Membership:
    """The person's last day. Today means now: the rights end at the next request, whatever is left of the day."""
    membership = _locked(membership)
    rules.check_is_not_over(membership)
    rules.check_keeps_an_administrator(membership)
    rules.check_ending(membership.started_on, ended_on)
    membership.ended_on = ended_on
    if ended_on <= today() and membership.paused_on is None:
        membership.paused_on = today()
    save(membership)
    return membership


@transaction.atomic
def set_administrator(*, membership: Membership, value: bool, by: User) -> Membership:
    """Make somebody administrator of the organisation's people, or take that back."""
    membership = _locked(membership)
    rules.check_is_not_over(membership)
    if membership.is_administrator and not value:
        membership.is_administrator = False
        save(membership)
        if not rules.administrators(membership.organisation).exists():
            raise rules.nobody_left(membership)
    elif value and not membership.is_administrator:
        membership.is_administrator = True
        save(membership)
    return membership


@transaction.atomic
def pause_membership(*, membership: Membership, by: User) -> Membership:
    """No rights from the next request on, until somebody confirms the person again."""
    membership = _locked(membership)
    rules.check_is_not_over(membership)
    rules.check_keeps_an_administrator(membership)
    if membership.paused_on is None:
        membership.paused_on = today()
        save(membership)
    return membership


@transaction.atomic
def confirm_members(*, organisation: Organisation, memberships: Iterable[Membership], by: User) -> int:
    """These people work here today. Lifts the pause of those who were paused. Says how many."""
    _lock(organisation)
    wanted = [membership.pk for membership in memberships]
    count = 0
    for membership in Membership.objects.present().filter(organisation=organisation, pk__in=wanted).order_by("pk"):
        if not membership.is_over:
            membership.confirmed_on, membership.paused_on = today(), None
            save(membership)
            count += 1
    return count


def pause_unconfirmed() -> int:
    """Pause everybody whom the organisation has not confirmed in time. Says how many.

    An organisation's last administrator stays: somebody must be able to answer. Each organisation is one transaction.
    """
    late = Organisation.objects.filter(pk__in=Membership.objects.unconfirmed().values("organisation"))
    return sum(_pause_unconfirmed_at(organisation) for organisation in late)


@transaction.atomic
def _pause_unconfirmed_at(organisation: Organisation) -> int:
    _lock(organisation)
    count = 0
    late = Membership.objects.unconfirmed().filter(organisation=organisation).select_related("organisation")
    # Administrators last, and among them those who were confirmed latest: one of them may have to stay.
    for membership in late.order_by("is_administrator", "confirmed_on", "pk"):
        if not rules.is_last_administrator(membership):
            membership.paused_on = today()
            save(membership)
            count += 1
    return count


# --- Roles in a project -----------------------------------------------------------------------------


@transaction.atomic
def add_role(*, organisation: Organisation, project: Project, role: str, started_on: dt.date, by: User) -> Partnership:
    """An organisation takes up a role in the project's shared process."""
    organisation = _lock(organisation)
    rules.check_role_in_project(organisation, project, role, started_on)
    partnership = Partnership(organisation=organisation, project=project, role=role, started_on=started_on)
    save(partnership)
    return partnership


@transaction.atomic
def end_role(*, partnership: Partnership, ended_on: dt.date, by: User) -> Partnership:
    """The last day of the organisation's role. It stays in the matrix, greyed."""
    _lock(partnership.organisation)
    partnership = Partnership.objects.select_related("organisation", "project").get(pk=partnership.pk)
    rules.check_role_may_end(partnership, ended_on)
    partnership.ended_on = ended_on
    save(partnership)
    return partnership


# --- The network of competence bearers --------------------------------------------------------------


@transaction.atomic
def appoint_bearer(
    *, project: Project, organisation: Organisation, name: str, appointed_on: dt.date, by: User
) -> CompetenceBearer:
    """Somebody holds the function for social enterprise at an office."""
    rules.check_appointment(appointed_on)
    bearer = CompetenceBearer(
        project=project,
        organisation=organisation,
        name=" ".join(name.split()),
        user=_colleague(organisation, name),
        appointed_on=appointed_on,
    )
    save(bearer)
    return bearer


@transaction.atomic
def end_bearer(*, bearer: CompetenceBearer, ended_on: dt.date, by: User) -> CompetenceBearer:
    bearer = CompetenceBearer.objects.select_for_update(of=("self",)).get(pk=bearer.pk)
    rules.check_bearer_may_end(bearer, ended_on)
    bearer.ended_on = ended_on
    save(bearer)
    return bearer


@transaction.atomic
def record_event(
    *,
    project: Project,
    kind: str,
    title: str,
    held_on: dt.date,
    organiser: Organisation,
    by: User,
    place: str = "",
    country: str = "",
    hours: Decimal | None = None,
) -> NetworkEvent:
    """A training, a meeting, a study visit or an exchange; it may be planned."""
    event = NetworkEvent(
        project=project,
        kind=kind,
        title=title,
        held_on=held_on,
        organiser=organiser,
        place=place,
        country=country,
        hours=hours,
    )
    save(event)
    return event


@dataclass(frozen=True)
class Attended:
    added: int
    known: int  # On the list already.


@transaction.atomic
def record_attendance(
    *, event: NetworkEvent, organisation: Organisation, names: Iterable[str], is_official: bool, by: User
) -> Attended:
    """Many people from one organisation at once. Whoever is on the list already stays as she is."""
    event = NetworkEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    rules.check_has_been_held(event)
    there = set(event.attendances.filter(organisation=organisation).values_list("name_key", flat=True))
    added = known = 0
    for name in names:
        if person_key(name) in there:
            known += 1
            continue
        there.add(person_key(name))
        attendance = Attendance(
            event=event,
            organisation=organisation,
            name=" ".join(name.split()),
            user=_colleague(organisation, name),
            is_official=is_official,
        )
        save(attendance)
        added += 1
    return Attended(added, known)


@transaction.atomic
def remove_attendance(*, attendance: Attendance, by: User) -> None:
    """It was a mistake: the person was not there. The change log remembers the row."""
    attendance.delete()


@transaction.atomic
def save_guideline(
    *,
    guideline: Guideline | None,
    project: Project,
    organisation: Organisation,
    title: str,
    in_place_since: dt.date | None,
    communicated_on: dt.date | None,
    reference: str,
    link: str,
    by: User,
) -> Guideline:
    """A new guideline, or the one given as it is now."""
    row = guideline or Guideline(project=project)
    row.organisation, row.title = organisation, title
    row.in_place_since, row.communicated_on = in_place_since, communicated_on
    row.reference, row.link = reference, link
    save(row)
    return row


# --- How long a project's documents are kept ---------------------------------------------------------


@transaction.atomic
def decide_retention(
    *,
    project: Project,
    retention_until: dt.date,
    retention_source: str,
    gave_state_aid: bool,
    hold_reason: str,
    by: User,
) -> Project:
    """Until when the project's documents are kept, and who said so. A reason to hold them stops every erasure."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    project.gave_state_aid = gave_state_aid
    rules.check_retention(project, retention_until)
    project.retention_until, project.retention_source = retention_until, retention_source
    project.retention_held_on = (project.retention_held_on or today()) if hold_reason else None
    project.retention_hold_reason = hold_reason
    save(project)
    return project


def _colleague(organisation: Organisation, name: str) -> User | None:
    """The account of the person of this name who works there, so that she counts as one wherever she learns."""
    people = Membership.objects.present().filter(organisation=organisation).select_related("user").order_by("pk")
    return next((one.user for one in people if person_key(one.user.name) == person_key(name)), None)
