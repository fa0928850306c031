"""The register of social enterprises. Who works there is a page of the participants' app, loaded by its address."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from enterprises.models import Enterprise
from partners import access
from partners.access import Permission
from partners.http import Request


@require_safe
def enterprise_list(request: Request) -> HttpResponse:
    access.require(request.user, Permission.ENTERPRISE_VIEW)
    enterprises = Enterprise.objects.select_related("organisation").order_by("organisation__name", "pk")
    return render(request, "enterprises/enterprise_list.html", {"enterprises": enterprises})


@require_safe
def enterprise_detail(request: Request, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.select_related("organisation__parent"), pk=pk)
    access.require(request.user, Permission.ENTERPRISE_VIEW)
    context = {
        "enterprise": enterprise,
        "partnerships": enterprise.organisation.partnerships.select_related("project").order_by("started_on", "pk"),
        "sees_people": access.has(request.user, Permission.PARTICIPANT_VIEW),
    }
    return render(request, "enterprises/enterprise_detail.html", context)
