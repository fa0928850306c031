"""What the person typed in the list of follow-ups: one answer for each row, how and when they were asked."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import today
from grundsteget.forms import DayField, Refusable, capital
from participants import rules
from participants.follow_ups import Question
from participants.forms.journey import SituationForm
from participants.models import FollowUp, Outcome

Answer = FollowUp.Answer
UNCHANGED, NOTHING = SituationForm.UNCHANGED, SituationForm.NOTHING
# Answers that say nothing of the single person: the only ones that many may be given at once.
SAME = (Answer.NO_ANSWER, Answer.DECLINED, UNCHANGED, NOTHING)


def _answers(*, has_outcome: bool = True) -> list[tuple[str, str]]:
    """Every answer in one list: not reached, or reached and what the person does."""
    reached = {
        **({UNCHANGED: gettext("as already recorded, nothing new")} if has_outcome else {}),
        **{kind.value: str(kind.label) for kind in SituationForm.SITUATIONS},
        NOTHING: gettext("none of these"),
    }
    return [
        (Answer.NO_ANSWER.value, capfirst(str(Answer.NO_ANSWER.label))),
        (Answer.DECLINED.value, capfirst(str(Answer.DECLINED.label))),
        *((value, gettext("Reached: %(situation)s") % {"situation": words}) for value, words in reached.items()),
    ]


class FollowUpGrid(Refusable):
    """What holds for all rows of the form. The token makes a second submit harmless, row by row."""

    channel = forms.ChoiceField(
        label=_("How"), choices=capital(FollowUp.Channel.choices), initial=FollowUp.Channel.PHONE
    )
    answered_on = DayField(label=_("Asked on"), initial=today)
    same = forms.ChoiceField(label=_("The same answer for those ticked"), required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = [(value, words) for value, words in _answers() if value in SAME]
        self.fields["same"].choices = [("", gettext("Each row's own")), *same]  # type: ignore[attr-defined]


class FollowUpRow(Refusable):
    """One person's answer. Her own answer goes before the one for all who are ticked."""

    tick = forms.BooleanField(label=_("Tick"), required=False)
    answer = forms.ChoiceField(label=_("The answer"), required=False)
    since = DayField(label=_("Since"), required=False)
    where = forms.CharField(
        label=_("Employer or school"),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"list": "enterprises"}),
    )

    is_saved = False
    chosen = ""

    def __init__(self, data: Any = None, *, question: Question) -> None:
        super().__init__(data, prefix=question.key)
        self.question = question
        answers = _answers(has_outcome=bool(question.outcomes))
        self.fields["answer"].choices = [("", gettext("No answer yet")), *answers]  # type: ignore[attr-defined]

    def read(self, same: str) -> bool:
        """Take what was typed, and the answer for all where the row is ticked. False when the row says nothing."""
        self.full_clean()
        self.chosen = self.cleaned_data.get("answer") or (same if self.cleaned_data.get("tick") else "")
        if not self.chosen and not self.errors:
            return False
        if self.chosen == UNCHANGED and not self.question.outcomes:
            self.add_error("answer", gettext("Nothing is recorded that goes on. Say what the person does."))
        if self.chosen in Outcome.Kind.values and not self.cleaned_data.get("since") and "since" not in self.errors:
            self.add_error("since", gettext("Give the first day of what the person does."))
        return True

    @property
    def told(self) -> dict[str, Any]:
        """The words of `record_follow_up` that this row gives."""
        if self.chosen in (Answer.NO_ANSWER, Answer.DECLINED):
            return {"answer": self.chosen}
        return {"answer": Answer.REACHED, "outcome": self._outcome()}

    def _outcome(self) -> dict[str, Any] | None:
        if self.chosen in (UNCHANGED, NOTHING):
            return None
        where = self.cleaned_data["where"].strip()
        enterprise = None
        if self.chosen in rules.IN_SOCIAL_ENTERPRISE:
            enterprise = Enterprise.objects.filter(organisation__name=where).first()
        return {
            "kind": self.chosen,
            "started_on": self.cleaned_data["since"],
            "employer": where,
            "enterprise": enterprise,
        }

    def refuse(self, refusal: Any) -> None:
        """What the rules refuse names their own words; here `since` and `where` stand for them."""
        for error in refusal.error_list if not hasattr(refusal, "error_dict") else refusal.messages:
            code = getattr(error, "code", None)
            names = {"started_on": "since", "employer": "where", "enterprise": "where", "kind": "answer"}
            self.add_error(names.get(code or ""), error)
