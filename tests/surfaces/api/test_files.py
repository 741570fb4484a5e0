"""Files over the API: uploads by address and by form, the list, one file with its link, deleting."""

import asyncio
import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from starlette.applications import Starlette

from tests.support.api_client import ApiClient
from tests.support.api_world import LIMITS, PUBLIC_URL, ApiWorld, Place, facts
from tests.support.asgi import Response, call
from tests.support.multipart import HEADERS, file_form, file_part, form, text_part
from tests.support.remote import Answer, answer, redirect, remote
from tideline.features import files, workspaces
from tideline.features.files import Files, Limits, NewFile, Purpose, Spool, Uploads, sweep
from tideline.features.numbers import Number
from tideline.features.workspaces import Role
from tideline.surfaces.api.mount import public_api_app
from tideline.surfaces.files import FileRoutes

PDF = b"%PDF-1.7\nprices"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50)
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


async def upload(api: ApiClient, content: bytes = PDF, texts: dict[str, str] | None = None, **part: Any) -> Response:
    return await api.post("/files_upload", body=file_form(content, texts, **part), headers=HEADERS)


async def uploaded(api: ApiClient, content: bytes = PDF, texts: dict[str, str] | None = None, **part: Any) -> Any:
    response = await upload(api, content, texts, **part)
    assert response.status == 200, response.body
    return response.json["data"]


async def fetch(api: ApiClient, url: str, **more: Any) -> Response:
    return await api.post("/files", {"download_url": url, **more})


async def follow(world: ApiWorld, link: str, method: str = "GET") -> Response:
    """What anybody gets who has the link, and nothing else."""
    assert link.startswith(f"{PUBLIC_URL}/files/")
    app = Starlette(routes=FileRoutes(world.store, world.links, world.clock).routes())
    parts = urlsplit(link)
    return await call(app, method, f"{parts.path}?{parts.query}")


# By form


async def test_a_form_becomes_a_file(world: ApiWorld, shop: Place, api: ApiClient) -> None:
    file = await uploaded(api, filename="price list.pdf")
    assert {**file, "uid": "", "temporary_download_url": ""} == {
        "temporary_download_url": "",
        "uid": "",
        "filename": "price list.pdf",
        "size": len(PDF),
        "mimetype": "application/pdf",
        "uploaded_by_email": shop.owner_email,
        "uploaded_at": "2026-11-23 14:00:00 +0200",
    }
    assert await api.data(f"/files/{file['uid']}") == file
    got = await follow(world, file["temporary_download_url"])
    assert (got.status, got.body) == (200, PDF)
    assert await facts(shop) == [*(await facts(shop))[:-1], "FileUploaded"]


NAMES = {
    "of the part": ({}, {"filename": "a.pdf"}, "a.pdf"),
    "of the form": ({"filename": "b.pdf"}, {"filename": "a.pdf"}, "b.pdf"),
    "none": ({}, {"filename": ""}, "file.pdf"),
    "without an end": ({}, {"filename": "prices"}, "prices.pdf"),
    "a path": ({"filename": "../../etc/passwd"}, {}, "passwd.pdf"),
    "a path of Windows": ({}, {"filename": "C:\\\\Users\\\\x\\\\a.pdf"}, "a.pdf"),
    "marks that turn the writing": ({"filename": "invoice\u202efdp.exe"}, {}, "invoicefdp.exe"),
    "three hundred bytes": ({"filename": "ж" * 150 + ".pdf"}, {}, "ж" * 98 + ".pdf"),
    "SQL": ({"filename": "'; DROP TABLE file; --.pdf"}, {}, "'; DROP TABLE file; --.pdf"),
    "a formula": ({"filename": "=1+1.pdf"}, {}, "=1+1.pdf"),
    "a tag": ({"filename": "<b>.pdf"}, {}, "<b>.pdf"),
    "only dots": ({"filename": "..."}, {}, "file.pdf"),
}  # fmt: skip


@pytest.mark.parametrize(("texts", "part", "name"), NAMES.values(), ids=NAMES)
async def test_names(world: ApiWorld, api: ApiClient, texts: dict[str, str], part: dict[str, Any], name: str) -> None:
    file = await uploaded(api, PDF, texts, **part)
    assert file["filename"] == name
    assert (await follow(world, file["temporary_download_url"])).body == PDF


TYPES = {
    # bytes, part, form → type, may a browser show it
    "right": (PDF, "application/pdf", "", "application/pdf", True),
    "generic": (PDF, "application/octet-stream", "", "application/pdf", True),
    "none": (PNG, "", "", "image/png", True),
    "the form knows better": (b"a,b", "text/plain", "text/csv", "text/csv", False),
    "the form knows nothing": (PNG, "image/png", "application/octet-stream", "image/png", True),
    "both lie": (HTML, "image/png", "image/png", "text/html", False),
    "a page that says so": (HTML, "text/html", "", "text/html", False),
    "a drawing": (SVG, "image/svg+xml", "", "image/svg+xml", False),
    "a drawing called a picture": (SVG, "image/png", "image/png", "image/svg+xml", False),
    "a page called PDF": (HTML, "application/pdf", "", "text/html", False),
    "a picture with a script behind it": (b"GIF89a=1;/*" + HTML, "text/html", "text/html", "image/gif", True),
    "noise called a picture": (bytes(range(256)), "image/png", "", "application/octet-stream", False),
    "no type at all": (b"hello", "<b>/\x7f", "x", "text/plain", False),
}


@pytest.mark.parametrize(("content", "part", "said", "kept", "shown"), TYPES.values(), ids=TYPES)
async def test_types(
    world: ApiWorld, api: ApiClient, content: bytes, part: str, said: str, kept: str, shown: bool
) -> None:
    texts = {"content_type": said} if said else {}
    file = await uploaded(api, content, texts, filename="x.bin", content_type=part)
    assert file["mimetype"] == kept
    got = await follow(world, file["temporary_download_url"])
    assert got.body == content
    assert got.headers["content-type"].partition(";")[0] == kept
    assert got.headers["content-disposition"].startswith("inline" if shown else "attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "script-src" not in got.headers["content-security-policy"]
    assert got.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_bomb_is_a_file_like_others(api: ApiClient) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    assert (await uploaded(api, made.getvalue(), filename="bomb.zip"))["mimetype"] == "application/zip"


REFUSED = {
    "empty": (file_form(b""), 400, "The file is empty."),
    "no file": (form(text_part("filename", "a.pdf")), 400, "Validation error"),
    "a name too long": (file_form(PDF, {"filename": "x" * 1025}), 400, "Validation error"),
    "a type too long": (file_form(PDF, {"content_type": "x" * 141}), 400, "Validation error"),
    "NUL in a name": (file_form(PDF, {"filename": "a\0b"}), 400, "Validation error"),
    "an image too large": (file_form(PNG + bytes(LIMITS.image_bytes)), 413, "File is too large: an image"),
    "a document too large": (file_form(bytes(LIMITS.document_bytes + 1)), 413, "File is too large"),
    "two files": (form(file_part(PDF), file_part(PDF)), 400, "Validation error"),
    "JSON": (b'{"file": "x"}', 400, "Bad form"),
}


@pytest.mark.parametrize(("body", "status", "message"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_a_file_leaves_nothing(
    shop: Place, api: ApiClient, body: bytes, status: int, message: str
) -> None:
    response = await api.post("/files_upload", body=body, headers=HEADERS)
    assert (response.status, response.json["error_code"]) == (status, "validation_error")
    assert response.json["message"].startswith(message)
    assert await api.data("/files") == []
    assert "FileUploaded" not in await facts(shop)


async def test_a_full_workspace_and_a_full_disk_say_so(world: ApiWorld, shop: Place) -> None:
    full = {
        "The workspace has used": Limits(workspace_bytes=100, reserve_bytes=0),
        "The server has no space": Limits(reserve_bytes=2**62),
    }
    for message, limits in full.items():
        store = Files.in_folder(world.db, world.store_folder, limits)
        answered = await upload(ApiClient(app_with(world, store), shop.token), PDF + bytes(200))
        assert (answered.status, answered.json["error_code"]) == (507, "storage_full")
        assert answered.json["message"].startswith(message)
    assert await shop.api.data("/files") == []


async def test_a_disk_that_is_full_is_told_before_the_body_has_come(world: ApiWorld, shop: Place) -> None:
    spool = Spool(world.store_folder, largest=20_000_000, reserve=2**62)
    answered = await upload(ApiClient(app_with(world, world.store, spool), shop.token))
    assert (answered.status, answered.json["error_code"]) == (507, "storage_full")
    assert answered.headers["connection"] == "close"


def app_with(world: ApiWorld, store: Files, spool: Spool | None = None) -> Any:
    uploads = Uploads(store, world.outgoing)
    return public_api_app(replace(world.deps, uploads=uploads, spool=spool or world.deps.spool))


# By address


async def test_an_address_becomes_a_file(world: ApiWorld, shop: Place, api: ApiClient) -> None:
    async with remote({"/price%20list.pdf": answer(PDF, content_type="application/pdf")}) as server:
        response = await fetch(api, server.url("/price%20list.pdf?sig=%2B+"))
        assert server.asked[0].line == "GET /price%20list.pdf?sig=%2B+ HTTP/1.1"
    file = response.json["data"]
    assert (file["filename"], file["mimetype"], file["size"]) == ("price list.pdf", "application/pdf", len(PDF))
    assert file["uploaded_by_email"] == shop.owner_email
    assert (await follow(world, file["temporary_download_url"])).body == PDF
    assert (await facts(shop))[-1] == "FileUploaded"


async def test_the_address_may_be_called_url(api: ApiClient) -> None:
    async with remote({"/a.pdf": answer(PDF)}) as server:
        assert (await api.post("/files", {"url": f" {server.url('/a.pdf')}\n"})).json["data"]["filename"] == "a.pdf"


SENT: dict[str, tuple[str, bytes, dict[str, str], str, str]] = {
    # target, answer, what the caller says → name, type
    "a header with a name": (
        "/download?id=7", answer(PDF, content_disposition="attachment; filename*=UTF-8''pre%C3%A7os.pdf"), {},
        "preços.pdf", "application/pdf",
    ),
    "a path without an end": ("/download?id=7", answer(PNG, content_type="image/png"), {}, "download.png", "image/png"),
    "no path": ("/", answer(PDF), {}, "file.pdf", "application/pdf"),
    "a name from the caller": ("/a.pdf", answer(PDF), {"filename": "b.pdf"}, "b.pdf", "application/pdf"),
    "a type from the caller": ("/a", answer(b"a,b"), {"content_type": "text/csv"}, "a.csv", "text/csv"),
    "a generic header": (
        "/a.png", answer(PNG, content_type="application/octet-stream"), {}, "a.png", "image/png",
    ),
    "a header that lies": ("/a.png", answer(PDF, content_type="image/png"), {}, "a.png", "application/pdf"),
    "a path in the name": (
        "/x", answer(PDF, content_disposition='attachment; filename="../../etc/passwd"'), {}, "passwd.pdf",
        "application/pdf",
    ),
    "an encoded path in the path": ("/..%2F..%2Fa%00b.pdf", answer(PDF), {}, "ab.pdf", "application/pdf"),
    "a page that is wanted": ("/x", answer(HTML), {"content_type": "text/html"}, "x.html", "text/html"),
    "a page by its name": ("/x.html", answer(HTML), {}, "x.html", "text/html"),
}  # fmt: skip


@pytest.mark.parametrize(("target", "sent", "said", "name", "kept"), SENT.values(), ids=SENT)
async def test_name_and_type_are_found_out(
    api: ApiClient, target: str, sent: bytes, said: dict[str, str], name: str, kept: str
) -> None:
    async with remote({target.partition("?")[0]: sent}) as server:
        file = (await fetch(api, server.url(target), **said)).json["data"]
    assert (file["filename"], file["mimetype"]) == (name, kept)


NOT_FETCHED: dict[str, tuple[Answer, int, str]] = {
    "not there": (answer(status=404), 400, "127.0.0.1 answered 404."),
    "broken over there": (answer(status=500), 400, "127.0.0.1 answered 500."),
    "empty": (answer(b""), 400, "The file is empty."),
    "nothing": (answer(b"", status=204, content_length=""), 400, "The file is empty."),
    "broken off": (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhalf", 400, "127.0.0.1 broke"),
    "no HTTP": (b"220 mail.example ESMTP\r\n\r\n", 400, "127.0.0.1 broke off, or its answer cannot be read."),
    "too large, and says so": (answer(content_length="99999999999"), 413, "What the other server sends is too large."),
    "an image too large": (answer(PNG + bytes(LIMITS.image_bytes)), 413, "File is too large: an image may have"),
    "too large without saying so": (
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + bytes(LIMITS.document_bytes + 1), 413, "What the other",
    ),
    "an image too large without saying so": (
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + PNG + bytes(LIMITS.image_bytes), 413, "File is too large: an",
    ),
    "a page": (answer(HTML, content_type="text/html"), 400, "This address leads to a web page, not to a file."),
    "a page that calls itself a file": (answer(HTML, content_type="image/png"), 400, "This address leads to a web"),
    "in circles": (redirect("/x"), 400, "The address leads on to other addresses without an end."),
    "into the private world": (redirect("http://10.0.0.1/"), 400, "This address leads into a private network"),
    "to a file of the server": (redirect("file:///etc/passwd"), 400, "This is not an address that can be called."),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "status", "message"), NOT_FETCHED.values(), ids=NOT_FETCHED)
async def test_what_is_no_file_leaves_nothing(
    shop: Place, api: ApiClient, sent: Answer, status: int, message: str
) -> None:
    async def once(writer: asyncio.StreamWriter) -> None:
        assert isinstance(sent, bytes)
        writer.write(sent)
        writer.write_eof()

    async with remote({"/x": once}) as server:
        response = await fetch(api, server.url("/x"))
    assert (response.status, response.json["error_code"]) == (status, "validation_error")
    assert response.json["message"].startswith(message)
    assert await api.data("/files") == []
    assert "FileUploaded" not in await facts(shop)


ADDRESSES = {
    "private": ("http://10.0.0.1/a.pdf", "This address leads into a private network"),
    "metadata": ("http://169.254.169.254/latest/", "This address leads into a private network"),
    "a number": ("http://2130706433/", "Write an IP address as four plain numbers"),
    "a file": ("file:///etc/passwd", "This is not an address that can be called."),
    "nothing": ("", "This is not an address that can be called."),
    "a word": ("price-list.pdf", "This is not an address that can be called."),
    "a name that nobody has": ("http://nowhere.example/a.pdf", "There is no host nowhere.example."),
    "the port of mail": ("http://h.example:25/", "Port 25 is not called"),
}


@pytest.mark.parametrize(("url", "message"), ADDRESSES.values(), ids=ADDRESSES)
async def test_addresses_that_are_not_called(api: ApiClient, url: str, message: str) -> None:
    response = await fetch(api, url)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["message"].startswith(message)


SHARED = {
    "Google Drive": "https://drive.google.com/file/d/1AbC/view?usp=sharing",
    "Google Drive, a folder": "https://drive.google.com/drive/folders/1AbC",
    "Google Drive, open": "https://drive.google.com/open?id=1AbC",
    "Google Docs": "https://docs.google.com/document/d/1AbC/edit#gid=0",
    "Google Docs, a sheet": "https://docs.google.com/spreadsheets/d/1AbC/edit?usp=sharing",
    "Google Photos": "https://photos.app.goo.gl/AbC",
    "OneDrive": "https://1drv.ms/b/s!AbC?e=x",
    "OneDrive, long": "https://onedrive.live.com/?id=AbC&cid=x",
    "SharePoint": "https://contoso.sharepoint.com/:b:/g/personal/x/EAbC?e=x",
    "SharePoint, mine": "https://contoso-my.sharepoint.com/personal/x/_layouts/15/onedrive.aspx?id=x",
    "Dropbox": "https://www.dropbox.com/s/abc/prices.pdf?dl=0",
    "Dropbox, new": "https://www.dropbox.com/scl/fi/abc/prices.pdf?rlkey=x",
    "iCloud": "https://www.icloud.com/iclouddrive/0abc#prices",
    "Box": "https://app.box.com/s/abc",
    "WeTransfer": "https://we.tl/t-abc",
    "MEGA": "https://mega.nz/file/abc#key",
    "a dot at the end, capitals": "HTTPS://Drive.Google.com./file/d/1AbC/view",
}


@pytest.mark.parametrize("url", SHARED.values(), ids=SHARED)
async def test_share_links_of_drives_are_refused_with_what_to_do(world: ApiWorld, api: ApiClient, url: str) -> None:
    response = await fetch(api, url)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["message"].startswith("This is a share link of ")
    assert "POST /files_upload" in response.json["message"]
    assert world.names.asked == []


DIRECT = [
    "http://drive.google.com:{port}/uc?export=download&id=1AbC",
    "http://docs.google.com:{port}/spreadsheets/d/1AbC/export?format=xlsx",
    "http://www.dropbox.com:{port}/s/abc/prices.pdf?dl=1",
    "http://onedrive.live.com:{port}/download?resid=x",
    "http://contoso.sharepoint.com:{port}/:b:/g/x?e=x&download=1",
]


@pytest.mark.parametrize("url", DIRECT)
async def test_a_drive_that_gives_out_the_file_may_be_asked(world: ApiWorld, shop: Place, url: str) -> None:
    called = urlsplit(url.format(port=1))
    host, path = str(called.hostname), called.path
    world.names.entries[host] = [["127.0.0.1"]]
    async with remote({path: answer(PDF)}) as server:
        assert (await fetch(shop.api, url.format(port=server.port))).status == 200
    async with remote({path: answer(HTML)}) as server:
        response = await fetch(shop.api, url.format(port=server.port))
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert "answers with a page instead of the file" in response.json["message"]


BODIES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a number": {"download_url": 7},
    "an operator": {"download_url": {"$ne": ""}},
    "a list": {"url": ["https://h.example/"]},
    "a name too long": {"download_url": "https://h.example/", "filename": "x" * 1025},
    "a type too long": {"download_url": "https://h.example/", "content_type": "x" * 141},
    "a name that is none": {"download_url": "https://h.example/", "filename": 7},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_bodies_that_are_wrong(api: ApiClient, body: dict[str, Any]) -> None:
    response = await api.post("/files", body)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")
    assert response.json["errors"]


async def test_a_form_where_json_is_expected(api: ApiClient) -> None:
    response = await api.post("/files", body=file_form(PDF), headers=HEADERS)
    assert (response.status, response.json["error_code"]) == (400, "validation_error")


async def test_no_more_than_a_few_addresses_are_called_at_once(world: ApiWorld, shop: Place) -> None:
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()
    now = most = 0

    async def wait(writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        begun.release()
        await go_on.wait()
        now -= 1
        writer.write(answer(PDF))

    async with remote({"/x": wait}) as server:
        calls = [asyncio.create_task(fetch(shop.api, server.url("/x"))) for _ in range(10)]
        for _ in range(6):
            await begun.acquire()
        go_on.set()
        assert [(await one).status for one in calls] == [200] * 10
    assert most == 6


async def test_who_finds_too_many_waiting_is_told_to_come_again(world: ApiWorld, shop: Place) -> None:
    go_on = asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        await go_on.wait()
        writer.write(answer(PDF))

    api = ApiClient(
        public_api_app(replace(world.deps, uploads=Uploads(world.store, world.outgoing, waiting=1))), shop.token
    )
    async with remote({"/x": wait}) as server:
        calls = [asyncio.create_task(fetch(api, server.url("/x"))) for _ in range(8)]
        [refused], _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        go_on.set()
        answers = await asyncio.gather(*calls)
        again = await asyncio.gather(*(fetch(api, server.url("/x")) for _ in range(7)))
    assert [one.status for one in answers].count(200) == 7
    assert {one.status for one in again} == {200}
    found = refused.result()
    assert (found.status, found.json["error_code"], found.headers["retry-after"]) == (429, "rate_limit_exceeded", "30")


# The list


async def test_the_list_is_the_newest_first_and_has_no_links(world: ApiWorld, api: ApiClient) -> None:
    names = ["first.pdf", "second.PDF", "third.txt"]
    for name in names:
        await uploaded(api, filename=name, content_type="")
        world.clock.advance()
    listed = await api.data("/files")
    assert [file["filename"] for file in listed] == names[::-1]
    assert list(listed[0]) == ["uid", "filename", "size", "mimetype", "uploaded_by_email", "uploaded_at"]
    assert [file["filename"] for file in await api.data("/files?filename=pdf")] == ["second.PDF", "first.pdf"]


@pytest.mark.parametrize(
    ("part", "found"),
    [("RÉSUMÉ", 1), ("sumé.p", 1), ("%", 1), ("_", 0), ("\\", 0), ("é", 1), ("e\u0301", 1), ("zzz", 0), ("", 2),
     ("100% é", 0), ("100% r", 1), ("'; --", 0), ("x" * 3000, 0)],
)  # fmt: skip
async def test_a_name_is_found_by_any_part(api: ApiClient, part: str, found: int) -> None:
    await uploaded(api, filename="100% Résumé.pdf")
    await uploaded(api, filename="other.pdf")
    assert len(await api.data(f"/files?filename={quote(part)}")) == found


async def test_nul_is_in_no_name(api: ApiClient) -> None:
    assert (await api.get("/files?filename=a%00b")).status == 400


async def test_who_left_is_named_no_more(shop: Place, api: ApiClient) -> None:
    member = await shop.member(Role.TEAMMATE)
    file = await uploaded(member.api)
    assert file["uploaded_by_email"] == member.me.email
    await shop.run(workspaces.remove, member.id)
    assert (await api.data(f"/files/{file['uid']}"))["uploaded_by_email"] == "(removed)"
    assert (await api.data("/files"))[0]["uploaded_by_email"] == "(removed)"


async def test_media_of_messages_is_no_upload(world: ApiWorld, shop: Place, api: ApiClient) -> None:
    [media] = await shop.run(files.expect, [NewFile("a.pdf", "application/pdf", Purpose.MEDIA)])
    assert await api.data("/files") == []
    for method in ("GET", "DELETE"):
        assert (await api.request(method, f"/files/{media.uid}")).status == 404


# One file


@pytest.mark.parametrize("uid", ["0192c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d", "7", "x" * 300, "%00", "../../x"])
async def test_files_that_are_not_there(api: ApiClient, uid: str) -> None:
    for method in ("GET", "DELETE"):
        response = await api.request(method, f"/files/{uid}")
        assert response.status in (404, 400)
        if response.status == 404 and "/.." not in uid:
            assert response.json["error_code"] == "not_found"


async def test_files_of_another_workspace_are_not_there(shop: Place, neighbour: Place) -> None:
    theirs = await uploaded(neighbour.api)
    before = await neighbour.rows()
    for method in ("GET", "DELETE"):
        assert (await shop.api.request(method, f"/files/{theirs['uid']}")).status == 404
    assert await shop.api.data("/files?filename=price") == []
    assert await neighbour.rows() == before


async def test_a_deleted_file_leaves_its_name_in_the_history(
    world: ApiWorld, shop: Place, number: Number, api: ApiClient
) -> None:
    file = await uploaded(api, filename="prices.pdf")
    sent = await api.post("/messages", {"phone": "+15550100234", "file_uid": file["uid"]})
    uid = sent.json["data"]["message_uid"]
    link = (await api.data(f"/messages/{uid}"))["attachment_url"]
    assert (await follow(world, link)).status == 200

    deleted = await api.request("DELETE", f"/files/{file['uid']}")
    assert (deleted.status, deleted.json) == (200, {"status": "ok"})
    message = await api.data(f"/messages/{uid}")
    assert (message["attachment_filename"], message["attachment_url"], message["has_attachment"]) == (
        "prices.pdf", None, True,
    )  # fmt: skip
    for gone in (link, file["temporary_download_url"]):
        assert (await follow(world, gone)).status == 404
    assert (await api.get(f"/files/{file['uid']}")).status == 404
    assert (await api.request("DELETE", f"/files/{file['uid']}")).status == 404
    again = await api.post("/messages", {"phone": "+15550100234", "file_uid": file["uid"]})
    assert (again.status, again.json["message"]) == (404, f'File uid "{file["uid"]}" not found')
    assert await api.data("/files") == []
    assert (await facts(shop)).count("FileDeleted") == 1
    assert (await sweep(world.db, world.store)).removed >= 1


async def test_a_link_lasts_fifteen_minutes(world: ApiWorld, api: ApiClient) -> None:
    file = await uploaded(api)
    world.clock.advance(timedelta(minutes=14, seconds=59))
    assert (await follow(world, file["temporary_download_url"])).status == 200
    world.clock.advance(timedelta(seconds=1))
    assert (await follow(world, file["temporary_download_url"])).status == 410
    fresh = (await api.data(f"/files/{file['uid']}"))["temporary_download_url"]
    assert (await follow(world, fresh)).status == 200


# Once


async def test_an_upload_under_a_key_is_stored_once(shop: Place, api: ApiClient) -> None:
    keyed = {**HEADERS, "Idempotency-Key": "price-list-7"}
    body = file_form(PDF, {"filename": "a.pdf"})
    first, second = [await api.post("/files_upload", body=body, headers=keyed) for _ in range(2)]
    assert (first.status, second.body) == (200, first.body)
    assert second.headers["idempotent-replayed"] == "true"
    other = await api.post("/files_upload", body=file_form(PNG), headers=keyed)
    assert (other.status, other.json["error_code"]) == (409, "idempotency_conflict")
    assert [file["uid"] for file in await api.data("/files")] == [first.json["data"]["uid"]]
    assert (await facts(shop)).count("FileUploaded") == 1


async def test_an_address_under_a_key_is_fetched_once_also_side_by_side(shop: Place, api: ApiClient) -> None:
    keyed = {"Idempotency-Key": "price-list-8"}
    async with remote({"/a.pdf": answer(PDF)}) as server:
        body = {"download_url": server.url("/a.pdf")}
        first, second = await asyncio.gather(*(api.post("/files", body, headers=keyed) for _ in range(2)))
        assert (first.status, first.body) == (200, second.body)
        asked = len(server.asked)
        assert (await api.post("/files", body, headers=keyed)).body == first.body
        assert len(server.asked) == asked
    assert [file["uid"] for file in await api.data("/files")] == [first.json["data"]["uid"]]
    assert (await facts(shop)).count("FileUploaded") == 1
