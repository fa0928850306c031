"""What waits for whom: the lines of Today. Each says why it is there, when it is due, and where to act on it.

A kind of line is a `Source`. Apps above this one add theirs with `register` when they are ready.
"""

from participants.inbox import attendance, consents, documents, follow_up, journey, network, rights, steps
from participants.inbox.attendance import APPROVE, CERTIFY, LOCK, SIGN
from participants.inbox.consents import CONSENT
from participants.inbox.documents import PAPERS
from participants.inbox.follow_up import FOUR_WEEKS, SIX_MONTHS
from participants.inbox.frame import (
    AHEAD_DAYS,
    SHOWN_OF_EACH,
    Group,
    Inbox,
    Line,
    More,
    Source,
    find_line,
    inbox,
    max_queries,
    register,
    sources,
)
from participants.inbox.journey import MEASURE, SILENCE
from participants.inbox.network import ANSWERED, LEAD, LET_IN, TO_ANSWER
from participants.inbox.rights import RECTIFICATION
from participants.inbox.steps import PLAN_STEP, STEP

__all__ = [
    "AHEAD_DAYS",
    "ANSWERED",
    "APPROVE",
    "CERTIFY",
    "CONSENT",
    "FOUR_WEEKS",
    "LEAD",
    "LET_IN",
    "LOCK",
    "MEASURE",
    "PAPERS",
    "PLAN_STEP",
    "RECTIFICATION",
    "SHOWN_OF_EACH",
    "SIGN",
    "SILENCE",
    "SIX_MONTHS",
    "STEP",
    "TO_ANSWER",
    "Group",
    "Inbox",
    "Line",
    "More",
    "Source",
    "find_line",
    "inbox",
    "max_queries",
    "register",
    "sources",
]

register(
    *network.SOURCES,
    *rights.SOURCES,
    *steps.SOURCES,
    *follow_up.SOURCES,
    *consents.SOURCES,
    *journey.SOURCES,
    *attendance.SOURCES,
    *documents.SOURCES,
)
