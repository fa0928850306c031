"""The report as a file. One content, four formats; the texts are in the language that is active.

- `pdf`: for reading and for the archive (PDF/A-2a, PDF/UA-1).
- `xlsx`: numbers as numbers, with their parameters and definitions.
- `json`: the content as it is.
- `csv`: `year;code;women;men;total`, one row per figure, in UTF-8 without byte order mark; an empty year is the whole
  period, and empty women and men mean that the figure has no sex.
"""

from __future__ import annotations

from partners.models import Project
from reporting.content import Content, as_json
from reporting.documents.csv import as_csv
from reporting.documents.pdf import as_pdf
from reporting.documents.xlsx import as_xlsx

FORMATS = ("json", "xlsx", "pdf", "csv")


def render(format: str, content: Content, *, project: Project, fingerprint: str) -> bytes:
    """The same content gives the same bytes. Raises KeyError for an unknown format."""
    return {
        "pdf": lambda: as_pdf(content, project=project, fingerprint=fingerprint),
        "xlsx": lambda: as_xlsx(content, project=project, fingerprint=fingerprint),
        "csv": lambda: as_csv(content),
        "json": lambda: as_json(content),
    }[format]()
