"""A bulletin's snapshot in sentences and tables, in the active language. Page and PDF show the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext

from programs.documents.phrases import Json, bracketed, ended, figure, goal, period_words, said
from programs.documents.tables import Tables
from programs.queries.derived import DERIVED
from programs.queries.ranking import group_label
from programs.templatetags.luoshi import format_number, percent


@dataclass(frozen=True)
class Place:
    """One line of the ranking."""

    position: int
    name: str
    score: str
    note: str


class Wording(Tables):
    """Reads a snapshot; every property is text, or rows of text, in the language active when it is read."""

    @property
    def programme(self) -> str:
        return said(self.data["programme"], "name")

    @property
    def issuer(self) -> str:
        return said(self.data["programme"], "issuer")

    @property
    def as_of(self) -> datetime:
        return timezone.localtime(datetime.fromisoformat(self.data["as_of"]))

    @property
    def period(self) -> str:
        return period_words(self.data["period"])

    @property
    def masthead(self) -> str:
        return gettext("Progress bulletin: %(programme)s") % {
            "programme": said(self.data["programme"], "short") or self.programme
        }

    @property
    def title(self) -> str:
        return gettext("Bulletin on the progress of %(programme)s in %(period)s") % {
            "programme": self.programme,
            "period": self.period,
        }

    @property
    def title_lines(self) -> list[str]:
        """The title as printed: broken between words, the middle line the longest (specification 10.1)."""
        words = {"programme": self.programme, "period": self.period}
        return (
            pgettext("lines of a title", "Bulletin on the progress of\n%(programme)s\nin %(period)s") % words
        ).split("\n")

    # sections ----------------------------------------------------------------------------------------------------

    @property
    def intro(self) -> str:
        programme = self.data["programme"]
        document = said(programme, "document")
        words = {
            "document": document, "number": bracketed(programme["document_no"]), "period": self.period, "programme": self.programme,
            "moment": date_format(self.as_of, gettext("N j, Y, H:i")),
        }  # fmt: skip
        return (
            gettext(
                "As required by “%(document)s”%(number)s, the progress of %(programme)s in %(period)s is made known. The figures were reported by the "
                "units, reviewed and approved, as known at %(moment)s."
            )
            % words
        )

    @property
    def headlines(self) -> list[str]:
        return [self._headline(row) for row in self.headline]

    def _headline(self, row: Json) -> str:
        cell = self.cell(row["code"], self.data["home"]["code"])
        words = {
            "name": said(row, "name"), "unit": said(row, "unit"), "value": figure(cell["value"], row), "target": goal(cell, row),
            "share": percent(cell["completion"]), "time": percent(cell["elapsed"]), "reports": cell["reports"], "expected": cell["expected"],
        }  # fmt: skip
        if cell["value"] is None:
            return gettext("%(name)s: no approved figure yet (%(reports)s of %(expected)s).") % words
        if cell["is_sum"] and cell["target"] is not None:
            return (
                gettext("%(name)s: %(value)s %(unit)s; what was assigned to the units adds up to %(target)s %(unit)s.")
                % words
            )
        if cell["target"] is None:
            return gettext("%(name)s: %(value)s %(unit)s; the plan assigns no number.") % words
        if cell["completion"] is None or row["counting"] in DERIVED:
            return gettext("%(name)s: %(value)s %(unit)s, target %(target)s %(unit)s.") % words
        if cell["elapsed"] is None:
            return gettext("%(name)s: %(value)s %(unit)s, %(share)s of the target of %(target)s %(unit)s.") % words
        return (
            gettext(
                "%(name)s: %(value)s %(unit)s, %(share)s of the target of %(target)s %(unit)s; %(time)s of the time has passed."
            )
            % words
        )

    @property
    def missing(self) -> list[dict[str, Any]]:
        return [
            {
                "name": self.unit(row["unit"]), "expected": row["expected"], "reports": row["reports"], "lacking": row["expected"] - row["reports"],
                "indicators": pgettext("between names", ", ").join(said(self.indicators[code], "short") for code in row["indicators"]),
            }
            for row in self.data["missing"]
        ]  # fmt: skip

    @property
    def missing_words(self) -> str:
        rows, due = (
            self.data["missing"],
            date_format(date.fromisoformat(self.data["period"]["due_on"]), gettext("N j, Y")),
        )
        if not rows:
            return gettext("Every figure of this period is reported and approved.")
        lacking = sum(row["expected"] - row["reports"] for row in rows)
        return ngettext(
            "One unit still lacks approved figures, %(figures)s in all; they were due on %(due)s.",
            "%(count)s units still lack approved figures, %(figures)s in all; they were due on %(due)s.", len(rows),
        ) % {"count": len(rows), "figures": format_number(lacking), "due": due}  # fmt: skip

    @property
    def late(self) -> list[str]:
        """What is behind, one sentence per indicator, all units named."""
        by_indicator: dict[str, list[str]] = {}
        for code, unit in self.data["late"]:
            by_indicator.setdefault(code, []).append(unit)
        return [self._late(self.indicators[code], units) for code, units in by_indicator.items()]

    def _late(self, row: Json, units: Sequence[str]) -> str:
        each = pgettext("a unit that is behind", "%(unit)s %(value)s of %(target)s %(measure)s (%(share)s)")
        named, time = [], None
        for unit in units:
            cell = self.cell(row["code"], unit)
            time = time or cell["elapsed"]
            named.append(each % {
                "unit": self.unit(unit), "value": figure(cell["value"], row), "target": goal(cell, row), "measure": said(row, "unit"), "share": percent(cell["completion"]),
            })  # fmt: skip
        words = {
            "name": said(row, "short"),
            "time": percent(time),
            "units": pgettext("between named units", "; ").join(named),
        }
        if time is None:
            return gettext("%(name)s: %(units)s.") % words
        return gettext("%(name)s, %(time)s of the time has passed: %(units)s.") % words

    @property
    def ranking(self) -> list[tuple[str, list[Place]]]:
        return [
            (str(group_label(group["code"])), [self._place(row) for row in group["places"]])
            for group in self.data["ranking"]["groups"]
        ]

    def _place(self, row: Json) -> Place:
        note = ""
        if row["is_rescaled"] and "counted" in row:
            note = gettext("%(counted)s of %(total)s points counted, the rest without target or figure") % {
                "counted": row["counted"], "total": row["total"],
            }  # fmt: skip
        elif row["is_rescaled"]:  # snapshots made before the counted share was kept
            note = gettext("parts without data left out, the rest counted for 100")
        return Place(row["position"], self.unit(row["unit"]), row["score"], note)

    @property
    def formula(self) -> str:
        points = pgettext("weight of an indicator", "%(name)s %(weight)s")
        parts = [
            points % {"name": said(self.indicators[code], "short"), "weight": weight}
            for code, weight in self.data["ranking"]["weights"]
        ]
        weights = pgettext("between names", ", ").join(parts)
        return gettext(
            "Score = sum of weight × completion (at most 100%%), scaled to 100. Weights, set by the city: %(weights)s. Results only; equal scores share a place."
        ) % {"weights": weights}

    @property
    def unranked(self) -> str:
        one = pgettext("a unit that is not ranked", "%(unit)s (%(why)s)")
        names = [one % {"unit": self.unit(code), "why": why} for code, why in self.data["ranking"]["unranked"]]
        if not names:
            return ""
        return gettext("Not ranked: %(names)s.") % {"names": pgettext("between names", ", ").join(names)}

    @property
    def corrections(self) -> list[str]:
        found = []
        for row in self.data["corrections"]:
            indicator = self.indicators.get(row["indicator"])
            words = {
                "unit": said(row, "unit"), "period": row["period"], "name": said(indicator, "short") if indicator else row["indicator"],
                "before": figure(row["before"], indicator), "after": figure(row["after"], indicator), "reason": row["reason"],
            }  # fmt: skip
            found.append(
                gettext("%(unit)s, %(period)s: %(name)s corrected from %(before)s to %(after)s. Reason: %(reason)s")
                % words
            )
        return found

    @property
    def issues(self) -> list[str]:
        found = []
        for row in self.data["issues"]:
            words = {"code": row["code"], "issue": ended(said(row, "issue")), "handling": ended(said(row, "handling"))}
            text = gettext("Known defect of the document (%(code)s): %(issue)s Handled here: %(handling)s")
            found.append(
                (text if words["handling"] else gettext("Known defect of the document (%(code)s): %(issue)s")) % words
            )
        return found
