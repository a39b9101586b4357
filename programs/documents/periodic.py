"""Periodic papers (季点评, 半年总结, 年度排名) in words, as PDF and as .docx: everything from the snapshot, always in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from programs.documents import pdf
from programs.documents.bulletin import STYLE, page_sides, qr_of
from programs.documents.phrases import Json, figure, said
from programs.documents.wording import Wording
from programs.models import Ranking
from programs.queries.ranking import WHY_NOT, group_label
from programs.services.bulletins.snapshot import sm3_of
from programs.templatetags.luoshi import DASH, format_number

NAMES: dict[str, str | Promise] = {
    Ranking.Kind.QUARTER: _("Quarterly review"),
    Ranking.Kind.HALF: _("Half-year summary"),
    Ranking.Kind.YEAR: _("Yearly ranking"),
}
OF_SPAN: dict[str, str | Promise] = {  # beside the span that says the same: "Review for the third quarter"
    Ranking.Kind.QUARTER: pgettext_lazy("of a span", "Review"),
    Ranking.Kind.HALF: pgettext_lazy("of a span", "Summary"),
    Ranking.Kind.YEAR: pgettext_lazy("of a span", "Ranking"),
}
SPANS: dict[str, str | Promise] = {
    "Q1": pgettext_lazy("span", "the first quarter of %s"),
    "Q2": pgettext_lazy("span", "the second quarter of %s"),
    "Q3": pgettext_lazy("span", "the third quarter of %s"),
    "Q4": pgettext_lazy("span", "the fourth quarter of %s"),
    "H1": pgettext_lazy("span", "the first half of %s"),
    "H2": pgettext_lazy("span", "the second half of %s"),
    "": pgettext_lazy("span", "the year %s"),
}
MISSING: dict[str, str | Promise] = {
    "zero": _("A result without data counts as zero."),
    "excluded": _("A result without data is left out, and the others count for 100."),
}
LEFT_OUT: dict[str, str | Promise] = {"no_target": _("no target"), "not_applicable": "/"}


@dataclass(frozen=True)
class Line:
    """One unit's line of a group's table. ``parts``: points earned, in the rule's order; ``counted``: "90/100" of weight."""

    code: str
    position: int
    name: str
    score: str
    counted: str
    parts: list[str]


class Periodic(Wording):
    """A paper's snapshot in sentences and tables; adds the ranking by rule to what a bulletin says."""

    @property
    def span(self) -> str:
        year, _dash, part = self.data["span"]["code"].partition("-")
        return str(SPANS[part]) % year

    @property
    def masthead(self) -> str:
        return gettext("%(kind)s: %(programme)s") % {
            "kind": NAMES[self.data["span"]["kind"]],
            "programme": said(self.data["programme"], "short") or self.programme,
        }

    @property
    def title(self) -> str:
        return gettext("%(kind)s of %(programme)s for %(span)s") % {
            "kind": OF_SPAN[self.data["span"]["kind"]],
            "programme": self.programme,
            "span": self.span,
        }

    @property
    def title_lines(self) -> list[str]:
        """The title as printed: broken between words (specification 10.1)."""
        words = {"kind": OF_SPAN[self.data["span"]["kind"]], "programme": self.programme, "span": self.span}
        return (pgettext("lines of a title", "%(kind)s of %(programme)s\nfor %(span)s") % words).split("\n")

    @property
    def period(self) -> str:
        """What the paper speaks of is its span; the figures are those of its last reporting period."""
        return self.span

    @property
    def unit_names(self) -> dict[str, str]:
        """Of the units below, by code; ``names`` of the bulletin keeps whole rows, of the other units too."""
        return {row["code"]: said(row, "name") for row in self.data["units"]}

    @property
    def rule_parts(self) -> list[tuple[str, str, str]]:
        """(indicator, weight, how it is judged) of each part of the rule."""
        known = self.indicators
        return [
            (
                said(known[part["indicator"]], "short"),
                figure(part["weight"], None),
                gettext("share of the way to the target")
                if part["measure"] == "completion"
                else gettext("value, full points at %(full)s") % {"full": figure(part["full"], None)},
            )
            for part in self.data["rule"]["parts"]
            if part["indicator"] in known
        ]

    @property
    def rule_words(self) -> str:
        """The rule in one sentence."""
        parts = [
            gettext("%(name)s %(weight)s points (%(how)s)") % {"name": name, "weight": weight, "how": how}
            for name, weight, how in self.rule_parts
        ]
        return gettext("Rule, version %(number)s: %(parts)s.") % {
            "number": self.data["rule"]["version"],
            "parts": pgettext("between parts of a rule", "; ").join(parts),
        }

    @property
    def whole_rule(self) -> str:
        """How the order comes about: the rule, what becomes of missing data, what of equal scores."""
        more = [str(MISSING[self.data["rule"]["missing"]]), gettext("Equal scores share a place.")]
        if (minimum := self.data["rule"].get("minimum_share")) is not None:  # papers made before know no minimum
            more.append(
                gettext("A part without a target of the unit is left out. A score that rests on less than %(minimum)s of 100 points of weight takes no place (set by the city).")
                % {"minimum": minimum}
            )  # fmt: skip
        return reduce(
            lambda text, one: pgettext("two sentences", "%(text)s %(more)s") % {"text": text, "more": one},
            more,
            self.rule_words,
        )

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """Comparable units, best first."""
        return [
            (str(group_label(group["code"])), [self._line(place) for place in group["places"]])
            for group in self.data["ranking"]["groups"]
        ]

    @property
    def not_ranked(self) -> list[tuple[str, str]]:
        return [(self.unit_names[code], str(WHY_NOT[why])) for code, why in self.data["ranking"]["unranked"]]

    def _line(self, place: Json) -> Line:
        total = sum((Decimal(part["weight"]) for part in place["parts"]), Decimal(0))
        return Line(
            code=place["unit"],
            position=place["position"],
            name=self.unit_names[place["unit"]],
            score=place["score"],
            counted=f"{figure(place['counted'], None)}/{figure(str(total), None)}",
            parts=[_earned(part) for part in place["parts"]],
        )

    def move_words(self, move: Json) -> str:
        """“X from 7 to 9”: the figure that alone would lift a unit one place."""
        row = self.indicators[move["indicator"]]
        return gettext("%(name)s from %(now)s to %(then)s") % {
            "name": said(row, "short"),
            "now": figure(move["from"], row),
            "then": figure(move["to"], row),
        }


def _earned(part: Json) -> str:
    """The points of one part, or why there are none; papers made before do not say why."""
    if part["points"] is not None:
        return format_number(Decimal(part["points"]), 1)
    return str(LEFT_OUT.get(part.get("why_not", ""), DASH))


def paper_name(kind: str, code: str) -> str:
    """“Review for the third quarter of 2026”: a paper in a list to choose from."""
    year, _dash, part = code.partition("-")
    return gettext("%(kind)s for %(span)s") % {"kind": OF_SPAN[kind], "span": str(SPANS[part]) % year}


def verify_url(code: str) -> str:
    """The public address at which the paper can be checked."""
    return str(settings.LUOSHI_PUBLIC_URL) + reverse("verify-paper", args=[code])


def print_pdf(ranking: Ranking, *, issued_on: date | None) -> bytes:
    """The PDF in the official layout; ``issued_on`` None prints a draft. The same snapshot gives the same bytes."""
    with translation.override("zh-hans"):
        context: dict[str, Any] = {
            "words": Periodic(ranking.snapshot),
            "code": ranking.code,
            "issued_on": issued_on,
            "is_draft": issued_on is None,
            "verify_url": verify_url(ranking.code),
            "qr": qr_of(verify_url(ranking.code)),
            "snapshot_sm3": sm3_of(ranking.snapshot),
        }
        content, _pages = pdf.render(render_to_string("pdf/periodic.html", context), style=STYLE, extra=page_sides(0))
        return pdf.join([content])
