"""What the register extract holds: each table about a person, under which heading, and what is not printed and why.

A table is one line in `SECTIONS`; its columns are the model's fields with their own names. A test walks all models and
fails for one that is neither here nor in `TOLD_ELSEWHERE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants import identity, progress
from participants import models as about
from reporting.models import Fact, ReportFact
from reporting.rights.people import Model

# Keys, counters and search keys: they say nothing that the columns beside them do not say.
TECHNICAL = frozenset(
    {"id", "participation", "participant", "submission", "version", "position", "token_hash"}
    | {"merged_into", "ended_with", "would_end_on"}
    | {"identity_cipher", "identity_hash", "first_name_key", "last_name_key", "lead_key"}
    | {"recorded_at", "exit_recorded_at", "sha256", "size", "public_id"}
)
# For fields that the model does not name.
LABELS: dict[str, str | Promise] = {
    "recorded_by": _("recorded by"),
    "written_by": _("written by"),
    "asked_by": _("asked by"),
    "created_by": _("recorded by"),
    "created_at": _("recorded"),
    "uploaded_by": _("uploaded by"),
    "uploaded_at": _("uploaded"),
    "offered_by": _("offered by"),
    "granted_by": _("let in by"),
    "to_organisation": _("to which organisation"),
    "organisation": _("organisation"),
    "user": _("who"),
    "at": _("when"),
    "written_at": _("written"),
    "sent_by": _("sent by"),
    "sent_on": _("sent"),
    "expires_on": _("valid to"),
    "used_at": _("used"),
    "replaced_at": _("replaced"),
    "answered_at": _("answered"),
    "acknowledged_at": _("answer read"),
    "next_step_done_on": _("next step done on"),
    "withdrawn_at": _("withdrawn"),
    "withdrawn_by": _("withdrawn by"),
    "withdrawn_reason": _("why withdrawn"),
    "scanned_at": _("checked for viruses"),
    "file_type": _("kind of file"),
    "outcome": _("proves the outcome"),
    "consent": _("proves the consent"),
    "stint": _("proves the period"),
    "activity": _("about the activity"),
    "replaces": _("replaces an older version"),
    "was_protected": _("by code alone"),
    "assessment": _("assessed on"),
    "certificate": _("certificate"),
    "compensation": _("compensation"),
    "export": _("file, made when, by whom and what for"),
    "goal": _("goal"),
    "lead_told_at": _("the contact person heard of it"),
    "step": _("step"),
    "referral": _("referral"),
}


@dataclass(frozen=True)
class Section:
    """One table in the extract."""

    model: Model
    title: str | Promise
    path: str = "participation"  # From a row to the participation, or to the person for what belongs to her.
    note: str | Promise = ""
    without: frozenset[str] = frozenset()
    # Where a protected person is, and what she is called, is printed on no paper. (esf-rules.md 3.5)
    hidden: frozenset[str] = frozenset()
    more: dict[str, tuple[str | Promise, Callable[[Any], str]]] = field(default_factory=dict)
    # An organisation's own documentation: it answers for that itself, unless it has shared it.
    own_of: str = ""
    shared: Q | None = None

    @property
    def key(self) -> str:
        return self.model._meta.label_lower

    def fields(self, *, protected: bool = False) -> list[models.Field]:
        """The printed columns."""
        left_out = TECHNICAL | self.without | (self.hidden if protected else frozenset())
        return [one for one in self.model._meta.concrete_fields if one.name not in left_out]


def label_of(column: models.Field) -> str:
    """The field's own name, or the one given here."""
    named = getattr(column, "_verbose_name", None)
    return str(column.verbose_name if named else LABELS.get(column.name, column.verbose_name))


def is_labelled(column: models.Field) -> bool:
    return bool(getattr(column, "_verbose_name", None)) or column.name in LABELS


PERSON = frozenset({"first_name", "last_name", "municipality", "district", "phone", "email", "number"})
PLACE = frozenset({"enterprise", "place", "employer"})
INTERNAL: str | Promise = _(
    "Each organisation answers for what is its own. Here is what belongs to the organisation that made this extract, "
    "and what others have shared. Who keeps more is told beneath: ask them."
)


def _number(person: about.Participant) -> str:
    return identity.written(person.number) if person.number else ""


def _dimension(level: about.ProgressLevel) -> progress.Dimension:
    return progress.SCALES[level.assessment.scale].dimension(level.dimension)


SECTIONS = (
    Section(
        about.Participant,
        _("You"),
        path="participations",
        hidden=PERSON,
        more={"number": (_("identity number"), _number)},
    ),
    Section(about.Participation, _("Your place in the project"), path="pk"),
    Section(
        about.Merge,
        _("When two records about you were joined"),
        path="kept__participations",
        without=frozenset({"kept", "former", "steps", "highest"}),
    ),
    Section(about.Stint, _("When you have taken part"), hidden=frozenset({"referred_by"})),
    Section(
        about.StintCorrection,
        _("When you have taken part, as it stood before it was corrected"),
        path="stint__participation",
        without=frozenset({"stint"}),
    ),
    Section(about.Break, _("Breaks")),
    Section(about.EntryRecord, _("What you answered at the start")),
    Section(
        about.SensitiveAnswer,
        _("Your answers to the sensitive questions"),
        note=_("You were free not to answer. They count in the statistics and are seen by few."),
    ),
    Section(about.Activity, _("What you have done"), hidden=PLACE),
    Section(about.HoursMonth, _("Hours by month")),
    Section(about.Outcome, _("Steps towards work and education"), hidden=PLACE),
    Section(about.FollowUp, _("Questions after you left")),
    Section(about.FollowUpAttempt, _("Each time you were asked after you left")),
    Section(about.PlanFocus, _("Your plan: what it is about")),
    Section(about.PlanGoal, _("Your plan: goals"), path="focus__participation"),
    Section(about.PlanStep, _("Your plan: steps"), path="goal__focus__participation"),
    Section(about.PlanEvent, _("Your plan: what happened"), path="goal__focus__participation"),
    Section(about.PlanReview, _("Your plan: reviews")),
    Section(about.ProgressAssessment, _("How you have come along: each time it was assessed")),
    Section(
        about.ProgressLevel,
        _("How you have come along: levels"),
        path="assessment__participation",
        without=frozenset({"dimension"}),
        more={
            "dimension": (_("dimension"), lambda row: str(_dimension(row).name)),
            "in_words": (_("level in words"), lambda row: _dimension(row).level(row.level)),
        },
    ),
    Section(about.Measure, _("Decisions on measures"), hidden=PLACE),
    Section(about.AttendanceDay, _("Days of attendance")),
    Section(about.AttendanceCertificate, _("Attendance certificates")),
    Section(about.AttendanceSignature, _("Who has signed the certificates"), path="certificate__participation"),
    Section(about.AttendanceTotal, _("Certified hours by compensation"), path="certificate__participation"),
    Section(
        about.Document,
        _("Documents"),
        note=_("Copies are handed out on request. Each organisation answers for the documents it has not shared."),
        own_of="organisation",
        shared=Q(is_shared=True),
    ),
    Section(about.ExportRow, _("Files with your row that somebody has taken out")),
    Section(about.JournalEntry, _("Notes"), note=INTERNAL, own_of="organisation", shared=Q(is_shared=True)),
    Section(about.Consent, _("Your consents")),
    Section(about.CareTeamMember, _("Who follows you")),
    Section(about.LeadTransfer, _("When your contact person was to change")),
    Section(
        about.Referral,
        _("Referrals"),
        note=INTERNAL,
        own_of="from_organisation",
        shared=~Q(state=about.Referral.State.DRAFT),
    ),
    Section(
        about.ReferralEvent,
        _("What happened to the referrals"),
        path="referral__participation",
        own_of="referral__from_organisation",
        shared=~Q(referral__state=about.Referral.State.DRAFT),
    ),
    Section(about.ReferralLink, _("Links mailed to those asked to answer a referral"), path="referral__participation"),
    Section(about.RectificationRequest, _("What you have asked to have corrected")),
)

# About her, and not printed as rows of a table of their own: why.
TOLD_ELSEWHERE: dict[Model, str | Promise] = {
    about.Snooze: _("a worker's own reminder to herself about when to act: a date, and no word about you"),
    Fact: _("computed from the rows in this extract each time one of them changes"),
    ReportFact: _("told under “Reports in which you are counted”"),
}


def section_of(model: Model) -> Section | None:
    return next((section for section in SECTIONS if section.model is model), None)


def forgotten(found: Iterator[Model]) -> list[str]:
    """Those of the models that nobody has decided about."""
    return sorted(model._meta.label for model in found if section_of(model) is None and model not in TOLD_ELSEWHERE)
