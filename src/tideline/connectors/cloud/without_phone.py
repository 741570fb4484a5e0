"""What needs a phone, and what the Business Platform does not tell: a business number says plainly that it cannot."""
# ruff: noqa: ARG002

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from tideline.features.numbers.port import (
    AccountRef,
    GroupChanged,
    NumberInfo,
    PairingEvent,
    PairingRef,
    Peer,
    Picture,
    Unsupported,
)

NO_PHONE: Final = "Business numbers are added with their ids and secrets, not linked with a phone."


class WithoutPhone:
    """The part of the port that only numbers with a phone have."""

    async def begin_pairing(self, pairing: PairingRef, *, phone: str | None = None) -> None:
        raise Unsupported(NO_PHONE)

    async def cancel_pairing(self, pairing: PairingRef) -> None:
        """There is never one to cancel."""

    async def adopt(self, pairing: PairingRef, account: AccountRef) -> None:
        raise Unsupported(NO_PHONE)

    async def pairing_events(self) -> AsyncIterator[PairingEvent]:
        """Never any."""
        nothing: asyncio.Queue[PairingEvent] = asyncio.Queue()
        while True:
            yield await nothing.get()

    async def check_numbers(self, account: AccountRef, phones: Sequence[str]) -> Sequence[NumberInfo]:
        raise Unsupported("The Business Platform does not say who is on WhatsApp before something is sent.")

    async def groups(self, account: AccountRef) -> Sequence[GroupChanged]:
        raise Unsupported("Business numbers are in no groups.")

    async def picture(self, account: AccountRef, peer: Peer) -> Picture | None:
        raise Unsupported("The Business Platform shows no profile pictures.")
