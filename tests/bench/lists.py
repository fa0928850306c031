"""The list of participants at growing sizes: against itself at 280, and against a page that only lists.

Each measure is a median of requests through the whole application, read log included; the minimal page reads the same
25 rows and writes the same line in the read log, and has no rights, no filters, no count and no columns to choose.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.template import engines
from django.test import Client, override_settings
from django.urls import include, path

from participants.listing import Listing, _key
from participants.listing_file import Reader
from participants.models import Participation
from partners.audit import log_access
from partners.models import AccessLog, User
from tests.bench.crowd import Crowd

ADDRESS = "/deltagare/"
TIMES = 9
ON_DAY = dt.date(2017, 3, 15)
QUESTIONS = {
    "list by last event": "flik=alla",
    "list by name": "flik=alla&sort=namn",
    "list by stage": "flik=alla&sort=skede",
    "list by entry": "flik=alla&sort=-start",
    "list by lead worker": "flik=alla&sort=ansvarig",
    "list by next step": "flik=alla&sort=steg",
    "list of mine": "flik=mina",
    "list of those who take part": "flik=alla&skede=pagar",
    "list of those who have left": "flik=alla&skede=avslutad&sort=-skede",
    "list without consent": "flik=alla&samtycke=saknas",
    "list with every column": "flik=alla&kol=skede.start.slut.ansvarig.hanvisad.steg.senast.samtycke.ort.dokument",
}
SEARCH = "list found by the beginning of a name"

_MINIMAL = """{% extends "grundsteget/base.html" %}{% block content %}<table>{% for row in rows %}<tr>
<td><a href="/deltagare/{{ row.pk }}/">{{ row.display_name }}</a></td><td>{{ row.ref }}</td>
<td>{{ row.entered_on }}</td><td>{{ row.left_on }}</td><td>{{ row.lead_key }}</td>
<td>{{ row.next_step }}</td><td>{{ row.last_event_on }}</td></tr>
{% endfor %}</table>{% endblock %}"""


def minimal(request: Any) -> HttpResponse:
    rows = list(Participation.objects.select_related("participant").order_by("-last_event_on", "-pk")[:25])
    log_access(request, AccessLog.Action.LIST, participation_ids=[row.pk for row in rows])
    return HttpResponse(engines["django"].from_string(_MINIMAL).render({"rows": rows}, request))


urlpatterns = [path("minimal/", minimal), path("", include(settings.ROOT_URLCONF))]


def measure_lists(size: int, people: Crowd, say: Any, first: dict[str, float]) -> None:
    """Each question's first page and a page from the middle; `first` holds the times at the smallest size."""
    with override_settings(DEMO_TODAY=ON_DAY, ROOT_URLCONF="tests.bench.lists"):
        for who, user in (("coordinator", people.coordinator), ("caseworker", people.caseworker)):
            client = Client()
            client.force_login(user)
            least = _median(client, "/minimal/")
            say(size, f"{who}: minimal list", least)
            for work, query in QUESTIONS.items():
                own = _median(client, f"{ADDRESS}?{query}")
                _compare(size, f"{who}: {work}", own, least, first, say)
                if deep := _middle(user, query):
                    far = _median(client, f"{ADDRESS}?{query}&after={deep}")
                    say(
                        size, f"{who}: {work}, page in the middle", far, against="first page", ratio=round(far / own, 2)
                    )
            answer = client.post(ADDRESS, {"q": "Anna Ber"})
            _compare(size, f"{who}: {SEARCH}", _median(client, answer["Location"]), least, first, say)


def _compare(size: int, work: str, own: float, least: float, first: dict[str, float], say: Any) -> None:
    of_first = first.setdefault(work, own)
    say(size, work, own, to_minimal=round(own / least, 2), to_smallest=round(own / of_first, 2))


def _median(client: Client, address: str) -> float:
    taken = []
    for _ in range(TIMES + 1):
        begun = time.perf_counter()
        assert client.get(address).status_code == 200
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken[1:])


def _middle(user: User, query: str) -> str:
    """The key of the row in the middle of the list."""
    listing = Listing(Reader(user, QueryDict(query)))
    rows = listing.order.apply(listing.participations().with_card())
    middle = listing.participations().count() // 2
    return _key(rows[middle], listing.order) if middle > 25 else ""
