"""API keys in ``Authorization: Bearer …`` for Django REST framework."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.services.keys import authenticate
from audit.middleware import client_address


class ApiKeyAuthentication(BaseAuthentication):
    """The key's person is the caller, so every scope rule holds as in the browser; ``request.auth`` is the key.

    Unknown, revoked and expired keys, and keys of accounts that may not act, answer the same 401. A read key that
    writes answers 403.
    """

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("The Authorization header must read: Bearer, one space, the key."))
        key = authenticate(text=parts[1].decode("latin-1"), address=client_address(request))
        if key is None:
            raise AuthenticationFailed(_("This API key is unknown, expired or revoked. Ask for a new one."))
        if key.scope == ApiKey.Scope.READ and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("This API key may only read. Writing needs a key with the scope write."))
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return f'{self.keyword} realm="luoshi"'
