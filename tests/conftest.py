"""The cast, the clock, and fixtures that are stricter than production."""

import datetime as dt

import pytest
from celery import current_app
from django.apps import apps
from django.core.cache import cache
from django.db import connections
from django.db.models import Model
from django.test import Client, TransactionTestCase

from partners import append_only, change_triggers
from partners.models import Change
from tests import factories, prepared, strict
from tests.factories import Cast

strict.install()
prepared.install()

DEFAULT_DAY = dt.date(2017, 3, 15)
LOGS = ["partners_accesslog", "partners_accesssubject"]


# --- Every test -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def on_day(settings):
    """It is 15 March 2017; `on_day("2018-09-30")` moves the clock, which `grundsteget.dates` asks at each call."""

    def move(day: str | dt.date) -> dt.date:
        settings.DEMO_TODAY = dt.date.fromisoformat(day) if isinstance(day, str) else day
        return settings.DEMO_TODAY

    move(DEFAULT_DAY)
    return move


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Files of a test go to a folder of its own; the cache starts empty."""
    settings.FILES_DIR = tmp_path / "files"
    storage = settings.STORAGES["default"]
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**storage, "OPTIONS": {**storage["OPTIONS"], "location": settings.FILES_DIR}},
    }
    cache.clear()
    return settings.FILES_DIR


@pytest.fixture(autouse=True)
def tasks_run_in_place(request):
    """Also where a broker is set: only tests of the worker send messages."""
    if request.node.get_closest_marker("worker"):
        yield
        return
    before, current_app.conf.task_always_eager = current_app.conf.task_always_eager, True
    yield
    current_app.conf.task_always_eager = before


# --- A transactional test empties every table, and the logs refuse to be emptied ------------------------

_clean_up = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
what_migrations_wrote: list[tuple[type[Model], list[Model]]] = []


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Remember the rows that come with the schema, such as the reasons for leaving, to put them back."""
    with django_db_blocker.unblock():
        prepared.keep()
        what_migrations_wrote[:] = [
            (model, list(model._default_manager.order_by("pk")))
            for app in ("partners", "enterprises", "participants", "reporting")
            for model in apps.get_app_config(app).get_models()
            if model._meta.managed
        ]
    yield
    with django_db_blocker.unblock():
        _end_other_sessions(connections["default"])


def _end_other_sessions(connection):
    """A server's thread may still be answering a browser that is gone: the database would not go away under it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def _clean_up_with_logs_open(self):
    opened = [connections[alias] for alias in self._databases_names(include_mirrors=False)]
    for connection in opened:
        change_triggers.remove(connection)
        for table in (*LOGS, change_triggers.LOG):
            append_only.unguard(connection, table)
    try:
        _clean_up(self)
        for model, rows in what_migrations_wrote:
            model._default_manager.bulk_create(rows)
        Change.objects.all().delete()  # The clean-up ends as migrating does, with triggers that log those rows.
    finally:
        for connection in opened:
            for table in LOGS:
                append_only.guard(connection, table)
            append_only.guard_but_erasure(connection, change_triggers.LOG, change_triggers.KEPT)
            change_triggers.install(connection)


TransactionTestCase._fixture_teardown = _clean_up_with_logs_open  # type: ignore[attr-defined]


# --- The cast -------------------------------------------------------------------------------------


@pytest.fixture
def cast(db) -> Cast:
    """Project 2015/00254 with its partners, and one person for each role."""
    return factories.make_cast()


@pytest.fixture
def project(cast):
    return cast.project


@pytest.fixture
def coordinator(cast):
    return cast.coordinator


@pytest.fixture
def caseworker(cast):
    """At partner A, the social services: sees the people who consent to it."""
    return cast.caseworker


@pytest.fixture
def stranger(cast):
    """Caseworker at partner B, who must never see those of A."""
    return cast.stranger


@pytest.fixture
def employment_officer(cast):
    return cast.employment_officer


@pytest.fixture
def teacher(cast):
    return cast.teacher


@pytest.fixture
def supervisor(cast):
    """At the enterprise: sees the people placed there who consent."""
    return cast.supervisor


@pytest.fixture
def project_office(cast):
    return cast.project_office


@pytest.fixture
def steering(cast):
    return cast.steering


@pytest.fixture
def controller(cast):
    return cast.controller


@pytest.fixture
def administrator(cast):
    return cast.administrator


@pytest.fixture
def enterprise(cast):
    return cast.enterprise


@pytest.fixture
def participation(cast):
    """Anna Åkesson: entered on 1 March 2016, complete record, consent to partner A and to nobody else."""
    return factories.make_participation(
        project=cast.project,
        first_name="Anna",
        last_name="Åkesson",
        started_on="2016-03-01",
        referred_by=cast.social_services,
        lead=cast.coordinator,
        consent_to=[cast.social_services],
        ref="G-001",
    )


@pytest.fixture
def log_in():
    """`log_in(user)` is a browser in which the user is logged in."""

    def logged_in(user) -> Client:
        client = Client()
        client.force_login(user)
        factories.prove_identity(client, user)
        return client

    return logged_in


@pytest.fixture
def as_coordinator(log_in, coordinator) -> Client:
    return log_in(coordinator)


@pytest.fixture
def as_caseworker(log_in, caseworker) -> Client:
    return log_in(caseworker)


@pytest.fixture
def as_stranger(log_in, stranger) -> Client:
    return log_in(stranger)


@pytest.fixture
def as_project_office(log_in, project_office) -> Client:
    return log_in(project_office)
