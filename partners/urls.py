"""Addresses of the app."""

from django.urls import path

from partners import views

app_name = "partners"
urlpatterns = [
    path("logg/granskning/", views.review_list, name="review_list"),
    path("logg/granskning/<int:sample_pk>/", views.review_edit, name="review_edit"),
    path("partner/", views.partnership_list, name="partnership_list"),
    path("partner/karta/", views.process_map, name="process_map"),
    path("projekt/<slug:project>/bevarande/", views.retention_edit, name="retention_edit"),
    path("partner/<int:pk>/", views.organisation_detail, name="organisation_detail"),
    path("partner/<int:pk>/roll/ny/", views.role_create, name="role_create"),
    path("partner/<int:pk>/roll/<int:role_pk>/avsluta/", views.role_end, name="role_end"),
    path("partner/<int:pk>/personer/", views.member_list, name="member_list"),
    path("partner/<int:pk>/personer/bekrafta/", views.members_confirm, name="members_confirm"),
    path("partner/<int:pk>/personer/<int:membership_pk>/avsluta/", views.member_end, name="member_end"),
    path(
        "partner/<int:pk>/personer/<int:membership_pk>/administrator/",
        views.member_administrator,
        name="member_administrator",
    ),
    path("partner/<int:pk>/personer/<int:membership_pk>/pausa/", views.member_pause, name="member_pause"),
    path("partner/<int:pk>/personer/<int:membership_pk>/lank/", views.member_link, name="member_link"),
    path("arbetar-som/", views.hat_change, name="hat_change"),
    path("kompetensbarare/", views.network_overview, name="network_overview"),
    path("kompetensbarare/utse/", views.bearer_create, name="bearer_create"),
    path("kompetensbarare/<int:bearer_pk>/avsluta/", views.bearer_end, name="bearer_end"),
    path("kompetensbarare/traffar/ny/", views.event_create, name="event_create"),
    path("kompetensbarare/traffar/<int:event_pk>/", views.event_detail, name="event_detail"),
    path(
        "kompetensbarare/traffar/<int:event_pk>/<int:attendance_pk>/ta-bort/",
        views.attendance_remove,
        name="attendance_remove",
    ),
    path("kompetensbarare/riktlinjer/ny/", views.guideline_create, name="guideline_create"),
    path("kompetensbarare/riktlinjer/<int:guideline_pk>/", views.guideline_edit, name="guideline_edit"),
]
