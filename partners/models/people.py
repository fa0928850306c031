"""The people who work in the partnership, and where."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from partners.models.partnership import Organisation
from partners.models.periods import in_force, period_is_ordered


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person who works with the project. What she may do follows from her memberships alone."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    password_links = models.PositiveIntegerField(
        _("links for choosing a password"), default=0, editable=False, help_text=_("so many were made; one is valid")
    )
    link_wanted_at = models.DateTimeField(_("link to be mailed, since"), null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_case")]

    def __str__(self) -> str:
        return self.name or self.email


class MembershipQuerySet(models.QuerySet["Membership"]):
    def ongoing(self) -> MembershipQuerySet:
        """Those that give rights today: begun, not ended, not paused."""
        return self.filter(in_force(today()), paused_on__isnull=True)

    def present(self) -> MembershipQuerySet:
        """Those that are not over, paused ones among them: whom the organisation still has to answer for."""
        return self.filter(in_force(today()))

    def unconfirmed(self) -> MembershipQuerySet:
        """Ongoing ones that nobody has confirmed for too long."""
        last = today() - dt.timedelta(days=settings.MEMBERS_CONFIRMED_DAYS)
        return self.ongoing().filter(confirmed_on__lt=last)


class Membership(models.Model):
    """A person's role in an organisation during a period. Rights come from here and from nowhere else."""

    class Role(models.TextChoices):
        COORDINATOR = "coordinator", _("coordinator")
        CASEWORKER = "caseworker", _("caseworker")
        SUPERVISOR = "supervisor", _("supervisor")
        PROJECT_OFFICE = "project_office", _("project office")
        STEERING_GROUP = "steering_group", _("steering group")
        CONTROLLER = "controller", _("funder's controller")
        ADMINISTRATOR = "administrator", _("administrator")

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    started_on = models.DateField(_("from"), default=today)
    ended_on = models.DateField(_("to"), null=True, blank=True)
    is_administrator = models.BooleanField(
        _("administrator of the organisation's people"),
        default=False,
        help_text=_("Adds, confirms and ends the people of this organisation."),
    )
    confirmed_on = models.DateField(
        _("confirmed"), default=today, help_text=_("When the organisation last said that the person works there.")
    )
    paused_on = models.DateField(
        _("paused"), null=True, blank=True, help_text=_("Gives no rights from this day on, and is not removed.")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation", "role", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "started_on"], name="membership_starts_once"
            ),
            period_is_ordered("membership_period_is_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}, {self.organisation}"

    @property
    def is_over(self) -> bool:
        """Ended, today included: whoever is ended has no rights from that moment."""
        return self.ended_on is not None and (
            self.ended_on < today() or (self.paused_on is not None and self.ended_on == today())
        )

    @property
    def confirm_by(self) -> dt.date:
        """The last day before the membership is paused unless somebody confirms it."""
        return self.confirmed_on + dt.timedelta(days=settings.MEMBERS_CONFIRMED_DAYS)

    @property
    def is_due(self) -> bool:
        """Whether it is time to confirm: the warning has begun."""
        return self.confirm_by - dt.timedelta(days=settings.MEMBERS_WARNING_DAYS) <= today()
