"""Addresses of the app. Ids only: nothing that says who somebody is stands in an address."""

from django.urls import path

from participants import views

app_name = "participants"
urlpatterns = [
    path("idag/", views.today, name="today"),
    path("logga/", views.journal_quick, name="journal_quick"),
    path("logga/<int:entry_pk>/klart/", views.journal_step_done, name="journal_step_done"),
    path("deltagare/", views.participation_list, name="participation_list"),
    path("deltagare/ny/", views.participation_create, name="participation_create"),
    path("deltagare/<int:pk>/", views.participation_detail, name="participation_detail"),
    path("deltagare/<int:pk>/nummer/", views.identity_show, name="identity_show"),
    path("deltagare/<int:pk>/kontakt/", views.contact_edit, name="contact_edit"),
    path("deltagare/<int:pk>/logga/", views.journal_create, name="journal_create"),
    path("deltagare/<int:pk>/aktivitet/ny/", views.activity_create, name="activity_create"),
    path("deltagare/<int:pk>/aktivitet/<int:activity_pk>/avsluta/", views.activity_end, name="activity_end"),
    path("deltagare/<int:pk>/timmar/", views.hours_edit, name="hours_edit"),
    path("deltagare/<int:pk>/utfall/nytt/", views.outcome_create, name="outcome_create"),
    path("deltagare/<int:pk>/utfall/<int:outcome_pk>/ta-bort/", views.outcome_withdraw, name="outcome_withdraw"),
    path("deltagare/<int:pk>/utfall/<int:outcome_pk>/upphort/", views.outcome_end, name="outcome_end"),
    path("deltagare/<int:pk>/avsluta/", views.stint_close, name="stint_close"),
    path("deltagare/<int:pk>/aterintrade/", views.stint_open, name="stint_open"),
    path("deltagare/<int:pk>/nara-anstallning/", views.near_employment_edit, name="near_employment_edit"),
    path("deltagare/<int:pk>/startuppgifter/", views.entry_record_edit, name="entry_record_edit"),
    path("deltagare/<int:pk>/kansliga-uppgifter/", views.sensitive_edit, name="sensitive_edit"),
    path("deltagare/<int:pk>/samtycke/nytt/", views.consent_create, name="consent_create"),
    path("deltagare/<int:pk>/samtycke/<int:consent_pk>/aterkalla/", views.consent_withdraw, name="consent_withdraw"),
    path("deltagare/<int:pk>/uppfoljning/<str:milestone>/", views.follow_up_create, name="follow_up_create"),
    path("foretag/<int:pk>/deltagare/", views.enterprise_people, name="enterprise_people"),
]
