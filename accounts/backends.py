"""Who may sign in with a password."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend


class AccountBackend(ModelBackend):
    """Django's backend, except that invented people exist in demo mode only: their password is printed on the sign-in page.

    Also asked on every request of a session, so switching demo mode off ends their sessions at once.
    """

    def user_can_authenticate(self, user) -> bool:
        return super().user_can_authenticate(user) and may_act(user)


def may_act(user) -> bool:
    """Whether this account may be used here and now, by password, session or key."""
    return user.is_active and (settings.LUOSHI_DEMO or not user.is_demo)
