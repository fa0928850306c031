"""Every address. Paths are Swedish, names English."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from grundsteget import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="participants:today"), name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("konto/", include("allauth.urls")),
    path("sprak/", login_not_required(set_language), name="set_language"),
    path("", include("participants.urls")),
    path("", include("enterprises.urls")),
    path("", include("partners.urls")),
    path("", include("reporting.urls")),
]

handler400 = "grundsteget.errors.bad_request"
handler403 = "grundsteget.errors.permission_denied"
handler404 = "grundsteget.errors.page_not_found"
handler500 = "grundsteget.errors.server_error"
