"""Promises about business numbers: the window, templates and their reviews, failures with their reason, figures."""

from datetime import timedelta

import pytest

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import Promises
from tideline.features.numbers.port import (
    AnalyticsQuestion,
    BusinessConnector,
    CallEnded,
    MessageReceived,
    Peer,
    StatusChanged,
    TemplateChanged,
    TemplateMessage,
    TemplateRefused,
    Text,
    WindowClosed,
)

ORDER = "Hello {{1}}, your order {{2}} is on its way."
NAMED = "Hello {{name}}, your table is ready."
RE_ENGAGEMENT, UNDELIVERABLE = 131047, 131026


def order_update(*body: str) -> TemplateMessage:
    return TemplateMessage("order_update", "en", f"Hello {', '.join(body)}", body=body)


class BusinessPromises(Promises):
    @pytest.fixture
    async def business(self, connector: BusinessConnector) -> BusinessConnector:
        return connector

    async def test_templates_are_listed_as_the_platform_has_them(
        self, business: BusinessConnector, network: Network, shop: Linked
    ) -> None:
        await network.add_template(shop.phone, "order_update", ORDER, header="Order {{1}}")
        await network.add_template(shop.phone, "table_ready", NAMED, status="PENDING")
        found = {one.name: one for one in await business.templates(shop.account)}
        assert {name: one.status for name, one in found.items()} == {
            "order_update": "APPROVED",
            "table_ready": "PENDING",
        }
        assert (found["order_update"].parameter_format, found["table_ready"].parameter_format) == (
            "POSITIONAL",
            "NAMED",
        )
        assert [(one["type"], one["text"]) for one in found["order_update"].components] == [
            ("HEADER", "Order {{1}}"),
            ("BODY", ORDER),
        ]

    @pytest.mark.parametrize("status", ["APPROVED", "REJECTED"])
    async def test_a_review_is_reported(
        self, gateway: Gateway, business: BusinessConnector, network: Network, shop: Linked, status: str
    ) -> None:
        await network.add_template(shop.phone, "order_update", ORDER, status="PENDING")
        [template] = await business.templates(shop.account)
        await network.review(shop.phone, "order_update", status)
        event = await gateway.next(TemplateChanged, lambda event: event.status == status)
        assert (event.name, event.language, event.external_id) == ("order_update", "en", template.external_id)
        assert [one.status for one in await business.templates(shop.account)] == [status]

    async def test_a_template_arrives_with_its_variables_in_place(
        self, business: BusinessConnector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.add_template(shop.phone, "order_update", ORDER)
        await network.add_template(shop.phone, "table_ready", NAMED)
        text = "Hello Ana, your order A-1 is on its way."
        by_order = TemplateMessage("order_update", "en", text, body=["Ana", "A-1"])
        by_name = TemplateMessage(
            "table_ready", "en", "Hello Ana, your table is ready.", header={}, body={"name": "Ana"}
        )
        for number, message in enumerate((by_order, by_name)):
            await business.send(shop.account, Peer(phone=ana), message, client_ref=f"m-{number}")
        assert [message.text for message in await network.screen(ana)] == [text, "Hello Ana, your table is ready."]

    async def test_a_template_with_the_wrong_variables_is_refused(
        self, business: BusinessConnector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.add_template(shop.phone, "order_update", ORDER)
        for wrong in (order_update(), order_update("Ana"), order_update("Ana", "A-1", "more")):
            with pytest.raises(TemplateRefused):
                await business.send(shop.account, Peer(phone=ana), wrong, client_ref="m-1")
        assert await network.screen(ana) == []

    @pytest.mark.parametrize("status", ["PENDING", "REJECTED"])
    async def test_only_an_approved_template_is_taken(
        self, business: BusinessConnector, network: Network, shop: Linked, ana: str, status: str
    ) -> None:
        await network.add_template(shop.phone, "order_update", ORDER, status=status)
        for name in ("order_update", "nothing"):
            message = TemplateMessage(name, "en", "Hello", body=["Ana", "A-1"])
            with pytest.raises(TemplateRefused):
                await business.send(shop.account, Peer(phone=ana), message, client_ref="m-1")
        assert await network.screen(ana) == []

    async def test_free_messages_are_delivered_for_a_day_after_the_customer_wrote(
        self, gateway: Gateway, business: BusinessConnector, network: Network, shop: Linked, ana: str
    ) -> None:
        assert await self.is_refused(gateway, business, shop, ana), "before anybody wrote"
        await network.write(ana, shop.phone, "Hello?")
        await gateway.next(MessageReceived, lambda event: not event.from_me)
        await business.send(shop.account, Peer(phone=ana), Text("At your service"), client_ref="m-1")
        await network.pass_time(timedelta(hours=25))
        assert await self.is_refused(gateway, business, shop, ana), "a day later"
        await network.add_template(shop.phone, "order_update", ORDER)
        await business.send(shop.account, Peer(phone=ana), order_update("Ana", "A-1"), client_ref="m-2")
        assert len([one for one in await network.screen(ana) if one.author == shop.phone]) == 2

    async def is_refused(self, gateway: Gateway, business: BusinessConnector, shop: Linked, ana: str) -> bool:
        """At once, or when the platform has looked at it."""
        try:
            sent = await business.send(shop.account, Peer(phone=ana), Text("Still there?"), client_ref="m-0")
        except WindowClosed as problem:
            return problem.failure is not None and problem.failure.code == RE_ENGAGEMENT
        failed = await gateway.next(StatusChanged, lambda event: event.status == "failed")
        assert list(failed.external_ids) == [sent.external_id]
        return failed.failure is not None and failed.failure.code == RE_ENGAGEMENT

    async def test_what_cannot_be_delivered_fails_with_its_reason(
        self, gateway: Gateway, business: BusinessConnector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.add_template(shop.phone, "order_update", ORDER)
        await network.lose_next(ana)
        sent = await business.send(shop.account, Peer(phone=ana), order_update("Ana", "A-1"), client_ref="m-1")
        failed = await gateway.next(StatusChanged, lambda event: event.status == "failed")
        assert (failed.chat, list(failed.external_ids)) == (Peer(phone=ana), [sent.external_id])
        assert failed.failure is not None
        assert failed.failure.code == UNDELIVERABLE
        assert failed.failure.title
        assert await network.screen(ana) == []

    async def test_a_call_of_the_customer_is_reported(
        self, gateway: Gateway, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.call(ana, shop.phone, "missed")
        call = await gateway.next(CallEnded)
        assert (call.chat, call.direction) == (Peer(phone=ana), "incoming")

    async def test_figures_count_what_was_sent(
        self, gateway: Gateway, business: BusinessConnector, network: Network, shop: Linked, ana: str
    ) -> None:
        await network.write(ana, shop.phone, "Hello?")
        heard = await gateway.next(MessageReceived)
        await business.send(shop.account, Peer(phone=ana), Text("At your service"), client_ref="m-1")
        await gateway.next(StatusChanged, lambda event: event.status == "delivered")
        question = AnalyticsQuestion(heard.at - timedelta(days=2), heard.at + timedelta(days=2), ("COUNTRY",))
        answer = await business.analytics(shop.account, question)
        points = answer["analytics"]["data_points"]
        assert sum(point["sent"] for point in points) == sum(point["delivered"] for point in points) == 1
        assert sum(one["volume"] for group in answer["pricing_analytics"]["data"] for one in group["data_points"]) == 1

    async def test_a_number_is_described(self, business: BusinessConnector, shop: Linked) -> None:
        profile = await business.profile(shop.account)
        assert profile.phone == shop.phone
        assert profile.display_phone
        assert profile.name == "Shop"
