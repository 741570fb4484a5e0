"""Makes right requests of well-formed ones: with things that are there, and names and phones that are some."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from schemathesis import Case

from tests.support.running_shop import A_MONTH, RunningShop
from tests.support.samples import FILES, NAMED_BY_ITS_NAME, THINGS, example, names
from tests.support.web_server import PDF
from tideline.surfaces.api.contract import Operation
from tideline.surfaces.api.idempotency import HEADER

LEFT = 0.1
"""This much is left as it was made up, for the answers to that."""
EITHER_OR = [("attachment_template_id", "file_uid"), ("template", "text"), ("template", "file_uid")]
TEMPLATES = [
    {"name": "order_ready", "language": "en", "variables": {"body": ["Tom", "A-1027"]}},
    {"name": "roast_of_the_month", "language": "en", "variables": {"body": {"roast": "Kenya"}}},
]
"""Those of the demo that are approved."""
BUSINESS = "waba"
"""The tag of operations on things of business numbers; what adds such numbers has another one."""

Filler = Callable[[RunningShop, Random, Any], Any]


@dataclass(frozen=True)
class Filling:
    """One request that is about to be filled."""

    case: Case[Any]
    operation: Operation
    shop: RunningShop
    random: Random

    @property
    def _things(self) -> RunningShop:
        return self.shop.business if self.operation.tag == BUSINESS else self.shop

    def fill(self) -> None:
        """Path, query, body and key."""
        case = self.case
        self.fill_path()
        case.query = self._filled(case.query)
        if isinstance(case.body, Mapping):
            case.body = self._filled(self._decided({**self._base(), **case.body}))
        if case.headers and HEADER in case.headers:
            case.headers[HEADER] = self.shop.fresh(case.headers[HEADER][:200])

    def fill_path(self) -> None:
        for name in self.operation.path_parameters:
            value = self._thing_in_path(name)
            if value is not None:
                self.case.path_parameters = {**self.case.path_parameters, name: value}

    def _thing_in_path(self, name: str) -> Any:
        """What is deleted must not be missing for others: it is made for that, or it never was."""
        is_used_up = self.operation.method == "DELETE" and self.operation.path.endswith(f"{{{name}}}")
        is_left = self._is_left(LEFT / len(self.operation.path_parameters))
        if is_used_up:
            return 0 if is_left else self.shop.spare(name)
        return None if is_left else self._things.pick(name, self.random, self.case.path_parameters)

    def _base(self) -> dict[str, Any]:
        """The contract's words say more than its schemas, so a JSON body begins as its example."""
        return (example(self.operation) or {}) if self.case.media_type == "application/json" else {}

    def _decided(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        for one, other in EITHER_OR:
            if one in body and other in body and not self._is_left(LEFT):
                body = {name: value for name, value in body.items() if name != other}
        return body

    def _filled(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value if self._is_left(LEFT / 2) else self._value(name, value)
            for name, value in (values or {}).items()
        }

    def _value(self, name: str, value: Any) -> Any:
        if name not in names(self.operation):
            return value
        if (self.operation.id, name) in NAMED_BY_ITS_NAME or name in THINGS:
            return self._things.pick(name, self.random, self.case.path_parameters)
        filler = FILLERS.get((self.operation.id, name)) or FILLERS.get(name)
        return filler(self._things, self.random, value) if filler else value

    def _is_left(self, share: float) -> bool:
        return self.random.random() < share


def _a_date(_shop: RunningShop, random: Random, _value: Any) -> str:
    day, hour = random.randint(1, 28), random.randint(0, 23)
    return random.choice((f"2026-03-{day:02} {hour:02}:35", f"2026-11-{day:02}", f"2026-11-{day:02}T{hour:02}:00:00Z"))


def _a_phone(shop: RunningShop, random: Random, _value: Any) -> str:
    return random.choice((random.choice(shop.things["phone"]), f"+1555020{random.randint(0, 9999):04}"))


def _a_name(shop: RunningShop, _random: Random, value: Any) -> str:
    return shop.fresh("".join(one for one in str(value)[:40] if one.isprintable()))


def _some_text(_shop: RunningShop, _random: Random, value: Any) -> Any:
    return f"Hello {value}" if isinstance(value, str) and not value.strip() else value


FILLERS: dict[str | tuple[str, str], Filler] = {
    "phone": _a_phone,
    "whatsapp_phone": _a_phone,
    "sender": _a_phone,
    "q": lambda _shop, random, value: random.choice(("hello", "h* le*", '"hello mira"', str(value)[:100] + "h*")),
    "after": _a_date,
    "before": _a_date,
    "created_after": _a_date,
    "created_before": _a_date,
    "updated_after": _a_date,
    "updated_before": _a_date,
    "since": _a_date,
    ("listEvents", "after"): lambda shop, random, _value: random.choice(shop.things["cursor"]),
    ("listEvents", "wait"): lambda _shop, _random, _value: 1,
    "text": _some_text,
    "chat_name": lambda shop, _random, value: shop.fresh(str(value)[:200]),
    ("updateChat", "name"): lambda shop, _random, value: shop.fresh(str(value)[:200]),
    "title": _a_name,
    "first_name": _a_name,
    "last_name": _a_name,
    ("updateTeammate", "suspended"): lambda _shop, _random, _value: False,
    "file": lambda _shop, _random, value: PDF + (value if isinstance(value, bytes) else str(value).encode()),
    "email": lambda shop, _random, _value: f"{shop.fresh('ines').replace(' ', '')}@northquay.example",
    "url": lambda shop, _random, _value: shop.remote.url(f"/hook?n={next(shop.serial)}"),
    ("sendVoiceMessage", "file"): lambda _shop, _random, _value: FILES["sendVoiceMessage"],
    ("sendVoiceMessage", "metadata"): lambda _shop, random, _value: f'{{"crm_id": {random.randint(0, 99)}}}',
    ("sendFileMessage", "metadata"): lambda _shop, random, _value: f'{{"crm_id": {random.randint(0, 99)}}}',
    "template": lambda _shop, random, _value: random.choice(TEMPLATES),
    ("sendWabaMessageToPhone", "phone"): lambda shop, random, _value: random.choice(shop.things["phone"]),
    ("requestWabaAnalytics", "start"): lambda _shop, random, _value: A_MONTH["start"] + random.randint(0, 999),
    ("requestWabaAnalytics", "end"): lambda _shop, random, _value: A_MONTH["end"] - random.randint(0, 999),
    "dimensions": lambda _shop, random, _value: random.choice(("COUNTRY", "COUNTRY,PRICING_TYPE", "PRICING_CATEGORY")),
    ("addWabaAccount", "phone"): lambda shop, _random, _value: f"+1555093{next(shop.serial):04}",
    "meta_phone_id": lambda shop, _random, _value: f"1090{next(shop.serial):011}",
    "meta_waba_id": lambda shop, _random, _value: f"2090{next(shop.serial):011}",
    "access_token": lambda shop, _random, _value: f"token-{next(shop.serial)}",
    "app_secret": lambda shop, _random, _value: f"secret-{next(shop.serial)}",
    ("addWabaAccount", "name"): _a_name,
    "display_phone_number": _a_name,
    "download_url": lambda shop, _random, _value: shop.remote.url(f"/{next(shop.serial)}.pdf"),
}
