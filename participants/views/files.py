"""Handing out a file about somebody: asked anew at each download, logged, and never opened inside our pages. (P-39)"""

from __future__ import annotations

import logging

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http.response import FileResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from participants.models import Consent, Document, Participation
from participants.opening import log_opening
from partners.http import Request
from partners.models import AccessLog

logger = logging.getLogger(__name__)


def send_file(
    request: Request,
    participation: Participation,
    row: Consent | Document,
    stored: FieldFile,
    *,
    name: str,
    content_type: str,
    back: str,
) -> HttpResponseBase:
    """The file of a row that the user may see; or, where it cannot leave, back to where it was asked for with why."""
    if not row.is_downloadable:
        messages.error(request, _why_not(row))
        return redirect(back)
    try:
        file = stored.open("rb")
    except OSError:
        logger.exception("file of %s cannot be opened", row)
        messages.error(
            request, _("The file cannot be read right now. Try again; if it stays so, tell the administrator.")
        )
        return redirect(back)
    log_opening(request, participation, action=AccessLog.Action.DOWNLOAD, object_ref=str(row))
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    # Whatever the file is, a browser that showed it all the same would run nothing of it under our name.
    response._csp_update = {"sandbox": True}  # type: ignore[attr-defined]
    return response


def _why_not(row: Consent | Document) -> str:
    if row.is_infected:
        return _("A virus was found in the file. It cannot be opened; ask for a clean copy and upload that.")
    return _("The file is not checked for viruses yet. Try again in a few minutes.")
