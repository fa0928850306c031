"""The register extract: everything that is kept about one person in one project, as data for paper and for machines."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grundsteget.dates import now
from participants.models import Participation
from participants.trace import looks
from partners import access
from partners.access import Permission
from partners.models import Organisation, User
from reporting.figures import codes_by_participation
from reporting.indicators import RULE_SETS, indicators
from reporting.models import Goal, ReportFact
from reporting.rights.changes import changes_of
from reporting.rights.information import information
from reporting.rights.register import SECTIONS, Section, label_of
from reporting.rights.words import in_words, plain, related

Extract = dict[str, Any]
NOT_PRINTED = "–"


def register_extract(participation: Participation, *, by: User, asked_on: dt.date) -> Extract:
    """All of it. `by` is who makes it: of the notes that are not shared, those of her organisation are in it."""
    protected = participation.participant.is_protected
    return {
        "about": participation.display_name,
        "code": participation.ref,
        "project": {"name": participation.project.name, "diary_number": participation.project.dnr},
        "controller": participation.project.owner.name,
        "asked_on": asked_on.isoformat(),
        "made_at": plain(now()),
        "made_by": by.name,
        "protected": protected,
        "information": information(participation),
        "sections": [
            *(_section(one, participation, by, protected=protected) for one in SECTIONS),
            _reports(participation),
            _who_looked(participation),
            _what_changed(participation, by),
        ],
    }


def as_json(extract: Extract) -> bytes:
    return (json.dumps(extract, ensure_ascii=False, indent=2) + "\n").encode()


def _section(section: Section, participation: Participation, by: User, *, protected: bool) -> dict[str, Any]:
    fields = section.fields(protected=protected)
    more = {name: one for name, one in section.more.items() if not (protected and name in section.hidden)}
    rows = section.model._base_manager.filter(**{f"{section.path}__in": participation.own_ids})
    rows = rows.select_related(*related(fields)).distinct()
    told = _told(section, by)
    return {
        "key": section.key,
        "title": str(section.title),
        "note": str(section.note),
        "columns": {field.name: label_of(field) for field in fields}
        | {name: str(label) for name, (label, _value) in more.items()},
        "rows": [
            {field.name: in_words(row, field) for field in fields}
            | {name: value(row) for name, (_label, value) in more.items()}
            for row in rows.filter(told).order_by("pk")
        ],
        "elsewhere": list(_elsewhere(section, rows.exclude(told))) if section.own_of else [],
        "not_printed": _not_printed(section) if protected and section.hidden else "",
    }


def _told(section: Section, by: User) -> Q:
    """What the maker's organisation answers for, and what others have shared."""
    if not section.own_of:
        return Q()
    assert section.shared is not None  # noqa: S101 – for the type checker
    return section.shared | _own(section, by)


def _own(section: Section, by: User) -> Q:
    return Q(**{f"{section.own_of}__in": access.of(by).organisation_ids(Permission.RIGHTS_ANSWER)})


def _elsewhere(section: Section, rows: models.QuerySet[Any]) -> Iterator[str]:
    """Whom to ask for the rest: how many rows, and from when to when where the rows have a day."""
    counted = rows.order_by().values(section.own_of).annotate(rows=Count("pk"))
    found = list(counted)
    names = dict(Organisation.objects.filter(pk__in=[one[section.own_of] for one in found]).values_list("pk", "name"))
    for one in sorted(found, key=lambda one: names[one[section.own_of]]):
        yield ngettext(
            "%(organisation)s keeps %(count)s more that is its own. Ask them for it.",
            "%(organisation)s keeps %(count)s more that are its own. Ask them for them.",
            one["rows"],
        ) % {"organisation": names[one[section.own_of]], "count": one["rows"]}


def _not_printed(section: Section) -> str:
    """A paper can be lost: it must not say where a protected person is."""
    names = [label_of(field) for field in section.model._meta.concrete_fields if field.name in section.hidden]
    names += [str(label) for name, (label, _value) in section.more.items() if name in section.hidden]
    return _("Kept, and not printed because your data are protected: %(names)s. You may read it where you are met.") % {
        "names": ", ".join(names)
    }


def _made(key: str, title: str, columns: dict[str, str], rows: list[dict[str, str]], note: str = "") -> dict[str, Any]:
    return {
        "key": key,
        "title": title,
        "note": note,
        "columns": columns,
        "rows": rows,
        "elsewhere": [],
        "not_printed": "",
    }


def _reports(participation: Participation) -> dict[str, Any]:
    """Each report that counted her, and what she counted for. The code is no name; a frozen report never changes."""
    rows = []
    for rule_set in RULE_SETS.values():
        names = {indicator.code: str(indicator.name) for indicator in indicators(rule_set)}
        facts = ReportFact.objects.filter(participation__in=participation.own_ids, report__rule_set=rule_set.code)
        for fact in codes_by_participation(facts, rule_set).select_related("report").order_by("report__cut_off", "pk"):
            counted = [f"{code} {name}" for code, name in names.items() if getattr(fact, f"code_{code}")]
            rows.append(
                {
                    "report": fact.report.title,
                    "cut_off": fact.report.cut_off.isoformat(),
                    "state": str(fact.report.get_state_display()),
                    "code": fact.ref,
                    "goal": str(dict(Goal.choices).get(fact.goal, fact.goal)),
                    "counted": "; ".join(counted) or NOT_PRINTED,
                }
            )
    columns = {
        "report": _("report"),
        "cut_off": _("counted on"),
        "state": _("state"),
        "code": _("under the code"),
        "goal": _("goal"),
        "counted": _("counted as"),
    }
    note = _("A report says how many, never who. In frozen reports you stay counted also when you are erased.")
    return _made("reports", _("Reports in which you are counted"), columns, rows, note)


def _who_looked(participation: Participation) -> dict[str, Any]:
    columns = {
        "day": _("day"),
        "who": _("who"),
        "organisation": _("organisation"),
        "role": _("role"),
        "page": _("what she looked at"),
        "action": _("how"),
        "times": _("times"),
        "purpose": _("why"),
    }
    rows = [{name: plain(getattr(look, name)) for name in columns} for look in looks(participation, limit=None)]
    return _made("looks", _("Who has looked at your data"), columns, rows)


def _what_changed(participation: Participation, by: User) -> dict[str, Any]:
    columns = {"at": _("when"), "who": _("who"), "what": _("what"), "details": _("more")}
    kept = [section for section in SECTIONS if section.own_of]
    told, own = ({section.key: which(section, by) for section in kept} for which in (_told, _own))
    return _made("changes", _("What has been changed"), columns, list(changes_of(participation, told, own)))
