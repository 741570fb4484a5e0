"""Times as partners read them: ISO 8601 in UTC, whole seconds, with a Z. No I/O."""

from datetime import UTC, datetime, timedelta

from tideline.features.workspaces import Period

SECOND = timedelta(seconds=1)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def last_second(period: Period) -> str:
    """Partners read the end of a period as the last second of it."""
    return iso(period.end - SECOND)
