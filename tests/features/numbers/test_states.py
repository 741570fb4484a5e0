"""What may happen to a number, as a table: where it was, what happened, where that leads and which fact says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tideline.features.numbers import Number, NumberGone, NumberId, NumberKind, NumberState, Owner, PhoneAlreadyLinked
from tideline.features.numbers import states as rules
from tideline.features.numbers.model import SENTENCES, FactKind
from tideline.features.numbers.port import AccountState, Paired, PairingRef, StateChanged

THEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOW = THEN + timedelta(hours=1)
LATER = NOW + timedelta(days=1)
S, A, F = NumberState, AccountState, FactKind


def number(state: NumberState, until: datetime | None = None) -> Number:
    return Number(
        workspace_id=1,
        id=NumberId(7),
        kind=NumberKind.SIMULATOR,
        phone="15550001001",
        jid="15550001001@s.whatsapp.net",
        lid=None,
        account_name="Harbour",
        owner=Owner(3, "Tomas", "tomas@harbour.example", 1),
        state=state,
        state_reason=None,
        state_until=until,
        state_at=THEN,
        connected_at=THEN,
        created_at=THEN,
    )


REPORTS: dict[str, tuple[NumberState, AccountState, tuple[NumberState, FactKind] | None]] = {
    "first contact": (S.CONNECTING, A.ONLINE, (S.ACTIVE, F.STATE_CHANGED)),
    "still online": (S.ACTIVE, A.ONLINE, None),
    "a short drop changes nothing": (S.ACTIVE, A.CONNECTING, None),
    "no connection for longer": (S.ACTIVE, A.OFFLINE, (S.OFFLINE, F.STATE_CHANGED)),
    "trying again after a drop": (S.OFFLINE, A.CONNECTING, (S.CONNECTING, F.STATE_CHANGED)),
    "back again": (S.OFFLINE, A.ONLINE, (S.ACTIVE, F.STATE_CHANGED)),
    "unlinked on the phone": (S.ACTIVE, A.UNLINKED, (S.UNLINKED, F.DISCONNECTED)),
    "unlinked while offline": (S.OFFLINE, A.UNLINKED, (S.UNLINKED, F.DISCONNECTED)),
    "unlinked while paused": (S.PAUSED, A.UNLINKED, (S.UNLINKED, F.DISCONNECTED)),
    "unlinked twice": (S.UNLINKED, A.UNLINKED, None),
    "banned": (S.ACTIVE, A.BANNED, (S.BANNED, F.DISCONNECTED)),
    "banned while paused": (S.PAUSED, A.BANNED, (S.BANNED, F.DISCONNECTED)),
    "unlinked after a ban is one loss, not two": (S.BANNED, A.UNLINKED, None),
    "a late report about a lost link": (S.UNLINKED, A.ONLINE, None),
    "restricted": (S.ACTIVE, A.RESTRICTED, (S.RESTRICTED, F.STATE_CHANGED)),
    "no longer restricted": (S.RESTRICTED, A.ONLINE, (S.ACTIVE, F.STATE_CHANGED)),
    "another program took over": (S.ACTIVE, A.REPLACED, (S.REPLACED, F.STATE_CHANGED)),
    "going down after that": (S.REPLACED, A.OFFLINE, None),
    "trying after that": (S.REPLACED, A.CONNECTING, None),
    "this version is too old": (S.CONNECTING, A.OUTDATED, (S.OUTDATED, F.STATE_CHANGED)),
    "going down because of that": (S.OUTDATED, A.OFFLINE, None),
    "an update helped": (S.OUTDATED, A.ONLINE, (S.ACTIVE, F.STATE_CHANGED)),
    "online while it is being paused": (S.PAUSED, A.ONLINE, None),
    "offline because it is paused": (S.PAUSED, A.OFFLINE, None),
    "restricted while paused": (S.PAUSED, A.RESTRICTED, None),
}


@pytest.mark.parametrize("state", [S.UNLINKED, S.BANNED, S.RESTRICTED])
def test_what_a_business_number_needs_is_not_on_a_phone(state: NumberState) -> None:
    shown = replace(number(state), is_business=True).sentence
    assert "phone" not in shown
    assert "QR" not in shown
    assert "phone" in number(state).sentence or state is S.RESTRICTED


def test_a_business_number_that_is_banned_can_be_reinstated() -> None:
    banned = rules.report(replace(number(S.ACTIVE), is_business=True), StateChanged(A.BANNED, "disabled"), NOW)
    assert banned
    assert (banned.number.state, banned.fact) == (S.BANNED, F.STATE_CHANGED)
    assert rules.needs_session(banned.number)
    again = rules.report(banned.number, StateChanged(A.ONLINE), NOW)
    assert again
    assert (again.number.state, again.fact) == (S.ACTIVE, F.STATE_CHANGED)


@pytest.mark.parametrize(("before", "said", "expected"), REPORTS.values(), ids=REPORTS)
def test_a_report_of_the_connector(
    before: NumberState, said: AccountState, expected: tuple[NumberState, FactKind] | None
) -> None:
    change = rules.report(number(before), StateChanged(said), NOW)
    assert (change and (change.number.state, change.fact)) == expected
    if change:
        assert change.before is before
        assert change.number.state_at == NOW
        assert change.number.connected_at == THEN


def test_every_report_leads_somewhere() -> None:
    assert set(rules.REPORTED) == set(AccountState)


def test_a_ban_with_an_end_is_no_loss() -> None:
    change = rules.report(number(S.ACTIVE), StateChanged(A.BANNED, "spam", until=LATER), NOW)
    assert change
    assert (change.number.state, change.fact) == (S.BANNED, F.STATE_CHANGED)
    assert not change.number.is_gone
    assert rules.needs_session(change.number)
    over = rules.report(change.number, StateChanged(A.ONLINE), LATER)
    assert over
    assert (over.number.state, over.fact) == (S.ACTIVE, F.STATE_CHANGED)


def test_a_ban_that_turns_out_to_be_for_ever_is_a_loss() -> None:
    change = rules.report(number(S.BANNED, until=LATER), StateChanged(A.BANNED), NOW)
    assert change
    assert change.fact is F.DISCONNECTED


def test_another_reason_for_the_same_state_is_kept() -> None:
    offline = replace(number(S.OFFLINE), state_reason="network")
    change = rules.report(offline, StateChanged(A.OFFLINE, "dns"), NOW)
    assert change
    assert (change.number.state_reason, change.fact) == ("dns", F.STATE_CHANGED)
    assert rules.report(change.number, StateChanged(A.OFFLINE, "dns"), LATER) is None


PAUSES: dict[str, tuple[NumberState, tuple[NumberState, FactKind] | type[Exception] | None]] = {
    "connected": (S.ACTIVE, (S.PAUSED, F.SUSPENDED)),
    "connecting": (S.CONNECTING, (S.PAUSED, F.SUSPENDED)),
    "offline": (S.OFFLINE, (S.PAUSED, F.SUSPENDED)),
    "restricted": (S.RESTRICTED, (S.PAUSED, F.SUSPENDED)),
    "paused already": (S.PAUSED, None),
    "unlinked": (S.UNLINKED, NumberGone),
    "banned": (S.BANNED, NumberGone),
}


@pytest.mark.parametrize(("before", "expected"), PAUSES.values(), ids=PAUSES)
def test_pause(before: NumberState, expected: tuple[NumberState, FactKind] | type[Exception] | None) -> None:
    if isinstance(expected, type):
        with pytest.raises(expected):
            rules.pause(number(before), NOW)
        return
    change = rules.pause(number(before), NOW)
    assert (change and (change.number.state, change.fact)) == expected


RESUMES: dict[str, tuple[NumberState, tuple[NumberState, FactKind] | type[Exception] | None]] = {
    "paused": (S.PAUSED, (S.CONNECTING, F.RESUMED)),
    "taken over by another program": (S.REPLACED, (S.CONNECTING, F.STATE_CHANGED)),
    "outdated": (S.OUTDATED, (S.CONNECTING, F.STATE_CHANGED)),
    "connected": (S.ACTIVE, None),
    "offline": (S.OFFLINE, None),
    "unlinked": (S.UNLINKED, NumberGone),
    "banned": (S.BANNED, NumberGone),
}


@pytest.mark.parametrize(("before", "expected"), RESUMES.values(), ids=RESUMES)
def test_resume(before: NumberState, expected: tuple[NumberState, FactKind] | type[Exception] | None) -> None:
    if isinstance(expected, type):
        with pytest.raises(expected):
            rules.resume(number(before), NOW)
        return
    change = rules.resume(number(before), NOW)
    assert (change and (change.number.state, change.fact)) == expected


@pytest.mark.parametrize("before", [state for state in NumberState if state not in (S.UNLINKED, S.BANNED)])
def test_unlinking_ends_every_link(before: NumberState) -> None:
    change = rules.unlink(number(before), NOW)
    assert change
    assert (change.number.state, change.number.state_reason, change.fact) == (S.UNLINKED, "removed", F.DISCONNECTED)
    assert rules.unlink(change.number, LATER) is None


def test_disconnected_and_suspended_never_say_the_same() -> None:
    """A pause is no loss, and a loss under a pause is its own event with its own cause."""
    suspended = rules.pause(number(S.ACTIVE), NOW)
    assert suspended
    assert suspended.fact is F.SUSPENDED
    assert not suspended.number.is_gone
    lost = rules.report(suspended.number, StateChanged(A.UNLINKED), LATER)
    assert lost
    assert lost.fact is F.DISCONNECTED
    with pytest.raises(NumberGone):
        rules.resume(lost.number, LATER)


PAIRED = Paired(PairingRef(1, 1), "15550001001", "99", "Harbour Coffee")
NEW_OWNER = Owner(4, "Ines", "ines@harbour.example", 1)
LINKS: dict[str, tuple[NumberState, bool]] = {
    "unlinked": (S.UNLINKED, True),
    "banned": (S.BANNED, True),
    "offline": (S.OFFLINE, True),
    "stuck while connecting": (S.CONNECTING, True),
    "taken over": (S.REPLACED, True),
    "outdated": (S.OUTDATED, True),
    "connected": (S.ACTIVE, False),
    "restricted": (S.RESTRICTED, False),
    "paused": (S.PAUSED, False),
}


@pytest.mark.parametrize(("before", "may"), LINKS.values(), ids=LINKS)
def test_linking_the_same_phone_again(before: NumberState, may: bool) -> None:
    if not may:
        with pytest.raises(PhoneAlreadyLinked):
            rules.link_again(number(before), NumberKind.LINKED, PAIRED, NEW_OWNER, NOW)
        return
    change = rules.link_again(number(before), NumberKind.LINKED, PAIRED, NEW_OWNER, NOW)
    linked = change.number
    assert (linked.id, linked.state, change.fact) == (7, S.ACTIVE, F.CONNECTED)
    assert (linked.kind, linked.lid, linked.account_name) == (NumberKind.LINKED, "99", "Harbour Coffee")
    assert (linked.owner, linked.connected_at) == (NEW_OWNER, NOW)


def test_a_paused_phone_is_to_be_resumed_not_linked() -> None:
    with pytest.raises(PhoneAlreadyLinked, match="Resume"):
        rules.link_again(number(S.PAUSED), NumberKind.LINKED, PAIRED, NEW_OWNER, NOW)


def test_only_an_active_number_is_connected() -> None:
    assert [state for state in NumberState if number(state).is_connected] == [S.ACTIVE]


def test_sessions_are_open_where_they_can_do_something() -> None:
    open_in = {state for state in NumberState if rules.needs_session(number(state))}
    assert open_in == {S.CONNECTING, S.ACTIVE, S.OFFLINE, S.RESTRICTED, S.OUTDATED}


def test_every_state_has_a_sentence_for_people() -> None:
    assert set(SENTENCES) == set(NumberState)
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in SENTENCES.values())


def test_a_restriction_that_has_passed_is_over_by_itself() -> None:
    restricted = number(S.RESTRICTED, until=NOW)
    assert "until 2026-11-23 13:00 UTC" in restricted.sentence
    assert rules.pass_on(restricted, NOW - timedelta(seconds=1)) is None
    change = rules.pass_on(restricted, NOW)
    assert change
    assert (change.number.state, change.number.state_until, change.fact) == (S.ACTIVE, None, F.STATE_CHANGED)


def test_a_ban_that_has_passed_is_tried() -> None:
    banned = number(S.BANNED, until=NOW)
    assert "banned this number until 2026-11-23 13:00 UTC" in banned.sentence
    change = rules.pass_on(banned, NOW)
    assert change
    assert change.number.state is S.CONNECTING


def test_bans_and_restrictions_without_an_end_stay() -> None:
    assert rules.pass_on(number(S.BANNED), LATER) is None
    assert rules.pass_on(number(S.RESTRICTED), LATER) is None


def test_that_new_chats_are_held_outlives_changes_of_the_connection() -> None:
    held = rules.hold_new_chats(number(S.ACTIVE), LATER, NOW)
    assert held
    assert rules.hold_new_chats(held.number, LATER - timedelta(hours=1), NOW) is None
    offline = rules.report(held.number, StateChanged(A.OFFLINE), NOW)
    assert offline
    online = rules.report(offline.number, StateChanged(A.ONLINE), NOW)
    assert online
    assert online.number.no_new_chats_until == LATER
    over = rules.pass_on(online.number, LATER)
    assert over
    assert (over.number.no_new_chats_until, over.number.state) == (None, S.ACTIVE)
