"""Organisations, the projects they run together, the people who work there, and the log of who looked at what."""

from partners.models.access_log import AccessLog, AccessSubject, LogDay, ReviewSample
from partners.models.change_log import Change
from partners.models.network import Attendance, CompetenceBearer, Guideline, NetworkEvent, person_key
from partners.models.partnership import Organisation, Partnership, Project, ProjectGoal
from partners.models.people import Membership, MembershipQuerySet, User, UserManager
from partners.models.periods import in_force, period_is_ordered

__all__ = [
    "AccessLog",
    "AccessSubject",
    "Attendance",
    "Change",
    "CompetenceBearer",
    "Guideline",
    "LogDay",
    "Membership",
    "MembershipQuerySet",
    "NetworkEvent",
    "Organisation",
    "Partnership",
    "Project",
    "ProjectGoal",
    "ReviewSample",
    "User",
    "UserManager",
    "in_force",
    "period_is_ordered",
    "person_key",
]
