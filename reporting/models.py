"""Facts, and the reports made of them; erasures; imports."""

from __future__ import annotations

import secrets
import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now
from participants.models import Participation
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User


class Goal(models.TextChoices):
    """Where a participation stands towards the project's own two goals. (esf-rules.md 0.2)"""

    A = "A", _("counted in goal 1: in a social enterprise")
    B = "B", _("counted in goal 2: job elsewhere, education or internship")
    ONGOING = "ongoing", _("still taking part")
    PENDING = "pending", _("not yet measurable")
    NONE = "none", _("left without counting")


class FactColumns(models.Model):
    """One participation on a cut-off date, every condition already decided. Written by `reporting.facts` alone."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    ref = models.CharField(max_length=40)
    sex = models.CharField(max_length=1, blank=True)
    entry_on = models.DateField()
    exit_on = models.DateField(null=True)
    window_closes_on = models.DateField(null=True)
    six_months_on = models.DateField(null=True)
    entry_year = models.SmallIntegerField()
    exit_year = models.SmallIntegerField(null=True)
    age = models.SmallIntegerField(null=True)
    labour_status = models.CharField(max_length=1, blank=True)
    is_complete = models.BooleanField()
    household_known = models.BooleanField()
    is_long_term = models.BooleanField()
    in_education = models.BooleanField()
    outside_education = models.BooleanField()
    isced = models.SmallIntegerField(null=True)
    household_jobless = models.BooleanField()
    household_children = models.BooleanField()
    household_single_adult = models.BooleanField()
    co15 = models.BooleanField()
    co16 = models.BooleanField()
    co17 = models.BooleanField()
    window_closed = models.BooleanField()
    window_status = models.CharField(max_length=1, blank=True)
    new_education = models.BooleanField()
    new_qualification = models.BooleanField()
    six_months_due = models.BooleanField()
    six_months_known = models.BooleanField()
    employed_at_six_months = models.BooleanField()
    improved_at_six_months = models.BooleanField()
    goal = models.CharField(max_length=7, choices=Goal)
    goal_through = models.CharField(max_length=20, blank=True)
    on_the_way = models.CharField(max_length=1, blank=True)
    near_employment = models.BooleanField()
    referred_by = models.ForeignKey(
        Organisation, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.ref


class FactQuerySet(models.QuerySet):
    def visible_to(self, user: User | AnonymousUser) -> FactQuerySet:
        """Facts of projects whose figures the user may see; people go through `Participation.visible_to`."""
        return self.filter(project__in=access.of(user).projects(Permission.DASHBOARD_VIEW))


class Fact(FactColumns):
    """One participation as it stands today."""

    participation = models.OneToOneField(Participation, primary_key=True, on_delete=models.CASCADE, related_name="fact")

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        indexes = [models.Index(fields=["project", "sex", "entry_year", "exit_year"], name="fact_by_project")]


class FactAsOf(FactColumns):
    """One participation as it stood on another day: rows of a temporary table that lives for one computation."""

    participation = models.OneToOneField(
        Participation, primary_key=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    class Meta:
        managed = False
        db_table = "reporting_fact_as_of"


class FactDay(models.Model):
    """The day for which a project's facts were last rebuilt. Windows close as days pass, so facts age overnight."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="fact_day")
    as_of = models.DateField()

    class Meta:
        verbose_name = _("day of facts")
        verbose_name_plural = _("days of facts")

    def __str__(self) -> str:
        return f"{self.project_id}: {self.as_of}"


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User | AnonymousUser) -> ReportQuerySet:
        return self.filter(project__in=access.of(user).projects(Permission.REPORT_VIEW))

    def waiting(self) -> ReportQuerySet:
        """Reports nobody works on: never started, or started by a worker whose lease ran out."""
        return self.filter(Q(state=Report.State.QUEUED) | Q(state=Report.State.RUNNING, lease_until__lt=timezone.now()))


class Report(models.Model):
    """An ESF progress report: figures at a cut-off date under a rule set, with the facts they were counted from.

    The row is the truth and the queue's message a hint. Frozen means frozen: content and files never change again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being computed")
        DRAFT = "draft", _("draft")
        FROZEN = "frozen", _("frozen")
        FAILED = "failed", _("failed")

    MAX_ATTEMPTS = 3

    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="reports")
    title = models.CharField(_("title"), max_length=120)
    cut_off = models.DateField(_("cut-off date"))
    rule_set = models.CharField(_("rule set"), max_length=20)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    requested_by = models.ForeignKey(User, verbose_name=_("requested by"), on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("requested at"), default=now)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=64, blank=True)
    progress = models.PositiveSmallIntegerField(_("progress, per cent"), default=0)
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    built_at = models.DateTimeField(_("computed at"), null=True)
    content = models.JSONField(default=dict)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    frozen_at = models.DateTimeField(_("frozen at"), null=True)
    frozen_by = models.ForeignKey(
        User, verbose_name=_("frozen by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-cut_off", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="report_ready_has_hash", condition=~Q(state__in=["draft", "frozen"]) | ~Q(sha256="")
            ),
            models.CheckConstraint(
                name="report_frozen_by_somebody",
                condition=Q(state="frozen", frozen_at__isnull=False, frozen_by__isnull=False)
                | (~Q(state="frozen") & Q(frozen_at__isnull=True, frozen_by__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.cut_off})"

    @property
    def is_ready(self) -> bool:
        return self.state in {self.State.DRAFT, self.State.FROZEN}

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}


class ReportFact(FactColumns):
    """A fact that a report counted, kept as it was."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="facts")
    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("reported fact")
        verbose_name_plural = _("reported facts")
        constraints = [models.UniqueConstraint(F("report"), F("participation"), name="report_fact_once")]


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, user: User | AnonymousUser) -> ErasureQuerySet:
        """Erasures in the projects whose owner the user erases for."""
        return self.filter(project__in=access.of(user).edited_projects(Permission.PROJECT_ERASE))

    def waiting(self) -> ErasureQuerySet:
        """Those that a worker has to go on with: an archive to make, people to erase, files to remove."""
        return self.filter(Q(state__in=[Erasure.State.ARCHIVING, Erasure.State.ORDERED]) | ~Q(files=[]))


class Erasure(models.Model):
    """The certificate that people were erased: who decided, when, what, and under which ids they stood.

    Of a project it begins as the archive package that is made first. `people` is the ledger: what a restored backup
    holds of them is erased again. It names nobody.
    """

    class Kind(models.TextChoices):
        PROJECT = "project", _("a project whose time is over")
        MISTAKE = "mistake", _("a mistaken registration")

    class State(models.TextChoices):
        ARCHIVING = "archiving", _("the archive package is being made")
        ARCHIVED = "archived", _("the archive package is ready")
        ORDERED = "ordered", _("being erased")
        DONE = "done", _("erased")
        STALE = "stale", _("stopped")

    number = models.UUIDField(_("number of the certificate"), default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="erasures")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PROJECT)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ARCHIVING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    problem = models.CharField(_("why it stopped"), max_length=300, blank=True)
    asked_by = models.ForeignKey(User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=now)
    archive = models.FileField(upload_to="archives/", blank=True)
    archive_size = models.PositiveBigIntegerField(_("size of the archive package"), default=0)
    archive_sha256 = models.CharField(_("SHA-256 of the archive package"), max_length=64, blank=True)
    content_sha256 = models.CharField(_("SHA-256 of what it holds"), max_length=64, blank=True)
    downloaded_at = models.DateTimeField(_("archive package downloaded"), null=True)
    ordered_by = models.ForeignKey(
        User, verbose_name=_("erased by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    erased_at = models.DateTimeField(_("erased"), null=True)
    retention_until = models.DateField(_("kept until"), null=True)
    retention_source = models.CharField(_("where this is said"), max_length=200, blank=True)
    people = models.JSONField(_("ids of the participations, and when they were registered"), default=list)
    persons = models.JSONField(_("ids of the persons of whom nothing is left"), default=list)
    counts = models.JSONField(_("rows by table"), default=dict)
    files_removed = models.PositiveIntegerField(_("files"), default=0)
    files = models.JSONField(_("files still to be removed"), default=list)
    reports = models.JSONField(_("reports that stay, with their hashes"), default=list)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="erasure_done_by_somebody",
                condition=Q(state="done", erased_at__isnull=False, ordered_by__isnull=False)
                | (~Q(state="done") & Q(erased_at__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=["archiving", "archived", "ordered"]),
                name="erasure_one_under_way",
                violation_error_message=_("An erasure of this project is already under way."),
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.ARCHIVING, self.State.ORDERED}


class ReportFile(models.Model):
    """One file of a report. The stored name is random; the name a person sees is made at the download."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "Excel"
        JSON = "json", "JSON"

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    format = models.CharField(max_length=4, choices=Format)
    file = models.FileField(upload_to="reports/")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("report file")
        verbose_name_plural = _("report files")
        constraints = [models.UniqueConstraint(fields=["report", "format"], name="report_file_one_per_format")]

    def __str__(self) -> str:
        return f"{self.report_id}.{self.format}"


# --- Imports --------------------------------------------------------------------------------------


class ImportMapping(models.Model):
    """Which column of a project's own workbook is which field, kept by the fingerprint of its headings.

    Of the headings nothing is kept but their order; of the cells only words that stand for a choice.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="import_mappings")
    fingerprint = models.CharField(max_length=64)
    columns = models.JSONField(_("field of each column"), default=dict)  # Field → number of the column.
    values = models.JSONField(_("words and what they stand for"), default=dict)  # Field → word → value.
    is_month_first = models.BooleanField(_("the month stands before the day"), default=False)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("choice of columns")
        verbose_name_plural = _("choices of columns")
        constraints = [models.UniqueConstraint(fields=["project", "fingerprint"], name="import_mapping_once")]

    def __str__(self) -> str:
        return f"choice of columns {self.pk}"


def import_file_name(row: Import, name: str) -> str:
    """Random: the name somebody gave her file may say who is in it."""
    return f"imports/{secrets.token_hex(16)}.sealed"


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User | AnonymousUser) -> ImportQuerySet:
        """Imports into the projects whose owner the user imports for."""
        return self.filter(project__in=access.of(user).edited_projects(Permission.IMPORT))

    def open(self) -> ImportQuerySet:
        """Those that are not decided yet. A project has one at a time."""
        return self.filter(state__in=Import.OPEN)

    def waiting(self) -> ImportQuerySet:
        """Those that nobody works on: never begun, or begun by a worker whose lease ran out."""
        nobody = Q(lease_until__isnull=True) | Q(lease_until__lt=now())
        return self.filter(nobody, state__in=Import.AT_WORK)


class Import(models.Model):
    """One file of rows for one project, from its upload until it is saved, put aside or undone.

    The file and what was read from it are sealed, and go when they are no longer needed. This row names nobody.
    """

    class Kind(models.TextChoices):
        EXCHANGE = "exchange", _("the exchange format")
        MAPPED = "mapped", _("the project's own table")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel workbook")
        CSV = "csv", _("text file (CSV)")
        ZIP = "zip", _("zipped text files")

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("columns to be chosen")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("ready to be saved")
        REFUSED = "refused", _("has errors")
        APPLYING = "applying", _("being saved")
        APPLIED = "applied", _("saved")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("put aside")

    class Problem(models.TextChoices):
        MOVED = "moved", _("The project has changed since the check, and with it what the import would do. Look again.")
        ERROR = "error", _("It was tried three times and failed. Nothing was saved. Tell the administrator the number.")
        GONE = "gone", _("The file is no longer kept. Choose it again.")
        CHANGED = "changed", _("What it saved has been changed since, so it was not undone.")

    AT_WORK = (State.CHECKING, State.APPLYING, State.UNDOING)
    OPEN = (State.UPLOADED, State.CHECKED, *AT_WORK)
    MAX_ATTEMPTS = 3

    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    format = models.CharField(_("kind of file"), max_length=4, choices=Format)
    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State)
    problem = models.CharField(_("problem"), max_length=8, choices=Problem, blank=True)
    file = models.FileField(upload_to=import_file_name, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    sheet = models.PositiveSmallIntegerField(_("number of the sheet"), default=0)
    mapping = models.ForeignKey(ImportMapping, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decisions = models.JSONField(_("possible doubles, by row"), default=dict)
    uploaded_by = models.ForeignKey(User, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("when"), default=now)
    progress = models.PositiveSmallIntegerField(_("progress, per cent"), default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    summary = models.JSONField(_("rows by sheet"), default=dict)
    digest = models.CharField(_("what it would do"), max_length=64, blank=True)
    applied_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(_("saved"), null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(_("undone"), null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=["uploaded", "checking", "checked", "applying", "undoing"]),
                name="import_one_open",
                violation_error_message=_("Another import into this project is not finished yet."),
            ),
            models.CheckConstraint(
                name="import_saved_by_somebody",
                condition=~Q(state="applied") | Q(applied_by__isnull=False, applied_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ImportPart(models.Model):
    """What was found out about an import and names people: sealed, and removed with the need for it."""

    class Kind(models.TextChoices):
        PREVIEW = "preview", _("what is shown before it is saved")
        UNDO = "undo", _("what it takes to undo it")

    origin = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=7, choices=Kind)
    sealed = models.BinaryField()

    class Meta:
        verbose_name = _("part of an import")
        verbose_name_plural = _("parts of imports")
        constraints = [models.UniqueConstraint(fields=["origin", "kind"], name="import_part_once")]

    def __str__(self) -> str:
        return f"{self.kind} of import {self.origin_id}"
