"""What the person typed. Choices are limited to what she may see."""

from grundsteget.forms import Refusable
from participants.forms.care_team import (
    CareTeamEndForm,
    CareTeamForm,
    CareTeamGrantForm,
    LeadAnswerForm,
    LeadOfferForm,
)
from participants.forms.consent import ConsentForm, ConsentWithdrawForm, DayShownForm, ProtectionReasonForm
from participants.forms.entry import (
    ContactForm,
    EnrolForm,
    EntryRecordForm,
    IdentityShowForm,
    NumberForm,
    SensitiveForm,
)
from participants.forms.journey import (
    ActivityForm,
    EndForm,
    FollowUpForm,
    HoursForm,
    JournalForm,
    JournalQuickForm,
    NearEmploymentForm,
    OutcomeForm,
    ReasonForm,
    StintCloseForm,
    StintOpenForm,
    outcome_in_words,
)
from participants.forms.referral import (
    ReferralAnswerForm,
    ReferralForm,
    ReferralReplyForm,
    ReferralWithdrawForm,
)

__all__ = [
    "ActivityForm",
    "CareTeamEndForm",
    "CareTeamForm",
    "CareTeamGrantForm",
    "ConsentForm",
    "ConsentWithdrawForm",
    "ContactForm",
    "DayShownForm",
    "EndForm",
    "EnrolForm",
    "EntryRecordForm",
    "FollowUpForm",
    "HoursForm",
    "IdentityShowForm",
    "JournalForm",
    "JournalQuickForm",
    "LeadAnswerForm",
    "LeadOfferForm",
    "NearEmploymentForm",
    "NumberForm",
    "OutcomeForm",
    "ProtectionReasonForm",
    "ReasonForm",
    "ReferralAnswerForm",
    "ReferralForm",
    "ReferralReplyForm",
    "ReferralWithdrawForm",
    "Refusable",
    "SensitiveForm",
    "StintCloseForm",
    "StintOpenForm",
    "outcome_in_words",
]
