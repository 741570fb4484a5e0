"""The connector to the Business Platform keeps the promises of business numbers, and says plainly what it cannot."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.connectors.cloud_network import CloudNetwork
from tests.connectors.contract import BusinessContract, BusinessPromises
from tests.connectors.gateway import Gateway, Linked
from tests.connectors.network import Network
from tests.connectors.suite.base import problem_of, source
from tideline.connectors.cloud import CloudConnector, store
from tideline.connectors.cloud.store import Notice, Reading
from tideline.features.numbers.port import (
    TOKEN_NOT_ACCEPTED,
    AccountRestricted,
    AccountState,
    AnalyticsQuestion,
    CallEnded,
    Capability,
    ConnectorProblem,
    FailureReason,
    Media,
    MediaKind,
    MediaRejected,
    MessageKey,
    MessageReceived,
    NotLinked,
    Offline,
    PairingRef,
    Peer,
    RateLimited,
    RecipientLimited,
    RecipientNotOnWhatsApp,
    StateChanged,
    StatusChanged,
    TemplateChanged,
    TemplateMessage,
    TemplateRefused,
    Text,
    UnknownOutcome,
    Unsupported,
    Via,
    WindowClosed,
)
from tideline.platform.db import Database

REF = "0193a5b0-7c1e-7000-8000-000000000001"


class TestCloudBusiness(BusinessPromises):
    @pytest.fixture
    async def network(self, db: Database) -> AsyncIterator[Network]:
        async with CloudNetwork.open(db) as network:
            network.graph.keeps_windows = True
            yield network


class TestCloud(BusinessContract):
    @pytest.fixture
    async def network(self, db: Database) -> AsyncIterator[Network]:
        async with CloudNetwork.open(db) as network:
            yield network


@pytest.fixture
async def network(db: Database) -> AsyncIterator[CloudNetwork]:
    async with CloudNetwork.open(db) as network:
        yield network


@pytest.fixture
def cloud(network: CloudNetwork) -> CloudConnector:
    return network.cloud()


@pytest.fixture
async def gateway(network: CloudNetwork, cloud: CloudConnector) -> AsyncIterator[Gateway]:
    gateway = Gateway(cloud, network)
    async with gateway.running():
        yield gateway


@pytest.fixture
async def shop(gateway: Gateway) -> Linked:
    return await gateway.link("Shop")


@pytest.fixture
async def ana(network: CloudNetwork) -> str:
    return await network.phone("Ana")


# What it cannot do -------------------------------------------------------------------------------------------


async def test_it_says_what_it_cannot(cloud: CloudConnector, shop: Linked) -> None:
    pairing = PairingRef(1, 1)
    calls: list[Callable[[], object]] = [
        lambda: cloud.begin_pairing(pairing),
        lambda: cloud.adopt(pairing, shop.account),
        lambda: cloud.check_numbers(shop.account, ["4915150001"]),
        lambda: cloud.groups(shop.account),
        lambda: cloud.picture(shop.account, Peer(phone="4915150001")),
        lambda: cloud.send(shop.account, Peer(group="120363000000000000@g.us"), Text("Hi"), client_ref="m-1"),
    ]
    for call in calls:
        assert isinstance(await problem_of(call), Unsupported)
    await cloud.cancel_pairing(pairing)
    for cannot in (Capability.PAIR_QR, Capability.GROUPS, Capability.NUMBER_CHECK, Capability.OWN_ECHO):
        assert cannot not in cloud.capabilities


async def test_without_its_secrets_a_number_does_not_start(
    network: CloudNetwork, cloud: CloudConnector, gateway: Gateway, shop: Linked
) -> None:
    await cloud.unlink(shop.account)
    network.accounts.remove(shop.account.number_id)
    with pytest.raises(NotLinked):
        await cloud.start(shop.account, 2)


async def test_without_a_good_token_a_number_hears_and_says_why_it_sends_nothing(
    network: CloudNetwork, cloud: CloudConnector, gateway: Gateway, shop: Linked, ana: str
) -> None:
    stopped = StateChanged(AccountState.RESTRICTED, TOKEN_NOT_ACCEPTED)
    network.graph.fail_next(190, 401)
    with pytest.raises(NotLinked):
        await cloud.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
    assert await gateway.next(StateChanged) == stopped
    await gateway.ack_all(shop)
    await cloud.stop(shop.account.number_id)
    number = network.number(shop.phone)
    number.is_deleted = True
    await cloud.start(shop.account, 2)
    assert await gateway.next(StateChanged) == stopped
    number.is_deleted = False
    await network.write(ana, shop.phone, "Are you there?")
    assert (await gateway.next(MessageReceived)).text == "Are you there?"


async def test_what_comes_in_is_heard_while_the_platform_cannot_be_asked(
    network: CloudNetwork, cloud: CloudConnector, gateway: Gateway, shop: Linked, ana: str
) -> None:
    await cloud.stop(shop.account.number_id)
    await network.set_online(shop.phone, False)
    await cloud.start(shop.account, 2)
    await network.write(ana, shop.phone, "Can you hear me?")
    assert (await gateway.next(MessageReceived)).text == "Can you hear me?"
    with pytest.raises(Offline):
        await cloud.send(shop.account, Peer(phone=ana), Text("Yes"), client_ref="m-1")


# What the platform refuses -----------------------------------------------------------------------------------


REFUSALS: dict[int, tuple[int, type[ConnectorProblem]]] = {
    0: (401, NotLinked),
    4: (400, RateLimited),
    10: (403, NotLinked),
    100: (400, Unsupported),
    190: (401, NotLinked),
    200: (403, NotLinked),
    299: (403, NotLinked),
    368: (403, AccountRestricted),
    80007: (429, RateLimited),
    130429: (429, RateLimited),
    130472: (400, RecipientLimited),
    130497: (403, AccountRestricted),
    131000: (500, UnknownOutcome),
    131008: (400, Unsupported),
    131016: (503, UnknownOutcome),
    131021: (400, RecipientNotOnWhatsApp),
    131026: (400, RecipientNotOnWhatsApp),
    131031: (403, AccountRestricted),
    131042: (400, AccountRestricted),
    131047: (400, WindowClosed),
    131048: (400, RateLimited),
    131049: (400, RecipientLimited),
    131050: (400, RecipientLimited),
    131051: (400, Unsupported),
    131052: (400, MediaRejected),
    131053: (400, MediaRejected),
    131056: (400, RateLimited),
    131057: (500, RateLimited),
    132000: (400, TemplateRefused),
    132015: (400, TemplateRefused),
    133010: (400, AccountRestricted),
    135000: (400, Unsupported),
    987654: (400, Unsupported),
    987655: (429, RateLimited),
    987656: (502, UnknownOutcome),
}


async def test_refusals_have_the_names_of_the_port(
    network: CloudNetwork, cloud: CloudConnector, shop: Linked, ana: str
) -> None:
    for code, (status, kind) in REFUSALS.items():
        network.graph.fail_next(code, status, "A title", "And details.")
        problem = await problem_of(lambda: cloud.send(shop.account, Peer(phone=ana), Text("Hi"), client_ref="m-1"))
        assert type(problem) is kind, code
        assert problem.failure == FailureReason(code, "A title", "And details.")
    assert await network.screen(ana) == []


async def test_who_is_not_there_is_told_later(
    network: CloudNetwork, cloud: CloudConnector, gateway: Gateway, shop: Linked
) -> None:
    sent = await cloud.send(shop.account, Peer(phone="15559999999"), Text("Hello?"), client_ref="m-1")
    failed = await gateway.next(StatusChanged)
    assert (failed.status, list(failed.external_ids)) == ("failed", [sent.external_id])
    assert failed.error == RecipientNotOnWhatsApp.code
    assert failed.failure
    assert failed.failure.code == 131026


async def test_a_window_that_is_closed_is_told_later_and_a_template_passes(
    network: CloudNetwork, cloud: CloudConnector, gateway: Gateway, shop: Linked, ana: str
) -> None:
    network.graph.keeps_windows = True
    await cloud.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
    assert (await gateway.next(StatusChanged)).error == WindowClosed.code
    await made(network, shop, "ping", [{"type": "BODY", "text": "Your order is ready."}])
    await cloud.send(shop.account, Peer(phone=ana), TemplateMessage("ping", "en", "-"), client_ref="m-2")
    assert [message.text for message in await network.screen(ana)] == ["Your order is ready."]


async def test_a_status_says_by_our_reference_that_the_platform_has_a_message(
    cloud: CloudConnector, gateway: Gateway, shop: Linked, ana: str
) -> None:
    sent = await cloud.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref=REF)
    told = await gateway.next(MessageReceived)
    assert (told.external_id, told.client_ref, told.via, told.text) == (sent.external_id, REF, Via.ECHO, None)
    status = await gateway.next(StatusChanged)
    assert status.status == "sent"
    assert status.pricing == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}


# Files -------------------------------------------------------------------------------------------------------


def file(
    kind: MediaKind, mimetype: str, *, name: str = "a file.bin", size: int = 10, caption: str | None = None
) -> Media:
    return Media(kind, name, mimetype, size, source(bytes(size)), caption)


NOT_TAKEN = {
    "a voice message that is none": file(MediaKind.VOICE, "audio/mpeg"),
    "a picture of six megabytes": file(MediaKind.IMAGE, "image/jpeg", size=6 * 1024 * 1024),
    "a sticker of a megabyte": file(MediaKind.STICKER, "image/webp", size=1024 * 1024),
    "text beside a sound": file(MediaKind.AUDIO, "audio/mpeg", caption="Listen"),
    "text without an end": file(MediaKind.IMAGE, "image/png", caption="x" * 1025),
}


@pytest.mark.parametrize("media", NOT_TAKEN.values(), ids=NOT_TAKEN)
async def test_what_the_platform_would_not_take_is_not_brought_there(
    media: Media, network: CloudNetwork, cloud: CloudConnector, shop: Linked, ana: str
) -> None:
    problem = await problem_of(lambda: cloud.send(shop.account, Peer(phone=ana), media, client_ref="m-1"))
    assert isinstance(problem, MediaRejected | Unsupported)
    assert network.graph.media == {}


async def test_what_is_not_shown_in_place_goes_as_a_document_under_its_name(
    network: CloudNetwork, cloud: CloudConnector, shop: Linked, ana: str
) -> None:
    picture = file(MediaKind.IMAGE, "image/webp", name='plän "A"\r\n.webp', caption="The plan")
    await cloud.send(shop.account, Peer(phone=ana), picture, client_ref="m-1")
    [said] = network.graph.screen(ana)
    assert (said.kind, said.content["filename"], said.text) == ("document", 'plän "A"\r\n.webp', "The plan")


async def test_a_source_of_another_size_sends_nothing(
    network: CloudNetwork, cloud: CloudConnector, shop: Linked, ana: str
) -> None:
    short = Media(MediaKind.DOCUMENT, "a.pdf", "application/pdf", 10, source(b"12345"))
    with pytest.raises(OSError, match="size"):
        await cloud.send(shop.account, Peer(phone=ana), short, client_ref="m-1")
    assert network.graph.screen(ana) == []


# People ------------------------------------------------------------------------------------------------------


async def test_who_shows_no_phone_is_heard_and_answered(
    network: CloudNetwork, cloud: CloudConnector, gateway: Gateway, shop: Linked, ana: str
) -> None:
    customer = network.customer(ana)
    customer.user_id, customer.shows_phone = "DE.13491208655302741918", False
    await network.write(ana, shop.phone, "It is me")
    message = await gateway.next(MessageReceived)
    assert (message.chat, message.push_name) == (Peer(lid="DE.13491208655302741918"), "Ana")
    key = MessageKey(message.chat, message.external_id, from_me=False)
    await cloud.send(shop.account, message.chat, Text("Welcome"), client_ref="m-1", reply_to=key)
    assert (await network.screen(ana))[-1].text == "Welcome"


async def test_who_shows_both_addresses_is_one_person(
    network: CloudNetwork, gateway: Gateway, shop: Linked, ana: str
) -> None:
    network.customer(ana).user_id = "DE.13491208655302741918"
    await network.write(ana, shop.phone, "It is me")
    assert (await gateway.next(MessageReceived)).chat == Peer(phone=ana, lid="DE.13491208655302741918")


async def test_what_the_owner_types_in_the_app_is_an_own_message(
    network: CloudNetwork, gateway: Gateway, shop: Linked, ana: str
) -> None:
    external_id = await network.write(shop.phone, ana, "From the app")
    typed = await gateway.next(MessageReceived)
    assert (typed.external_id, typed.from_me, typed.via) == (external_id, True, Via.PHONE)


async def test_a_call_of_a_customer_is_told_when_it_ends(
    network: CloudNetwork, gateway: Gateway, shop: Linked, ana: str
) -> None:
    await network.call(ana, shop.phone, "answered", seconds=12)
    call = await gateway.next(CallEnded)
    assert (call.chat, call.outcome, call.seconds) == (Peer(phone=ana), "answered", 12)


async def test_a_restriction_of_new_talks_alone_stops_nothing(
    network: CloudNetwork, gateway: Gateway, shop: Linked
) -> None:
    value = {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED"}]}
    network.graph.tell_account(network.number(shop.phone).waba_id, "account_update", value)
    changed = await gateway.next(StateChanged)
    assert changed.state is AccountState.ONLINE
    assert changed.reason


# Templates and figures ---------------------------------------------------------------------------------------


async def made(network: CloudNetwork, shop: Linked, name: str, components: list[dict[str, Any]], **named: Any) -> str:
    """An approved template of the shop's account; the answer is its id."""
    number = network.number(shop.phone)
    template = network.graph.add_template(number, name, components, **named)
    template.status = "APPROVED"
    return template.id


async def test_templates_are_filled_by_place_and_by_name(
    network: CloudNetwork, cloud: CloudConnector, shop: Linked, ana: str
) -> None:
    header, body = (
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Hi {{1}}, {{2}}"},
    )
    await made(network, shop, "by_place", [header, body])
    await made(network, shop, "by_name", [{"type": "BODY", "text": "Hi {{who}}, {{what}}"}], parameter_format="NAMED")
    by_place = TemplateMessage("by_place", "en", "-", header=["A-1"], body=["Ana", "ready"])
    by_name = TemplateMessage("by_name", "en", "-", body={"what": "late", "who": "Ana"})
    for template in (by_place, by_name):
        await cloud.send(shop.account, Peer(phone=ana), template, client_ref="m-1")
    assert [message.text for message in await network.screen(ana)] == ["Order A-1\nHi Ana, ready", "Hi Ana, late"]
    wrong = TemplateMessage("by_place", "en", "-", body=["Ana"])
    problem = await problem_of(lambda: cloud.send(shop.account, Peer(phone=ana), wrong, client_ref="m-1"))
    assert isinstance(problem, TemplateRefused)


async def test_all_templates_are_listed_page_by_page(
    network: CloudNetwork, cloud: CloudConnector, shop: Linked
) -> None:
    for n in range(450):
        await made(network, shop, f"template_{n:03}", [{"type": "BODY", "text": "Hi"}])
    found = await cloud.templates(shop.account)
    assert [template.name for template in found] == [f"template_{n:03}" for n in range(450)]
    assert (found[0].status, found[0].category, found[0].language) == ("APPROVED", "UTILITY", "en")


async def test_news_of_a_template_come_once_for_an_account_with_two_numbers(
    network: CloudNetwork, gateway: Gateway, shop: Linked, ana: str
) -> None:
    first = network.number(shop.phone)
    depot = await gateway.link("Depot", number_id=2)
    second = network.number(depot.phone)
    second.waba_id, second.app_secret, second.app_id, second.token = (
        first.waba_id, first.app_secret, first.app_id, first.token,
    )  # fmt: skip
    template = network.graph.templates[await made(network, shop, "ping", [{"type": "BODY", "text": "Hi"}])]
    await network.graph.review(template, "DISABLED", "ABUSIVE_CONTENT")
    await network.write(ana, shop.phone, "Later")
    heard = await gateway.until(MessageReceived)
    changed = [event for event in heard if isinstance(event, TemplateChanged)]
    assert [(one.name, one.status, one.reason) for one in changed] == [("ping", "DISABLED", "ABUSIVE_CONTENT")]


async def test_profile_and_figures(network: CloudNetwork, cloud: CloudConnector, shop: Linked, ana: str) -> None:
    profile = await cloud.profile(shop.account)
    assert (profile.phone, profile.name) == (shop.phone, "Shop")
    await cloud.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
    end = datetime.now(UTC)
    question = AnalyticsQuestion(end - timedelta(days=30), end, ["country", "pricing_type"])
    figures = await cloud.analytics(shop.account, question)
    assert figures["analytics"]["data_points"][0]["sent"] == 1
    assert figures["pricing_analytics"]["data"][0]["data_points"][0]["volume"] == 1


# The mailbox -------------------------------------------------------------------------------------------------


async def test_what_was_stored_of_a_notice_does_not_come_again(
    network: CloudNetwork, cloud: CloudConnector, gateway: Gateway, shop: Linked, ana: str
) -> None:
    """A hundred messages in one body, of which forty were stored when the server died."""
    texts = [f"{n}" for n in range(100)]
    await network.write_all(ana, shop.phone, texts)
    await gateway.until(MessageReceived, lambda event: event.text == "99")
    heard = [envelope for envelope in gateway.envelopes if isinstance(envelope.event, MessageReceived)]
    await cloud.ack(shop.account.number_id, heard[39].id)
    successor = Gateway(network.cloud(), network)
    async with successor.running():
        await successor.connector.start(shop.account, 2)
        again = await successor.until(StateChanged)
        assert [event.text for event in again if isinstance(event, MessageReceived)] == texts[40:]
        assert [envelope.id for envelope in successor.envelopes][:60] == [envelope.id for envelope in heard[40:]]


async def test_a_notice_with_nothing_in_it_holds_up_nobody(
    network: CloudNetwork, gateway: Gateway, shop: Linked, ana: str, db: Database
) -> None:
    for n in range(3):
        await network.graph.tell(network.number(shop.phone), "dreams", dreams=[{"id": f"{n}"}])
    await network.write(ana, shop.phone, "Awake")
    assert (await gateway.next(MessageReceived)).text == "Awake"
    await gateway.ack_all(shop)
    async with db.system_read() as tx:
        assert await tx.value("SELECT count(*) FROM cloud.notice") == 0


async def test_a_look_at_a_mailbox_takes_so_many_bytes_and_one_body_at_least(
    shop: Linked, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = shop.account
    async with db.system() as tx:
        await tx.execute("DELETE FROM cloud.notice")
        large = Notice(account.workspace_id, account.number_id, b"x" * 3_000)
        await store.put(tx, [large, large, large])
    reading = Reading(account.workspace_id, account.number_id, 1, 0)
    found = {}
    for most in (1, 3_000, 3_001, 100_000):
        monkeypatch.setattr(store, "LARGEST_READ", most)
        async with db.system_read() as tx:
            found[most] = len(await store.read(tx, [reading], 200))
    assert found == {1: 1, 3_000: 1, 3_001: 2, 100_000: 3}


async def test_the_token_is_in_no_address(network: CloudNetwork, cloud: CloudConnector, shop: Linked, ana: str) -> None:
    await cloud.send(shop.account, Peer(phone=ana), Text("Hello"), client_ref="m-1")
    token = network.number(shop.phone).token
    assert network.graph.requests
    assert not any(token in f"{path} {body}" for _, path, body in network.graph.requests)
