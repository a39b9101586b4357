"""The schema is valid, complete and true: every answer of every address fits it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime

from config.api import v1
from tests.api.test_lists import make_bulletin


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> dict:
    path: Path = tmp_path_factory.mktemp("schema") / "schema.json"
    call_command("spectacular", format="openapi-json", validate=True, fail_on_warn=True, file=str(path))
    return json.loads(path.read_text())


TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list}


def misfits(schema: dict, part: dict, value, where: str = "") -> list[str]:
    """Where ``value`` differs from ``part`` of the schema; members that are missing or not described count too."""
    if "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
    if value is None:
        return [] if part.get("nullable") or None in part.get("enum", ()) else [f"{where} is null"]
    if "oneOf" in part:
        found = [misfits(schema, one, value, where) for one in part["oneOf"]]
        return [] if any(not one for one in found) else min(found, key=len)
    if "allOf" in part:
        return [misfit for one in part["allOf"] for misfit in misfits(schema, one, value, where)]
    if "enum" in part:
        return [] if value in part["enum"] else [f"{where}: {value!r} is not one of {part['enum']}"]
    wrong = type(value) is not TYPES[part["type"]]
    if part["type"] == "string" and not wrong:
        reads = {"date": parse_date, "date-time": parse_datetime}.get(part.get("format"), lambda text: True)
        wrong = not reads(value)
    if wrong:
        return [f"{where}: {value!r} is no {part['type']} {part.get('format', '')}"]
    if part["type"] == "array":
        return [
            misfit for n, one in enumerate(value) for misfit in misfits(schema, part["items"], one, f"{where}[{n}]")
        ]
    known = part.get("properties", {})
    if part["type"] == "object" and known:
        differing = [f"{where}.{name} is not described" for name in value if name not in known]
        differing += [f"{where}.{name} is missing" for name in part.get("required", []) if name not in value]
        return differing + [
            misfit
            for name in value
            if name in known
            for misfit in misfits(schema, known[name], value[name], f"{where}.{name}")
        ]
    return []


def described(schema: dict, path: str, method: str, status: int) -> dict:
    return schema["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]


def test_every_address_is_described(schema):
    routed = {"/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(one.pattern)).replace("{pk}", "{id}") for one in v1}
    assert routed == {path for path in schema["paths"] if path.startswith("/api/v1/")}


def test_every_filter_is_described(schema):
    names = {one["name"] for one in schema["paths"]["/api/v1/units/"]["get"]["parameters"]}
    assert names == {"level", "kind", "within", "parent", "q", "cursor", "page_size"}
    assert {one["name"] for one in schema["paths"]["/api/v1/progress-reports/"]["post"]["parameters"]} == {
        "Idempotency-Key"
    }


def test_every_answer_fits_the_schema(city, schema):
    report = city.report(state="approved")
    city.report(unit=city.townships[1], state="returned")
    city.report("7", unit=city.townships[2], state="draft")
    bulletin = make_bulletin(city)
    caller, found, tried = city.api("approver"), [], 0
    keys = {
        "report": report.pk,
        "clause": city.clause.pk,
        "target": city.target.pk,
        "task": city.task.pk,
        "period": city.now.pk,
        "bulletin": bulletin.pk,
    }
    codes = {
        "unit": city.county.code,
        "organization": city.office.code,
        "document": city.programme.document.code,
        "programme": "toilets-2026",
        "indicator": "toilets-share",
    }
    figure = {"indicator": "toilets-done", "unit": city.county.code, "period": city.now.code}
    for path, operations in schema["paths"].items():
        if not path.startswith("/api/v1/") or "get" not in operations:
            continue
        noun = path.split("/")[3].rstrip("s").removeprefix("progress-")
        if "{" in path and noun not in {*keys, *codes}:
            continue  # rows of the initiatives and of supervision are tried where they are made
        url = (
            path.replace("{code}", codes.get(noun, ""))
            .replace("{id}", str(keys.get(noun)))
            .replace("{pk}", str(keys.get(noun)))
        )
        person = city.api("reporter") if path.endswith("/due/") else caller
        asked = {"from": "2026-04-30", "days": 5} if "working-days" in path else {}
        answer = person.get(url, figure if "rollups" in path else asked)
        assert answer.status_code == 200, (url, answer.content)
        found += misfits(schema, described(schema, path, "get", 200), answer.json(), path)
        tried += 1
    assert not found, "\n".join(found)
    assert tried >= 45


def test_answers_to_writes_fit_the_schema(city, schema):
    created = city.api("reporter").post("progress-reports/", city.body())
    assert misfits(schema, described(schema, "/api/v1/progress-reports/", "post", 201), created.json()) == []
    path = next(path for path in schema["paths"] if path.endswith("/submit/"))
    submitted = city.api("reporter").post(f"progress-reports/{created.json()['id']}/submit/")
    assert misfits(schema, described(schema, path, "post", 200), submitted.json()) == []


def test_the_comparison_itself_finds_differences(schema):
    part = described(schema, "/api/v1/progress-reports/", "post", 201)
    assert misfits(schema, part, {"id": "1", "odd": 1})
    assert misfits(schema, {"type": "string", "format": "date"}, "soon")
    assert misfits(schema, {"type": "string"}, None)


def test_the_schema_is_public_and_both_json_and_yaml(client, db):
    answer = client.get(reverse("api-schema"))
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")
    yaml = client.get(reverse("api-schema"), headers={"Accept": "application/vnd.oai.openapi"})
    assert yaml.content.startswith(b"openapi: 3.")


def test_the_page_has_no_inline_script_or_style_and_no_outside_address(client, city):
    assert client.get(reverse("api-docs")).status_code == 302
    client.force_login(city.people["viewer"])
    answer = client.get(reverse("api-docs"))
    page, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "img-src 'self' data:" in policy
    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page
    assert "://" not in page.replace("http://testserver", "")
    script = client.get(reverse("api-docs"), {"script": ""})
    assert script.headers["Content-Type"].startswith("application/javascript")
