"""Every address of the running application, found by asking it, and a world in which each one leads somewhere."""

import datetime as dt
import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from participants.models import ExportFile, NoteTemplate, Participation, SavedView
from partners.models import ReviewSample
from reporting import facts
from reporting.content import as_json, fingerprint, report_content, report_records
from reporting.indicators import rule_set_of
from reporting.models import Report, ReportFile
from tests import factories
from tests.access_table import ROLES
from tests.factories import Cast


def every_url(
    patterns: URLResolver | None = None, names: tuple[str, ...] = (), arguments: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and argument names of each pattern: `("participants:participation_detail", ("pk",))`."""
    for pattern in (patterns or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            name = ":".join((*names, pattern.name or f"unnamed {pattern.pattern}"))
            yield name, (*arguments, *pattern.pattern.regex.groupindex)
        else:
            inside = (*arguments, *pattern.pattern.regex.groupindex)
            yield from every_url(pattern, names + ((pattern.namespace,) if pattern.namespace else ()), inside)


# Deeds on somebody who has left.
ABOUT_LEAVERS = {"participants:stint_open", "participants:follow_up_create"}
# What the argument `pk` is the id of, where the app does not say it.
OTHER_PK = {
    "participants:enterprise_people": "enterprise",
    "reporting:extract_create": "participation",
    "reporting:person_erase": "participation",
    "reporting:standing": "participation",
}
# A passkey that nobody has: a browser must make one.
NO_PK = {"mfa_edit_webauthn": "passkey", "mfa_remove_webauthn": "passkey"}
APP_PK = {
    "participants": "participation",
    "enterprises": "enterprise",
    "reporting": "report",
    "partners": "organisation",
}


def kind_of_pk(name: str) -> str:
    """What the address's `pk` is the id of: a participation, an enterprise, a report."""
    kind = OTHER_PK.get(name) or NO_PK.get(name) or APP_PK.get(name.split(":", maxsplit=1)[0])
    if kind is None:
        raise LookupError(f"{name}: no example of its argument 'pk' — add one to tests/every_url.py")
    return kind


def about_people() -> dict[str, tuple[str, ...]]:
    """The addresses of one participant's pages and deeds."""
    return {
        name: arguments for name, arguments in every_url() if "pk" in arguments and kind_of_pk(name) == "participation"
    }


@dataclass
class World:
    """The cast, one participant on the way, one who has left, a draft report, and something behind each kind of id."""

    cast: Cast
    ongoing: Participation
    closed: Participation
    report: Report
    sample: ReviewSample

    @classmethod
    def make(cls) -> "World":
        cast = factories.make_cast()
        factories.make_network(cast)
        ongoing = _make_busy_participation(cast)
        closed = factories.make_participation(
            project=cast.project,
            first_name="Börje",
            last_name="Öberg",
            sex="M",
            started_on="2016-02-01",
            ended_on="2016-08-31",
            exit_reason="arbete_asf",
            lead=cast.coordinator,
            consent_to=[cast.social_services],
            ref="G-002",
        )
        sample = factories.make_review_sample(cast.caseworker, closed)
        factories.make_export(cast.coordinator)
        factories.make_note_template(cast.owner)
        factories.make_saved_view(cast.coordinator)
        return cls(cast, ongoing, closed, _make_report(cast), sample)

    @cached_property
    def ids(self) -> dict[str, Any]:
        """What an argument of this name stands for, unless `kwargs` says otherwise."""
        return {
            "stint_pk": self.ongoing.stints.get().pk,
            "break_pk": self.ongoing.breaks.get().pk,
            "other_pk": self.closed.pk,
            "merge_pk": self.ongoing.participant.merges.get().pk,
            "activity_pk": self.ongoing.activities.get().pk,
            "measure_pk": self.ongoing.measures.get().pk,
            "outcome_pk": self.ongoing.outcomes.get().pk,
            "consent_pk": self.ongoing.consents.get().pk,
            "document_pk": self.ongoing.documents.get().pk,
            "entry_pk": self.ongoing.journal.get().pk,
            "referral_pk": self.ongoing.referrals.get().pk,
            "goal_pk": self.ongoing.plan_focuses.get().goals.get().pk,
            "step_pk": self.ongoing.plan_focuses.get().goals.get().steps.get().pk,
            "assessment_pk": self.ongoing.progress.get().pk,
            "view_pk": SavedView.objects.get(user=self.cast.coordinator).pk,
            "template_pk": NoteTemplate.objects.get(organisation=self.cast.owner).pk,
            "transfer_pk": self.ongoing.lead_transfers.get().pk,
            "rectification_pk": self.ongoing.rectification_requests.get().pk,
            "import_pk": self.cast.project.imports.get().pk,
            "erasure_pk": self.cast.project.erasures.get().pk,
            "member_pk": self.ongoing.care_team.get().pk,
            "export_id": ExportFile.objects.earliest("pk").public_id,
            "token": "no-such-token",
            "membership_pk": self.cast.caseworker.memberships.get().pk,
            "role_pk": self.cast.social_services.partnerships.get().pk,
            "bearer_pk": self.cast.project.competence_bearers.get().pk,
            "event_pk": self.cast.project.network_events.get().pk,
            "attendance_pk": self.cast.project.network_events.get().attendances.get().pk,
            "guideline_pk": self.cast.project.guidelines.get().pk,
            "sample_pk": self.sample.pk,
            "certificate_pk": self.ongoing.attendance_certificates.get().pk,
            "course_pk": self.cast.project.courses.get().pk,
            "group_pk": self.cast.project.courses.get().groups.get().pk,
            "provider_id": "no-such-provider",
            "milestone": "28d",
            "project": self.cast.project.slug,
            "format": "json",
            "key": "no-such-key",
            "uidb36": "1",
        }

    def kwargs(self, name: str, arguments: tuple[str, ...]) -> dict[str, Any]:
        return {argument: self._argument(name, argument) for argument in arguments}

    def _argument(self, name: str, argument: str) -> Any:
        if argument in self.ids:
            return self.ids[argument]
        if argument == "pk":
            return self._pk(name)
        raise LookupError(f"{name}: no example of its argument {argument!r} — add one to tests/every_url.py")

    def _pk(self, name: str) -> int:
        if name in ABOUT_LEAVERS:
            return self.closed.pk
        if name in NO_PK:
            return 987654
        return {
            "participation": self.ongoing,
            "enterprise": self.cast.enterprise,
            "report": self.report,
            "organisation": self.cast.social_services,
        }[kind_of_pk(name)].pk

    def address(self, name: str, arguments: tuple[str, ...], **other: object) -> str:
        return reverse(name, kwargs={**self.kwargs(name, arguments), **other})

    def __post_init__(self) -> None:
        # Logging in and looking up are no part of what a test undoes or counts.
        self.clients, self.ids  # noqa: B018

    @cached_property
    def clients(self) -> dict[str, Client]:
        """A browser for each role, and the session cookie it starts with."""
        clients = {role: Client() for role in ROLES}
        for role, client in clients.items():
            if role != "anonymous":
                client.force_login(getattr(self.cast, role))
                factories.prove_identity(client, getattr(self.cast, role))
        self._sessions = {role: client.cookies.output() for role, client in clients.items()}
        self._proved_at = time.monotonic()
        return clients

    def stay_fresh(self) -> None:
        """The walk may outlast the factor that each role gave when it began: then it is given again."""
        if time.monotonic() - self._proved_at > settings.STEP_UP_SECONDS / 2:
            for role, client in self.clients.items():
                if role != "anonymous":
                    factories.prove_identity(client, getattr(self.cast, role))

    def ask(self, role: str, method: str, address: str, **data: object) -> Any:
        """One request by somebody in this role, as if it were the first after logging in. The text is in `body`."""
        client = self.clients[role]
        client.cookies.clear()
        client.cookies.load(self._sessions[role].replace("Set-Cookie: ", ""))
        if method == "POST":
            data = data or {"submitted": "1"}  # A browser's form is never quite empty: it holds its token.
        response = getattr(client, method.lower())(address, data or None)
        # Reading a stream to its end closes its file.
        content = response.getvalue() if response.streaming else response.content
        response.body = content.decode(errors="replace")
        return response

    def answers(self, name: str, arguments: tuple[str, ...], method: str) -> tuple[int, ...]:
        """The status for each role; whatever a request changes is undone before the next."""
        return tuple(self.answer(role, method, self.address(name, arguments)).status_code for role in ROLES)

    def answer(self, role: str, method: str, address: str, **data: object) -> Any:
        with transaction.atomic():
            response = self.ask(role, method, address, **data)
            transaction.set_rollback(True)
        return response

    def first_answer(self, role: str, method: str, address: str) -> "Answer":
        """What the world answers as it was made: asked once, then known. For a test that has changed nothing yet."""
        asked = role, method, address
        if asked not in self._known:
            response = self.answer(*asked)
            self._known[asked] = Answer(response.status_code, response.headers, response.body)
        return self._known[asked]

    @cached_property
    def _known(self) -> "dict[tuple[str, str, str], Answer]":
        return {}


@dataclass(frozen=True)
class Answer:
    """What is kept of a response."""

    status_code: int
    headers: Mapping[str, str]
    body: str


def _make_busy_participation(cast: Cast) -> Participation:
    participation = factories.make_participation(
        project=cast.project,
        first_name="Anna",
        last_name="Åkesson",
        number=factories.invented_number("1985-06-15"),
        started_on="2016-03-01",
        referred_by=cast.social_services,
        lead=cast.coordinator,
        consent_to=[cast.social_services],
        phone="070-1740605",
        ref="G-001",
    )
    factories.make_activity(participation, enterprise=cast.enterprise)
    factories.make_hours(participation)
    factories.make_attendance_day(participation)
    factories.make_course_group(factories.make_course(cast.adult_education, cast.project))
    factories.make_break(participation)
    factories.make_merge(participation, cast.project_office)
    factories.make_outcome(participation, kind="praktik", started_on="2017-01-09", recorded_by=cast.coordinator)
    factories.make_journal_entry(
        participation, cast.coordinator, is_shared=True, next_step="Ringa läraren", next_step_on="2017-03-20"
    )
    factories.make_referral(participation, cast.coordinator, cast.social_services)
    factories.make_lead_transfer(participation, cast.coordinator, cast.project_office)
    factories.make_measure(participation)
    factories.make_sensitive_answer(participation, "co16", "n")
    factories.attach_evidence(participation.consents.get())
    factories.make_rectification(participation, cast.coordinator)
    factories.make_erasure(cast.project, cast.project_office)
    factories.make_import(cast.project, cast.project_office)
    goal = factories.make_goal(participation, cast.coordinator)
    factories.make_step(goal, cast.coordinator, due_on="2017-03-20")
    factories.make_plan_review(participation, cast.coordinator)
    factories.make_assessment(participation, cast.coordinator)
    factories.make_document(participation, cast.coordinator, is_shared=True, outcome=participation.outcomes.get())
    return participation


def _make_report(cast: Cast) -> Report:
    """A draft with figures and one file, as the worker leaves it."""
    report = Report.objects.create(
        project=cast.project,
        title="Lägesrapport",
        cut_off=dt.date(2017, 3, 15),
        rule_set="2018-08-02",
        requested_by=cast.project_office,
    )
    rule_set = rule_set_of(report.rule_set)
    counted = facts.copy_facts(report)
    content = report_content(cast.project, report.cut_off, rule_set, counted)
    report.content, report.state = content, Report.State.DRAFT
    report.sha256 = fingerprint(content | {"records": report_records(counted, rule_set)})
    report.built_at, report.progress = report.requested_at, 100
    report.save()
    data = as_json(content)
    file = ReportFile(report=report, format="json", sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    file.file.save("report.json", ContentFile(data))
    return report
