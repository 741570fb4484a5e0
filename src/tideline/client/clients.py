"""The clients: one workspace through the Public API, or all workspaces of a partner; waiting or awaiting."""

import httpx2

from tideline.client.operations import partner, partner_async, public, public_async
from tideline.client.retries import Retries
from tideline.client.signing import partner_headers
from tideline.client.target import Target

TIMEOUT_SECONDS = 60.0
PATIENT = Retries()


def _workspace(base_url: str, token: str, timeout: float, retries: Retries) -> Target:
    headers = {"Authorization": f"Bearer {_in_header(token, 'a token')}"}
    return Target(base_url.rstrip("/") + public.PREFIX, lambda: headers, timeout, retries)


def _partner(base_url: str, partner_id: str, secret: str, timeout: float, retries: Retries) -> Target:
    name = _in_header(partner_id, "a partner's id")
    return Target(base_url.rstrip("/") + partner.PREFIX, lambda: partner_headers(name, secret), timeout, retries)


def _in_header(text: str, what: str) -> str:
    """Without the line break that a file ends with. What no header can carry is refused here, where the error does not
    repeat it."""
    found = text.strip()
    if not (found and found.isascii() and found.isprintable()):
        raise ValueError(f"{what} is printable ASCII, and not empty")
    return found


class Tideline(public.PublicApi):
    """One workspace, as the teammate whose token this is."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        retries: Retries = PATIENT,
        http: httpx2.Client | None = None,
    ) -> None:
        super().__init__(_workspace(base_url, token, timeout, retries), http)


class AsyncTideline(public_async.AsyncPublicApi):
    """One workspace, as the teammate whose token this is."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        retries: Retries = PATIENT,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        super().__init__(_workspace(base_url, token, timeout, retries), http)


class Partner(partner.PartnerApi):
    """All workspaces of one partner."""

    def __init__(
        self,
        base_url: str,
        partner_id: str,
        secret: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        retries: Retries = PATIENT,
        http: httpx2.Client | None = None,
    ) -> None:
        super().__init__(_partner(base_url, partner_id, secret, timeout, retries), http)


class AsyncPartner(partner_async.AsyncPartnerApi):
    """All workspaces of one partner."""

    def __init__(
        self,
        base_url: str,
        partner_id: str,
        secret: str,
        *,
        timeout: float = TIMEOUT_SECONDS,
        retries: Retries = PATIENT,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        super().__init__(_partner(base_url, partner_id, secret, timeout, retries), http)
