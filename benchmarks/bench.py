"""What every bar needs: the data set, how often and how long to measure, and people who are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import ApiKey, User
from accounts.services import keys
from benchmarks.plan import Size, person
from config.middleware import BORN, SEEN, now
from programs.models import Indicator, Period, Programme, Unit


@dataclass(frozen=True)
class Bench:
    """One run: ``rounds`` in turn, ``seconds`` of load in each measurement under load.

    ``accepts_queries``: P5 writes its counts as the baseline before it compares them.
    """

    size: Size
    rounds: int
    seconds: float
    accepts_queries: bool = False

    @cached_property
    def programme(self) -> Programme:
        return Programme.objects.select_related("jurisdiction").get(code=self.size.code)

    @cached_property
    def indicators(self) -> list[Indicator]:
        return list(self.programme.indicators.select_related("programme").order_by("position"))

    @cached_property
    def periods(self) -> list[Period]:
        """Oldest first; the last one is open, the one before it is the last with figures."""
        return list(self.programme.periods.select_related("programme").order_by("starts_on"))

    @property
    def newest(self) -> Period:
        """The last period with approved figures."""
        return self.periods[-2]

    @cached_property
    def counties(self) -> list[Unit]:
        return list(self.programme.jurisdiction.children.order_by("code"))

    def person(self, name: str) -> User:
        """One of the people of the data set: viewer, auditor, reporter, reviewer, approver-1 …"""
        return person(self.programme, name)

    def cookie(self, name: str) -> dict[str, str]:
        """The headers of a browser in which this person is signed in."""
        user = self.person(name)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[BORN] = session[SEEN] = now()
        session.save()
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}

    def bearer(self, name: str) -> dict[str, str]:
        """The headers of another system that calls with this person's key."""
        _key, text = keys.create(actor=None, user=self.person(name), scope=ApiKey.Scope.READ, name="benchmark")
        return {"Authorization": f"Bearer {text}"}
