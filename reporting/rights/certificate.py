"""The certificate of erasure on paper: who decided, when, what went and what stays. It names no participant."""

from __future__ import annotations

from django.apps import apps
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from reporting.models import Erasure
from reporting.rights.letter import Letter, letter, section
from reporting.rights.words import plain


def certificate(erasure: Erasure) -> Letter:
    assert erasure.erased_at is not None  # noqa: S101 – for the type checker
    assert erasure.ordered_by is not None  # noqa: S101
    project = erasure.project
    return letter(
        title=_("Certificate of erasure"),
        kind=f"{project.name} · {project.dnr}",
        subtitle=_("Number %(number)s") % {"number": erasure.number},
        opening=[
            _("On %(day)s the data about %(count)s participation(s) in %(project)s (%(dnr)s) were erased by %(who)s.")
            % {
                "day": plain(erasure.erased_at),
                "count": len(erasure.people),
                "project": project.name,
                "dnr": project.dnr,
                "who": erasure.ordered_by.name,
            },
            _("What the frozen reports say was not changed. The logs keep ids that name nobody."),
        ],
        footer=f"{_('Certificate of erasure')} · {erasure.number}",
        day=timezone.localdate(erasure.erased_at),
        sections=[
            section(
                _("The decision"),
                columns=[_("what"), _("value")],
                rows=[row for row in _decision(erasure) if row[1]],
            ),
            section(_("Rows by table"), columns=[_("table"), _("rows")], rows=counts(erasure)),
            section(
                _("Reports that stay"),
                note=_("The hash of the content was the same before the erasure and after it."),
                columns=[_("report"), _("counted on"), _("hash of the content")],
                rows=[[one["title"], one["cut_off"], one["content_sha256"]] for one in erasure.reports],
            ),
            section(
                _("Under which ids they stood"),
                note=_("After a restore from backup these are erased again (replay_erasures)."),
                lines=[", ".join(str(pk) for pk, _at in erasure.people)],
            ),
        ],
    )


def _decision(erasure: Erasure) -> list[list[str]]:
    return [
        [_("Kind"), capfirst(str(erasure.get_kind_display()))],
        [_("Decision"), erasure.reason],
        [_("Kept until"), plain(erasure.retention_until)],
        [_("Source"), erasure.retention_source],
        [_("Persons of whom nothing is left"), str(len(erasure.persons))],
        [_("Files removed"), str(erasure.files_removed)],
        [_("Archive package, bytes"), str(erasure.archive_size or "")],
        [_("Archive package, SHA-256"), erasure.archive_sha256],
        [_("Its contents, SHA-256"), erasure.content_sha256],
    ]


def counts(erasure: Erasure) -> list[list[str]]:
    """Rows by table, in words."""
    return [
        [capfirst(str(apps.get_model(label)._meta.verbose_name_plural)), str(count)]
        for label, count in sorted(erasure.counts.items())
    ]
