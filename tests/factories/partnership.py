"""Organisations and the people who work there; the cast of the tests."""

import time
from dataclasses import dataclass

from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from enterprises.models import Enterprise
from partners.models import Membership, Organisation, Partnership, Project, User
from tests.factories.frame import PASSWORD, PROJECT_END, PROJECT_START, Kind, Role, _counter


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


def make_membership(user: User, organisation: Organisation, role: str = Role.CASEWORKER, **fields) -> Membership:
    """One more hat for somebody."""
    fields.setdefault("started_on", PROJECT_START)
    return Membership.objects.create(user=user, organisation=organisation, role=role, **fields)


def prove_identity(client: Client, user: User, *, seconds_ago: float = 0, method: str = "password") -> None:
    """Note in the browser's session, as logging in does, that the user gave a factor so long ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() - seconds_ago}]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    session.save()
