"""What the person typed. Choices are limited to what she may see."""

from participants.forms.consent import ConsentForm, ConsentWithdrawForm
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
from participants.forms.shared import Refusable

__all__ = [
    "ActivityForm",
    "ConsentForm",
    "ConsentWithdrawForm",
    "ContactForm",
    "EndForm",
    "EnrolForm",
    "EntryRecordForm",
    "FollowUpForm",
    "HoursForm",
    "IdentityShowForm",
    "JournalForm",
    "JournalQuickForm",
    "NearEmploymentForm",
    "NumberForm",
    "OutcomeForm",
    "ReasonForm",
    "Refusable",
    "SensitiveForm",
    "StintCloseForm",
    "StintOpenForm",
    "outcome_in_words",
]
