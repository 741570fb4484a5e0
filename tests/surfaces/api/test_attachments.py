"""Files over the API: what is sent with a message, what came with one, and the links to them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from tests.support.api_client import ApiClient
from tests.support.api_world import PUBLIC_URL, ApiWorld, Place
from tests.support.multipart import HEADERS, file_form
from tideline.features import files
from tideline.features.files import File, Files, Measures, NewFile, Purpose
from tideline.features.numbers import Number
from tideline.features.numbers.port import MediaKind, MediaRef, Peer, Sound

MIRA = Peer(phone="15550100234")


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
def store(world: ApiWorld, tmp_path: Path) -> Files:
    return Files.in_folder(world.db, tmp_path)


@pytest.fixture
async def price_list(shop: Place, store: Files) -> File:
    new = NewFile("price list.pdf", "application/pdf", Purpose.UPLOAD, uploaded_by=shop.owner_id)
    return await store.save(shop.id, new, once(b"%PDF coffee"))


async def used(api: ApiClient) -> int:
    quota: int = (await api.data("/workspace"))["messaging_quota"]["used"]
    return quota


async def test_a_file_alone_costs_one_credit_and_with_a_text_two(
    shop: Place, number: Number, api: ApiClient, price_list: File
) -> None:
    alone = await api.post("/messages", {"phone": "+15550100234", "file_uid": str(price_list.uid)})
    assert (alone.status, await used(api)) == (200, 1)
    both = await api.post("/messages", {"phone": "+15550100234", "file_uid": str(price_list.uid), "text": "Prices"})
    assert (both.status, await used(api)) == (200, 3)
    message = await api.data(f"/messages/{alone.json['data']['message_uid']}")
    assert (message["text"], message["has_attachment"], message["attachment_filename"]) == (
        None, True, "price list.pdf",
    )  # fmt: skip


async def test_two_credits_are_not_taken_where_one_is_left(world: ApiWorld, store: Files) -> None:
    shop = await world.workspace(messages_quota=2)
    await shop.link()
    await shop.api.post("/messages", {"phone": "+15550100234", "text": "The first credit"})
    file = await store.save(shop.id, NewFile("a.pdf", "application/pdf", Purpose.UPLOAD), once(b"%PDF"))
    before = await shop.rows()
    body = {"phone": "+15550100234", "file_uid": str(file.uid), "text": "Prices"}
    refused = await shop.api.post("/messages", body)
    assert (refused.status, refused.json["error_code"]) == (403, "quota_exceeded")
    assert await shop.rows() == before


async def test_the_link_to_a_file_is_signed_and_lives_for_a_quarter_of_an_hour(
    shop: Place, world: ApiWorld, number: Number, api: ApiClient, price_list: File
) -> None:
    sent = await api.post("/messages", {"phone": "+15550100234", "file_uid": str(price_list.uid)})
    url = (await api.data(f"/messages/{sent.json['data']['message_uid']}"))["attachment_url"]
    assert url.startswith(f"{PUBLIC_URL}/files/{price_list.uid}/price%20list.pdf?")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    expires, signature = int(query["expires"]), query["sig"]
    now = world.clock.now()
    world.links.check(shop.id, price_list.uid, expires, signature, now + timedelta(minutes=14, seconds=59))
    with pytest.raises(files.LinkExpired):
        world.links.check(shop.id, price_list.uid, expires, signature, now + timedelta(minutes=15))


async def test_a_file_that_came_in_has_a_link_once_its_bytes_are_here(
    shop: Place, number: Number, api: ApiClient, store: Files
) -> None:
    media = MediaRef(MediaKind.IMAGE, "beans.jpg", "image/jpeg", 5, "ref")
    await shop.receive(number, shop.written("Look", MIRA, media=media))
    [chat] = (await api.data("/chats?with_msg=true"))["chats"]
    waiting = chat["last_message"]
    assert (waiting["has_attachment"], waiting["attachment_url"]) == (True, None)
    assert waiting["attachment_filename"] == "beans.jpg"
    [uid] = await file_uids(shop)
    await store.fill(shop.id, uid, once(b"beans"))
    for shown in (
        await api.data(f"/messages/{waiting['uid']}"),
        (await api.data(f"/chats/{chat['id']}/messages"))["messages"][0],
        (await api.data("/chats?with_msg=true"))["chats"][0]["last_message"],
    ):
        assert shown["attachment_url"].startswith(f"{PUBLIC_URL}/files/{uid}/beans.jpg?")


async def test_what_is_known_of_a_file_is_told(shop: Place, number: Number, api: ApiClient) -> None:
    media = MediaRef(MediaKind.VOICE, "voice.ogg", "audio/ogg; codecs=opus", 5, "ref", Sound(7))
    await shop.receive(number, shop.written(None, MIRA, media=media))
    [chat] = (await api.data("/chats?with_msg=true"))["chats"]
    message = chat["last_message"]
    assert message["data"] == {"whatsapp_from_me": False, "attachment": {"kind": "voice", "duration": 7.0}}
    assert (await api.data(f"/messages/{message['uid']}"))["data"] == message["data"]


async def test_a_thumbnail_is_linked_as_long_as_its_file_is_there(
    shop: Place, number: Number, api: ApiClient, store: Files, price_list: File
) -> None:
    small = NewFile("thumbnail.jpg", "image/jpeg", Purpose.THUMBNAIL)
    thumbnail = await store.save_thumbnail(price_list, small, once(b"\xff\xd8\xff"), Measures(3, 4))
    sent = await api.post("/messages", {"phone": "+15550100234", "file_uid": str(price_list.uid)})
    path = f"/messages/{sent.json['data']['message_uid']}"
    shown = (await api.data(path))["data"]["attachment"]
    assert shown["thumbnail_url"].startswith(f"{PUBLIC_URL}/files/{thumbnail.uid}/")
    await api.request("DELETE", f"/files/{price_list.uid}")
    assert "thumbnail_url" not in (await api.data(path))["data"]["attachment"]


async def file_uids(shop: Place) -> list[UUID]:
    rows = (await shop.rows())["tenant.file"]
    return [value for row in rows for value in row if isinstance(value, UUID)]


async def test_a_neighbours_file_cannot_be_sent(
    shop: Place, number: Number, neighbour: Place, store: Files, price_list: File
) -> None:
    before = await neighbour.rows()
    response = await neighbour.api.post("/messages", {"phone": "+15550100234", "file_uid": str(price_list.uid)})
    assert (response.status, response.json["message"]) == (404, f'File uid "{price_list.uid}" not found')
    assert await neighbour.rows() == before


async def test_a_file_that_has_not_arrived_cannot_be_sent(shop: Place, number: Number, api: ApiClient) -> None:
    [file] = await shop.run(files.expect, [NewFile("late.pdf", "application/pdf", Purpose.UPLOAD, size=5)])
    before = await shop.rows()
    response = await api.post("/messages", {"phone": "+15550100234", "file_uid": str(file.uid)})
    assert response.status in (400, 404)
    assert await shop.rows() == before


SENDS = {
    "into a chat": ("/chats/{chat_id}/messages", {}),
    "to a phone": ("/messages", {"phone": "+15550100234"}),
    "to an address": ("/messages/to_jid", {"jid": "15550100234@s.whatsapp.net"}),
    "to a chat by its name": ("/messages/to_chat_name", {"chat_name": "Mira Solberg"}),
}
KINDS = {
    "image": ("beans.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
    "audio": ("song.mp3", b"ID3\3\0\0\0\0\0\0"),
    "video": ("clip.mp4", b"\0\0\0\x20ftypisom\0\0\2\0"),
    "document": ("prices.pdf", b"%PDF-1.7"),
}


@pytest.mark.parametrize(("path", "to"), SENDS.values(), ids=SENDS)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_send_takes_files_of_every_kind(
    shop: Place, number: Number, api: ApiClient, path: str, to: dict[str, str], kind: str
) -> None:
    heard = await shop.hear(number, name="Mira Solberg")
    filename, content = KINDS[kind]
    uploaded = await api.post("/files_upload", body=file_form(content, filename=filename), headers=HEADERS)
    assert uploaded.status == 200, uploaded.body
    body = {**to, "file_uid": uploaded.json["data"]["uid"], "text": "Have a look"}
    sent = await api.post(path.format(chat_id=heard.chat_id), body)
    assert sent.status == 200, sent.body
    message = await api.data(f"/messages/{sent.json['data']['message_uid']}")
    assert (message["chat_id"], message["text"], message["has_attachment"]) == (heard.chat_id, "Have a look", True)
    assert (message["attachment_filename"], message["data"]["attachment"]["kind"]) == (filename, kind)
    assert message["attachment_url"].startswith(f"{PUBLIC_URL}/files/{uploaded.json['data']['uid']}/")
