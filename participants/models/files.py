"""What is known of a stored file besides its bytes: whether somebody has looked for viruses in it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from grundsteget import scanning
from grundsteget.scanning import ScanState

NOT_CHECKED = _("not checked for viruses")


class ScannedFile(models.Model):
    """A row with a file from somebody's computer, and what the virus scanner said of it."""

    scan_state = models.CharField(
        _("virus check"), max_length=9, choices=ScanState, default=ScanState.UNCHECKED, editable=False
    )
    scanned_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_downloadable(self) -> bool:
        """Found clean; or nobody looks for viruses here, and the page says so. (SAFETY P-58)"""
        if self.scan_state == ScanState.UNCHECKED:
            return not scanning.is_wanted()
        return self.scan_state == ScanState.CLEAN

    @property
    def is_infected(self) -> bool:
        return self.scan_state == ScanState.INFECTED

    @property
    def is_clean(self) -> bool:
        return self.scan_state == ScanState.CLEAN

    @property
    def scan_words(self) -> str:
        if self.scan_state == ScanState.UNCHECKED and not scanning.is_wanted():
            return str(NOT_CHECKED)
        return str(ScanState(self.scan_state).label)
