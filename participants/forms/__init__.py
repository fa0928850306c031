"""What the person typed. Choices are limited to what she may see."""

from grundsteget.forms import Refusable
from participants.forms.attendance import (
    CertificateReturnForm,
    CertificateStepForm,
    UnitCostForm,
    step_form,
)
from participants.forms.bulk import BulkLeadForm, BulkNetworkForm
from participants.forms.care_team import (
    CareTeamEndForm,
    CareTeamForm,
    CareTeamGrantForm,
    LeadAnswerForm,
    LeadOfferForm,
)
from participants.forms.consent import ConsentForm, ConsentWithdrawForm, DayShownForm, ProtectionReasonForm
from participants.forms.correction import BreakForm, JournalEditForm, StintEditForm
from participants.forms.course import (
    CourseForm,
    CourseGroupForm,
    CourseJoinForm,
)
from participants.forms.document import DocumentForm, DocumentVersionForm
from participants.forms.entry import (
    ContactForm,
    EnrolForm,
    EntryRecordForm,
    IdentityShowForm,
    NumberForm,
    SensitiveForm,
)
from participants.forms.export import ExportForm
from participants.forms.follow_up import FollowUpGrid, FollowUpRow
from participants.forms.inbox import DigestForm, SnoozeForm
from participants.forms.journal import MOST_AT_ONCE, JournalForm, JournalQuickForm, NoteTemplateForm
from participants.forms.journey import (
    ActivityForm,
    EndForm,
    FollowUpForm,
    HoursForm,
    NearEmploymentForm,
    OutcomeForm,
    ReasonForm,
    StintCloseForm,
    StintOpenForm,
    outcome_in_words,
)
from participants.forms.measure import MeasureDecisionForm, MeasureForm
from participants.forms.merge import MergeForm, MergeSearchForm
from participants.forms.plan import (
    GoalCloseForm,
    GoalForm,
    PlanMoveForm,
    PlanReviewForm,
    ProgressForm,
    StepForm,
    StepStateForm,
    who_of,
)
from participants.forms.referral import (
    ReferralAnswerForm,
    ReferralForm,
    ReferralReplyForm,
    ReferralWithdrawForm,
)
from participants.forms.rights import RectificationAnswerForm, RectificationForm
from participants.forms.saved_view import SavedViewForm

__all__ = [
    "MOST_AT_ONCE",
    "ActivityForm",
    "BreakForm",
    "BulkLeadForm",
    "BulkNetworkForm",
    "CareTeamEndForm",
    "CareTeamForm",
    "CareTeamGrantForm",
    "CertificateReturnForm",
    "CertificateStepForm",
    "ConsentForm",
    "ConsentWithdrawForm",
    "ContactForm",
    "CourseForm",
    "CourseGroupForm",
    "CourseJoinForm",
    "DayShownForm",
    "DigestForm",
    "DocumentForm",
    "DocumentVersionForm",
    "EndForm",
    "EnrolForm",
    "EntryRecordForm",
    "ExportForm",
    "FollowUpForm",
    "FollowUpGrid",
    "FollowUpRow",
    "GoalCloseForm",
    "GoalForm",
    "HoursForm",
    "IdentityShowForm",
    "JournalEditForm",
    "JournalForm",
    "JournalQuickForm",
    "LeadAnswerForm",
    "LeadOfferForm",
    "MeasureDecisionForm",
    "MeasureForm",
    "MergeForm",
    "MergeSearchForm",
    "NearEmploymentForm",
    "NoteTemplateForm",
    "NumberForm",
    "OutcomeForm",
    "PlanMoveForm",
    "PlanReviewForm",
    "ProgressForm",
    "ProtectionReasonForm",
    "ReasonForm",
    "RectificationAnswerForm",
    "RectificationForm",
    "ReferralAnswerForm",
    "ReferralForm",
    "ReferralReplyForm",
    "ReferralWithdrawForm",
    "Refusable",
    "SavedViewForm",
    "SensitiveForm",
    "SnoozeForm",
    "StepForm",
    "StepStateForm",
    "StintCloseForm",
    "StintEditForm",
    "StintOpenForm",
    "UnitCostForm",
    "outcome_in_words",
    "step_form",
    "who_of",
]
