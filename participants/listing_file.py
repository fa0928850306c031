"""The list of participants as a file: the same people in the same order, saying the same as the screen does.

What was asked is kept as the list's own address, without what was typed to find somebody. The file is written from the
answer that the list itself gives, a few hundred rows at a time, to whoever may see them at that moment.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.cells import SAFE_BOOK, Cell, fitted, quoted, write_cell
from grundsteget.dates import today
from participants.listing import MINE, Listing
from participants.listing_columns import FIRST_CHOICE, Column, Part, dress, parts_of
from participants.models import ExportFile, Participation
from participants.models.participation import ParticipationQuerySet
from partners.models import User

CHUNK = 500

Contents = dict[int, bool]  # Participation → whether she is protected and stands there by her code.


class Interrupted(Exception):
    """Somebody else has taken the work over: what is written so far is thrown away."""


# --- What was asked -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question to the list that can be kept and asked again."""

    query: str
    criterion: str = ""  # The kind of a search; `found` are the participations it found.
    found: list[int] = field(default_factory=list)

    @classmethod
    def on_screen(cls, listing: Listing, most: int) -> Asked:
        """As the list stands: its tab, its order, its filters, and of a search whom it found."""
        if listing.search is None:
            return cls(listing.kept())
        found = listing.participations().order_by("pk").values_list("pk", flat=True)[: most + 1]
        return cls(listing.kept(), listing.search.kind, list(found))

    @classmethod
    def ticked(cls, listing: Listing, ids: Iterable[int]) -> Asked:
        """Those who were ticked, of whom the list shows; in its order, with its columns."""
        found = listing.participations().order_by("pk").filter(pk__in=ids).values_list("pk", flat=True)
        return cls(listing.kept(), TICKED, list(found))

    @classmethod
    def of(cls, export: ExportFile) -> Asked:
        return cls(export.query, export.criterion, export.found)

    def listing(self, user: User) -> Listing:
        return Listing(Reader(user, QueryDict(self.query)))

    def participations(self, user: User) -> ParticipationQuerySet:
        """Whom the list shows to the user now, in its order."""
        listing = self.listing(user)
        rows = listing.participations().with_card()
        if self.criterion:
            rows = rows.filter(pk__in=self.found)
        return listing.order.apply(rows)

    def in_words(self, user: User) -> list[tuple[str, str]]:
        """Each criterion and what was chosen, as the page says it."""
        listing = self.listing(user)
        return in_words(listing, self.criterion)


def in_words(listing: Listing, criterion: str = "") -> list[tuple[str, str]]:
    """Each criterion of the list and what was chosen, as the page says it."""
    words = [(_("Whose participants"), _("Mine") if listing.tab == MINE else _("The organisation's"))]
    if criterion:
        words.append((_("Search"), str(SEARCHED.get(criterion, criterion))))
    if listing.form.is_valid():
        words += [
            (str(bound.label), _chosen(bound.field, listing.form.cleaned_data[bound.name]))
            for bound in listing.form
            if listing.form.cleaned_data[bound.name]
        ]
    direction = _("falling") if listing.order.descending else _("rising")
    words.append((_("Order"), f"{listing.order.column.label}, {direction}"))
    return words


TICKED = "ticked"
SEARCHED: dict[str, Promise] = {
    TICKED: gettext_lazy("those who were ticked"),
    "name": gettext_lazy("by name or code; what was typed is not kept"),
    "identity": gettext_lazy("by identity number; the number is not kept"),
}


@dataclass(frozen=True)
class Reader:
    """What the list reads of a request: who asks and what stands in the address. No search is kept here."""

    user: User
    GET: QueryDict
    session: dict[str, Any] = field(default_factory=dict)


def _chosen(asked: Any, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_chosen(asked, one) for one in value)
    choices = {str(key): label for key, label in asked.choices} if isinstance(value, str) else {}
    return capfirst(str(choices.get(value, value)))


# --- What the file holds --------------------------------------------------------------------------


def rows(
    user: User, ids: list[int], contents: Contents, columns: tuple[Column, ...] = FIRST_CHOICE
) -> Iterator[list[Cell]]:
    """What the list says of each, in the order of the ids; whoever may no longer be seen is left out.

    `contents` is told who was written. Memory holds one chunk, however many there are.
    """
    for start in range(0, len(ids), CHUNK):
        wanted = ids[start : start + CHUNK]
        seen = Participation.objects.visible_to(user).filter(pk__in=wanted).with_card().in_bulk()
        chunk = [seen[pk] for pk in wanted if pk in seen]
        dress(user, chunk, columns)
        for row in chunk:
            contents[row.pk] = row.participant.is_protected
            yield [part.value(row) for part in parts_of(columns)]


# --- How it is written ----------------------------------------------------------------------------


def write(path: Path, export: ExportFile, user: User, ids: list[int], tell: Callable[[int], None]) -> Contents:
    """Write the file and return whom it holds. `tell` hears how many rows are written, and may interrupt."""
    contents: Contents = {}
    columns = Asked.of(export).listing(user).columns
    counted = _counted(rows(user, ids, contents, columns), tell)
    if export.format == ExportFile.Format.CSV:
        _write_csv(path, parts_of(columns), counted)
    else:
        _write_xlsx(path, export, user, parts_of(columns), counted)
    return contents


def _counted(lines: Iterator[list[Cell]], tell: Callable[[int], None]) -> Iterator[list[Cell]]:
    for number, line in enumerate(lines, start=1):
        yield line
        if number % CHUNK == 0:
            tell(number)


def _write_csv(path: Path, parts: list[Part], lines: Iterator[list[Cell]]) -> None:
    """Semicolons and a byte order mark, as Swedish spreadsheets open it with å, ä and ö in place."""
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target, delimiter=";")
        writer.writerow([str(part.label) for part in parts])
        writer.writerows([_as_text(value) for value in line] for line in lines)


def _as_text(value: Cell) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else fitted(quoted(str(value)))


def _write_xlsx(path: Path, export: ExportFile, user: User, parts: list[Part], lines: Iterator[list[Cell]]) -> None:
    # Constant memory: each row goes to a file beside the workbook's, in the folder that is removed afterwards.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), **SAFE_BOOK})
    book.set_properties({"title": _("List of participants"), "created": _clock(export.requested_at)})
    top = {"valign": "top"}
    looks = {
        "text": book.add_format({**top, "quote_prefix": True, "text_wrap": True}),
        "date": book.add_format({**top, "num_format": "yyyy-mm-dd", "align": "left"}),
        "number": book.add_format({**top, "align": "left"}),
        "head": book.add_format({"bold": True, "bottom": 1, "quote_prefix": True, "text_wrap": True}),
        "title": book.add_format({"bold": True, "font_size": 16, "quote_prefix": True}),
    }
    _read_me(book.add_worksheet(_("Read me")), export, user, parts, looks)
    page = book.add_worksheet(_("Participants"))
    page.freeze_panes(1, 0)
    for index, part in enumerate(parts):
        page.set_column(index, index, part.width)
        page.write_string(0, index, str(part.label), looks["head"])
    last = 0
    for last, line in enumerate(lines, start=1):
        for index, value in enumerate(line):
            write_cell(page, last, index, value, looks)
    page.autofilter(0, 0, max(last, 1), len(parts) - 1)
    book.close()


def _read_me(page: Any, export: ExportFile, user: User, parts: list[Part], looks: dict[str, Any]) -> None:
    """Who, when, why and what; then the meaning of each column."""
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 80)
    page.write_string(0, 0, _("List of participants"), looks["title"])
    number = 2
    for label, value in about(export, user):
        write_cell(page, number, 0, label, looks)
        write_cell(page, number, 1, value, looks)
        number += 1
    number += 1
    page.write_string(number, 0, _("Column"), looks["head"])
    page.write_string(number, 1, _("Meaning"), looks["head"])
    for line, part in enumerate(parts, start=number + 1):
        write_cell(page, line, 0, str(part.label), looks)
        write_cell(page, line, 1, str(part.meaning), looks)


def about(export: ExportFile, user: User) -> list[tuple[str, Cell]]:
    """What the first sheet says about the file."""
    hat = export.membership
    return [
        (_("Made for"), f"{user.name}, {hat.get_role_display()}, {hat.organisation}"),
        (_("Asked for"), date_format(timezone.localtime(export.requested_at), "Y-m-d H:i")),
        (_("Purpose"), export.purpose),
        (_("Data as of"), today()),
        *Asked.of(export).in_words(user),
        (_("Delete before"), timezone.localdate(export.expires_at)),
        (
            _("Keep in mind"),
            _("The file holds personal data. Keep it where nobody else reads it, and send it to nobody."),
        ),
    ]


def _clock(moment: dt.datetime) -> dt.datetime:
    return timezone.localtime(moment).replace(tzinfo=None)
