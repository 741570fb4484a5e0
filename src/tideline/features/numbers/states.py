"""The state machine of a number: what may happen to it, where that leads, and which fact says so. No I/O."""

from dataclasses import replace
from datetime import datetime, timedelta

from tideline.features.numbers.errors import NumberGone, PhoneAlreadyLinked
from tideline.features.numbers.model import UNTIL, Change, FactKind, Number, NumberKind, NumberState, Owner
from tideline.features.numbers.port import AccountState, Paired, StateChanged

REPORTED = {
    AccountState.ONLINE: NumberState.ACTIVE,
    AccountState.CONNECTING: NumberState.CONNECTING,
    AccountState.OFFLINE: NumberState.OFFLINE,
    AccountState.UNLINKED: NumberState.UNLINKED,
    AccountState.RESTRICTED: NumberState.RESTRICTED,
    AccountState.BANNED: NumberState.BANNED,
    AccountState.REPLACED: NumberState.REPLACED,
    AccountState.OUTDATED: NumberState.OUTDATED,
}

# States in which the owning gateway opens the session. An outdated number is tried once by each new owner,
# because the program may have been updated in between; a replaced one waits until somebody resumes it.
_WITH_SESSION = frozenset(
    {
        NumberState.CONNECTING,
        NumberState.ACTIVE,
        NumberState.OFFLINE,
        NumberState.RESTRICTED,
        NumberState.OUTDATED,
    }
)
# So long a number writes to nobody new when WhatsApp does not say how long it is to wait.
COLD_FOR = timedelta(days=1)
# What a connector says on its way down, after it has said why; the why is worth more.
_AFTERMATH = (NumberState.CONNECTING, NumberState.OFFLINE)
_STUCK = (NumberState.REPLACED, NumberState.OUTDATED)
# A healthy or paused number is not linked a second time: two sessions would bring every message twice.
_NOT_TWICE = (NumberState.ACTIVE, NumberState.RESTRICTED, NumberState.PAUSED)


def needs_session(number: Number) -> bool:
    """Should a gateway hold a session for it? A ban with an end is waited out with the session open."""
    return number.state in _WITH_SESSION or (number.state is NumberState.BANNED and not number.is_gone)


def ends_session(event: StateChanged) -> bool:
    """Does this report mean that going on with the session is useless or harmful?"""
    if event.state is AccountState.BANNED:
        return event.until is None
    return event.state in (AccountState.UNLINKED, AccountState.REPLACED, AccountState.OUTDATED)


def report(number: Number, event: StateChanged, at: datetime) -> Change | None:
    """What the connector said about the number; None when it changes nothing."""
    state = REPORTED[event.state]
    after = _moved(number, state, at, reason=event.reason, until=event.until)
    if number.is_gone or after.state_key == number.state_key:
        return None
    if after.is_gone:
        return Change(after, number.state, FactKind.DISCONNECTED)
    if number.is_paused or (number.state in _STUCK and state in _AFTERMATH):
        return None
    if number.is_connected and state is NumberState.CONNECTING:
        # A short drop: the connector mends it, and what is sent meanwhile waits on the lane.
        return None
    return Change(after, number.state, FactKind.STATE_CHANGED)


def hold_new_chats(number: Number, until: datetime | None, at: datetime) -> Change | None:
    """WhatsApp refused a message to somebody new. Trying others would only make it last longer."""
    until = until or at + COLD_FOR
    if number.no_new_chats_until and number.no_new_chats_until >= until:
        return None
    return Change(replace(number, no_new_chats_until=until), number.state, FactKind.STATE_CHANGED)


def pass_on(number: Number, at: datetime) -> Change | None:
    """The time is over until which WhatsApp had forbidden something. A ban is over when the number is online again."""
    if not number.has_passed(at):
        return None
    after = number
    if number.no_new_chats_until and number.no_new_chats_until <= at:
        after = replace(after, no_new_chats_until=None)
    if number.state in UNTIL and number.state_until and number.state_until <= at:
        is_restricted = number.state is NumberState.RESTRICTED
        after = _moved(after, NumberState.ACTIVE if is_restricted else NumberState.CONNECTING, at)
    return Change(after, number.state, FactKind.STATE_CHANGED)


def pause(number: Number, at: datetime) -> Change | None:
    """The operator stops receiving and sending, for example because a subscription has lapsed."""
    if number.is_gone:
        raise NumberGone
    if number.is_paused:
        return None
    return Change(_moved(number, NumberState.PAUSED, at), number.state, FactKind.SUSPENDED)


def resume(number: Number, at: datetime) -> Change | None:
    """The operator lets a paused number go on, or one that another program had taken over."""
    if number.is_gone:
        raise NumberGone
    connecting = _moved(number, NumberState.CONNECTING, at)
    if number.is_paused:
        return Change(connecting, number.state, FactKind.RESUMED)
    if number.state in _STUCK:
        return Change(connecting, number.state, FactKind.STATE_CHANGED)
    return None


def unlink(number: Number, at: datetime, reason: str = "removed") -> Change | None:
    """Somebody ends the link from Tideline's side."""
    if number.is_gone:
        return None
    unlinked = _moved(number, NumberState.UNLINKED, at, reason=reason)
    return Change(unlinked, number.state, FactKind.DISCONNECTED)


def link_again(number: Number, kind: NumberKind, paired: Paired, owner: Owner, at: datetime) -> Change:
    """The same phone was linked once more: the number comes back with all its chats, owned by who linked it."""
    if number.state in _NOT_TWICE:
        raise PhoneAlreadyLinked(number.is_paused)
    linked = replace(
        _moved(number, NumberState.ACTIVE, at),
        kind=kind,
        lid=paired.lid or number.lid,
        account_name=paired.account_name or number.account_name,
        owner=owner,
        connected_at=at,
        is_business=False,
    )
    return Change(linked, number.state, FactKind.CONNECTED)


def added_again(number: Number, kind: NumberKind, owner: Owner, name: str, at: datetime) -> Change:
    """A number whose link has ended is a business number from now on, with all its chats."""
    added = replace(
        _moved(number, NumberState.ACTIVE, at),
        kind=kind,
        account_name=name or number.account_name,
        owner=owner,
        connected_at=at,
        is_business=True,
    )
    return Change(added, number.state, FactKind.CONNECTED)


def _moved(
    number: Number, state: NumberState, at: datetime, *, reason: str | None = None, until: datetime | None = None
) -> Number:
    return replace(number, state=state, state_reason=reason, state_until=until, state_at=at)
