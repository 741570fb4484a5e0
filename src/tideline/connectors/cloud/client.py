"""Moves bytes to and from the Graph API. Tokens travel in a header only, so that no address and no log has them."""

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from tideline.connectors.cloud.errors import NO_CODE, problem_of, reason_in
from tideline.features.numbers.port import (
    ConnectorProblem,
    FailureReason,
    Media,
    MediaRejected,
    Offline,
    UnknownOutcome,
)
from tideline.platform.outgoing import (
    Answer,
    Outgoing,
    OutgoingProblem,
    Patience,
    RemoteRefused,
    RemoteTooLarge,
)

LARGEST_ANSWER: Final = 8 * 1024 * 1024
PATIENCE: Final = Patience(connect=10.0, silence=30.0, total=60.0)
UPLOAD_PATIENCE: Final = Patience(connect=10.0, silence=60.0, total=600.0)

Json = dict[str, Any]


class Graph:
    """Calls below one address, such as https://graph.facebook.com/v26.0."""

    def __init__(self, outgoing: Outgoing, base: str) -> None:
        self._outgoing = outgoing
        self._base = base.rstrip("/")

    async def get(self, token: str, path: str, **query: str) -> Json:
        """Reading: whatever keeps the answer away may pass, and asking again does no harm."""
        try:
            return _read(await self._call("GET", token, path + (f"?{urlencode(query)}" if query else "")))
        except OutgoingProblem as problem:
            raise Offline(problem.message) from problem

    async def post(self, token: str, path: str, body: Json) -> Json:
        """Doing: once the other side may have it, only its answer tells what became of it."""
        try:
            return _read(await self._call("POST", token, path, msgspec.json.encode(body), "application/json"))
        except OutgoingProblem as problem:
            raise (UnknownOutcome if problem.may_have_arrived else Offline)(problem.message) from problem

    async def upload(self, token: str, phone_number_id: str, media: Media, mimetype: str) -> str:
        """Bring a file to the platform, which gives it an id. Nobody sees it yet, so it may be brought twice."""
        form = _Form(media, mimetype)
        try:
            answer = await self._call(
                "POST", token, f"/{phone_number_id}/media", form.chunks(), form.content_type, form.length
            )
        except OutgoingProblem as problem:
            if form.broken:
                raise form.broken from None
            raise Offline(problem.message) from problem
        try:
            media_id = _read(answer).get("id")
        except UnknownOutcome as problem:
            raise Offline from problem
        if not isinstance(media_id, str):
            raise Offline("WhatsApp did not say how it calls the file.")
        return media_id

    async def download(self, token: str, url: str, most: int) -> AsyncIterator[bytes]:
        try:
            async with self._outgoing.get(
                url, most=most, patience=UPLOAD_PATIENCE, headers=_authorized(token)
            ) as download:
                async for chunk in download.chunks():
                    yield chunk
        except RemoteTooLarge as problem:
            raise MediaRejected("The file is larger than WhatsApp allows.") from problem
        except RemoteRefused as problem:
            raise _refused_download(problem) from problem
        except OutgoingProblem as problem:
            raise Offline(problem.message) from problem

    async def _call(
        self,
        method: str,
        token: str,
        path: str,
        body: bytes | AsyncIterator[bytes] | None = None,
        content_type: str | None = None,
        length: int | None = None,
    ) -> Answer:
        headers = _authorized(token)
        if content_type:
            headers["Content-Type"] = content_type
        if length is not None:
            headers["Content-Length"] = str(length)
        patience = PATIENCE if length is None else UPLOAD_PATIENCE
        return await self._outgoing.call(
            method, self._base + path, headers=headers, body=body, most=LARGEST_ANSWER, patience=patience
        )


def _authorized(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _read(answer: Answer) -> Json:
    """What a good answer says; anything else is a problem."""
    said = _json(answer.body)
    if 200 <= answer.status < 300 and said is not None and "error" not in said:
        return said
    if said is not None and isinstance(said.get("error"), Mapping):
        raise problem_of(reason_in(said["error"]), answer.status)
    if 200 <= answer.status < 300:
        raise UnknownOutcome("WhatsApp's answer cannot be read.")
    raise problem_of(FailureReason(NO_CODE, f"The answer was {answer.status}"), answer.status)


def _json(body: bytes) -> Json | None:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _refused_download(problem: RemoteRefused) -> ConnectorProblem:
    """An address that has run out is asked for again at the next try; a file that is gone stays gone."""
    status = int(problem.details.get("status", 0))
    return MediaRejected("WhatsApp does not have this file any more.") if status in (404, 410) else Offline()


class _Form:
    """A file as multipart/form-data, piece by piece, with its length told beforehand."""

    def __init__(self, media: Media, mimetype: str) -> None:
        boundary = f"tideline{secrets.token_hex(12)}"
        name = quote(media.filename, safe=" ()!,.-_+")[:240] or "file"
        self._media = media
        self._head = (
            "".join(
                f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
                for key, value in (("messaging_product", "whatsapp"), ("type", mimetype))
            ).encode()
            + (
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                f"Content-Type: {mimetype}\r\n\r\n"
            ).encode()
        )
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.length = len(self._head) + media.size + len(self._tail)
        self.broken: Exception | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._head
        size = 0
        try:
            async for chunk in self._media.source.chunks():
                size += len(chunk)
                yield chunk
            if size != self._media.size:
                raise OSError("the file has another size than was said")
        except Exception as problem:
            self.broken = problem
            raise
        yield self._tail
