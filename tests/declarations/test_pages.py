"""Pages of projects and declarations: usable by whoever has the turn, honest to everybody else, losing nothing typed."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from programs.models import Attachment, Decision, Declaration, Project, StageDeadline
from programs.services.declarations import start
from tests.declarations.test_attachments import pdf, picture
from tests.declarations.test_decide import applied, attach_plan, take


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path


def page(client, person, name, *args, status=200):
    client.force_login(person, backend="accounts.backends.AccountBackend")
    response = client.get(reverse(name, args=args))
    assert response.status_code == status
    return response.content.decode()


def send(client, person, name, *args, data=None, **headers):
    client.force_login(person, backend="accounts.backends.AccountBackend")
    return client.post(reverse(name, args=args), data or {}, headers=headers)


def decide(client, case, person, verb, **data):
    data = {"verb": verb, "revision": case.declaration.revision} | data
    return send(client, person, "declaration-decide", case.declaration.pk, data=data)


def test_the_way_from_the_list_to_the_end_by_pages_only(client, case):
    case.declaration.delete()
    text = page(client, case.town_reporter, "projects")
    assert reverse("project", args=["road-1"]) in text
    page(client, case.town_reporter, "project", "road-1")
    year = timezone.localdate().year
    answer = send(client, case.town_reporter, "project-start", "road-1", data={"year": year})
    case.declaration = Declaration.objects.get()
    assert answer.headers["Location"] == reverse("declaration", args=[case.declaration.pk])
    case.declaration.draft = {"length": 12}
    case.declaration.save()
    attach_plan(case)
    assert decide(client, case, case.town_reporter, "apply").status_code == 302
    case.declaration.refresh_from_db()
    for person, verb, more in (
        (case.county_reviewer, "hand_in", {}),
        (case.city_approver, "accept", {"comment": "good"}),
        (case.city_approver, "honour", {"number": "9", "fact-plaque": "7", "decided_on": "2026-11-02"}),
    ):
        assert "road-1" in str(page(client, person, "inbox")) or case.project.name in page(client, person, "inbox")
        assert f'id="step-{verb}"' in page(client, person, "declaration", case.declaration.pk)
        assert decide(client, case, person, verb, **more).status_code == 302
    case.declaration.refresh_from_db()
    assert case.declaration.stage == "honoured"
    assert Decision.objects.latest("id").facts == {"plaque": "7", "on": None}
    text = page(client, case.city_approver, "declaration", case.declaration.pk)
    assert "<form" not in text[text.index('id="decide"') : text.index('id="history"')]


def test_a_refused_step_keeps_everything_typed(client, case):
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    take(case, "accept", case.city_approver)
    case.declaration.refresh_from_db()
    answer = decide(
        client, case, case.city_approver, "honour", comment="long words", **{"fact-plaque": "A 7", "fact-on": "never"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in text for words in ("long words", 'value="A 7"', 'value="never"'))
    assert text.count('role="alert"') + text.count("errorlist") + text.count('class="why"') >= 2
    case.declaration.refresh_from_db()
    assert case.declaration.stage == "accepted"


def test_a_soft_rule_asks_for_its_reason_where_it_is_refused(client, case):
    Declaration.objects.update(draft={"length": 12, "over": True})
    attach_plan(case)
    answer = decide(client, case, case.town_reporter, "apply")
    assert answer.status_code == 422
    assert 'name="reason-quota"' in answer.content.decode()
    assert decide(client, case, case.town_reporter, "apply", **{"reason-quota": "agreed"}).status_code == 302
    assert Decision.objects.get().overrides[0]["reason"] == "agreed"
    text = page(client, case.county_reviewer, "declaration", case.declaration.pk)
    assert "agreed" in text


def test_somebody_was_faster(client, case):
    applied(case)
    case.declaration.refresh_from_db()
    seen = case.declaration.revision
    take(case, "withdraw", case.town_reporter, comment="wrong")
    take(case, "apply", case.town_reporter)
    answer = decide(client, case, case.county_reviewer, "hand_in", revision=seen, comment="fine with me")
    assert answer.status_code == 409
    assert "fine with me" in answer.content.decode()
    case.declaration.refresh_from_db()
    take(case, "hand_in", case.county_reviewer)
    late = decide(client, case, case.county_reviewer, "hand_in", revision=2, comment="me too")
    assert late.status_code == 409
    assert "me too" in late.content.decode()


def test_who_may_not_act_sees_who_does(client, case):
    applied(case)
    text = page(client, case.place.people["viewer"], "declaration", case.declaration.pk)
    assert "declaration-decide" not in text
    assert f"/declarations/{case.declaration.pk}/decide/" not in text
    assert "Hand in" in text
    case.declaration.refresh_from_db()
    answer = decide(client, case, case.place.people["viewer"], "hand_in")
    assert answer.status_code == 403
    assert page(client, case.place.people["stranger"], "declaration", case.declaration.pk, status=404)


def test_who_handed_in_is_told_why_they_cannot_decide(client, case):
    from programs.models import Role
    from tests.factories import make_grant

    applied(case)
    take(case, "hand_in", case.county_reviewer)
    make_grant(case.county_reviewer, Role.APPROVER, case.place.city)
    case.declaration.refresh_from_db()
    answer = decide(client, case, case.county_reviewer, "accept", comment="mine")
    assert answer.status_code == 403
    assert "mine" in answer.content.decode()


def test_the_draft_is_saved_as_typed_and_a_second_person_does_not_overwrite(client, case, form_flow):
    first = json.dumps(case.declaration.draft)
    fields = {"name": "新路", "km": "12.50", "kind": "new"}
    where = ("declaration-draft", case.declaration.pk)
    saved = send(client, case.town_reporter, *where, data=fields | {"_base": first}, **{"HX-Request": "true"})
    assert saved.status_code == 200
    case.declaration.refresh_from_db()
    assert case.declaration.draft["km"] == "12.50"
    late = send(
        client, case.town_reporter, *where, data=fields | {"km": "99", "_base": first}, **{"HX-Request": "true"}
    )
    assert late.status_code == 409
    assert "12.50" in late.content.decode()
    assert "99" in late.content.decode()
    whole = send(client, case.town_reporter, *where, data=fields | {"km": "99", "_base": first})
    assert whole.status_code == 409
    assert 'value="99"' in whole.content.decode()
    case.declaration.refresh_from_db()
    assert case.declaration.draft["km"] == "12.50"


def test_nobody_else_edits_the_application(client, case, form_flow):
    data = {"name": "x", "_base": json.dumps(case.declaration.draft)}
    for who in ("viewer", "auditor"):
        answer = send(client, case.place.people[who], "declaration-draft", case.declaration.pk, data=data)
        assert answer.status_code == 403
    assert 'name="km"' not in page(client, case.place.people["viewer"], "declaration", case.declaration.pk)


def test_an_unreadable_base_is_a_conflict_not_an_overwrite(client, case, form_flow):
    answer = send(
        client, case.town_reporter, "declaration-draft", case.declaration.pk, data={"name": "x", "_base": "{{{"}
    )
    assert answer.status_code == 409


def test_papers_are_added_in_place_and_come_back_only_as_downloads(client, case):
    where = ("declaration-paper-add", case.declaration.pk)
    bad = send(
        client, case.town_reporter, *where, data={"kind": "plan", "file": SimpleUploadedFile("a.pdf", b"<html>")}
    )
    assert bad.status_code == 422
    assert "a.pdf" in bad.content.decode()
    good = send(client, case.town_reporter, *where, data={"kind": "plan", "file": SimpleUploadedFile("a.pdf", pdf())})
    assert good.status_code == 302
    paper = Attachment.objects.get()
    assert paper.declaration_id is None  # kept from year to year
    file = client.get(reverse("paper-file", args=[paper.pk]))
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    shown = client.get(reverse("paper-page", args=[paper.pk, 1]))
    assert (shown.headers["Content-Type"], shown.content[:4]) == ("image/png", b"\x89PNG")
    assert client.get(reverse("paper-page", args=[paper.pk, 2])).status_code == 404
    assert reverse("paper-page", args=[paper.pk, 1]) in client.get(reverse("paper", args=[paper.pk])).content.decode()
    page(client, case.place.people["stranger"], "paper-file", paper.pk, status=404)
    page(client, case.place.people["stranger"], "paper-page", paper.pk, 1, status=404)


def test_only_who_may_bring_a_paper_now_is_offered_its_upload(client, case):
    offer, where = 'name="kind" value="plan"', ("declaration", case.declaration.pk)
    for person, offered in ((case.town_reporter, True), (case.county_reviewer, False), (case.city_approver, False)):
        assert (offer in page(client, person, *where)) is offered
    applied(case)
    assert offer not in page(client, case.town_reporter, *where)
    take(case, "withdraw", case.town_reporter, comment="wrong plan")
    assert offer in page(client, case.town_reporter, *where)


def test_a_paper_of_the_project(client, case):
    data = {"kind": "other", "note": "map", "file": SimpleUploadedFile("a.png", picture())}
    assert send(client, case.town_reporter, "project-paper-add", "road-1", data=data).status_code == 302
    assert "map" in page(client, case.town_reporter, "project", "road-1")
    assert send(client, case.place.people["viewer"], "project-paper-add", "road-1", data=data).status_code in (403, 422)


def test_revisions_are_compared_field_by_field(client, case, form_flow):
    Declaration.objects.update(draft={"name": "旧名", "km": "12", "kind": "new"})
    attach_plan(case)
    take(case, "apply", case.town_reporter)
    take(case, "withdraw", case.town_reporter, comment="wrong name")
    Declaration.objects.update(draft={"name": "新名", "km": "12", "kind": "old"})
    take(case, "apply", case.town_reporter)
    text = page(client, case.county_reviewer, "declaration-compare", case.declaration.pk)
    assert all(words in text for words in ("旧名", "新名", "Brand new", "Repaired"))
    assert "12" not in text[text.index("<tbody") : text.index("</tbody")].replace("新名", "")


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_the_history_leaves_without_formulas(client, case, fmt):
    applied(case)
    take(case, "withdraw", case.town_reporter, comment='=HYPERLINK("//x")')
    client.force_login(case.place.people["auditor"], backend="accounts.backends.AccountBackend")
    answer = client.get(reverse("declaration-history", args=[case.declaration.pk, fmt]))
    assert answer.status_code == 200
    if fmt == "csv":
        assert "'=HYPERLINK" in answer.content.decode()
    else:
        assert answer.content[:2] == b"PK"
    assert client.get(reverse("declaration-history", args=[case.declaration.pk, "exe"])).status_code == 404


def test_lights_follow_the_dates(client, case):
    StageDeadline.objects.create(
        programme=case.place.programme, workflow="sample", verb="apply", closes_month=1, closes_day=1
    )
    assert "light--late" in page(client, case.town_reporter, "inbox")


def many(case, count):
    for number in range(count):
        project = Project.objects.create(
            programme=case.place.programme,
            kind="road",
            code=f"more-{number}",
            name_zh=f"路{number}",
            unit=case.project.unit,
        )
        start(actor=case.town_reporter, project=project, year=2026)


@pytest.mark.parametrize("name", ["projects", "inbox"])
def test_lists_ask_the_same_number_of_questions_whatever_their_size(
    client, case, name, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page(client, case.town_reporter, name)
    with CaptureQueriesContext(connection) as few:
        page(client, case.town_reporter, name)
    many(case, 12)
    with CaptureQueriesContext(connection) as lots:
        page(client, case.town_reporter, name)
    assert len(few) == len(lots)


def test_a_filter_nobody_knows_finds_nothing_instead_of_everything(client, case):
    client.force_login(case.town_reporter, backend="accounts.backends.AccountBackend")
    text = client.get(reverse("projects"), {"kind": "nonsense"}).content.decode()
    assert reverse("project", args=["road-1"]) not in text
    text = client.get(reverse("projects"), {"stage": "sample.draft", "q": "一号"}).content.decode()
    assert reverse("project", args=["road-1"]) in text


def test_what_a_step_cannot_do_without_is_not_marked_optional(client, case):
    Declaration.objects.update(draft={"length": 12, "over": True})
    attach_plan(case)
    refused = decide(client, case, case.town_reporter, "apply").content.decode()
    assert optional_of(refused, "reason-quota") is False
    assert optional_of(refused, "comment") is True
    Declaration.objects.update(draft={"length": 12})
    applied(case)
    text = page(client, case.county_reviewer, "declaration", case.declaration.pk)
    form = text[text.index('id="step-return"') :]
    assert optional_of(form, "comment") is False


def optional_of(text: str, name: str) -> bool:
    """Whether the field ``name``, first in ``text``, says that it is optional."""
    at = text.index(f'name="{name}"')
    return "mute s" in text[text.rindex("<label", 0, at) : at]
