"""Addresses of the app."""

from django.urls import path

from reporting import views

app_name = "reporting"
urlpatterns = [
    path("mal-och-lage/", views.dashboard, name="dashboard"),
    path("mal-och-lage/<slug:project>/", views.dashboard_project, name="dashboard_project"),
    path("deltagare/<int:pk>/raknas-som/", views.standing, name="standing"),
    path("rapporter/", views.report_list, name="report_list"),
    path("rapporter/ny/", views.report_create, name="report_create"),
    path("rapporter/<int:pk>/", views.report_detail, name="report_detail"),
    path("rapporter/<int:pk>/lage/", views.report_progress, name="report_progress"),
    path("rapporter/<int:pk>/frys/", views.report_freeze, name="report_freeze"),
    path("rapporter/<int:pk>/rakna-om/", views.report_rebuild, name="report_rebuild"),
    path("rapporter/<int:pk>/fil/<str:format>/", views.report_download, name="report_download"),
    path("om-siffrorna/", views.figures_about, name="figures_about"),
]
