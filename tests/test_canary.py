"""A person whose every field is a marker that must never turn up where it does not belong. (SAFETY.md P-45, P-64)"""

import datetime as dt
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import pytest
from celery import current_app
from celery.app.task import Task
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from pypdf import PdfReader

from grundsteget.logs import JsonFormatter
from participants import identity
from participants.models import Participation
from partners.models import AccessLog, Change
from reporting import actions, tasks
from reporting.models import Report
from tests import factories
from tests.every_url import World, about_people, every_url
from tests.filling import fill_in, send

NUMBER = factories.invented_number("1971-04-12")
NUMBERS = (NUMBER, NUMBER[2:], identity.written(NUMBER), identity.written(NUMBER)[2:])
PERSON = {
    "first_name": "Kanariefrida",
    "last_name": "Zebrasson",
    "municipality": "Markörstad",
    "district": "Markördelen",
    "phone": "070-1740699",
    "email": "kanarie@fagel.example",
}
WORDS = {
    "text": "Journalmarkören sjunger",
    "next_step": "Stegmarkören tas",
    "title": "Titelmarkören",
    "place": "Platsmarkören",
    "employer": "Arbetsgivarmarkören",
    "support": "Stödmarkören",
    "evidence": "Bevismarkören",
    "exit_note": "Avslutsmarkören",
    "note": "Nåramarkören",
    "form_version": "Blankettmarkören",
}
REASON = "Skälmarkören behövs"
MARKERS = (*PERSON.values(), *WORDS.values())


def path(name: str, **kwargs) -> str:
    return reverse(f"participants:{name}", kwargs=kwargs)


class Watched(Client):
    """A browser that remembers what it saw outside the pages themselves: addresses, titles, file names, cookies."""

    def __init__(self, seen: list[str], **kwargs):
        super().__init__(**kwargs)
        self.seen = seen
        self.bodies: dict[str, str] = {}

    def request(self, **request):
        response = super().request(**request)
        address = f"{request.get('PATH_INFO', '')}?{request.get('QUERY_STRING', '')}"
        body = (response.getvalue() if response.streaming else response.content).decode(errors="replace")
        self.bodies[f"{request.get('REQUEST_METHOD')} {address}"] = body
        headers = [f"{name}: {value}" for name, value in response.headers.items()]
        cookies = [cookie.OutputString() for cookie in response.cookies.values()]
        addresses = re.findall(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"', body)
        titles = re.findall(r"<title>(.*?)</title>", body, re.DOTALL)
        self.seen += [unquote(text) for text in (address, *headers, *cookies, *addresses, *titles)]
        return response


class Lines(logging.Handler):
    """Every log line as it would be printed, at the most talkative level."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record):
        if not record.name.startswith("django.db"):  # off unless the installation asks for its statements
            self.lines.append(self.format(record))


@contextmanager
def logging_everything() -> Iterator[list[str]]:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@contextmanager
def remembering_tasks() -> Iterator[list[str]]:
    """Arguments of every task, as they would travel through the broker."""
    arguments: list[str] = []
    original = Task.apply_async

    def remembered(self, args=None, kwargs=None, **options):
        arguments.append(repr((self.name, args, kwargs, options)))
        return original(self, args, kwargs, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Task, "apply_async", remembered)
        yield arguments


def assert_absent(markers, texts, sink: str) -> None:
    found = {(marker, text[:300]) for text in texts for marker in markers if marker.lower() in text.lower()}
    assert not found, f"{sink}: {sorted(found)[:5]}"


def live_a_life(client: Client, world: World) -> Participation:
    """Everything a coordinator can do with one participant, through the forms."""
    cast = world.cast
    factories.make_exit_reason("arbete_asf")
    create = path("participation_create")
    first = fill_in(client, create, number=NUMBER)
    send(
        client,
        first,
        create,
        **PERSON,
        started_on="2016-02-01",
        labour_status="U",
        unemployed_since="2015-01-10",
        in_education="n",
        isced="2",
        household_jobless="j",
        household_children="n",
        household_single_adult="j",
        co15="j",
        co16="j",
        co17="vill_ej",
    )
    participation = Participation.objects.latest("pk")
    assert participation.participant.first_name == PERSON["first_name"]
    pk = participation.pk
    deeds: dict[str, dict[str, Any]] = {
        "consent_create": {
            "organisation": cast.social_services.pk,
            "given_on": "2016-02-01",
            "form_version": WORDS["form_version"],
        },
        "journal_create": {
            "text": WORDS["text"],
            "next_step": WORDS["next_step"],
            "next_step_on": "2017-03-20",
            "is_shared": "shared",
        },
        "activity_create": {
            "kind": "arbetstraning",
            "title": WORDS["title"],
            "place": WORDS["place"],
            "started_on": "2016-02-08",
        },
        "hours_edit": {"hours_2017_01": "80"},
        "outcome_create": {
            "kind": "job",
            "started_on": "2017-01-30",
            "employer": WORDS["employer"],
            "support": WORDS["support"],
            "evidence": WORDS["evidence"],
        },
        "near_employment_edit": {"value": "on", "note": WORDS["note"]},
        "contact_edit": {"phone": PERSON["phone"]},
        "entry_record_edit": {"isced": "3"},
        "sensitive_edit": {"co17": "j"},
        "stint_close": {"ended_on": "2017-01-31", "exit_reason": "arbete_asf", "exit_note": WORDS["exit_note"]},
    }
    for name, answers in deeds.items():
        answer = fill_in(client, path(name, pk=pk), **answers)
        assert answer.status_code == 302, (
            f"{name}: {answer.status_code} {re.findall('invalid-feedback.*', answer.content.decode())}"
        )
    client.post(path("participation_list"), {"q": PERSON["last_name"]}, follow=True)
    client.post(path("participation_list"), {"q": NUMBER}, follow=True)
    client.post(path("participation_list"), {"q": identity.written(NUMBER)}, follow=True)
    client.post(path("journal_quick"), {"who": PERSON["last_name"], "search": "1"})
    client.post(path("identity_show", pk=pk), {"reason": REASON})
    return participation


def blunder(client: Client, participation: Participation) -> None:
    """What goes wrong goes wrong quietly."""
    create = path("participation_create")
    client.post(create, {"number": NUMBER[:-1] + "0", "project": participation.project_id})
    client.post(create, {"number": NUMBER, "project": participation.project_id})
    client.post(path("contact_edit", pk=participation.pk), {**PERSON, "birth_date": "1871-04-12", "number": NUMBER})
    client.post(path("journal_create", pk=participation.pk), {"text": WORDS["text"], "happened_on": "2999-01-01"})
    client.get(path("participation_detail", pk=987654))


@dataclass
class Life:
    """What the canary left behind when everything has been done with her and everybody has looked at every page."""

    world: World
    participation: Participation
    seen: list[str]
    bodies: dict[str, str]
    logged: list[str]
    sent: list[str]


def live(logged: list[str], sent: list[str]) -> Life:
    world = World.make()
    seen: list[str] = []
    client = Watched(seen)
    client.force_login(world.cast.coordinator)
    factories.prove_identity(client, world.cast.coordinator)
    participation = live_a_life(client, world)
    blunder(client, participation)
    bodies = dict(client.bodies)
    for role in ("coordinator", "caseworker", "stranger", "project_office", "controller"):
        visitor = Watched(seen)
        visitor.force_login(getattr(world.cast, role))
        factories.prove_identity(visitor, getattr(world.cast, role))
        for name, arguments in every_url():
            other = {"pk": participation.pk} if name in about_people() and arguments == ("pk",) else {}
            visitor.get(world.address(name, arguments, **other))
        bodies |= {f"{role}: {address}": body for address, body in visitor.bodies.items()}
    office = Watched(seen)
    office.force_login(world.cast.project_office)
    with TestCase.captureOnCommitCallbacks(execute=True):
        fill_in(office, reverse("reporting:report_create"), cut_off="2017-03-15")
    return Life(world, participation, seen, bodies, logged, sent)


@pytest.fixture(scope="module")
def lived(django_db_setup, django_db_blocker, tmp_path_factory):
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path_factory.mktemp("files")},
    }
    before, current_app.conf.task_always_eager = current_app.conf.task_always_eager, True
    now = override_settings(DEMO_TODAY=dt.date(2017, 3, 15), STORAGES={**settings.STORAGES, "default": storage})
    with (
        django_db_blocker.unblock(),
        now,
        transaction.atomic(),
        logging_everything() as logged,
        remembering_tasks() as sent,
    ):
        yield live(logged, sent)
        transaction.set_rollback(True)
    current_app.conf.task_always_eager = before


@pytest.fixture(autouse=True)
def own_files():
    """Files of this module are those of the one life."""


@pytest.fixture
def life(lived, db) -> Life:
    return lived


def everything_stored() -> list[str]:
    texts = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed:
                cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608 – our own table names
                texts += [repr(row) for row in cursor.fetchall()]
    return texts


def test_nothing_personal_leaves_the_pages(life):
    assert_absent((*MARKERS, *NUMBERS, REASON), life.seen, "addresses, titles, headers, cookies")
    assert_absent((*MARKERS, *NUMBERS, REASON), life.logged, "log")
    assert_absent((*MARKERS, *NUMBERS, REASON), life.sent, "task arguments")
    assert_absent((*MARKERS, *NUMBERS), [f"{m.subject} {m.body} {m.to}" for m in mail.outbox], "mail")


def test_logs_in_the_database_name_nobody(life):
    rows = [repr(list(row)) for row in AccessLog.objects.values_list()]
    assert rows
    assert_absent((*MARKERS, *NUMBERS), rows, "read log")
    entries = [repr(row) for row in Change.objects.values_list()]
    assert_absent(NUMBERS, entries, "change log")
    about_answers = Change.objects.filter(label="participants.sensitiveanswer")
    assert about_answers.exists()
    for entry in about_answers:
        old_and_new = entry.changes.get("answer", [])
        assert not {"j", "n", "vill_ej"} & set(old_and_new), f"change log tells a sensitive answer: {old_and_new}"


def test_the_number_is_stored_nowhere_in_clear(life):
    assert_absent(NUMBERS, everything_stored(), "database")
    sessions = [repr(session.get_decoded()) for session in Session.objects.all()]
    assert_absent((*NUMBERS, *WORDS.values()), sessions, "session")


def test_the_number_is_shown_only_when_asked_for_with_a_reason(life):
    shown = {address for address, body in life.bodies.items() if any(number in body for number in NUMBERS)}
    # What one typed comes back in the form that refuses it.
    typed = {f"POST {path('participation_create')}?", f"POST {path('contact_edit', pk=life.participation.pk)}?"}
    allowed = {f"POST {path('identity_show', pk=life.participation.pk)}?"}
    assert shown - typed == allowed


def test_objects_say_nothing_of_the_person_when_printed(life):
    participation = life.participation
    related = [
        row
        for relation in Participation._meta.related_objects
        for row in relation.related_model._default_manager.filter(**{f"{relation.field.name}": participation})
    ]
    assert len(related) > 8
    texts = [f"{row!s} {row!r}" for row in (participation, participation.participant, *related)]
    # What an activity is called is what it prints: no word about the person.
    assert_absent((*PERSON.values(), *NUMBERS, WORDS["text"], WORDS["exit_note"]), texts, "str and repr")


def test_reports_hold_no_person(life, log_in):
    office = log_in(life.world.cast.project_office)
    report = Report.objects.latest("pk")
    assert report.files.count() == 3, report.problem
    names = []
    for file in report.files.all():
        with file.file.open() as stored:
            text = _text_of(file.format, stored.read())
        names.append(file.file.name)
        assert_absent((*MARKERS, *NUMBERS), [text], f"report as {file.format}")
        answer = office.get(reverse("reporting:report_download", kwargs={"pk": report.pk, "format": file.format}))
        assert answer.getvalue()
        names.append(unquote(answer["Content-Disposition"]))
    assert_absent((*MARKERS, *NUMBERS), names, "file names")
    assert_absent((*MARKERS, *NUMBERS), [json.dumps(report.content)], "stored report")


def _text_of(kind: str, data: bytes) -> str:
    if kind == "pdf":
        document = PdfReader(io.BytesIO(data))
        return "\n".join(page.extract_text() for page in document.pages) + repr(document.metadata)
    if kind == "xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return "\n".join(book.read(name).decode(errors="replace") for name in book.namelist())
    return data.decode()


def test_commands_say_nothing_of_the_person(life, tmp_path, capsys):
    """Also where they refuse: what is wrong is told by sheet, row and column."""
    for fmt in ("json", "xlsx", "csv", "pdf"):
        call_command(
            "esf_report",
            project="2015/00254",
            cut_off=dt.date(2017, 3, 15),
            format=fmt,
            output=str(tmp_path / f"report.{fmt}"),
        )
        assert_absent(
            (*MARKERS, *NUMBERS), [_text_of(fmt, (tmp_path / f"report.{fmt}").read_bytes())], f"esf_report {fmt}"
        )
    call_command("check_consistency")
    folder = tmp_path / "exchange"
    folder.mkdir()
    (folder / "participants.csv").write_text(
        "ref,identity,sex,first_name,last_name\n"
        f"K-1,{NUMBER[:-1]}0,X,{PERSON['first_name']},{PERSON['last_name']}\n"
        f"K-2,{NUMBER},K,{PERSON['first_name']},{PERSON['last_name']}\n"
    )
    with pytest.raises((CommandError, SystemExit)) as refusal:
        call_command("import_exchange", str(folder), project="2015/00254")
    output = capsys.readouterr()
    said = [str(refusal.value), output.out, output.err, *life.logged]
    assert_absent((*PERSON.values(), *NUMBERS), said, "what commands say")


def test_a_task_that_fails_tells_its_kind_and_not_its_words(monkeypatch, db):
    """Celery writes an exception's text into its message: our formatter must not let it through."""

    def fail(report_id):
        raise ValueError(f"row of {PERSON['last_name']} {NUMBER}")

    monkeypatch.setattr(actions, "build_report", fail)
    with logging_everything() as lines:
        tasks.build_report.delay(1)
    assert any("ValueError" in line for line in lines)
    assert_absent((*MARKERS, *NUMBERS), lines, "log")
