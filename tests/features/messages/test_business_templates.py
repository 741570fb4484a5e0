"""Templates: what stands in their placeholders, and how they are kept in step with WhatsApp."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.world import ORDER_UPDATE, START, World
from tideline.features import business, numbers
from tideline.features.business import (
    BusinessTemplateId,
    Template,
    TemplateNotApproved,
    TemplateNotFound,
    TemplateVariablesMismatch,
    WantedTemplate,
)
from tideline.features.numbers import Number, Synchronise
from tideline.features.numbers.port import BusinessTemplate, TemplateChanged


def made(body: str, *, header: str | None = None, named: bool = False, **more: Any) -> Template:
    components: list[dict[str, Any]] = [{"type": "BODY", "text": body}]
    if header is not None:
        components.insert(0, {"type": "HEADER", "format": "TEXT", "text": header})
    return Template(
        1, BusinessTemplateId(1), "21", "13", "offer", "en", "APPROVED", "MARKETING",
        "NAMED" if named else "POSITIONAL", more.pop("components", components), START, START,
    )  # fmt: skip


def filled(template: Template, header: Any = (), body: Any = ()) -> tuple[str, Any, Any]:
    message = business.fill(template, WantedTemplate("offer", "en", header, body))
    return message.text, message.header, message.body


HELLO = made("Hello {{1}}, {{2}} is ready")
FITTING: dict[str, tuple[Template, Any, Any, tuple[str, Any, Any]]] = {
    "none": (made("Hello"), (), (), ("Hello", [], [])),
    "in their order": (HELLO, (), ["Mira", "A-1"], ("Hello Mira, A-1 is ready", [], ["Mira", "A-1"])),
    "by their numbers": (HELLO, (), {"2": "A-1", "1": "Mira"}, ("Hello Mira, A-1 is ready", [], ["Mira", "A-1"])),
    "numbers too": (HELLO, (), ["Mira", 7], ("Hello Mira, 7 is ready", [], ["Mira", "7"])),
    "one twice": (made("{{1}} and {{1}}"), (), ["Mira"], ("Mira and Mira", [], ["Mira"])),
    "in another order in the text": (made("{{2}} {{1}}"), (), ["one", "two"], ("two one", [], ["one", "two"])),
    "named": (made("Hi {{name}}", named=True), (), {"name": "Mira"}, ("Hi Mira", {}, {"name": "Mira"})),
    "named, as a list": (made("Hi {{name}}", named=True), (), ["Mira"], ("Hi Mira", {}, {"name": "Mira"})),
    "a header": (made("Hi", header="For {{1}}"), ["Mira"], (), ("For Mira\n\nHi", ["Mira"], [])),
    "what looks like a placeholder": (made("Hi {{1}}"), (), ["{{1}}"], ("Hi {{1}}", [], ["{{1}}"])),
}


@pytest.mark.parametrize(("template", "header", "body", "expected"), FITTING.values(), ids=FITTING)
def test_variables_that_fit(template: Template, header: Any, body: Any, expected: tuple[str, Any, Any]) -> None:
    assert filled(template, header, body) == expected


MISFITS: dict[str, tuple[Template, Any, Any]] = {
    "too few": (HELLO, (), ["Mira"]),
    "too many": (HELLO, (), ["Mira", "A-1", "more"]),
    "none at all": (HELLO, (), ()),
    "an unknown name": (made("Hi {{name}}", named=True), (), {"nome": "Mira"}),
    "one name more": (made("Hi {{name}}", named=True), (), {"name": "Mira", "x": "y"}),
    "a header that takes none": (HELLO, ["x"], ["Mira", "A-1"]),
    "an empty text": (HELLO, (), ["Mira", " "]),
    "nothing": (HELLO, (), ["Mira", None]),
    "true": (HELLO, (), ["Mira", True]),
    "a list in a list": (HELLO, (), ["Mira", ["A-1"]]),
    "a text instead of a list": (made("{{1}}"), (), "M"),
    "null": (HELLO, (), None),
    "a book": (HELLO, (), ["Mira", "x" * 5000]),
    "a picture in the header": (made("", components=[{"type": "HEADER", "format": "IMAGE"}]), (), ()),
    "a button with a variable": (
        made("", components=[{"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x.example/{{1}}"}]}]),
        (),
        (),
    ),
}


@pytest.mark.parametrize(("template", "header", "body"), MISFITS.values(), ids=MISFITS)
def test_variables_that_do_not_fit(template: Template, header: Any, body: Any) -> None:
    with pytest.raises(TemplateVariablesMismatch):
        filled(template, header, body)


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED"])
def test_only_what_is_approved_is_sent(status: str) -> None:
    with pytest.raises(TemplateNotApproved):
        filled(replace(made("Hello"), status=status))


# In step with WhatsApp -------------------------------------------------------------------------------------------

PENDING = replace(ORDER_UPDATE, external_id="2", name="bike_ready", status="PENDING")


@pytest.fixture
async def number(world: World) -> Number:
    return await world.business_number()


async def statuses(world: World) -> dict[str, str]:
    found, _ = await world.run(business.list_templates)
    return {one.name: one.status for one in found}


async def told(world: World) -> Sequence[tuple[str, str, str | None]]:
    facts = [payload for _, payload in await world.facts("TemplateStatusChanged")]
    return [(one["template"]["name"], one["template"]["status"], one["status_before"]) for one in facts]


def news(template: BusinessTemplate, status: str, after: timedelta = timedelta(hours=1)) -> TemplateChanged:
    return TemplateChanged(template.external_id, template.name, template.language, status, START + after)


async def test_the_first_look_is_no_news(world: World, number: Number) -> None:
    await world.templates(number, ORDER_UPDATE, PENDING)
    assert await statuses(world) == {"order_update": "APPROVED", "bike_ready": "PENDING"}
    assert await told(world) == []


async def test_what_was_reviewed_since_is_told_once(world: World, number: Number) -> None:
    await world.templates(number, ORDER_UPDATE, PENDING)
    for _ in range(2):
        await world.templates(number, ORDER_UPDATE, replace(PENDING, status="APPROVED"))
        await world.receive(number, news(PENDING, "APPROVED"))
    assert await told(world) == [("bike_ready", "APPROVED", "PENDING")]


async def test_whatsapp_tells_of_a_review(world: World, number: Number) -> None:
    await world.templates(number, ORDER_UPDATE, PENDING)
    await world.receive(number, news(PENDING, "REJECTED"), news(ORDER_UPDATE, "PAUSED"))
    assert await statuses(world) == {"order_update": "PAUSED", "bike_ready": "REJECTED"}
    assert await told(world) == [("bike_ready", "REJECTED", "PENDING")]
    await world.receive(number, news(ORDER_UPDATE, "REINSTATED"))
    assert await statuses(world) == {"order_update": "APPROVED", "bike_ready": "REJECTED"}


async def test_old_news_of_a_template_are_looked_up_and_not_believed(world: World, number: Number) -> None:
    await world.templates(number, ORDER_UPDATE, PENDING)
    week = timedelta(days=7)
    world.clock.advance(week)
    await world.receive(number, news(PENDING, "REJECTED", week))
    await world.receive(number, news(PENDING, "APPROVED", timedelta(days=1)))
    assert (await statuses(world))["bike_ready"] == "REJECTED"
    assert await told(world) == [("bike_ready", "REJECTED", "PENDING")]
    await world.templates(number, ORDER_UPDATE, replace(PENDING, status="REJECTED"))
    assert await told(world) == [("bike_ready", "REJECTED", "PENDING")]


async def test_a_template_that_nobody_knows_is_looked_for(world: World, number: Number) -> None:
    await world.templates(number, ORDER_UPDATE)
    await world.receive(number, news(PENDING, "APPROVED"))
    assert await statuses(world) == {"order_update": "APPROVED"}
    await world.templates(number, ORDER_UPDATE, replace(PENDING, status="APPROVED"))
    assert await told(world) == [("bike_ready", "APPROVED", None)]


async def test_one_look_does_for_all_who_had_asked_before_it_began(world: World, number: Number) -> None:
    began = START + timedelta(hours=1)
    assert not await world.run(business.has_templates_since, number.id, began)
    await world.run(business.take_templates, number.id, [ORDER_UPDATE], as_of=began)
    assert await world.run(business.has_templates_since, number.id, began - timedelta(seconds=1))
    assert not await world.run(business.has_templates_since, number.id, began), "that may have been changed meanwhile"


async def test_what_is_gone_at_whatsapp_is_gone_here(world: World, number: Number) -> None:
    await world.templates(number, ORDER_UPDATE, PENDING)
    [gone] = [one for one in (await world.run(business.list_templates))[0] if one.name == "bike_ready"]
    await world.templates(number, ORDER_UPDATE)
    assert await statuses(world) == {"order_update": "APPROVED"}
    with pytest.raises(TemplateNotFound):
        await world.run(business.get_template, gone.id)
    assert await told(world) == [("bike_ready", "DELETED", "PENDING")]


async def test_a_template_keeps_its_id(world: World, number: Number) -> None:
    await world.templates(number, ORDER_UPDATE)
    [before] = (await world.run(business.list_templates))[0]
    await world.templates(number, replace(ORDER_UPDATE, category="MARKETING"))
    [after] = (await world.run(business.list_templates))[0]
    assert (before.id, after.category) == (after.id, "MARKETING")


async def test_adding_a_number_asks_for_its_templates(world: World, number: Number) -> None:
    assert isinstance(numbers.from_payload({"do": "synchronise", "asked_at": START.isoformat()}), Synchronise)
    async with world.db.system() as tx:
        due = await business.accounts_due(tx)
    assert (world.id, number.id) not in due, "they were asked for a moment ago"
    world.clock.advance(business.ASKED_EVERY * 2)
    async with world.db.system() as tx:
        assert (world.id, number.id) in await business.accounts_due(tx)
    await world.run(business.ask_for_templates, number.id)
    async with world.db.system() as tx:
        assert (world.id, number.id) not in await business.accounts_due(tx)


async def test_another_workspace_sees_none_of_it(world: World, number: Number, neighbour: World) -> None:
    await world.templates(number, ORDER_UPDATE)
    theirs = await neighbour.business_number()
    await neighbour.templates(theirs, PENDING)
    assert await statuses(world) == {"order_update": "APPROVED"}
    assert await statuses(neighbour) == {"bike_ready": "PENDING"}
    [mine] = (await world.run(business.list_templates))[0]
    with pytest.raises(TemplateNotFound):
        await neighbour.run(business.get_template, mine.id)
