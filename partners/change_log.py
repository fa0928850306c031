"""Which changes of rows are logged, what is kept of them, and the one way in which it is emptied again.

Deny by default: every table of ours is traced, to every column, unless it is named here. The triggers that do it are
made from the models (`partners.change_triggers`), so that no way of writing passes them by, bulk writes included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Q

from grundsteget.who import by
from partners.models import Change

__all__ = ["OUR_APPS", "Hop", "Traced", "by", "forget", "traced"]

OUR_APPS = ("partners", "enterprises", "participants", "reporting")

EXCLUDED = {
    "partners.AccessLog": "a log itself",
    "partners.AccessSubject": "a log itself",
    "partners.LogDay": "the end of a log's chain",
    "partners.Change": "this log",
    "participants.NoteDraft": "unfinished words of one writer, gone when they are saved",
    "participants.DigestMail": "that a mail went: counts and nothing else",
    "participants.ExportRow": "computed with its file; who is in it stands in the read log",
    "reporting.Fact": "computed from what is traced",
    "reporting.FactDay": "computed from what is traced",
    "reporting.ImportPart": "sealed, and gone when it is not needed; what an import changes is traced row by row",
    "reporting.ReportFact": "copied from facts, and sealed by its report's SHA-256",
    "reporting.ReportFile": "made from its report, and sealed by a SHA-256 of its own",
}
# Of these the log keeps that they changed, and neither from what nor to what.
MASKED = {
    "participants.Participant": {"identity_cipher", "identity_hash"},
    # What was joined, with what stood there before: told by the rows themselves.
    "participants.Merge": {"steps", "highest"},
    # A plan keeps its own history, for those who may read it; health may stand in every word of it.
    "participants.PlanEvent": {"note", "was"},
    "participants.PlanGoal": {"text", "close_note"},
    "participants.PlanReview": {"said"},
    "participants.PlanStep": {"what", "drop_reason"},
    "participants.ProgressAssessment": {"note", "withdrawn_reason"},
    "participants.ProgressLevel": {"level"},
    "participants.ReferralLink": {"token_hash"},
    "participants.SensitiveAnswer": {"answer"},
    "partners.User": {"password"},
}
# Derived from what is traced, or a worker's own notes: a change of nothing else is no line.
LEFT_OUT = {
    "participants.Participant": {"first_name_key", "last_name_key"},
    "participants.Participation": {
        "entered_on",
        "left_on",
        "last_event_on",
        "next_step",
        "next_step_on",
        "lead_key",
        "version",
    },
    "participants.ExportFile": {"progress", "attempt", "lease_until"},
    "partners.User": {"last_login"},
    "reporting.Import": {"progress", "attempt", "lease_until"},
    "reporting.Report": {"content", "progress", "attempt", "lease_until", "worker"},
}
PARTICIPATION, PARTICIPANT = "participants.Participation", "participants.Participant"


@dataclass(frozen=True)
class Hop:
    """From a row to the one it belongs to: the row's column, and the other's table, key and next hop."""

    column: str
    table: str = ""
    key: str = ""
    then: Hop | None = None


@dataclass(frozen=True)
class Traced:
    """One table: which columns are logged and how, and whose row it is."""

    label: str
    table: str
    key: str
    fields: tuple[models.Field, ...]
    masked: frozenset[str]
    participant: Hop | None
    participation: Hop | None

    @property
    def columns(self) -> list[str]:
        return [_column(field) for field in self.fields]


def traced() -> Iterator[Traced]:
    """Every table of ours but the excluded ones, those between two models among them."""
    for app in OUR_APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy and model._meta.label not in EXCLUDED:
                yield _traced(model)


def _traced(model: type[models.Model]) -> Traced:
    options = model._meta
    left_out, masked = LEFT_OUT.get(options.label, set()), MASKED.get(options.label, set())
    fields = tuple(field for field in options.local_concrete_fields if field.name not in left_out)
    participation = _way_to(PARTICIPATION, model)
    return Traced(
        label=options.label_lower,
        table=options.db_table,
        key=_column(options.pk),
        fields=fields,
        # Bytes have no place in JSON.
        masked=frozenset(_column(f) for f in fields if f.name in masked or isinstance(f, models.BinaryField)),
        participant=_way_to(PARTICIPANT, model, far=participation is None),
        participation=participation,
    )


def _column(field: models.Field) -> str:
    return str(field.column)  # Concrete fields have one.


def _way_to(owner: str, model: type[models.Model], *, far: bool = True) -> Hop | None:
    """The model's own column, or that of the row it cannot be without."""
    options = model._meta
    if options.label == owner:
        return Hop(_column(options.pk))
    relations = [field for field in options.local_concrete_fields if isinstance(field, models.ForeignKey)]
    for field in relations:
        if field.related_model._meta.label == owner:
            return Hop(_column(field))
    for field in relations if far else []:
        whole = field.related_model
        if not field.null and whole is not model and (then := _way_to(owner, whole)):
            return Hop(_column(field), whole._meta.db_table, _column(field.target_field), then)
    return None


def forget(*, participation_ids: Iterable[int], participant_ids: Iterable[int], certificate: str) -> int:
    """Empty all that the log tells of these people; that something was changed, when and by whom, stays. How many.

    The last step of an erasure: removing the rows themselves still writes what they were.
    """
    about = Q(participation_id__in=list(participation_ids)) | Q(participant_id__in=list(participant_ids))
    return Change.objects.filter(about, erased_by="").update(changes={}, erased_by=certificate)
