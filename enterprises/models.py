"""The region's social enterprises."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Organisation


class Enterprise(models.Model):
    """A social enterprise as a place of work: what it does and whether it is work-integrating (ASF)."""

    organisation = models.OneToOneField(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="enterprise"
    )
    trade = models.CharField(_("trade"), max_length=120, blank=True)
    is_wise = models.BooleanField(_("work-integrating social enterprise (ASF)"), default=True)
    in_social_trade = models.BooleanField(_("member of Social Trade"), default=False)
    in_tillvaxtverket_list = models.BooleanField(_("on Tillväxtverket's list"), null=True, blank=True)
    is_supported = models.BooleanField(
        _("supported directly by the project"), default=False, help_text=_("Counts in CO23, once per project.")
    )

    class Meta:
        verbose_name = _("enterprise")
        verbose_name_plural = _("enterprises")
        ordering = ["organisation__name"]

    def __str__(self) -> str:
        return str(self.organisation)
