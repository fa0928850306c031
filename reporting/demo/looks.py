"""Who has looked at the demo's participants in February, and the review of some of those looks."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from participants.models import Participation
from partners import audit, review
from partners.models import AccessLog, Project, ReviewSample, User
from reporting.demo import partners

MONTH = dt.date(2017, 2, 1)
PAGES = (
    ("view", "participants:participation_detail"),
    ("view", "participants:journal_create"),
    ("view", "participants:journal_quick"),
    ("list", "participants:participation_list"),
)
LOOKERS = ("koordinator", "kontor", "soc", "af", "vux")


def load_looks(project: Project) -> None:
    """Some looks a day at those whom each person may see, then last month's lot, three of it reviewed."""
    users = [User.objects.get(email=partners.email(name)) for name in LOOKERS]
    seen = {
        user.pk: list(Participation.objects.visible_to(user).filter(project=project).order_by("pk")[:40])
        for user in users
    }
    for day in range(28):
        for number, user in enumerate(users):
            people = seen[user.pk]
            if people and (day + number) % 3:
                at = timezone.make_aware(dt.datetime.combine(MONTH, dt.time(8 + number, day)))
                _look(user, people[day % len(people)], at + dt.timedelta(days=day), *PAGES[(day + number) % len(PAGES)])
    review.sample_access_log(month=MONTH, size=3)
    office = users[1]
    for sample in ReviewSample.objects.exclude(entry__actor=office).order_by("pk")[:3]:
        review.review_look(sample=sample, verdict=ReviewSample.Verdict.FINE, note="", by=office)


def _look(user: User, participation: Participation, at: dt.datetime, action: str, view: str) -> AccessLog:
    membership = user.memberships.order_by("pk")[0]
    return audit.append(
        {
            "actor_id": user.pk,
            "organisation_id": membership.organisation_id,
            "role": membership.role,
            "action": action,
            "view": view,
            "participations": [participation.pk],
            "count": 1,
            "criterion": "",
            "fields_class": "basic",
            "purpose": "",
            "object_ref": "",
            "request_id": "",
            "client_ip": None,
        },
        at=at,
    )
