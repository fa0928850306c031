"""From one to another: referrals between organisations, their history and mailed links, and the lead's handing over."""

from __future__ import annotations

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import now, today
from participants.models.participation import AboutParticipationQuerySet, Participation
from participants.models.person import Participant
from participants.models.sharing import CareTeamMember, Consent
from partners import access
from partners.access import Permission
from partners.models import Organisation, User, in_force


class DeclineReason(models.Model):
    """Why a referral was declined. Retired reasons are no longer chosen and stay readable."""

    BETTER_ELSEWHERE = "annan_part"

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_on = models.DateField(_("not chosen after"), null=True, blank=True)

    class Meta:
        verbose_name = _("reason for declining")
        verbose_name_plural = _("reasons for declining")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "sv").startswith("en") else self.name_sv


class ReferralQuerySet(AboutParticipationQuerySet):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those sent by the user's organisation, those sent to it, and all of her own project's; drafts only at home.

        The receiver sees one only while the person's consent to it is in force, or, under a named person's decision to
        do without, while it is open and once it is taken. A protected person's is seen by her care team alone.
        """
        rights = access.of(user)
        home = Q(from_organisation__in=rights.organisation_ids(Permission.REFERRAL_SEND))
        owned = Q(participation__project__owner__in=rights.owner_wide_ids(Permission.PARTICIPANT_VIEW))
        at_home = Q(participation__in=Participation.objects.visible_to(user)) & (
            home | (owned & ~Q(state=Referral.State.DRAFT))
        )
        return self.filter(at_home | self._received_by(user))

    def received_by(self, user: User | AnonymousUser) -> Self:
        """What the user may answer for her organisation, and what it has answered before."""
        return self.filter(self._received_by(user))

    def _received_by(self, user: User | AnonymousUser) -> Q:
        receivers = access.of(user).organisation_ids(Permission.REFERRAL_ANSWER)
        consent = Consent.objects.lifting_secrecy().filter(
            participation=OuterRef("participation"), organisation=OuterRef("to_organisation")
        )
        place = CareTeamMember.objects.filter(in_force(today()), participation=OuterRef("participation"), user=user.pk)
        lawful = (
            Q(Exists(consent))
            | Q(to_organisation=F("participation__project__owner"))
            | Q(overridden_by__isnull=False, state__in=[*Referral.OPEN, Referral.State.TAKEN])
        )
        open_to_her = Q(participation__participant__protection=Participant.Protection.NONE) | Q(Exists(place))
        sent_here = Q(to_organisation__in=receivers) & ~Q(state=Referral.State.DRAFT)
        return sent_here & lawful & open_to_her

    def unanswered(self) -> Self:
        return self.filter(state=Referral.State.SENT, answer_by__gte=today())

    def overdue(self) -> Self:
        """Sent and not answered in time."""
        return self.filter(state__in=Referral.OPEN, answer_by__lt=today())

    def with_card(self) -> Self:
        """With all that a row or a header shows."""
        return self.select_related(
            "participation__participant",
            "participation__project",
            "from_organisation",
            "to_organisation",
            "decline_reason",
            "suggested_to",
            "answered_by",
            "sent_by",
        )


class Referral(models.Model):
    """One organisation asks another to take a person on: a draft, sent, and answered, expired or withdrawn."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("waits for an answer")
        MORE_ASKED = "more_asked", _("more is asked")
        TAKEN = "taken", _("taken on")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Purpose(models.TextChoices):
        GUIDANCE = "guidance", _("guidance and preparation")
        MEASURE = "measure", _("decision on a measure")
        EDUCATION = "education", _("education beside work")
        WORK_TRAINING = "work_training", _("work training or internship")
        EMPLOYMENT = "employment", _("employment")
        FOLLOWING = "following", _("to follow the person together")
        OTHER = "other", _("something else")

    OPEN = (State.SENT, State.MORE_ASKED)

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="referrals")
    from_organisation = models.ForeignKey(
        Organisation, verbose_name=_("from"), on_delete=models.PROTECT, related_name="+"
    )
    to_organisation = models.ForeignKey(Organisation, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("what is asked for"), max_length=16, choices=Purpose)
    message = models.TextField(_("message"), max_length=2000)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=now, editable=False)
    submission = models.UUIDField(null=True, blank=True, editable=False, unique=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(_("sent"), null=True, blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    overridden_by = models.ForeignKey(
        User, verbose_name=_("sent without consent by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    override_reason = models.CharField(_("why without consent"), max_length=400, blank=True)
    answered_by = models.ForeignKey(
        User, verbose_name=_("answered by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decline_reason = models.ForeignKey(
        DeclineReason, verbose_name=_("reason"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    suggested_to = models.ForeignKey(
        Organisation, verbose_name=_("better asked"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-sent_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="referral_goes_elsewhere",
                condition=~Q(from_organisation=F("to_organisation")),
                violation_error_message=_("A referral goes to another organisation."),
            ),
            models.CheckConstraint(
                name="referral_is_sent_whole",
                condition=Q(sent_on__isnull=True, answer_by__isnull=True, sent_by__isnull=True)
                | Q(sent_on__isnull=False, answer_by__gte=F("sent_on"), sent_by__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_state_says_if_sent",
                condition=Q(state="draft", sent_on__isnull=True)
                | Q(state="withdrawn")
                | Q(state__in=["sent", "more_asked", "taken", "declined", "expired"], sent_on__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_state_says_if_answered",
                condition=Q(
                    state__in=["more_asked", "taken", "declined"], answered_by__isnull=False, answered_at__isnull=False
                )
                | Q(
                    state__in=["draft", "sent", "expired", "withdrawn"],
                    answered_by__isnull=True,
                    answered_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="referral_declined_with_a_reason",
                condition=Q(state="declined", decline_reason__isnull=False)
                | (~Q(state="declined") & Q(decline_reason__isnull=True, suggested_to__isnull=True)),
                violation_error_message=_("Who declines says why."),
            ),
            models.CheckConstraint(
                name="referral_override_is_reasoned",
                condition=Q(overridden_by__isnull=True, override_reason="")
                | (Q(overridden_by__isnull=False, sent_on__isnull=False) & ~Q(override_reason="")),
                violation_error_message=_("Who sends without consent says why."),
            ),
            models.CheckConstraint(
                name="referral_only_the_end_is_acknowledged",
                condition=Q(acknowledged_at__isnull=True) | Q(state__in=["taken", "declined", "expired"]),
            ),
            models.UniqueConstraint(
                fields=["participation", "from_organisation", "to_organisation"],
                condition=Q(state__in=["draft", "sent", "more_asked"]),
                name="referral_one_open_to_each",
                violation_error_message=_("Your organisation already has an open referral there for this person."),
            ),
        ]
        indexes = [
            models.Index(fields=["to_organisation", "state", "answer_by"], name="referral_by_receiver"),
            models.Index(fields=["from_organisation", "state", "-sent_on"], name="referral_by_sender"),
            models.Index(fields=["answer_by"], condition=Q(state__in=["sent", "more_asked"]), name="referral_open"),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.answer_by is not None and self.answer_by < today()


class ReferralEventQuerySet(models.QuerySet["ReferralEvent"]):
    def visible_to(self, user: User | AnonymousUser) -> ReferralEventQuerySet:
        return self.filter(referral__in=Referral.objects.visible_to(user))


class ReferralEvent(models.Model):
    """What was done with a referral and said about it: rows are added and never changed."""

    class Kind(models.TextChoices):
        WRITTEN = "written", _("written")
        SENT = "sent", _("sent")
        OVERRIDDEN = "overridden", _("sent without consent")
        MORE_ASKED = "more_asked", _("more asked")
        REPLIED = "replied", _("replied")
        TAKEN = "taken", _("taken on")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        WITHDRAWN = "withdrawn", _("withdrawn")

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("at"), default=now)
    by = models.ForeignKey(User, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("note"), max_length=2000, blank=True)
    # The form's token: the same answer sent twice is one answer.
    submission = models.UUIDField(null=True, blank=True, editable=False, unique=True)

    objects = ReferralEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of a referral")
        verbose_name_plural = _("events of referrals")
        ordering = ["referral", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ReferralLink(models.Model):
    """One mailed link to one person's answer: opened once, until the answer is due. Only the token's hash is kept."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="links")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    sent_on = models.DateField(default=today)
    expires_on = models.DateField()
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mailed link")
        verbose_name_plural = _("mailed links")
        ordering = ["referral", "user", "sent_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "user"],
                condition=Q(used_at__isnull=True, replaced_at__isnull=True),
                name="referral_link_one_alive",
            ),
            models.UniqueConstraint(fields=["referral", "user", "sent_on"], name="referral_link_once_a_day"),
            models.CheckConstraint(name="referral_link_ends", condition=Q(expires_on__gte=F("sent_on"))),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class LeadTransfer(models.Model):
    """The lead worker offers the lead to a colleague, who accepts or declines. The lead moves when she accepts."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="lead_transfers")
    to_user = models.ForeignKey(User, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+")
    to_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("message"), max_length=1000, blank=True)
    is_staying = models.BooleanField(_("the former lead worker stays in the network"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFFERED)
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_on = models.DateField(_("offered"), default=today)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_note = models.CharField(_("reason"), max_length=400, blank=True)

    objects = AboutParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("handing over of the lead")
        verbose_name_plural = _("handings over of the lead")
        ordering = ["participation", "-offered_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation"],
                condition=Q(state="offered"),
                name="lead_offered_to_one",
                violation_error_message=_("The lead is already offered to somebody. Withdraw that offer first."),
            ),
            models.CheckConstraint(
                name="lead_offer_is_answered_whole",
                condition=Q(state="offered", answered_at__isnull=True)
                | (~Q(state="offered") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="lead_declined_with_a_reason", condition=~Q(state="declined") | ~Q(answer_note="")
            ),
        ]

    def __str__(self) -> str:
        return f"lead transfer {self.pk}"
