"""What the person typed about a referral."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable, capital
from participants import rules
from participants.models import Activity, DeclineReason, Participation, Referral
from partners.models import Organisation

TAKE, DECLINE, ASK, PASS_ON = "take", "decline", "ask", "pass_on"


class NoteField(forms.CharField):
    """A message from one organisation to the other."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)


class ReceiverField(forms.ModelChoiceField):
    """Partners to ask; each says whether the person lets it know."""

    told: frozenset[int] = frozenset()

    def label_from_instance(self, organisation: Any) -> str:
        words = gettext("may be told") if organisation.pk in self.told else gettext("no consent")
        return f"{organisation} – {words}"


class ReferralForm(Refusable):
    """To whom, what for, in which words. The token makes a second submit of the same form harmless."""

    to_organisation = ReceiverField(
        label=_("To"),
        queryset=Organisation.objects.none(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose which organisation is asked.")},
    )
    purpose = forms.ChoiceField(
        label=_("What is asked for"), choices=capital(Referral.Purpose.choices, empty=_("Choose"))
    )
    message = NoteField(
        label=_("Message"),
        help_text=_("What the receiver needs to know to decide. Nothing about health, and no identity number."),
        error_messages={"required": _("Say what you ask for, so that the receiver can decide.")},
    )
    override_reason = forms.CharField(
        label=_("Why without consent"),
        required=False,
        max_length=400,
        help_text=_("Only where the law allows it. Your name and the reason are kept and shown."),
    )
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self, *args: Any, participation: Participation, sender: Organisation, may_override: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        receiver: Any = self.fields["to_organisation"]
        receiver.queryset = rules.receivers_of_referrals(participation.project, sender)
        told = participation.consents.lifting_secrecy().values_list("organisation", flat=True)
        receiver.told = frozenset([*told, participation.project.owner_id])
        if not may_override:
            del self.fields["override_reason"]


class ReferralReplyForm(Refusable):
    note = NoteField(label=_("Your answer"), error_messages={"required": _("Answer what was asked.")})
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)


class ReferralWithdrawForm(Refusable):
    note = NoteField(label=_("Why"), required=False)


class ReferralAnswerForm(Refusable):
    """Take, decline, ask more, or say who suits better; at an enterprise the first day may be told at once."""

    answer = Radios(
        label=_("Your answer"),
        choices=[
            (TAKE, _("We take the person on")),
            (ASK, _("We need to know more")),
            (PASS_ON, _("Another partner suits better")),
            (DECLINE, _("We decline")),
        ],
    )
    reason = forms.ModelChoiceField(
        label=_("Why you decline"),
        queryset=DeclineReason.objects.none(),
        required=False,
        empty_label=_("Choose"),
        help_text=_("Only if you decline."),
    )
    suggested_to = forms.ModelChoiceField(
        label=_("Who suits better"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Choose"),
        help_text=_("Only if another partner suits better. The sender decides whether to ask it."),
    )
    note = NoteField(
        label=_("Message to the sender"), required=False, help_text=_("What you need to know, or what comes next.")
    )
    activity_on = DayField(label=_("First day with you"), required=False, help_text=_("Empty: it is decided later."))
    activity_kind = forms.ChoiceField(
        label=_("What the person does with you"),
        choices=capital(Activity.Kind.choices),
        initial=Activity.Kind.WORK_TRAINING,
        required=False,
    )
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, referral: Referral, may_start_activity: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.queryset = DeclineReason.objects.filter(
            Q(retired_on__isnull=True) | Q(retired_on__gte=today())
        ).exclude(code=DeclineReason.BETTER_ELSEWHERE)
        others: Any = self.fields["suggested_to"]
        others.queryset = rules.receivers_of_referrals(
            referral.participation.project, referral.to_organisation
        ).exclude(pk=referral.from_organisation_id)
        is_enterprise = Enterprise.objects.filter(organisation=referral.to_organisation_id).exists()
        if not (is_enterprise and may_start_activity):
            del self.fields["activity_on"], self.fields["activity_kind"]
