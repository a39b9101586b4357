"""Funds, rules, awards, transfers, alerts."""

from subsidies.models.awards import Award, AwardOrder, AwardRule
from subsidies.models.funds import Fund, FundBudget, FundUse, Use
from subsidies.models.inspections import FundInspection
from subsidies.models.transfers import MoneyAlert, Receipt, Transfer

__all__ = [
    "Award",
    "AwardOrder",
    "AwardRule",
    "Fund",
    "FundBudget",
    "FundInspection",
    "FundUse",
    "MoneyAlert",
    "Receipt",
    "Transfer",
    "Use",
]
