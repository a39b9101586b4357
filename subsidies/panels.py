"""What the page of a project and of its declarations shows of money, whichever initiative it belongs to."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from programs.models import Project
from programs.modules import Panel
from subsidies.queries import award_list, chains


def shared_panels(project: Project, user: User) -> list[Panel]:
    """Every award of the project with its hops; nothing when it has none. One query, five with awards."""
    found = chains(award_list(user).filter(project=project), timezone.localdate())
    return [Panel("subsidies/_project_awards.html", {"chains": found})] if found else []
