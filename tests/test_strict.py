"""The strict fixtures do what they say: a net with a hole is worse than none."""

import datetime as dt
import socket

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from django.template import Context, Engine, base
from pytest_socket import SocketConnectBlockedError

from grundsteget import dates
from participants.models import Participation
from partners.models import AccessLog, Change, Membership
from tests import factories, strict


def test_clock_stands_still_and_moves(on_day):
    assert dates.today() == dt.date(2017, 3, 15)
    on_day("2018-09-30")
    assert dates.today() == dt.date(2018, 9, 30)
    assert dates.now().date() in {dt.date(2018, 9, 29), dt.date(2018, 9, 30)}


@pytest.mark.filterwarnings("ignore:A test tried to use")
def test_network_is_closed():
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def render(source: str, folder: str) -> str:
    """The source as if it stood in a file of that folder."""
    template = base.Template(source, origin=base.Origin(name=f"{folder}/test.html"), engine=Engine.get_default())
    return template.render(Context({"given": ""}))


def test_unknown_variable_in_a_template_of_ours_is_refused(settings):
    ours = settings.BASE_DIR / "templates" / "participants"
    with pytest.raises(strict.UnknownVariable, match="unknown"):
        render("{{ unknown.name }}", ours)
    assert render('{{ given }}{% if unknown %}x{% endif %}{{ unknown|default:"-" }}', ours) == "-"
    assert render("{{ unknown }}", "/somewhere/else") == ""


def test_slice_without_order_is_refused(participation):
    with pytest.raises(AssertionError, match="without an order"):
        Participation.objects.all()[:1]
    assert Participation.objects.order_by("pk")[:1].get() == participation


def test_unordered_rows_come_in_any_order(cast):
    expected = [factories.make_participation().pk for _ in range(12)]
    orders = {tuple(p.pk for p in Participation.objects.all()) for _ in range(10)}
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(expected)}


@pytest.mark.parametrize("table", [AccessLog, Change])
def test_logs_refuse_change_and_removal(table, cast, participation):
    AccessLog.objects.create(
        actor=cast.coordinator,
        action="view",
        view="x",
        participations=[participation.pk],
        day=dates.today(),
        number=1,
    )
    field = "count" if table is AccessLog else "action"
    assert table.objects.exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        table.objects.update(**{field: F(field)})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        table.objects.all()._raw_delete("default")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_clean_up_of_a_transactional_test_empties_the_logs(turn):
    assert not Change.objects.exists()
    assert not Membership.objects.exists()
    factories.make_user("Eva Ek", factories.make_organisation(), factories.Role.CASEWORKER)
    assert Change.objects.exists()
    with pytest.raises(DatabaseError, match="append-only"):
        Change.objects.update(action="x")
