"""Views of the list that the demo's colleagues have saved: two for oneself, one for the whole team."""

from __future__ import annotations

from participants import actions
from partners.models import User
from reporting.demo import partners

SAVED = (
    # Who, the name, the list's address, shared with her organisation.
    ("koordinator", "Veckans steg", "flik=mina&sort=steg&skede=pagar", False),
    (
        "koordinator",
        "Samtycken att förnya",
        "flik=alla&sort=namn&kol=namn.ansvarig.samtycke&samtycke=snart",
        True,
    ),
    ("kontor", "Ofullständiga startuppgifter", "flik=alla&sort=-start&uppgifter=saknas", True),
    ("soc", "Tysta länge", "flik=alla&sort=senast&tyst=1", False),
)


def load() -> None:
    for name, title, query, is_shared in SAVED:
        user = User.objects.get(email=partners.email(name))
        own = user.memberships.earliest("pk").organisation
        actions.save_view(name=title, query=query, shared_with=own if is_shared else None, is_start=False, by=user)
