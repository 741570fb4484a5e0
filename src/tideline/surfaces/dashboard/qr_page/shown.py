"""What the QR page shows: which panel with which words, from the state of a link and of its attempt. No I/O."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from tideline.features.numbers import LinkState, Pairing, PairingMethod, PairingState
from tideline.platform import qr
from tideline.surfaces.dashboard.words import N_, Words

SLOW = timedelta(seconds=12)
REMEMBERED = timedelta(minutes=10)  # how long the page tells how the attempt before went
IN_TIME = N_("The code was not typed in time.")
NOBODY = N_("Nobody scanned the code in time.")
CANCELLED = N_("The attempt was cancelled.")
FAILED = N_("This did not work. Ask whoever sent you the link for help.")
OVER = {
    LinkState.USED: (
        N_("This link was used"),
        N_(
            "A phone was linked through this link, and it works only once. You can close this page. "
            "To link another phone, ask whoever sent it for a new link."
        ),
    ),
    LinkState.REVOKED: (
        N_("This link was replaced"),
        N_("There is a newer link, or this one was taken back. Ask whoever sent it for a new one."),
    ),
    LinkState.CLOSED: (
        N_("This link does not work right now"),
        N_("Linking is paused here and may go on later. Ask whoever sent the link."),
    ),
    LinkState.EXPIRED: (
        N_("This link has expired"),
        N_("Links like this one work for a limited time. Ask whoever sent it for a new one."),
    ),
}
# How an attempt ends that has a link of its own, through which no other can be begun.
ENDS = {
    PairingState.EXPIRED: N_("The time is over"),
    PairingState.CANCELLED: N_("Cancelled"),
    PairingState.FAILED: N_("This did not work"),
}
ASK_AGAIN = N_("Ask whoever sent you here for a new link.")


@dataclass(frozen=True, slots=True)
class View:
    """What the link leads to now. `can_begin` is whether attempts may be begun through it at all."""

    workspace: str
    state: LinkState
    pairing: Pairing | None
    can_begin: bool = True
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the panels `ready`, `busy`, `qr`, `code`, `linked`, `over`, and what stands on it.

    `notice` is how the last attempt ended. An `error` is worth telling a page around this one as well.
    """

    panel: str
    title: str
    lead: str
    status: str
    sign: str = "busy"
    notice: str | None = None
    error: str | None = None
    drawing: qr.Drawing | None = None
    code: str | None = None
    seconds: int | None = None
    attempt: int | None = None  # stays here: it only tells two attempts apart that look the same

    @property
    def is_over(self) -> bool:
        return self.panel in ("linked", "over")

    @property
    def version(self) -> str:
        """Another one whenever the page would look different (but for the seconds, which the page counts itself), and
        for each attempt, so that one which ends like the one before is news."""
        seen = {**_fields(self), "seconds": None, "attempt": self.attempt}
        return sha256(msgspec.json.encode(seen)).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        return {**_fields(self), "version": self.version}


def show(view: View, words: Words, now: datetime, *, is_fresh: bool = False) -> Shown:
    """`is_fresh` is for whoever opens the page, and did not see on it how the phone was linked."""
    shown = _show(view, words, now, is_fresh)
    return replace(shown, attempt=view.pairing.id) if view.pairing else shown


def _show(view: View, words: Words, now: datetime, is_fresh: bool) -> Shown:
    pairing = view.pairing
    state = _state(pairing, now) if pairing else None
    if pairing and state and state.is_open:
        return _going_on(view, pairing, words, now)
    if state is PairingState.LINKED and not (is_fresh and view.can_begin):
        return Shown(
            "linked", words("Linked"), words("The phone is linked. You can close this page."), words("Linked"), "ok"
        )
    if not view.can_begin and pairing and state:
        return _ended(pairing, state, words)
    if view.state is not LinkState.USABLE:
        return over(view.state, words)
    return _ready(view, pairing, state, words, now)


def nowhere(words: Words) -> Shown:
    """What stands at an address that was never given to anybody."""
    lead = words(
        "The address is not complete, or there never was such a link. Open the link exactly as it was sent to you, "
        "or ask for a new one."
    )
    return Shown("over", words("Nothing here"), lead, words("Over"), "warn", error=lead)


def over(state: LinkState, words: Words) -> Shown:
    title, lead = OVER[state]
    return Shown("over", words(title), words(lead), words("Over"), "warn", error=words(lead))


def _state(pairing: Pairing, now: datetime) -> PairingState:
    """An attempt that no gateway works on is over as well when its time is."""
    return PairingState.EXPIRED if pairing.is_open and pairing.expires_at <= now else pairing.state


def _going_on(view: View, pairing: Pairing, words: Words, now: datetime) -> Shown:
    title, waiting = words("Link your WhatsApp"), words("Waiting for the phone")
    seconds = max(0, int((pairing.code_until - now).total_seconds())) if pairing.code_until else None
    if pairing.qr:
        return Shown("qr", title, _lead(view, words), waiting, drawing=qr.draw(pairing.qr), seconds=seconds)
    if pairing.code:
        lead = words("The code is for the phone {phone}.", phone=f"+{pairing.phone}")
        return Shown("code", title, lead, waiting, code=pairing.code, seconds=seconds)
    is_slow = pairing.created_at + SLOW <= now
    notice = words("This takes longer than usual. Please keep the page open.") if is_slow else None
    return Shown("busy", title, _lead(view, words), words("Getting a code"), notice=notice)


def _ready(view: View, pairing: Pairing | None, state: PairingState | None, words: Words, now: datetime) -> Shown:
    notice, is_failure = None, False
    if pairing and state and pairing.updated_at + REMEMBERED > now:
        notice = words(_how_it_ended(pairing, state))
        is_failure = state is PairingState.FAILED or pairing.method is PairingMethod.CODE
    return Shown(
        "ready",
        words("Link your WhatsApp"),
        _lead(view, words),
        words("Not linked yet"),
        "warn",
        notice=notice,
        error=notice if is_failure and state is not PairingState.CANCELLED else None,
    )


def _ended(pairing: Pairing, state: PairingState, words: Words) -> Shown:
    lead, notice = words(ASK_AGAIN), words(_how_it_ended(pairing, state))
    sign = "bad" if state is PairingState.FAILED else "warn"
    return Shown("over", words(ENDS[state]), lead, words("Over"), sign, notice=notice, error=notice)


def _how_it_ended(pairing: Pairing, state: PairingState) -> str:
    if state is PairingState.CANCELLED:
        return CANCELLED
    if state is PairingState.EXPIRED:
        return IN_TIME if pairing.method is PairingMethod.CODE else NOBODY
    return pairing.error or FAILED


def _lead(view: View, words: Words) -> str:
    sentence = N_("{workspace} would like to link your WhatsApp. Your phone keeps working as before.")
    return words(sentence, workspace=view.workspace)


def _fields(shown: Shown) -> dict[str, Any]:
    return {name: getattr(shown, name) for name in Shown.__dataclass_fields__ if name != "attempt"}
