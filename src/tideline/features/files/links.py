"""Links to files: signed, good for fifteen minutes, and made from the public address, never from a request."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from tideline.features.files.errors import LinkExpired, LinkWrong
from tideline.features.files.model import File
from tideline.platform.crypto import Keyring

LIFETIME = timedelta(minutes=15)
NEVER = 2**33
THE_BEGINNING = datetime.fromtimestamp(0, UTC)


class Links:
    """Makes and checks links. A link names the workspace too, because that is where the file is looked for."""

    def __init__(self, keyring: Keyring, public_url: str) -> None:
        self._keyring = keyring
        self._base = public_url.rstrip("/")

    def url(self, file: File, now: datetime) -> str:
        """A link that anybody may follow for fifteen minutes."""
        return self.url_of(file.workspace_id, file.uid, file.filename, now)

    def url_of(self, workspace_id: int, uid: UUID, filename: str, now: datetime) -> str:
        """The same for callers who hold a snapshot instead of the file."""
        expires = int((now + LIFETIME).timestamp())
        signature = self._keyring.sign(_what(workspace_id, uid), expires)
        path = f"/files/{uid}/{quote(filename, safe='')}"
        return f"{self._base}{path}?w={workspace_id}&expires={expires}&sig={signature}"

    def photo_url(self, workspace_id: int, uid: UUID) -> str:
        """A link to a picture of a person or a group that anybody may follow for as long as it is shown. It is the
        same each time, so that lists can be kept and compared."""
        return f"{self._base}/photos/{uid}?w={workspace_id}&sig={self._keyring.sign(_photo(workspace_id, uid), NEVER)}"

    def check_photo(self, workspace_id: int, uid: UUID, signature: str) -> None:
        """Raises LinkWrong."""
        if not self._keyring.is_signed(_photo(workspace_id, uid), NEVER, signature, now=THE_BEGINNING):
            raise LinkWrong

    def check(self, workspace_id: int, uid: UUID, expires: int, signature: str, now: datetime) -> None:
        """Raises LinkWrong for a link that is not ours, LinkExpired for one whose time is over."""
        just_before = datetime.fromtimestamp(expires - 1, UTC)
        if not self._keyring.is_signed(_what(workspace_id, uid), expires, signature, now=just_before):
            raise LinkWrong
        if now.timestamp() >= expires:
            raise LinkExpired


def _photo(workspace_id: int, uid: UUID) -> str:
    return f"photo {workspace_id}/{uid}"


def _what(workspace_id: int, uid: UUID) -> str:
    return f"file {workspace_id}/{uid}"
