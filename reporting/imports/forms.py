"""What a person answers when she imports: which file, and which column is what."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.forms import Refusable
from partners import access
from partners.access import Permission
from partners.models import Project, User
from reporting.exchange.reading import Lines
from reporting.imports.columns import (
    BY_KEY,
    FIELDS,
    IDENTITY,
    REF,
    WHOLE_NAME,
    Field,
    choices_of,
    folded,
    meaning,
    proposed_columns,
    words_in,
)
from reporting.imports.files import Upload, checked
from reporting.imports.translation import beneath, headings
from reporting.models import ImportMapping

LEAVE_OUT = "-"
SAYS_WHO = {REF, IDENTITY, WHOLE_NAME, "participants.first_name", "participants.last_name"}


class UploadField(forms.FileField):
    """A table. Its answer is an `Upload`; what is no table is refused before anything is kept."""

    default_error_messages = {
        "required": gettext_lazy("Choose the file."),
        "empty": gettext_lazy("The file is empty. Open it and see whether anything is in it."),
    }
    widget = forms.FileInput(attrs={"accept": ".xlsx,.csv,.zip"})

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        file = super().clean(data, initial)
        return checked(file) if file else None


class ImportForm(Refusable):
    project = forms.ModelChoiceField(Project.objects.none(), label=gettext_lazy("Project"), empty_label=None)
    file = UploadField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Excel workbook (.xlsx), CSV file, or a zip of CSV files, at most 10 MB."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.fields["project"]
        assert isinstance(project, forms.ModelChoiceField)  # noqa: S101 – for the type checker
        project.queryset = access.of(user).edited_projects(Permission.IMPORT)
        project.initial = project.queryset.first()
        if project.queryset.count() == 1:
            project.widget = forms.HiddenInput()


class ColumnsForm(Refusable):
    """A choice for each column of the table; then one for each word that could not be understood by itself."""

    is_month_first = forms.BooleanField(
        label=gettext_lazy("In dates such as 03/04/2016 the month stands first"), required=False
    )

    def __init__(self, *args: Any, lines: Lines, kept: ImportMapping | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.headings = headings(lines)
        self.rows = [cells for _line, cells in beneath(lines)]
        proposed = {
            position: key for key, position in (kept.columns if kept else proposed_columns(self.headings)).items()
        }
        fields = [("", _("Not imported")), *((one.key, capfirst(str(one.label))) for one in FIELDS)]
        for position, heading in enumerate(self.headings):
            label = str(heading) or _("Column %(number)s, without a heading") % {"number": position + 1}
            self.fields[f"kolumn_{position}"] = forms.ChoiceField(
                label=label, choices=fields, required=False, initial=proposed.get(position, "")
            )
        self.fields["is_month_first"].initial = bool(kept and kept.is_month_first)
        self.words = list(self._unknown_words()) if self.is_bound else []
        for name, one, word in self.words:
            choices = [("", _("Choose")), *((value, capfirst(str(label))) for value, label in choices_of(one))]
            label = _("“%(word)s” in %(field)s") % {"word": word, "field": one.label}
            self.fields[name] = forms.ChoiceField(
                label=label, choices=[*choices, (LEAVE_OUT, _("Leave empty"))], required=self.is_answered
            )

    @property
    def is_answered(self) -> bool:
        """Whether the words stood on the page that was sent, too."""
        return bool(self.words) and all(name in self.data for name, _one, _word in self.words)

    @property
    def is_asking(self) -> bool:
        """The columns are chosen; what their words mean must be said, too."""
        return bool(self.words) and not self.is_answered

    def _chosen(self) -> dict[str, int]:
        names = ((position, str(self.data.get(f"kolumn_{position}", ""))) for position in range(len(self.headings)))
        return {key: position for position, key in names if key in BY_KEY}

    def _unknown_words(self) -> Iterator[tuple[str, Field, str]]:
        for key, position in self._chosen().items():
            one = BY_KEY[key]
            choices = choices_of(one)
            known = self.kept.values.get(key, {}) if self.kept else {}
            for number, word in enumerate(words_in(self.rows, position) if choices else []):
                if not meaning(one, word, choices) and folded(word) not in known:
                    yield f"ord_{key}_{number}", one, word

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = Counter(value for name, value in data.items() if name.startswith("kolumn_") and value)
        if twice := [BY_KEY[key].label for key, times in chosen.items() if times > 1]:
            names = ", ".join(str(name) for name in twice)
            raise ValidationError(_("Two columns are the same thing: %(names)s. Keep one of each.") % {"names": names})
        if not chosen.keys() & SAYS_WHO:
            raise ValidationError(_("Say which column tells who it is: the identity number, the code or the name."))
        return data

    def chosen(self) -> dict[str, Any]:
        """As it is kept."""
        values = {key: dict(words) for key, words in (self.kept.values if self.kept else {}).items()}
        for name, one, word in self.words:
            answer = self.cleaned_data.get(name, "")
            values.setdefault(one.key, {})[folded(word)] = "" if answer == LEAVE_OUT else answer
        columns = self._chosen()
        return {
            "columns": columns,
            "values": {key: words for key, words in values.items() if key in columns},
            "is_month_first": self.cleaned_data["is_month_first"],
        }

    # --- For the page -------------------------------------------------------------------------------

    def column_fields(self) -> list[tuple[forms.BoundField, int]]:
        """Each column's choice, and how many of its cells hold something."""
        return [
            (
                self[f"kolumn_{position}"],
                sum(1 for cells in self.rows if len(cells) > position and cells[position] != ""),
            )
            for position in range(len(self.headings))
        ]

    def word_fields(self) -> list[forms.BoundField]:
        return [self[name] for name, _one, _word in self.words]
