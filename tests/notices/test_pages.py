"""What the public reads, and the office's pages around it."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from programs.models import Declaration, Digest, Notice, Objection, Role
from programs.services import notices
from tests.factories import make_grant, make_user


@pytest.fixture
def posted(office):
    with time_machine.travel("2026-04-30 12:00:00+08:00", tick=False):
        return office.post()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(day):
    return time_machine.travel(f"{day} 09:00:00+08:00", tick=False)


@pytest.mark.parametrize("path", ["public-notice", "public-notice-pdf", "api-notice"])
@pytest.mark.parametrize(("day", "status"), [("2026-04-30", 200), ("2026-05-11", 200), ("2026-05-12", 410)])
def test_anybody_reads_it_while_it_is_up(posted, path, day, status):
    with at(day):  # the job that takes it down has not run: it is gone all the same
        answer = Client().get(reverse(path, args=[posted.code]))
        assert answer.status_code == (404 if path == "api-notice" and status == 410 else status)
        if status == 410:
            assert "一号路".encode() not in answer.content


def test_a_draft_is_nobodys(office):
    draft = office.prepare()
    assert Client().get(reverse("public-notice", args=[draft.code])).status_code == 404
    assert Client().get(reverse("api-notice", args=[draft.code])).status_code == 404


def test_the_public_page_says_what_is_allowed_and_nothing_of_people(office, posted):
    with at("2026-05-06"):
        objection = notices.record_objection(
            actor=office.clerk, notice_id=posted.pk, received_on=date(2026, 5, 6), channel="letter",
            register_no="信9", text="路面开裂",
        )  # fmt: skip
        page = Client().get(reverse("public-notice", args=[posted.code])).content.decode()
        data = Client().get(reverse("api-notice", args=[posted.code])).json()
    assert "一号路" in page
    assert "0375-2666666" in page
    for hidden in (objection.text, objection.register_no, office.clerk.full_name, office.approver.full_name):
        assert hidden not in page
    assert data["rows"][0][0] == "一号路"
    assert set(data) == {
        "code", "programme", "unit", "title", "issuer", "contact", "workdays", "posted_on", "ends_on", "provisional",
        "clause", "text", "labels", "rows",
    }  # fmt: skip


def test_the_printed_notice_keeps_its_address_on_the_page_of_its_list(office, posted, settings):
    """The code to scan never stands alone on a page of its own; the address is the one the site is set to."""
    settings.LUOSHI_PUBLIC_URL = "https://luoshi.example.gov.cn"
    Notice.objects.filter(pk=posted.pk).update(
        text="经推荐、联合评审，拟将下列村镇列入本年度示范创建名单，现予公示。公示期内如有异议，请向下列单位反映，反映情况应实事求是并留下联系方式。"
    )
    item = posted.items.get()
    for position in range(2, 14):  # the last line moves down the first page and onto the second
        item.pk, item.position, item.declaration = None, position, twin_of(office.declaration, position)
        item.save()
        if position % 2:
            continue
        with at("2026-05-06"):
            content = Client().get(reverse("public-notice-pdf", args=[posted.code])).content
        last = PdfReader(BytesIO(content)).pages[-1].extract_text().replace("\n", "")
        assert f"https://luoshi.example.gov.cn/public/notices/{posted.code}/" in last
        assert "一号路" in last, f"{position} lines leave the address alone on its page"


def twin_of(declaration: Declaration, number: int) -> Declaration:
    """Another declaration beside it, of a project of its own."""
    project, cycle = declaration.project, declaration.cycle
    project.pk, project.code = None, f"twin-{number}"
    project.save()
    return Declaration.objects.create(project=project, cycle=cycle, workflow=declaration.workflow, stage="accepted")


def test_the_list_of_the_api_holds_what_is_up(office, posted, django_assert_num_queries):
    with at("2026-05-11"):
        with django_assert_num_queries(1):
            answer = Client().get(reverse("api-notices")).json()
        assert [one["code"] for one in answer["results"]] == [posted.code]
        assert Client().get(reverse("api-notices"), {"state": "draft"}).status_code == 400
    with at("2026-05-12"):
        assert Client().get(reverse("api-notices")).json()["results"] == []


def form(office, **fields):
    given = {
        "programme": office.case.place.programme.code, "workflow": "sample", "stage": "accepted", "declarations": [office.declaration.pk],
        "unit": office.case.place.city.pk, "title": "示例公示", "text": "现予公示。", "workdays": 5, "contact": "0375-2666666",
        "issuer": "示例局",
    }  # fmt: skip
    return given | fields


def test_the_office_prepares_posts_and_withdraws(office):
    clerk, approver = signed_in(office.clerk), signed_in(office.approver)
    assert "sample" in clerk.get(reverse("notice-new")).content.decode()
    answer = clerk.post(reverse("notice-new"), form(office))
    notice = Notice.objects.get()
    assert (answer.status_code, notice.items.count()) == (302, 1)
    assert clerk.post(reverse("notice-post", args=[notice.pk])).status_code == 403
    approver.post(reverse("notice-post", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.state == "posted"
    approver.post(reverse("notice-withdraw", args=[notice.pk]), {"reason": "wrong list"})
    notice.refresh_from_db()
    assert notice.state == "withdrawn"


@pytest.mark.parametrize("stage", ["draft", "returned", "applied"])
def test_only_what_the_procedure_publishes_is_offered(office, stage):
    Declaration.objects.filter(pk=office.declaration.pk).update(stage=stage)
    clerk = signed_in(office.clerk)
    assert clerk.get(reverse("notice-new")).context["stages"] == []
    asked = {name: form(office)[name] for name in ("programme", "workflow")} | {"stage": stage}
    assert clerk.get(reverse("notice-new"), asked).status_code == 404
    assert clerk.post(reverse("notice-new"), form(office, stage=stage)).status_code == 404


def test_a_refused_notice_keeps_what_was_typed(office):
    answer = signed_in(office.clerk).post(reverse("notice-new"), form(office, contact="13803751234", text="第一稿"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "第一稿" in page
    assert "13*******34" in page
    assert f'value="{office.declaration.pk}" aria-label="一号路" checked' in page
    assert not Notice.objects.exists()


def test_nothing_chosen_is_said(office):
    answer = signed_in(office.clerk).post(reverse("notice-new"), form(office, declarations=[]))
    assert answer.status_code == 422
    assert not Notice.objects.exists()


def test_an_objection_goes_through_the_pages(office, posted):
    with at("2026-05-06"):
        clerk, colleague = signed_in(office.clerk), signed_in(office.colleague)
        given = {"register_no": "信9", "received_on": "2026-05-06", "channel": "letter", "text": "路面开裂"}
        assert clerk.post(reverse("objection-new", args=[posted.pk]), given).status_code == 302
        objection = Objection.objects.get()
        asked = colleague.get(reverse("objection-judge", args=[objection.pk])).context["form"]
        assert [str(label) for _code, label in asked.fields["is_major"].choices] == ["是", "否"]
        judged = {"is_major": "yes", "is_true": "no", "judgement": "现场核查不属实"}
        assert clerk.post(reverse("objection-judge", args=[objection.pk]), judged).status_code == 403
        assert colleague.post(reverse("objection-judge", args=[objection.pk]), judged).status_code == 302
        assert clerk.post(
            reverse("objection-answer", args=[objection.pk]), {"answered_on": "2026-05-06", "answer": "已答复"}
        ).status_code == 302  # fmt: skip
        page = clerk.get(reverse("notice", args=[posted.pk])).content.decode()
    objection.refresh_from_db()
    assert (objection.stops, objection.answer) == (False, "已答复")
    assert "现场核查不属实" in page


def test_the_list_asks_a_fixed_number_of_questions(office, posted, django_assert_max_num_queries):
    client = signed_in(office.approver)
    for number in range(6):
        notices.withdraw(actor=office.approver, notice_id=Notice.objects.latest("id").pk, reason="x")
        office.prepare(title=f"公示{number}")
    with django_assert_max_num_queries(16):
        client.get(reverse("notices"))


def test_a_county_reads_the_citys_posted_notice_and_not_its_draft(office, posted):
    county = signed_in(office.case.place.people["reviewer"])
    assert county.get(reverse("notice", args=[posted.pk])).status_code == 200
    notices.withdraw(actor=office.approver, notice_id=posted.pk, reason="again")
    assert county.get(reverse("notice", args=[office.prepare().pk])).status_code == 404


def test_the_reminder_stands_on_the_workbench_until_put_away(office):
    user = make_user()
    make_grant(user, Role.VIEWER, office.case.place.city)
    item = {"kind": "x", "text_zh": "甲", "text_en": "A thing", "url": "/", "due_on": "2026-05-12", "light": "near"}
    with at("2026-05-11"):
        digest = Digest.objects.create(user=user, on=date(2026, 5, 11), items=[item])
        client = signed_in(user)
        assert 'id="reminder"' in client.get(reverse("workbench")).content.decode()
        assert client.post(reverse("digest-dismiss", args=[digest.pk]), headers={"hx-request": "true"}).content == b""
        assert 'id="reminder"' not in client.get(reverse("workbench")).content.decode()
