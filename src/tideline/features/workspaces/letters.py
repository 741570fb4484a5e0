"""What is written to people about their way into a workspace. No I/O."""

from tideline.features.workspaces.model import Teammate, TeammateId, Workspace
from tideline.platform.mail import Letter

LASTS = "The link works once, within 24 hours."


def invitation(workspace: Workspace, invited: Teammate, by: Teammate | None, address: str) -> Letter:
    inviter = f"{by.display_name} ({by.email}) invites you" if by else "You are invited"
    return Letter(
        kind="invitation",
        about=about_invitation(workspace.id, invited.id),
        to=invited.email,
        name=invited.display_name,
        subject=f"Join {workspace.display_name} on Tideline",
        text=f"""Hello {invited.display_name},

{inviter} to the workspace "{workspace.display_name}" on Tideline, a shared inbox for WhatsApp.
You will be there as {invited.role.label}, in the team "{invited.team}".

Open this link to join. {LASTS}

{address}

If this means nothing to you, ignore this mail, and nothing will happen.
""",
    )


def about_invitation(workspace_id: int, invited: TeammateId) -> str:
    return f"invitation of {invited} to {workspace_id}"


def new_password(workspace: Workspace, member: Teammate, address: str) -> Letter:
    return Letter(
        kind="new_password",
        about=about_new_password(workspace.id, member.id),
        to=member.email,
        name=member.display_name,
        subject="A new password for Tideline",
        text=f"""Hello {member.display_name},

somebody, hopefully you, asked for a new password for this address on Tideline.

Open this link to choose one. {LASTS} Whoever is signed in as you will have to sign in again.

{address}

If it was not you, ignore this mail. Your password stays as it is.
""",
    )


def about_new_password(workspace_id: int, member: TeammateId) -> str:
    return f"new password of {member} in {workspace_id}"
