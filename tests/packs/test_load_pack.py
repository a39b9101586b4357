"""load_pack: repeatable, all or nothing, every refused row named, targets in versions."""

import csv
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.models import AuditEntry
from policies.models import Clause, Document, DocumentIssue
from programs.models import (
    Indicator,
    Organization,
    Period,
    Programme,
    ReferenceSeries,
    ReportingDuty,
    SummaryDirty,
    Target,
    Task,
    Unit,
)
from programs.services.packs.loading import load_pack
from programs.services.packs.problems import PackRefused

ZHOUKOU = "zhoukou-eldercare-2024"


def edit(path, change):
    """Rewrite a CSV file with ``change(rows)`` applied; the first row of data stands on line 2."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        header, rows = reader.fieldnames, list(reader)
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def target_of(unit: str, indicator: str = "zk-meal-sites") -> Target:
    return Target.objects.get(indicator__code=indicator, unit__code=unit, replaced_at=None)


def test_all_packs_load_and_a_second_run_changes_nothing(tree, capsys):
    call_command("load_pack", "--all")
    capsys.readouterr()
    assert Programme.objects.count() == 7
    before = (Target.objects.count(), ReportingDuty.objects.count(), AuditEntry.objects.count(), Clause.objects.count())
    call_command("load_pack", "--all")
    assert capsys.readouterr().out.count("nothing to change") == 7
    assert before == (
        Target.objects.count(),
        ReportingDuty.objects.count(),
        AuditEntry.objects.count(),
        Clause.objects.count(),
    )
    share = Indicator.objects.get(code="villages-toilet-coverage")
    assert (share.numerator.code, share.denominator.code, share.is_reported) == (
        "villages-toilets-done",
        "villages-households",
        False,
    )
    reporting = Unit.objects.filter(duties__indicator__code="villages-households")
    assert set(reporting.values_list("level", flat=True)) == {"township"}
    assert not reporting.exclude(children__kind="village_committee").exists()


def test_600_against_60_is_shown_and_60_is_loaded(zhoukou):
    issue = DocumentIssue.objects.get(code="DI01")
    assert set(issue.clauses.values_list("path", flat=True)) == {"二", "三(四)33", "附件"}
    assert target_of("411600000000", "zk-village-stations").value == 60
    assert issue in target_of("411600000000", "zk-village-stations").issues.all()
    assert "600" in issue.issue_zh
    assert "600" in issue.issue_en


def test_lost_county_names_are_flagged_as_inferred(tree):
    load_pack(code="pingdingshan-farmland-2023")
    for code in ("410422000000", "410425000000"):
        target = target_of(code, "farmland-area-built")
        assert target.is_inferred
        assert [issue.code for issue in target.issues.all()] == ["DI02"]
    assert not target_of("410421000000", "farmland-area-built").is_inferred


def test_slash_is_stored_apart_from_zero(zhoukou):
    slash, zero = target_of("411602000000", "zk-homes-converted"), target_of("411602000000", "zk-village-stations")
    assert (slash.state, slash.value) == (Target.State.NOT_APPLICABLE, None)
    assert (zero.state, zero.value) == (Target.State.NUMBER, 0)
    assert target_of("411671000000").state == Target.State.NOT_ASSIGNED


def test_tasks_have_their_bodies_and_counties_answer_implicitly(zhoukou):
    assert Task.objects.filter(programme__code=ZHOUKOU, counties_implicitly_responsible=True).count() == 55
    task = Task.objects.get(programme__code=ZHOUKOU, number=55)
    assert task.lead.name == "市民政局"
    assert task.responsible.count() == 6
    assert len(task.measures) == 2
    assert Organization.objects.get(code="411600-rural-revitalization").successor.name == "市农业农村局"
    assert {o.kind for o in Task.objects.get(programme__code=ZHOUKOU, number=53).responsible.all()} >= {
        "judicial",
        "municipal_bureau",
    }


def test_dry_run_writes_nothing(tree, capsys):
    entries = AuditEntry.objects.count()
    call_command("load_pack", ZHOUKOU, "--dry-run")
    assert "70 target created" in capsys.readouterr().out
    assert not Document.objects.exists()
    assert not Target.objects.exists()
    assert AuditEntry.objects.count() == entries


def test_changed_target_becomes_a_new_version_and_the_old_one_stays(zhoukou, copy_of_packs):
    def more_sites(rows):
        next(r for r in rows if r["unit"] == "411623000000" and r["indicator"] == "zk-meal-sites")["value"] = "75"

    edit(copy_of_packs / ZHOUKOU / "targets.csv", more_sites)
    counts = load_pack(code=ZHOUKOU, folder=copy_of_packs, reason="corrected by the city")
    assert counts.updated["target"] == 1
    new = target_of("411623000000")
    old = Target.objects.get(indicator=new.indicator, unit=new.unit, replaced_at__isnull=False)
    assert (old.value, new.value, new.reason, new.authorised_by.number) == (
        71,
        75,
        "corrected by the city",
        "周政办〔2024〕13号",
    )
    entry = AuditEntry.objects.get(verb="target.replace")
    assert (Decimal(entry.before["value"]), Decimal(entry.after["value"])) == (71, 75)
    assert load_pack(code=ZHOUKOU, folder=copy_of_packs).did_nothing


def test_target_set_by_a_person_is_kept_and_named(zhoukou, copy_of_packs):
    person = User.objects.create_user("planner", password="a Long passw0rd")
    Target.objects.filter(pk=target_of("411623000000").pk).update(value=80, set_by=person)
    counts = load_pack(code=ZHOUKOU, folder=copy_of_packs)
    assert counts.kept == ["target zk-meal-sites 411623000000"]
    assert target_of("411623000000").value == 80


def test_programme_settings_of_the_city_survive_a_reload(zhoukou):
    Programme.objects.filter(code=ZHOUKOU).update(due_workdays=8)
    assert load_pack(code=ZHOUKOU).kept == ["programme due_workdays"]
    assert Programme.objects.get(code=ZHOUKOU).due_workdays == 8


def test_every_refused_row_is_named_with_file_line_and_reason(tree, copy_of_packs, capsys, settings):
    def spoil(rows):
        rows[0]["value"] = ""
        rows[1]["value"] = "seventy"
        rows[2]["due_on"] = "2024-02-30"
        rows[3]["comparator"] = "atleast"
        rows[4]["state"] = "not_assigned"

    edit(copy_of_packs / ZHOUKOU / "targets.csv", spoil)
    with pytest.raises(PackRefused) as refused:
        load_pack(code=ZHOUKOU, folder=copy_of_packs)
    found = {(p.file, p.line) for p in refused.value.problems}
    assert found == {(f"{ZHOUKOU}/targets.csv", line) for line in range(2, 7)}
    assert "empty is not 0" in str(refused.value)
    assert "a date is written" in str(refused.value)
    assert not Document.objects.exists()


def test_dangling_references_are_named(tree, copy_of_packs):
    def dangle(rows):
        rows[0]["clause"] = "九(九)"
        rows[1]["unit"] = "419999000000"
        rows[2]["issues"] = "DI99"
        rows[3] |= {name: rows[4][name] for name in ("indicator", "unit")}

    edit(copy_of_packs / ZHOUKOU / "targets.csv", dangle)
    with pytest.raises(PackRefused) as refused:
        load_pack(code=ZHOUKOU, folder=copy_of_packs)
    assert [problem.line for problem in refused.value.problems] == [2, 3, 4, 5, 6]
    assert "clause 九(九) is not known" in str(refused.value)
    assert "stands more than once" in str(refused.value)


def test_weights_that_do_not_add_up_are_refused(tree, copy_of_packs):
    edit(copy_of_packs / ZHOUKOU / "indicators.csv", lambda rows: rows[0].update(weight="26"))
    with pytest.raises(PackRefused, match="weights add up to 101"):
        load_pack(code=ZHOUKOU, folder=copy_of_packs)


def test_bad_yaml_and_missing_files_are_named(tree, copy_of_packs):
    path = copy_of_packs / ZHOUKOU / "programme.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('cadence: "month"', 'cadence: "weekly"'), encoding="utf-8")
    (copy_of_packs / ZHOUKOU / "duties.csv").unlink()
    with pytest.raises(PackRefused) as refused:
        load_pack(code=ZHOUKOU, folder=copy_of_packs)
    line = next(
        n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text.startswith("cadence")
    )
    assert {(p.file, p.line) for p in refused.value.problems} == {
        (f"{ZHOUKOU}/programme.yaml", line),
        (f"{ZHOUKOU}/duties.csv", 0),
    }


def test_failure_half_way_leaves_nothing_behind(tree, monkeypatch):
    def lost(*args, **kwargs):
        raise ConnectionError("lost")

    monkeypatch.setattr("programs.services.packs.loading.write_targets", lost)
    with pytest.raises(ConnectionError):
        load_pack(code=ZHOUKOU)
    assert not Programme.objects.exists()
    assert not Document.objects.exists()


def test_indicator_code_of_another_programme_is_refused(tree, copy_of_packs):
    load_pack(code="pingdingshan-farmland-2023")
    taken = Indicator.objects.get(code="farmland-investment")
    Indicator.objects.filter(pk=taken.pk).update(code="zk-training")
    with pytest.raises(PackRefused, match="zk-training belongs to pingdingshan-farmland-2023"):
        load_pack(code=ZHOUKOU)


def test_unknown_pack_lists_the_known_ones(tree, capsys):
    with pytest.raises(CommandError):
        call_command("load_pack", "no-such-pack")
    assert ZHOUKOU in capsys.readouterr().err


def test_a_new_duty_asks_for_fresh_summaries_of_the_periods_there_are(zhoukou):
    programme = Programme.objects.get(code=ZHOUKOU)
    period = Period.objects.create(
        programme=programme, code="2026-10", starts_on="2026-10-01", ends_on="2026-10-31", opens_on="2026-10-01",
        due_on="2026-11-06", locks_on="2026-12-30",
    )  # fmt: skip
    SummaryDirty.objects.all().delete()
    load_pack(code=ZHOUKOU)
    assert not SummaryDirty.objects.exists()
    gone = ReportingDuty.objects.filter(indicator__programme=programme).first()
    ReportingDuty.objects.filter(pk=gone.pk).delete()
    load_pack(code=ZHOUKOU)
    assert list(SummaryDirty.objects.values_list("indicator_id", "period_id")) == [(gone.indicator_id, period.pk)]


def test_a_value_entered_for_a_series_stays_with_its_source_when_the_pack_is_loaded_again(tree):
    load_pack(code="zhumadian-civil-affairs")
    row = ReferenceSeries.objects.filter(code="zmd-spending-growth-urban", year=2024)
    row.update(value=Decimal("5.5"), source="2024年统计公报")
    load_pack(code="zhumadian-civil-affairs")
    assert row.values_list("value", "source").get() == (Decimal("5.5"), "2024年统计公报")
