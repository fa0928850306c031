"""The person, whatever projects she takes part in."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from participants import identity
from participants.names import name_key


class Participant(models.Model):
    """A person. The identity number is stored encrypted and found by a keyed hash; the birth date is a fact of its own,
    because the number's date may differ from it (esf-rules.md 3.1)."""

    class Sex(models.TextChoices):
        WOMAN = "K", _("woman")
        MAN = "M", _("man")

    class Protection(models.TextChoices):
        NONE = "none", _("none")
        SECRECY_FLAG = "sekretessmarkering", _("secrecy flag")
        PROTECTED_REGISTRATION = "skyddad_folkbokforing", _("protected registration")

    identity_cipher = models.TextField(blank=True, editable=False)
    identity_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    identity_kind = models.CharField(_("kind of number"), max_length=12, choices=identity.Kind, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    sex = models.CharField(_("legal sex"), max_length=1, choices=Sex, blank=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    first_name_key = models.CharField(max_length=320, blank=True, editable=False, db_index=True)
    last_name_key = models.CharField(max_length=320, blank=True, editable=False, db_index=True)
    protection = models.CharField(
        _("protected personal data"), max_length=24, choices=Protection, default=Protection.NONE
    )
    municipality = models.CharField(_("municipality"), max_length=60, blank=True)
    district = models.CharField(_("district"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="former_selves"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        indexes = [
            models.Index(fields=["last_name_key", "first_name_key", "id"], name="participant_by_name"),
        ]
        constraints = [
            models.CheckConstraint(
                name="participant_number_is_whole",
                condition=Q(identity_cipher="", identity_hash__isnull=True)
                | (~Q(identity_cipher="") & Q(identity_hash__isnull=False)),
                violation_error_message=_("An identity number is stored with its search key or not at all."),
            ),
        ]

    def __str__(self) -> str:
        # A pseudonym on purpose: what is logged or raised must not name anybody.
        return f"person {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.first_name_key, self.last_name_key = name_key(self.first_name), name_key(self.last_name)
        super().save(*args, **kwargs)

    @property
    def is_protected(self) -> bool:
        return self.protection != self.Protection.NONE

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def number(self) -> str:
        """The twelve characters, or an empty string."""
        return identity.decrypt(self.identity_cipher) if self.identity_cipher else ""

    @property
    def masked_number(self) -> str:
        return identity.masked(self.number) if self.identity_cipher else ""

    def set_identity(self, parsed: identity.Identity, project_id: int | None = None) -> None:
        """Take the number; fill in sex and birth date where they are unknown."""
        self.identity_cipher = identity.encrypt(parsed.number)
        self.identity_hash = identity.search_hash(parsed, project_id)
        self.identity_kind = parsed.kind
        self.sex = self.sex or parsed.sex
        self.birth_date = self.birth_date or parsed.birth_date
