"""Voice and file messages: a file and its message in one request, both or neither."""

import asyncio
import os
import signal
from dataclasses import replace
from typing import Any

import pytest

from tests.support import media
from tests.support.api_client import ApiClient
from tests.support.api_world import ApiWorld, Place, facts
from tests.support.asgi import Response
from tests.support.multipart import HEADERS, file_form, form, text_part
from tests.support.waiting import until
from tideline.features import chats, files
from tideline.features.chats import Chat
from tideline.features.files import File, Purpose, Voices
from tideline.features.numbers import Number
from tideline.features.numbers.port import Peer
from tideline.platform.media import Workshop, WorkshopLimits
from tideline.surfaces.api.idempotency import HEADER
from tideline.surfaces.api.mount import public_api_app

MEGABYTE = 1024 * 1024


@pytest.fixture
async def chat(shop: Place, number: Number) -> Chat:
    return await shop.chat(number, name="Mira Solberg")


async def speak(
    api: ApiClient, chat_id: Any, content: bytes, filename: str = "hello.ogg", key: str | None = None
) -> Response:
    return await _post(api, f"/chats/{chat_id}/voice_message", file_form(content, filename=filename), key)


async def hand_over(
    api: ApiClient, chat_id: Any, content: bytes, filename: str = "price list.pdf", key: str | None = None, **texts: str
) -> Response:
    return await _post(api, f"/chats/{chat_id}/file_message", file_form(content, texts, filename=filename), key)


async def _post(api: ApiClient, path: str, body: bytes, key: str | None) -> Response:
    return await api.post(path, body=body, headers=HEADERS | ({HEADER: key} if key else {}))


async def sent(api: ApiClient, response: Response) -> dict[str, Any]:
    assert response.status == 200, response.body
    message: dict[str, Any] = await api.data(f"/messages/{response.json['data']['message_uid']}")
    return message


async def used(api: ApiClient) -> int:
    quota: int = (await api.data("/workspace"))["messaging_quota"]["used"]
    return quota


async def stored(shop: Place) -> list[File]:
    async def read(tx: Any) -> list[File]:
        rows = await tx.fetch("SELECT uid FROM tenant.file WHERE workspace = $1 AND state = 'stored'", shop.id)
        return list((await files.get_many(tx, [row["uid"] for row in rows])).values())

    return await shop.run(read)


async def content_of(world: ApiWorld, file: File) -> bytes:
    return b"".join([chunk async for chunk in world.store.chunks(file)])


# Voice -------------------------------------------------------------------------------------------------------------

RECORDINGS = {
    "OGG": (media.ogg, "hello.ogg"),
    "OGA": (media.vorbis, "hello.oga"),
    "MP3": (media.mp3, "hello.mp3"),
    "MP3 under another name": (media.mp3, "hello.wav"),
    "without a name": (media.ogg, ""),
}


@pytest.mark.parametrize(("make", "filename"), RECORDINGS.values(), ids=RECORDINGS)
async def test_a_recording_is_sent_as_a_voice_message(
    world: ApiWorld, shop: Place, chat: Chat, api: ApiClient, make: Any, filename: str
) -> None:
    message = await sent(api, await speak(api, chat.id, make(), filename))
    assert (message["text"], message["has_attachment"], message["status"]) == (None, True, "Pending")
    told = message["data"]["attachment"]
    assert (told["kind"], told["duration"]) == ("voice", pytest.approx(1, abs=0.06))
    assert message["attachment_filename"] == ("hello.ogg" if filename else "voice.ogg")
    [file] = await stored(shop)
    assert (file.mimetype, file.purpose, file.uploaded_by) == ("audio/ogg", Purpose.UPLOAD, shop.owner_id)
    assert file.measures.waveform is not None
    assert len(file.measures.waveform) == 64
    assert media.heard(await content_of(world, file))[:3] == ("opus", 1, 48_000)
    assert await used(api) == 1


NO_RECORDINGS: dict[str, tuple[Any, str]] = {
    "nothing": (lambda: b"", "empty"),
    "a text": (lambda: b"Hello there", "OGG or MP3"),
    "WAV called OGG": (media.wav, "OGG or MP3"),
    "a picture": (media.picture, "OGG or MP3"),
    "a broken OGG": (lambda: media.ogg()[:100], "damaged"),
    "noise called OGG": (lambda: b"OggS" + bytes(5000), "damaged"),
    "a recording of more than a minute": (lambda: media.ogg(61), "longer than 60 seconds"),
    "three hours of silence": (lambda: media.silent_mp3(3 * 3600)[: 15 * MEGABYTE], "longer than 60 seconds"),
}


@pytest.mark.parametrize(("make", "words"), NO_RECORDINGS.values(), ids=NO_RECORDINGS)
async def test_what_is_no_recording_is_refused_and_leaves_nothing(
    shop: Place, chat: Chat, api: ApiClient, make: Any, words: str
) -> None:
    answer = await speak(api, chat.id, make())
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error"), answer.body
    assert words in answer.json["message"]
    assert await stored(shop) == []
    assert await used(api) == 0


async def test_a_recording_that_is_too_large_is_refused_before_it_is_opened(
    world: ApiWorld, chat: Chat, api: ApiClient
) -> None:
    answer = await speak(api, chat.id, b"OggS" + bytes(16 * MEGABYTE))
    assert answer.status == 413
    assert world.workshop.workers == []


async def test_a_worker_that_dies_over_a_recording_is_a_400_for_it_alone(
    world: ApiWorld, shop: Place, chat: Chat, api: ApiClient
) -> None:
    speaking = asyncio.create_task(speak(api, chat.id, media.silent_mp3(50)))
    [pid] = await until(lambda: world.workshop.workers, "a worker")
    os.kill(pid, signal.SIGKILL)
    answer = await speaking
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error")
    assert (await speak(api, chat.id, media.ogg(0.1))).status == 200


# Documents ---------------------------------------------------------------------------------------------------------

DOCUMENTS = {
    "a PDF": (media.pdf, "price list.pdf", "application/pdf"),
    "a picture": (media.picture, "plan.jpg", "image/jpeg"),
    "a film": (media.film, "tour.mp4", "video/mp4"),
    "a recording": (media.ogg, "hello.ogg", "audio/ogg"),
    "a page": (lambda: b"<html><body>Hello</body></html>", "menu.html", "text/html"),
}


@pytest.mark.parametrize(("make", "filename", "mimetype"), DOCUMENTS.values(), ids=DOCUMENTS)
async def test_any_file_goes_as_a_document(
    world: ApiWorld, shop: Place, chat: Chat, api: ApiClient, make: Any, filename: str, mimetype: str
) -> None:
    content = make()
    message = await sent(api, await hand_over(api, chat.id, content, filename))
    assert message["data"]["attachment"]["kind"] == "document"
    assert (message["text"], message["attachment_filename"]) == (None, filename)
    [file] = await stored(shop)
    assert (file.mimetype, await content_of(world, file)) == (mimetype, content)
    assert await used(api) == 1


async def test_a_caption_goes_with_the_document_and_costs_a_credit(chat: Chat, api: ApiClient) -> None:
    message = await sent(api, await hand_over(api, chat.id, b"%PDF-1.4", caption="  Spring prices \n"))
    assert message["text"] == "Spring prices"
    assert await used(api) == 2


@pytest.mark.parametrize("caption", ["", "   ", "\n"])
async def test_a_blank_caption_is_none(chat: Chat, api: ApiClient, caption: str) -> None:
    message = await sent(api, await hand_over(api, chat.id, b"%PDF-1.4", caption=caption))
    assert message["text"] is None
    assert await used(api) == 1


@pytest.mark.parametrize(("length", "status"), [(2000, 200), (2001, 400)])
async def test_a_caption_has_at_most_two_thousand_characters(
    chat: Chat, api: ApiClient, length: int, status: int
) -> None:
    assert (await hand_over(api, chat.id, b"%PDF-1.4", caption="é" * length)).status == status


async def test_the_form_may_name_the_file(shop: Place, chat: Chat, api: ApiClient) -> None:
    body = file_form(media.pdf(), {"filename": "offer.pdf", "content_type": "application/pdf"}, filename="x")
    message = await sent(api, await _post(api, f"/chats/{chat.id}/file_message", body, None))
    assert message["attachment_filename"] == "offer.pdf"


async def test_a_document_may_be_as_large_as_documents_are_whatever_it_is(
    chat: Chat, api: ApiClient, world: ApiWorld
) -> None:
    """The limit of these tests for pictures is a megabyte."""
    photo = media.picture() + bytes(2 * MEGABYTE)
    assert (await hand_over(api, chat.id, photo, "photo.jpg")).status == 200
    assert (await hand_over(api, chat.id, bytes(21 * MEGABYTE), "big.bin")).status == 413


# Both --------------------------------------------------------------------------------------------------------------

WAYS = {"voice": (speak, media.ogg(0.1)), "document": (hand_over, b"%PDF-1.4")}
both_ways = pytest.mark.parametrize(("way", "content"), WAYS.values(), ids=WAYS)


@both_ways
async def test_a_chat_that_is_not_there_is_not_found_before_anything_is_made(
    world: ApiWorld, shop: Place, number: Number, api: ApiClient, way: Any, content: bytes
) -> None:
    for chat_id in ("999999999", "0", "2147483648", "nothing"):
        assert (await way(api, chat_id, content)).status == 404
    assert await stored(shop) == []
    assert world.workshop.workers == []


@both_ways
async def test_a_chat_that_may_not_be_written_to_is_refused_before_anything_is_made(
    world: ApiWorld, shop: Place, number: Number, chat: Chat, api: ApiClient, way: Any, content: bytes
) -> None:
    await shop.disconnect(number)
    answer = await way(api, chat.id, content)
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error")
    assert await stored(shop) == []
    assert world.workshop.workers == []


@both_ways
async def test_a_chat_of_another_workspace_is_not_found_and_stays_as_it_is(
    shop: Place, neighbour: Place, number: Number, api: ApiClient, way: Any, content: bytes
) -> None:
    theirs = (await neighbour.api.data("/chats"))["chats"][0]["id"]
    before = await neighbour.rows()
    assert (await way(api, theirs, content)).status == 404
    assert await neighbour.rows() == before
    assert await stored(shop) == []


@both_ways
async def test_the_id_of_a_merged_chat_still_works(
    shop: Place, number: Number, api: ApiClient, way: Any, content: bytes
) -> None:
    await shop.receive(
        number, shop.written("By phone", Peer(phone="4930123456")), shop.written("By LID", Peer(lid="77"))
    )
    before = {chat["name"]: chat["id"] for chat in (await api.data("/chats"))["chats"]}
    await shop.run(chats.link_identity, number, phone="4930123456", lid="77")
    [left] = (await api.data("/chats"))["chats"]
    [gone] = set(before.values()) - {left["id"]}
    message = await sent(api, await way(api, gone, content))
    assert message["chat_id"] == left["id"]


@both_ways
async def test_without_credits_nothing_is_kept(world: ApiWorld, way: Any, content: bytes) -> None:
    shop = await world.workspace(messages_quota=0)
    chat = await shop.chat(await shop.link())
    answer = await way(shop.api, chat.id, content)
    assert (answer.status, answer.json["error_code"]) == (403, "quota_exceeded")
    assert await stored(shop) == []
    assert [kind for kind in await facts(shop) if kind.startswith("File")] == ["FileUploaded", "FileDeleted"]


@both_ways
async def test_sent_again_under_its_key_it_is_answered_again_and_kept_once(
    shop: Place, chat: Chat, api: ApiClient, way: Any, content: bytes
) -> None:
    first, second = [await way(api, chat.id, content, key="hello-1") for _ in range(2)]
    assert first.body == second.body
    assert second.headers["idempotent-replayed"] == "true"
    assert len(await stored(shop)) == 1
    other = await way(api, chat.id, content + b"\0", key="hello-1")
    assert (other.status, other.json["error_code"]) == (409, "idempotency_conflict")


@both_ways
async def test_sent_twice_at_once_under_one_key_it_is_kept_once(
    shop: Place, chat: Chat, api: ApiClient, way: Any, content: bytes
) -> None:
    answers = await asyncio.gather(*(way(api, chat.id, content, key="hello-2") for _ in range(3)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["data"]["message_uid"] for answer in answers}) == 1
    assert len(await stored(shop)) == 1
    assert await used(api) == 1


@both_ways
async def test_metadata_is_a_field_that_holds_json(chat: Chat, api: ApiClient, way: Any, content: bytes) -> None:
    path = f"/chats/{chat.id}/{'voice_message' if way is speak else 'file_message'}"
    body = file_form(content, {"metadata": '{"crm": {"id": 7731}, "tags": ["ä"]}'})
    message = await sent(api, await _post(api, path, body, None))
    assert message["metadata"] == {"crm": {"id": 7731}, "tags": ["ä"]}


BAD_METADATA = {
    "no JSON": "crm",
    "no object": "[1]",
    "a number": "7",
    "half an object": '{"crm": ',
    "too deep to read": '{"a":' * 3000 + "1" + "}" * 3000,
    "too deep to keep": '{"a":' * 9 + "1" + "}" * 9,
    "too large": '{"a": "' + "x" * 17_000 + '"}',
    "NUL": '{"a": "\\u0000"}',
    "half of a character": '{"a": "\\ud800"}',
}


@both_ways
@pytest.mark.parametrize("text", BAD_METADATA.values(), ids=BAD_METADATA)
async def test_bad_metadata_is_refused_before_anything_is_made(
    shop: Place, chat: Chat, api: ApiClient, way: Any, content: bytes, text: str
) -> None:
    path = f"/chats/{chat.id}/{'voice_message' if way is speak else 'file_message'}"
    answer = await _post(api, path, file_form(content, {"metadata": text}), None)
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error")
    assert answer.json["errors"][0]["fields"] == ["metadata"]
    assert await stored(shop) == []


NO_FORMS = {
    "JSON": (b'{"file": "x"}', {"Content-Type": "application/json"}),
    "no file": (form(text_part("caption", "Hello")), HEADERS),
    "nothing": (b"", HEADERS),
}


@pytest.mark.parametrize("path", ["voice_message", "file_message"])
@pytest.mark.parametrize(("body", "headers"), NO_FORMS.values(), ids=NO_FORMS)
async def test_without_a_form_that_has_a_file_nothing_is_sent(
    chat: Chat, api: ApiClient, path: str, body: bytes, headers: dict[str, str]
) -> None:
    answer = await api.post(f"/chats/{chat.id}/{path}", body=body, headers=headers)
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error")


async def test_who_finds_too_many_waiting_is_told_to_come_again(world: ApiWorld, shop: Place, chat: Chat) -> None:
    small = Workshop(WorkshopLimits(workers=1, waiting=0))
    voices = Voices(world.store, world.deps.spool, small, longest=60)
    api = ApiClient(public_api_app(replace(world.deps, voices=voices)), shop.token)
    answers = await asyncio.gather(*(speak(api, chat.id, media.ogg(0.5)) for _ in range(4)))
    await small.close()
    assert sorted({answer.status for answer in answers}) == [200, 429]
    refused = next(answer for answer in answers if answer.status == 429)
    assert (refused.json["error_code"], refused.headers["retry-after"]) == ("rate_limit_exceeded", "5")
    assert len(await stored(shop)) == [answer.status for answer in answers].count(200)
