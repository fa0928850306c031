"""`rebuild_facts`: compute every project's facts anew, as of today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from grundsteget.commands import Command as BaseCommand
from partners.models import Project
from reporting import facts
from reporting.commands import project_of


class Command(BaseCommand):
    help = "Recompute the facts of one project or all. Running it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", metavar="DNR")

    def run(self, **options: Any) -> None:
        projects = [project_of(options["project"])] if options["project"] else list(Project.objects.all())
        for project in projects:
            rebuilt = facts.rebuild_facts(project)
            self.stdout.write(f"{project.dnr}: {rebuilt.count} facts, {rebuilt.astray} had gone astray")
