"""The demo's papers: signed forms, contracts and certificates, with some missing as everywhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from grundsteget.dates import today
from participants import actions
from participants.evidence import PDF, Upload
from participants.missing_documents import SHOWN_EXITS
from participants.models import Activity, Consent, Document, DocumentKind, Outcome, Participation, Stint
from partners.models import Project, User
from reporting.demo.paper import page

LINE = "demo, ingen riktig person"
CONTRACTS = (Outcome.Kind.JOB, Outcome.Kind.JOB_ASF)
CERTIFICATES = 40  # So many activities have a certificate of attendance.


def load(project: Project, users: dict[str, User]) -> None:
    """Every third to sixth paper is left out, by its place in the row, so that each load of the demo is the same."""
    _sign_consents(project)
    documents = [*_of_outcomes(project, users), *_of_exits(project, users), *_of_activities(project, users)]
    Document.objects.bulk_create(documents, batch_size=500)
    _live_on(documents, users)


def _sign_consents(project: Project) -> None:
    """Most consents in force have their form scanned."""
    unsigned = Consent.objects.in_force().filter(
        participation__project=project, legal_ground=Consent.Ground.CONSENT, evidence=""
    )
    signed = [one for number, one in enumerate(unsigned.order_by("pk")) if number % 6]
    for one in signed:
        one.evidence.save("form.pdf", Upload(PDF, page(f"Samtycke {one.pk} - {LINE}")).file, save=False)
    Consent.objects.bulk_update(signed, ["evidence"], batch_size=500)


def _of_outcomes(project: Project, users: dict[str, User]) -> Iterator[Document]:
    outcomes = Outcome.objects.standing().filter(
        participation__project=project, kind__in=(*CONTRACTS, Outcome.Kind.QUALIFICATION)
    )
    for number, outcome in enumerate(outcomes.order_by("pk")):
        if number % 4:
            kind = "anstallningsavtal" if outcome.kind in CONTRACTS else "betyg_intyg"
            yield _paper(
                outcome.participation_id, kind, outcome.started_on, users, outcome=outcome, is_shared=number % 3 == 1
            )


def _of_exits(project: Project, users: dict[str, User]) -> Iterator[Document]:
    exits = Stint.objects.filter(participation__project=project, exit_reason__in=SHOWN_EXITS)
    for number, stint in enumerate(exits.order_by("pk")):
        if number % 3 and stint.ended_on:
            yield _paper(stint.participation_id, "avslutsbrev", stint.ended_on, users, stint=stint)


def _of_activities(project: Project, users: dict[str, User]) -> Iterator[Document]:
    over = Activity.objects.filter(participation__project=project, ended_on__lt=today())
    for activity in over.order_by("-ended_on", "pk")[:CERTIFICATES]:
        yield _paper(
            activity.participation_id,
            "narvarointyg",
            activity.ended_on or activity.started_on,
            users,
            activity=activity,
            is_shared=True,
        )


def _paper(participation_id: int, kind: str, on: dt.date, users: dict[str, User], **fields: object) -> Document:
    proof = next(value for name, value in fields.items() if name in Document.PROVES)
    file = Upload(PDF, page(f"{kind} {proof} {getattr(proof, 'pk', '')} - {LINE}".encode("ascii", "ignore").decode()))
    by = users["koordinator"]
    document = Document(
        participation_id=participation_id,
        kind_id=kind,
        dated_on=min(on, today()),
        organisation=by.memberships.get().organisation,
        uploaded_by=by,
        file_type=file.kind,
        size=len(file.content),
        sha256=file.sha256,
        **fields,
    )
    document.file.save(file.file.name or "", file.file, save=False)
    return document


def _live_on(documents: list[Document], users: dict[str, User]) -> None:
    """A newer version, a paper taken back, and what a partner keeps: through the deeds themselves."""
    contracts = [one for one in documents if one.kind_id == "anstallningsavtal"]
    for number, old in enumerate(contracts[-3:]):
        new = Upload(PDF, page(f"Nytt avtal {old.pk} - {LINE}"))
        if number < 2:
            actions.replace_document(
                document=old, file=new, dated_on=today(), title="Förlängt avtal", by=users["koordinator"]
            )
        else:
            actions.withdraw_document(document=old, reason="Gällde en annan anställning", by=users["koordinator"])
    soc = users["soc"]
    organisation = soc.memberships.get().organisation
    theirs = Participation.objects.ongoing().filter(
        consents__in=Consent.objects.lifting_secrecy().filter(organisation=organisation)
    )
    for number, participation in enumerate(theirs.order_by("pk").distinct()[:4]):
        actions.add_document(
            participation=participation,
            kind=DocumentKind.objects.get(code="underlag"),
            file=Upload(PDF, page(f"Underlag {participation.ref} - {LINE}")),
            title="Sammanfattning inför start",
            dated_on=participation.entered_on or today(),
            is_shared=number % 2 == 0,
            organisation=organisation,
            by=soc,
        )
