"""What can go wrong with workspaces, people, tokens and quotas, in the user's words."""

from tideline.platform.errors import Problem


class WorkspaceNotFound(Problem):
    code = "workspace_not_found"
    message = "There is no such workspace."


class AlreadySetUp(Problem):
    code = "already_set_up"
    message = "This Tideline has been set up already. Sign in instead."


class NotOperator(Problem):
    """Somebody who does not look after the installation asked for what only its operators see."""

    code = "not_operator"
    message = "This person does not look after the installation."


class InvalidName(Problem):
    """A display name, team title or slug that is blank, too long or holds characters nobody can print."""

    code = "invalid_name"
    message = "This name cannot be used."


class InvalidEmail(Problem):
    code = "invalid_email"
    message = "This is not an e-mail address."


class InvalidZone(Problem):
    code = "invalid_zone"
    message = "This is not a time zone. Use a name such as Europe/Berlin or UTC."


class InvalidAmount(Problem):
    """A number of seats, credits or calls that makes no sense."""

    code = "invalid_amount"
    message = "This amount cannot be used."


class SlugTaken(Problem):
    code = "slug_taken"
    message = "This workspace identifier is taken."


class TeamNotFound(Problem):
    code = "team_not_found"
    message = "There is no such team."


class TeamExists(Problem):
    code = "team_exists"
    message = "There is already a team with this title."


class TeamInUse(Problem):
    code = "team_in_use"
    message = "People or templates still belong to this team."


class DefaultTeamStays(Problem):
    code = "default_team_stays"
    message = "The default team keeps its title and cannot be removed."


class TeammateNotFound(Problem):
    code = "teammate_not_found"
    message = "There is no such teammate."


class NoSeatLeft(Problem):
    code = "no_seat_left"
    message = "All seats of this workspace are taken."


class InvitationAccepted(Problem):
    code = "invitation_accepted"
    message = "Invitation has already been accepted"


class OwnerStays(Problem):
    """The one owner cannot be given another role, suspended or removed; nobody else can become owner by invitation."""

    code = "owner_stays"
    message = "A workspace keeps its one owner."


class NotActive(Problem):
    """Asked for something that only a teammate with a place in the workspace can have."""

    code = "not_active"
    message = "This teammate is not active."


class TokenExists(Problem):
    code = "token_exists"
    message = "This teammate already has a token. Show it or rotate it."


class TokenNotFound(Problem):
    code = "token_not_found"
    message = "This teammate has no token."


class InvalidToken(Problem):
    """Unknown, rotated away or expired. Surfaces: 401 `invalid_token`."""

    code = "invalid_token"
    message = "Invalid or expired token"


class MemberNotFound(Problem):
    """The token is a real one, the teammate behind it is suspended or removed. Surfaces: 403 `member_not_found`."""

    code = "member_not_found"
    message = "Member not found"


class WorkspaceSuspended(MemberNotFound):
    """Everybody is as good as gone until the workspace is opened again. Surfaces: 403."""

    code = "workspace_suspended"
    message = "This workspace is suspended."


class InsufficientScope(Problem):
    code = "insufficient_scope"
    message = "This token may not do that."


class PermissionDenied(Problem):
    """Something that the caller's role does not allow (docs/roles.md)."""

    code = "permission_denied"
    message = "Access denied"


class LinkNotValid(Problem):
    """A sign-in, invitation or reset link that is unknown, used or older than 24 hours: never says which."""

    code = "link_not_valid"
    message = "This link is not valid any more. Ask for a new one."


class WrongCredentials(Problem):
    """One sentence for every reason, so that nobody learns which addresses exist."""

    code = "wrong_credentials"
    message = "Wrong e-mail address or password."


class WeakPassword(Problem):
    code = "weak_password"
    message = "A password has 10 to 200 characters."


class TooManyAttempts(Problem):
    """Carries `details["retry_after"]`, in whole seconds."""

    code = "too_many_attempts"
    message = "Too many attempts. Try again in a few minutes."


class SessionEnded(Problem):
    code = "session_ended"
    message = "Please sign in again."


class TransactionsUsedUp(Problem):
    code = "transactions_used_up"
    message = "Transactions quota exceeded"


class ApiCallsUsedUp(Problem):
    """Carries `details["retry_after"]`, in whole seconds."""

    code = "api_calls_used_up"
    message = "API calls quota exceeded"
