"""Refusals that a person can act on. Pages show them in place; the API renders them as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence


class RuleViolation(Exception):
    """A rule was not met.

    ``code``: stable machine name; ``message``: what is wrong, with both numbers; ``rule`` and ``clause``: which rule and the
    path of the clause (empty when the city set it); ``next_step``: what to do; ``field``: the input it belongs to;
    ``errors``: further violations, each with its own field, when several were found at once.
    """

    status = 422

    def __init__(
        self,
        code: str,
        message: str,
        *,
        rule: str = "",
        clause: str = "",
        next_step: str = "",
        field: str = "",
        errors: Sequence[RuleViolation] = (),
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.rule, self.clause = code, message, rule, clause
        self.next_step, self.field, self.errors = next_step, field, tuple(errors)

    def as_dict(self) -> dict:
        found = {
            "code": self.code,
            "field": self.field,
            "detail": str(self.message),
            "rule": str(self.rule),
            "clause": self.clause,
            "next_step": str(self.next_step),
        }
        return {key: value for key, value in found.items() if value}


class Conflict(RuleViolation):
    """Somebody else was faster, or the object is in another state than the caller thinks."""

    status = 409
