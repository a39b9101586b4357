"""A clause opens to its targets, a target to its clause, and known defects stand beside both."""

import pytest
from django.conf import settings

from policies.models import DocumentIssue, full_width
from tests.factories import make_clause, make_document, make_target, small_city


@pytest.fixture
def place(db):
    return small_city()


@pytest.fixture
def defect(place):
    clause = make_clause(make_document(title_en="Plan of the sample city"))
    issue = DocumentIssue.objects.create(
        code="DI91",
        document=clause.document,
        kind="conflict",
        issue_zh="六百还是六十",
        issue_en="600 or 60",
        handling_en="Load 60, flag it",
    )
    issue.clauses.add(clause)
    target = make_target(place.indicators[0], place.counties[0], 60, clause=clause, is_inferred=True)
    target.issues.add(issue)
    return issue, clause, target


def text(client, user, address, language="en"):
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_clause_and_its_targets_open_to_each_other(client, place, defect):
    _issue, clause, target = defect
    page = text(client, place.viewer, clause.get_absolute_url())
    assert f"/targets/{target.pk}/" in page
    assert "600 or 60" in page
    back = text(client, place.viewer, f"/targets/{target.pk}/")
    assert clause.get_absolute_url() in back
    assert "600 or 60" in back
    assert "inferred" in back


def test_defects_are_shown_in_the_readers_language(client, place, defect):
    assert "Load 60, flag it" in text(client, place.viewer, "/documents/defects/")
    assert "六百还是六十" in text(client, place.viewer, "/documents/defects/", "zh-hans")


def test_another_countys_target_is_not_listed_under_the_clause(client, place, defect):
    _issue, clause, target = defect
    assert f"/targets/{target.pk}/" in text(client, place.reviewer, clause.get_absolute_url())
    assert f"/targets/{target.pk}/" not in text(client, place.other_reviewer, clause.get_absolute_url())


def test_documents_list_their_programmes_within_the_scope(client, place, defect):
    assert place.programme.short in text(client, place.viewer, "/documents/", "zh-hans")
    assert place.programme.short not in text(client, place.stranger, "/documents/", "zh-hans")
    assert "DI91" in text(client, place.stranger, f"/documents/{defect[1].document.code}/")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("多规合一,尊重群众意愿;合理布局", "多规合一，尊重群众意愿；合理布局"),
        ("不少于1,000元", "不少于1,000元"),
        ("plans, towns; villages", "plans, towns; villages"),
        ("《方案》:一", "《方案》：一"),
    ],
)
def test_punctuation_between_chinese_characters_is_full_width_for_people(data, shown):
    assert full_width(data) == shown
