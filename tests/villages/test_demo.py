"""The demonstration's villages: what was handed in has its papers, and those brought later are dated later."""

from __future__ import annotations

from datetime import date

import pytest

from programs.models import Attachment, DeclarationRevision
from programs.services.demo_accounts import load_demo_accounts
from programs.services.packs.loading import load_pack
from programs.services.units import load_units
from programs.services.workdays import load_calendar
from villages.demo import load_demo

pytestmark = [pytest.mark.slow]
TODAY = date(2026, 11, 22)


def test_papers_are_dated_before_the_steps_that_want_them(db, settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path
    load_units()
    load_pack(code="pingdingshan-villages-2023")
    load_calendar(years=[2024, 2025, 2026])
    load_demo_accounts()
    load_demo(today=TODAY, say=lambda _text: None)
    revision = DeclarationRevision.objects.filter(declaration__workflow="villages-city").first()
    kinds = {row["kind"] for row in revision.papers}
    assert {"plan", "creation-plan"} <= kinds
    assert "key-projects" not in kinds  # the county brings it before it submits
    assert Attachment.objects.filter(kind="key-projects", uploaded_at__date__gt=TODAY).count() == 0
