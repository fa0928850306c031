"""Which participants a list shows, in which order, and where each page begins: searched, filtered, sorted, by key.

Filters live in the address, searches do not: what somebody types to find a person is a name or an identity number. A
search is kept with the session on the server, and the address carries its token.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from participants import identity
from participants.models import CareTeamMember, Consent, JournalEntry, Participation, Stint
from participants.models.participation import ParticipationQuerySet
from participants.names import name_key
from partners import access
from partners.access import Permission
from partners.models import Organisation, User, in_force

PAGE_SIZE = 25
COUNT_CAP = 1000
SEARCHES_KEPT = 8
EXPIRES_SOON_DAYS = 30
MINE, ALL = "mina", "alla"


# --- Whose participants ---------------------------------------------------------------------------


def of_mine(participations: ParticipationQuerySet, user: User) -> ParticipationQuerySet:
    """Those in whose circle the user is today."""
    return participations.filter(
        Exists(CareTeamMember.objects.filter(in_force(today()), participation=OuterRef("pk"), user=user.pk))
    )


def first_tab(user: User, asked: str | None) -> str:
    """The tab that was asked for; otherwise Mine, unless nobody is mine."""
    if asked in (MINE, ALL):
        return asked
    has_any = CareTeamMember.objects.visible_to(user).filter(in_force(today()), user=user).exists()
    return MINE if has_any else ALL


# --- Next steps -----------------------------------------------------------------------------------


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
        participation.next_step = gettext("A step that was planned") if hidden else step


# --- Filters: everything in the address -----------------------------------------------------------


class ListingFilter(django_filters.FilterSet):
    """What narrows the list. Each name stands in the address as it is written here."""

    skede = django_filters.ChoiceFilter(
        label=_("Stage"),
        choices=[("pagar", _("taking part")), ("avslutad", _("has left"))],
        empty_label=_("All"),
        method="by_stage",
    )
    hanvisad = django_filters.ModelChoiceFilter(
        label=_("Referred by"),
        queryset=lambda request: _referring_organisations(request.user),
        empty_label=_("All"),
        method="by_referrer",
    )
    fran = django_filters.DateFilter(
        label=_("Entry from"),
        field_name="entered_on",
        lookup_expr="gte",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    till = django_filters.DateFilter(
        label=_("Entry to"),
        field_name="entered_on",
        lookup_expr="lte",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    samtycke = django_filters.ChoiceFilter(
        label=_("Consent"),
        choices=[("finns", _("in force")), ("snart", _("expires soon")), ("saknas", _("missing"))],
        empty_label=_("All"),
        method="by_consent",
    )
    tyst = django_filters.ChoiceFilter(
        label=_("Events"),
        choices=[("1", _("none for a long time"))],
        empty_label=_("All"),
        method="by_silence",
    )

    class Meta:
        model = Participation
        fields: list[str] = []

    def by_stage(self, queryset: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        return queryset.ongoing() if value == "pagar" else queryset.filter(left_on__isnull=False)

    def by_referrer(self, queryset: ParticipationQuerySet, name: str, value: Organisation) -> ParticipationQuerySet:
        return queryset.filter(Exists(Stint.objects.counted().filter(participation=OuterRef("pk"), referred_by=value)))

    def by_consent(self, queryset: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        if value == "saknas":
            return queryset.without_consent()
        given = Consent.objects.lifting_secrecy().filter(participation=OuterRef("pk"))
        if value == "snart":
            given = given.filter(valid_to__lte=today() + dt.timedelta(days=EXPIRES_SOON_DAYS))
        return queryset.filter(Exists(given))

    def by_silence(self, queryset: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        return queryset.silent()


def _referring_organisations(user: User) -> Any:
    """The partners of the user's projects; who referred somebody was one of them."""
    projects = access.of(user).projects(Permission.PARTICIPANT_VIEW)
    return Organisation.objects.filter(partnerships__project__in=projects).distinct().order_by("name")


# --- Search: nothing in the address ---------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """What was searched for. An identity number is forgotten at once: only the keys that find it are kept."""

    kind: str  # "name" or "identity": what the read log says
    text: str = ""
    hashes: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str, project_ids: list[int]) -> Search | None:
        """Take what was typed; None when it says nothing."""
        text = " ".join(text.replace("\0", "").split())[:80]
        if not text:
            return None
        try:
            parsed = identity.parse(text)
        except ValidationError:
            # What looks like a number is never kept as if it were a name.
            return cls("identity") if sum(sign.isdigit() for sign in text) >= 8 else cls("name", text)
        hashes = {identity.search_hash(parsed, project_id) for project_id in [None, *project_ids]}
        return cls("identity", hashes=tuple(sorted(hashes)))

    def apply(self, participations: ParticipationQuerySet) -> ParticipationQuerySet:
        if self.kind == "identity":
            return participations.with_number(self.hashes)
        whole = name_key(self.text)
        words = Q()
        for word in whole.split():
            words &= Q(participant__first_name_key__startswith=word) | Q(participant__last_name_key__startswith=word)
        code = Q(ref__istartswith=self.text) | Q(
            pk__in=Participation.objects.filter(ref__istartswith=self.text).values("merged_into")
        )
        phrase = Q(participant__first_name_key__startswith=whole) | Q(participant__last_name_key__startswith=whole)
        return participations.filter(words | phrase | code)


def keep_search(session: Any, search: Search) -> str:
    """Put the search beside the session's others and return its token."""
    kept = dict(list(session.get("searches", {}).items())[-(SEARCHES_KEPT - 1) :])
    token = secrets.token_urlsafe(6)
    session["searches"] = {**kept, token: [search.kind, search.text, list(search.hashes)]}
    return token


def kept_search(session: Any, token: str) -> Search | None:
    stored = session.get("searches", {}).get(token)
    return Search(stored[0], stored[1], tuple(stored[2])) if stored else None


# --- Order and pages ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column that one can sort by. Ties are broken by the primary key, so that every row has one place."""

    key: str
    label: Any
    paths: tuple[str, ...]
    default_descending: bool = False
    is_nullable: bool = True
    is_personal: bool = False  # The value must not stand in an address: it is looked up by the row's id.


COLUMNS = (
    Column(
        "namn",
        _("Name"),
        ("participant__last_name_key", "participant__first_name_key"),
        is_nullable=False,
        is_personal=True,
    ),
    Column("skede", _("Stage"), ("left_on",), default_descending=True),
    Column("start", _("Entry"), ("entered_on",), default_descending=True),
    Column("ansvarig", _("Lead worker"), ("lead_name",), is_personal=True),
    Column("steg", _("Next step"), ("next_step_on",)),
    Column("senast", _("Last event"), ("last_event_on",), default_descending=True),
)
_COLUMNS = {column.key: column for column in COLUMNS}


@dataclass(frozen=True)
class Order:
    """One column, one direction. Rows without a value come last; backwards they come first, as reversing means."""

    column: Column
    descending: bool

    @classmethod
    def read(cls, text: str) -> Order:
        key = text.removeprefix("-")
        if key not in _COLUMNS:
            return cls(_COLUMNS["senast"], True)
        return cls(_COLUMNS[key], text.startswith("-"))

    @property
    def text(self) -> str:
        return f"{'-' if self.descending else ''}{self.column.key}"

    @property
    def reversed(self) -> Order:
        return Order(self.column, not self.descending)

    def apply(self, participations: ParticipationQuerySet) -> ParticipationQuerySet:
        if self.descending:
            return participations.order_by(*(F(path).desc(nulls_first=True) for path in self.column.paths), "-pk")
        return participations.order_by(*(F(path).asc(nulls_last=True) for path in self.column.paths), "pk")

    def after(self, values: tuple[Any, ...], pk: int) -> Q:
        """The rows that come after the one with these values and this id."""
        return self._beyond(list(zip(self.column.paths, values, strict=True)), pk)

    def _beyond(self, keys: list[tuple[str, Any]], pk: int) -> Q:
        side = "lt" if self.descending else "gt"
        if not keys:
            return Q(**{f"pk__{side}": pk})
        (path, value), *rest = keys
        tied, is_empty = self._beyond(rest, pk), Q(**{f"{path}__isnull": True})
        if value is None:
            return ~is_empty | tied if self.descending else is_empty & tied
        beyond = Q(**{f"{path}__{side}": value}) | (Q(**{path: value}) & tied)
        return beyond | is_empty if self.column.is_nullable and not self.descending else beyond


@dataclass
class Page:
    """Some rows, and what the address needs to show those before and after them."""

    rows: list[Participation] = field(default_factory=list)
    before: str = ""
    after: str = ""


def read_page(
    participations: ParticipationQuerySet, order: Order, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page:
    """The page after (or before) a key. A key that is unreadable or no longer there begins from the start."""
    anchor = _anchor(participations, order, before or after)
    backwards = bool(before) and anchor is not None
    direction = order.reversed if backwards else order
    selected = direction.apply(participations)
    if anchor is not None:
        selected = selected.filter(direction.after(*anchor))
    rows = list(selected[: size + 1])
    has_more = len(rows) > size
    rows = rows[:size]
    if backwards and not rows:
        return read_page(participations, order, size=size)
    if backwards:
        rows.reverse()
    page = Page(rows)
    if rows and (has_more if backwards else anchor is not None):
        page.before = _key(rows[0], order)
    if rows and (backwards or has_more):
        page.after = _key(rows[-1], order)
    return page


def _key(row: Participation, order: Order) -> str:
    """`2017-03-01_412`, or `412` where the value is personal."""
    if order.column.is_personal:
        return str(row.pk)
    value = getattr(row, order.column.paths[0])
    return f"{value or ''}_{row.pk}"


def _anchor(participations: ParticipationQuerySet, order: Order, key: str) -> tuple[tuple[Any, ...], int] | None:
    value, sign, pk = key.rpartition("_")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19) or bool(sign) == order.column.is_personal:
        return None
    if order.column.is_personal:
        found = participations.order_by().filter(pk=int(pk)).values_list(*order.column.paths).first()
        return (found, int(pk)) if found else None
    try:
        return (dt.date.fromisoformat(value) if value else None,), int(pk)
    except ValueError:
        return None


# --- The listing ----------------------------------------------------------------------------------


class Listing:
    """One question to the list of participants: read from an address, answered by `page`, `count` and `query`."""

    def __init__(self, request: Any) -> None:
        params: QueryDict = request.GET
        self.user: User = request.user
        self.params = params
        self.tab = first_tab(self.user, params.get("flik"))
        self.order = Order.read(params.get("sort", ""))
        self.token = params.get("sok", "")
        self.search = kept_search(request.session, self.token) if self.token else None
        self.search_is_forgotten = bool(self.token) and self.search is None
        visible = Participation.objects.visible_to(self.user)
        if self.tab == MINE:
            visible = of_mine(visible, self.user)
        if self.search:
            visible = self.search.apply(visible)
        self.filter = ListingFilter(params, queryset=visible, request=request)

    @property
    def form(self) -> forms.Form:
        return self.filter.form

    def participations(self) -> ParticipationQuerySet:
        """All rows asked for, in no order. A filter that cannot be read narrows nothing; its form says so."""
        return self.filter.qs

    def page(self) -> Page:
        page = read_page(
            self.participations().with_card(),
            self.order,
            after=self.params.get("after", ""),
            before=self.params.get("before", ""),
        )
        show_steps(self.user, page.rows)
        return page

    @cached_property
    def count(self) -> int:
        """How many, up to `COUNT_CAP` + 1: beyond that counting costs more than knowing is worth."""
        return self.participations().order_by("pk")[: COUNT_CAP + 1].count()

    @property
    def is_more_than_counted(self) -> bool:
        return self.count > COUNT_CAP

    @property
    def active_filters(self) -> int:
        return sum(1 for name in self.filter.filters if self.params.get(name))

    def query(self, **changes: str) -> str:
        """This question's query string with other values; an empty value leaves the name out. Paging starts over."""
        params = self.params.copy()
        for name in ("after", "before"):
            params.pop(name, None)
        for name, value in changes.items():
            params[name] = value
        return _said(params)

    def address(self) -> str:
        """The query string as it was asked, without what says nothing."""
        return _said(self.params.copy())

    def without_filters(self) -> str:
        return self.query(**dict.fromkeys(self.filter.filters, ""))

    def without_search(self) -> str:
        return self.query(sok="")

    def mine_query(self) -> str:
        return self.query(flik=MINE)

    def all_query(self) -> str:
        return self.query(flik=ALL)

    def columns(self) -> list[dict[str, Any]]:
        """The headings: label, address that sorts by it, and whether it is sorted now."""
        return [
            {
                "key": column.key,
                "label": column.label,
                "query": self.query(sort=self._next_order(column).text),
                "sorted": self._sorted(column),
            }
            for column in COLUMNS
        ]

    def _next_order(self, column: Column) -> Order:
        return self.order.reversed if column == self.order.column else Order(column, column.default_descending)

    def _sorted(self, column: Column) -> str:
        if column != self.order.column:
            return ""
        return "descending" if self.order.descending else "ascending"


def _said(params: QueryDict) -> str:
    """The query string without the names that have no value."""
    for name in [name for name in params if not params[name]]:
        del params[name]
    return params.urlencode()
