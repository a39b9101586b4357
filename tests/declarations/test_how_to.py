"""The worked example of docs/how-to-add-an-initiative.md, taken out of the page, installed and run."""

import importlib
import re
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import engines
from django.test import override_settings
from django.urls import reverse

from programs.errors import RuleViolation
from programs.models import Project, Role
from programs.modules import PackPart, _modules, module_of
from programs.services.attachments import attach
from programs.services.declarations import decide, save_draft, start
from programs.services.packs.files import Tree
from programs.services.packs.problems import PackRefused
from programs.services.packs.writing import Writer
from programs.workflow import _workflows
from tests.api.conftest import Caller
from tests.declarations.test_attachments import pdf
from tests.factories import make_grant, make_organization, make_user, small_city

PAGE = Path(__file__).parents[2] / "docs" / "how-to-add-an-initiative.md"
BLOCK = re.compile(r"^```\w+\n# (\S+)\n(.*?)^```$", re.M | re.S)


def written(folder: Path) -> set[str]:
    """Write every block of the page that begins with a file's name; the names."""
    found = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    for name, text in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return set(found)


@pytest.fixture
def orchards(tmp_path, db, settings):
    """The initiative, installed for one test with its table."""
    settings.LUOSHI_DATA = tmp_path / "data"
    names = written(tmp_path)
    assert {"orchards/apps.py", "orchards/workflow.py", "orchards/models.py", "pack/orchards.csv"} <= names
    sys.path.insert(0, str(tmp_path))
    importlib.invalidate_caches()
    try:
        with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "orchards"]):
            engines["django"].engine.dirs.append(str(tmp_path / "templates"))  # changed apps made new engines
            with connection.schema_editor() as editor:
                editor.create_model(apps.get_model("orchards", "Orchard"))
            yield tmp_path
    finally:
        sys.path.remove(str(tmp_path))
        for name in [name for name in sys.modules if name.partition(".")[0] == "orchards"]:
            del sys.modules[name]
        apps.all_models.pop("orchards", None)
        apps.clear_cache()
        _modules.pop("orchards", None)
        _workflows.pop("orchards", None)


def loaded(folder: Path, place) -> PackPart:
    place.programme.module = "orchards"
    place.programme.save()
    path = folder / "pack" / "orchards.csv"
    path.write_text(
        path.read_text().replace("{first}", place.townships[0].code).replace("{second}", place.townships[1].code)
    )
    part = PackPart(place.programme, folder / "pack", {}, Tree(), Writer(None))
    module_of("orchards").load_pack(part)
    return part


def test_the_example_runs_from_the_pack_to_the_name(orchards, client):
    place = small_city()
    part = loaded(orchards, place)
    assert part.writer.counts.created["orchard"] == 2
    again = PackPart(place.programme, orchards / "pack", {}, Tree(), Writer(None))
    module_of("orchards").load_pack(again)
    assert again.writer.counts.did_nothing

    town, project = place.townships[0], Project.objects.get(code="orchard-1")
    reporter, approver = make_user(), make_user()
    make_grant(reporter, Role.REPORTER, town)
    make_grant(approver, Role.APPROVER, place.city, organization=make_organization(place.city))
    declaration = start(actor=reporter, project=project, year=2026)
    ids = {"declaration_id": declaration.pk}

    with pytest.raises(RuleViolation) as caught:
        decide(actor=reporter, verb="apply", revision=0, **ids)
    assert {one.code for one in caught.value.errors} == {"form", "paper_missing"}
    save_draft(actor=reporter, data={"harvest": "12.5", "story": "Old trees."}, **ids)
    attach(actor=reporter, project=project, kind="map", upload=SimpleUploadedFile("map.pdf", pdf()))
    decide(actor=reporter, verb="apply", revision=0, **ids)
    decide(actor=place.people["reviewer"], verb="hand_in", revision=1, **ids)
    done = decide(actor=approver, verb="name", revision=1, number="9", **ids)
    assert (done.stage, done.is_open) == ("named", False)
    assert done.revisions.get().data == {"harvest": "12.5", "story": "Old trees."}

    client.force_login(reporter, backend="accounts.backends.AccountBackend")
    for url in (reverse("project", args=["orchard-1"]), reverse("declaration", args=[declaration.pk])):
        text = client.get(url).content.decode()
        assert "pears" in text
        assert "80.5" in text
    listed = Caller(reporter).get("declarations/", {"workflow": "orchards"}).json()["results"]
    assert [(row["project"], row["stage"]) for row in listed] == [("orchard-1", "named")]


def test_a_small_orchard_is_refused_with_both_numbers(orchards):
    place = small_city()
    loaded(orchards, place)
    reporter = make_user()
    make_grant(reporter, Role.REPORTER, place.townships[1])
    project = Project.objects.get(code="orchard-2")
    declaration = start(actor=reporter, project=project, year=2026, data={"harvest": "1", "story": "x"})
    attach(actor=reporter, project=project, kind="map", upload=SimpleUploadedFile("map.pdf", pdf()))
    with pytest.raises(RuleViolation) as caught:
        decide(actor=reporter, declaration_id=declaration.pk, verb="apply", revision=0)
    assert {one.code for one in caught.value.errors} == {"area"}
    assert "12" in caught.value.message
    assert "50" in caught.value.message


def test_a_bad_row_of_the_pack_is_named_with_its_line(orchards):
    place = small_city()
    place.townships[1].code = "000000000000"
    with pytest.raises(PackRefused) as caught:
        loaded(orchards, place)
    assert [(one.file, one.line) for one in caught.value.problems] == [("pack/orchards.csv", 3)]
