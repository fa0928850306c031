"""How far the authorities have come with a structured way of working: goal 5 in figures, and where the gaps are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch

from grundsteget.dates import today
from partners.models import (
    Attendance,
    CompetenceBearer,
    Guideline,
    NetworkEvent,
    Organisation,
    Partnership,
    Project,
    in_force,
)

GOAL = 5


@dataclass
class Office:
    """One office of an authority in the project: who holds the function today and held it, and its guidelines."""

    organisation: Organisation
    bearers: list[CompetenceBearer] = field(default_factory=list)
    bearers_before: list[CompetenceBearer] = field(default_factory=list)
    guidelines: list[Guideline] = field(default_factory=list)

    @property
    def is_gap(self) -> bool:
        return not self.bearers

    @property
    def has_guideline(self) -> bool:
        return any(guideline.is_in_place for guideline in self.guidelines)

    @property
    def is_known(self) -> bool:
        return any(guideline.is_known for guideline in self.guidelines)


@dataclass(frozen=True)
class Goal5:
    """People and offices; what is counted stands at each number."""

    officials: int  # Different officials who attended at least one training that has been held.
    officials_target: int | None  # The project's own; None when it has none.
    offices: int  # Offices of authorities that take part in the project today.
    offices_with_bearer: int
    offices_with_guideline: int  # In place today.
    offices_with_known_guideline: int  # In place and made known.
    trainings: int  # Held until today.
    meetings: int
    study_visits: int
    exchanges: int
    has_process_map: bool  # Somebody refers, decides, educates and employs today.

    @property
    def gaps(self) -> int:
        return self.offices - self.offices_with_bearer

    @property
    def officials_percent(self) -> int:
        """Of the target, for a bar: never more than the whole."""
        return min(100 * self.officials // self.officials_target, 100) if self.officials_target else 0

    @property
    def officials_left(self) -> int | None:
        return None if self.officials_target is None else max(self.officials_target - self.officials, 0)


def offices(project: Project) -> list[Office]:
    """Every organisation of an authority that takes part today, in the order of its name. Three queries."""
    taking_part = Partnership.objects.filter(in_force(today()), project=project).values("organisation")
    organisations = (
        Organisation.objects.filter(pk__in=taking_part, kind__in=Organisation.AUTHORITIES)
        .select_related("parent")
        .order_by("name")
        .prefetch_related(
            Prefetch("competence_bearers", CompetenceBearer.objects.filter(project=project), to_attr="project_bearers"),
            Prefetch("guidelines", Guideline.objects.filter(project=project), to_attr="project_guidelines"),
        )
    )
    return [_office(organisation) for organisation in organisations]


def _office(organisation: Organisation) -> Office:
    office = Office(organisation, guidelines=organisation.project_guidelines)  # type: ignore[attr-defined]
    for bearer in organisation.project_bearers:  # type: ignore[attr-defined]
        (office.bearers_before if bearer.is_over else office.bearers).append(bearer)
    return office


def trained_officials(project: Project) -> set[object]:
    """Whoever attended a training as an official, once each: by account where one is known, else by name and office."""
    rows = list(
        Attendance.objects.filter(
            event__project=project,
            event__kind=NetworkEvent.Kind.TRAINING,
            event__held_on__lte=today(),
            is_official=True,
        ).values_list("organisation", "name_key", "user")
    )
    account = {(organisation, name): user for organisation, name, user in rows if user is not None}
    return {account.get((organisation, name), (organisation, name)) for organisation, name, _ in rows}


def officials_target(project: Project) -> int | None:
    """What the project's goal 5 says: 100 in Grundsteget. Its other figure is one process map."""
    targets = project.goals.filter(number=GOAL, target__gt=1)
    return targets.order_by("-target").values_list("target", flat=True).first()


def goal_5(project: Project, known: Iterable[Office] | None = None) -> Goal5:
    """The figures of goal 5 today. `known` are the project's offices when the caller has them already."""
    found = list(offices(project) if known is None else known)
    held = list(project.network_events.filter(held_on__lte=today()).values_list("kind", flat=True).order_by())
    kinds = NetworkEvent.Kind
    return Goal5(
        officials=len(trained_officials(project)),
        officials_target=officials_target(project),
        offices=len(found),
        offices_with_bearer=sum(not office.is_gap for office in found),
        offices_with_guideline=sum(office.has_guideline for office in found),
        offices_with_known_guideline=sum(office.is_known for office in found),
        trainings=held.count(kinds.TRAINING),
        meetings=held.count(kinds.MEETING),
        study_visits=held.count(kinds.STUDY_VISIT),
        exchanges=held.count(kinds.EXCHANGE),
        has_process_map=has_process_map(project),
    )


def has_process_map(project: Project) -> bool:
    """Whether the map has somebody at each of its corners: who refers, decides, educates, employs."""
    roles = Partnership.Role
    corners = {roles.REFERS, roles.DECIDES, roles.EDUCATES, roles.EMPLOYS}
    held = Partnership.objects.filter(in_force(today()), project=project, role__in=corners)
    return set(held.values_list("role", flat=True)) == corners
