"""Addresses of the app."""

from django.urls import path

from enterprises import views

app_name = "enterprises"
urlpatterns = [
    path("foretag/", views.enterprise_list, name="enterprise_list"),
    path("foretag/<int:pk>/", views.enterprise_detail, name="enterprise_detail"),
]
