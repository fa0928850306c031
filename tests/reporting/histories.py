"""Random case histories for hypothesis, and their rows."""

import datetime as dt

from hypothesis import strategies as st

from participants.models import (
    EntryRecord,
    ExitReason,
    Outcome,
    Participant,
    Participation,
    SensitiveAnswer,
    Stint,
)
from partners.models import Project
from tests.reporting.reference import Event, History

START, END = dt.date(2015, 10, 1), dt.date(2018, 9, 30)
KINDS = [kind.value for kind in Outcome.Kind]
# Days that meet often: month ends, leap day, the window's edges.
_days = st.one_of(
    st.dates(START, END),
    st.sampled_from(
        [dt.date(2016, 2, 28), dt.date(2016, 2, 29), dt.date(2016, 3, 28), dt.date(2016, 8, 31), dt.date(2017, 2, 28)]
    ),
)


@st.composite
def stints(draw) -> list[tuple[dt.date, dt.date | None, bool]]:
    """One to three periods that do not overlap; the last may be open, any closed one may be a mistake."""
    days = sorted(draw(st.lists(_days, min_size=2, max_size=6, unique=True)))
    pairs = list(zip(days[::2], days[1::2], strict=False))
    made: list[tuple[dt.date, dt.date | None, bool]] = [(a, b, draw(st.integers(0, 9)) == 0) for a, b in pairs]
    if draw(st.booleans()):
        made[-1] = (made[-1][0], None, False)
    return made


@st.composite
def events(draw) -> list[Event]:
    made = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(_days)
        length = draw(st.one_of(st.none(), st.integers(0, 40), st.integers(0, 400)))
        made.append(
            Event(draw(st.sampled_from(KINDS)), start, None if length is None else start + dt.timedelta(days=length))
        )
    unique = {(event.kind, event.start): event for event in made}
    return list(unique.values())


_answer = st.sampled_from(["", "j", "n", "vill_ej"])
histories = st.builds(
    History,
    sex=st.sampled_from(["K", "M", "K", "M", ""]),
    born=st.one_of(st.none(), st.dates(dt.date(1945, 1, 1), dt.date(2001, 1, 1)), st.just(dt.date(1992, 2, 29))),
    status=st.sampled_from(["U", "I", "E", "U", "I", "", "vill_ej"]),
    unemployed_since=st.one_of(st.none(), st.dates(dt.date(2012, 1, 1), dt.date(2016, 12, 31))),
    in_education=_answer,
    isced=st.sampled_from([*"012345678", "", "vill_ej"]),
    household=st.tuples(_answer, _answer, _answer),
    answers=st.dictionaries(st.sampled_from(["co15", "co16", "co17"]), st.sampled_from(["j", "n", "vill_ej"])),
    stints=stints(),
    events=events(),
)


def store(project: Project, history: History, ref: str) -> Participation:
    person = Participant.objects.create(sex=history.sex, birth_date=history.born)
    participation = Participation.objects.create(participant=person, project=project, ref=ref)
    jobless, children, single = history.household
    EntryRecord.objects.create(
        participation=participation,
        labour_status=history.status,
        unemployed_since=history.unemployed_since,
        in_education=history.in_education,
        isced=history.isced,
        household_jobless=jobless,
        household_children=children,
        household_single_adult=single,
    )
    for question, answer in history.answers.items():
        SensitiveAnswer.objects.create(participation=participation, question=question, answer=answer)
    for start, end, mistaken in history.stints:
        reason = ExitReason.MISTAKE if mistaken else "ovrigt"
        Stint.objects.create(
            participation=participation, started_on=start, ended_on=end, exit_reason_id=reason if end else None
        )
    for event in history.events:
        Outcome.objects.create(participation=participation, kind=event.kind, started_on=event.start, ended_on=event.end)
    return participation
