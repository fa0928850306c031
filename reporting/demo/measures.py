"""The demo's measures of authorities, and the tries that came before an answer: made from what happened anyway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random

from django.utils import timezone

from grundsteget.dates import today
from participants.models import Activity, FollowUp, FollowUpAttempt, Measure, Outcome, Participant
from partners.models import Organisation, Project, User
from reporting.grundsteget import OWNER

DAY = dt.timedelta(days=1)
AF = "Arbetsförmedlingen"
Decision = Measure.Decision

# Which measure stands behind an outcome whose support is named in words.
BEHIND = {
    "lönebidrag": "lonebidrag_anstallning",
    "nystartsjobb": "nystartsjobb",
    "trygghetsanställning": "trygghetsanstallning",
}
RATES = {"lonebidrag_anstallning": ["60 %", "70 %", "80 %"], "nystartsjobb": ["dubbel arbetsgivaravgift"]}


def load(project: Project, users: dict[str, User]) -> None:
    random = Random(20170315)  # noqa: S311 – the demo's chance, the same every time
    af = Organisation.objects.get(name=AF)
    owner = Organisation.objects.get(name=OWNER)
    jobs = list(_of_jobs(random, project, owner, af))
    measures = [*jobs, *_refused_first(random, jobs), *_of_training(random, project, owner, af)]
    measures += _never_granted(random, measures)
    for measure in measures:
        measure.recorded_by = users["koordinator"]
        measure.recorded_at = _at(measure.decided_on or measure.asked_on)
    Measure.objects.bulk_create(measures, 500)
    _add_tries(random, project)
    _add_phones(random, project)


def _of_jobs(random: Random, project: Project, owner: Organisation, af: Organisation) -> Iterator[Measure]:
    """Wage support behind jobs: asked for a month before, decided in time, for a year at a time."""
    outcomes = Outcome.objects.standing().filter(participation__project=project, kind__in=["job", "job_asf"])
    used: set[tuple[int, str]] = set()
    for outcome in outcomes.exclude(support="").order_by("pk"):
        kind = BEHIND.get(outcome.support, "")
        if not kind or (outcome.participation_id, kind) in used:
            continue
        used.add((outcome.participation_id, kind))
        decided_on = outcome.started_on - random.randint(2, 12) * DAY
        last = outcome.ended_on or outcome.started_on + random.choice([182, 365, 365, 730]) * DAY
        yield Measure(
            participation_id=outcome.participation_id,
            kind_id=kind,
            asked_on=decided_on - random.randint(10, 40) * DAY,
            asked_by=owner,
            decision=Decision.GRANTED,
            decided_on=decided_on,
            decided_by=af,
            started_on=outcome.started_on,
            ended_on=last,
            extent_percent=random.choice([50, 75, 75, 100]),
            enterprise_id=outcome.enterprise_id,
            employer=outcome.employer,
            support_rate=random.choice(RATES.get(kind, [""])),
            outcome=outcome,
        )


def _refused_first(random: Random, jobs: list[Measure]) -> Iterator[Measure]:
    """Some got it at the second try: their first application stays readable."""
    for job in jobs:
        if random.random() < 0.15:
            yield _refusal(job, job.kind_id, job.asked_on - random.randint(30, 90) * DAY)


def _never_granted(random: Random, measures: list[Measure]) -> list[Measure]:
    """Some who train asked for a job with support, and were refused."""
    with_job = {one.participation_id for one in measures if one.kind_id in BEHIND.values()}
    training = [one for one in measures if one.participation_id not in with_job and one.started_on]
    chosen = {one.participation_id: one for one in training if random.random() < 0.12}
    return [
        _refusal(one, random.choice(["lonebidrag_anstallning", "nystartsjobb"]), one.started_on)
        for one in chosen.values()
        if one.started_on and one.started_on < today() - 20 * DAY
    ]


def _refusal(like: Measure, kind: str, asked_on: dt.date) -> Measure:
    return Measure(
        participation_id=like.participation_id,
        kind_id=kind,
        asked_on=asked_on,
        asked_by=like.asked_by,
        decision=Decision.REFUSED,
        decided_on=asked_on + 14 * DAY,
        decided_by=like.decided_by,
        employer=like.employer,
        note="Arbetsförmågan behöver utredas först.",
    )


def _of_training(random: Random, project: Project, owner: Organisation, af: Organisation) -> Iterator[Measure]:
    """Work training and placements that Arbetsförmedlingen decided on; some refused, some not answered yet."""
    activities = Activity.objects.filter(
        participation__project=project, kind__in=[Activity.Kind.WORK_TRAINING, Activity.Kind.INTERNSHIP]
    )
    seen: set[tuple[int, str]] = set()
    for activity in activities.order_by("started_on", "pk"):
        training = activity.kind == Activity.Kind.WORK_TRAINING
        kind = random.choice(["arbetstraning", "forstarkt_arbetstraning"]) if training else "arbetspraktik"
        if random.random() < 0.45 or (activity.participation_id, kind) in seen:
            continue
        seen.add((activity.participation_id, kind))
        decided_on = activity.started_on - random.randint(1, 9) * DAY
        measure = Measure(
            participation_id=activity.participation_id,
            kind_id=kind,
            asked_on=decided_on - random.randint(7, 30) * DAY,
            asked_by=owner,
            decision=Decision.GRANTED,
            decided_on=decided_on,
            decided_by=af,
            started_on=activity.started_on,
            ended_on=activity.ended_on or max(activity.started_on, today()) + random.randint(5, 200) * DAY,
            extent_percent=random.choice([25, 50, 50, 75]),
            enterprise_id=activity.enterprise_id,
            employer=activity.place,
            activity=activity,
        )
        yield measure
        yield from _next_application(random, measure)


def _next_application(random: Random, before: Measure) -> Iterator[Measure]:
    """Whoever trains asks for wage support next: waiting for the answer, or refused."""
    if before.ended_on is None or before.ended_on < today() or random.random() < 0.75:
        return
    asked_on = today() - random.randint(3, 40) * DAY
    is_refused = random.random() < 0.4
    yield Measure(
        participation_id=before.participation_id,
        kind_id="lonebidrag_utveckling",
        asked_on=asked_on,
        asked_by=before.asked_by,
        decision=Decision.REFUSED if is_refused else "",
        decided_on=asked_on + 2 * DAY if is_refused else None,
        decided_by=before.decided_by if is_refused else None,
        enterprise_id=before.enterprise_id,
        employer=before.employer,
        note="Arbetsförmågan behöver utredas först." if is_refused else "",
    )


def _add_phones(random: Random, project: Project) -> None:
    """Numbers to call: of the series that belongs to nobody and is set aside for films."""
    people = Participant.objects.filter(participations__project=project, protection=Participant.Protection.NONE)
    chosen = [person for person in people.order_by("pk") if random.random() < 0.85]
    for person in chosen:
        person.phone = f"070-17406{random.randint(5, 99):02}"
    Participant.objects.bulk_update(chosen, ["phone"], 500)


def _add_tries(random: Random, project: Project) -> None:
    """Each answer is a try; before some of them nobody answered the phone."""
    tries: list[FollowUpAttempt] = []
    for one in FollowUp.objects.filter(participation__project=project).order_by("pk"):
        for number in range(random.choice([0, 0, 0, 1, 1, 2]), 0, -1):
            before = one.answered_on - number * random.randint(2, 4) * DAY
            if before >= one.exit_on and (one.milestone == "28d" or before >= one.exit_on + 184 * DAY):
                tries.append(_try(one, before, FollowUp.Answer.NO_ANSWER, FollowUp.Channel.PHONE))
        tries.append(_try(one, one.answered_on, one.answer, one.channel))
    FollowUpAttempt.objects.bulk_create(tries, 500)


def _try(one: FollowUp, day: dt.date, answer: str, channel: str) -> FollowUpAttempt:
    return FollowUpAttempt(
        participation_id=one.participation_id,
        milestone=one.milestone,
        exit_on=one.exit_on,
        asked_on=day,
        answer=answer,
        channel=channel,
        recorded_at=_at(day),
        recorded_by_id=one.recorded_by_id,
    )


def _at(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(15)))
