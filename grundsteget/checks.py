"""What `manage.py check` says about this installation's settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string


@register(Tags.security)
def scanner_exists(**_: Any) -> list[CheckMessage]:
    if not settings.FILE_SCANNER:
        return []
    try:
        import_string(settings.FILE_SCANNER)
    except ImportError:
        return [Error("FILE_SCANNER names nothing that can be imported.", id="grundsteget.E001")]
    return []


@register(Tags.security, deploy=True)
def files_are_scanned(**_: Any) -> list[CheckMessage]:
    if settings.FILE_SCANNER:
        return []
    return [
        Warning(
            "FILE_SCANNER is not set: uploaded files are handed out without having been checked for viruses.",
            hint="Set FILE_SCANNER=grundsteget.clamd.is_clean and CLAMD_ADDRESS.",
            id="grundsteget.W001",
        )
    ]
