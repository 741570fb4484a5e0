"""The bytes of what people and groups show as their picture: WhatsApp says where they are, the guard fetches them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from tideline.connectors.linked.limits import PICTURE
from tideline.features.numbers.port import MediaRejected, Offline
from tideline.platform.outgoing import Outgoing, OutgoingProblem, Patience, RemoteRefused, RemoteTooLarge

PATIENCE: Final = Patience(total=30.0)


@dataclass(frozen=True, slots=True)
class Source:
    """A `MediaSource`. The address is good for some days, for everybody who has it."""

    outgoing: Outgoing
    url: str

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async with self.outgoing.get(self.url, most=PICTURE, patience=PATIENCE) as download:
                async for chunk in download.chunks():
                    yield chunk
        except (RemoteRefused, RemoteTooLarge) as problem:
            raise MediaRejected("WhatsApp does not give this picture, or it is too large for one.") from problem
        except OutgoingProblem as problem:
            raise Offline(problem.message) from problem
