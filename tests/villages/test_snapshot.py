"""What was handed in is read in words: hamlets, kind, preferences, works with their money; and the whole package is printed."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.utils import translation

from programs import application
from programs.access import read_access
from programs.documents.application import context_of
from programs.models import Attachment, Declaration, StoredFile
from programs.queries.declarations import DeclarationPage, with_related
from programs.workflow import workflow_of, workflows
from tests.snapshots import unlabelled
from tests.villages.test_due_inspections import client_of, see
from villages.services import places

WITH_SNAPSHOT = {"villages-city", "villages-county", "rivers-city", "rivers-county", "rivers-province"}


def printed(case) -> dict:
    """What the package prints."""
    person = case.people["county_entry"]
    with translation.override("zh-hans"):
        one = with_related(Declaration.objects.all()).get(pk=case.declaration.pk)
        return context_of(DeclarationPage(one, person, read_access(person)))


def test_every_workflow_with_a_snapshot_has_its_labels_tested():
    assert {flow.code for flow in workflows() if flow.snapshot} == WITH_SNAPSHOT


@pytest.mark.parametrize("code", ["villages-city", "villages-county"])
def test_every_field_has_a_name_in_both_languages(put_forward, code):
    assert unlabelled(code, put_forward.project) == set()


def test_the_package_holds_hamlets_kind_preferences_and_money_in_wan(put_forward):
    put_forward.to("recommended")
    context = printed(put_forward)
    values = dict(context["values"])
    assert values["自然村"] == "东庄、西庄"
    assert values["类型"]
    assert len(values) >= 5
    (works,) = context["lists"]
    money = works["columns"].index("投资额度（万元）")
    assert works["rows"][0][money] == "8"


def test_a_package_before_the_first_revision_shows_the_place_too(put_forward):
    context = printed(put_forward)
    assert dict(context["values"])["自然村"] == "东庄、西庄"
    assert context["lists"]


def test_papers_attached_after_the_revision_belong_to_the_package(put_forward):
    Attachment.objects.filter(kind="key-projects").delete()
    put_forward.to("county_selected")
    put_forward.attach(put_forward.project, "key-projects")
    papers = {row["kind"]: row for row in printed(put_forward)["papers"]}
    assert papers["key-projects"]["later"] is not None
    assert papers["key-projects"]["kind_name"] == "重点项目建设方案"
    assert papers["creation-plan"].get("later") is None


def test_a_newer_version_stands_beside_the_one_handed_in(put_forward):
    put_forward.to("recommended")
    old = Attachment.objects.get(kind="creation-plan")
    stored = StoredFile.objects.create(sha256="f" * 64, sm3="0" * 64, size=1, content_type="application/pdf", name="n")
    Attachment.objects.filter(pk=old.pk).update(replaced_at="2026-05-01T00:00:00Z")
    Attachment.objects.create(
        project=put_forward.project, kind="creation-plan", file=stored, name="new.pdf", version=2, uploaded_by=old.uploaded_by
    )  # fmt: skip
    names = [row["name"] for row in printed(put_forward)["papers"] if row["kind"] == "creation-plan"]
    assert names == ["creation-plan.pdf", "new.pdf"]


def test_revisions_are_compared_in_words(put_forward):
    put_forward.to("recommended")
    with time_machine.travel("2026-02-11 10:00:00+08:00", tick=True):
        put_forward.take("return", "county", comment="投资额有误")
        candidate = put_forward.project.candidate
        candidate.refresh_from_db()
        row = candidate.works.get()
        fields = {
            name: getattr(row, name) for name in ("builder", "place", "content", "finish_by", "sources", "is_tendered")
        }
        places.save_candidate(
            actor=put_forward.people["town"], project_id=put_forward.project.pk, version=candidate.version,
            fields={"style": "forest", "hamlets": ["东庄", "西庄", "前李"]},
            works=[{"pk": row.pk, "investment": Decimal("985000.00"), **fields}],
        )  # fmt: skip
        put_forward.take("recommend", "town")
    text = see(put_forward.people["county"], f"/declarations/{put_forward.declaration.pk}/compare/")
    table = text[text.index("<tbody") : text.index("</tbody")]
    assert "前李" in table
    assert "98.5" in table
    assert "985000" not in table
    assert not {"style", "hamlets", "works", "preferences"} & set(table.replace("<", " ").replace(">", " ").split())
    page = see(put_forward.people["county"], f"/declarations/{put_forward.declaration.pk}/")
    assert "985000" not in page


def test_the_history_names_the_unit_and_the_facts(put_forward):
    put_forward.people["town"].grants.update(organization=None)
    put_forward.to("building")
    decision = put_forward.declaration.decisions.get(verb="begin")
    assert decision.office == put_forward.town.name
    client = client_of(put_forward.people["town"])
    client.cookies["django_language"] = "zh-hans"
    answer = client.get(
        f"/declarations/{put_forward.declaration.pk}/history.csv", headers={"Accept-Language": "zh-hans"}
    )
    text = answer.content.decode()
    header = next(line for line in text.splitlines() if "步骤" in line)
    assert "来源" not in header
    assert "截止" not in header
    assert "2026-03-20" in text
    assert text.count(put_forward.town.name) >= 2
    assert dict(application.facts_of(workflow_of("villages-city"), decision)).popitem()[1] == "2026-03-20"


def test_hamlets_are_not_marked_optional(put_forward):
    text = see(put_forward.people["town"], f"/villages/places/{put_forward.project.code}/")
    at = text.index('name="hamlets"')
    assert "mute s" not in text[text.rindex("<label", 0, at) : at]
