"""Who did what to a participation: one function for each deed, whole or not at all.

Every deed locks the participation first, asks `rules`, writes, brings the summaries up to date and says that the
participation changed, all in one transaction. What a rule refuses is a ValidationError and leaves nothing behind.
"""

from participants.actions.consent import give_consent, withdraw_consent
from participants.actions.entry import (
    cannot_enrol,
    close_stint,
    enrol_participant,
    next_ref,
    open_stint,
    save_contact,
    save_entry_record,
    save_sensitive_answers,
)
from participants.actions.journey import (
    end_activity,
    end_outcome,
    finish_step,
    record_activity,
    record_follow_up,
    record_hours,
    record_hours_by_month,
    record_outcome,
    set_near_employment,
    withdraw_outcome,
    write_journal,
)

__all__ = [
    "cannot_enrol",
    "close_stint",
    "end_activity",
    "end_outcome",
    "enrol_participant",
    "finish_step",
    "give_consent",
    "next_ref",
    "open_stint",
    "record_activity",
    "record_follow_up",
    "record_hours",
    "record_hours_by_month",
    "record_outcome",
    "save_contact",
    "save_entry_record",
    "save_sensitive_answers",
    "set_near_employment",
    "withdraw_consent",
    "withdraw_outcome",
    "write_journal",
]
