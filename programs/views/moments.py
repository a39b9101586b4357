"""The control "as known then" that every page with figures has."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.utils.functional import cached_property

from programs.as_of import NOW, Moment, read_moment
from programs.errors import RuleViolation
from programs.views.base import sentence


class MomentMixin:
    """``self.moment`` from ``?as_of=``; a moment that cannot be read is said on the page, which then shows today."""

    request: Any  # see ScopedView

    @cached_property
    def moment(self) -> Moment:
        try:
            return read_moment(self.request.GET.get("as_of", ""))
        except RuleViolation as violation:
            messages.error(self.request, sentence(violation))
            return NOW
