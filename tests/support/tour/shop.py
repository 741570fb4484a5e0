"""Furnishes a running demo with a bit of everything: conversations of all kinds, a team, webhooks, links, empty places.

It goes in by the doors that everybody has: the phones of the simulator, the APIs, and the command line.
"""

import asyncio
import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.support import media
from tests.support.clients import Api, Phone, Simulator, eventually
from tests.support.partner_client import headers_of
from tests.support.serving import Served, tideline
from tests.support.tour import drawings

NUMBER, SERVICE = "+15550100001", "+15550100002"
MAYA, TOM, INES, OSKAR, CLARA, YUSUF = (f"+155501002{n:02}" for n in range(6))
NOA, LONG, NEW = "+15550100210", "+15550100211", "+15550100212"
PASSWORD = "a good long password"

ORDER = " ".join(f"0.55 0.58 0.6 rg {60 + 18 * (n % 3)} {700 - 46 * n} {420 - 30 * (n % 4)} 14 re f" for n in range(12))
"""Lines of a page, seen from afar."""

FACES = {
    MAYA: ("#e3b08f", "#3b2417", "#0f6e75", "#d8e6e4"),
    OSKAR: ("#f0c9a8", "#b9823c", "#2f4858", "#e8e0d2"),
    NOA: ("#c98f66", "#1d1512", "#a5483a", "#f1e3c6"),
}


@dataclass(frozen=True)
class Somebody:
    email: str
    password: str


@dataclass(frozen=True)
class Shop:
    """`places` are the names that addresses of the tour are made of; `people` those who look at them."""

    base_url: str
    facts: Mapping[str, Any]
    places: Mapping[str, str]
    people: Mapping[str, Somebody]

    def at(self, address: str) -> str:
        return address.format_map(self.places)


async def furnish(served: Served) -> Shop:
    facts = served.demo
    async with aiohttp.ClientSession() as http:
        return await Furnishing(served, facts, http).all()


class Furnishing:
    def __init__(self, served: Served, facts: Mapping[str, Any], http: aiohttp.ClientSession) -> None:
        self._served, self._facts, self._http = served, facts, http
        self._api = Api(http, facts["base_url"], facts["api_token"])
        self._simulator = Simulator(http, facts["base_url"], facts["simulator_token"])
        self._phones: dict[str, Phone] = {}

    async def all(self) -> Shop:
        for phone, name in {
            NOA: "נועה כהן",
            LONG: "Wilhelmina Featherstonehaugh-Cholmondeley of the Harbour Roasters",
        }.items():
            await self._simulator.phone(phone, name)
        self._phones = {one: Phone(self._simulator, one, "", "") for one in (
            NUMBER, SERVICE, MAYA, TOM, INES, OSKAR, CLARA, YUSUF, NOA, LONG,
        )}  # fmt: skip
        await self._show_faces()
        hooks = asyncio.create_task(self._hooks())
        await self._talk_with_maya()
        await self._talk_with_others()
        places = {
            **await self._chats(),
            **await hooks,
            **await self._office(),
            **await self._partner(),
            **await self._empty_place(),
        }
        people = {
            "owner": Somebody(self._facts["owner_email"], self._facts["owner_password"]),
            "newcomer": Somebody("nadia@lagoon.example", PASSWORD),
        }
        return Shop(self._facts["base_url"], self._facts, places, people)

    # Conversations ------------------------------------------------------------------------------------------------

    async def _show_faces(self) -> None:
        for phone, colours in FACES.items():
            picture = base64.b64encode(drawings.portrait(*colours)).decode()
            await self._phones[phone].call("PUT", "/picture", mimetype="image/jpeg", base64=picture)

    async def _talk_with_maya(self) -> None:
        """A bit of everything that can stand in a conversation."""
        maya, shop = self._phones[MAYA], self._phones[NUMBER]
        asked = await maya.write(NUMBER, "Could *two* of the three be ground for a moka pot?")
        await shop.write(MAYA, "Of course. Two for the moka pot, one whole.", reply_to=asked)
        cup = _file("flat-white.jpg", "image/jpeg", drawings.cup())
        seen = str((await maya.call("POST", "/messages", to=NUMBER, text="This is what we make of it", file=cup))["id"])
        await shop.call("POST", "/reactions", message_id=seen, emoji="\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}")
        voice = _file("voice.ogg", "audio/ogg", drawings.voice())
        await maya.call("POST", "/messages", to=NUMBER, file=voice, voice=True, seconds=4)
        order = _file("Standing-order-November.pdf", "application/pdf", media.pdf(drawing=ORDER))
        await maya.call("POST", "/messages", to=NUMBER, text="And our new order.", file=order)
        wrong = await maya.write(NUMBER, "Sent to the wrong people, sorry")
        await maya.call("DELETE", f"/messages/{wrong}")
        late = await maya.write(NUMBER, "Can it be here by nine?")
        await maya.call("PATCH", f"/messages/{late}", text="Can it be here by ten?")
        await maya.call("POST", "/calls", to=NUMBER, outcome="missed", video=False, seconds=0)
        chat = await self._api.chat(name="Maya Feldstein")
        await self._api.post(
            f"/chats/{chat['id']}/notes",
            text=f"Wholesale price until December. @{self._facts['owner_email']} knows why.",
        )
        uid = await self._api.send(
            MAYA, "It leaves with the van on Thursday, before ten.", whatsapp_account_phone=NUMBER
        )
        await self._api.status(uid, "Delivered")
        await maya.read(NUMBER)
        await self._api.status(uid, "Read")
        await maya.change(fail_next="recipient_limited")
        failed = await self._api.send(
            MAYA, "The van is on its way: https://northquay.example/v/2211", whatsapp_account_phone=NUMBER
        )
        await self._api.status(failed, "Failed")

    async def _talk_with_others(self) -> None:
        noa, long = self._phones[NOA], self._phones[LONG]
        await noa.write(NUMBER, "שלום! אפשר להזמין שני קילו קפה טחון לפינג׳אן?")
        await self._phones[NUMBER].write(NOA, "כמובן. לאיזו כתובת לשלוח?")
        await noa.write(NUMBER, "רחוב הנמל 12, תל אביב")
        await long.write(NUMBER, "A" * 90 + " https://roasters.example/" + "a-very-long-path/" * 8)
        await long.write(NUMBER, "And a second line, so that there is something to read.\n\n- one\n- two")
        await self._phones[CLARA].write(SERVICE, "Then please grind it for a *moka pot*.")
        for name in ("Tom Whitcombe", "Yusuf Demir", "Porto cafés", "Oskar Lind"):
            found = (await self._api.get("/chats", name=name))["chats"]
            for chat in found:
                await self._api.patch(f"/chats/{chat['id']}", read=True)

    async def _chats(self) -> dict[str, str]:
        maya = await self._api.chat(name="Maya Feldstein")
        names = {"noa": NOA, "long": LONG, "yusuf": YUSUF, "ines": INES}
        ids = {name: (await self._api.chat(phone=phone))["id"] for name, phone in names.items()}
        business = {one["phone"]: one["id"] for one in (await self._api.get("/waba/chats"))["chats"]}
        history = await self._api.history(maya["id"])
        with_file = next(one for one in history if one.get("has_attachment") or one.get("attachment_filename"))
        return {
            "maya": str(maya["id"]),
            "group": str((await self._api.chat(name="Porto cafés"))["id"]),
            "clara_service": str(business[CLARA]),
            "tom_service": str(business[TOM]),
            "picture": str(with_file["uid"]),
            **{name: str(one) for name, one in ids.items()},
        }

    # Around the inbox ---------------------------------------------------------------------------------------------

    async def _hooks(self) -> dict[str, str]:
        """One webhook whose tests fail, one that is paused, and the log of the first."""
        failing = await self._api.post(
            "/webhooks", event_type="message:received:new", url=f"{self._facts['base_url']}/integrations/api/crm"
        )
        paused = await self._api.post(
            "/webhooks", event_type="chat:new", url="https://crm.northquay.example/tideline", enabled=False
        )
        await self._api.post(f"/webhooks/{failing['id']}/test")

        async def look() -> Any:
            return (await self._api.get(f"/webhooks/{failing['id']}/deliveries"))["deliveries"] or None

        [delivery, *_] = await eventually(look, "a delivery in the log")
        return {"hook": str(failing["id"]), "paused_hook": str(paused["id"]), "delivery": delivery["uid"]}

    async def _office(self) -> dict[str, str]:
        api = self._api
        team = await api.post("/workspace/teams", title="Roastery")
        invited = await api.post("/workspace/invitations", email="ines@northquay.example", display_name="Inês Duarte")
        template = await api.post(
            "/templates", name="Opening hours", text="We are here from *7:30* to 18:00, and on Saturdays until two."
        )
        await api.post("/templates", name="Thanks", text="Thank you! It leaves with the next van.")
        me = int((await api.get("/workspace/teammates/me"))["user_id"])
        colleague = next(one for one in (await api.get("/workspace/teammates"))["teammates"] if one["user_id"] != me)
        begun = await self._simulator.begin_link(self._facts["workspace_id"], me)
        of_business = (await api.get("/waba/templates"))["templates"]
        account = (await api.get("/waba/accounts"))["waba_accounts"][0]
        return {
            "team": str(team["id"]),
            "kai": str(colleague["user_id"]),
            "invited": str(invited["user_id"]),
            "owner": str(me),
            "template": str(template["id"]),
            "business_template": str(next(one["id"] for one in of_business if one["name"] == "order_ready")),
            "qr": urlsplit(begun["qr_link"]).path,
            "business_number": str(account["id"]),
            "outbox": self._served.eventually(self._outbox, "the address of the outbox"),
            "simulator": f"/simulator#token={self._facts['simulator_token']}",
        }

    async def _partner(self) -> dict[str, str]:
        """The demo's partner has a customer, and the owner runs this server."""
        await self._tideline("operator", "add", self._facts["owner_email"])
        url = f"{self._facts['base_url']}/partner/api/v1/workspaces"
        headers = headers_of(self._facts["partner_id"], self._facts["partner_secret"])
        new = {"display_name": "Blue Lagoon Dental", "seats_purchased": 3}
        async with self._http.post(url, headers=headers, json=new) as answer:
            made = await answer.json()
        return {"partner": self._facts["partner_id"], "partner_workspace": str(made["workspace_id"])}

    def _outbox(self) -> str | None:
        said = re.search(r"/outbox/[\w-]+", self._served.output)
        return said[0] if said else None

    async def _empty_place(self) -> dict[str, str]:
        """A workspace in which nothing has happened yet, with somebody in it; and a link that nobody has followed."""
        links = [await self._opened(name, email) for name, email in (
            ("Blue Lagoon", "nadia@lagoon.example"), ("Empty Quay", "rui@emptyquay.example"),
        )]  # fmt: skip
        await self._follow(links[0])
        return {"link": urlsplit(links[1]).path}

    async def _opened(self, name: str, email: str) -> str:
        command = ["workspace", "create", "--name", name, "--owner-email", email, "--timezone", "Europe/Lisbon"]
        [link] = re.findall(r"http\S+/link/\S+", await self._tideline(*command))
        return str(link)

    async def _tideline(self, *command: str) -> str:
        ended = await asyncio.to_thread(tideline, self._served.data_dir, *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    async def _follow(self, link: str) -> None:
        path = self._facts["base_url"] + urlsplit(link).path
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.get(path) as page:
                [csrf] = set(re.findall(r'name="csrf" value="([^"]+)"', await page.text()))
            async with browser.post(path, data={"csrf": csrf, "password": PASSWORD}, allow_redirects=False) as answer:
                assert answer.status == 303, await answer.text()


def _file(filename: str, mimetype: str, content: bytes) -> dict[str, str]:
    return {"filename": filename, "mimetype": mimetype, "base64": base64.b64encode(content).decode()}
