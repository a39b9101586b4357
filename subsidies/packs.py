"""Funds and award rules of a data pack: funds.csv, award_rules.csv. Loading again changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from django.utils import timezone
from pydantic import Field, model_validator

from policies.models import DocumentIssue
from programs.models import Indicator
from programs.modules import PackPart
from programs.services.packs.problems import PackRefused, Problem
from programs.services.packs.reading import Row, read_csv
from programs.services.packs.schema import Flag, Many, PackRow, Slug, Text80, Text120, Text200, Text300, Text400
from subsidies.models import AwardRule, Fund, Use

FILES = ("funds.csv", "award_rules.csv")
Yuan = Annotated[Decimal, Field(gt=0, max_digits=16, decimal_places=2)]


class FundRow(PackRow):
    """A pot of money; an empty amount: the document states none."""

    code: Slug
    name_zh: Text120
    name_en: Text200 = ""
    source: Literal["city", "raised", "county", "province", "trade", "other"]
    amount: Yuan | None = None
    reading: Literal["year", "plan", "unclear"]
    ring_fenced: Flag
    uses: Many = ()
    clause: Text80
    issue: str = ""
    note_zh: Text300 = ""
    note_en: Text400 = ""

    @model_validator(mode="after")
    def uses_are_known(self) -> FundRow:
        unknown = set(self.uses) - set(Use.values)
        if unknown:
            raise ValueError(f"unknown use {', '.join(sorted(unknown))}")
        if self.ring_fenced and not self.uses:
            raise ValueError("a ring-fenced fund names its uses")
        return self


class RuleRow(PackRow):
    """What one event is worth; an empty amount: not stated; an empty kind: every kind."""

    workflow: Slug
    verb: str
    kind: str = ""
    decider_level: Literal["province", "city", "county"]
    name_zh: Text120
    name_en: Text200 = ""
    fund: Slug
    amount: Yuan | None = None
    payee: Literal["unit", "county", "applicant"]
    enabled: Flag
    quota_indicator: str = ""
    clause: Text80
    issue: str = ""
    question_zh: Text300 = ""
    question_en: Text400 = ""
    authority: Text200 = ""

    @model_validator(mode="after")
    def enabled_is_complete(self) -> RuleRow:
        if self.enabled and (self.amount is None or not self.authority):
            raise ValueError("an enabled rule has an amount and the paper it stands on")
        return self


def load(part: PackPart) -> None:
    """Read and write both files. Raises PackRefused with every refused row; then nothing is written.

    A budget or a rule that the city has set is not overruled; a rule that differs from the pack's own older version
    becomes its next version.
    """
    problems: list[Problem] = []
    of_funds, of_rules = (part.folder / name for name in FILES)
    funds = read_csv(of_funds, FundRow, problems) if of_funds.exists() else []
    rules = read_csv(of_rules, RuleRow, problems) if of_rules.exists() else []
    issues = {one.code: one.pk for one in DocumentIssue.objects.filter(document=part.programme.document)}
    indicators = {one.code: one.pk for one in Indicator.objects.filter(programme=part.programme)}
    known = {row.data.code for row in funds}
    taken = set(Fund.objects.filter(code__in=known).exclude(programme=part.programme).values_list("code", flat=True))
    problems += [row.refuse(f"{row.data.code} belongs to another programme") for row in funds if row.data.code in taken]
    both: list[Row[FundRow] | Row[RuleRow]] = [*funds, *rules]
    for one in both:
        problems += _unknown(one, part, issues)
    for row in rules:
        if row.data.fund not in known:
            problems.append(row.refuse(f"fund {row.data.fund} is not in funds.csv"))
        if row.data.quota_indicator and row.data.quota_indicator not in indicators:
            problems.append(row.refuse(f"indicator {row.data.quota_indicator} is not in indicators.csv"))
    problems += _twice(rules)
    if problems:
        raise PackRefused(problems)
    written = _write_funds(part, funds, issues)
    _write_rules(part, rules, written, issues, indicators)


def _unknown(row: Row[FundRow] | Row[RuleRow], part: PackPart, issues: dict[str, int]) -> list[Problem]:
    found = []
    if row.data.clause not in part.clauses:
        found.append(row.refuse(f"clause {row.data.clause} is not in clauses.csv"))
    if row.data.issue and row.data.issue not in issues:
        found.append(row.refuse(f"document issue {row.data.issue} is not in issues.csv"))
    return found


def _key(data: RuleRow) -> tuple[str, str, str, str]:
    return data.workflow, data.verb, data.kind, data.decider_level


def _twice(rules: list[Row[RuleRow]]) -> list[Problem]:
    seen: set[tuple] = set()
    found = []
    for row in rules:
        if _key(row.data) in seen:
            found.append(row.refuse("this event stands more than once"))
        seen.add(_key(row.data))
    return found


def _write_funds(part: PackPart, rows: list[Row[FundRow]], issues: dict[str, int]) -> dict[str, Fund]:
    wanted = {}
    for position, row in enumerate(rows, start=1):
        data = row.data
        wanted[data.code] = data.model_dump(exclude={"ring_fenced", "clause", "issue", "uses"}) | {
            "programme_id": part.programme.pk,
            "is_ring_fenced": data.ring_fenced,
            "uses": list(data.uses),
            "clause_id": part.clauses[data.clause].pk,
            "issue_id": issues.get(data.issue),
            "position": position,
        }
    return part.writer.upsert(
        Fund, wanted, key=lambda fund: fund.code, existing=Fund.objects.filter(programme=part.programme)
    )


def _write_rules(
    part: PackPart,
    rows: list[Row[RuleRow]],
    funds: dict[str, Fund],
    issues: dict[str, int],
    indicators: dict[str, int],
) -> None:
    current = {
        (rule.workflow, rule.verb, rule.kind, rule.decider_level): rule
        for rule in AwardRule.objects.filter(programme=part.programme, replaced_at=None)
    }
    counts = part.writer.counts
    for row in rows:
        data = row.data
        fields = data.model_dump(exclude={"fund", "clause", "issue", "enabled", "quota_indicator"}) | {
            "fund_id": funds[data.fund].pk,
            "clause_id": part.clauses[data.clause].pk,
            "issue_id": issues.get(data.issue),
            "is_enabled": data.enabled,
            "quota_indicator_id": indicators.get(data.quota_indicator),
        }
        old = current.get(_key(data))
        if old is not None and old.set_by_id is not None:
            counts.kept.append(f"award rule {old.event} {old.kind}")
            continue
        if old is not None and all(getattr(old, name) == value for name, value in fields.items()):
            counts.unchanged["awardrule"] += 1
            continue
        if old is not None:
            AwardRule.objects.filter(pk=old.pk).update(replaced_at=timezone.now())
        rule = AwardRule.objects.create(programme=part.programme, version=old.version + 1 if old else 1, **fields)
        (counts.updated if old else counts.created)["awardrule"] += 1
        if old is not None:
            part.writer.note(
                "pack.update", rule, before={"amount": old.amount, "enabled": old.is_enabled},
                after={"amount": rule.amount, "enabled": rule.is_enabled}, unit_path=part.programme.jurisdiction.path,
            )  # fmt: skip
