"""What is stored about participants: the person, the participation, the journey, and who may see it."""

from participants.models.journey import Activity, FollowUp, HoursMonth, JournalEntry, Outcome
from participants.models.participation import EntryRecord, ExitReason, Participation, SensitiveAnswer, Stint
from participants.models.person import Participant
from participants.models.referral import DeclineReason, LeadTransfer, Referral, ReferralEvent, ReferralLink
from participants.models.sharing import CareTeamMember, Consent

__all__ = [
    "Activity",
    "CareTeamMember",
    "Consent",
    "DeclineReason",
    "EntryRecord",
    "ExitReason",
    "FollowUp",
    "HoursMonth",
    "JournalEntry",
    "LeadTransfer",
    "Outcome",
    "Participant",
    "Participation",
    "Referral",
    "ReferralEvent",
    "ReferralLink",
    "SensitiveAnswer",
    "Stint",
]
