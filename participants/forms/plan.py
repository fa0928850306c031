"""What the person typed about the plan: goals, steps, reviews, and levels of progress."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from grundsteget.forms import DayField, Radios, Refusable
from participants import progress, rules
from participants.models import FocusArea, Participation, PlanGoal, PlanStep
from participants.progress import HIGHEST, LOWEST
from partners.models import Organisation

Doer = PlanStep.Doer


class _SentOnce(Refusable):
    """The token makes a second submit of the same form harmless."""

    submission = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)


def _version() -> forms.IntegerField:
    """What the page showed, so that nobody overwrites what a colleague saved in the meantime."""
    return forms.IntegerField(required=False, widget=forms.HiddenInput)


class GoalForm(_SentOnce):
    area = forms.ModelChoiceField(
        label=_("Focus"),
        queryset=FocusArea.objects.none(),
        empty_label=_("Choose …"),
        error_messages={"required": _("Choose what the goal is about.")},
    )
    text = forms.CharField(
        label=_("What the person wants"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("In the person's own words, for example: I want to work with food."),
        error_messages={"required": _("Write what the person wants, in her own words.")},
    )
    agreed_on = DayField(label=_("Agreed on"), initial=today)
    is_with_person = forms.BooleanField(label=_("Made together with the person"), required=False, initial=True)
    present = forms.CharField(label=_("Who else was there"), required=False, max_length=200)
    version = _version()

    def __init__(self, *args: Any, known: FocusArea | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = rules.focus_areas(known)  # type: ignore[attr-defined]


class GoalCloseForm(Refusable):
    state = Radios(
        label=_("How did it go?"),
        choices=[
            (PlanGoal.State.REACHED, _("The goal is reached")),
            (PlanGoal.State.DROPPED, _("The goal is dropped")),
        ],
    )
    note = forms.CharField(
        label=_("What became of it"),
        required=False,
        max_length=300,
        help_text=_("A dropped goal needs a reason. It stays readable."),
    )
    version = _version()


class StepForm(_SentOnce):
    what = forms.CharField(label=_("Step"), max_length=200, error_messages={"required": _("Write what is to be done.")})
    who = forms.ChoiceField(label=_("Who does it"), initial=Doer.PERSON)
    due_on = DayField(label=_("By when"), required=False)
    version = _version()

    def __init__(self, *args: Any, participation: Participation, known: Organisation | None = None, **kwargs: Any):
        """`known` is the organisation that the step already has: it may be a partner no longer."""
        super().__init__(*args, **kwargs)
        self.organisations = {str(one.pk): one for one in rules.partners_for_steps(participation)}
        if known is not None:
            self.organisations.setdefault(str(known.pk), known)
        readers = set(participation.consents.lifting_secrecy("journey").values_list("organisation", flat=True))
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (Doer.PERSON, gettext("The participant")),
            (Doer.COORDINATOR, gettext("The coordinator")),
            *((key, _with_sight(one, readers)) for key, one in self.organisations.items()),
        ]

    def clean(self) -> dict[str, Any]:
        """The choice as the deed wants it: who in general, and which organisation."""
        data = super().clean() or {}
        who = data.pop("who", "")
        organisation = self.organisations.get(who)
        data["doer"] = Doer.PARTNER if organisation else who
        data["organisation"] = organisation
        return data


def who_of(step: PlanStep) -> str:
    """The step's answer in the form."""
    return str(step.organisation_id) if step.organisation_id else step.doer


def _with_sight(organisation: Organisation, readers: set[int]) -> str:
    if organisation.pk in readers:
        return str(organisation)
    return gettext("%(organisation)s (does not see the plan today)") % {"organisation": organisation}


class StepStateForm(Refusable):
    state = forms.ChoiceField(
        choices=[(state, state) for state in (PlanStep.State.PLANNED, PlanStep.State.ONGOING, PlanStep.State.DONE)]
    )


class PlanMoveForm(Refusable):
    """Which row of the plan, and whether up or down."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in ("focus", "goal", "step")])
    row = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])


class PlanReviewForm(_SentOnce):
    held_on = DayField(label=_("Date"), initial=today)
    said = forms.CharField(
        label=_("What was said"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what was said. A few words are enough.")},
    )
    is_with_person = forms.BooleanField(label=_("Together with the person"), required=False, initial=True)
    present = forms.CharField(label=_("Who else was there"), required=False, max_length=200)
    next_on = DayField(label=_("Next review"), required=False)


class ProgressForm(_SentOnce):
    """One row of five sentences for each dimension of today's scale, and the choice not to judge it."""

    assessed_on = DayField(label=_("Date"), initial=today)
    is_with_person = forms.BooleanField(label=_("Together with the person"), required=False, initial=True)
    note = forms.CharField(label=_("Note"), required=False, max_length=400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for dimension in progress.current().dimensions:
            numbered = [(str(level), f"{level}. {dimension.level(level)}") for level in range(LOWEST, HIGHEST + 1)]
            self.fields[dimension.code] = Radios(
                label=dimension.name,
                required=False,
                choices=[*numbered, ("", pgettext_lazy("progress", "Not assessed"))],
            )

    @property
    def dimensions(self) -> list[forms.BoundField]:
        return [self[code] for code in progress.current().codes]

    def clean(self) -> dict[str, Any]:
        """The rows as the deed wants them: dimension → level, for those that were judged."""
        data = super().clean() or {}
        answers = {code: data.pop(code, "") for code in progress.current().codes}
        data["levels"] = {code: int(level) for code, level in answers.items() if level}
        return data
