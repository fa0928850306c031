"""Addresses of the app."""

from django.urls import path

from reporting import views

app_name = "reporting"
urlpatterns = [
    path("mal-och-lage/", views.dashboard, name="dashboard"),
    path("mal-och-lage/<slug:project>/", views.dashboard_project, name="dashboard_project"),
    path("mal-och-lage/<slug:project>/insatser/", views.measure_statistics, name="measure_statistics"),
    path("deltagare/<int:pk>/raknas-som/", views.standing, name="standing"),
    path("rapporter/", views.report_list, name="report_list"),
    path("rapporter/ny/", views.report_create, name="report_create"),
    path("rapporter/<int:pk>/", views.report_detail, name="report_detail"),
    path("rapporter/<int:pk>/lage/", views.report_progress, name="report_progress"),
    path("rapporter/<int:pk>/frys/", views.report_freeze, name="report_freeze"),
    path("rapporter/<int:pk>/rakna-om/", views.report_rebuild, name="report_rebuild"),
    path("rapporter/<int:pk>/fil/<str:format>/", views.report_download, name="report_download"),
    path("deltagare/<int:pk>/registerutdrag/", views.extract_create, name="extract_create"),
    path("deltagare/<int:pk>/gallra/", views.person_erase, name="person_erase"),
    path("projekt/<slug:project>/gallring/", views.project_erase, name="project_erase"),
    path("projekt/<slug:project>/gallring/arkiv/", views.archive_create, name="archive_create"),
    path("gallringar/<int:erasure_pk>/arkiv/", views.archive_download, name="archive_download"),
    path("gallringar/<int:erasure_pk>/intyg/", views.erasure_certificate, name="erasure_certificate"),
    path("importer/", views.import_list, name="import_list"),
    path("importer/ny/", views.import_create, name="import_create"),
    path("importer/<int:import_pk>/", views.import_detail, name="import_detail"),
    path("importer/<int:import_pk>/kolumner/", views.import_columns, name="import_columns"),
    path("importer/<int:import_pk>/dubbletter/", views.import_doubles, name="import_doubles"),
    path("importer/<int:import_pk>/fel/", views.import_errors, name="import_errors"),
    path("importer/<int:import_pk>/las-in/", views.import_apply, name="import_apply"),
    path("importer/<int:import_pk>/angra/", views.import_undo, name="import_undo"),
    path("importer/<int:import_pk>/lagg-undan/", views.import_cancel, name="import_cancel"),
    path("om-siffrorna/", views.figures_about, name="figures_about"),
]
