"""*Räknas som*: where one participation stands towards the goals today, and what would make it count."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from participants.models import Consent, Participation
from participants.opening import check_reason, log_opening
from partners.http import Request
from reporting.facts import facts_of_today
from reporting.figures import codes_by_participation
from reporting.indicators import DEFAULT_RULE_SET, rule_set_of
from reporting.words import standing_of


@require_safe
def standing(request: Request, pk: int) -> HttpResponse:
    visible = Participation.objects.visible_to(request.user, Consent.Category.JOURNEY)
    participation = get_object_or_404(visible.select_related("participant", "project"), pk=pk)
    check_reason(request, participation)
    log_opening(request, participation)
    rule_set = rule_set_of(DEFAULT_RULE_SET)
    facts = codes_by_participation(facts_of_today(participation.project).filter(pk=pk), rule_set)
    context = {"participation": participation, "standing": standing_of(facts.first(), rule_set)}
    template = "reporting/standing.html#standing" if request.htmx else "reporting/standing.html"
    return render(request, template, context)
