"""A demo that is running, seen through its API by a program that always has something to name.

`pick` says one of the things that stay; `make` makes one that may be used up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import requests

from tests.support.samples import BUILT
from tests.support.serving import Served
from tests.support.web_server import WebServer

BASE = "/integrations/api"
WORKSPACE = {
    "TIDELINE_WEBHOOKS_PER_WORKSPACE": "1000",
}
IN_A_CHAT = ("after_message", "before_message")
IDS = {one.id for one in BUILT}


@dataclass
class RunningShop:
    served: Served
    remote: WebServer
    things: dict[str, list[Any]] = field(default_factory=dict)
    histories: dict[int, list[str]] = field(default_factory=dict)
    serial: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        demo = self.served.demo
        self.base_url = demo["base_url"] + BASE
        self.headers = {"Authorization": f"Bearer {demo['api_token']}"}
        self.session = requests.Session()
        self.session.trust_env = False
        self._look_around(demo["owner_email"])
        for name, make in MAKERS.items():
            if make.operation in IDS:
                self.things[name] = [self.make(name) for _ in range(3)]

    def _look_around(self, owner: str) -> None:
        chats = self.get("/chats")["chats"]
        for chat in chats:
            history = self.get(f"/chats/{chat['id']}/messages")["messages"]
            self.histories[chat["id"]] = [one["uid"] for one in history if one["message_type"] == "whatsapp"]
        messages = [uid for history in self.histories.values() for uid in history]
        number = self.get("/whatsapp_accounts")["whatsapp_accounts"][0]
        people = self.get("/workspace/teammates")
        self.things = {
            "chat_id": [chat["id"] for chat in chats],
            "label": [label for chat in chats for label in chat["labels"]],
            "jid": [chat["jid"] for chat in chats],
            "phone": [chat["phone"] for chat in chats if chat["phone"]],
            "whatsapp_account_id": [number["id"]],
            "whatsapp_account_phone": [number["phone"]],
            "responsible": [owner, ""],
            "team_title": [team["title"] for team in people["teams"]] or [None],
            **dict.fromkeys(("message_uid", "reply_to", "after_message", "before_message"), messages),
        }

    def pick(self, name: str, random: Random, chat_id: int | None = None) -> Any:
        """One of the things that stay, of this chat where that matters."""
        if name in IN_A_CHAT and chat_id in self.histories:
            return random.choice(self.histories[chat_id])
        if name == "chat_name":  # chats are renamed all the time
            return self.get(f"/chats/{self.pick('chat_id', random)}")["name"]
        return random.choice(self.things[name])

    def make(self, name: str) -> Any:
        """A thing of its own, for those who change or remove it."""
        return MAKERS[name].make(self)

    def call(self, method: str, path: str, **more: Any) -> Any:
        answer = self.session.request(method, self.base_url + path, headers=self.headers, **more)
        assert answer.status_code == 200, (method, path, answer.status_code, answer.text)
        return answer.json().get("data")

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def fresh(self, word: str) -> str:
        return f"{word} {next(self.serial)}"


@dataclass(frozen=True)
class Maker:
    operation: str
    make: Callable[[RunningShop], Any]


def _template(shop: RunningShop) -> Any:
    body = {"name": shop.fresh("Greeting"), "text": "Hello"}
    if "file_uid" in shop.things:
        body["file_uid"] = shop.things["file_uid"][0]
    return shop.call("POST", "/templates", json=body)["id"]


def _webhook(shop: RunningShop) -> Any:
    body = {"event_type": "chat:closed", "url": shop.remote.url(f"/{next(shop.serial)}"), "enabled": False}
    return shop.call("POST", "/webhooks", json=body)["id"]


def _file(shop: RunningShop) -> Any:
    return shop.call("POST", "/files_upload", files={"file": ("prices.pdf", b"%PDF-1.7 prices")})["uid"]


def _invitation(shop: RunningShop) -> Any:
    email = f"ines{next(shop.serial)}@northquay.example"
    return shop.call("POST", "/workspace/invitations", json={"email": email})["user_id"]


def _team(shop: RunningShop) -> Any:
    return shop.call("POST", "/workspace/teams", json={"title": shop.fresh("Sales")})["id"]


MAKERS = {
    "file_uid": Maker("uploadFileByForm", _file),
    "template_id": Maker("createTemplate", _template),
    "attachment_template_id": Maker("uploadFileByForm", _template),
    "webhook_id": Maker("createWebhook", _webhook),
    "user_id": Maker("inviteTeammate", _invitation),
    "team_id": Maker("createTeam", _team),
}


def tidy(shop: RunningShop, operation_id: str, data: Any) -> None:
    """Take away what a request made, where there may only be so many of a kind."""
    match operation_id:
        case "createTemplate":
            shop.call("DELETE", f"/templates/{data['id']}")
        case "createWebhook":
            shop.call("DELETE", f"/webhooks/{data['id']}")
        case "updateWebhook":
            shop.call("PUT", f"/webhooks/{data['id']}", json={"enabled": False})
        case "createTeam":
            shop.call("DELETE", f"/workspace/teams/{data['id']}")
        case "inviteTeammate":
            shop.call("DELETE", f"/workspace/invitations/{data['user_id']}")
