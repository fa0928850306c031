"""Rows for tests: plain functions, sensible defaults, dates as text. A test names only what it is about."""

import datetime as dt
import itertools
from dataclasses import dataclass

from auditlog.context import disable_auditlog
from django.core.files.base import ContentFile
from stdnum import luhn

from enterprises.models import Enterprise
from participants import identity
from participants.models import (
    Activity,
    CareTeamMember,
    Consent,
    DeclineReason,
    EntryRecord,
    ExitReason,
    FollowUp,
    HoursMonth,
    JournalEntry,
    LeadTransfer,
    Outcome,
    Participant,
    Participation,
    Referral,
    SensitiveAnswer,
    Stint,
)
from participants.signals import participation_changed
from partners import audit
from partners.models import (
    AccessLog,
    Attendance,
    CompetenceBearer,
    Guideline,
    Membership,
    NetworkEvent,
    Organisation,
    Partnership,
    Project,
    ReviewSample,
    User,
)

PASSWORD = "a-long-password-for-tests"
PROJECT_START, PROJECT_END = dt.date(2015, 10, 1), dt.date(2018, 9, 30)

Kind, Role = Organisation.Kind, Membership.Role
_counter = itertools.count(1)


def day(value: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def day_or_none(value: str | dt.date | None) -> dt.date | None:
    return None if value is None else day(value)


def invented_number(born: str | dt.date = "1985-06-15", sex: str = "K") -> str:
    """One of Skatteverket's test numbers: birth number 238 for women and 239 for men. Belongs to nobody."""
    eight = f"{day(born):%Y%m%d}" + ("238" if sex == "K" else "239")
    return eight + luhn.calc_check_digit(eight[2:])


# --- Organisations and people who work there ---------------------------------------------------------


def make_organisation(name: str = "", kind: str = Kind.CITY_DISTRICT, **fields) -> Organisation:
    return Organisation.objects.create(name=name or f"Organisation {next(_counter)}", kind=kind, **fields)


def make_project(owner: Organisation | None = None, **fields) -> Project:
    """Grundsteget 2015/00254 as the customer describes it, unless told otherwise."""
    values = {
        "dnr": "2015/00254",
        "name": "Grundsteget",
        "owner": owner or make_organisation("Coompanion Göteborgsregionen", Kind.COOPERATIVE_DEVELOPMENT),
        "region": "Västsverige",
        "started_on": PROJECT_START,
        "ended_on": PROJECT_END,
        "programme_area": "2",
        "specific_objective": "2.3",
        "planned_participants_register": 200,
        "target_base": 280,
        "goal_a_percent": 50,
        "goal_b_percent": 30,
    }
    return Project.objects.create(**{**values, **fields})


def make_partnership(
    organisation: Organisation, project: Project, role: str = Partnership.Role.REFERS, **fields
) -> Partnership:
    fields.setdefault("started_on", project.started_on)
    return Partnership.objects.create(organisation=organisation, project=project, role=role, **fields)


def make_user(name: str, organisation: Organisation | None = None, role: str | None = None, **fields) -> User:
    """An account with a password; with an organisation and a role also a membership since the project's start."""
    email = fields.pop("email", f"user{next(_counter)}@test.example")
    user = User.objects.create_user(email, PASSWORD, name=name, **fields)
    if organisation is not None and role is not None:
        Membership.objects.create(user=user, organisation=organisation, role=role, started_on=PROJECT_START)
    return user


def make_enterprise(organisation: Organisation | None = None, **fields) -> Enterprise:
    organisation = organisation or make_organisation(f"Företaget {next(_counter)}", Kind.SOCIAL_ENTERPRISE)
    return Enterprise.objects.create(organisation=organisation, **fields)


@dataclass(frozen=True)
class Cast:
    """Who is who in the tests. Partner A is the social services of Angered, partner B those of Hisingen."""

    project: Project
    owner: Organisation
    district_a: Organisation
    social_services: Organisation
    employment_service: Organisation
    adult_education: Organisation
    enterprise: Enterprise
    district_b: Organisation
    social_services_b: Organisation
    financier: Organisation
    coordinator: User
    caseworker: User
    stranger: User
    employment_officer: User
    teacher: User
    supervisor: User
    project_office: User
    steering: User
    controller: User
    administrator: User

    ROLES = (
        "coordinator",
        "caseworker",
        "stranger",
        "employment_officer",
        "teacher",
        "supervisor",
        "project_office",
        "steering",
        "controller",
        "administrator",
    )

    def users(self) -> dict[str, User]:
        return {role: getattr(self, role) for role in self.ROLES}


@disable_auditlog()
def make_cast() -> Cast:
    """Unlogged: the change log of the cast is nobody's subject, and it would double the time of every test."""
    owner = make_organisation("Coompanion Göteborgsregionen", Kind.COOPERATIVE_DEVELOPMENT, short_name="Coompanion")
    project = make_project(owner)
    district_a = make_organisation("Stadsdelen Angered", Kind.CITY_DISTRICT)
    social_services = make_organisation("Socialtjänsten i Angered", Kind.SOCIAL_SERVICES, parent=district_a)
    employment_service = make_organisation("Arbetsförmedlingen i Göteborg", Kind.EMPLOYMENT_SERVICE)
    adult_education = make_organisation("Vuxenutbildningen i Göteborg", Kind.ADULT_EDUCATION)
    enterprise = make_enterprise(make_organisation("Kooperativet Provbageriet", Kind.SOCIAL_ENTERPRISE), trade="bageri")
    district_b = make_organisation("Stadsdelen Hisingen", Kind.CITY_DISTRICT)
    social_services_b = make_organisation("Socialtjänsten på Hisingen", Kind.SOCIAL_SERVICES, parent=district_b)
    financier = make_organisation("Svenska ESF-rådet", Kind.FINANCIER)
    roles = Partnership.Role
    for organisation, role in [
        (owner, roles.OWNER),
        (district_a, roles.REFERS),
        (social_services, roles.REFERS),
        (employment_service, roles.DECIDES),
        (adult_education, roles.EDUCATES),
        (enterprise.organisation, roles.EMPLOYS),
        (district_b, roles.REFERS),
        (social_services_b, roles.REFERS),
        (financier, roles.FINANCES),
    ]:
        make_partnership(organisation, project, role)
    return Cast(
        project=project,
        owner=owner,
        district_a=district_a,
        social_services=social_services,
        employment_service=employment_service,
        adult_education=adult_education,
        enterprise=enterprise,
        district_b=district_b,
        social_services_b=social_services_b,
        financier=financier,
        coordinator=make_user("Karin Koordinator", owner, Role.COORDINATOR, email="koordinator@test.example"),
        caseworker=make_user("Sara Socialsekreterare", social_services, Role.CASEWORKER, email="soc@test.example"),
        stranger=make_user("Frank Främling", social_services_b, Role.CASEWORKER, email="frank@test.example"),
        employment_officer=make_user(
            "Arne Arbetsförmedlare", employment_service, Role.CASEWORKER, email="af@test.example"
        ),
        teacher=make_user("Vera Vuxenlärare", adult_education, Role.CASEWORKER, email="vux@test.example"),
        supervisor=make_user(
            "Hans Handledare", enterprise.organisation, Role.SUPERVISOR, email="handledare@test.example"
        ),
        project_office=make_user("Petra Projektkontor", owner, Role.PROJECT_OFFICE, email="kontor@test.example"),
        steering=make_user("Stig Styrgrupp", district_a, Role.STEERING_GROUP, email="styrgrupp@test.example"),
        controller=make_user("Kerstin Kontrollant", financier, Role.CONTROLLER, email="kontrollant@test.example"),
        administrator=make_user("Ada Administratör", owner, Role.ADMINISTRATOR, email="admin@test.example"),
    )


# --- Participants ---------------------------------------------------------------------------------


def make_participant(number: str | None = None, **fields) -> Participant:
    """A woman born in 1985 without an identity number, unless told otherwise; `number` is a test number."""
    values = {
        "first_name": "Test",
        "last_name": f"Person{next(_counter)}",
        "sex": "K",
        "birth_date": dt.date(1985, 6, 15),
        "municipality": "Göteborg",
    }
    participant = Participant(**{**values, **fields})
    participant.birth_date = day_or_none(participant.birth_date)
    if number is not None:
        participant.set_identity(identity.parse(number))
    participant.save()
    return participant


PERSON_FIELDS = {
    "first_name",
    "last_name",
    "sex",
    "birth_date",
    "municipality",
    "district",
    "protection",
    "phone",
    "email",
    "number",
}

COMPLETE_RECORD = {
    "labour_status": EntryRecord.LabourStatus.UNEMPLOYED,
    "unemployed_since": dt.date(2014, 1, 15),
    "in_education": "n",
    "isced": "2",
    "household_jobless": "j",
    "household_children": "n",
    "household_single_adult": "j",
    "asked_on": dt.date(2016, 3, 1),
}


def make_participation(
    project: Project | None = None,
    *,
    participant: Participant | None = None,
    started_on: str | dt.date | None = "2016-03-01",
    ended_on: str | dt.date | None = None,
    exit_reason: str = "ovrigt",
    referred_by: Organisation | None = None,
    lead: User | None = None,
    consent_to: list[Organisation] | tuple[Organisation, ...] = (),
    record: dict | None = COMPLETE_RECORD,
    **fields,
) -> Participation:
    """A participation with one stint and a complete entry record.

    Fields of the person (`first_name`, `sex`, `number`, …) may stand among the rest. `record` replaces the whole entry
    record, `record=None` leaves it out; `started_on=None` leaves the stint out.
    """
    person = {name: fields.pop(name) for name in PERSON_FIELDS & fields.keys()}
    participation = Participation.objects.create(
        participant=participant or make_participant(**person),
        project=project or Project.objects.first() or make_project(),
        ref=fields.pop("ref", f"D-{next(_counter):04d}"),
        **fields,
    )
    if record is not None:
        EntryRecord.objects.create(
            participation=participation, **{name: _parsed(value) for name, value in record.items()}
        )
    for organisation in consent_to:
        Consent.objects.create(
            participation=participation, organisation=organisation, given_on=day_or_none(started_on) or PROJECT_START
        )
    if lead is not None:
        make_care_team_member(participation, lead, is_lead=True, started_on=started_on)
    if started_on is not None:
        make_stint(participation, started_on, ended_on, exit_reason=exit_reason, referred_by=referred_by)
    return refreshed(participation)


def _parsed(value):
    """Dates among the answers may be written as text."""
    return day(value) if isinstance(value, str) and len(value) == 10 and value[4] == "-" else value


def refreshed(participation: Participation) -> Participation:
    """Derived columns and facts brought up to date, as every deed does; the object read anew."""
    Participation.objects.filter(pk=participation.pk).refresh_summaries()
    participation_changed.send(sender=Participation, participation_ids=[participation.pk])
    participation.refresh_from_db()
    return participation


def make_exit_reason(code: str = "ovrigt") -> ExitReason:
    reason, _ = ExitReason.objects.get_or_create(code=code, defaults={"name_sv": code, "name_en": code})
    return reason


def make_stint(
    participation: Participation,
    started_on: str | dt.date = "2016-03-01",
    ended_on: str | dt.date | None = None,
    *,
    exit_reason: str = "ovrigt",
    **fields,
) -> Stint:
    """A period of taking part; an ended one has a reason for leaving."""
    stint = Stint.objects.create(
        participation=participation,
        started_on=day(started_on),
        ended_on=day_or_none(ended_on),
        exit_reason=make_exit_reason(exit_reason) if ended_on else None,
        **fields,
    )
    refreshed(participation)
    return stint


def make_outcome(
    participation: Participation,
    kind: str = Outcome.Kind.JOB,
    started_on: str | dt.date = "2017-01-09",
    ended_on: str | dt.date | None = None,
    **fields,
) -> Outcome:
    outcome = Outcome.objects.create(
        participation=participation, kind=kind, started_on=day(started_on), ended_on=day_or_none(ended_on), **fields
    )
    refreshed(participation)
    return outcome


def make_activity(
    participation: Participation,
    kind: str = Activity.Kind.WORK_TRAINING,
    started_on: str | dt.date = "2016-03-07",
    ended_on: str | dt.date | None = None,
    **fields,
) -> Activity:
    activity = Activity.objects.create(
        participation=participation, kind=kind, started_on=day(started_on), ended_on=day_or_none(ended_on), **fields
    )
    refreshed(participation)
    return activity


def make_hours(
    participation: Participation, month: str | dt.date = "2017-02-01", hours: float = 80, **fields
) -> HoursMonth:
    row = HoursMonth.objects.create(participation=participation, month=day(month), hours=hours, **fields)
    refreshed(participation)
    return row


def make_journal_entry(
    participation: Participation,
    by: User,
    happened_on: str | dt.date = "2017-03-01",
    *,
    organisation: Organisation | None = None,
    **fields,
) -> JournalEntry:
    """A note by the user, for her own organisation unless another one is named."""
    fields.setdefault("text", "Möte om planen.")
    entry = JournalEntry.objects.create(
        participation=participation,
        written_by=by,
        organisation=organisation or by.memberships.earliest("started_on").organisation,
        happened_on=day(happened_on),
        **{name: _parsed(value) for name, value in fields.items()},
    )
    refreshed(participation)
    return entry


def make_follow_up(
    participation: Participation,
    milestone: str = FollowUp.Milestone.FOUR_WEEKS,
    *,
    exit_on: str | dt.date,
    answered_on: str | dt.date,
    answer: str = FollowUp.Answer.REACHED,
    channel: str = FollowUp.Channel.PHONE,
    **fields,
) -> FollowUp:
    follow_up = FollowUp.objects.create(
        participation=participation,
        milestone=milestone,
        exit_on=day(exit_on),
        answered_on=day(answered_on),
        answer=answer,
        channel=channel,
        **fields,
    )
    refreshed(participation)
    return follow_up


def make_consent(
    participation: Participation,
    organisation: Organisation,
    given_on: str | dt.date = "2016-03-01",
    *,
    valid_to: str | dt.date | None = None,
    withdrawn_on: str | dt.date | None = None,
    **fields,
) -> Consent:
    return Consent.objects.create(
        participation=participation,
        organisation=organisation,
        given_on=day(given_on),
        valid_to=day_or_none(valid_to),
        withdrawn_on=day_or_none(withdrawn_on),
        **fields,
    )


SCAN = b"%PDF-1.4\n% the signed form\n"


def attach_evidence(consent: Consent, content: bytes = SCAN, kind: str = "pdf") -> Consent:
    """The signed form, stored as an upload stores it."""
    consent.evidence.save(f"form.{kind}", ContentFile(content))
    return consent


def make_care_team_member(
    participation: Participation,
    user: User,
    *,
    organisation: Organisation | None = None,
    started_on: str | dt.date | None = "2016-03-01",
    **fields,
) -> CareTeamMember:
    return CareTeamMember.objects.create(
        participation=participation,
        user=user,
        organisation=organisation or user.memberships.earliest("started_on").organisation,
        started_on=day_or_none(started_on) or PROJECT_START,
        **fields,
    )


def make_sensitive_answer(
    participation: Participation, question: str = "co15", answer: str = "j", **fields
) -> SensitiveAnswer:
    row = SensitiveAnswer.objects.create(participation=participation, question=question, answer=answer, **fields)
    refreshed(participation)
    return row


# --- Referrals and the lead -----------------------------------------------------------------------


def make_referral(
    participation: Participation,
    by: User,
    to: Organisation,
    *,
    sent_on: str | dt.date | None = "2017-03-13",
    answer_by: str | dt.date = "2017-03-27",
    **fields,
) -> Referral:
    """A referral that waits for its answer; `sent_on=None` leaves it a draft."""
    values = {
        "purpose": Referral.Purpose.WORK_TRAINING,
        "message": "Vill prova arbete på deltid.",
        "from_organisation": by.memberships.earliest("started_on").organisation,
        "to_organisation": to,
        "written_by": by,
    }
    if sent_on is not None:
        values |= {
            "state": Referral.State.SENT,
            "sent_on": day(sent_on),
            "answer_by": day(answer_by),
            "sent_by": by,
        }
    return Referral.objects.create(participation=participation, **{**values, **fields})


def make_decline_reason(code: str = "ingen_plats", **fields) -> DeclineReason:
    reason, _ = DeclineReason.objects.get_or_create(code=code, defaults={"name_sv": code, "name_en": code, **fields})
    return reason


def make_lead_transfer(participation: Participation, by: User, to: User, **fields) -> LeadTransfer:
    """An offer of the lead that waits for its answer."""
    values = {
        "to_user": to,
        "to_organisation": to.memberships.earliest("started_on").organisation,
        "offered_by": by,
        "offered_on": day("2017-03-14"),
    }
    return LeadTransfer.objects.create(participation=participation, **{**values, **fields})


# --- The network of competence bearers ------------------------------------------------------------


def make_membership(user: User, organisation: Organisation, role: str = Role.CASEWORKER, **fields) -> Membership:
    """One more hat for somebody."""
    fields.setdefault("started_on", PROJECT_START)
    return Membership.objects.create(user=user, organisation=organisation, role=role, **fields)


def make_bearer(
    project: Project, organisation: Organisation, name: str = "Bodil Bärare", appointed_on: str = "2016-05-01", **fields
) -> CompetenceBearer:
    return CompetenceBearer.objects.create(
        project=project, organisation=organisation, name=name, appointed_on=day(appointed_on), **fields
    )


def make_network_event(project: Project, kind: str = "training", held_on: str = "2016-11-10", **fields) -> NetworkEvent:
    fields.setdefault("title", f"Träff {next(_counter)}")
    fields.setdefault("organiser", project.owner)
    return NetworkEvent.objects.create(project=project, kind=kind, held_on=day(held_on), **fields)


def make_attendance(event: NetworkEvent, organisation: Organisation, name: str, **fields) -> Attendance:
    return Attendance.objects.create(event=event, organisation=organisation, name=name, **fields)


def make_guideline(project: Project, organisation: Organisation, **fields) -> Guideline:
    fields.setdefault("title", "Riktlinje för sociala företag")
    return Guideline.objects.create(project=project, organisation=organisation, **fields)


def make_network(cast: Cast) -> None:
    """One of each: a bearer and a guideline at the social services, a training that one person attended."""
    make_bearer(cast.project, cast.social_services)
    make_guideline(cast.project, cast.social_services, in_place_since=dt.date(2016, 9, 1))
    make_attendance(make_network_event(cast.project), cast.social_services, "Bodil Bärare")


# --- The read log ---------------------------------------------------------------------------------


def make_look(by: User, *participations: Participation, view: str = "participants:participation_detail") -> AccessLog:
    """A row as `log_access` writes it, without a request."""
    membership = by.memberships.earliest("started_on")
    ids = sorted(participation.pk for participation in participations)
    return audit.append(
        {
            "actor_id": by.pk,
            "organisation_id": membership.organisation_id,
            "role": membership.role,
            "action": "view",
            "view": view,
            "participations": ids,
            "count": len(ids),
            "criterion": "",
            "fields_class": "basic",
            "purpose": "",
            "object_ref": "",
            "request_id": "",
            "client_ip": None,
        }
    )


def make_review_sample(by: User, *participations: Participation) -> ReviewSample:
    """A look drawn for review."""
    look = make_look(by, *participations)
    organisation = by.memberships.earliest("started_on").organisation
    return ReviewSample.objects.create(entry=look, organisation=organisation, month=look.day.replace(day=1))
