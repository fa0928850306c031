"""Pages of the partnership: the organisations and their roles, their people, and the network."""

from partners.views.members import (
    hat_change,
    member_administrator,
    member_end,
    member_link,
    member_list,
    member_pause,
    members_confirm,
)
from partners.views.network import (
    attendance_remove,
    bearer_create,
    bearer_end,
    event_create,
    event_detail,
    guideline_create,
    guideline_edit,
    network_overview,
)
from partners.views.partnership import organisation_detail, partnership_list, process_map, role_create, role_end
from partners.views.retention import retention_edit
from partners.views.review import review_edit, review_list

__all__ = [
    "attendance_remove",
    "bearer_create",
    "bearer_end",
    "event_create",
    "event_detail",
    "guideline_create",
    "guideline_edit",
    "hat_change",
    "member_administrator",
    "member_end",
    "member_link",
    "member_list",
    "member_pause",
    "members_confirm",
    "network_overview",
    "organisation_detail",
    "partnership_list",
    "process_map",
    "retention_edit",
    "review_edit",
    "review_list",
    "role_create",
    "role_end",
]
