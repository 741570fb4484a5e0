"""What has happened to the audit log itself."""

from tideline.platform.facts import NewFact


def exported() -> NewFact:
    """Somebody took a copy of it."""
    return NewFact("WorkspaceAuditExported", {})
