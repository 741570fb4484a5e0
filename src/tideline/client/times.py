"""Times on the wire: `2026-09-14 16:20:30 +0200` and ISO 8601, always read into aware datetimes."""

from datetime import datetime


def read_time(text: str) -> datetime:
    """Raise ValueError where it is no moment."""
    moment = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return moment


def write_time(moment: datetime) -> str:
    """ISO 8601. A moment without an offset stays without: the server takes it in the workspace's time zone."""
    return moment.isoformat()
