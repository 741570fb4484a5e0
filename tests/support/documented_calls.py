"""The calls that the pages of the contracts show, with things of a running shop in the place of the examples."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote_plus

import requests

from tests.support.filling import BUSINESS, FILLERS, TEMPLATES
from tests.support.running_shop import RunningShop
from tests.support.samples import NAMED_BY_ITS_NAME, THINGS
from tideline.client.signing import partner_headers
from tideline.surfaces.docs.reference import samples, volume

Exchange = dict[str, str]


@dataclass(frozen=True)
class PublicCalls:
    """What stands for the examples of the Public API."""

    shop: RunningShop
    random: Random

    def exchange(self, call: volume.Call, request: samples.Request) -> Exchange:
        things = self.shop.business if call.tag == BUSINESS else self.shop
        found: Exchange = {}
        path: dict[str, Any] = {}
        names = [one["name"] for one in call.parameters if one["in"] == "path"]
        for name, old in zip(names, request.places, strict=True):
            path[name] = self._in_path(things, call, name, path)
            found[old] = str(path[name])
        for name, old in {**(request.query or {}), **(request.body or {})}.items():
            found |= _literals(old, self._value(things, call, name, old, path))
        return found

    def _in_path(self, things: RunningShop, call: volume.Call, name: str, before: Mapping[str, Any]) -> Any:
        if call.method == "DELETE" and call.path.endswith(f"{{{name}}}"):
            return self.shop.make(name)
        if name == "message_uid":
            return self._received(things)
        return things.pick(name, self.random, before)

    def _received(self, things: RunningShop) -> str:
        """A message that a customer wrote: it can be reacted to."""
        base = "/waba" if things is self.shop.business else ""
        for chat in things.things["chat_id"]:
            for one in self.shop.get(f"{base}/chats/{chat}/messages")["messages"]:
                if not one["from_me"] and one["message_type"] == "whatsapp" and one["text"]:
                    return str(one["uid"])
        raise AssertionError("nobody wrote anything")

    def _value(self, things: RunningShop, call: volume.Call, name: str, old: Any, path: Mapping[str, Any]) -> Any:
        if name in {"message_uid", "reply_to"}:
            return old
        if (call.id, name) in NAMED_BY_ITS_NAME or name in THINGS:
            return things.pick(name, self.random, path)
        if name == "template":
            return TEMPLATES[0]
        filler = FILLERS.get((call.id, name)) or FILLERS.get(name)
        return filler(things, self.random, old) if filler and name not in KEPT else old


KEPT = {"text", "file", "q", "metadata"}


def _literals(old: Any, new: Any) -> Exchange:
    """How a value stands in each language, and in an address."""
    if old == new:
        return {}
    found = {write(old): write(new) for write in (json_text, samples._python, samples._flat)}
    if isinstance(old, str):
        found[quote_plus(old)] = quote_plus(str(new))
    return found


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class PartnerCalls:
    """What stands for the examples of the Partner API: a workspace and a user of its own for each call."""

    base_url: str
    partner: str
    secret: str
    serial: Iterator[int]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        address = f"{self.base_url}/partner/api/v1{path}"
        session = requests.Session()
        session.trust_env = False
        answer = session.request(method, address, headers=partner_headers(self.partner, self.secret), json=body)
        assert answer.status_code < 300, (method, path, answer.text)
        return answer.json()

    def exchange(self, call: volume.Call, request: samples.Request) -> Exchange:
        name = f"Blue Lagoon {next(self.serial)} {time.time_ns()}"
        found = {"harbor-telecom": self.partner, '"Blue Lagoon Dental"': json_text(f"{name} Dental")}
        if "{workspace_id}" in call.path:
            workspace = self.call("POST", "/workspaces", {"display_name": name, "seats_purchased": 5})["workspace_id"]
            found["blue-lagoon-dental"] = workspace
        if "{user_id}" in call.path:
            [user] = self.call("POST", f"/workspaces/{workspace}/users", {"count": 1})["users"]
            found[request.places[1]] = str(user["user_id"])
        if call.id == "restoreWorkspace":
            self.call("POST", f"/workspaces/{workspace}/suspend")
        return found
