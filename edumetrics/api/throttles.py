"""How many requests are too many: by address, by user, and of signing in by address."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from edumetrics.accounts.models import User
from edumetrics.accounts.signing_in import client_address


class AddressThrottle(SimpleRateThrottle):
    """Requests from one address, signed in or not (THROTTLE_ADDRESS)."""

    scope = "address"

    def get_cache_key(self, request: Request, view: Any) -> str:
        """By the address, as far as it can be believed."""
        return f"throttle:{self.scope}:{client_address(request._request)}"


class SignInThrottle(AddressThrottle):
    """Attempts to sign in from one address (THROTTLE_SIGN_IN)."""

    scope = "sign_in"


class UserThrottle(SimpleRateThrottle):
    """Requests of one user, from wherever (THROTTLE_USER)."""

    scope = "user"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        """By the user; None, which is no limit, for who is not signed in."""
        return f"throttle:user:{request.user.pk}" if isinstance(request.user, User) else None
