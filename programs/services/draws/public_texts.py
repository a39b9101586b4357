"""What of a draw anybody may read must not hold numbers of people, nor the names they sign in with (specification 7.8)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from programs.errors import RuleViolation
from programs.models import Draw
from programs.personal_numbers import Text, refuse

TITLE = gettext_lazy("Title")
OBJECT_CODE = gettext_lazy("Code of the object")
OBJECT_NAME = gettext_lazy("Name of the object")
GROUP = gettext_lazy("Group")
STAFF_CODE = gettext_lazy("Staff code")
WHY_EXCUSED = gettext_lazy("Reason of an exception")
WHY_CANCELLED = gettext_lazy("Reason of the cancellation")
DEPARTMENT = gettext_lazy("Departments")


def refuse_numbers(texts: Iterable[Text]) -> None:
    """Raise RuleViolation ``personal_number`` naming every text with an id, mobile or account number, masked."""
    refuse(texts, next_step=_("Take it out. Draws are open to everybody; nothing was saved."))


def refuse_account_names(codes: Iterable[str]) -> None:
    """Raise RuleViolation ``account_name`` for staff codes that somebody signs in with: staff codes are published."""
    wanted = {code.strip() for code in codes}
    if not wanted:
        return
    same = reduce(or_, (Q(username__iexact=code) for code in wanted))
    if known := sorted(User.objects.filter(same).values_list("username", flat=True)):
        raise RuleViolation(
            "account_name",
            _("%(codes)s: somebody signs in with this name.") % {"codes": ", ".join(known[:5])},
            rule=_("Staff codes are published; names of accounts are not."),
            field="inspectors",
            next_step=_("Write the staff number, or fill the lists from a register, which gives neutral numbers."),
        )


def texts_of(draw: Draw) -> list[Text]:
    """Everything of a stored draw that is published."""
    objects = draw.candidates.order_by("code").values_list("code", "name", "stratum")
    return [
        ("title", TITLE, draw.title),
        *(("departments", DEPARTMENT, one.label) for one in draw.departments.all()),
        *texts_of_objects(objects),
        *(("inspectors", STAFF_CODE, code) for code in draw.inspectors.order_by("code").values_list("code", flat=True)),
    ]


def texts_of_objects(rows: Iterable[tuple[str, str, str]]) -> list[Text]:
    """(code, name, group) of objects, each group once."""
    found: list[Text] = []
    groups: dict[str, None] = {}
    for code, name, group in rows:
        found += [("candidates", OBJECT_CODE, code), ("candidates", OBJECT_NAME, name)]
        groups[group] = None
    return [*found, *(("candidates", GROUP, group) for group in groups)]
