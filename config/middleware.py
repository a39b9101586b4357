"""Middleware of our own: the language from its cookie only, and the two limits of a session."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

BORN = "luoshi_born"  # seconds since 1970 when this session's person signed in
SEEN = "luoshi_seen"  # seconds since 1970 of the last request written down
WRITE_EVERY = 30  # seconds; more often would cost a database write per click


def now() -> float:
    """Return seconds since 1970."""
    return datetime.now(UTC).timestamp()


class CookieLocaleMiddleware(MiddlewareMixin):
    """Chinese unless the visitor's own choice, kept in the language cookie, says otherwise.

    Django's LocaleMiddleware would follow the browser's Accept-Language; an office computer's browser often
    announces English, and its owner would not know why the page is not Chinese.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of the cookie, or the default."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Name the language used."""
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class SessionLimitsMiddleware(MiddlewareMixin):
    """Sign out after 15 minutes without a request and 12 hours after sign-in (specification 11.1).

    The last request is written down at most every 30 seconds, so the idle limit is reached between 14:30 and 15:00.
    """

    def process_request(self, request: HttpRequest) -> None:
        """End a session that is too old, or move its idle limit."""
        if not request.session.session_key or not request.user.is_authenticated:
            return
        moment = now()
        born = request.session.get(BORN)
        if born is None:
            request.session[BORN] = request.session[SEEN] = moment
            return
        seen = request.session.get(SEEN, born)
        if moment - born > settings.LUOSHI_SESSION_ABSOLUTE.total_seconds():
            logout(request)
            messages.info(request, _("You were signed out because 12 hours have passed since you signed in."))
        elif moment - seen > settings.LUOSHI_SESSION_IDLE.total_seconds():
            logout(request)
            messages.info(request, _("You were signed out after 15 minutes without activity. Drafts are kept."))
        elif moment - seen > WRITE_EVERY:
            request.session[SEEN] = moment
