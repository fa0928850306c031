"""The demo's referrals, and a lead that is offered: one of each state, among people who let the receiver know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from grundsteget.dates import today
from participants.models import (
    Consent,
    DeclineReason,
    LeadTransfer,
    Participant,
    Participation,
    Referral,
    ReferralEvent,
)
from partners.models import Organisation, Project, User
from reporting.grundsteget import OWNER

ANSWER_DAYS = dt.timedelta(days=14)
State, Kind, Purpose = Referral.State, ReferralEvent.Kind, Referral.Purpose
SOCIAL, AF, SCHOOL, KITCHEN = "Socialtjänsten Angered", "Arbetsförmedlingen", "Vuxenutbildningen", "Gröna Köket"


@dataclass(frozen=True)
class DemoReferral:
    """Who asks whom for what, so many days ago, and how it came back."""

    sender: tuple[str, str]
    receiver: str
    purpose: str
    message: str
    days_ago: int | None
    state: str = State.SENT
    answer: tuple[str, int, str] | None = None  # who, how many days ago, what she wrote
    reason: str = ""
    suggested: str = ""


COORDINATOR, CASEWORKER = ("koordinator", OWNER), ("soc", SOCIAL)
REFERRALS = [
    DemoReferral(
        COORDINATOR,
        KITCHEN,
        Purpose.WORK_TRAINING,
        "Vill prova köksarbete, gärna förmiddagar. Kan börja på halvtid och öka efter en månad.",
        5,
    ),
    DemoReferral(
        COORDINATOR,
        AF,
        Purpose.MEASURE,
        "Är redo för en anställning i socialt företag. Vi behöver ert beslut om lönestöd.",
        8,
    ),
    DemoReferral(
        CASEWORKER, AF, Purpose.FOLLOWING, "Vi vill planera tillsammans inför sommaren. Kan ni vara med på ett möte?", 2
    ),
    DemoReferral(
        COORDINATOR,
        SOCIAL,
        Purpose.FOLLOWING,
        "Boendet är osäkert och planen påverkas. Kan ni ta kontakt?",
        6,
        State.MORE_ASKED,
        ("soc", 3, "Har personen redan en handläggare hos oss, och vilken veckodag passar?"),
    ),
    DemoReferral(
        COORDINATOR,
        SCHOOL,
        Purpose.EDUCATION,
        "Vill läsa svenska bredvid arbetet, två kvällar i veckan.",
        12,
        State.DECLINED,
        ("vux", 4, "Kvällsgruppen är full till augusti."),
        reason="ingen_plats",
    ),
    DemoReferral(
        COORDINATOR,
        AF,
        Purpose.GUIDANCE,
        "Behöver stöd att söka arbete utanför de sociala företagen.",
        30,
        State.TAKEN,
        ("af", 24, "Bokad till vägledare nästa vecka."),
    ),
    DemoReferral(
        COORDINATOR,
        SOCIAL,
        Purpose.GUIDANCE,
        "Önskar samtal om ekonomin innan arbetstiden ökar.",
        40,
        State.DECLINED,
        ("soc", 33, "Budgetrådgivarna når man snabbare genom kommunen."),
        reason=DeclineReason.BETTER_ELSEWHERE,
        suggested=AF,
    ),
    DemoReferral(COORDINATOR, AF, Purpose.MEASURE, "Frågar om en förlängning av praktiken.", 45, State.EXPIRED),
    DemoReferral(COORDINATOR, SCHOOL, Purpose.EDUCATION, "Kurs i livsmedelshygien.", None, State.DRAFT),
]


def load(project: Project, users: dict[str, User]) -> None:
    organisations = {one.name: one for one in Organisation.objects.all()}
    used: set[int] = set()
    for one in REFERRALS:
        participation = next(_suitable(project, organisations, one, used), None)
        if participation is not None:
            used.add(participation.pk)
            _write(one, participation, organisations, users)
    _offer_lead(project, users, organisations[OWNER], used)


def _suitable(
    project: Project, organisations: dict[str, Organisation], one: DemoReferral, used: set[int]
) -> Iterator[Participation]:
    """Those who take part, whom sender and receiver may know about, and who are in no other referral."""
    told = Consent.objects.lifting_secrecy()
    candidates = Participation.objects.ongoing().filter(
        project=project,
        participant__protection=Participant.Protection.NONE,
        entered_on__lt=today() - dt.timedelta(days=60),
        pk__in=told.filter(organisation=organisations[one.receiver]).values("participation"),
    )
    if one.sender[1] != OWNER:
        candidates = candidates.filter(
            pk__in=told.filter(organisation=organisations[one.sender[1]]).values("participation")
        )
    yield from candidates.exclude(pk__in=used).order_by("-entered_on", "pk")


def _write(
    one: DemoReferral, participation: Participation, organisations: dict[str, Organisation], users: dict[str, User]
) -> None:
    writer = users[one.sender[0]]
    sent_on = today() - dt.timedelta(days=one.days_ago) if one.days_ago is not None else None
    answer = one.answer
    referral = Referral.objects.create(
        participation=participation,
        from_organisation=organisations[one.sender[1]],
        to_organisation=organisations[one.receiver],
        purpose=one.purpose,
        message=one.message,
        state=one.state,
        written_by=writer,
        written_at=_at(sent_on or today()),
        sent_by=writer if sent_on else None,
        sent_on=sent_on,
        answer_by=sent_on + ANSWER_DAYS if sent_on else None,
        answered_by=users[answer[0]] if answer else None,
        answered_at=_at(today() - dt.timedelta(days=answer[1])) if answer else None,
        decline_reason_id=one.reason or None,
        suggested_to=organisations[one.suggested] if one.suggested else None,
        # What came back long ago has been read.
        acknowledged_at=_at(today()) if answer and answer[1] > 20 else None,
    )
    _tell(referral, Kind.WRITTEN, referral.written_at, writer)
    if sent_on:
        _tell(referral, Kind.SENT, _at(sent_on, 10), writer)
    if answer and referral.answered_at:
        _tell(referral, Kind(one.state), referral.answered_at, users[answer[0]], answer[2])
    if one.state == State.EXPIRED and referral.answer_by:
        _tell(referral, Kind.EXPIRED, _at(referral.answer_by + dt.timedelta(days=1), 0), None)


def _tell(referral: Referral, kind: str, at: dt.datetime, by: User | None, note: str = "") -> None:
    ReferralEvent.objects.create(referral=referral, kind=kind, at=at, by=by, note=note)


def _offer_lead(project: Project, users: dict[str, User], owner: Organisation, used: set[int]) -> None:
    """A colleague who goes on leave asks the coordinator to take over one of hers."""
    led = Participation.objects.ongoing().filter(
        project=project,
        participant__protection=Participant.Protection.NONE,
        care_team__user=users["dilan"],
        care_team__is_lead=True,
        care_team__ended_on__isnull=True,
    )
    participation = led.exclude(pk__in=used).order_by("pk").first()
    if participation is not None:
        LeadTransfer.objects.create(
            participation=participation,
            to_user=users["koordinator"],
            to_organisation=owner,
            note="Jag är föräldraledig från april. Ni har träffats på frukostmötena.",
            offered_by=users["dilan"],
            offered_on=today() - dt.timedelta(days=1),
        )


def _at(day: dt.date, hour: int = 9) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))
