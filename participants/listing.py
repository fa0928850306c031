"""Which participants a list shows, in which order, and where each page begins: searched, filtered, sorted, by key.

Filters live in the address, searches do not: what somebody types to find a person is a name or an identity number. A
search is kept with the session on the server, and the address carries its token.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from grundsteget.dates import today
from participants import identity
from participants.listing_columns import (
    COLUMNS,
    EXPIRES_SOON_DAYS,
    Column,
    as_text,
    chosen_columns,
    dress,
    shown,
)
from participants.missing_documents import lacking
from participants.models import Activity, CareTeamMember, Consent, Participant, Participation, Stint
from participants.models.participation import ParticipationQuerySet
from participants.names import name_key
from partners import access
from partners.access import Permission
from partners.models import AccessLog, Membership, Organisation, User, in_force

PAGE_SIZE = 25
COUNT_CAP = 1000
SEARCHES_KEPT = 8
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


# --- Filters: everything in the address -----------------------------------------------------------


def _day(label: Any, path: str, lookup: str) -> django_filters.DateFilter:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return django_filters.DateFilter(label=label, field_name=path, lookup_expr=lookup, widget=widget)


class ListingFilter(django_filters.FilterSet):
    """What narrows the list. Each name stands in the address as it is written here.

    What a partner may not read of somebody she cannot filter by either: the answer would tell.
    """

    skede = django_filters.MultipleChoiceFilter(
        label=_("Stage"),
        choices=[("pagar", _("taking part")), ("avslutad", _("has left")), ("ej", _("not begun"))],
        widget=forms.CheckboxSelectMultiple,
        method="by_stage",
    )
    ansvarig = django_filters.ModelChoiceFilter(
        label=_("Lead worker"),
        queryset=lambda request: _colleagues(request.user),
        empty_label=_("All"),
        null_label=_("Nobody"),
        null_value="ingen",
        method="by_lead",
    )
    hanvisad = django_filters.ModelChoiceFilter(
        label=_("Referred by"),
        queryset=lambda request: _referring_organisations(request.user),
        empty_label=_("All"),
        method="by_referrer",
    )
    foretag = django_filters.ModelChoiceFilter(
        label=_("Placed in"),
        queryset=lambda request: Enterprise.objects.select_related("organisation").order_by("organisation__name"),
        empty_label=_("All"),
        method="by_enterprise",
    )
    fran = _day(_("Entry from"), "entered_on", "gte")
    till = _day(_("Entry to"), "entered_on", "lte")
    slutfran = _day(_("Exit from"), "left_on", "gte")
    sluttill = _day(_("Exit to"), "left_on", "lte")
    samtycke = django_filters.ChoiceFilter(
        label=_("Consent"),
        choices=[("finns", _("in force")), ("snart", _("expires soon")), ("saknas", _("missing"))],
        empty_label=_("All"),
        method="by_consent",
    )
    uppgifter = django_filters.ChoiceFilter(
        label=_("Answers at the start"),
        choices=[("saknas", _("incomplete"))],
        empty_label=_("All"),
        method="by_entry_record",
    )
    dokument = django_filters.ChoiceFilter(
        label=_("Documents"),
        choices=[("saknas", _("missing"))],
        empty_label=_("All"),
        method="by_documents",
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

    def by_stage(self, queryset: ParticipationQuerySet, name: str, value: list[str]) -> ParticipationQuerySet:
        stages = {
            "pagar": Q(entered_on__isnull=False, left_on__isnull=True),
            "avslutad": Q(left_on__isnull=False),
            "ej": Q(entered_on__isnull=True, left_on__isnull=True),
        }
        return queryset.filter(reduce(or_, (stages[stage] for stage in value))) if value else queryset

    def by_lead(self, queryset: ParticipationQuerySet, name: str, value: User | str) -> ParticipationQuerySet:
        leads = CareTeamMember.objects.filter(in_force(today()), participation=OuterRef("pk"), is_lead=True)
        if isinstance(value, str):  # the choice of nobody
            return queryset.filter(~Exists(leads))
        return queryset.filter(Exists(leads.filter(user=value)))

    def by_referrer(self, queryset: ParticipationQuerySet, name: str, value: Organisation) -> ParticipationQuerySet:
        referred = Stint.objects.counted().filter(participation=OuterRef("pk"), referred_by=value)
        return queryset.within_reach(self.request.user, Consent.Category.JOURNEY).filter(Exists(referred))

    def by_enterprise(self, queryset: ParticipationQuerySet, name: str, value: Enterprise) -> ParticipationQuerySet:
        """Placed there today. Where a protected person is, is told in no list."""
        placed = Activity.objects.filter(in_force(today()), participation=OuterRef("pk"), enterprise=value)
        return queryset.within_reach(self.request.user, Consent.Category.JOURNEY).filter(
            Exists(placed), participant__protection=Participant.Protection.NONE
        )

    def by_consent(self, queryset: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        if value == "saknas":
            return queryset.without_consent()
        given = Consent.objects.lifting_secrecy().filter(participation=OuterRef("pk"))
        if value == "snart":
            given = given.filter(valid_to__lte=today() + dt.timedelta(days=EXPIRES_SOON_DAYS))
        return queryset.filter(Exists(given))

    def by_entry_record(self, queryset: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        return queryset.within_reach(self.request.user, Consent.Category.JOURNEY).with_incomplete_record()

    def by_documents(self, queryset: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        return lacking(self.request.user, queryset)

    def by_silence(self, queryset: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        return queryset.silent()


def _referring_organisations(user: User) -> Any:
    """The partners of the user's projects; who referred somebody was one of them."""
    projects = access.of(user).projects(Permission.PARTICIPANT_VIEW)
    return Organisation.objects.filter(partnerships__project__in=projects).distinct().order_by("name")


def _colleagues(user: User) -> Any:
    """Who may be lead worker: people of the user's own organisations, and of the owners of her projects."""
    rights = access.of(user)
    owners = rights.projects(Permission.PARTICIPANT_VIEW).values("owner")
    own = Q(organisation__in=rights.organisation_ids(Permission.PARTICIPANT_VIEW)) | Q(organisation__in=owners)
    roles = access.roles_with(Permission.PARTICIPANT_VIEW)
    members = Membership.objects.ongoing().filter(own, role__in=roles)
    return User.objects.filter(pk__in=members.values("user")).order_by("name", "pk")


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
        # Two short lists put together: an "or" across two tables would read all rows of both.
        named = Participation.objects.filter(participant__in=Participant.objects.filter(_named(self.text)))
        coded = Participation.objects.filter(_coded(self.text))
        # Also by the code of a record that was joined to this one.
        former = coded.filter(merged_into__isnull=False)
        found = (
            named.order_by().values("pk").union(coded.order_by().values("pk"), former.order_by().values("merged_into"))
        )
        return participations.filter(pk__in=found)


def _named(text: str) -> Q:
    """Every word begins one of the names, or all of it does."""
    whole = name_key(text)
    words = Q()
    for word in whole.split():
        words &= Q(first_name_key__startswith=word) | Q(last_name_key__startswith=word)
    return words | Q(first_name_key__startswith=whole) | Q(last_name_key__startswith=whole)


def _coded(text: str) -> Q:
    """The code begins so: as it was typed, or in capitals as codes are written, which an index can find."""
    return Q(ref__startswith=text) | Q(ref__startswith=text.upper())


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


_SORTED = {column.key: column for column in COLUMNS if column.paths}


@dataclass(frozen=True)
class Order:
    """One column, one direction. Rows without a value come last; backwards they come first, as reversing means."""

    column: Column
    descending: bool

    @classmethod
    def read(cls, text: str) -> Order:
        key = text.removeprefix("-")
        if key not in _SORTED:
            return cls(_SORTED["senast"], True)
        return cls(_SORTED[key], text.startswith("-"))

    @property
    def text(self) -> str:
        return f"{'-' if self.descending else ''}{self.column.key}"

    @property
    def reversed(self) -> Order:
        return Order(self.column, not self.descending)

    def apply(self, participations: ParticipationQuerySet) -> ParticipationQuerySet:
        paths = self.column.paths
        if not self.column.is_nullable:
            return self._ordered(participations)
        if self.descending:
            return participations.order_by(*(F(path).desc(nulls_first=True) for path in paths), "-pk")
        return participations.order_by(*(F(path).asc(nulls_last=True) for path in paths), "pk")

    def after(
        self, participations: ParticipationQuerySet, values: tuple[Any, ...], pk: int
    ) -> list[ParticipationQuerySet]:
        """The rows that come after the one with these values and this id: in one stretch, or in two.

        Each stretch is a range of the order's index, so that a page far in costs what the first one costs. Rows without
        a value are a stretch of their own: after the others when rising, before them when falling.
        """
        if not self.column.is_nullable:
            beyond = self._beyond(list(zip(self.column.paths, values, strict=True)), pk)
            return [self._ordered(participations.filter(beyond))]
        (path,), (value,) = self.column.paths, values
        is_empty = Q(**{f"{path}__isnull": True})
        side = "lt" if self.descending else "gt"
        rest = participations.filter(is_empty, **{f"pk__{side}": pk} if value is None else {})
        rest = rest.order_by("-pk" if self.descending else "pk")
        if value is None:
            return [rest, self._ordered(participations.exclude(is_empty))] if self.descending else [rest]
        valued = self._ordered(participations.filter(self._beyond([(path, value)], pk)))
        return [valued] if self.descending else [valued, rest]

    def _ordered(self, participations: ParticipationQuerySet) -> ParticipationQuerySet:
        """In this order, where no value is missing."""
        sign = "-" if self.descending else ""
        return participations.order_by(*(f"{sign}{path}" for path in self.column.paths), f"{sign}pk")

    def _beyond(self, keys: list[tuple[str, Any]], pk: int) -> Q:
        """Greater than the keys, compared one after the other. The first bound alone is what an index needs."""
        side = "lt" if self.descending else "gt"
        if not keys:
            return Q(**{f"pk__{side}": pk})
        (path, value), *rest = keys
        beyond = Q(**{f"{path}__{side}": value}) | (Q(**{path: value}) & self._beyond(rest, pk))
        return Q(**{f"{path}__{side}e": value}) & beyond


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
    stretches = direction.after(participations, *anchor) if anchor else [direction.apply(participations)]
    rows: list[Participation] = []
    for stretch in stretches:
        if len(rows) <= size:
            rows += stretch[: size + 1 - len(rows)]
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

PAGING, SEARCH, COLUMN = ("after", "before"), "sok", "kol"
KEPT = ("flik", "sort", COLUMN)  # Besides the filters, what a question that is kept says.


class Listing:
    """One question to the list of participants: read from an address, answered by `page`, `count` and `query`."""

    def __init__(self, request: Any) -> None:
        params: QueryDict = request.GET
        self.user: User = request.user
        self.params = params
        self.tab = first_tab(self.user, params.get("flik"))
        self.order = Order.read(params.get("sort", ""))
        self.columns = chosen_columns(params.getlist(COLUMN))
        self.token = params.get(SEARCH, "")
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
        self.dress(page.rows)
        return page

    def first(self, most: int) -> list[Participation]:
        """The rows from the beginning, as the screen shows them page after page."""
        rows = list(self.order.apply(self.participations().with_card())[:most])
        self.dress(rows)
        return rows

    def dress(self, rows: list[Any]) -> None:
        """Put on each row the cells of the chosen columns."""
        dress(self.user, rows, self.columns)
        for row in rows:
            row.cells = shown(row, self.columns)

    @cached_property
    def count(self) -> int:
        """How many, up to `COUNT_CAP` + 1: beyond that counting costs more than knowing is worth."""
        return self.participations().order_by("pk")[: COUNT_CAP + 1].count()

    @property
    def is_more_than_counted(self) -> bool:
        return self.count > COUNT_CAP

    @property
    def fields_class(self) -> AccessLog.FieldsClass:
        """What the read log calls a look at these columns."""
        shows_contact = any(column.is_contact for column in self.columns)
        return AccessLog.FieldsClass.CONTACT if shows_contact else AccessLog.FieldsClass.BASIC

    @property
    def active_filters(self) -> int:
        return sum(1 for name in self.filter.filters if self.params.get(name))

    def kept(self) -> str:
        """The question as it may be kept and asked again: what the list knows and could read, never a search."""
        params = QueryDict(mutable=True)
        params["flik"], params["sort"], params[COLUMN] = self.tab, self.order.text, as_text(self.columns)
        for name in self.filter.filters:
            if name not in self.form.errors and self.params.get(name):
                params.setlist(name, self.params.getlist(name))
        return _said(params)

    def unknown(self) -> list[str]:
        """Names in the address that mean nothing to the list."""
        known = {*self.filter.filters, *KEPT, *PAGING, SEARCH}
        return [name for name in self.params if name not in known]

    def query(self, **changes: str) -> str:
        """This question's query string with other values; an empty value leaves the name out. Paging starts over."""
        params = self._params()
        for name in PAGING:
            params.pop(name, None)
        for name, value in changes.items():
            params[name] = value
        return _said(params)

    def address(self) -> str:
        """The query string as it was asked, without what says nothing."""
        return _said(self._params())

    def _params(self) -> QueryDict:
        """A copy in which the columns are said once, in short."""
        params = self.params.copy()
        if COLUMN in params:
            params[COLUMN] = as_text(self.columns)
        return params

    def without_filters(self) -> str:
        return self.query(**dict.fromkeys(self.filter.filters, ""))

    def without_search(self) -> str:
        return self.query(sok="")

    def mine_query(self) -> str:
        return self.query(flik=MINE)

    def all_query(self) -> str:
        return self.query(flik=ALL)

    def headings(self) -> list[dict[str, Any]]:
        """The headings: label, address that sorts by it (nothing where one cannot), and whether it is sorted now."""
        return [
            {
                "key": column.key,
                "label": column.label,
                "query": self.query(sort=self._next_order(column).text) if column.paths else "",
                "sorted": self._sorted(column),
            }
            for column in self.columns
        ]

    def column_choices(self) -> list[dict[str, Any]]:
        """All columns but the name, which is always there, and whether each is shown."""
        return [
            {"key": column.key, "label": column.label, "is_chosen": column in self.columns}
            for column in COLUMNS
            if column.key != "namn"
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
