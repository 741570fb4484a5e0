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
from tests.support.clients import Phone, Simulator, eventually
from tests.support.customer import Customer, Reseller
from tests.support.serving import Served, tideline
from tests.support.tour import drawings
from tideline.client.models import Delivery

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
    async with aiohttp.ClientSession() as http, Customer(facts["base_url"], facts["api_token"]) as customer:
        simulator = Simulator(http, facts["base_url"], facts["simulator_token"])
        return await Furnishing(served, facts, customer, simulator).all()


class Furnishing:
    def __init__(self, served: Served, facts: Mapping[str, Any], customer: Customer, simulator: Simulator) -> None:
        self._served, self._facts = served, facts
        self._customer, self._simulator = customer, simulator
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
        chat = await self._customer.chat(name="Maya Feldstein")
        await self._customer.add_chat_note(
            chat.id, text=f"Wholesale price until December. @{self._facts['owner_email']} knows why."
        )
        uid = await self._customer.say(
            MAYA, "It leaves with the van on Thursday, before ten.", whatsapp_account_phone=NUMBER
        )
        await self._customer.until_status(uid, "Delivered")
        await maya.read(NUMBER)
        await self._customer.until_status(uid, "Read")
        await maya.change(fail_next="recipient_limited")
        failed = await self._customer.say(
            MAYA, "The van is on its way: https://northquay.example/v/2211", whatsapp_account_phone=NUMBER
        )
        await self._customer.until_status(failed, "Failed")

    async def _talk_with_others(self) -> None:
        noa, long = self._phones[NOA], self._phones[LONG]
        await noa.write(NUMBER, "שלום! אפשר להזמין שני קילו קפה טחון לפינג׳אן?")
        await self._phones[NUMBER].write(NOA, "כמובן. לאיזו כתובת לשלוח?")
        await noa.write(NUMBER, "רחוב הנמל 12, תל אביב")
        await long.write(NUMBER, "A" * 90 + " https://roasters.example/" + "a-very-long-path/" * 8)
        await long.write(NUMBER, "And a second line, so that there is something to read.\n\n- one\n- two")
        await self._phones[CLARA].write(SERVICE, "Then please grind it for a *moka pot*.")
        for name in ("Tom Whitcombe", "Yusuf Demir", "Porto cafés", "Oskar Lind"):
            for chat in (await self._customer.list_chats(name=name)).chats:
                await self._customer.update_chat(chat.id, read=True)

    async def _chats(self) -> dict[str, str]:
        maya = await self._customer.chat(name="Maya Feldstein")
        names = {"noa": NOA, "long": LONG, "yusuf": YUSUF, "ines": INES}
        ids = {name: (await self._customer.chat(phone=phone)).id for name, phone in names.items()}
        business = {one.phone: one.id for one in (await self._customer.list_waba_chats()).chats}
        history = await self._customer.history(maya.id)
        with_file = next(one for one in history if one.has_attachment or one.attachment_filename)
        return {
            "maya": str(maya.id),
            "group": str((await self._customer.chat(name="Porto cafés")).id),
            "clara_service": str(business[CLARA]),
            "tom_service": str(business[TOM]),
            "picture": with_file.uid,
            **{name: str(one) for name, one in ids.items()},
        }

    # Around the inbox ---------------------------------------------------------------------------------------------

    async def _hooks(self) -> dict[str, str]:
        """One webhook whose tests fail, one that is paused, and the log of the first."""
        failing = await self._customer.create_webhook(
            event_type="message:received:new", url=f"{self._facts['base_url']}/integrations/api/crm"
        )
        paused = await self._customer.create_webhook(
            event_type="chat:new", url="https://crm.northquay.example/tideline", enabled=False
        )
        await self._customer.test_webhook(failing.id)

        async def look() -> list[Delivery] | None:
            return (await self._customer.list_deliveries(failing.id)).deliveries or None

        [delivery, *_] = await eventually(look, "a delivery in the log")
        return {"hook": str(failing.id), "paused_hook": str(paused.id), "delivery": delivery.uid}

    async def _office(self) -> dict[str, str]:
        customer = self._customer
        team = await customer.create_team(title="Roastery")
        invited = await customer.invite_teammate(email="ines@northquay.example", first_name="Inês", last_name="Duarte")
        template = await customer.create_template(
            name="Opening hours", text="We are here from *7:30* to 18:00, and on Saturdays until two."
        )
        await customer.create_template(name="Thanks", text="Thank you! It leaves with the next van.")
        me = (await customer.get_own_teammate()).user_id
        colleague = next(one for one in (await customer.list_teammates()).teammates if one.user_id != me)
        begun = await self._simulator.begin_link(self._facts["workspace_id"], me)
        of_business = (await customer.list_waba_templates()).templates
        account = (await customer.list_waba_accounts()).waba_accounts[0]
        return {
            "team": str(team.id),
            "kai": str(colleague.user_id),
            "invited": str(invited.user_id),
            "owner": str(me),
            "template": str(template.id),
            "business_template": str(next(one.id for one in of_business if one.name == "order_ready")),
            "qr": urlsplit(begun["qr_link"]).path,
            "business_number": str(account.id),
            "outbox": self._served.eventually(self._outbox, "the address of the outbox"),
            "simulator": f"/simulator#token={self._facts['simulator_token']}",
        }

    async def _partner(self) -> dict[str, str]:
        """The demo's partner has a customer, and the owner runs this server."""
        await self._tideline("operator", "add", self._facts["owner_email"])
        facts = self._facts
        async with Reseller(facts["base_url"], facts["partner_id"], facts["partner_secret"]) as partner:
            made = await partner.create_workspace(display_name="Blue Lagoon Dental", seats_purchased=3)
        return {"partner": facts["partner_id"], "partner_workspace": made.workspace_id}

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
