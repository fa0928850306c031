"""What is stored about participants: the person, the participation, the journey, and who may see it."""

from participants.models.journey import Activity, FollowUp, HoursMonth, JournalEntry, Outcome
from participants.models.participation import EntryRecord, ExitReason, Participation, SensitiveAnswer, Stint
from participants.models.person import Participant
from participants.models.sharing import CareTeamMember, Consent

__all__ = [
    "Activity",
    "CareTeamMember",
    "Consent",
    "EntryRecord",
    "ExitReason",
    "FollowUp",
    "HoursMonth",
    "JournalEntry",
    "Outcome",
    "Participant",
    "Participation",
    "SensitiveAnswer",
    "Stint",
]
