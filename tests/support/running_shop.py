"""A demo that is running, seen through its API by a program that always has something to name.

`pick` says one of the things that stay; `spare` one that may be removed. `business` is the same shop with the things of
its business number.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from copy import copy
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
DELIVERIES = 20
A_MONTH = {"start": 1793491200, "end": 1796083200}
NEVER = "whatsapp:account:suspended"
"""What does not happen here, so that nobody is told of it a thousand times."""
IDS = {one.id for one in BUILT}


@dataclass
class RunningShop:
    served: Served
    remote: WebServer
    things: dict[str, list[Any]] = field(default_factory=dict)
    within: dict[tuple[str, Any], list[Any]] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    spares: dict[str, Any] = field(default_factory=dict)
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
        for webhook_id in self.things["webhook_id"]:
            self.within["delivery_uid", webhook_id] = self._deliveries(webhook_id)
        self.business = copy(self)
        self.business.look_around_business()

    def look_around_business(self) -> None:
        """The number whose chats are here already; those that were added since have none."""
        chats = self.get("/waba/chats")["chats"]
        histories = {chat["id"]: self.get(f"/waba/chats/{chat['id']}/messages")["messages"] for chat in chats}
        uids = {chat: [one["uid"] for one in said] for chat, said in histories.items()}
        messages = [uid for some in uids.values() for uid in some]
        account = chats[0]["waba_account_id"]
        asked = self.call("POST", f"/waba/accounts/{account}/analytics", json=A_MONTH)
        self.within = {(name, chat): uids[chat] for chat in uids for name in ("after_message", "before_message")}
        self.things = {
            **self.things,
            "chat_id": list(uids),
            "phone": [chat["phone"] for chat in chats],
            "jid": [],
            "account_id": [account],
            "waba_account_id": [account],
            "handle_id": [asked["handle"]],
            "template_id": [one["id"] for one in self.get("/waba/templates")["templates"]],
            **dict.fromkeys(("message_uid", "reply_to"), messages),
        }

    def _look_around(self, owner: str) -> None:
        chats = self.get("/chats")["chats"]
        messages: list[str] = []
        for chat in chats:
            history = self.get(f"/chats/{chat['id']}/messages")["messages"]
            uids = [one["uid"] for one in history if one["message_type"] == "whatsapp"]
            messages += uids
            self.within |= {("after_message", chat["id"]): uids, ("before_message", chat["id"]): uids}
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
            "delivery_uid": ["0192c3d4-5e6f-7a8b-9c0d-1e2f3a4b5c6d"],
            "cursor": [self.get("/events")["cursor"], self.get("/events?limit=1")["cursor"], "newest"],
            **dict.fromkeys(("message_uid", "reply_to", "after_message", "before_message"), messages),
        }

    def _deliveries(self, webhook_id: int) -> list[str]:
        """Some that are over, because somebody asked for tests."""
        for _ in range(DELIVERIES):
            self.call("POST", f"/webhooks/{webhook_id}/test")

        def look() -> list[str] | None:
            found = self.get(f"/webhooks/{webhook_id}/deliveries?outcome=delivered")["deliveries"]
            return [one["uid"] for one in found] if len(found) == DELIVERIES else None

        uids = self.served.eventually(look, "the deliveries")
        self.attempts.update(uids)
        return uids

    def await_delivery(self, webhook_id: int, uid: str) -> None:
        """One that is under way cannot be asked for again."""
        self.attempts[uid] += 1

        def look() -> bool | None:
            found = self.get(f"/webhooks/{webhook_id}/deliveries/{uid}")
            return found["attempts"] >= self.attempts[uid] or None

        self.served.eventually(look, "the delivery")

    def pick(self, name: str, random: Random, path: Mapping[str, Any]) -> Any:
        """One of the things that stay; of the chat or webhook in this path, where that matters."""
        if name == "chat_name":  # chats are renamed all the time
            return self.get(f"/chats/{random.choice(self.things['chat_id'])}")["name"]
        for owner in path.values():
            if (name, owner) in self.within:
                return random.choice(self.within[name, owner])
        return random.choice(self.things[name])

    def make(self, name: str) -> Any:
        return MAKERS[name].make(self)

    def spare(self, name: str) -> Any:
        """One to be removed; the same one until somebody succeeds."""
        if name not in self.spares:
            self.spares[name] = self.make(name)
        return self.spares[name]

    def call(self, method: str, path: str, **more: Any) -> Any:
        answer = self.session.request(method, self.base_url + path, headers=self.headers, **more)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer.json().get("data")

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def remove(self, path: str) -> None:
        """An answer that came again under its key names what was removed already."""
        answer = self.session.delete(self.base_url + path, headers=self.headers)
        assert answer.status_code in (200, 404), (path, answer.status_code, answer.text)

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
    body = {"event_type": NEVER, "url": shop.remote.url(f"/{next(shop.serial)}")}
    return shop.call("POST", "/webhooks", json=body)["id"]


def _file(shop: RunningShop) -> Any:
    return shop.call("POST", "/files_upload", files={"file": ("prices.pdf", b"%PDF-1.7 prices")})["uid"]


def _invitation(shop: RunningShop) -> Any:
    email = f"ines{next(shop.serial)}@northquay.example"
    return shop.call("POST", "/workspace/invitations", json={"email": email})["user_id"]


def _account(shop: RunningShop) -> Any:
    """Of a number that nobody here has anything from."""
    n = next(shop.serial)
    secrets = {"access_token": "an-access-token", "app_secret": "an-app-secret"}
    body = {"phone": f"+1555093{n:04}", "meta_phone_id": f"1090{n:011}", "meta_waba_id": "210000000000077", **secrets}
    return shop.call("POST", "/waba/accounts", json=body)["id"]


def _team(shop: RunningShop) -> Any:
    return shop.call("POST", "/workspace/teams", json={"title": shop.fresh("Sales")})["id"]


MAKERS = {
    "account_id": Maker("addWabaAccount", _account),
    "file_uid": Maker("uploadFileByForm", _file),
    "template_id": Maker("createTemplate", _template),
    "attachment_template_id": Maker("uploadFileByForm", _template),
    "webhook_id": Maker("createWebhook", _webhook),
    "user_id": Maker("inviteTeammate", _invitation),
    "team_id": Maker("createTeam", _team),
}


def tidy(shop: RunningShop, operation_id: str, path: Mapping[str, Any], data: Any) -> None:
    """Take away what a request made, where there may only be so many of a kind, and wait for what it began."""
    match operation_id:
        case "redeliver":
            shop.await_delivery(path["webhook_id"], path["delivery_uid"])
        case "createTemplate":
            shop.remove(f"/templates/{data['id']}")
        case "createWebhook":
            shop.remove(f"/webhooks/{data['id']}")
        case "updateWebhook":
            shop.call("PUT", f"/webhooks/{data['id']}", json={"event_type": NEVER, "enabled": True})
        case "addWabaAccount":
            shop.remove(f"/waba/accounts/{data['id']}")
        case "createTeam":
            shop.remove(f"/workspace/teams/{data['id']}")
        case "inviteTeammate":
            shop.remove(f"/workspace/invitations/{data['user_id']}")
