"""Facts and figures at growing sizes, against the least that could be done: one scan, one insert.

Runs in a transaction that is rolled back, on whatever DATABASE_URL names. `python -m tests.bench 280 10000 100000`
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from participants import actions  # noqa: E402
from participants.models import Outcome, Participation  # noqa: E402
from partners.models import Project, User  # noqa: E402
from reporting import content, facts  # noqa: E402
from reporting.figures import figures  # noqa: E402
from reporting.indicators import DEFAULT_RULE_SET, rule_set_of  # noqa: E402
from tests.bench.crowd import crowd  # noqa: E402
from tests.bench.lists import measure_lists  # noqa: E402
from tests.bench.population import END, populate  # noqa: E402

RULES = rule_set_of(DEFAULT_RULE_SET)


def median_ms(work: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def say(size: int, work: str, ms: float, **more: object) -> None:
    print(json.dumps({"database": connection.vendor, "participations": size, "work": work, "ms": round(ms, 2)} | more))


def scan(project: Project) -> None:
    """What any figure costs at least: reading the project's facts once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sex, COUNT(*) FROM reporting_fact WHERE project_id = %s GROUP BY sex", [project.pk])
        cursor.fetchall()


def measure(size: int) -> None:
    project = populate(size)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    say(size, "rebuild facts", median_ms(lambda: facts.rebuild_facts(project), 3))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE reporting_fact")
    own, least = (
        median_ms(lambda: figures(facts.facts_of_today(project), RULES)),
        median_ms(lambda: scan(project)),
    )
    say(size, "all figures by sex and year", own, against="one scan by sex", ratio=round(own / least, 2))
    with facts.facts_as_of(project, END) as rows:
        say(size, "report content", median_ms(lambda: content.report_content(project, END, RULES, rows), 3))
    measure_one_outcome(size, project)


def measure_one_outcome(size: int, project: Project) -> None:
    """Goal: at most three times a bare insert."""
    user = User.objects.create_user(f"bench{size}@test.example", name="Bench")
    days = iter(range(1, 10_000))
    way = Participation.objects.filter(project=project, left_on__isnull=True).first()
    assert way is not None
    began = way.entered_on
    assert began is not None

    def bare() -> None:
        with transaction.atomic():
            Outcome.objects.create(participation=way, kind="job", started_on=began, employer=f"B{next(days)}")

    def deed() -> None:
        actions.record_outcome(
            participation=way, kind="job", started_on=began, ended_on=None, employer=f"C{next(days)}",
            enterprise=None, support="", evidence="", by=user,
        )  # fmt: skip

    least, own = median_ms(bare, 30), median_ms(deed, 30)
    say(size, "record an outcome", own, against="bare insert", ratio=round(own / least, 2))


def measure_pages(size: int, first: dict[str, float]) -> None:
    """Goals: a hundred thousand at most 1.5 times 280, any page 1.2 times the first, 1.5 times a minimal list."""
    people = crowd(size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    measure_lists(size, people, say, first)


if __name__ == "__main__":
    sizes = [int(text) for text in sys.argv[1:]] or [280, 10_000, 100_000]
    smallest: dict[str, float] = {}
    for work in (measure, lambda size: measure_pages(size, smallest)):
        for size in sizes:
            with transaction.atomic():
                work(size)
                transaction.set_rollback(True)
