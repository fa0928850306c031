"""The demo's enterprises and the people who work in the partnership. All are invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.utils.crypto import get_random_string

from enterprises.models import Enterprise
from partners.models import Membership, Organisation, Partnership, Project, User
from reporting.grundsteget import OWNER, take_part

DOMAIN = "demo.example"
Role = Membership.Role


@dataclass(frozen=True)
class DemoEnterprise:
    name: str
    trade: str
    in_social_trade: bool = True


ENTERPRISES = [
    DemoEnterprise("Gröna Köket", "lunchrestaurang och catering"),
    DemoEnterprise("Andra Varvet Återbruk", "återbruk och försäljning"),
    DemoEnterprise("Syateljén Långa Tråden", "sömnad och textil"),
    DemoEnterprise("Kafé Framtidstro", "kafé"),
    DemoEnterprise("Trädgårdslaget Morgondagg", "trädgårdsskötsel"),
    DemoEnterprise("Cykelverkstan Medvind", "cykelservice"),
    DemoEnterprise("Städkooperativet Blanka Golv", "lokalvård"),
    DemoEnterprise("Snickeriet Spån & Hyvel", "snickeri"),
    DemoEnterprise("Fastighetsservice Trappan", "fastighetsservice"),
    DemoEnterprise("Handelsboden Sju Ting", "butik", in_social_trade=False),
    DemoEnterprise("Tvätteriet Vita Duken", "tvätt och mangling"),
    DemoEnterprise("Tryckeriet Stora Bokstäver", "tryck och skyltar", in_social_trade=False),
]
SUPERVISED = ENTERPRISES[0].name


@dataclass(frozen=True)
class Colleague:
    """Somebody with a place in the partnership; without a log-in when `can_log_in` is False."""

    name: str
    local_part: str
    role: str
    organisation: str
    can_log_in: bool = True


ESF_COUNCIL = "Svenska ESF-rådet"
COLLEAGUES = [
    Colleague("Maja Lindrot", "koordinator", Role.COORDINATOR, OWNER),
    Colleague("Sanna Ekfors", "soc", Role.CASEWORKER, "Socialtjänsten Angered"),
    Colleague("Adnan Berglöf", "af", Role.CASEWORKER, "Arbetsförmedlingen"),
    Colleague("Viveka Stråhle", "vux", Role.CASEWORKER, "Vuxenutbildningen"),
    Colleague("Henning Grönlöf", "handledare", Role.SUPERVISOR, SUPERVISED),
    Colleague("Petra Kvarnstad", "kontor", Role.PROJECT_OFFICE, OWNER),
    Colleague("Stellan Råberg", "styrgrupp", Role.STEERING_GROUP, "Arbetsmarknads- och vuxenutbildningsförvaltningen"),
    Colleague("Kajsa Revelind", "kontrollant", Role.CONTROLLER, ESF_COUNCIL),
    Colleague("Aron Systermo", "admin", Role.ADMINISTRATOR, OWNER),
    Colleague("Dilan Åsvik", "dilan", Role.COORDINATOR, OWNER, can_log_in=False),
    Colleague("Josef Tallmo", "josef", Role.COORDINATOR, OWNER, can_log_in=False),
    Colleague("Rut Hällsjö", "rut", Role.COORDINATOR, OWNER, can_log_in=False),
    Colleague("Bilal Stenvik", "bilal", Role.COORDINATOR, OWNER, can_log_in=False),
]
LEADS = [one.local_part for one in COLLEAGUES if one.role == Role.COORDINATOR]


def email(local_part: str) -> str:
    return f"{local_part}@{DOMAIN}"


def load_enterprises(project: Project) -> dict[str, Enterprise]:
    """The enterprises as organisations, workplaces and partners, by name."""
    found = {}
    for one in ENTERPRISES:
        organisation, _ = Organisation.objects.get_or_create(
            name=one.name, defaults={"kind": Organisation.Kind.SOCIAL_ENTERPRISE, "municipality": "Göteborg"}
        )
        found[one.name], _ = Enterprise.objects.get_or_create(
            organisation=organisation,
            defaults={
                "trade": one.trade,
                "in_social_trade": one.in_social_trade,
                "in_tillvaxtverket_list": one.in_social_trade,
                "is_supported": True,
            },
        )
        take_part(organisation, project, Partnership.Role.EMPLOYS)
    council, _ = Organisation.objects.get_or_create(
        name=ESF_COUNCIL, defaults={"short_name": "ESF-rådet", "kind": Organisation.Kind.FINANCIER}
    )
    take_part(council, project, Partnership.Role.FINANCES)
    return found


def load_colleagues(project: Project, made_at: dt.datetime) -> dict[str, User]:
    """The users by the part of their address before the @. `made_at` marks for which day the demo was loaded."""
    # One hash for all: hashing is slow on purpose, and the password is printed anyway.
    password = make_password(settings.DEMO_PASSWORD)
    organisations = {one.name: one for one in Organisation.objects.all()}
    users = {}
    for one in COLLEAGUES:
        user = User(email=email(one.local_part), name=one.name, created_at=made_at)
        user.password = password if one.can_log_in else UNUSABLE_PASSWORD_PREFIX + get_random_string(40)
        user.save()
        Membership.objects.create(
            user=user, organisation=organisations[one.organisation], role=one.role, started_on=project.started_on
        )
        users[one.local_part] = user
    return users
