"""Ids made from a seed: the same steps in a world with the same seed give the same ids."""

import hashlib

CODE_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"  # what WhatsApp uses: nothing that is easily misread


class Seed:
    """Each name is a hash of the seed and of what is named, so nothing has to be remembered."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def lid(self, phone: str) -> str:
        return "1" + self._digits(f"lid:{phone}", 14)

    def message_id(self, n: int) -> str:
        return "3EB0" + self._hash(f"message:{n}").hex().upper()[:18]

    def platform_id(self, what: str) -> str:
        """What the Business Platform calls a number, an account or a template: digits."""
        return "1" + self._digits(f"platform:{what}", 14)

    def group_jid(self, n: int) -> str:
        return f"120363{self._digits(f'group:{n}', 12)}@g.us"

    def qr(self, workspace_id: int, pairing_id: int, version: int) -> str:
        return "tideline-sim:" + self._hash(f"qr:{workspace_id}:{pairing_id}:{version}").hex()[:40]

    def code(self, workspace_id: int, pairing_id: int, version: int) -> str:
        drawn = self._hash(f"code:{workspace_id}:{pairing_id}:{version}")
        return "".join(CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in drawn[:8])

    def _digits(self, what: str, count: int) -> str:
        return str(int.from_bytes(self._hash(what)[:16], "big") % 10**count).zfill(count)

    def _hash(self, what: str) -> bytes:
        return hashlib.sha256(f"{self._seed}:{what}".encode()).digest()
