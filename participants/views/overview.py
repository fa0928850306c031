"""What is read: the list, one participant. Each opening is in the read log before the page leaves."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import push_url

from enterprises.models import Enterprise
from grundsteget import dates
from participants import forms, history, rules, timeline
from participants.listing import ALL, MINE, Listing, Search, keep_search
from participants.listing_columns import show_steps
from participants.models import (
    Activity,
    Break,
    CareTeamMember,
    Consent,
    EntryRecord,
    ExitReason,
    FollowUp,
    LeadTransfer,
    Measure,
    Outcome,
    Participant,
    Participation,
    RectificationRequest,
    Referral,
    SensitiveAnswer,
    Stint,
    StintCorrection,
)
from participants.opening import log_looks, log_opening
from participants.views.attendance import months_of
from participants.views.bulk import deeds_for_several
from participants.views.document import documents_tab, with_papers
from participants.views.frame import Category, find
from participants.views.plan import PLAN, fields_of_plan, plan_context
from participants.views.saved_view import saved_views, start_query
from partners import access
from partners.access import Permission
from partners.audit import log_access
from partners.http import Request
from partners.models import AccessLog, in_force

# --- The list -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def participation_list(request: Request) -> HttpResponse:
    """The participants the user may see. A search is posted, so that no name or number stands in an address."""
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    if request.method == "POST":
        return redirect(f"{reverse('participants:participation_list')}?{_searched(request)}")
    views = saved_views(request.user)
    if not request.GET and (start := start_query(views, request.user)):
        return redirect(f"{request.path}?{start}")
    listing = Listing(request)
    page = listing.page()
    log_looks(
        request,
        AccessLog.Action.SEARCH if listing.search else AccessLog.Action.LIST,
        [row.pk for row in page.rows],
        may_be_granted=any(row.participant.is_protected for row in page.rows),
        criterion=listing.search.kind if listing.search else "",
        fields=listing.fields_class,
    )
    part = "#participant-rows" if request.htmx.target == "participant-rows" else ""
    context = {
        "listing": listing,
        "page": page,
        "previous": listing.query(before=page.before) if page.before else "",
        "next": listing.query(after=page.after) if page.after else "",
        "may_enrol": access.has(request.user, Permission.PARTICIPANT_ENROL),
        "may": deeds_for_several(request.user),
        "views": views,
        "all_count": listing.count if len(page.rows) < listing.count <= rules.MOST_IN_BULK else 0,
        "mine": MINE,
        "all": ALL,
        "today": dates.today(),
    }
    response = render(request, f"participants/participation_list.html{part}", context)
    # A form sends every field, also the empty ones: the address keeps those that say something.
    return push_url(response, f"{request.path}?{listing.address()}") if part else response


def _searched(request: Request) -> str:
    """The address of the list as it was, with the search that was just typed."""
    params = QueryDict(request.POST.get("query", ""), mutable=True)
    for name in ("sok", "after", "before"):
        params.pop(name, None)
    projects = access.of(request.user).projects(Permission.PARTICIPANT_VIEW).values_list("pk", flat=True)
    if search := Search.read(request.POST.get("q", ""), list(projects)):
        params["sok"] = keep_search(request.session, search)
        # Who searches for a person means all that she may see.
        params["flik"] = ALL
    return params.urlencode()


# --- One participant ------------------------------------------------------------------------------

OVERVIEW, TIMELINE, ACTIVITIES, CONSENTS, HISTORY = "oversikt", "tidslinje", "aktiviteter", "samtycken", "historik"
NETWORK = "natverk"
DOCUMENTS = "dokument"
TABS = {
    OVERVIEW: _("Overview"),
    TIMELINE: _("Timeline"),
    PLAN: _("Plan"),
    ACTIVITIES: _("Activities"),
    NETWORK: _("Network"),
    CONSENTS: _("Consents"),
    DOCUMENTS: _("Documents"),
    HISTORY: _("History"),
}


@require_safe
def participation_detail(request: Request, pk: int) -> HttpResponse:
    """One participant, one tab at a time; the header and the strip above the tabs are always there."""
    participation = find(request, pk)
    sees = _readable(request, participation)
    may = {permission.value for permission in access.permissions_in(request.user, participation.project_id)}
    if Category.JOURNEY not in sees:
        may -= ABOUT_JOURNEY
    tabs = _tabs(may, sees)
    tab = request.GET.get("flik", OVERVIEW)
    if tab not in tabs:
        tab = OVERVIEW
    context = {
        "participation": participation,
        "may": may,
        "sees": sees,
        "tabs": tabs,
        "tab": tab,
        **_header(request, participation),
        **TAB_CONTEXTS[tab](request, participation, may),
    }
    fields = fields_of_plan(request.user, participation) if tab in {PLAN, TIMELINE} else AccessLog.FieldsClass.BASIC
    log_opening(request, participation, fields=fields)
    template = PARTS.get((tab, request.htmx.target), "participation_detail.html")
    return render(request, f"participants/{template}", context)


# Which part of which tab is asked for alone, by its element's id.
PARTS: dict[tuple[str, str | None], str] = {
    (TIMELINE, "timeline"): "participation_detail.html#timeline",
    (PLAN, "plan"): "_plan.html#plan",
}


# Deeds that show or change what a consent without that category leaves out.
ABOUT_JOURNEY = {
    permission.value
    for permission in (
        Permission.ACTIVITY_RECORD,
        Permission.HOURS_RECORD,
        Permission.ATTENDANCE_RECORD,
        Permission.COURSE_MANAGE,
        Permission.OUTCOME_RECORD,
        Permission.FOLLOW_UP_RECORD,
        Permission.MEASURE_RECORD,
        Permission.PLAN_WRITE,
        Permission.PARTICIPATION_CLOSE,
        Permission.PARTICIPANT_EDIT,
        Permission.SENSITIVE_VIEW,
    )
}


def _readable(request: Request, participation: Participation) -> set[str]:
    """Which categories of what is kept the user may read about this person today."""
    return {
        category.value
        for category in Category
        if Participation.objects.visible_to(request.user, category).filter(pk=participation.pk).exists()
    }


def _tabs(may: set[str], sees: set[str]) -> dict[str, Any]:
    hidden = set()
    if Permission.PARTICIPANT_EDIT.value not in may:
        hidden.add(HISTORY)
    if Category.JOURNEY not in sees:
        hidden |= {PLAN, ACTIVITIES}
    return {key: label for key, label in TABS.items() if key not in hidden}


def _header(request: Request, participation: Participation) -> dict[str, Any]:
    """What stands above the tabs: periods, lead worker, the newest consent to each partner."""
    stints = list(
        Stint.objects.counted()
        .filter(participation=participation)
        .select_related("exit_reason", "referred_by")
        .order_by("started_on")
    )
    consents = list(
        Consent.objects.visible_to(request.user)
        .filter(participation=participation)
        .select_related("organisation")
        .order_by("organisation__name", "-given_on")
    )
    team = list(
        CareTeamMember.objects.visible_to(request.user)
        .filter(participation=participation)
        .select_related("user", "organisation")
        .order_by("-is_lead", "-started_on", "pk")
    )
    now = dates.today()
    show_steps(request.user, [participation], in_list=False)
    return {
        "stints": stints,
        "consents": consents,
        "newest_consents": _newest(consents),
        "care_team": [member for member in team if member.ended_on is None or member.ended_on >= now],
        "care_team_before": [member for member in team if member.ended_on is not None and member.ended_on < now],
        "lead": next((m for m in team if m.is_lead and (m.ended_on is None or m.ended_on >= now)), None),
        "is_late": participation.next_step_on is not None and participation.next_step_on < now,
    }


def _newest(consents: Iterable[Consent]) -> list[Consent]:
    """The consent that counts for each partner today: one in force, or else the latest."""
    newest: dict[int, Consent] = {}
    for consent in consents:
        known = newest.get(consent.organisation_id)
        if consent.purpose == Consent.Purpose.SECRECY and (
            known is None or (consent.is_in_force and not known.is_in_force)
        ):
            newest[consent.organisation_id] = consent
    return list(newest.values())


def _activities(request: Request, participation: Participation) -> list[Activity]:
    return list(
        Activity.objects.visible_to(request.user)
        .filter(participation=participation)
        .select_related("enterprise__organisation")
        .order_by("started_on", "pk")
    )


def _overview(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    outcomes = Outcome.objects.visible_to(request.user).filter(participation=participation)
    asked = SensitiveAnswer.objects.visible_to(request.user).filter(participation=participation)
    record = EntryRecord.objects.visible_to(request.user).filter(participation=participation).first()
    sees_record = Permission.PARTICIPANT_EDIT.value in may
    return {
        "outcomes": with_papers(
            request, outcomes.standing().select_related("enterprise__organisation").order_by("-started_on", "-pk")
        ),
        "record": record if sees_record else None,
        "sensitive_answers": asked.count() if Permission.SENSITIVE_VIEW.value in may else 0,
        "sensitive_questions": len(SensitiveAnswer.Question.choices),
        "follow_ups": _follow_ups(request, participation),
        "gantt": timeline.gantt(_activities(request, participation), participation),
        # Without the plan, which may tell of health: opening a page is no look at that.
        "latest": timeline.timeline(request.user, participation, limit=5, without=frozenset({timeline.PLAN})),
    }


def _follow_ups(request: Request, participation: Participation) -> list[dict[str, Any]]:
    """The two questions after the exit: answered, open, or not yet."""
    if participation.left_on is None:
        return []
    rows = FollowUp.objects.visible_to(request.user).filter(participation=participation, exit_on=participation.left_on)
    answers = {row.milestone: row for row in rows.order_by("recorded_at")}
    now = dates.today()
    return [
        {
            "milestone": milestone,
            "answer": answers.get(milestone),
            "opens_on": rules.follow_up_due_on(participation.left_on, milestone),
            "closes_on": rules.follow_up_closes_on(participation.left_on, milestone),
            "is_open": now >= rules.follow_up_due_on(participation.left_on, milestone),
        }
        for milestone in FollowUp.Milestone
    ]


def _timeline(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    kind = request.GET.get("visa", "")
    everything = request.GET.get("hela") == "1"
    return {
        "kind": kind if kind in timeline.KINDS else "",
        "kinds": timeline.KINDS,
        "timeline": timeline.timeline(request.user, participation, kind, limit=None if everything else timeline.SHOWN),
        "gantt": timeline.gantt(_activities(request, participation), participation),
    }


def _activities_tab(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    activities = _activities(request, participation)
    of_her = Measure.objects.visible_to(request.user).filter(participation=participation)
    measures = list(of_her.with_card().order_by("-asked_on", "-pk"))
    return {
        "activities": activities[::-1],
        "gantt": timeline.gantt(activities, participation, measures[::-1]),
        "months": months_of(request, participation),
        "measures": measures,
        "breaks": Break.objects.visible_to(request.user).filter(participation=participation).order_by("-started_on"),
    }


def _plan(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    is_arranging = request.GET.get("ordna") == "1" and Permission.PLAN_WRITE.value in may
    return plan_context(request.user, participation) | {"is_arranging": is_arranging}


def _consents_tab(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    """All consents, and who might read what on one day: today, or any day in the past."""
    form = forms.DayShownForm(request.GET if "dag" in request.GET else None)
    day = form.cleaned_data["dag"] if form.is_valid() else dates.today()
    readers = Consent.objects.visible_to(request.user).lifting_secrecy(on=day).filter(participation=participation)
    return {
        "day": day,
        "day_form": form,
        "readers": readers.select_related("organisation").order_by("organisation__name", "given_on"),
    }


def _history(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    answered_for = access.of(request.user).edited_projects(Permission.RIGHTS_ANSWER)
    rectifications = RectificationRequest.objects.visible_to(request.user).filter(participation=participation)
    stints = Stint.objects.visible_to(request.user).filter(participation=participation)
    corrections = StintCorrection.objects.visible_to(request.user).select_related("exit_reason", "corrected_by")
    all_stints = list(
        stints.select_related("exit_reason")
        .prefetch_related(Prefetch("corrections", queryset=corrections, to_attr="earlier"))
        .order_by("started_on")
    )
    last = next((one for one in reversed(all_stints) if one.exit_recorded_at), None)
    return {
        "all_stints": all_stints,
        "mistake": ExitReason.MISTAKE,
        "may_reopen": last is not None and timezone.localdate(last.exit_recorded_at) == dates.today(),
        "changes": history.changes(request.user, participation),
        "answers_rights": answered_for.filter(pk=participation.project_id).exists(),
        "rectifications": rectifications.select_related("answered_by").order_by("-asked_on", "-pk"),
    }


def _network(request: Request, participation: Participation, may: set[str]) -> dict[str, Any]:
    """Who follows the person, an offer of the lead that waits, and the referrals the user may see."""
    offers = LeadTransfer.objects.visible_to(request.user).filter(participation=participation)
    referrals = Referral.objects.visible_to(request.user).filter(participation=participation)
    return {
        "offer": offers.filter(state=LeadTransfer.State.OFFERED).select_related("to_user", "offered_by").first(),
        "declined_offer": offers.filter(offered_by=request.user).select_related("to_user").first(),
        "referrals": list(referrals.with_card().order_by("-pk")),
    }


TAB_CONTEXTS = {
    OVERVIEW: _overview,
    TIMELINE: _timeline,
    PLAN: _plan,
    ACTIVITIES: _activities_tab,
    NETWORK: _network,
    CONSENTS: _consents_tab,
    DOCUMENTS: documents_tab,
    HISTORY: _history,
}


# --- A box on the enterprise's page ---------------------------------------------------------------

PEOPLE_SHOWN = 50


@require_safe
def enterprise_people(request: Request, pk: int) -> HttpResponse:
    """Who is placed in an enterprise today, among those the user may see. The enterprise's page loads it."""
    enterprise = get_object_or_404(Enterprise.objects.select_related("organisation"), pk=pk)
    access.require(request.user, Permission.PARTICIPANT_VIEW)
    placed = Activity.objects.filter(in_force(dates.today()), enterprise=enterprise).order_by("started_on", "pk")
    people = list(
        Participation.objects.visible_to(request.user, Category.JOURNEY)
        # Where a protected person is, is told on no page but her own.
        .filter(participant__protection=Participant.Protection.NONE, activities__in=placed)
        .with_card()
        .prefetch_related(Prefetch("activities", queryset=placed, to_attr="placements"))
        .distinct()
        .order_by("participant__last_name_key", "pk")[:PEOPLE_SHOWN]
    )
    log_access(request, AccessLog.Action.LIST, participation_ids=(row.pk for row in people))
    context = {"enterprise": enterprise, "people": people}
    part = "#enterprise-people" if request.htmx else ""
    return render(request, f"participants/enterprise_people.html{part}", context)
