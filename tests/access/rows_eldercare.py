"""Addresses of elder care. Entry is the reporter's; the risk level is decided at the county, not above it."""

from datetime import date

from programs.models import Role
from tests.access.table import BUSINESS, HERE, REPORTER, REVIEW, Row

COUNTY = frozenset({"own"})


def _pk(name):
    return lambda w: {"pk": getattr(w, name).pk}


ROWS = [
    Row("eldercare-facilities", BUSINESS),
    Row("eldercare-facility-new", REPORTER, frozenset({"own", "parent", "child", "sibling"})),
    Row("eldercare-facility-new", REPORTER, frozenset({"own", "parent", "child", "sibling"}), method="post", ok=422),
    Row("eldercare-facility", BUSINESS, HERE, kwargs=_pk("elder_facility")),
    Row("eldercare-facility-edit", REPORTER, HERE, kwargs=_pk("elder_facility")),
    Row("eldercare-facility-edit", REPORTER, HERE, method="post", kwargs=_pk("elder_facility"), ok=422),
    Row("eldercare-facility-project", REPORTER, HERE, method="post", kwargs=_pk("elder_facility"), ok=302),
    Row("eldercare-estates", BUSINESS),
    Row("eldercare-estate-new", REPORTER, frozenset({"own", "parent", "child", "sibling"})),
    Row("eldercare-estate-new", REPORTER, frozenset({"own", "parent", "child", "sibling"}), method="post", ok=422),
    Row("eldercare-estate", BUSINESS, HERE, kwargs=_pk("elder_estate")),
    Row("eldercare-estate-edit", REPORTER, HERE, kwargs=_pk("elder_estate")),
    Row("eldercare-estate-edit", REPORTER, HERE, method="post", kwargs=_pk("elder_estate"), ok=422),
    Row("eldercare-institutions", BUSINESS),
    Row("eldercare-institution-new", REPORTER, frozenset({"own", "parent", "child", "sibling"})),
    Row("eldercare-institution-new", REPORTER, frozenset({"own", "parent", "child", "sibling"}), method="post", ok=422),
    Row("eldercare-institution", BUSINESS, HERE, kwargs=_pk("elder_institution")),
    Row("eldercare-institution-edit", REPORTER, HERE, kwargs=_pk("elder_institution")),
    Row("eldercare-institution-edit", REPORTER, HERE, method="post", kwargs=_pk("elder_institution"), ok=422),
    Row("eldercare-risk", REVIEW, COUNTY, method="post", kwargs=_pk("elder_institution"),
        data=lambda w: {"level": "low", "reason": "x"}, ok=302, hidden=(403, 404)),
    Row("eldercare-drill-new", REPORTER, HERE, method="post", kwargs=_pk("elder_institution"), ok=422),
    Row("eldercare-drill-strike", REPORTER, HERE, method="post", kwargs=_pk("elder_drill"), data=lambda w: {"reason": "x"}, ok=302),
    Row("eldercare-drills", BUSINESS),
    Row("eldercare-coverage", BUSINESS),
    Row("eldercare-counts", BUSINESS),
    Row("eldercare-counts", REPORTER, frozenset({"own", "parent"}), method="post",
        data=lambda w: {"programme": w.programme.code, f"c-{w.elder_kind.pk}-{w.own.pk}": "3"}, ok=302, hidden=(403, 404)),
    Row("eldercare-split", BUSINESS),
    Row("api-facilities", BUSINESS),
    Row("api-facility", BUSINESS, HERE, kwargs=_pk("elder_facility")),
    Row("api-institutions", BUSINESS),
    Row("api-institution", BUSINESS, HERE, kwargs=_pk("elder_institution")),
]  # fmt: skip


def add(world):
    """A facility, an estate, an institution with a drill, all of the county ``own``; nobody's own entries."""
    from eldercare.models import CountKind, Drill, Estate, Facility, FacilityType, Institution

    types = FacilityType.objects.create(programme=world.programme, code="centre", name_zh="中心", name_en="Centre")
    common = {"programme": world.programme, "unit": world.own}
    world.elder_facility = Facility.objects.create(**common, facility_type=types, name_zh="示例中心")
    world.elder_estate = Estate.objects.create(**common, kind="new", name_zh="示例花园")
    world.elder_institution = Institution.objects.create(**common, name_zh="示例养老院")
    author = world.people[Role.REPORTER, "own"]
    world.elder_drill = Drill.objects.create(
        institution=world.elder_institution, kind="on_site", held_on=date(2026, 3, 1), recorded_by=author
    )
    world.elder_kind = CountKind.objects.create(
        programme=world.programme, subject="training", code="carers", name_zh="培训", name_en="Training",
        measure_zh="人次", measure_en="person-times",
    )  # fmt: skip
