"""`permissions_table`: which role may do what, as a Markdown table made from `partners.access`."""

from __future__ import annotations

from typing import Any

from grundsteget.commands import Command as BaseCommand
from partners.access import KIND_PERMISSIONS, OWNER_WIDE, PLACED_ONLY, ROLE_PERMISSIONS, Permission
from partners.models import Membership

INTRODUCTION = """\
# Which role may do what

Made from `partners/access.py` by `python manage.py permissions_table`; a test keeps it true. A permission says what may
be done; whose rows it reaches is decided by `visible_to`: ◎ every participant of the owner's projects, ● those who
consent to the organisation, ○ those who consent and are placed in it; (●) only in organisations of a kind that
`KIND_PERMISSIONS` names, such as adult education for courses.
"""


class Command(BaseCommand):
    help = "Print which role may do what, as docs/permissions.md has it."

    def run(self, **options: Any) -> None:
        self.stdout.write(table(), ending="")


def table() -> str:
    roles = Membership.Role.values
    lines = [INTRODUCTION, "| permission | " + " | ".join(roles) + " |", "| --- |" + " --- |" * len(roles)]
    for permission in Permission:
        marks = [_mark(role, permission) for role in roles]
        lines.append(f"| `{permission.value}` | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def _mark(role: str, permission: Permission) -> str:
    if permission not in ROLE_PERMISSIONS[role]:
        by_kind = any(permission in held for (of_role, _), held in KIND_PERMISSIONS.items() if of_role == role)
        return "(●)" if by_kind else ""
    return "◎" if role in OWNER_WIDE else "○" if role in PLACED_ONLY else "●"
