"""`check_consistency`: do facts, figures, files and logs still agree with the cases?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db import connection

from grundsteget.commands import Command as BaseCommand
from grundsteget.commands import Refused
from grundsteget.dates import today
from partners import change_triggers
from partners.models import Project
from reporting import facts
from reporting.content import fingerprint, report_records
from reporting.facts import facts_as_of
from reporting.figures import figures
from reporting.indicators import DEFAULT_RULE_SET, rule_set_of
from reporting.models import Report, ReportFile


class Command(BaseCommand):
    help = (
        "Compare facts with cases, figures with facts, files with what was counted, the change log's triggers with what"
        " they should be. Exits 1 on a difference."
    )

    def run(self, **options: Any) -> None:
        found = (*_facts(), *_reports(), *_files(), *_change_log())
        if found:
            raise Refused("consistency", f"{len(found)} differences", "see the lines above", before=found)
        self.stdout.write("facts, figures, reports and files agree; every change is logged")


def _facts() -> Iterator[str]:
    """Stored facts against the cases, and today's figures from both."""
    for project in Project.objects.all():
        astray = facts.astray(project)
        if astray:
            yield f"facts of {project.dnr}: {astray} differ from the cases — run `python manage.py rebuild_facts`"
        rule_set = rule_set_of(DEFAULT_RULE_SET)
        stored = figures(facts.facts_of_today(project), rule_set)
        with facts_as_of(project, today()) as fresh:
            if figures(fresh, rule_set) != stored:
                yield f"figures of {project.dnr}: today's differ from the cases — run `python manage.py rebuild_facts`"


def _reports() -> Iterator[str]:
    """A report's figures against the facts it kept."""
    for report in Report.objects.filter(state__in=[Report.State.DRAFT, Report.State.FROZEN]):
        records = report_records(report.facts.all(), rule_set_of(report.rule_set))
        if fingerprint(report.content | {"records": records}) != report.sha256:
            yield f"report {report.pk}: differs from its SHA-256 — compute it again, or ask who changed it"


def _files() -> Iterator[str]:
    for row in ReportFile.objects.select_related("report"):
        try:
            with row.file.open("rb") as stored:
                digest = hashlib.file_digest(stored, "sha256").hexdigest()
        except OSError:
            yield f"report {row.report_id}: its {row.format} is missing — restore it from the backup"
            continue
        if digest != row.sha256:
            yield f"report {row.report_id}: its {row.format} differs from its SHA-256 — restore it from the backup"


def _change_log() -> Iterator[str]:
    """The triggers that write the change log against those that should be there."""
    for table in change_triggers.faults(connection):
        yield f"{table}: not all changes are logged — run `python manage.py migrate`, and ask who took its triggers"
