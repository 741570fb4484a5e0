"""A right request for every operation: the contract's own example, with the ids of what is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from tests.support import media, multipart
from tests.support.api_client import ApiClient
from tests.support.asgi import Response
from tideline.surfaces.api.contract import Operation, public_api
from tideline.surfaces.api.not_built import NOT_BUILT

CONTRACT = public_api()
BUILT = [one for one in CONTRACT.operations.values() if one.id not in NOT_BUILT]

THINGS = {
    "chat_id", "message_uid", "file_uid", "webhook_id", "template_id", "user_id", "attachment_template_id", "reply_to",
    "after_message", "before_message", "whatsapp_account_id", "whatsapp_account_phone", "responsible", "team_title",
    "jid", "team_id", "delivery_uid", "account_id", "waba_account_id", "handle_id",
}  # fmt: skip
"""Parameters and members that say which thing of the workspace is meant."""

PLAIN = {
    "access_token", "after", "app_secret", "before", "caption", "chat_name", "chatgpt_autoresponse_enabled", "closed",
    "content_type", "created_after", "created_before", "dimensions", "display_phone_number", "download_url", "email",
    "enabled", "end", "event_type", "file", "filename", "first_name", "from_me", "group", "is_private", "label",
    "labels", "last_name", "limit", "message_type", "meta_phone_id", "meta_waba_id", "metadata", "name", "origin",
    "outcome", "page", "phone", "q", "reaction", "read", "retry_schedule", "role", "sender", "since", "size",
    "sorting_order", "start", "strict_order", "suspended", "template", "text", "title", "updated_after",
    "updated_before", "url", "visibility", "wait", "whatsapp_phone", "with_msg",
}  # fmt: skip
"""Those that say how it is to be, or what to look for."""

NAMED_BY_ITS_NAME = {("sendMessageToChatName", "chat_name"), ("listChats", "label"), ("listChatsV2", "label")}

NOT_LOOKED_AT = {("pollWabaAnalytics", "account_id"), ("sendWabaMessageToChat", "waba_account_id")}
"""What may be given and means nothing: the contract wants it so."""
INSTEAD = {("sendWabaMessageToPhone", "file_uid"): "template"}
"""Members that stand instead of another one."""
EXACT = {"updateWabaChat", "requestWabaAnalytics"}
"""Operations that refuse members of their body that they do not know."""

Stock = Mapping[str, Any]
"""A value for each of the things, and for some others that must fit together with them. Under `waba` are those of a
business number."""


def fitting(operation: Operation, stock: Stock) -> Stock:
    """The things that this operation is about."""
    return {**stock, **stock.get("waba", {})} if operation.tag.startswith("waba") else stock


def names(operation: Operation) -> dict[str, str]:
    """Every parameter and member, with its place: path, query, body or form."""
    found = {one.name: one.place for one in operation.parameters if one.place != "header"}
    found |= dict.fromkeys(CONTRACT.members(operation.form_body) if operation.form_body else (), "form")
    return found | dict.fromkeys(CONTRACT.members(operation.json_body) if operation.json_body else (), "body")


def things(operation: Operation) -> Iterator[tuple[str, str]]:
    """The names that say which thing is meant, each with its place."""
    for name, place in names(operation).items():
        is_thing = name in THINGS or (operation.id, name) in NAMED_BY_ITS_NAME
        if is_thing and (operation.id, name) not in NOT_LOOKED_AT:
            yield name, place


PRICE_LIST = b"%PDF-1.7 a price list"
FILES = {"sendVoiceMessage": media.ogg(0.1)}


@dataclass(frozen=True)
class Sample:
    """A request that can be varied and sent."""

    operation: Operation
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    file: bytes = PRICE_LIST

    @classmethod
    def of(cls, operation: Operation, stock: Stock) -> "Sample":
        """The example of the contract with this workspace's things in it."""
        stock = fitting(operation, stock)
        path = {name: stock[name] for name in operation.path_parameters}
        query = {name: stock.get(name, value) for name, value in needed(operation).items()}
        body = example(operation)
        if body is not None:
            body = {name: stock.get(name, value) for name, value in body.items()}
        form: dict[str, str] | None = None if operation.form_body is None or body else {}
        return cls(operation, path, query, body=body, form=form, file=FILES.get(operation.id, PRICE_LIST))

    def having(self, name: str, value: Any) -> "Sample":
        match names(self.operation)[name]:
            case "path":
                return replace(self, path={**self.path, name: value})
            case "query":
                return replace(self, query={**self.query, name: value})
            case "form":
                return replace(self, form={**(self.form or {}), name: value})
        left = self.without(INSTEAD.get((self.operation.id, name), "")).body or {}
        return replace(self, body={**left, name: value})

    def varied(self) -> "Sample":
        """Another right request to the same operation."""
        if self.form is not None:
            return replace(self, file=self.file + b"\n")
        return replace(self, body={**(self.body or {}), "of no meaning": 1})

    def spoiled(self) -> "Sample":
        """A request that is refused for what it holds."""
        if self.form is not None:
            return replace(self, file=b"")
        return replace(self, body=dict.fromkeys(self.body or (), ()))

    def without(self, *names: str) -> "Sample":
        """The request without these members, as far as it has them."""
        body = self.body and {name: value for name, value in self.body.items() if name not in names}
        return replace(self, body=body)

    @property
    def target(self) -> str:
        path = self.operation.path.format(**{name: quote(str(value), safe="") for name, value in self.path.items()})
        return f"{path}?{urlencode(self.query)}" if self.query else path

    async def send(
        self, api: ApiClient, headers: Mapping[str, str] | None = None, *, target: str | None = None
    ) -> Response:
        method, target, headers = self.operation.method, target or self.target, headers or {}
        if self.form is not None:
            body, headers = multipart.file_form(self.file, self.form), {**multipart.HEADERS, **headers}
            return await api.request(method, target, body=body, headers=headers)
        return await api.request(method, target, self.body, headers=headers)


def needed(operation: Operation) -> dict[str, Any]:
    """The parameters that no query may lack, with their examples."""
    wanted = {one.name for one in operation.parameters if one.place == "query" and one.is_required}
    raw = CONTRACT.document["paths"][operation.path][operation.method.lower()].get("parameters", [])
    return {one["name"]: one["example"] for one in map(CONTRACT.resolve, raw) if one["name"] in wanted}


def example(operation: Operation) -> dict[str, Any] | None:
    """The first example of the JSON body, None when there is no JSON body."""
    if operation.json_body is None:
        return None
    raw = CONTRACT.document["paths"][operation.path][operation.method.lower()]
    content = CONTRACT.resolve(raw["requestBody"])["content"]["application/json"]
    examples = [one["value"] for one in content.get("examples", {}).values()]
    example: dict[str, Any] = content.get("example", examples[0] if examples else None)
    assert example, f"{operation.id} has no example in the contract"
    return example
