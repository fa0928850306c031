"""What is stored about participants: the person, the participation, the journey, and who may see it."""

from participants.models.attendance import (
    AttendanceCertificate,
    AttendanceDay,
    AttendanceSignature,
    AttendanceTotal,
    CompensationType,
    UnitCost,
)
from participants.models.correction import Break, StintCorrection
from participants.models.course import Course, CourseGroup
from participants.models.document import Document, DocumentKind
from participants.models.export import ExportFile, ExportRow
from participants.models.follow_up import FollowUpAttempt
from participants.models.inbox import DigestChoice, DigestMail, Snooze
from participants.models.journey import Activity, FollowUp, HoursMonth, JournalEntry, Outcome
from participants.models.measure import Measure, MeasureKind
from participants.models.merge import Merge
from participants.models.participation import EntryRecord, ExitReason, Participation, SensitiveAnswer, Stint
from participants.models.person import Participant
from participants.models.plan import (
    FocusArea,
    PlanEvent,
    PlanFocus,
    PlanGoal,
    PlanReview,
    PlanStep,
    ProgressAssessment,
    ProgressLevel,
)
from participants.models.referral import DeclineReason, LeadTransfer, Referral, ReferralEvent, ReferralLink
from participants.models.rights import RectificationRequest
from participants.models.saved_view import SavedView
from participants.models.sharing import CareTeamMember, Consent
from participants.models.writing import NoteDraft, NoteTemplate

__all__ = [
    "Activity",
    "AttendanceCertificate",
    "AttendanceDay",
    "AttendanceSignature",
    "AttendanceTotal",
    "Break",
    "CareTeamMember",
    "CompensationType",
    "Consent",
    "Course",
    "CourseGroup",
    "DeclineReason",
    "DigestChoice",
    "DigestMail",
    "Document",
    "DocumentKind",
    "EntryRecord",
    "ExitReason",
    "ExportFile",
    "ExportRow",
    "FocusArea",
    "FollowUp",
    "FollowUpAttempt",
    "HoursMonth",
    "JournalEntry",
    "LeadTransfer",
    "Measure",
    "MeasureKind",
    "Merge",
    "NoteDraft",
    "NoteTemplate",
    "Outcome",
    "Participant",
    "Participation",
    "PlanEvent",
    "PlanFocus",
    "PlanGoal",
    "PlanReview",
    "PlanStep",
    "ProgressAssessment",
    "ProgressLevel",
    "RectificationRequest",
    "Referral",
    "ReferralEvent",
    "ReferralLink",
    "SavedView",
    "SensitiveAnswer",
    "Snooze",
    "Stint",
    "StintCorrection",
    "UnitCost",
]
