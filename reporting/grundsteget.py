"""The project record 2015/00254, its partners and its goals: as the register and the project's goal pages have it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from partners.models import Organisation, Partnership, Project, ProjectGoal

Kind, Role = Organisation.Kind, Partnership.Role

DNR = "2015/00254"
OWNER = "Coompanion Göteborgsregionen"
CITY = "Göteborgs Stad"

PROJECT = {
    "name": "1000 jobb – Grundsteget",
    "region": "Västsverige",
    "started_on": dt.date(2015, 10, 1),
    "ended_on": dt.date(2018, 9, 30),
    "programme_area": "2",
    "specific_objective": "2.1",
    "intervention_type": "102",
    "postal_code": "41113",
    "budget_sek": 33_367_914,
    # 47.7 % of the budget, while the Union's rate is stated as 50 %: both are kept, neither corrected.
    "grant_sek": 15_916_370,
    "union_rate_percent": Decimal(50),
    # The register plans for 200, the goals count on 280: two facts.
    "planned_participants_register": 200,
    "target_base": 280,
    "goal_a_percent": 50,
    "goal_b_percent": 30,
    "jobs_goal": 1000,
    "jobs_at_start": 300,
    "jobs_horizon_year": 2020,
    "led_by_civil_society": True,
    "dedicated_to_women": False,
    "targets_public_administration": False,
}

# Number, title, target, unit. A goal's first line is the goal; the lines after it are how the project measures it.
GOALS: list[tuple[int, str, int | None, str]] = [
    (
        1,
        "Personer långt från arbetsmarknaden har fått, eller är mycket nära, anställning i socialt företag",
        140,
        "personer",
    ),
    (2, "Ytterligare personer har tagit ett avgörande steg: anställning, utbildning eller praktik", 84, "personer"),
    (3, "Nya arbetsplatser har skapats i befintliga och nystartade sociala företag", None, ""),
    (3, "Nya företag har startats inom befintliga organisationer", 4, "företag"),
    (3, "Social Trade har etablerat gemensam rekrytering och utbildning med företag och myndigheter", None, ""),
    (3, "Samverkan om finansiering finns med Mikrofonden, BRG, VGR och Social resursförvaltning", None, ""),
    (3, "Den externa kommunikationen är gemensam", None, ""),
    (3, "Varje företag har tillräcklig branschkunskap och ett varaktigt kvalitetsarbete", None, ""),
    (4, "Fler och mer hållbara karriärvägar för individen: från bidrag till lön", None, ""),
    (5, "Varje myndighet arbetar strukturerat med sociala företag", None, ""),
    (5, "Dokumenterade riktlinjer finns och är kända", None, ""),
    (5, "En utsedd funktion för sociala företag finns på varje kontor som arbetar med dem", None, ""),
    (5, "Tjänstepersoner har deltagit i kompetensutveckling", 100, "personer"),
    (5, "En gemensam processkarta finns", 1, "karta"),
    (6, "Den könssneda rekryteringen till sociala företag är bruten", None, ""),
    (6, "Företagen är lika attraktiva och lika verksamma för kvinnor och män", None, ""),
    (6, "Resurser ges lika till kvinnor och män", None, ""),
    (6, "Varje företag har en jämställdhetspolicy med handlingsplan", None, ""),
    (6, "Balansen i de befintliga företagen är bättre 2018", None, ""),
    (7, "Resultaten är spridda i Västsverige", None, ""),
    (7, "Etableringsanalyser med lokala partnerskap i Halland, Sjuhärad, Skaraborg och Fyrbodal", 4, "analyser"),
]


@dataclass(frozen=True)
class Partner:
    name: str
    kind: str
    short_name: str = ""
    parent: str = ""
    role: str = ""


DISTRICTS = ["Angered", "Östra Göteborg", "Västra Hisingen", "Lundby"]

PARTNERS = [
    Partner(CITY, Kind.MUNICIPAL_ADMINISTRATION),
    Partner(OWNER, Kind.COOPERATIVE_DEVELOPMENT, "Coompanion", role=Role.OWNER),
    Partner("Social Trade", Kind.SALES_ORGANISATION, role=Role.SELLS),
    *(
        partner
        for district in DISTRICTS
        for partner in (
            Partner(f"Stadsdelsförvaltningen {district}", Kind.CITY_DISTRICT, f"SDF {district}", CITY, Role.REFERS),
            Partner(
                f"Socialtjänsten {district}",
                Kind.SOCIAL_SERVICES,
                parent=f"Stadsdelsförvaltningen {district}",
                role=Role.REFERS,
            ),
        )
    ),
    Partner("Kompetenscentrum Nordost", Kind.COMPETENCE_CENTRE, parent=CITY, role=Role.PREPARES),
    Partner("Kompetenscentrum Hisingen", Kind.COMPETENCE_CENTRE, parent=CITY, role=Role.PREPARES),
    Partner("Arbetsförmedlingen", Kind.EMPLOYMENT_SERVICE, "AF", role=Role.DECIDES),
    Partner(
        "Arbetsmarknads- och vuxenutbildningsförvaltningen",
        Kind.MUNICIPAL_ADMINISTRATION,
        "ArbVux",
        CITY,
        Role.COORDINATES,
    ),
    Partner(
        "Vuxenutbildningen",
        Kind.ADULT_EDUCATION,
        "Komvux",
        "Arbetsmarknads- och vuxenutbildningsförvaltningen",
        Role.EDUCATES,
    ),
    Partner("Social resursförvaltning", Kind.MUNICIPAL_ADMINISTRATION, parent=CITY, role=Role.FINANCES),
    Partner("Mikrofonden", Kind.FINANCIER, role=Role.FINANCES),
    Partner("Business Region Göteborg", Kind.FINANCIER, "BRG", CITY, Role.FINANCES),
    Partner("Västra Götalandsregionen", Kind.REGION, "VGR", role=Role.FINANCES),
    Partner("Näringslivets organisationer och större företag", Kind.BUSINESS, "Näringslivet", role=Role.BUYS),
    Partner("Göteborgs Stads ERUF-projekt (Stadslandet)", Kind.NETWORK, "Stadslandet", CITY, Role.EXCHANGES),
    Partner("Nätverk i Italien och Europa", Kind.NETWORK, role=Role.EXCHANGES),
]


@transaction.atomic
def load() -> dict[str, int]:
    """Add what is missing, change nothing that is there. Says how many of each kind were added."""
    added = {"organisations": 0, "projects": 0, "goals": 0, "partnerships": 0}
    organisations: dict[str, Organisation] = {}
    for partner in PARTNERS:
        organisation, is_new = Organisation.objects.get_or_create(
            name=partner.name,
            defaults={
                "kind": partner.kind,
                "short_name": partner.short_name,
                "parent": organisations.get(partner.parent),
            },
        )
        organisations[partner.name] = organisation
        added["organisations"] += is_new
    project, is_new = Project.objects.get_or_create(dnr=DNR, defaults={**PROJECT, "owner": organisations[OWNER]})
    added["projects"] += is_new
    for number, title, target, unit in GOALS:
        _, is_new = ProjectGoal.objects.get_or_create(
            project=project, number=number, title=title, defaults={"target": target, "unit": unit}
        )
        added["goals"] += is_new
    for partner in PARTNERS:
        if partner.role:
            added["partnerships"] += take_part(organisations[partner.name], project, partner.role)
    return added


def take_part(organisation: Organisation, project: Project, role: str) -> bool:
    """Give the organisation its role from the project's start. False when it has it, or had it, already."""
    roles = Partnership.objects.filter(organisation=organisation, project=project, role=role)
    if roles.exists():
        return False
    Partnership.objects.create(organisation=organisation, project=project, role=role, started_on=project.started_on)
    return True
