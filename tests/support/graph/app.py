"""The emulated Graph API: state, what drives it, and the application that answers for it."""

import asyncio
import itertools
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from tests.support.graph.customers import Customer
from tests.support.graph.model import Failure, Media, Number, Said, Template
from tests.support.graph.routes import application
from tests.support.graph.webhooks import Outbox, Post, body_of

DAY = 24 * 3600


class Graph:
    """One small Business Platform."""

    def __init__(self) -> None:
        self.numbers: dict[str, Number] = {}
        self.customers: dict[str, Customer] = {}
        self.media: dict[str, Media] = {}
        self.templates: dict[str, Template] = {}
        self.said: dict[str, Said] = {}
        self.failures: deque[Failure] = deque()
        self.requests: list[tuple[str, str, Any]] = []
        self.media_base = "https://lookaside.fbsbx.com"
        self.keeps_windows = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._held: dict[str, asyncio.Event] = {}
        self.ahead = 0
        self.post: Post = _nowhere
        self._serial = itertools.count(1)
        self._outboxes: defaultdict[str, Outbox] = defaultdict(lambda: Outbox(lambda: self.post))
        self._app = application(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    # What a test sets up -------------------------------------------------------------------------------------

    def add_number(
        self, phone: str, name: str = "Harbour Bikes", *, waba_id: str | None = None, like: Number | None = None
    ) -> Number:
        """A number of a new business account and a new app; or of the account and app of another number."""
        serial = next(self._serial)
        number = Number(
            id=f"10{serial:013d}",
            phone=phone,
            name=name,
            waba_id=waba_id or (like.waba_id if like else f"20{serial:013d}"),
            token=like.token if like else f"EAAG{serial:032d}",
            app_id=like.app_id if like else f"30{serial:013d}",
            app_secret=like.app_secret if like else f"{serial:032x}",
        )
        self.numbers[number.id] = number
        return number

    def add_customer(self, phone: str, name: str, *, user_id: str | None = None) -> Customer:
        customer = self.customers[phone] = Customer(self, phone, name, user_id)
        return customer

    def add_media(self, owner: Number, data: bytes, mimetype: str, filename: str = "file") -> Media:
        media = Media(str(7_000_000 + next(self._serial)), owner.id, mimetype, data, filename)
        self.media[media.id] = media
        return media

    def add_template(
        self,
        owner: Number,
        name: str,
        components: list[dict[str, Any]],
        *,
        language: str = "en",
        category: str = "UTILITY",
        parameter_format: str = "POSITIONAL",
    ) -> Template:
        """A template that waits for its review."""
        template = Template(
            str(9_000_000 + next(self._serial)), owner.waba_id, name, language, category, components, parameter_format
        )
        self.templates[template.id] = template
        return template

    def fail_next(self, code: int, status: int = 400, title: str = "Refused", details: str = "As asked.") -> None:
        """The next message that is sent is refused like this."""
        self.failures.append(Failure(code, status, title, details))

    def hold(self, phone: str) -> None:
        """Take messages to this phone, and say so only when it is let go."""
        self._held[phone] = asyncio.Event()

    def let_go(self, phone: str) -> None:
        self._held.pop(phone).set()

    # What its parts ask --------------------------------------------------------------------------------------

    def now(self) -> int:
        return int(time.time()) + self.ahead

    def new_id(self, prefix: str = "wamid") -> str:
        return f"{prefix}.HBgLMTU1NTAxMDAwMDEVAgASGBQ{next(self._serial):020X}AA=="

    async def answerable(self, phone: str) -> None:
        """Wait as long as a test wants that no answer goes out."""
        await self.may_answer.wait()
        if phone in self._held:
            await self._held[phone].wait()

    def number_of(self, phone: str) -> Number:
        return next(number for number in self.numbers.values() if number.phone == phone)

    def between(self, one: str, other: str) -> list[Said]:
        return [said for said in self.said.values() if {said.author, said.to} == {one, other}]

    def screen(self, phone: str) -> list[Said]:
        """What a phone shows: what it wrote, and what has arrived."""
        return [
            said
            for said in self.said.values()
            if said.author == phone or (said.to == phone and said.status not in ("sent", "failed"))
        ]

    def is_window_open(self, number: Number, customer: Customer) -> bool:
        heard = [said.at for said in self.between(number.phone, customer.phone) if said.author == customer.phone]
        return bool(heard) and self.now() - max(heard) < DAY

    # What the platform does ----------------------------------------------------------------------------------

    async def accept(self, number: Number, said: Said) -> None:
        """A message of a number was taken: it goes its way, and the webhooks tell how far it got."""
        self.said[said.id] = said
        customer = self.customers.get(said.to)
        if customer is None or not customer.is_on_whatsapp:
            await self._fail(number, said, Failure(131026, title="Message undeliverable"))
        elif self.keeps_windows and said.kind != "template" and not self.is_window_open(number, customer):
            details = "More than 24 hours have passed since the recipient last replied."
            await self._fail(number, said, Failure(131047, title="Re-engagement message", details=details))
        else:
            await self.tell_status(number, customer, said, "sent")
            await self._deliver(number, customer, said)

    async def deliver_waiting(self, customer: Customer) -> None:
        for said in list(self.said.values()):
            if said.to == customer.phone and said.status == "sent":
                await self._deliver(self.number_of(said.author), customer, said)

    async def _deliver(self, number: Number, customer: Customer, said: Said) -> None:
        if customer.is_online:
            said.status = "delivered"
            await self.tell_status(number, customer, said, "delivered")

    async def _fail(self, number: Number, said: Said, failure: Failure) -> None:
        said.status = "failed"
        status = self._status(said, "failed") | {"errors": [failure.in_webhook]}
        await self.tell(number, "messages", statuses=[status])

    async def tell_status(self, number: Number, customer: Customer, said: Said, word: str) -> None:
        pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
        status = self._status(said, word) | {"pricing": pricing}
        if customer.user_id:
            status["recipient_user_id"] = customer.user_id
        await self.tell(number, "messages", contacts=[customer.contact], statuses=[status])

    def _status(self, said: Said, word: str) -> dict[str, Any]:
        status = {"id": said.id, "status": word, "timestamp": str(self.now()), "recipient_id": said.to}
        return status | ({"biz_opaque_callback_data": said.ref} if said.ref else {})

    async def type_on_phone(self, number: Number, to: str, text: str) -> str:
        """Coexistence: the owner writes in the WhatsApp Business app."""
        said = Said(self.new_id(), number.phone, to, "text", {"body": text}, self.now(), status="delivered")
        self.said[said.id] = said
        echo = {
            "from": number.phone, "to": to, "id": said.id, "timestamp": str(said.at), "type": "text",
            "text": {"body": text},
        }  # fmt: skip
        await self.tell(number, "smb_message_echoes", message_echoes=[echo])
        return said.id

    async def review(self, template: Template, status: str, reason: str = "NONE") -> None:
        """Meta has looked at a template, or has switched it off."""
        template.status, template.reason = status, reason
        value = {
            "event": status,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "message_template_category": template.category,
            "reason": reason,
        }
        self.tell_account(template.waba_id, "message_template_status_update", value)

    async def restrict(self, number: Number, is_restricted: bool) -> None:
        number.is_restricted = is_restricted
        if is_restricted:
            kinds = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING")
            info = [{"restriction_type": kind, "expiration": self.now() + DAY} for kind in kinds]
            value: dict[str, Any] = {"event": "ACCOUNT_RESTRICTION", "restriction_info": info}
        else:
            value = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}
        self.tell_account(number.waba_id, "account_update", value)

    async def disable(self, number: Number) -> None:
        number.is_disabled = True
        info = {"waba_ban_state": "DISABLE", "waba_ban_date": "November 27, 2026"}
        self.tell_account(number.waba_id, "account_update", {"event": "DISABLED_UPDATE", "ban_info": info})

    async def delete(self, number: Number) -> None:
        number.is_deleted = True
        self.tell_account(number.waba_id, "account_update", {"event": "ACCOUNT_DELETED"})

    async def tell(self, number: Number, field: str, **what: Iterable[Any]) -> None:
        """News about one number."""
        value = {"messaging_product": "whatsapp", "metadata": number.metadata, **what}
        self.tell_raw(number, body_of(number.waba_id, [{"field": field, "value": value}], self.now()))

    def tell_account(self, waba_id: str, field: str, value: Mapping[str, Any]) -> None:
        """News about a business account, once for each app that listens."""
        seen: set[str] = set()
        for number in self.numbers.values():
            if number.waba_id == waba_id and number.app_id not in seen:
                seen.add(number.app_id)
                self.tell_raw(number, body_of(waba_id, [{"field": field, "value": value}], self.now()))

    def tell_raw(self, number: Number, body: Mapping[str, Any]) -> None:
        """Any body, signed as this number's app signs."""
        self._outboxes[number.app_id].put(number, body)

    async def settled(self) -> None:
        """Every webhook so far was taken."""
        for outbox in list(self._outboxes.values()):
            await outbox.drained()

    async def close(self) -> None:
        for outbox in self._outboxes.values():
            await outbox.close()


async def _nowhere(_url: str, _body: bytes, _headers: Mapping[str, str]) -> int:
    return 200
