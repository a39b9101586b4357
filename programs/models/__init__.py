from programs.models.calendar import Workday
from programs.models.outputs import Bulletin, Feedback, Job, StoredFile, Summary, SummaryDirty
from programs.models.plans import Indicator, Programme, ReferenceSeries, ReportingDuty, Target, Task
from programs.models.progress import (
    ApprovedFigure,
    CorrectionRequest,
    Period,
    ProgressDecision,
    ProgressDraft,
    ProgressReport,
    ProgressRevision,
    ReportState,
)
from programs.models.scope import Scope, ScopedModel, ScopedQuerySet
from programs.models.units import ADMINISTRATORS, BUSINESS_ROLES, Grant, Organization, Role, Unit, UnitOutline

__all__ = [
    "ADMINISTRATORS",
    "BUSINESS_ROLES",
    "ApprovedFigure",
    "Bulletin",
    "CorrectionRequest",
    "Feedback",
    "Grant",
    "Indicator",
    "Job",
    "Organization",
    "Period",
    "Programme",
    "ProgressDecision",
    "ProgressDraft",
    "ProgressReport",
    "ProgressRevision",
    "ReferenceSeries",
    "ReportState",
    "ReportingDuty",
    "Role",
    "Scope",
    "ScopedModel",
    "ScopedQuerySet",
    "StoredFile",
    "Summary",
    "SummaryDirty",
    "Target",
    "Task",
    "Unit",
    "UnitOutline",
    "Workday",
]
