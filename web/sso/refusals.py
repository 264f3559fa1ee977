"""Why somebody who comes back from the provider is not let in; `why` goes into events.

The sentences people read are in the texts of the pages, one for each code.
"""

from kamizero.errors import ForbiddenError, KamizeroError


class SignInError(ForbiddenError):
    """The provider's answer lets nobody in."""

    code = "sign_in"

    def __init__(self, message: str, *, why: str) -> None:
        super().__init__(message)
        self.why = why


class StaleSignInError(SignInError):
    """The sign-in was not begun in this browser, or is used or too old."""

    code = "sign_in_stale"


class DeclinedError(SignInError):
    """The provider, or the person there, said no."""

    code = "sign_in_declined"


class UntrustedTokenError(SignInError):
    """The ID token is not one this provider made for us, now and for this sign-in."""

    code = "sign_in_untrusted"


class NoAccountError(SignInError):
    """The person is known to the provider, and may not come in here."""

    code = "sign_in_no_account"


class ProviderDownError(KamizeroError):
    """The provider does not answer, or not as OpenID Connect says."""

    code = "sign_in_provider_down"
    retryable = True
    why = "provider"
