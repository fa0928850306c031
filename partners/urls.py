"""Addresses of the app."""

from django.urls import path

from partners import views

app_name = "partners"
urlpatterns = [
    path("partner/", views.partnership_list, name="partnership_list"),
]
