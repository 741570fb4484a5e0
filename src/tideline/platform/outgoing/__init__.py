"""Calls to addresses that people gave us: webhooks, downloads. All of them pass the one guard that is in here.

`Outgoing(allow=Allowed.read(["10.0.0.0/8", "hooks.internal"]))`:
    check(url) -> Url                              what can be told without asking anybody; raises a problem
    await post(url, body, headers, seconds=5) -> Reply     one attempt; redirects are answers, not followed
    await call(method, url, headers=, body=, most=, patience=) -> Answer    another program's API, its whole answer
    async with get(url, most=..., patience=...) as download:    follows a few redirects, each checked again
        download.name, download.mimetype, download.size, download.chunks()
    await close()
`filename_in(header)`: the name that a Content-Disposition gives, or None

Problems have codes that may be stored and shown: `address_not_allowed`, `remote_too_slow` and so on.
"""

from tideline.platform.outgoing.addresses import Allowed, is_public
from tideline.platform.outgoing.client import Answer, Download, Outgoing, Patience, Reply
from tideline.platform.outgoing.disposition import filename as filename_in
from tideline.platform.outgoing.names import Names, SystemNames
from tideline.platform.outgoing.problems import (
    AddressNotAllowed,
    HostNotFound,
    NotReachable,
    OutgoingProblem,
    RemoteBroken,
    RemoteRefused,
    RemoteTooLarge,
    RemoteTooSlow,
    TooManyRedirects,
    UrlNotValid,
)
from tideline.platform.outgoing.urls import Url, read_url

__all__ = [
    "AddressNotAllowed",
    "Allowed",
    "Answer",
    "Download",
    "HostNotFound",
    "Names",
    "NotReachable",
    "Outgoing",
    "OutgoingProblem",
    "Patience",
    "RemoteBroken",
    "RemoteRefused",
    "RemoteTooLarge",
    "RemoteTooSlow",
    "Reply",
    "SystemNames",
    "TooManyRedirects",
    "Url",
    "UrlNotValid",
    "filename_in",
    "is_public",
    "read_url",
]
