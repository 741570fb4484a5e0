"""The page on which a phone finds its QR or pairing code. Whoever has the link may see it, signed in or not."""

from dataclasses import dataclass
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
    PairingState.WAITING: Told("Link your WhatsApp", SCAN, "Waiting for the phone"),
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
        code = pairing.qr if pairing.method is PairingMethod.QR else pairing.code
        shown = code if pairing.is_open else None
        now = self._deps.db.clock.now()
        seconds = max(0, int((pairing.code_until - now).total_seconds())) if shown and pairing.code_until else None
        answer = self._pages.page(
            request,
            "pairing.html",
            told=TOLD[pairing.state],
            reason=pairing.error if pairing.state is PairingState.FAILED else None,
            workspace=workspace.display_name,
            is_qr=pairing.method is PairingMethod.QR,
            phone=pairing.phone,
            drawing=qr.draw(shown) if shown and pairing.method is PairingMethod.QR else None,
            code=shown if pairing.method is PairingMethod.CODE else None,
            seconds=seconds,
            is_open=pairing.is_open,
            look_seconds=LOOK_SECONDS,
            version=_version(pairing.state, shown),
        )
        answer.headers["Tideline-Version"] = _version(pairing.state, shown)
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


def _version(state: PairingState, code: str | None) -> str:
    """Another one whenever the page would look different; the page asks for it alone."""
    return sha256(f"{state} {code}".encode()).hexdigest()[:16]
