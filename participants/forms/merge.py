"""What the person typed to join two records of one person."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grundsteget.forms import Radios, Refusable
from participants.listing import Search
from participants.merging import Choices, Plan
from participants.models import Participation
from participants.models.participation import ParticipationQuerySet


class RecordField(forms.CharField):
    """One record, by its code or the person's number. Its answer is a participation that the user may see."""

    def __init__(self, **kwargs: Any) -> None:
        self.visible: ParticipationQuerySet = Participation.objects.none()
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        required = _("Write a code or an identity number.")
        super().__init__(max_length=40, widget=widget, error_messages={"required": required}, **kwargs)

    def clean(self, value: Any) -> Participation:
        text = str(super().clean(value)).strip()
        projects = set(self.visible.values_list("project", flat=True).order_by().distinct())
        search = Search.read(text, sorted(projects))
        if search is not None and search.hashes:
            found = self.visible.with_number(search.hashes)
        else:
            found = self.visible.filter(Q(ref__iexact=text) | Q(former_selves__ref__iexact=text))
        record = found.order_by("pk").first()
        if record is None:
            # The same words whether there is nobody or somebody whom the user may not see.
            raise ValidationError(gettext("Nobody whom you may see has this code or number."))
        return record


class MergeSearchForm(Refusable):
    kept = RecordField(label=_("The record that stays"))
    former = RecordField(label=_("The record that is joined to it"))

    def __init__(self, *args: Any, visible: ParticipationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kept", "former"):
            self.fields[name].visible = visible  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kept, former = data.get("kept"), data.get("former")
        if kept is not None and former is not None and kept.participant_id == former.participant_id:
            self.add_error("former", gettext("It is the same record twice. Choose the other one."))
        return data


class MergeForm(Refusable):
    """What is left to choose: on what the records differ, who may read more, and how one knows."""

    reason = forms.CharField(
        label=_("How you know that it is the same person"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The reason is kept. Write no numbers."),
        error_messages={"required": _("Say how you know that it is the same person. The reason is kept.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.fields["seen"].initial = fingerprint(plan)
        for conflict in plan.conflicts:
            self.fields[f"field_{conflict.name}"] = Radios(
                label=capfirst(conflict.label),
                initial="kept",
                choices=[("kept", conflict.kept or gettext("empty")), ("former", conflict.former or gettext("empty"))],
            )
        for widening in plan.widenings:
            self.fields[_name(widening.is_place, widening.pk)] = forms.BooleanField(
                required=False, label=widening.who, help_text=widening.what
            )

    @property
    def conflict_fields(self) -> list[forms.BoundField]:
        return [self[f"field_{conflict.name}"] for conflict in self.plan.conflicts]

    @property
    def widening_fields(self) -> list[forms.BoundField]:
        return [self[_name(widening.is_place, widening.pk)] for widening in self.plan.widenings]

    @property
    def choices(self) -> Choices:
        data = self.cleaned_data
        ticked = [one for one in self.plan.widenings if data.get(_name(one.is_place, one.pk))]
        return Choices(
            from_former=frozenset(one.name for one in self.plan.conflicts if data.get(f"field_{one.name}") == "former"),
            consents=frozenset(one.pk for one in ticked if not one.is_place),
            places=frozenset(one.pk for one in ticked if one.is_place),
        )

    def clean_seen(self) -> str:
        seen: str = self.cleaned_data["seen"]
        if seen != fingerprint(self.plan):
            raise ValidationError(gettext("The records have changed since you opened this page. Look again."))
        return seen


def _name(is_place: bool, pk: int) -> str:
    return f"{'place' if is_place else 'consent'}_{pk}"


def fingerprint(plan: Plan) -> str:
    """Of all that would be done: whoever agrees to it agrees to that and to nothing else."""
    return hashlib.sha256(json.dumps([plan.steps, plan.refusals], default=str).encode()).hexdigest()
