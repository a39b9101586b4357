from eldercare.models.counts import CountKind, RegistryFigure, YearCount
from eldercare.models.estates import Estate
from eldercare.models.facilities import Facility, FacilityType, Served, Standard
from eldercare.models.institutions import Drill, Institution, RiskDecision

__all__ = [
    "CountKind",
    "Drill",
    "Estate",
    "Facility",
    "FacilityType",
    "Institution",
    "RegistryFigure",
    "RiskDecision",
    "Served",
    "Standard",
    "YearCount",
]
