"""Numbers of the emulator that we speak for: a vault and doors, as the feature `business` has them, in memory."""

from dataclasses import dataclass

from tests.support.graph.model import Number
from tideline.features.numbers.port import AccountRef, Credentials, NotLinked
from tideline.surfaces.inbound import BASE, Door


@dataclass(frozen=True)
class Installed:
    account: AccountRef
    number: Number


class Accounts:
    """Who has been added. Implements `Vault`, and finds doors for the receiver."""

    def __init__(self) -> None:
        self._installed: dict[int, Installed] = {}

    def add(self, account: AccountRef, number: Number) -> str:
        """The answer is the path at which the platform calls."""
        self._installed[account.number_id] = Installed(account, number)
        number.verify_token = f"verify-{account.number_id}"
        return f"{BASE}/cloud/{self.key(account.number_id)}"

    def remove(self, number_id: int) -> None:
        del self._installed[number_id]

    def number(self, number_id: int) -> Number:
        return self._installed[number_id].number

    @staticmethod
    def key(number_id: int) -> str:
        return f"in_{number_id:020d}"

    async def credentials(self, account: AccountRef) -> Credentials:
        if account.number_id not in self._installed:
            raise NotLinked
        number = self.number(account.number_id)
        return Credentials(number.id, number.waba_id, number.token, number.app_secret)

    async def find(self, key: str) -> Door | None:
        for number_id, mine in self._installed.items():
            if self.key(number_id) == key:
                return self._door(mine)
        return None

    def _door(self, mine: Installed) -> Door:
        siblings = [
            one
            for one in self._installed.values()
            if one.account.workspace_id == mine.account.workspace_id and one.number.app_secret == mine.number.app_secret
        ]
        accounts: dict[str, list[int]] = {}
        for one in siblings:
            accounts.setdefault(one.number.waba_id, []).append(one.account.number_id)
        return Door(
            mine.account.workspace_id,
            mine.account.number_id,
            mine.number.app_secret,
            mine.number.verify_token,
            {one.number.id: one.account.number_id for one in siblings},
            accounts,
        )
