"""A typed client of Tideline: its Public API, its Partner API, and its webhooks.

It needs nothing of the server: `pip install 'tideline[client]'`.
"""

try:
    import httpx2 as _httpx2  # noqa: F401  the one thing that it needs
except ModuleNotFoundError as _missing:
    raise ModuleNotFoundError(
        "tideline.client needs an HTTP library that is not installed here: pip install 'tideline[client]'",
        name=_missing.name,
    ) from None

from tideline.client import events, models, partner_events, partner_models, refusals
from tideline.client.calls import UNSET, Call
from tideline.client.clients import AsyncPartner, AsyncTideline, Partner, Tideline
from tideline.client.downloads import AsyncDownload, Download
from tideline.client.errors import (
    FieldError,
    NotAnEvent,
    NotGenuine,
    NotReached,
    Refused,
    TidelineError,
    UnexpectedAnswer,
)
from tideline.client.events import Event
from tideline.client.parsing import UnknownEvent
from tideline.client.partner_events import PartnerEvent
from tideline.client.retries import Retries
from tideline.client.uploads import Upload
from tideline.client.webhooks import (
    Delivered,
    PartnerWebhookVerifier,
    WebhookVerifier,
    parse_event,
    parse_partner_event,
)

__all__ = [
    "UNSET",
    "AsyncDownload",
    "AsyncPartner",
    "AsyncTideline",
    "Call",
    "Delivered",
    "Download",
    "Event",
    "FieldError",
    "NotAnEvent",
    "NotGenuine",
    "NotReached",
    "Partner",
    "PartnerEvent",
    "PartnerWebhookVerifier",
    "Refused",
    "Retries",
    "Tideline",
    "TidelineError",
    "UnexpectedAnswer",
    "UnknownEvent",
    "Upload",
    "WebhookVerifier",
    "events",
    "models",
    "parse_event",
    "parse_partner_event",
    "partner_events",
    "partner_models",
    "refusals",
]
