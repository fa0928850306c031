"""Organisations and the projects they run together."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grundsteget.dates import today
from partners.models.periods import period_is_ordered


class Organisation(models.Model):
    """A partner: an authority, one of its offices, an enterprise, a financier."""

    class Kind(models.TextChoices):
        COOPERATIVE_DEVELOPMENT = "cooperative_development", _("co-operative development agency")
        CITY_DISTRICT = "city_district", _("city district")
        SOCIAL_SERVICES = "social_services", _("social services")
        EMPLOYMENT_SERVICE = "employment_service", _("public employment service")
        ADULT_EDUCATION = "adult_education", _("adult education")
        COMPETENCE_CENTRE = "competence_centre", _("competence centre")
        SOCIAL_ENTERPRISE = "social_enterprise", _("social enterprise")
        SALES_ORGANISATION = "sales_organisation", _("joint sales organisation")
        MUNICIPAL_ADMINISTRATION = "municipal_administration", _("municipal administration")
        FINANCIER = "financier", _("financier")
        REGION = "region", _("region")
        BUSINESS = "business", _("business or business organisation")
        NETWORK = "network", _("network or other project")
        OTHER = "other", _("other")

    # Whose offices are to have a competence bearer, and guidelines for the work with social enterprises. (goal 5)
    AUTHORITIES = (
        Kind.CITY_DISTRICT,
        Kind.SOCIAL_SERVICES,
        Kind.EMPLOYMENT_SERVICE,
        Kind.ADULT_EDUCATION,
        Kind.COMPETENCE_CENTRE,
        Kind.MUNICIPAL_ADMINISTRATION,
    )

    name = models.CharField(_("name"), max_length=160, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="units"
    )
    organisation_number = models.CharField(_("organisation number"), max_length=11, blank=True)
    municipality = models.CharField(_("municipality"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="organisation_is_not_its_own_parent", condition=~Q(parent=F("pk"))),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class Project(models.Model):
    """One project as its funder knows it. The register's planned number and the goals' base are two facts."""

    dnr = models.CharField(_("diary number"), max_length=20, unique=True, help_text=_("For example 2015/00254"))
    slug = models.SlugField(max_length=24, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=160)
    owner = models.ForeignKey(
        Organisation, verbose_name=_("project owner"), on_delete=models.PROTECT, related_name="owned_projects"
    )
    region = models.CharField(_("region"), max_length=60, blank=True)
    started_on = models.DateField(_("start"))
    ended_on = models.DateField(_("end"))
    programme_area = models.CharField(_("programme area"), max_length=10, blank=True)
    specific_objective = models.CharField(_("specific objective"), max_length=10, blank=True)
    intervention_type = models.CharField(_("intervention type"), max_length=10, blank=True)
    postal_code = models.CharField(_("postal code of the beneficiary"), max_length=6, blank=True)
    budget_sek = models.PositiveBigIntegerField(_("total budget, SEK"), null=True, blank=True)
    grant_sek = models.PositiveBigIntegerField(_("granted ESF support, SEK"), null=True, blank=True)
    union_rate_percent = models.DecimalField(
        _("the Union's co-financing rate, per cent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    planned_participants_register = models.PositiveIntegerField(
        _("planned participants according to the register"), null=True, blank=True
    )
    target_base = models.PositiveIntegerField(_("participants that the goals count on"), null=True, blank=True)
    goal_a_percent = models.PositiveSmallIntegerField(_("goal 1, per cent of the base"), null=True, blank=True)
    goal_b_percent = models.PositiveSmallIntegerField(_("goal 2, per cent of the base"), null=True, blank=True)
    jobs_goal = models.PositiveIntegerField(
        _("people employed in the region's social enterprises, goal"), null=True, blank=True
    )
    jobs_at_start = models.PositiveIntegerField(_("people employed there at the start, about"), null=True, blank=True)
    jobs_horizon_year = models.PositiveSmallIntegerField(_("horizon of that goal"), null=True, blank=True)
    led_by_civil_society = models.BooleanField(_("CO20: run by social partners or civil society"), default=False)
    dedicated_to_women = models.BooleanField(_("CO21: dedicated to women's participation in work"), default=False)
    targets_public_administration = models.BooleanField(_("CO22: targets public administration"), default=False)
    gave_state_aid = models.BooleanField(_("gave state aid to enterprises"), default=False)
    # Until when documents and participants' data are kept, that day included: nobody guesses it. (esf-rules.md 2.6)
    retention_until = models.DateField(_("kept until"), null=True, blank=True)
    retention_source = models.CharField(_("where this is said"), max_length=200, blank=True)
    retention_held_on = models.DateField(_("put on hold"), null=True, blank=True)
    retention_hold_reason = models.CharField(_("why on hold"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-started_on", "dnr"]
        constraints = [
            period_is_ordered("project_period_is_ordered"),
            models.CheckConstraint(
                name="project_retention_has_a_source",
                condition=Q(retention_until__isnull=True, retention_source="")
                | (Q(retention_until__isnull=False) & ~Q(retention_source="")),
                violation_error_message=_("Say where the day comes from."),
            ),
            models.CheckConstraint(
                name="project_hold_has_a_reason",
                condition=Q(retention_held_on__isnull=True, retention_hold_reason="")
                | (Q(retention_held_on__isnull=False) & ~Q(retention_hold_reason="")),
                violation_error_message=_("A hold has a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.dnr})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.dnr.replace("/", "-")
        super().save(*args, **kwargs)

    @property
    def is_kept(self) -> bool:
        """Whether the documents may not be erased today: the day is not set, not past, or a case keeps them."""
        return self.retention_until is None or self.retention_until >= today() or self.retention_held_on is not None

    @property
    def goal_a_target(self) -> int | None:
        """People: 50 % of 280 is 140 in Grundsteget. Rounded up when the share is no whole number."""
        return self._share_of_base(self.goal_a_percent)

    @property
    def goal_b_target(self) -> int | None:
        return self._share_of_base(self.goal_b_percent)

    def _share_of_base(self, percent: int | None) -> int | None:
        if percent is None or self.target_base is None:
            return None
        return -(-self.target_base * percent // 100)


class ProjectGoal(models.Model):
    """One goal of a project's results framework as the project words it, with its figure where it has one."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="goals")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    target = models.PositiveIntegerField(_("target"), null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ["project", "number", "pk"]
        constraints = [models.UniqueConstraint(fields=["project", "number", "title"], name="goal_is_unique_in_project")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Partnership(models.Model):
    """An organisation's role in one project's shared process."""

    class Role(models.TextChoices):
        OWNER = "owner", _("project owner")
        REFERS = "refers", _("refers and follows participants")
        DECIDES = "decides", _("decides on labour-market measures")
        PREPARES = "prepares", _("guides and prepares")
        EDUCATES = "educates", _("educates in parallel with work")
        EMPLOYS = "employs", _("gives workplaces, supervision and employment")
        SELLS = "sells", _("sells together for the enterprises")
        COORDINATES = "coordinates", _("coordinates the competence bearers")
        FINANCES = "finances", _("finances and helps to establish")
        BUYS = "buys", _("customer and employer")
        EXCHANGES = "exchanges", _("exchange of experience")

    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="partnerships"
    )
    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="partnerships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    started_on = models.DateField(_("from"))
    ended_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["project", "role", "organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "project", "role", "started_on"], name="partnership_role_starts_once"
            ),
            period_is_ordered("partnership_period_is_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.get_role_display()}"
