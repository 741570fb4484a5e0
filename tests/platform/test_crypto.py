"""Keys outside the database: what they seal, hash and sign, and how they are changed."""

import asyncio
import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tideline.platform import keyfile
from tideline.platform.crypto import KeyNotHere, Keyring, NotDecrypted, key_id_of, same

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD, NEW = "an-old-key-of-some-length", "a-new-key-of-some-length"


def in_an_hour() -> int:
    return int((NOW + timedelta(hours=1)).timestamp())


# Encryption --------------------------------------------------------------------------------------------------


def test_what_was_encrypted_opens_again_for_the_same_row_only() -> None:
    keyring = Keyring([OLD])
    sealed = keyring.encrypt("tla_secret", "row 1")
    assert keyring.decrypt(sealed, "row 1") == b"tla_secret"
    with pytest.raises(NotDecrypted):
        keyring.decrypt(sealed, "row 2")


def test_the_same_text_never_looks_the_same_twice_and_never_shows() -> None:
    keyring = Keyring([OLD])
    one, other = keyring.encrypt("tla_secret", "row"), keyring.encrypt("tla_secret", "row")
    assert one != other
    assert b"tla_secret" not in one


@pytest.mark.parametrize("position", [0, 3, 10, 25, -1], ids=["format", "key id", "nonce", "body", "tag"])
def test_a_changed_byte_is_noticed(position: int) -> None:
    keyring = Keyring([OLD])
    sealed = bytearray(keyring.encrypt("tla_secret", "row"))
    sealed[position] ^= 1
    with pytest.raises((NotDecrypted, KeyNotHere)):
        keyring.decrypt(bytes(sealed), "row")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 9, b"\x02" * 60, bytes(range(20))])
def test_bytes_that_were_never_encrypted_are_refused(sealed: bytes) -> None:
    with pytest.raises((NotDecrypted, KeyNotHere)):
        Keyring([OLD]).decrypt(sealed, "row")


def test_an_older_key_still_opens_and_the_first_one_seals() -> None:
    sealed = Keyring([OLD]).encrypt("x", "row")
    both = Keyring([NEW, OLD])
    assert both.decrypt(sealed, "row") == b"x"
    assert key_id_of(sealed) == Keyring([OLD]).primary_id
    assert key_id_of(both.encrypt("x", "row")) == Keyring([NEW]).primary_id


def test_a_ciphertext_of_a_key_that_is_gone_says_so() -> None:
    with pytest.raises(KeyNotHere):
        Keyring([NEW]).decrypt(Keyring([OLD]).encrypt("x", "row"), "row")


def test_key_ids_say_nothing_about_the_key_and_are_the_same_everywhere() -> None:
    assert Keyring([OLD]).primary_id == Keyring([OLD]).primary_id != Keyring([NEW]).primary_id
    assert OLD not in repr(Keyring([OLD])._keys)


# Hashes ------------------------------------------------------------------------------------------------------


def test_a_token_is_found_under_every_valid_key() -> None:
    stored = Keyring([OLD]).token_hash("tla_1")
    assert stored in Keyring([NEW, OLD]).token_hashes("tla_1")
    assert stored not in Keyring([NEW]).token_hashes("tla_1")


def test_the_first_hash_is_the_one_that_is_stored() -> None:
    keyring = Keyring([NEW, OLD])
    assert keyring.token_hash("tla_1") == keyring.token_hashes("tla_1")[0]


@pytest.mark.parametrize("token", ["", "\x00", "\ud800", "é" * 10_000], ids=["empty", "NUL", "surrogate", "long"])
def test_any_text_can_be_hashed(token: str) -> None:
    assert len(Keyring([OLD]).token_hash(token)) == 32


def test_secrets_are_compared_whatever_they_hold() -> None:
    assert same("é", "é")
    assert not same("a", "\ud800")
    assert same(b"a", "a")


# Links -------------------------------------------------------------------------------------------------------


def test_a_signed_link_is_good_until_it_expires() -> None:
    keyring = Keyring([OLD])
    signature = keyring.sign("files/7/a.pdf", in_an_hour())
    assert keyring.is_signed("files/7/a.pdf", in_an_hour(), signature, now=NOW)
    assert not keyring.is_signed("files/7/a.pdf", in_an_hour(), signature, now=NOW + timedelta(hours=1))


@pytest.mark.parametrize("signature", ["", "é", "\ud800", "A" * 32, "A" * 5000])
def test_a_made_up_signature_is_refused(signature: str) -> None:
    assert not Keyring([OLD]).is_signed("files/7/a.pdf", in_an_hour(), signature, now=NOW)


def test_a_signature_is_good_for_one_link_and_one_time_only() -> None:
    keyring = Keyring([OLD])
    signature = keyring.sign("files/7/a.pdf", in_an_hour())
    assert not keyring.is_signed("files/8/a.pdf", in_an_hour(), signature, now=NOW)
    assert not keyring.is_signed("files/7/a.pdf", in_an_hour() + 1, signature, now=NOW)
    assert not keyring.is_signed("files/7/a.pdf", 2**80, signature, now=NOW)


def test_a_link_outlives_the_change_of_keys_until_the_old_key_is_retired() -> None:
    signature = Keyring([OLD]).sign("a", in_an_hour())
    assert Keyring([NEW, OLD]).is_signed("a", in_an_hour(), signature, now=NOW)
    assert not Keyring([NEW]).is_signed("a", in_an_hour(), signature, now=NOW)


# The file ----------------------------------------------------------------------------------------------------


def test_the_key_is_made_on_first_use_readable_by_its_owner_only(tmp_path: Path) -> None:
    keyring = Keyring.open(tmp_path / "data")
    path = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.open(tmp_path / "data").primary_id == keyring.primary_id
    assert [one.name for one in path.parent.iterdir()] == ["secret.key"]


def test_programs_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    together, ids = threading.Barrier(8), []

    def start() -> None:
        together.wait()
        ids.append(Keyring.open(tmp_path).primary_id)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_the_file_belongs_to_the_account_that_has_the_folder_also_after_a_command_of_root(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 1234, 1234)
    Keyring.open(tmp_path)
    keyfile.add(tmp_path / "secret.key", NEW)
    assert (tmp_path / "secret.key").stat().st_uid == tmp_path.stat().st_uid


def test_the_setting_wins_over_the_file_and_makes_none(tmp_path: Path) -> None:
    keyring = Keyring.open(tmp_path, f"{NEW}, {OLD}")
    assert keyring.key_ids == [Keyring([NEW]).primary_id, Keyring([OLD]).primary_id]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", ",", "short", f"{OLD},short", "# only a comment"])
def test_keys_that_are_missing_or_too_short_are_refused(text: str) -> None:
    with pytest.raises(keyfile.KeyNotUsable):
        keyfile.parse(text)


def test_a_damaged_file_is_named_in_the_problem(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"\xff\xfe")
    with pytest.raises(keyfile.KeyNotUsable, match=r"secret\.key"):
        Keyring.open(tmp_path).encrypt("x", "row")


# Rotation ----------------------------------------------------------------------------------------------------


async def test_rotation_reaches_a_running_program_before_anything_is_encrypted_again(tmp_path: Path) -> None:
    running, command = Keyring.open(tmp_path), Keyring.open(tmp_path)
    sealed, before = running.encrypt("x", "row"), running.primary_id
    seen = []

    async def reencrypt() -> int:
        seen.append(running.primary_id)
        return 3

    rotation = await command.rotate(reencrypt)
    assert rotation.reencrypted == 3
    assert rotation.is_new
    assert seen == [rotation.key_id] != [before]
    assert running.key_ids == [rotation.key_id, before]
    assert running.decrypt(sealed, "row") == b"x"


async def test_an_interrupted_rotation_loses_no_key(tmp_path: Path) -> None:
    keyring = Keyring.open(tmp_path)
    sealed = keyring.encrypt("x", "row")

    async def killed() -> int:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await keyring.rotate(killed)
    assert Keyring.open(tmp_path).decrypt(sealed, "row") == b"x"


async def test_rotations_at_the_same_time_keep_each_others_key(tmp_path: Path) -> None:
    keyrings = [Keyring.open(tmp_path) for _ in range(4)]

    async def nothing() -> int:
        return 0

    rotations = await asyncio.gather(*(keyring.rotate(nothing) for keyring in keyrings))
    assert {rotation.key_id for rotation in rotations} <= set(Keyring.open(tmp_path).key_ids)
    assert len(Keyring.open(tmp_path).key_ids) == 5


async def test_keys_from_a_setting_are_not_added_to(tmp_path: Path) -> None:
    keyring = Keyring.open(tmp_path, f"{NEW},{OLD}")

    async def two() -> int:
        return 2

    rotation = await keyring.rotate(two)
    assert (rotation.is_new, rotation.reencrypted, rotation.key_id) == (False, 2, Keyring([NEW]).primary_id)
    keyring.retire_old_keys()
    assert len(keyring.key_ids) == 2


async def test_retired_keys_open_nothing_any_more(tmp_path: Path) -> None:
    keyring = Keyring.open(tmp_path)
    sealed = keyring.encrypt("x", "row")

    async def nothing() -> int:
        return 0

    await keyring.rotate(nothing)
    keyring.retire_old_keys()
    with pytest.raises(KeyNotHere):
        keyring.decrypt(sealed, "row")
