"""One person's way through one project: the participation, its stints, and what was asked at the entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, DateField, Exists, Max, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.person import Participant
from partners import access
from partners.access import Permission
from partners.models import Organisation, Project, User, in_force, period_is_ordered


class ExitReason(models.Model):
    """Why somebody left. Retired reasons stay readable; a mistaken registration is one of them. (esf-rules.md 5.3)"""

    MISTAKE = "felregistrering"

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("not chosen after"), null=True, blank=True)

    class Meta:
        verbose_name = _("reason for leaving")
        verbose_name_plural = _("reasons for leaving")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def visible_to(self, user: User | AnonymousUser, category: str | None = None) -> ParticipationQuerySet:
        """Participations the user may open today, or those of which she may read one category of what is kept.

        The owner's coordinators and project office see all of their projects; a partner sees those who consent to it;
        an enterprise's supervisor moreover only those placed there. A protected person is seen by the care team alone.
        """
        return self.within_reach(user, category).filter(
            Q(participant__protection=Participant.Protection.NONE) | Exists(_care_team_of(user))
        )

    def within_reach(self, user: User | AnonymousUser, category: str | None = None) -> ParticipationQuerySet:
        """What the user's role and the persons' consents open, protected persons among them: whom one could let in."""
        rights = access.of(user)
        partner_ids = rights.organisation_ids(Permission.PARTICIPANT_VIEW) - rights.placed_only_ids()
        standing = self.filter(merged_into__isnull=True)
        owned = Q(project__owner__in=rights.owner_wide_ids(Permission.PARTICIPANT_VIEW))
        consented = Exists(_consent_for(partner_ids, category))
        placed = Exists(_consent_for(rights.placed_only_ids(), category)) & Exists(_placed_at(rights.placed_only_ids()))
        return standing.filter(owned | consented | placed)

    def ongoing(self) -> ParticipationQuerySet:
        return self.filter(entered_on__isnull=False, left_on__isnull=True)

    def without_consent(self) -> ParticipationQuerySet:
        """Those of whom no partner may read anything today."""
        from participants.models.sharing import Consent

        return self.filter(~Exists(Consent.objects.lifting_secrecy().filter(participation=OuterRef("pk"))))

    def silent(self) -> ParticipationQuerySet:
        """Those who take part although nothing has been recorded for a long time, and no break explains it. (P-8)"""
        from participants.models.correction import Break

        since = today() - dt.timedelta(days=settings.SILENCE_DAYS)
        on_leave = Break.objects.since(since).filter(participation=OuterRef("pk"))
        return self.ongoing().filter(~Exists(on_leave), last_event_on__lt=since)

    def with_number(self, hashes: Iterable[str]) -> ParticipationQuerySet:
        """Of the persons who hold one of these numbers now, or held it in a record that was joined to theirs."""
        holders = Participant.objects.filter(identity_hash__in=list(hashes)).values(
            holder=Coalesce("merged_into", "pk")
        )
        return self.filter(participant__in=holders)

    def with_incomplete_record(self) -> ParticipationQuerySet:
        """Those of whom something is unknown without which no indicator counts them: sex, age, status or education.

        The household, which the rules of 2013 ask for besides, is judged in the report. (esf-rules.md K-1, K-2)
        """
        unsaid = ["", YesNo.DECLINED]
        known = EntryRecord.objects.filter(
            ~Q(labour_status__in=unsaid),
            ~Q(isced__in=unsaid),
            ~Q(participation__participant__sex=""),
            participation__participant__birth_date__isnull=False,
        )
        return self.filter(~Exists(known.filter(participation=OuterRef("pk"))))

    def with_card(self) -> ParticipationQuerySet:
        """With all that a list row or a page header shows, in a constant number of queries."""
        return self.select_related("participant", "project", "project__owner").annotate(
            lead_name=Subquery(_lead_name())
        )

    def refresh_summaries(self) -> int:
        """Recompute the derived columns from stints and events. Anything but stints counts only for the last event."""
        from participants.models.attendance import AttendanceDay
        from participants.models.journey import Activity, JournalEntry, Outcome

        day = today()
        stints = Stint.objects.counted().filter(participation=OuterRef("pk")).order_by().values("participation")
        latest_journal = _latest(JournalEntry, "happened_on", day)
        latest_start = Greatest(
            *(
                Coalesce(Subquery(query), Value("0001-01-01", output_field=DateField()))
                for query in (
                    latest_journal,
                    _latest(Activity, "started_on", day),
                    _latest(Outcome, "started_on", day),
                    _latest(AttendanceDay, "day", day, hours__gt=0),
                    stints.filter(started_on__lte=day).annotate(day=Max("started_on")).values("day"),
                )
            )
        )
        next_step = JournalEntry.objects.filter(
            participation=OuterRef("pk"), next_step_on__isnull=False, next_step_done_on__isnull=True
        ).order_by("next_step_on", "pk")
        return self.update(
            entered_on=Subquery(stints.annotate(day=Min("started_on")).values("day")),
            left_on=Case(
                When(
                    Exists(Stint.objects.counted().filter(participation=OuterRef("pk"), ended_on__isnull=True)),
                    then=Value(None, output_field=DateField()),
                ),
                default=Subquery(stints.annotate(day=Max("ended_on")).values("day")),
            ),
            last_event_on=latest_start,
            next_step=Coalesce(Subquery(next_step.values("next_step")[:1]), Value("")),
            next_step_on=Subquery(next_step.values("next_step_on")[:1]),
            lead_key=Subquery(_lead_name()),
        )


class Participation(models.Model):
    """One person's way through one project, however many stints it takes. (esf-rules.md P-1)

    `entered_on` is the first entry and never moves; `left_on` is the final exit, empty while a stint is open; they and
    the last event are derived from what happened by `refresh_summaries`.
    """

    participant = models.ForeignKey(
        Participant, verbose_name=_("person"), on_delete=models.PROTECT, related_name="participations"
    )
    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="participations"
    )
    ref = models.CharField(_("code"), max_length=40, help_text=_("Pseudonym in reports and exports"))
    near_employment = models.BooleanField(_("very near employment"), default=False)
    near_employment_note = models.CharField(_("why"), max_length=400, blank=True)
    entered_on = models.DateField(_("first entry"), null=True, editable=False)
    left_on = models.DateField(_("final exit"), null=True, editable=False)
    last_event_on = models.DateField(_("last event"), null=True, editable=False)
    next_step = models.CharField(_("next step"), max_length=200, blank=True, editable=False)
    next_step_on = models.DateField(_("next step on"), null=True, editable=False)
    # The lead worker's name, to sort by: nobody comes last. Who is shown is asked of the care team itself.
    lead_key = models.CharField(max_length=120, null=True, editable=False)  # noqa: DJ001
    version = models.PositiveIntegerField(default=0, editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="former_selves"
    )
    created_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(fields=["project", "ref"], name="participation_ref_unique_in_project"),
            models.UniqueConstraint(
                fields=["participant", "project"],
                name="participation_once_per_project",
                violation_error_message=_("This person already takes part in the project."),
            ),
            models.CheckConstraint(
                name="near_employment_is_justified", condition=Q(near_employment=False) | ~Q(near_employment_note="")
            ),
        ]
        indexes = [
            # Of each order of the list one: rights are asked row by row along it, until the page is full.
            models.Index(fields=["last_event_on", "id"], name="participation_list_last_event"),
            models.Index(fields=["entered_on", "id"], name="participation_list_entry"),
            models.Index(fields=["left_on", "id"], name="participation_list_exit"),
            models.Index(fields=["next_step_on", "id"], name="participation_list_next_step"),
            models.Index(fields=["lead_key", "id"], name="participation_list_lead"),
            models.Index(fields=["ref"], opclasses=["varchar_pattern_ops"], name="participation_by_ref"),
            models.Index(fields=["project", "-last_event_on", "-id"], name="participation_by_last_event"),
            models.Index(fields=["project", "entered_on", "id"], name="participation_by_entry"),
            models.Index(fields=["project", "next_step_on", "id"], name="participation_by_next_step"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def display_name(self) -> str:
        """The name, or the code where the name is protected."""
        if self.participant.is_protected:
            return self.ref
        return self.participant.full_name or self.ref

    @property
    def own_ids(self) -> models.QuerySet[Participation, int]:
        """Its own id, and those of records that were joined to it: what was logged about them stays under theirs."""
        return Participation.objects.filter(Q(pk=self.pk) | Q(merged_into=self.pk)).values_list("pk", flat=True)

    @property
    def is_ongoing(self) -> bool:
        return self.entered_on is not None and self.left_on is None


class AboutParticipationQuerySet(models.QuerySet):
    """Rows about a participation: seen by whoever sees the participation."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(_is_about_visible(user))


class OwnOrSharedQuerySet(AboutParticipationQuerySet):
    """Notes and papers: they belong to an organisation, and may be shared."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those on visible participations that are of the user's own organisation, or shared with it.

        What colleagues wrote is their own documentation; of partners' the person's consent must say so.
        """
        own = access.of(user).organisation_ids(Permission.PARTICIPANT_VIEW)
        shared = Q(_is_about_visible(user, "notes"), is_shared=True)
        return super().visible_to(user).filter(shared | Q(organisation__in=own))


class AboutJourneyQuerySet(AboutParticipationQuerySet):
    """Rows about the way itself, such as activities and outcomes: consent can leave them out."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(_is_about_visible(user, "journey"))


class YesNo(models.TextChoices):
    """A question's answer: yes, no, unknown (`uppgift saknas`) or refused (`vill ej uppge`). (esf-rules.md K-7)"""

    YES = "j", _("yes")
    NO = "n", _("no")
    DECLINED = "vill_ej", _("does not want to say")


class Support(models.TextChoices):
    """What somebody mainly lives on. (esf-rules.md 5.3)"""

    WAGE = "lon", _("wage")
    UNEMPLOYMENT = "a_kassa", _("unemployment benefit")
    ACTIVITY = "aktivitetsstod", _("activity support")
    INTRODUCTION = "etablering", _("introduction benefit")
    SICKNESS = "sjukpenning", _("sickness or rehabilitation benefit")
    SICKNESS_COMPENSATION = "sjukersattning", _("sickness or activity compensation")
    SOCIAL = "forsorjningsstod", _("social assistance")
    STUDY = "studiestod", _("study support")
    OTHER = "annan", _("other public support")
    NONE = "ingen", _("no public support")


class StintQuerySet(AboutJourneyQuerySet):
    def counted(self) -> Self:
        """All but mistaken registrations, which are excluded from everything. (esf-rules.md P-9)"""
        return self.exclude(exit_reason=ExitReason.MISTAKE)


class Stint(models.Model):
    """An unbroken period of taking part; `recorded_at` and `exit_recorded_at` say when we learned of its ends."""

    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.CASCADE, related_name="stints"
    )
    started_on = models.DateField(_("start"))
    ended_on = models.DateField(_("end"), null=True, blank=True)
    exit_reason = models.ForeignKey(
        ExitReason, verbose_name=_("reason for leaving"), null=True, blank=True, on_delete=models.PROTECT
    )
    exit_note = models.CharField(_("note on leaving"), max_length=1000, blank=True)
    exit_support = models.CharField(_("main support after leaving"), max_length=24, choices=Support, blank=True)
    exit_registered = models.CharField(_("registered at Arbetsförmedlingen"), max_length=8, choices=YesNo, blank=True)
    referred_by = models.ForeignKey(
        Organisation, verbose_name=_("referred by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=now, editable=False)
    exit_recorded_at = models.DateTimeField(null=True, editable=False)

    objects = StintQuerySet.as_manager()

    class Meta:
        verbose_name = _("stint")
        verbose_name_plural = _("stints")
        ordering = ["participation", "started_on"]
        constraints = [
            period_is_ordered("stint_period_is_ordered"),
            models.UniqueConstraint(fields=["participation", "started_on"], name="stint_starts_once"),
            models.UniqueConstraint(
                fields=["participation"],
                condition=Q(ended_on__isnull=True),
                name="stint_one_open",
                violation_error_message=_("This person already takes part. Close the open period first."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["participation", "started_on"], include=["ended_on", "exit_reason"], name="stint_covering"
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_on} – {self.ended_on or '…'}"


class EntryRecord(models.Model):
    """The situation on the first entry, as asked for the ESF's output indicators. An empty answer means unknown."""

    class LabourStatus(models.TextChoices):
        UNEMPLOYED = "U", _("unemployed")
        INACTIVE = "I", _("inactive")
        EMPLOYED = "E", _("employed")
        DECLINED = "vill_ej", _("does not want to say")

    class Education(models.TextChoices):
        ISCED_0 = "0", _("no completed school (ISCED 0)")
        ISCED_1 = "1", _("compulsory school, up to year 6 (ISCED 1)")
        ISCED_2 = "2", _("compulsory school, years 7–9 (ISCED 2)")
        ISCED_3 = "3", _("upper secondary school (ISCED 3)")
        ISCED_4 = "4", _("post-secondary, not tertiary (ISCED 4)")
        ISCED_5 = "5", _("short tertiary, vocational college (ISCED 5)")
        ISCED_6 = "6", _("bachelor (ISCED 6)")
        ISCED_7 = "7", _("master (ISCED 7)")
        ISCED_8 = "8", _("doctorate (ISCED 8)")
        DECLINED = "vill_ej", _("does not want to say")

    participation = models.OneToOneField(Participation, on_delete=models.CASCADE, related_name="entry_record")
    labour_status = models.CharField(_("labour status at entry"), max_length=8, choices=LabourStatus, blank=True)
    unemployed_since = models.DateField(_("unemployed since"), null=True, blank=True)
    in_education = models.CharField(_("in education or training at entry"), max_length=8, choices=YesNo, blank=True)
    isced = models.CharField(_("highest completed education"), max_length=8, choices=Education, blank=True)
    household_jobless = models.CharField(_("nobody in the household has work"), max_length=8, choices=YesNo, blank=True)
    household_children = models.CharField(
        _("dependent children in the household"), max_length=8, choices=YesNo, blank=True
    )
    household_single_adult = models.CharField(_("only adult in the household"), max_length=8, choices=YesNo, blank=True)
    asked_on = models.DateField(_("asked on"), null=True, blank=True)
    asked_by = models.ForeignKey(
        User, null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = AboutJourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry record")
        verbose_name_plural = _("entry records")

    def __str__(self) -> str:
        return f"entry record {self.pk}"


class SensitiveAnswerQuerySet(AboutJourneyQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Answers on visible participations of projects in which the user may see such answers."""
        projects = access.of(user).projects(Permission.SENSITIVE_VIEW)
        return super().visible_to(user).filter(participation__project__in=projects)


class SensitiveAnswer(models.Model):
    """An answer to CO15, CO16 or CO17, apart from the rest and under a permission of its own. (esf-rules.md 1.5)

    No row means not asked; a refusal is a row. Refusing never makes the record incomplete (K-6).
    """

    class Question(models.TextChoices):
        FOREIGN_BACKGROUND = "co15", _("foreign background or minority")
        DISABILITY = "co16", _("disability")
        OTHER_DISADVANTAGE = "co17", _("other disadvantage")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="sensitive_answers")
    question = models.CharField(_("question"), max_length=4, choices=Question)
    answer = models.CharField(_("answer"), max_length=8, choices=YesNo)
    asked_on = models.DateField(_("asked on"), default=today)
    asked_by = models.ForeignKey(User, null=True, editable=False, on_delete=models.PROTECT, related_name="+")

    objects = SensitiveAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("sensitive answer")
        verbose_name_plural = _("sensitive answers")
        constraints = [
            models.UniqueConstraint(fields=["participation", "question"], name="sensitive_question_answered_once")
        ]

    def __str__(self) -> str:
        return f"sensitive answer {self.pk}"


def _is_about_visible(user: User | AnonymousUser, category: str | None = None) -> Exists:
    """Whether the row's participation is visible: asked row by row, since a list of all who are is long."""
    return Exists(Participation.objects.visible_to(user, category).filter(pk=OuterRef("participation")))


def _consent_for(organisation_ids: set[int], category: str | None) -> models.QuerySet:
    from participants.models.sharing import Consent

    lifting = Consent.objects.lifting_secrecy(category)
    return lifting.filter(participation=OuterRef("pk"), organisation__in=organisation_ids)


def _placed_at(organisation_ids: set[int]) -> models.QuerySet:
    from participants.models.journey import Activity

    return Activity.objects.filter(
        in_force(today()), participation=OuterRef("pk"), enterprise__organisation__in=organisation_ids
    )


def _care_team_of(user: User | AnonymousUser) -> models.QuerySet:
    from participants.models.sharing import CareTeamMember

    return CareTeamMember.objects.filter(in_force(today()), participation=OuterRef("pk"), user=user.pk)


def _lead_name() -> models.QuerySet:
    from participants.models.sharing import CareTeamMember

    leads = CareTeamMember.objects.filter(in_force(today()), participation=OuterRef("pk"), is_lead=True)
    return leads.order_by("-started_on", "-pk").values("user__name")[:1]


def _latest(model: type[models.Model], field: str, until: object, **narrowed: object) -> models.QuerySet:
    return (
        model._default_manager.filter(participation=OuterRef("pk"), **{f"{field}__lte": until}, **narrowed)
        .order_by()
        .values("participation")
        .annotate(day=Max(field))
        .values("day")
    )
