"""Consents: giving and withdrawing, the signed form, the receipt on paper, and the list of those to look after."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grundsteget.dates import today
from participants import actions, forms, tasks
from participants.evidence import CONTENT_TYPES, kind_of_name
from participants.listing import ALL, MINE, first_tab, of_mine
from participants.listing_columns import EXPIRES_SOON_DAYS
from participants.models import Consent, Participation
from participants.models.participation import ParticipationQuerySet
from participants.opening import log_opening
from participants.views.files import send_file
from participants.views.frame import GET_AND_POST, Category, back, find, show
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog

# --- Deeds ----------------------------------------------------------------------------------------


@require_http_methods(GET_AND_POST)
def consent_create(request: Request, pk: int) -> HttpResponse:
    participation = find(request, pk)
    access.require(request.user, Permission.CONSENT_RECORD, participation)
    renewed = _renewed(request, participation)
    form = forms.ConsentForm(
        request.POST or None, request.FILES or None, project=participation.project, initial=_again(renewed)
    )
    if form.is_valid():
        try:
            consent = actions.give_consent(participation=participation, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            if consent.evidence:
                tasks.send_scan(tasks.scan_consent, consent.pk)
            return back(participation, _("The consent is saved."), request)
    return show(request, "consent_form", participation, form, renewed=renewed)


def _renewed(request: Request, participation: Participation) -> Consent | None:
    """The consent that `?fornya=` names, if it is hers."""
    asked = request.GET.get("fornya", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    consents = Consent.objects.visible_to(request.user).select_related("organisation")
    return consents.filter(participation=participation, pk=int(asked)).first()


def _again(consent: Consent | None) -> dict[str, Any]:
    """The same as before, from today and for as long."""
    if consent is None:
        return {}
    length = consent.valid_to - consent.given_on if consent.valid_to else None
    return {
        "organisation": consent.organisation_id,
        "legal_ground": consent.legal_ground,
        "statute": consent.statute,
        "purpose": consent.purpose,
        "categories": consent.categories if consent.lifts_secrecy else list(Category),
        "valid_to": today() + length if length else None,
        "language": consent.language,
        "form_version": consent.form_version,
    }


@require_http_methods(GET_AND_POST)
def consent_withdraw(request: Request, pk: int, consent_pk: int) -> HttpResponse:
    """The person takes her consent back; a statute is ended instead, for it is not hers to close."""
    participation, consent = _find_consent(request, pk, consent_pk)
    access.require(request.user, Permission.CONSENT_RECORD, participation)
    form = forms.ConsentWithdrawForm(request.POST or None, is_statute=consent.is_statute)
    if form.is_valid():
        deed = actions.end_statute_ground if consent.is_statute else actions.withdraw_consent
        try:
            deed(consent=consent, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(
                request,
                _("The ground is ended. The organisation reads nothing more from that day on.")
                if consent.is_statute
                else _("The consent is withdrawn. The organisation reads nothing more from that day on."),
            )
            return _still_mine(request, participation)
    return show(request, "consent_withdraw_form", participation, form, consent=consent)


def _find_consent(request: Request, pk: int, consent_pk: int) -> tuple[Participation, Consent]:
    participation = find(request, pk)
    consents = Consent.objects.visible_to(request.user).select_related("organisation", "recorded_by")
    return participation, get_object_or_404(consents, participation=participation, pk=consent_pk)


def _still_mine(request: Request, participation: Participation) -> HttpResponse:
    """The withdrawal may have closed the page for the very user who registered it."""
    if Participation.objects.visible_to(request.user).filter(pk=participation.pk).exists():
        return redirect("participants:participation_detail", pk=participation.pk)
    return redirect("participants:participation_list")


# --- Paper ----------------------------------------------------------------------------------------


@require_safe
def consent_receipt(request: Request, pk: int, consent_pk: int) -> HttpResponse:
    """What the person takes home: who may read what, why, until when, and how she takes it back."""
    participation, consent = _find_consent(request, pk, consent_pk)
    access.require(request.user, Permission.CONSENT_RECORD, participation)
    log_opening(request, participation, object_ref=f"consent {consent.pk}")
    context = {
        "participation": participation,
        "consent": consent,
        "left_out": [category for category in Category if category not in consent.categories],
    }
    return render(request, "participants/consent_receipt.html", context)


@require_safe
def consent_evidence(request: Request, pk: int, consent_pk: int) -> HttpResponseBase:
    """The signed form, to whoever may record consents about this person at this moment."""
    participation, consent = _find_consent(request, pk, consent_pk)
    access.require(request.user, Permission.CONSENT_RECORD, participation)
    if not consent.evidence:
        raise Http404
    kind = kind_of_name(consent.evidence.name or "")
    back = f"{reverse('participants:participation_detail', args=[pk])}?flik=samtycken"
    return send_file(
        request,
        participation,
        consent,
        consent.evidence,
        name=f"samtycke-{consent.pk}.{kind}",
        content_type=CONTENT_TYPES[kind],
        back=back,
    )


# --- The list -------------------------------------------------------------------------------------

SOON, WITHDRAWN, MISSING = "snart", "aterkallade", "saknas"
SHOWN = 100
KINDS = {
    SOON: gettext_lazy("Run out within 30 days"),
    WITHDRAWN: gettext_lazy("Withdrawn"),
    MISSING: gettext_lazy("Missing"),
}


@require_safe
def consent_list(request: Request) -> HttpResponse:
    """Consents that ask for something: those that run out, those taken back, and people without any."""
    access.require(request.user, Permission.CONSENT_RECORD)
    kind = request.GET.get("visa", SOON)
    kind = kind if kind in KINDS else SOON
    tab = first_tab(request.user, request.GET.get("flik"))
    visible = Participation.objects.visible_to(request.user).ongoing()
    if tab == MINE:
        visible = of_mine(visible, request.user)
    consents = people = None
    if kind == MISSING:
        rows: QuerySet[Any] = visible.without_consent().with_card().order_by("entered_on", "pk")
        people = list(rows[:SHOWN])
        shown = people
    else:
        rows = _consents(request, visible, kind)
        consents = list(rows[:SHOWN])
        shown = [consent.participation for consent in consents]
    log_access(request, AccessLog.Action.LIST, participation_ids={row.pk for row in shown})
    context = {
        "kind": kind,
        "kinds": KINDS,
        "tab": tab,
        "mine": MINE,
        "all": ALL,
        "consents": consents,
        "people": people,
        "count": len(shown) if len(shown) < SHOWN else rows.count(),
        "shown": len(shown),
    }
    return render(request, "participants/consent_list.html", context)


def _consents(request: Request, visible: ParticipationQuerySet, kind: str) -> QuerySet[Consent]:
    consents = Consent.objects.visible_to(request.user).filter(participation__in=visible)
    if kind == SOON:
        consents = consents.expiring(EXPIRES_SOON_DAYS).order_by("valid_to", "pk")
    else:
        consents = consents.filter(withdrawn_on__isnull=False).order_by("-withdrawn_on", "-pk")
    return consents.select_related("participation__participant", "organisation")
