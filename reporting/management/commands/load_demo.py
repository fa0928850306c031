"""`load_demo`: the Grundsteget demo with invented participants, as it stands on the day it plays on."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db.models import Count

from grundsteget.commands import Command as BaseCommand
from grundsteget.dates import today
from partners.models import Membership, Project
from reporting.demo import partners
from reporting.demo.load import load_demo
from reporting.grundsteget import DNR
from reporting.models import Fact, Goal


class Command(BaseCommand):
    help = "Load the demo: project 2015/00254 with about 280 invented participants. Only in demo mode; safe to repeat."

    def run(self, **options: Any) -> None:
        logging.disable(logging.INFO)  # The demo's own import is no news to whoever loads the demo.
        try:
            is_new = load_demo()
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(
            f"The demo plays on {today()}" + ("." if is_new else "; it is loaded already, nothing changed.")
        )
        self._write_headline()
        self._write_log_ins()

    def _write_headline(self) -> None:
        project = Project.objects.get(dnr=DNR)
        goals = dict(Fact.objects.filter(project=project).values_list("goal").annotate(Count("goal")))
        entered, ongoing = sum(goals.values()), goals.get(Goal.ONGOING, 0)
        self.stdout.write(f"{project.name} ({project.dnr}): {entered} participants, {entered - ongoing} have left")
        for number, goal, target in [(1, Goal.A, project.goal_a_target), (2, Goal.B, project.goal_b_target)]:
            self.stdout.write(f"  goal {number}: {goals.get(goal, 0)} of {target} (base {project.target_base})")
        self.stdout.write(f"  not yet measurable: {goals.get(Goal.PENDING, 0)}, still taking part: {ongoing}")

    def _write_log_ins(self) -> None:
        self.stdout.write(f"Log-ins, all with the password {settings.DEMO_PASSWORD}")
        for one in partners.COLLEAGUES:
            if one.can_log_in:
                self.stdout.write(
                    f"  {partners.email(one.local_part):<42} {Membership.Role(one.role).label}, {one.organisation}"
                )
