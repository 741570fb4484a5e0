"""The page on which a phone finds its QR or pairing code. Whoever has the link may see it, signed in or not."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import numbers, workspaces
from tideline.features.numbers import Pairing, PairingMethod, PairingState
from tideline.platform import qr
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.visits import NotHere

LOOK_SECONDS = 2
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A state in words, and the sign that goes with it."""

    title: str
    lead: str
    state: str
    sign: str = "busy"


ASK_AGAIN = "Ask whoever sent you here for a new link."
SCAN = "Your phone keeps working as before."
TOLD = {
    PairingState.REQUESTED: Told("Link your WhatsApp", "One moment, a code is on its way.", "Getting a code"),
    PairingState.WAITING: Told("Link your WhatsApp", SCAN, "Waiting"),
    PairingState.LINKED: Told("Linked", "The phone is linked. You can close this page.", "Linked", "ok"),
    PairingState.EXPIRED: Told("The time is over", f"Nobody used the code in time. {ASK_AGAIN}", "Expired", "warn"),
    PairingState.CANCELLED: Told("Cancelled", f"This attempt was cancelled. {ASK_AGAIN}", "Cancelled", "warn"),
    PairingState.FAILED: Told("This did not work", ASK_AGAIN, "Failed", "bad"),
}


class PairingPage:
    def __init__(self, deps: DashboardDeps, pages: Pages) -> None:
        self._deps = deps
        self._pages = pages

    async def show(self, request: Request) -> Response:
        pairing, workspace = await self._find(request.path_params["token"])
        now = self._deps.db.clock.now()
        state = _state(pairing, now)
        code = pairing.qr or pairing.code if state.is_open else None
        is_qr = pairing.method is PairingMethod.QR
        answer = self._pages.page(
            request,
            "pairing.html",
            told=TOLD[state],
            reason=pairing.error if state is PairingState.FAILED else None,
            workspace=workspace.display_name,
            is_open=state.is_open,
            is_qr=is_qr,
            phone=pairing.phone,
            drawing=qr.draw(code) if code and is_qr else None,
            code=code,
            seconds=_seconds_left(pairing, now) if code else None,
            look_seconds=LOOK_SECONDS,
            version=_version(state, code),
        )
        answer.headers["Tideline-Version"] = _version(state, code)
        return answer

    async def _find(self, token: str) -> tuple[Pairing, workspaces.Workspace]:
        if len(token) > LONGEST_TOKEN:
            raise NotHere
        async with self._deps.db.system() as tx:
            ref = await numbers.find_pairing_link(tx, self._deps.keyring, token)
        if ref is None:
            raise NotHere
        async with self._deps.db.read(ref.workspace_id) as tx:
            return await numbers.get_pairing(tx, ref.pairing_id), await workspaces.get_workspace(tx)


def _state(pairing: Pairing, now: datetime) -> PairingState:
    """An attempt that no gateway works on is over as well when its time is."""
    return PairingState.EXPIRED if pairing.is_open and pairing.expires_at <= now else pairing.state


def _seconds_left(pairing: Pairing, now: datetime) -> int:
    return max(0, int((pairing.code_until - now).total_seconds())) if pairing.code_until else 0


def _version(state: PairingState, code: str | None) -> str:
    """Another one whenever the page would look different; the page asks for it alone."""
    return sha256(f"{state} {code}".encode()).hexdigest()[:16]
