"""pywa, unmodified, talks to our Graph API: what it can do there, our connector may rely on."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from pywa.errors import ExpiredAccessToken, MediaUploadError, ReEngagementMessage, TemplateParamCountMismatch
from pywa.types.message_status import MessageStatusType
from pywa.types.templates import BodyText, Template, TemplateCategory, TemplateLanguage, TemplateStatus
from pywa_async.client import WhatsApp

from tests.support.graph import Graph, Number
from tests.support.graph.webhooks import signed


@dataclass
class Heard:
    """What pywa understood of our webhooks."""

    messages: list[Any] = field(default_factory=list)
    statuses: list[Any] = field(default_factory=list)
    raw: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass
class Oracle:
    graph: Graph
    number: Number
    client: Any
    heard: Heard


@pytest.fixture
async def oracle() -> AsyncIterator[Oracle]:
    graph = Graph()
    number = graph.add_number("15550100001", "Harbour Bikes")
    number.callback = "https://shop.example/hook"
    graph.add_customer("491515550001", "Ana", user_id="DE.13491208655302741918")
    heard = Heard()
    client: Any = WhatsApp(
        phone_id=number.id,
        token=number.token,
        session=httpx.AsyncClient(transport=httpx.ASGITransport(app=graph)),
        server=None,
        verify_token="of-our-own",
        app_secret=number.app_secret,
        waba_id=number.waba_id,
    )

    async def on_message(_: WhatsApp, message: Any) -> None:
        heard.messages.append(message)

    async def on_status(_: WhatsApp, status: Any) -> None:
        heard.statuses.append(status)

    client.on_message(on_message)
    client.on_message_status(on_status)

    async def post(_url: str, body: bytes, headers: Mapping[str, str]) -> int:
        heard.raw.append(json.loads(body))
        refused = await client.webhook_update_validator(body, headers["X-Hub-Signature-256"])
        assert refused is None, refused
        _, status = await client.webhook_update_handler(body)
        return int(status)

    graph.post = post
    yield Oracle(graph, number, client, heard)
    await graph.close()


async def test_a_text_is_sent_and_its_statuses_are_understood(oracle: Oracle) -> None:
    ana = oracle.graph.customers["491515550001"]
    sent = await oracle.client.send_message(ana.phone, "Good morning 🌅", tracker="ref-1")
    [shown] = oracle.graph.screen(ana.phone)
    assert (shown.id, shown.text) == (sent.id, "Good morning 🌅")
    await ana.read(oracle.number)
    await oracle.graph.settled()
    assert [(status.id, status.status) for status in oracle.heard.statuses] == [
        (sent.id, MessageStatusType.SENT),
        (sent.id, MessageStatusType.DELIVERED),
        (sent.id, MessageStatusType.READ),
    ]
    assert oracle.heard.statuses[0].tracker == "ref-1"
    assert oracle.heard.statuses[0].pricing


async def test_a_message_comes_in_with_its_name_and_its_quote(oracle: Oracle) -> None:
    ana = oracle.graph.customers["491515550001"]
    sent = await oracle.client.send_message(ana.phone, "M or L?")
    await ana.write(oracle.number, "L, bitte 🙂", reply_to=sent.id)
    await oracle.graph.settled()
    [message] = oracle.heard.messages
    assert (message.text, message.from_user.name, message.from_user.wa_id) == ("L, bitte 🙂", "Ana", ana.phone)
    assert message.from_user.bsuid == ana.user_id
    assert message.reply_to_message
    assert message.reply_to_message.id == sent.id


async def test_a_picture_is_uploaded_sent_and_downloaded(oracle: Oracle) -> None:
    ana = oracle.graph.customers["491515550001"]
    await oracle.client.send_image(ana.phone, b"\x89PNG" + bytes(100_000), caption="Look", mime_type="image/png")
    [shown] = oracle.graph.screen(ana.phone)
    assert shown.media
    assert (shown.text, len(shown.media.data)) == ("Look", 100_004)

    file = oracle.graph.add_media(oracle.number, b"%PDF-1.7 contract", "application/pdf", "contract.pdf")
    await ana.write(oracle.number, "Signed", file=file)
    await oracle.graph.settled()
    [message] = oracle.heard.messages
    assert message.document
    assert (message.document.filename, message.caption) == ("contract.pdf", "Signed")
    assert await message.document.get_bytes() == b"%PDF-1.7 contract"


async def test_a_voice_message_is_one(oracle: Oracle) -> None:
    ana = oracle.graph.customers["491515550001"]
    await oracle.client.send_voice(ana.phone, b"OggS" + bytes(500), mime_type="audio/ogg")
    [shown] = oracle.graph.screen(ana.phone)
    assert shown.is_voice
    with pytest.raises(MediaUploadError):
        await oracle.client.send_voice(ana.phone, b"ID3" + bytes(500), mime_type="audio/mpeg")


async def test_reactions_and_read_marks(oracle: Oracle) -> None:
    ana = oracle.graph.customers["491515550001"]
    first = await ana.write(oracle.number, "One")
    await ana.write(oracle.number, "Two")
    await oracle.client.send_reaction(ana.phone, "👍", first)
    await oracle.client.mark_message_as_read(first)
    one, two = oracle.graph.screen(ana.phone)
    assert (one.reactions, one.status, two.status) == ({oracle.number.phone: "👍"}, "read", "delivered")


async def test_errors_have_the_names_that_pywa_gives_them(oracle: Oracle) -> None:
    oracle.graph.fail_next(131047, title="Re-engagement message")
    with pytest.raises(ReEngagementMessage):
        await oracle.client.send_message("491515550001", "Hello")
    oracle.number.token = "another"
    with pytest.raises(ExpiredAccessToken):
        await oracle.client.send_message("491515550001", "Hello")


async def test_templates_are_made_reviewed_and_sent(oracle: Oracle) -> None:
    filled: Any = BodyText.params
    created = await oracle.client.create_template(
        Template(
            name="order_ready",
            language=TemplateLanguage.ENGLISH_US,
            category=TemplateCategory.UTILITY,
            components=[BodyText("Hello {{1}}, order {{2}} is ready.", "Ana", "7")],
        )
    )
    template = oracle.graph.templates[created.id]
    assert created.status is TemplateStatus.PENDING
    await oracle.graph.review(template, "APPROVED")
    listed = list(await oracle.client.get_templates())
    assert [(one.name, one.status) for one in listed] == [("order_ready", TemplateStatus.APPROVED)]
    await oracle.client.send_template(
        "491515550001", "order_ready", TemplateLanguage.ENGLISH_US, params=[filled("Ana", "7")]
    )
    assert oracle.graph.screen("491515550001")[-1].text == "Hello Ana, order 7 is ready."
    with pytest.raises(TemplateParamCountMismatch):
        await oracle.client.send_template(
            "491515550001", "order_ready", TemplateLanguage.ENGLISH_US, params=[filled("Ana")]
        )


async def test_the_number_says_who_it_is(oracle: Oracle) -> None:
    number = await oracle.client.get_business_phone_number()
    assert (number.verified_name, number.display_phone_number) == ("Harbour Bikes", oracle.number.display)


async def test_what_is_signed_with_another_secret_is_refused_by_pywa(oracle: Oracle) -> None:
    assert await oracle.client.webhook_update_validator(b"{}", signed(b"{}", "other")["X-Hub-Signature-256"])
