"""Business numbers are added, opened, changed and taken out; their secrets are readable with the key only."""

import asyncio
from dataclasses import replace

import pytest

from tests.support.office import NODE, TTL, Office
from tideline.features import business, numbers
from tideline.features.business import NewAccount, Opened, Vault
from tideline.features.numbers import NumberKind, NumberState
from tideline.features.numbers.port import TOKEN_NOT_ACCEPTED, AccountRef, AccountState, NotLinked, StateChanged
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database

NEW = NewAccount(
    phone="15550100001",
    phone_number_id="109000000000001",
    waba_id="210000000000001",
    token="EAAtoken",
    app_secret="a1b2c3",
    display_phone="+1 555 010 0001",
    name="Harbour Support",
)
KEYRING = Keyring(["a key for tests, long enough"])


async def add(office: Office, new: NewAccount = NEW) -> Opened:
    return await office.run(business.add, KEYRING, new, owner_id=office.owner_id)


async def test_an_added_number_is_a_business_number_that_any_gateway_may_take(office: Office, db: Database) -> None:
    opened = await add(office)
    number = await office.run(numbers.get, opened.account.number_id)
    assert (number.kind, number.is_business, number.state) == (NumberKind.CLOUD, True, NumberState.ACTIVE)
    assert (number.phone, number.account_name) == ("15550100001", "Harbour Support")
    async with db.system() as tx:
        [lease] = await numbers.claim_leases(tx, NODE, ["cloud"], held=[], limit=5, ttl=TTL, grace=TTL)
    assert lease.number_id == number.id
    assert [kind for kind, _ in await office.facts()] == ["NumberConnected"]


async def test_its_secrets_are_opened_by_the_key_and_by_nothing_else(office: Office, db: Database) -> None:
    opened = await add(office)
    account = AccountRef(opened.account.number_id, office.id, NEW.phone)
    found = await Vault(db, KEYRING).credentials(account)
    assert (found.token, found.app_secret, found.phone_number_id) == ("EAAtoken", "a1b2c3", NEW.phone_number_id)
    assert b"EAAtoken" not in (opened.account.secrets or b"")
    assert "EAAtoken" not in repr(opened) + repr(NEW) + repr(found)
    async with db.system() as tx:
        assert await business.count_unreadable_accounts(tx, Keyring(["another key, just as long"])) == 1


async def test_whoever_is_called_is_found_by_its_address(office: Office, neighbour: Office, db: Database) -> None:
    mine, theirs = await add(office), await add(neighbour)
    async with db.system() as tx:
        found = await business.find_by_path(tx, KEYRING, mine.secrets.path_key)
        nobody = await business.find_by_path(tx, KEYRING, "in_of_nobody")
    assert found == mine
    assert found != theirs
    assert nobody is None


async def test_another_workspace_neither_sees_nor_changes_it(office: Office, neighbour: Office) -> None:
    mine, theirs = await add(office), await add(neighbour)
    for action in (business.get, business.remove):
        with pytest.raises(business.AccountNotFound):
            await neighbour.run(action, mine.account.number_id)
    with pytest.raises(numbers.NumberNotFound):
        await neighbour.run(business.change_secrets, KEYRING, mine.account.number_id, token="stolen")
    assert list(await neighbour.run(business.list_accounts)) == [theirs.account.number_id]
    assert await office.run(business.open_account, KEYRING, mine.account.number_id) == mine


async def test_a_new_token_takes_the_place_of_the_old_one(office: Office) -> None:
    before = await add(office)
    after = await office.run(business.change_secrets, KEYRING, before.account.number_id, token="EAAnew")
    assert after.secrets == replace(before.secrets, token="EAAnew")
    assert await office.run(business.open_account, KEYRING, before.account.number_id) == after


async def test_a_number_that_was_lost_with_its_token_comes_back_with_a_new_one(office: Office, db: Database) -> None:
    opened = await add(office)
    number_id = opened.account.number_id
    await office.run(numbers.report, number_id, [StateChanged(AccountState.UNLINKED)])
    assert await office.run(business.list_of_app, KEYRING, NEW.app_secret) == []
    await office.run(business.change_secrets, KEYRING, number_id, token="EAAnew")
    assert (await office.run(numbers.get, number_id)).state is NumberState.ACTIVE
    assert await office.fact_kinds() == ["NumberConnected", "NumberDisconnected", "NumberConnected"]
    assert [one.number_id for one in await office.run(business.list_of_app, KEYRING, NEW.app_secret)] == [number_id]
    async with db.system() as tx:
        [lease] = await numbers.claim_leases(tx, NODE, ["cloud"], held=[], limit=5, ttl=TTL, grace=TTL)
    assert lease.number_id == number_id


async def test_a_number_that_stood_still_because_of_its_token_goes_on_with_a_new_one(office: Office) -> None:
    number_id = (await add(office)).account.number_id
    await office.run(numbers.report, number_id, [StateChanged(AccountState.RESTRICTED, TOKEN_NOT_ACCEPTED)])
    await office.run(business.change_secrets, KEYRING, number_id, token="EAAnew")
    assert (await office.run(numbers.get, number_id)).state is NumberState.ACTIVE
    await office.run(numbers.report, number_id, [StateChanged(AccountState.RESTRICTED, "spam")])
    await office.run(business.change_secrets, KEYRING, number_id, token="EAAnewer")
    assert (await office.run(numbers.get, number_id)).state is NumberState.RESTRICTED


async def test_two_who_add_the_same_id_at_once_get_one_number(office: Office) -> None:
    others = [replace(NEW, phone=f"1555010000{n}") for n in range(1, 6)]
    results = await asyncio.gather(*(add(office, new) for new in others), return_exceptions=True)
    assert len([one for one in results if isinstance(one, Opened)]) == 1
    assert [type(one) for one in results if not isinstance(one, Opened)] == [business.AccountExists] * 4


async def test_a_removed_number_has_no_secrets_and_no_address_and_can_come_back(office: Office, db: Database) -> None:
    before = await add(office)
    await office.run(business.remove, before.account.number_id)
    assert (await office.run(business.get, before.account.number_id)).secrets is None
    with pytest.raises(NotLinked):
        await Vault(db, KEYRING).credentials(AccountRef(before.account.number_id, office.id, NEW.phone))
    async with db.system() as tx:
        assert await business.find_by_path(tx, KEYRING, before.secrets.path_key) is None
    again = await add(office)
    assert again.account.number_id == before.account.number_id
    assert (await office.run(numbers.get, again.account.number_id)).state is NumberState.ACTIVE


async def test_whoever_unlinks_a_number_of_any_kind_forgets_its_secrets(office: Office, db: Database) -> None:
    opened, linked = await add(office), await office.link("15550100002")
    for number_id in (opened.account.number_id, linked.number.id):
        number = await office.run(business.unlink, number_id, "no longer ours")
        assert (number.state, number.state_reason) == (NumberState.UNLINKED, "no longer ours")
    assert (await office.run(business.get, opened.account.number_id)).secrets is None
    async with db.system() as tx:
        assert await business.find_by_path(tx, KEYRING, opened.secrets.path_key) is None


async def test_a_phone_that_was_linked_becomes_a_business_number_and_keeps_its_id(office: Office) -> None:
    linked = await office.link(NEW.phone)
    with pytest.raises(numbers.PhoneAlreadyLinked):
        await add(office)
    await office.run(numbers.unlink, linked.number.id)
    opened = await add(office)
    assert opened.account.number_id == linked.number.id
    assert (await office.run(numbers.get, linked.number.id)).is_business


async def test_the_same_number_is_not_added_twice(office: Office) -> None:
    await add(office)
    with pytest.raises(business.AccountExists):
        await add(office)
    with pytest.raises(business.AccountExists):
        await add(office, replace(NEW, phone="15550100002"))


REFUSED = {
    "phone with a plus": (replace(NEW, phone="+15550100001"), business.InvalidAccount),
    "phone too short": (replace(NEW, phone="155"), business.InvalidAccount),
    "no id": (replace(NEW, phone_number_id=""), business.InvalidAccount),
    "an id that is a path": (replace(NEW, phone_number_id="../me"), business.InvalidAccount),
    "a business id that is none": (replace(NEW, waba_id="waba"), business.InvalidAccount),
    "no token": (replace(NEW, token=""), business.SecretMissing),
    "no app secret": (replace(NEW, app_secret=""), business.SecretMissing),
    "a token of two lines": (replace(NEW, token="one\ntwo"), business.InvalidAccount),
}


@pytest.mark.parametrize(("new", "problem"), REFUSED.values(), ids=REFUSED)
async def test_what_does_not_describe_a_number_adds_nothing(
    office: Office, new: NewAccount, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        await add(office, new)
    assert await office.run(business.list_accounts) == {}
    assert await office.run(numbers.list_numbers) == []


async def test_a_new_key_takes_over_every_account(office: Office, db: Database) -> None:
    opened = await add(office)
    both = Keyring(["the new key, long enough as well", "a key for tests, long enough"])
    assert await business.reencrypt_accounts(db, both) == 1
    new = Keyring(["the new key, long enough as well"])
    assert (await office.run(business.open_account, new, opened.account.number_id)).secrets == opened.secrets
    async with db.system() as tx:
        assert (await business.find_by_path(tx, new, opened.secrets.path_key)) is not None
