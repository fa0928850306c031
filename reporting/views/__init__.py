"""Request in, response out: the dashboard, one participation's standing, the reports, and what the figures mean."""

from reporting.views.about import figures_about
from reporting.views.dashboard import dashboard, dashboard_project
from reporting.views.reports import (
    report_create,
    report_detail,
    report_download,
    report_freeze,
    report_list,
    report_progress,
    report_rebuild,
)
from reporting.views.standing import standing

__all__ = [
    "dashboard",
    "dashboard_project",
    "figures_about",
    "report_create",
    "report_detail",
    "report_download",
    "report_freeze",
    "report_list",
    "report_progress",
    "report_rebuild",
    "standing",
]
