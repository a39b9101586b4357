"""The review queue: what is shown to whom, deciding in bulk, returning with a reason, who was faster."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.access import read_access
from programs.forms import read_tokens
from programs.models import ApprovedFigure, ProgressDecision
from programs.queries.review_queue import LOOK, NORMAL, SAME, Queue
from programs.services import progress
from programs.services.entry import Typed, save_drafts
from tests.factories import make_grant, make_user, small_city
from tests.together import at_once


def token(report):
    return f"{report.pk}-{report.revision}"


def address(place, **query):
    url = reverse("review-queue", args=[place.programme.code, place.period.code])
    return url + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def queue(place, user):
    return Queue(user=user, access=read_access(user), period=place.period)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["12-1 13-2", "14-1"], {12: 1, 13: 2, 14: 1}),
        (["", "x", "12", "12-", "-1", "12-x", "１２-1", "9" * 30 + "-1"], {}),
        (["12-1", "12-2"], {12: 2}),
    ],
)
def test_selection_is_read_and_nonsense_left_out(texts, expected):
    assert read_tokens(texts) == expected


def test_figures_are_sorted_by_kind_of_change(place, sent):
    (
        sent("10", period=place.previous),
        sent("20", period=place.previous, town=1),
        sent("30", period=place.previous, indicator=1),
    )
    sent("8", reason="核减"), sent("20", town=1), sent("31", indicator=1)
    found = queue(place, place.reviewer)
    assert [row.report.value for row in found.of_kind(LOOK)] == [8]
    assert [row.report.value for row in found.of_kind(SAME)] == [20]
    assert [row.report.value for row in found.of_kind(NORMAL)] == [31]
    assert found.counts["missing"] == 1  # the second indicator of the second township
    line = next(line for line in found.lines() if line.unit == place.townships[0])
    assert (line.normal, line.same, line.look) == (1, 0, 1)
    assert len(line.tokens) == 1, "a figure to look at is never taken with its unit"


def test_each_sees_what_is_theirs(place, sent):
    mine, other, reviewed = sent(), sent(town=2), sent(town=1, reviewed=True)
    assert [row.report for row in queue(place, place.reviewer).rows] == [mine]
    assert [row.report for row in queue(place, place.other_reviewer).rows] == [other]
    approver = queue(place, place.approver)
    assert [row.report for row in approver.rows] == [reviewed]
    assert {row.report for row in approver.unreviewed} == {mine, other}


def test_bulk_takes_exactly_what_was_ticked(place, sent, sign_in):
    first, second, third = sent(), sent("20", indicator=1), sent("30", town=1)
    answer = sign_in(place.reviewer).post(address(place), {"cells": [f"{token(first)} {token(second)}"]})
    assert answer.status_code == 302
    for report, state in ((first, "reviewed"), (second, "reviewed"), (third, "submitted")):
        report.refresh_from_db()
        assert report.state == state


def test_one_button_takes_one_figure_although_others_are_ticked(place, sent, sign_in):
    first, second = sent(), sent(town=1)
    sign_in(place.reviewer).post(address(place), {"cells": [token(first)], "one": token(second)})
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("submitted", "reviewed")


def test_approved_figure_is_on_the_dashboard_at_once(place, sent, sign_in, django_capture_on_commit_callbacks):
    report = sent("42", reviewed=True)
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(place.approver).post(address(place), {"cells": [token(report)]})
    page = sign_in(place.viewer).get(
        reverse("trace", args=[place.indicators[0].code, place.period.code, place.city.code])
    )
    assert "42" in page.content.decode()


def test_a_newer_revision_conflicts_and_keeps_the_selection(place, sent, sign_in):
    report, stays = sent(), sent(town=1)
    old = token(report)
    progress.withdraw(actor=place.reporter, report_ids=[report.pk])
    progress.submit(actor=place.reporter, report_ids=[report.pk])
    answer = sign_in(place.reviewer).post(address(place, tab="normal"), {"cells": [old, token(stays)]})
    report.refresh_from_db(), stays.refresh_from_db()
    assert answer.status_code == 409
    assert (report.state, stays.state) == ("submitted", "submitted"), "all or none"
    html = answer.content.decode()
    assert f'value="{token(stays)}" data-n="1" data-group="rows" checked' in html
    assert 'role="alert"' in html


def test_an_approver_takes_an_unreviewed_figure_only_with_a_reason(place, sent, sign_in):
    report, client = sent(), sign_in(place.approver)
    assert client.post(address(place, tab="unreviewed"), {"cells": [token(report)]}).status_code == 422
    assert (
        client.post(address(place, tab="unreviewed"), {"cells": [token(report)], "why": "县级人员出差"}).status_code
        == 302
    )
    report.refresh_from_db()
    assert report.state == "approved"


def test_nobody_decides_what_they_submitted(place, sent, sign_in):
    make_grant(place.reporter, "reviewer", place.counties[0])
    report, client = sent(), sign_in(place.reporter)
    html = client.get(address(place)).content.decode()
    assert token(report) not in html
    assert client.post(address(place), {"cells": [token(report)]}).status_code == 403
    report.refresh_from_db()
    assert report.state == "submitted"


def test_out_of_scope_figures_are_not_found(place, sent, sign_in):
    foreign = sent(town=2)
    assert sign_in(place.reviewer).post(address(place), {"cells": [token(foreign)]}).status_code == 422
    assert sign_in(place.stranger).get(address(place)).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "submitted"


def test_returning_needs_words_and_keeps_what_was_typed(place, sent, sign_in):
    report, client = sent(), sign_in(place.reviewer)
    refused = client.post(
        address(place), {"act": "return", "cells": token(report), "ask": "补销号记录", "redo_by": "2026-11-24"}
    )
    assert refused.status_code == 422
    assert "补销号记录" in refused.content.decode()
    past = client.post(
        address(place), {"act": "return", "cells": token(report), "comment": "x", "redo_by": "2026-11-20"}
    )
    assert past.status_code == 422
    report.refresh_from_db()
    assert report.state == "submitted"


def test_a_return_tells_the_reporter_what_is_wrong_what_to_do_and_by_when(place, sent, sign_in):
    report = sent()
    data = {
        "act": "return",
        "cells": token(report),
        "kind": "basis",
        "comment": "只有 8 条销号记录",
        "ask": "补其余的销号",
        "redo_by": "2026-11-24",
    }
    assert sign_in(place.reviewer).post(address(place), data).status_code == 302
    step = ProgressDecision.objects.get(verb="return")
    assert step.comment.endswith("只有 8 条销号记录")
    assert step.comment != "只有 8 条销号记录", "the kind of return leads"
    assert (step.ask, str(step.redo_by)) == ("补其余的销号", "2026-11-24")
    html = sign_in(place.reporter).get(reverse("report-history", args=[report.pk])).content.decode()
    assert "只有 8 条销号记录" in html
    assert "补其余的销号" in html


def test_several_are_returned_from_the_list(place, sent, sign_in):
    first, second, client = sent(), sent(town=1), sign_in(place.reviewer)
    asked = client.post(address(place), {"act": "ask", "cells": [token(first), token(second)]})
    assert asked.status_code == 200
    assert asked.content.decode().count('type="hidden" name="cells"') == 2
    client.post(
        address(place),
        {"act": "return", "cells": [token(first), token(second)], "comment": "口径", "redo_by": "2026-11-23"},
    )
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("returned", "returned")


def test_nothing_selected_is_said(place, sent, sign_in):
    sent()
    assert sign_in(place.reviewer).post(address(place), {}).status_code == 422


def test_withdrawing_from_the_list(place, sent, sign_in):
    mine, reviewed, client = sent(), sent(town=1, reviewed=True), sign_in(place.reporter)
    url = reverse("withdraw", args=[place.programme.code, place.period.code])
    html = client.get(url).content.decode()
    assert token(mine) in html
    assert token(reviewed) not in html
    assert client.post(url, {"cells": [token(mine)]}).status_code == 302
    assert client.post(url, {"cells": [token(reviewed)]}).status_code == 409
    mine.refresh_from_db(), reviewed.refresh_from_db()
    assert (mine.state, reviewed.state) == ("draft", "reviewed")


@pytest.mark.parametrize("tab", ["look", "normal", "missing"])
def test_queries_do_not_grow_with_the_townships(db, sign_in, tab, sent_everywhere):
    counts = []
    for towns in (2, 12):
        place = small_city(townships=towns)
        sent_everywhere(place)
        client = sign_in(place.reviewer)
        client.get(address(place, tab=tab))
        with CaptureQueriesContext(connection) as found:
            assert client.get(address(place, tab=tab)).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


@pytest.fixture
def sent_everywhere():
    def _all(place):
        towns = place.townships[: len(place.townships) // 2][:-1]  # one stays missing
        cells = [Typed(place.indicators[0].pk, town.pk, "10") for town in towns]
        saved = save_drafts(actor=place.reporter, period=place.period, cells=cells)
        progress.submit(actor=place.reporter, report_ids=[one.report.pk for one in saved])

    return _all


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_count_a_figure_once(sign_in):
    place = small_city()
    report = save_drafts(
        actor=place.reporter, period=place.period, cells=[Typed(place.indicators[0].pk, place.townships[0].pk, "10")]
    )[0].report
    progress.submit(actor=place.reporter, report_ids=[report.pk])
    progress.approve(actor=place.reviewer, report_ids=[report.pk])
    report.refresh_from_db()
    second = make_user()
    make_grant(second, "approver", place.city)
    clients = [sign_in(place.approver), sign_in(second)]
    answers = at_once(
        *(lambda client=client: client.post(address(place), {"cells": [token(report)]}) for client in clients)
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert ApprovedFigure.objects.count() == 1
