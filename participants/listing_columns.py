"""Which columns the list of participants has: one declaration for the screen, the file and the paper.

A column says what it is called, what of it stands in a file, and whether one can sort by it. What it needs besides the
row itself is fetched by `dress`, a constant number of queries for each column that is shown, and only what she who asks
may read: a cell is empty where the person's consent leaves its category out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grundsteget.cells import Cell
from grundsteget.dates import today
from participants.missing_documents import missing
from participants.models import Consent, JournalEntry, Participant, Participation, Stint
from partners.models import User

EXPIRES_SOON_DAYS = 30
BETWEEN = "."  # Between the keys of the columns in an address.


@dataclass(frozen=True)
class Part:
    """A column of the file: how it is called, what it means, and what it says of one participation."""

    label: Promise
    meaning: Promise
    width: int
    value: Callable[[Any], Cell]


@dataclass(frozen=True)
class Column:
    """A column of the list. `paths` are what it is sorted by, none where that says nothing."""

    key: str
    label: Promise
    parts: tuple[Part, ...]
    paths: tuple[str, ...] = ()
    default_descending: bool = False
    is_nullable: bool = True
    is_personal: bool = False  # The value must not stand in an address: it is looked up by the row's id.
    is_first_choice: bool = True  # Shown until somebody chooses.
    is_contact: bool = False  # Says where the person lives: the read log calls it so.

    @property
    def is_date(self) -> bool:
        return self.key in {"start", "slut", "senast"}


# --- What a row says -------------------------------------------------------------------------------


def stage(participation: Participation) -> str:
    """The word that the list shows."""
    if participation.is_ongoing:
        return _("taking part")
    return _("has left") if participation.left_on else _("not begun")


def show_steps(user: User, participations: list[Participation], *, in_list: bool = True) -> None:
    """Put in the nearest step that the user may read: it may stand in a note that others keep to themselves.

    A protected person's step says in no list what it is about. One query.
    """
    notes = JournalEntry.objects.visible_to(user).filter(participation__in=participations).next_steps()
    steps: dict[int, tuple[str, dt.date | None]] = {}
    for pk, step, on in notes.values_list("participation", "next_step", "next_step_on"):
        steps.setdefault(pk, (step, on))
    for participation in participations:
        step, participation.next_step_on = steps.get(participation.pk, ("", None))
        hidden = in_list and step and participation.participant.is_protected
        participation.next_step = _("A step that was planned") if hidden else step


def _show_referrers(user: User, participations: list[Any]) -> None:
    """Who referred her last; a protected person's referrer stands in no list."""
    stints = (
        Stint.objects.visible_to(user).counted().filter(participation__in=participations, referred_by__isnull=False)
    )
    names = dict(stints.order_by("started_on").values_list("participation", "referred_by__name"))
    for participation in participations:
        participation.referrer = "" if participation.participant.is_protected else names.get(participation.pk, "")


def _show_consents(user: User, participations: list[Any]) -> None:
    """In force, soon over, or none: as the filter says it."""
    soon = today() + dt.timedelta(days=EXPIRES_SOON_DAYS)
    given = Consent.objects.visible_to(user).lifting_secrecy().filter(participation__in=participations)
    ends: dict[int, list[dt.date | None]] = {}
    for pk, valid_to in given.values_list("participation", "valid_to"):
        ends.setdefault(pk, []).append(valid_to)
    for participation in participations:
        found = ends.get(participation.pk, [])
        if not found:
            participation.consent_state = _("missing")
        else:
            is_ending = any(end is not None and end <= soon for end in found)
            participation.consent_state = _("expires soon") if is_ending else _("in force")


def _show_homes(user: User, participations: list[Any]) -> None:
    """Municipality and district of those whose contact details she may read; of a protected person nothing."""
    reached = Participation.objects.visible_to(user, Consent.Category.CONTACT)
    reached = reached.filter(
        pk__in=[row.pk for row in participations], participant__protection=Participant.Protection.NONE
    )
    homes = {
        pk: homes for pk, *homes in reached.values_list("pk", "participant__municipality", "participant__district")
    }
    for participation in participations:
        participation.municipality, participation.district = homes.get(participation.pk, ("", ""))


def _show_missing_documents(user: User, participations: list[Any]) -> None:
    lacking = missing(user, [row.pk for row in participations])
    for participation in participations:
        participation.documents_missing = len(lacking.get(participation.pk, [])) or None


_DRESSES: dict[str, Callable[[User, list[Participation]], None]] = {
    "steg": show_steps,
    "hanvisad": _show_referrers,
    "samtycke": _show_consents,
    "ort": _show_homes,
    "dokument": _show_missing_documents,
}


def dress(user: User, participations: list[Any], columns: Iterable[Column]) -> None:
    """Put on the rows what these columns show."""
    for column in columns:
        if column.key in _DRESSES:
            _DRESSES[column.key](user, participations)


# --- The columns -----------------------------------------------------------------------------------

COLUMNS = (
    Column(
        "namn",
        gettext_lazy("Name"),
        (
            Part(gettext_lazy("Code"), gettext_lazy("The participant's code in the project."), 14, lambda row: row.ref),
            Part(
                gettext_lazy("Name"),
                gettext_lazy("First name and surname; the code where personal data are protected."),
                28,
                lambda row: row.display_name,
            ),
        ),
        ("participant__last_name_key", "participant__first_name_key"),
        is_nullable=False,
        is_personal=True,
    ),
    Column(
        "skede",
        gettext_lazy("Stage"),
        (
            Part(
                gettext_lazy("Stage"),
                gettext_lazy("Whether the person takes part on the day the file was made."),
                14,
                stage,
            ),
        ),
        ("left_on",),
        default_descending=True,
    ),
    Column(
        "start",
        gettext_lazy("Entry"),
        (Part(gettext_lazy("Entry"), gettext_lazy("The first day of taking part."), 12, lambda row: row.entered_on),),
        ("entered_on",),
        default_descending=True,
    ),
    Column(
        "slut",
        gettext_lazy("Exit"),
        (
            Part(
                gettext_lazy("Exit"),
                gettext_lazy("The last day of taking part; empty for those who take part."),
                12,
                lambda row: row.left_on,
            ),
        ),
        ("left_on",),
        default_descending=True,
        is_first_choice=False,
    ),
    Column(
        "ansvarig",
        gettext_lazy("Lead worker"),
        (
            Part(
                gettext_lazy("Lead worker"),
                gettext_lazy("Who answers for the person on the day the file was made."),
                24,
                lambda row: row.lead_name,
            ),
        ),
        ("lead_key",),
        is_personal=True,
    ),
    Column(
        "hanvisad",
        gettext_lazy("Referred by"),
        (
            Part(
                gettext_lazy("Referred by"),
                gettext_lazy("Who referred the person last, where you may read it."),
                28,
                lambda row: row.referrer,
            ),
        ),
        is_first_choice=False,
    ),
    Column(
        "steg",
        gettext_lazy("Next step"),
        (
            Part(
                gettext_lazy("Next step"),
                gettext_lazy("The nearest step that is planned and that you may read."),
                40,
                lambda row: row.next_step if row.next_step_on else None,
            ),
            Part(
                gettext_lazy("Next step on"),
                gettext_lazy("The day of the next step."),
                14,
                lambda row: row.next_step_on,
            ),
        ),
        ("next_step_on",),
    ),
    Column(
        "senast",
        gettext_lazy("Last event"),
        (
            Part(
                gettext_lazy("Last event"),
                gettext_lazy("The latest day on which something happened."),
                12,
                lambda row: row.last_event_on,
            ),
        ),
        ("last_event_on",),
        default_descending=True,
    ),
    Column(
        "samtycke",
        gettext_lazy("Consent"),
        (
            Part(
                gettext_lazy("Consent"),
                gettext_lazy("Whether any partner may read about the person: in force, expires soon, or missing."),
                14,
                lambda row: row.consent_state,
            ),
        ),
        is_first_choice=False,
    ),
    Column(
        "ort",
        gettext_lazy("Place of residence"),
        (
            Part(
                gettext_lazy("Municipality"),
                gettext_lazy("Where the person lives, where you may read it."),
                18,
                lambda row: row.municipality,
            ),
            Part(
                gettext_lazy("City district"),
                gettext_lazy("The part of the city, where you may read it."),
                18,
                lambda row: row.district,
            ),
        ),
        is_first_choice=False,
        is_contact=True,
    ),
    Column(
        "dokument",
        gettext_lazy("Documents missing"),
        (
            Part(
                gettext_lazy("Documents missing"),
                gettext_lazy("How many required documents are missing; empty when none is."),
                12,
                lambda row: row.documents_missing,
            ),
        ),
        is_first_choice=False,
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
ALWAYS = COLUMNS[0]
FIRST_CHOICE = tuple(column for column in COLUMNS if column.is_first_choice)


def chosen_columns(asked: Iterable[str]) -> tuple[Column, ...]:
    """Those whose keys stand in the address, in their own order, and always the name; none of ours means the usual."""
    keys = {key for text in asked for key in text.split(BETWEEN)} & BY_KEY.keys()
    if not keys:
        return FIRST_CHOICE
    return tuple(column for column in COLUMNS if column is ALWAYS or column.key in keys)


def as_text(columns: tuple[Column, ...]) -> str:
    """The columns as an address says them; nothing where they are the usual ones."""
    return "" if columns == FIRST_CHOICE else BETWEEN.join(column.key for column in columns)


def parts_of(columns: Iterable[Column]) -> list[Part]:
    return [part for column in columns for part in column.parts]


@dataclass(frozen=True)
class Shown:
    """A column's cell of one row, as screen and paper show it."""

    column: Column
    text: str


def shown(participation: Participation, columns: Iterable[Column]) -> list[Shown]:
    """The row's cells in the order of the columns; what has nothing to say is empty."""
    return [
        Shown(column, ", ".join(str(value) for part in column.parts if (value := part.value(participation))))
        for column in columns
    ]
