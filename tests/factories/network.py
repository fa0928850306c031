"""The network of competence bearers."""

import datetime as dt

from partners.models import Attendance, CompetenceBearer, Guideline, NetworkEvent, Organisation, Project
from tests.factories.frame import _counter, day
from tests.factories.partnership import Cast


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
