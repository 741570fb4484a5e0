"""The simulated Business Platform: numbers without a phone, their templates and figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import phonenumbers

from tideline.connectors.simulator.errors import NotBusiness, TemplateNotFound
from tideline.connectors.simulator.model import Business, Link, LinkId, Phone
from tideline.connectors.simulator.step import Step
from tideline.connectors.simulator.store import business as store
from tideline.connectors.simulator.store import links
from tideline.connectors.simulator.templates import NewTemplate, Template
from tideline.features.numbers.port import AnalyticsQuestion, TemplateChanged
from tideline.platform.db import Connection, Row

DAY = timedelta(days=1)


async def open_number(step: Step, digits: str, waba_id: str | None) -> Phone:
    """The Business Platform speaks for this phone from now on; the same again changes nothing."""
    phone = await step.phone(digits)
    if phone.business is not None:
        return phone
    opened = Business(step.seed.platform_id(f"number:{digits}"), waba_id or step.seed.platform_id("account"))
    await store.insert(step.tx, phone.id, opened.phone_number_id, opened.waba_id)
    phone = replace(phone, business=opened)
    step.enter(phone)
    return phone


async def link(step: Step, digits: str, workspace_id: int, number_id: int) -> None:
    """A business number has nothing to scan, so its link is made by whoever knows both. Others get none here."""
    if await links.find_by_number(step.tx, number_id):
        return
    await step.load(phones_=[digits])
    phone = step.cast.by_phone.get(digits)
    if phone is None or phone.business is None:
        return
    made = Link(LinkId(step.new_id()), phone.id, number_id, 0, is_open=False)
    await links.insert_link(step.tx, made, workspace_id, None, step.now)
    await links.adopt(step.tx, made.id, number_id)


# Templates ---------------------------------------------------------------------------------------------------------


async def add_template(step: Step, digits: str, new: NewTemplate) -> Template:
    """A template for the number's account; written again it is another text under the same id."""
    waba_id = account_of(await step.phone(digits)).waba_id
    number = step.new_id()
    known = await store.find_template(step.tx, waba_id, new.name, new.language)
    template = Template(
        external_id=known.external_id if known else step.seed.platform_id(f"template:{number}"),
        waba_id=waba_id,
        name=new.name,
        language=new.language,
        status=new.status,
        category=new.category,
        parameter_format=new.parameter_format,
        components=new.components,
    )
    await store.save_template(step.tx, number, template)
    if known is None or known.status != template.status:
        await _tell(step, template, None)
    return template


async def review(
    step: Step, digits: str, name: str, status: str, *, language: str | None = None, reason: str | None = None
) -> Template:
    """WhatsApp looks at a template: everybody who speaks for a number of its account hears of it."""
    waba_id = account_of(await step.phone(digits)).waba_id
    template = await store.find_template(step.tx, waba_id, name, language)
    if template is None:
        raise TemplateNotFound(f"The account of +{digits} has no template {name}.")
    reviewed = replace(template, status=status)
    await store.save_template(step.tx, step.new_id(), reviewed)
    await _tell(step, reviewed, reason)
    return reviewed


async def _tell(step: Step, template: Template, reason: str | None) -> None:
    phones = await store.phones_of(step.tx, template.waba_id)
    await step.load(ids=phones)
    event = TemplateChanged(template.external_id, template.name, template.language, template.status, step.now, reason)
    for phone in phones:
        for one in step.links_of(step.cast.phones[phone]):
            step.tell(one, event)


def account_of(phone: Phone) -> Business:
    """The business account that a number is in."""
    if phone.business is None:
        raise NotBusiness(f"+{phone.phone} is no business number.")
    return phone.business


# Figures -----------------------------------------------------------------------------------------------------------


async def figures(conn: Connection, phone: Phone, question: AnalyticsQuestion) -> Mapping[str, Any]:
    """Volumes by day, in the form in which the platform gives them."""
    rows = await store.sent_by(conn, phone.id, question.start, question.end)
    return {
        "analytics": {
            "phone_numbers": [phone.phone],
            "granularity": "DAY",
            "data_points": _points(Counter(), rows, ("sent", "delivered")),
        },
        "pricing_analytics": {"data": [{"data_points": _pricing(rows, question.dimensions)}]},
    }


def _points(sums: Counter[tuple[datetime, str]], rows: Sequence[Row], names: Sequence[str]) -> list[dict[str, Any]]:
    for row in rows:
        for name in names:
            sums[row["day"], name] += row[name]
    days = sorted({day for day, _ in sums})
    return [{**_day(day), **{name: sums[day, name] for name in names}} for day in days]


def _pricing(rows: Sequence[Row], dimensions: Sequence[str]) -> list[dict[str, Any]]:
    volumes: Counter[tuple[datetime, tuple[tuple[str, str], ...]]] = Counter()
    for row in rows:
        known = {
            "COUNTRY": _country(row["customer"]),
            "PRICING_CATEGORY": row["category"] or "SERVICE",
            "PRICING_TYPE": "REGULAR",
        }
        volumes[row["day"], tuple((name.lower(), known[name]) for name in dimensions)] += row["delivered"]
    return [{**_day(day), "volume": volume, **dict(keys)} for (day, keys), volume in sorted(volumes.items())]


def _day(day: datetime) -> dict[str, int]:
    start = day.replace(tzinfo=UTC)
    return {"start": int(start.timestamp()), "end": int((start + DAY).timestamp())}


def _country(digits: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(f"+{digits}")) or "UNKNOWN"
    except phonenumbers.NumberParseException:
        return "UNKNOWN"
