"""Every address. Paths are Swedish, names English."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from grundsteget import errors, health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="participants:today"), name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Addresses are the project office's to change, and accounts to connect: these pages of allauth's do not exist.
    path("konto/email/", errors.closed, name="account_email"),
    path("konto/3rdparty/", errors.closed, name="socialaccount_connections"),
    # Not allauth.urls as a whole, which keeps addresses of its past.
    path("konto/", include("allauth.account.urls")),
    path("konto/2fa/", include("allauth.mfa.urls")),
    path("konto/sessions/", include("allauth.usersessions.urls")),
    path("konto/3rdparty/", include("allauth.socialaccount.urls")),
    path("konto/", include("allauth.socialaccount.providers.openid_connect.urls")),
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
