"""Rows for tests: plain functions, sensible defaults, dates as text. A test names only what it is about."""

import datetime as dt
import hashlib
import itertools
import time
from dataclasses import dataclass

from allauth.account.internal.userkit import user_id_to_str
from django.core.files.base import ContentFile
from django.test import Client
from stdnum import luhn

from enterprises.models import Enterprise
from participants import actions, identity
from participants.models import (
    Activity,
    AttendanceCertificate,
    AttendanceDay,
    Break,
    CareTeamMember,
    CompensationType,
    Consent,
    Course,
    CourseGroup,
    DeclineReason,
    Document,
    DocumentKind,
    EntryRecord,
    ExitReason,
    ExportFile,
    FocusArea,
    FollowUp,
    FollowUpAttempt,
    HoursMonth,
    JournalEntry,
    LeadTransfer,
    Measure,
    MeasureKind,
    Merge,
    NoteTemplate,
    Outcome,
    Participant,
    Participation,
    PlanEvent,
    PlanFocus,
    PlanGoal,
    PlanReview,
    PlanStep,
    ProgressAssessment,
    ProgressLevel,
    RectificationRequest,
    Referral,
    SavedView,
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
from reporting.models import Erasure, Import

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


def make_cast() -> Cast:
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


def make_break(
    participation: Participation, started_on: str = "2016-07-04", ended_on: str | None = None, **fields
) -> Break:
    return Break.objects.create(
        participation=participation,
        **{"kind": "semester", "started_on": day(started_on), "ended_on": day_or_none(ended_on), **fields},
    )


def make_merge(participation: Participation, by: User, **fields) -> Merge:
    """A record without any rows of its own that was joined to the person's."""
    former = make_participant(merged_into=participation.participant)
    values = {"reason": "Samma person", "merged_by": by, **fields}
    return Merge.objects.create(kept=participation.participant, former=former, **values)


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


def make_note_template(organisation: Organisation | None = None, **fields) -> NoteTemplate:
    values = {"title": "Egen mall", "kind": "note", "text": "Rubrik:"}
    return NoteTemplate.objects.create(organisation=organisation, **{**values, **fields})


def make_saved_view(
    user: User, name: str = "Pågår", query: str = "flik=alla&sort=namn&skede=pagar", **fields
) -> SavedView:
    return SavedView.objects.create(user=user, name=name, query=query, **fields)


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


def make_follow_up_attempt(
    participation: Participation,
    milestone: str = FollowUp.Milestone.FOUR_WEEKS,
    *,
    asked_on: str | dt.date,
    answer: str = FollowUp.Answer.NO_ANSWER,
    channel: str = FollowUp.Channel.PHONE,
    **fields,
) -> FollowUpAttempt:
    """One try since the exit that counts now."""
    assert participation.left_on is not None
    return FollowUpAttempt.objects.create(
        participation=participation,
        milestone=milestone,
        exit_on=participation.left_on,
        asked_on=day(asked_on),
        answer=answer,
        channel=channel,
        **fields,
    )


def make_measure_kind(code: str = "lonebidrag_anstallning", **fields) -> MeasureKind:
    """One of those that the migration brings, which the tests' database may have lost."""
    defaults = {"name_sv": code, "name_en": code, "authority": Kind.EMPLOYMENT_SERVICE, "has_wage": True}
    kind, _ = MeasureKind.objects.get_or_create(code=code, defaults={**defaults, **fields})
    return kind


def make_measure(
    participation: Participation,
    kind: str = "lonebidrag_anstallning",
    *,
    asked_by: Organisation | None = None,
    decided_by: Organisation | None = None,
    **fields,
) -> Measure:
    """Granted from 1 March 2017 until further notice, unless told otherwise; dates may be text."""
    values = {
        "asked_on": "2017-02-01",
        "decision": Measure.Decision.GRANTED,
        "decided_on": "2017-02-15",
        "started_on": "2017-03-01",
    }
    given = {name: _parsed(value) for name, value in {**values, **fields}.items()}
    is_decided = given["decision"] in (Measure.Decision.GRANTED, Measure.Decision.REFUSED)
    owner = participation.project.owner
    return Measure.objects.create(
        participation=participation,
        kind=make_measure_kind(kind),
        asked_by=asked_by or owner,
        decided_by=(decided_by or owner) if is_decided else None,
        **given,
    )


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


SCAN = b"%PDF-1.4\n% the signed form\n%%EOF\n"


def attach_evidence(consent: Consent, content: bytes = SCAN, kind: str = "pdf") -> Consent:
    """The signed form, stored as an upload stores it."""
    consent.evidence.save(f"form.{kind}", ContentFile(content))
    return consent


def make_document(
    participation: Participation,
    by: User,
    content: bytes | None = None,
    *,
    kind: str = "anstallningsavtal",
    file_type: str = "pdf",
    dated_on: str | dt.date = "2017-02-01",
    organisation: Organisation | None = None,
    **fields,
) -> Document:
    """A paper by the user, for her own organisation unless another one is named; each with bytes of its own."""
    content = content or SCAN + f"% {next(_counter)}\n".encode()
    kind_row, _ = DocumentKind.objects.get_or_create(
        code=kind, defaults={"name_sv": kind, "name_en": kind, "step": DocumentKind.Step.OTHER}
    )
    document = Document(
        participation=participation,
        kind=kind_row,
        dated_on=day(dated_on),
        organisation=organisation or by.memberships.earliest("started_on").organisation,
        uploaded_by=by,
        file_type=file_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        **fields,
    )
    document.file.save(f"upload.{file_type}", ContentFile(content))
    return document


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


# --- The plan and its progress --------------------------------------------------------------------


def make_goal(participation: Participation, by: User, area: str = "arbete", **fields) -> PlanGoal:
    """A goal agreed on 1 March 2017, last in its focus."""
    area_row, _ = FocusArea.objects.get_or_create(
        code=area, defaults={"name_sv": area, "name_en": area, "is_about_health": area == "halsa"}
    )
    focus, _ = PlanFocus.objects.get_or_create(
        participation=participation, area=area_row, defaults={"position": participation.plan_focuses.count() + 1}
    )
    fields = {name: _parsed(value) for name, value in fields.items()}
    values = {"text": "Jag vill jobba med mat", "agreed_on": day("2017-03-01"), "position": focus.goals.count() + 1}
    goal = PlanGoal.objects.create(focus=focus, recorded_by=by, **{**values, **fields})
    PlanEvent.objects.create(goal=goal, kind=PlanEvent.Kind.AGREED, by=by)
    return goal


def make_step(goal: PlanGoal, by: User, **fields) -> PlanStep:
    """A planned step that the participant takes herself, unless an organisation is named."""
    doer = PlanStep.Doer.PARTNER if fields.get("organisation") else PlanStep.Doer.PERSON
    fields = {name: _parsed(value) for name, value in fields.items()}
    values = {"what": "Besöka köket", "doer": doer, "position": goal.steps.count() + 1}
    step = PlanStep.objects.create(goal=goal, recorded_by=by, **{**values, **fields})
    PlanEvent.objects.create(goal=goal, step=step, kind=PlanEvent.Kind.AGREED, by=by)
    return step


def make_plan_review(participation: Participation, by: User, held_on: str = "2017-03-01", **fields) -> PlanReview:
    fields = {name: _parsed(value) for name, value in fields.items()}
    values = {"said": "Vi gick igenom planen.", "recorded_by": by}
    return PlanReview.objects.create(participation=participation, held_on=day(held_on), **{**values, **fields})


def make_assessment(
    participation: Participation,
    by: User,
    assessed_on: str = "2017-03-01",
    levels: dict[str, int] | None = None,
    **fields,
) -> ProgressAssessment:
    """Everyday life on level 2 and health on level 3, unless told otherwise."""
    assessment = ProgressAssessment.objects.create(
        participation=participation, assessed_on=day(assessed_on), recorded_by=by, **fields
    )
    for dimension, level in (levels or {"vardag": 2, "halsa": 3}).items():
        ProgressLevel.objects.create(assessment=assessment, dimension=dimension, level=level)
    return assessment


# --- The participant's rights ---------------------------------------------------------------------


def make_rectification(participation: Participation, by: User, **fields) -> RectificationRequest:
    """A request to correct something that waits for its answer."""
    values = {"what": "Jag började i mars, inte i april.", "asked_on": day("2017-03-10"), "recorded_by": by}
    return RectificationRequest.objects.create(participation=participation, **{**values, **fields})


def make_erasure(project: Project, by: User, **fields) -> Erasure:
    """The certificate of a mistaken registration that is gone."""
    values = {
        "kind": Erasure.Kind.MISTAKE,
        "state": Erasure.State.DONE,
        "reason": "Beslut KLD-1",
        "asked_by": by,
        "ordered_by": by,
        "erased_at": dt.datetime(2017, 3, 1, 12, tzinfo=dt.UTC),
        "people": [[987654, "2017-02-01T12:00:00+00:00"]],
        "persons": [987654],
        "counts": {"participants.Participation": 1},
    }
    return Erasure.objects.create(project=project, **{**values, **fields})


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


# --- Exports --------------------------------------------------------------------------------------


def make_export(by: User, *, format: str = "csv", query: str = "flik=alla", made: bool = True, **fields) -> ExportFile:
    """A file of the list as the user sees it, made as the task makes it; `made=False` leaves it waiting."""
    fields.setdefault("purpose", "Planering av ett möte")
    fields.setdefault("membership", by.memberships.earliest("started_on"))
    export = ExportFile.objects.create(requested_by=by, format=format, query=query, **fields)
    if made:
        actions.write_export(export.pk)
        export.refresh_from_db()
    return export


# --- Imports ----------------------------------------------------------------------------------------


def make_import(project: Project, by: User, content: bytes = b"Kod;Stadsdel\nG-001;Angered\n", **fields) -> Import:
    """A table of the project's own, uploaded and waiting for its columns to be chosen."""
    row = Import(project=project, uploaded_by=by, kind="mapped", format="csv", state="uploaded", size=len(content))
    row.sha256 = hashlib.sha256(content).hexdigest()
    for name, value in fields.items():
        setattr(row, name, value)
    row.file.save("upload", ContentFile(identity.seal(content)), save=False)
    row.save()
    return row


# --- Log-in -----------------------------------------------------------------------------------------


def prove_identity(client: Client, user: User, *, seconds_ago: float = 0, method: str = "password") -> None:
    """Note in the browser's session, as logging in does, that the user gave a factor so long ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() - seconds_ago}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()


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


# --- Attendance and courses -----------------------------------------------------------------------


def make_attendance_day(
    participation: Participation, on: str | dt.date = "2017-02-01", hours: float = 6, **fields
) -> AttendanceDay:
    """A day of presence on social assistance, unless told otherwise; its month has a draft certificate."""
    if "compensation" not in fields:
        fields["compensation"] = make_compensation()
    row = AttendanceDay.objects.create(participation=participation, day=day(on), hours=hours, **fields)
    month = row.day.replace(day=1)
    if not participation.attendance_certificates.filter(month=month).exists():
        AttendanceCertificate.objects.create(participation=participation, month=month)
    return row


def make_compensation(code: str = "forsorjningsstod") -> CompensationType:
    return CompensationType.objects.get(code=code)


def make_course(organisation: Organisation, project: Project, **fields) -> Course:
    fields.setdefault("title", f"Kurs {next(_counter)}")
    return Course.objects.create(organisation=organisation, project=project, **fields)


def make_course_group(course: Course, **fields) -> CourseGroup:
    """Mondays and Wednesdays this spring, six hours a day, ten seats."""
    values = {
        "name": f"Grupp {next(_counter)}",
        "started_on": dt.date(2017, 1, 9),
        "ended_on": dt.date(2017, 6, 9),
        "weekdays": "02",
        "hours_per_day": 6,
        "seats": 10,
    }
    return CourseGroup.objects.create(course=course, **{**values, **fields})
