"""Request in, response out: the dashboard, one participation's standing, the reports, and what the figures mean."""

from reporting.views.about import figures_about
from reporting.views.dashboard import dashboard, dashboard_project
from reporting.views.imports import (
    import_apply,
    import_cancel,
    import_columns,
    import_create,
    import_detail,
    import_doubles,
    import_errors,
    import_list,
    import_undo,
)
from reporting.views.measures import measure_statistics
from reporting.views.reports import (
    report_create,
    report_detail,
    report_download,
    report_freeze,
    report_list,
    report_progress,
    report_rebuild,
)
from reporting.views.rights import (
    archive_create,
    archive_download,
    erasure_certificate,
    extract_create,
    person_erase,
    project_erase,
)
from reporting.views.standing import standing

__all__ = [
    "archive_create",
    "archive_download",
    "dashboard",
    "dashboard_project",
    "erasure_certificate",
    "extract_create",
    "figures_about",
    "import_apply",
    "import_cancel",
    "import_columns",
    "import_create",
    "import_detail",
    "import_doubles",
    "import_errors",
    "import_list",
    "import_undo",
    "measure_statistics",
    "person_erase",
    "project_erase",
    "report_create",
    "report_detail",
    "report_download",
    "report_freeze",
    "report_list",
    "report_progress",
    "report_rebuild",
    "standing",
]
