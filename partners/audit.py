"""The read log: written before the page leaves. No log, no page."""

from collections.abc import Iterable

from partners import access
from partners.http import Request
from partners.models import AccessLog


def log_access(
    request: Request,
    action: AccessLog.Action,
    *,
    participation_ids: Iterable[int] = (),
    fields: AccessLog.FieldsClass = AccessLog.FieldsClass.BASIC,
    criterion: str = "",
    purpose: str = "",
    object_ref: str = "",
) -> None:
    """Record that the user is about to be shown these participations.

    `criterion` names the kind of a search ("name", "identity"), never what was typed. A failure here is an error of
    the request: what cannot be logged is not shown.
    """
    ids = sorted(participation_ids)
    membership = next(iter(access.of(request.user).memberships), None)
    AccessLog.objects.create(
        actor=request.user,
        organisation=membership.organisation if membership else None,
        role=membership.role if membership else "",
        action=action,
        view=request.resolver_match.view_name if request.resolver_match else "",
        participations=ids,
        count=len(ids),
        criterion=criterion,
        fields_class=fields,
        purpose=purpose,
        object_ref=object_ref,
        request_id=getattr(request, "id", ""),
        client_ip=request.META.get("REMOTE_ADDR") or None,
    )


def hidden(value: object) -> str:
    """What the change log keeps of a masked field: that it changed. (auditlog's own mask shows half of the value.)"""
    return "…"
