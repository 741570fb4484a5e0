"""What the emulated Graph API answers. Paths come with a version or without one."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.graph import messages
from tests.support.graph.model import Failure, Media, Number, Refused

if TYPE_CHECKING:
    from tests.support.graph.app import Graph

VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
Answer = Callable[..., Awaitable[Any]]


def application(graph: Graph) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response: Response
        try:
            response = await _answer(graph, request)
        except Refused as refused:
            response = JSONResponse(refused.failure.body, refused.failure.status)
        await response(scope, receive, send)

    return app


async def _answer(graph: Graph, request: Request) -> Response:
    path = VERSION.sub("", request.url.path).strip("/")
    for method, pattern, handler in ROUTES:
        found = re.fullmatch(pattern, path)
        if found and request.method == method:
            given = await handler(graph, request, _token(graph, request), *found.groups())
            return given if isinstance(given, Response) else JSONResponse(given)
    raise Refused(Failure(2500, 400, "Unknown path components", f"/{path}"))


def _token(graph: Graph, request: Request) -> str:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not any(number.token == token and not number.is_deleted for number in graph.numbers.values()):
        raise Refused(Failure(190, 401, "Invalid OAuth access token - Cannot parse access token"))
    return token


def _number(graph: Graph, token: str, number_id: str) -> Number:
    number = graph.numbers.get(number_id)
    if number is None or number.token != token:
        raise Refused(Failure(100, 400, f"Object with ID '{number_id}' does not exist", subcode=33))
    return number


def _account(graph: Graph, token: str, waba_id: str) -> list[Number]:
    found = [number for number in graph.numbers.values() if number.waba_id == waba_id and number.token == token]
    if not found:
        raise Refused(Failure(100, 400, f"Object with ID '{waba_id}' does not exist", subcode=33))
    return found


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise Refused(Failure(100, 400, "Invalid JSON")) from None
    if not isinstance(body, dict):
        raise Refused(Failure(100, 400, "Invalid parameter"))
    return body


# Messages and media ----------------------------------------------------------------------------------------


async def send(graph: Graph, request: Request, token: str, number_id: str) -> Any:
    body = await _body(request)
    graph.requests.append((request.method, request.url.path, body))
    number = _number(graph, token, number_id)
    answer = await messages.take(graph, number, body)
    await graph.answerable(str(body.get("to", "")))
    return answer


async def upload(graph: Graph, request: Request, token: str, number_id: str) -> Any:
    number = _number(graph, token, number_id)
    async with request.form() as form:
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or file is None or isinstance(file, str):
            raise Refused(Failure(100, 400, "The parameter messaging_product is required."))
        mimetype = str(form.get("type") or file.content_type or "")
        media = graph.add_media(number, await file.read(), mimetype, file.filename or "file")
    return {"id": media.id}


async def media_info(graph: Graph, request: Request, token: str, media_id: str) -> Any:
    media = _media(graph, request, token, media_id)
    return {
        "messaging_product": "whatsapp",
        "url": f"{graph.media_base}/whatsapp_business/attachments/?mid={media.id}&ext={graph.now() + 300}&hash=ATt",
        "mime_type": media.mimetype,
        "sha256": media.sha256,
        "file_size": len(media.data),
        "id": media.id,
    }


async def media_delete(graph: Graph, request: Request, token: str, media_id: str) -> Any:
    del graph.media[_media(graph, request, token, media_id).id]
    return {"success": True}


async def media_bytes(graph: Graph, request: Request, token: str) -> Any:
    media = _media(graph, request, token, request.query_params.get("mid", ""))
    if int(request.query_params.get("ext", 0)) < graph.now():
        return Response("URL signature expired", 403)

    async def chunks() -> Any:
        for start in range(0, len(media.data), 64 * 1024):
            yield media.data[start : start + 64 * 1024]

    headers = {"Content-Length": str(len(media.data)), "Content-Disposition": f"inline;filename={media.id}"}
    return StreamingResponse(chunks(), headers=headers, media_type=media.mimetype)


def _media(graph: Graph, request: Request, token: str, media_id: str) -> Media:
    media = graph.media.get(media_id)
    asked = request.query_params.get("phone_number_id")
    owner = graph.numbers.get(media.owner) if media else None
    if media is None or owner is None or owner.token != token or asked not in (None, media.owner):
        raise Refused(
            Failure(100, 400, f"Unsupported get request. Object with ID '{media_id}' does not exist", subcode=33)
        )
    return media


# Numbers and accounts --------------------------------------------------------------------------------------


async def thing(graph: Graph, request: Request, token: str, thing_id: str) -> Any:
    """Numbers, media and templates have ids of one kind."""
    if thing_id in graph.numbers:
        return number_info(_number(graph, token, thing_id))
    if thing_id in graph.templates:
        return graph.templates[thing_id].body
    return await media_info(graph, request, token, thing_id)


def number_info(number: Number) -> dict[str, Any]:
    can_send = "AVAILABLE" if number.is_usable else "BLOCKED"
    return {
        "id": number.id,
        "verified_name": number.name,
        "display_phone_number": number.display,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API",
        "status": "BANNED" if number.is_disabled else ("RESTRICTED" if number.is_restricted else "CONNECTED"),
        "throughput": {"level": "STANDARD"},
        "health_status": {"can_send_message": can_send, "entities": []},
    }


async def account_numbers(graph: Graph, _request: Request, token: str, waba_id: str) -> Any:
    return {"data": [number_info(number) for number in _account(graph, token, waba_id)]}


async def subscribe(graph: Graph, _request: Request, token: str, waba_id: str) -> Any:
    for number in _account(graph, token, waba_id):
        number.subscribed = True
    return {"success": True}


async def unsubscribe(graph: Graph, _request: Request, token: str, waba_id: str) -> Any:
    for number in _account(graph, token, waba_id):
        number.subscribed = False
    return {"success": True}


async def subscribed(graph: Graph, _request: Request, token: str, waba_id: str) -> Any:
    apps = {number.app_id for number in _account(graph, token, waba_id) if number.subscribed}
    return {
        "data": [
            {"whatsapp_business_api_data": {"id": app, "name": "Tideline", "link": "https://example.com"}}
            for app in sorted(apps)
        ]
    }


async def account(graph: Graph, request: Request, token: str, waba_id: str) -> Any:
    """Analytics are fields of the account: `?fields=analytics.start(1).end(2).granularity(DAY)`."""
    _account(graph, token, waba_id)
    fields = request.query_params.get("fields", "")
    sent = [said for said in graph.said.values() if said.author in _phones(graph, waba_id)]
    answer: dict[str, Any] = {"id": waba_id}
    if asked := re.search(r"(?<!_)analytics\.start\((\d+)\)\.end\((\d+)\)", fields):
        start, end = map(int, asked.groups())
        point: dict[str, Any] = {
            "start": start, "end": end, "sent": len(sent),
            "delivered": len([said for said in sent if said.status in ("delivered", "read")]),
        }  # fmt: skip
        answer["analytics"] = {
            "phone_numbers": sorted(_phones(graph, waba_id)), "granularity": "DAY", "data_points": [point],
        }  # fmt: skip
    if asked := re.search(r"pricing_analytics\.start\((\d+)\)\.end\((\d+)\)", fields):
        start, end = map(int, asked.groups())
        point = {"start": start, "end": end, "volume": len(sent), "cost": 0.01 * len(sent), "pricing_type": "REGULAR",
                 "pricing_category": "SERVICE"}  # fmt: skip
        answer["pricing_analytics"] = {"data": [{"data_points": [point]}]}
    return answer


def _phones(graph: Graph, waba_id: str) -> set[str]:
    return {number.phone for number in graph.numbers.values() if number.waba_id == waba_id}


# Templates -------------------------------------------------------------------------------------------------


async def list_templates(graph: Graph, request: Request, token: str, waba_id: str) -> Any:
    _account(graph, token, waba_id)
    mine = [template for template in graph.templates.values() if template.waba_id == waba_id]
    limit = int(request.query_params.get("limit", 25))
    after = int(request.query_params.get("after", 0))
    answer: dict[str, Any] = {"data": [template.body for template in mine[after : after + limit]]}
    answer["summary"] = {
        "total_count": len(mine), "message_template_count": len(mine), "message_template_limit": 250,
        "are_translations_complete": True,
    }  # fmt: skip
    answer["paging"] = {"cursors": {"before": str(after), "after": str(after + limit)}}
    if after + limit < len(mine):
        answer["paging"]["next"] = f"https://graph.facebook.com/v26.0/{waba_id}/message_templates?after={after + limit}"
    return answer


async def create_template(graph: Graph, request: Request, token: str, waba_id: str) -> Any:
    owner = _account(graph, token, waba_id)[0]
    given = await _body(request)
    try:
        template = graph.add_template(
            owner,
            str(given["name"]),
            list(given["components"]),
            language=str(given["language"]),
            category=str(given["category"]).upper(),
            parameter_format=str(given.get("parameter_format", "POSITIONAL")).upper(),
        )
    except KeyError as missing:
        raise Refused(Failure(100, 400, f"The parameter {missing} is required.")) from None
    return {"id": template.id, "status": template.status, "category": template.category}


ROUTES: list[tuple[str, str, Answer]] = [
    ("POST", r"(\d+)/messages", send),
    ("POST", r"(\d+)/media", upload),
    ("GET", r"whatsapp_business/attachments", media_bytes),
    ("GET", r"(\d+)/message_templates", list_templates),
    ("POST", r"(\d+)/message_templates", create_template),
    ("GET", r"(\d+)/phone_numbers", account_numbers),
    ("POST", r"(\d+)/subscribed_apps", subscribe),
    ("DELETE", r"(\d+)/subscribed_apps", unsubscribe),
    ("GET", r"(\d+)/subscribed_apps", subscribed),
    ("GET", r"(2\d+)", account),
    ("DELETE", r"(7\d{6})", media_delete),
    ("GET", r"(\d+)", thing),
]
