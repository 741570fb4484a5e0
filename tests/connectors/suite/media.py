"""Promises about files: they arrive byte for byte, in both directions."""

import os
from dataclasses import replace

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Attachment, Network
from tests.connectors.suite.base import Bytes, Promises, source
from tideline.features.numbers.port import (
    Connector,
    Media,
    MediaKind,
    MediaRef,
    MediaRejected,
    MessageReceived,
    Peer,
    Sound,
)

PICTURE = Attachment("café 1.jpg", "image/jpeg", os.urandom(700_001))
HEARD = Sound(7, bytes(range(64)))
VOICE = Attachment("voice.ogg", "audio/ogg; codecs=opus", os.urandom(20_000), is_voice=True, sound=HEARD)
CONTRACT = Attachment("contract.pdf", "application/pdf", os.urandom(1_000))
MEBIBYTE = 1024 * 1024


async def fetched(connector: Connector, shop: Linked, media: MediaRef) -> bytes:
    return b"".join([chunk async for chunk in connector.open_media(shop.account, media)])


class MediaPromises(Promises):
    @pytest.mark.parametrize(
        ("file", "kind"),
        [(PICTURE, MediaKind.IMAGE), (VOICE, MediaKind.VOICE), (CONTRACT, MediaKind.DOCUMENT)],
        ids=["picture", "voice", "document"],
    )
    async def test_a_contact_sends_a_file(
        self, file: Attachment, kind: MediaKind, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, None if file.is_voice else "Look", file=file)
        message = await gateway.next(MessageReceived)
        assert message.text == (None if file.is_voice else "Look")
        assert message.media
        assert (message.media.kind, message.media.mimetype) == (kind, file.mimetype)
        assert await fetched(gateway.connector, shop, message.media) == file.data
        assert await fetched(gateway.connector, shop, message.media) == file.data

    @pytest.mark.parametrize(
        ("file", "kind"),
        [(PICTURE, MediaKind.IMAGE), (VOICE, MediaKind.VOICE), (CONTRACT, MediaKind.DOCUMENT)],
        ids=["picture", "voice", "document"],
    )
    async def test_a_number_sends_a_file(
        self, file: Attachment, kind: MediaKind, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        caption = None if kind is MediaKind.VOICE else "As promised"
        content = Media(kind, file.filename, file.mimetype, len(file.data), file, caption, file.sound)
        await connector.send(shop.account, Peer(phone=ana), content, client_ref="m-1")
        [message] = await network.screen(ana)
        assert message.text == caption
        assert message.file
        assert (message.file.data, message.file.is_voice) == (file.data, file.is_voice)
        assert message.file.mimetype == file.mimetype

    async def test_a_file_that_is_too_large_is_rejected(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        large = source(*[bytes(MEBIBYTE)] * 17)
        content = Media(MediaKind.IMAGE, "huge.png", "image/png", 17 * MEBIBYTE, large)
        with pytest.raises(MediaRejected):
            await connector.send(shop.account, Peer(phone=ana), content, client_ref="m-1")
        assert await network.screen(ana) == []

    async def test_a_source_that_breaks_off_sends_nothing(
        self, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        content = Media(MediaKind.IMAGE, "torn.png", "image/png", 10, Torn(b"12345"))
        with pytest.raises(OSError, match="torn"):
            await connector.send(shop.account, Peer(phone=ana), content, client_ref="m-1")
        assert await network.screen(ana) == []

    async def test_a_file_of_somebody_else_is_not_given_out(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        depot = await gateway.link("Depot", number_id=2)
        await network.write(ana, depot.phone, file=CONTRACT)
        message = await gateway.next(MessageReceived)
        assert message.media
        with pytest.raises(MediaRejected):
            await fetched(connector, shop, message.media)
        assert await fetched(connector, depot, message.media) == CONTRACT.data

    @pytest.mark.parametrize("ref", ["", "nothing", "99999999", "-1", "9" * 30, "²"])
    async def test_a_file_that_is_not_there_is_rejected(self, ref: str, connector: Connector, shop: Linked) -> None:
        with pytest.raises(MediaRejected):
            await fetched(connector, shop, MediaRef(MediaKind.IMAGE, "a.png", "image/png", 3, ref))


class MediaDetailPromises(Promises):
    """Of connectors that are told a file's name, size and sound with the message."""

    @pytest.mark.parametrize("file", [PICTURE, VOICE, CONTRACT], ids=["picture", "voice", "document"])
    async def test_what_is_told_of_a_file_comes_with_it(
        self, file: Attachment, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, file=file)
        message = await gateway.next(MessageReceived)
        assert message.media
        assert (message.media.filename, message.media.size) == (network.named(file), len(file.data))
        assert message.media.sound == file.sound

    @pytest.mark.parametrize("file", [PICTURE, VOICE, CONTRACT], ids=["picture", "voice", "document"])
    async def test_what_is_told_of_a_file_goes_with_it(
        self, file: Attachment, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        kind = {PICTURE: MediaKind.IMAGE, VOICE: MediaKind.VOICE}.get(file, MediaKind.DOCUMENT)
        content = Media(kind, file.filename, file.mimetype, len(file.data), file, None, file.sound)
        await connector.send(shop.account, Peer(phone=ana), content, client_ref="m-1")
        [message] = await network.screen(ana)
        assert message.file == replace(file, filename=network.named(file))

    async def test_a_picture_may_go_as_a_document(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        content = Media(MediaKind.DOCUMENT, "plan.png", "image/png", len(PICTURE.data), PICTURE, "The plan")
        await connector.send(shop.account, Peer(phone=ana), content, client_ref="m-1")
        echo = await gateway.next(MessageReceived)
        assert echo.media
        assert (echo.media.kind, echo.media.mimetype) == (MediaKind.DOCUMENT, "image/png")

    async def test_an_own_file_typed_on_the_phone_can_be_fetched(
        self, gateway: Gateway, connector: Connector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(shop.phone, ana, file=CONTRACT)
        message = await gateway.next(MessageReceived)
        assert message.media
        assert await fetched(connector, shop, message.media) == CONTRACT.data


class Torn(Bytes):
    """A source that ends in an error."""

    async def chunks(self):  # type: ignore[no-untyped-def]
        yield b"12345"
        raise OSError("torn")
