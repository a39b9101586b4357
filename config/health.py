"""What load balancers and the launcher ask: is the process alive, are its servers there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from health_check.views import HealthCheckView
from redis.asyncio import Redis


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process serves requests; asks no other server, so it never restarts for their sake."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines to the public pages."""
    return HttpResponse("User-agent: *\nDisallow: /\nAllow: /public/\n", content_type="text/plain")


def broker() -> Redis:
    """Return a client for one check; the check closes it."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


class ReadyView(HealthCheckView):
    """Answer 200 when PostgreSQL and the broker answer, 503 otherwise. Names no host and shows no message of theirs."""

    checks = (
        "health_check.checks.Database",
        ("health_check.contrib.redis.Redis", {"client_factory": broker}),
    )

    async def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Run the checks and answer with one word."""
        response = await super().get(request, *args, **kwargs)
        ready = response.status_code == 200
        return HttpResponse(
            "ready\n" if ready else "not ready\n", status=200 if ready else 503, content_type="text/plain"
        )
