"""Multipart forms, plain texts and answers without the envelope, on a contract of a few sample operations."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from tests.support.asgi import Response, call
from tests.support.multipart import BOUNDARY, HEADERS, file_form, file_part, form, text_part
from tideline.features.files import Spool
from tideline.platform.contract.registry import ContractBroken, Operations
from tideline.platform.rate_limit import RateLimit
from tideline.surfaces.api.answers import DONE, Whole, said
from tideline.surfaces.api.app import PublicApi
from tideline.surfaces.api.binding import Binding, bind
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.contract import Contract
from tideline.surfaces.api.form import Form
from tideline.surfaces.api.idempotency import RequestKey

MEGABYTE = 1024 * 1024
LARGEST = 3 * MEGABYTE
OK = {"200": {"description": "Fine"}}
CRATE = {
    "allOf": [
        {"type": "object", "required": ["file"], "properties": {"file": {"type": "string"}}},
        {"type": "object", "properties": {"filename": {"type": "string", "maxLength": 9}}},
    ]
}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/crates": {
            "post": {
                "operationId": "loadCrate",
                "requestBody": {"content": {"multipart/form-data": {"schema": CRATE}}},
                "responses": OK,
            },
            "delete": {"operationId": "unload", "responses": OK},
            "patch": {"operationId": "sign", "responses": OK},
        },
        "/log": {
            "post": {
                "operationId": "writeLog",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"type": "object", "required": ["text"]}},
                        "text/plain": {"schema": {"type": "string"}},
                    }
                },
                "responses": OK,
            }
        },
    }
}


class Crate(Form):
    filename: str | UnsetType = UNSET


class Entry(Body):
    text: str
    loud: bool = False

    plain: ClassVar = "text"


def operations() -> Operations:
    made = Operations()

    @made.operation("loadCrate")
    async def load_crate(form: Crate) -> Any:
        content = b"".join([piece async for piece in form.file.spooled.chunks()])
        return {
            "size": form.file.size,
            "content": content[:50].hex(),
            "filename": None if form.filename is UNSET else form.filename,
            "said": [form.file.filename, form.file.content_type],
            "digest": form.digest.hex(),
        }

    @made.operation("writeLog")
    async def write_log(body: Entry) -> Any:
        return {"text": body.text, "loud": body.loud}

    @made.operation("unload")
    async def unload() -> Whole:
        return DONE

    @made.operation("sign")
    async def sign() -> Whole:
        return said("Signed")

    return made


class SampleDesk:
    async def admit(self, token: str, binding: Binding, address: str | None = None) -> str:
        return token

    async def run(self, caller: str, binding: Binding, arguments: dict[str, Any], key: RequestKey | None) -> Any:
        return await binding.answer(**arguments)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    yield Spool(tmp_path, largest=LARGEST)
    assert not list(tmp_path.iterdir()), "an answered request leaves a file behind"


@pytest.fixture
def api(spool: Spool) -> PublicApi:
    paths = bind(Contract(DOCUMENT), operations().functions, not_built=(), offered=())
    return PublicApi(paths, SampleDesk(), RateLimit(0), spool)


async def ask(api: PublicApi, method: str, target: str, body: bytes | list[bytes] = b"", **headers: str) -> Response:
    return await call(api, method, target, body=body, headers={"Authorization": "Bearer ana", **headers})


async def load(api: PublicApi, body: bytes | list[bytes]) -> Response:
    return await ask(api, "POST", "/crates", body, **HEADERS)


async def test_a_form_comes_in_with_its_texts_and_its_file(api: PublicApi) -> None:
    answer = await load(api, file_form(b"%PDF-1.7", {"filename": "list.pdf", "chat_id": "7"}))
    assert answer.status == 200, answer.body
    data = answer.json["data"]
    assert (data["size"], bytes.fromhex(data["content"]), data["filename"]) == (8, b"%PDF-1.7", "list.pdf")
    assert data["said"] == ["price-list.pdf", "application/pdf"]


async def test_texts_may_stand_behind_the_file(api: PublicApi) -> None:
    answer = await load(api, form(file_part(b"x"), text_part("filename", "late.pdf")))
    assert answer.json["data"]["filename"] == "late.pdf"


@pytest.mark.parametrize("piece", [1, 7, 60])
async def test_it_may_arrive_in_any_pieces(api: PublicApi, piece: int) -> None:
    body = file_form(b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n", {"filename": "é.pdf"}, filename="größe.pdf")
    answer = await load(api, [body[n : n + piece] for n in range(0, len(body), piece)])
    assert answer.status == 200, answer.body
    assert answer.json["data"]["size"] == len(BOUNDARY) + 5
    assert answer.json["data"]["said"][0] == "größe.pdf"


async def test_the_same_form_has_the_same_digest_however_it_is_ordered(api: PublicApi) -> None:
    text, file = text_part("filename", "a.pdf"), file_part(b"one")
    first, turned = await load(api, form(text, file)), await load(api, form(file, text))
    other = await load(api, form(text, file_part(b"two")))
    digests = [answer.json["data"]["digest"] for answer in (first, turned, other)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("filename", ["../../etc/passwd", "C:\\Users\\mira\\passwd"])
async def test_a_path_is_no_file_name(api: PublicApi, filename: str) -> None:
    answer = await load(api, file_form(b"x", filename=filename))
    assert answer.json["data"]["said"][0] == "passwd"


async def test_a_name_may_come_in_the_extended_form_alone(api: PublicApi) -> None:
    part = file_part(b"x", filename="NAME").replace(b'filename="NAME"', b"filename*=utf-8''pre%C3%A7o.pdf")
    answer = await load(api, form(part))
    assert answer.json["data"]["said"][0] == "preço.pdf"


async def test_an_empty_file_is_a_file(api: PublicApi) -> None:
    assert (await load(api, file_form(b""))).json["data"]["size"] == 0


async def test_a_large_file_is_not_kept(api: PublicApi) -> None:
    fits = await load(api, [file_form(b"x" * LARGEST)])
    sent = await load(api, [file_form(b"x" * (LARGEST + 1))])
    told = await ask(api, "POST", "/crates", b"-", **HEADERS, **{"Content-Length": str(LARGEST + 2 * MEGABYTE)})
    assert fits.status == 200
    for answer in (sent, told):
        assert (answer.status, answer.headers["connection"]) == (413, "close")


async def test_parts_that_nobody_asked_for_have_an_end(api: PublicApi) -> None:
    stray = file_part(b"x" * (LARGEST + 2 * MEGABYTE), name="document")
    answer = await load(api, [form(file_part(b"x"), stray)])
    assert (answer.status, answer.headers["connection"]) == (413, "close")


BAD_FORMS = {
    "no form at all": b"Hello",
    "JSON": b'{"file": "x"}',
    "nothing": b"",
    "no end": file_form(b"x")[:-10],
    "half a header": file_form(b"x")[:60],
    "no file": form(text_part("filename", "a.pdf")),
    "two files": form(file_part(b"x"), file_part(b"y")),
    "a file under another name": form(file_part(b"x", name="document")),
    "too many parts": form(*[text_part(f"n{n}", "x") for n in range(10_000)]),
    "a text that is too long": file_form(b"x", {"filename": "x" * 10}),
    "a text that is far too long": file_form(b"x", {"filename": "x" * 100_000}),
    "a text that is no text": form(text_part("filename", b"\xff\xfe"), file_part(b"x")),
    "NUL in a text": form(text_part("filename", "a\0b"), file_part(b"x")),
    "a name that is no text": form(text_part("filename", "a").replace(b'"filename"', b'"\xff"'), file_part(b"x")),
}


@pytest.mark.parametrize("body", BAD_FORMS.values(), ids=BAD_FORMS)
async def test_a_bad_form_is_refused_in_the_envelope(api: PublicApi, body: bytes) -> None:
    answer = await load(api, body)
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error"), answer.body
    assert len(answer.body) < 500


@pytest.mark.parametrize("kind", ["application/json", "", "multipart/form-data", "multipart/mixed; boundary=x", "\xff"])
async def test_another_content_type_is_named_as_the_mistake(api: PublicApi, kind: str) -> None:
    answer = await ask(api, "POST", "/crates", file_form(b"x"), **{"Content-Type": kind})
    assert answer.status == 400
    assert "must be multipart/form-data" in answer.json["message"]


async def test_headers_without_end_are_not_collected(api: PublicApi) -> None:
    endless = form(text_part("filename", "a").replace(b"Content-Disposition", b"X-" + b"y" * 100_000))
    assert (await load(api, endless)).status == 400


async def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    spool = Spool(tmp_path, largest=LARGEST)
    (tmp_path / "coming-from-the-dead").write_bytes(b"half of a file")
    async with spool.open() as writing:
        await writing.write(b"half of another")
        assert spool.clear() == 1, "what somebody is writing stays"
        assert [piece async for piece in (await writing.finish()).chunks()] == [b"half of another"]
    assert spool.clear() == 0


# Plain texts ---------------------------------------------------------------------------------------------------


async def test_a_plain_text_stands_for_the_one_member_it_means(api: PublicApi) -> None:
    answer = await ask(api, "POST", "/log", 'Wind "NW"\n⚓'.encode(), **{"Content-Type": "text/plain; charset=utf-8"})
    assert answer.json["data"] == {"text": 'Wind "NW"\n⚓', "loud": False}


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", ""])
async def test_everything_else_is_json(api: PublicApi, kind: str) -> None:
    body = msgspec.json.encode({"text": "Calm", "loud": True})
    answer = await ask(api, "POST", "/log", body, **{"Content-Type": kind})
    assert answer.json["data"] == {"text": "Calm", "loud": True}


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a\0b"])
async def test_a_plain_text_has_to_be_text(api: PublicApi, body: bytes) -> None:
    answer = await ask(api, "POST", "/log", body, **{"Content-Type": "text/plain"})
    assert (answer.status, answer.json["error_code"]) == (400, "validation_error")


def test_a_body_that_may_be_text_says_which_member_it_is() -> None:
    class Silent(Body):
        text: str

    async def write_log(body: Silent) -> None: ...

    functions = {**operations().functions, "writeLog": write_log}
    with pytest.raises(ContractBroken, match="plain text"):
        bind(Contract(DOCUMENT), functions, not_built=(), offered=())


def test_a_form_has_the_texts_of_the_contract() -> None:
    class Bare(Form): ...

    async def load_crate(form: Bare) -> None: ...

    functions = {**operations().functions, "loadCrate": load_crate}
    with pytest.raises(ContractBroken, match="filename"):
        bind(Contract(DOCUMENT), functions, not_built=(), offered=())


# Answers ---------------------------------------------------------------------------------------------------------


async def test_some_answers_have_no_data(api: PublicApi) -> None:
    assert (await ask(api, "DELETE", "/crates")).json == {"status": "ok"}
    assert (await ask(api, "PATCH", "/crates")).json == {"status": "ok", "message": "Signed"}
