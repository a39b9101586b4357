"""The administrative tree, its organizations, and who may act where."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.models.scope import Scope, ScopedModel


class Unit(ScopedModel):
    """One row is one administrative unit in one period of validity. Closed and replaced, never moved or deleted."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        CITY = "city", _("city")
        COUNTY = "county", _("county level")
        TOWNSHIP = "township", _("township level")
        VILLAGE = "village", _("village level")

    class Kind(models.TextChoices):
        PROVINCE = "province", _("province")
        PREFECTURE_CITY = "prefecture_city", _("prefecture-level city")
        COUNTY = "county", _("county")
        COUNTY_LEVEL_CITY = "county_level_city", _("county-level city")
        DISTRICT = "district", _("district")
        FUNCTIONAL_ZONE = "functional_zone", _("functional zone")
        STREET = "street", _("street")
        TOWN = "town", _("town")
        TOWNSHIP = "township", _("township")
        FARM = "farm", _("farm or other township-level unit")
        RESIDENT_COMMITTEE = "resident_committee", _("resident committee")
        VILLAGE_COMMITTEE = "village_committee", _("village committee")
        OTHER = "other", _("other")

    class QuotaClass(models.TextChoices):
        NONE = "", _("no class")
        COUNTY_CITY = "county_city", _("counties and county-level cities")
        DISTRICT = "district", _("districts")
        AMBIGUOUS = "ambiguous", _("not settled by the document")

    code = models.CharField(max_length=12)  # GB/T 2260 + GB/T 10114 + statistical code; or a local code
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, default="", blank=True)
    short_name = models.CharField(max_length=40, default="", blank=True)
    pinyin = models.CharField(max_length=200, default="", blank=True)  # sort and search key
    level = models.CharField(max_length=10, choices=Level)
    kind = models.CharField(max_length=20, choices=Kind)
    quota_class = models.CharField(max_length=12, choices=QuotaClass, default="", blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=120, default="", blank=True)  # /1/17/204/ of primary keys, self included
    located_in = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="hosts",
        help_text="Territory, where it differs from the administering parent (functional zones).",
    )
    is_local_code = models.BooleanField(default=False)
    source = models.CharField(max_length=200, default="", blank=True)
    note_zh = models.CharField(max_length=300, default="", blank=True)
    note_en = models.CharField(max_length=400, default="", blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")

    scope = Scope(unit_path="path")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to=None), name="unit_code_once_at_a_time"),
            models.CheckConstraint(condition=Q(code__regex=r"^\d{12}$"), name="unit_code_is_12_digits"),
            models.CheckConstraint(condition=Q(level="province") | Q(parent__isnull=False), name="unit_has_parent"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="unit_validity_order",
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="unit_path_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["parent", "code"], name="unit_parent_code"),
            models.Index(fields=["level", "code"], name="unit_level_code"),
            GinIndex(fields=["name", "pinyin"], name="unit_search", opclasses=["gin_trgm_ops", "gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the active language."""
        if (get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name

    @property
    def note(self) -> str:
        if (get_language() or "").startswith("en") and self.note_en:
            return self.note_en
        return self.note_zh


class UnitOutline(ScopedModel):
    """One row is the simplified outline of one county-level unit (WGS-84 GeoJSON geometry), for the map."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="outline")
    geometry = models.JSONField()
    source = models.CharField(max_length=120, default="", blank=True)

    scope = Scope()

    def __str__(self) -> str:
        return f"outline of {self.unit_id}"


class Organization(ScopedModel):
    """One row is one body that acts: a government, bureau, zone committee, agency, mass organization …"""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("government")
        MUNICIPAL_BUREAU = "municipal_bureau", _("city bureau")
        COUNTY_BUREAU = "county_bureau", _("county bureau")
        ZONE_COMMITTEE = "zone_committee", _("zone committee")
        VERTICAL_AGENCY = "vertical_agency", _("vertical agency")
        JUDICIAL = "judicial", _("judicial body")
        MASS_ORG = "mass_org", _("mass organization")
        PUBLIC_INSTITUTION = "public_institution", _("public institution")
        INSTITUTION_GROUP = "institution_group", _("group of institutions")
        ENTERPRISE = "enterprise", _("enterprise")
        SOCIAL_ORG = "social_org", _("social organization")
        OFFICE = "office", _("office")

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=160, default="", blank=True)
    kind = models.CharField(max_length=20, choices=Kind)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="organizations")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    note_zh = models.CharField(max_length=300, default="", blank=True)
    note_en = models.CharField(max_length=400, default="", blank=True)

    # which body exists is public to officials; what it does is scoped by its units
    scope = Scope()

    class Meta:
        ordering = ["unit__code", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        if (get_language() or "").startswith("en") and self.name_en:
            return self.name_en
        return self.name


class Role(models.TextChoices):
    REPORTER = "reporter", _("reporter")
    REVIEWER = "reviewer", _("reviewer")
    APPROVER = "approver", _("approver")
    INSPECTOR = "inspector", _("inspector")
    AUDITOR = "auditor", _("auditor")
    VIEWER = "viewer", _("viewer")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDIT_ADMIN = "audit_admin", _("audit administrator")


ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
BUSINESS_ROLES = tuple(role for role in Role if role not in ADMINISTRATORS)


class Grant(ScopedModel):
    """One row lets one person act in one role over a unit and all below it, in one programme or in all."""

    class Family(models.IntegerChoices):
        BUSINESS = 0, _("business")
        ADMINISTRATOR = 1, _("administrator")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=16, choices=Role)
    family = models.PositiveSmallIntegerField(choices=Family, default=Family.BUSINESS, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    programme = models.ForeignKey(
        "programs.Programme", null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    until = models.DateField(null=True, blank=True)  # last day included
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200, default="", blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    scope = Scope(unit_path="unit__path")

    class Meta:
        ordering = ["user", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit", "programme"],
                condition=Q(revoked_at=None),
                nulls_distinct=False,
                name="grant_once",
            ),
            # Specification 11.1: nobody holds two of the three administrator roles …
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None, family=1), name="grant_one_administrator_role"
            ),
            # … and no administrator sees business data.
            ExclusionConstraint(
                name="grant_administrators_hold_no_business_role",
                expressions=[("user", "="), ("family", "<>")],
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                condition=Q(family=1, role__in=ADMINISTRATORS) | Q(family=0, role__in=BUSINESS_ROLES),
                name="grant_family_fits_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} at {self.unit_id}"
