"""Limits against a client that runs wild; rates are in the settings (``DEFAULT_THROTTLE_RATES``)."""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.core.cache import cache
from redis.exceptions import ConnectionError as BrokerConnectionError
from redis.exceptions import TimeoutError as BrokerTimeoutError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from audit.middleware import client_address

log = structlog.get_logger(__name__)


class FixedWindowThrottle(SimpleRateThrottle):
    """Counts a person's requests per window in one counter; DRF's own keeps a list that grows with the rate.

    Without the cache server nobody is limited: a limit must not be a reason to lose an official's figure.
    """

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"throttle:{self.scope}:{request.user.pk}:{int(time.time() // self.duration)}"

    def allow_request(self, request: Request, view: Any) -> bool:
        if self.rate is None:
            return True
        key = self.get_cache_key(request, view)
        try:
            cache.add(key, 0, self.duration)
            count = cache.incr(key)
        except (BrokerConnectionError, BrokerTimeoutError) as error:
            log.warning("throttle.cache_lost", error=str(error))
            return True
        except ValueError:  # the counter expired between the two commands: a new window
            return True
        return count <= self.num_requests

    def wait(self) -> float:
        """Seconds to the next window."""
        return self.duration - time.time() % self.duration


class WriteThrottle(FixedWindowThrottle):
    scope = "write"


class RecomputeThrottle(FixedWindowThrottle):
    """For figures as of an earlier moment, which are added up anew."""

    scope = "recompute"


class PublicThrottle(SimpleRateThrottle):
    """What is open to anybody is counted by address."""

    scope = "public"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request) or "unknown"}
