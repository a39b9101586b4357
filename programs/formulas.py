"""The language in which an indicator is worked out from others: ``([beds] - [nursing-beds]) / [beds] * 100``.

Numbers, ``+ - * /``, brackets, ``min(…)`` and ``max(…)``, and other indicators by their code in square brackets. An unknown
input makes the result unknown, and so does a division by zero: unknown is not zero. Nothing else is a formula; the text is
parsed by Python's own parser into a tree of which only these nodes are accepted, and is never executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException, localcontext

from django.utils.translation import gettext as _

MOST_CHARACTERS = 500
MOST_DEPTH = 100
LARGEST = Decimal(10) ** 16  # what a column of 20 digits with 4 decimals holds
CODE = re.compile(r"\[([a-z0-9][a-z0-9-]{0,59})\]")
ALLOWED = re.compile(r"[0-9a-z_+\-*/()., \t\n]*", re.A)
# Everything a letter, a digit or a point may belong to: an input, a function, a decimal number. No 0x10, no 1_000.
WORD = re.compile(
    r"(?<![0-9a-z_.])(?:__[0-9]+|min|max|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)(?![0-9a-z_.])", re.A
)
FUNCTIONS: dict[str, Callable[..., Decimal]] = {"min": min, "max": max}
OPERATORS: dict[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: Decimal.__add__,
    ast.Sub: Decimal.__sub__,
    ast.Mult: Decimal.__mul__,
    ast.Div: Decimal.__truediv__,
}


class FormulaError(ValueError):
    """Why a text is no formula, in words for the person who typed it."""


@dataclass(frozen=True)
class Formula:
    """A formula that was understood. ``codes``: the indicators it refers to, in order of appearance."""

    text: str
    codes: tuple[str, ...]
    _tree: ast.expr

    def evaluate(self, values: Mapping[str, Decimal | None]) -> Decimal | None:
        """The result to four decimals; None when an input is unknown, a divisor is zero or it is out of range.

        KeyError for a code that ``values`` does not hold.
        """
        given = [values[code] for code in self.codes]
        if any(value is None for value in given):
            return None
        with localcontext(prec=40):
            try:
                result = _compute(self._tree, given)  # type: ignore[arg-type]
                return round(result, 4) if result.is_finite() and abs(result) < LARGEST else None
            except (DecimalException, ZeroDivisionError):
                return None


def parse(text: str) -> Formula:
    """The formula in ``text``. Raises FormulaError that says what is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise FormulaError(
            _("The formula has %(count)s characters; at most %(most)s.") % {"count": len(text), "most": MOST_CHARACTERS}
        )
    codes: list[str] = []

    def name(found: re.Match[str]) -> str:
        if found[1] not in codes:
            codes.append(found[1])
        return f" __{codes.index(found[1])} "

    if "__" in text:
        raise FormulaError(_("Underscores are not part of a formula."))
    plain = CODE.sub(name, text).strip()
    if not plain:
        raise FormulaError(_("The formula is empty."))
    if stray := ALLOWED.sub("", plain):
        raise FormulaError(_("“%(sign)s” is not part of a formula. Write indicators as [code].") % {"sign": stray[0]})
    if re.search(r"[0-9a-z_.]", WORD.sub(" ", plain)):
        raise FormulaError(_only())
    try:
        tree = ast.parse(" ".join(plain.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(
            _("The formula cannot be read. Check brackets and signs; write indicators as [code].")
        ) from None
    _check(tree, 0)
    return Formula(text.strip(), tuple(codes), tree)


def circle(code: str, inputs: Iterable[str], formulas: Mapping[str, str]) -> list[str]:
    """The way from ``code`` over ``inputs`` and other formulas {code: text} back to it; [] when there is none."""
    waiting = [[code, one] for one in inputs]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop()
        if way[-1] == code:
            return way
        if way[-1] in formulas and way[-1] not in seen:
            seen.add(way[-1])
            waiting += [[*way, one] for one in parse(formulas[way[-1]]).codes]
    return []


def _only() -> str:
    return _("Only numbers, [code], + - * / and brackets, min(…, …) and max(…, …) are part of a formula.")


def _check(node: ast.expr, depth: int) -> None:
    """Accept the node and everything below it. Raises FormulaError."""
    if depth > MOST_DEPTH:
        raise FormulaError(_("The formula is nested too deeply. Make one of its parts an indicator of its own."))
    match node:
        case ast.Constant(value=int() | float() as number) if abs(number) < LARGEST:
            pass
        case ast.Name(id=known) if known.startswith("__"):
            pass
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            _check(inner, depth + 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            _check(left, depth + 1)
            _check(right, depth + 1)
        case ast.Call(func=ast.Name(id=function), args=args, keywords=[]) if function in FUNCTIONS and len(args) > 1:
            for one in args:
                _check(one, depth + 1)
        case _:
            raise FormulaError(_only())


def _compute(node: ast.expr, given: list[Decimal]) -> Decimal:
    match node:
        case ast.Constant(value=number):
            return Decimal(str(number))
        case ast.Name(id=known):
            return given[int(known[2:])]
        case ast.UnaryOp(op=op, operand=inner):
            value = _compute(inner, given)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_compute(left, given), _compute(right, given))
        case ast.Call(func=ast.Name(id=function), args=args):
            return FUNCTIONS[function](*(_compute(one, given) for one in args))
    raise AssertionError("parse() accepted an unknown node")
