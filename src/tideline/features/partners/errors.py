"""What can go wrong between a partner and its workspaces, in the partner's words."""

from tideline.platform.errors import Problem


class MissingHeader(Problem):
    code = "missing_header"
    message = "Authorization with a bearer token and X-TL-Partner-Id are both needed."


class PartnerNotFound(Problem):
    code = "partner_not_found"
    message = "No partner has this id."


class PartnerNotActive(Problem):
    code = "partner_not_active"
    message = "This partner is deactivated."


class PartnerExists(Problem):
    code = "partner_exists"
    message = "There is already a partner with this id."


class InvalidPartner(Problem):
    """Takes what is wrong."""

    code = "invalid_partner"
    message = "A partner's id has up to 63 letters a to z, digits, dashes and underscores."


class TokenNotReadable(Problem):
    code = "token_not_readable"
    message = "The bearer token is not a readable HS256 JWT."


class InvalidSignature(Problem):
    code = "invalid_signature"
    message = "The token was not signed with the secret of this partner."


class MissingClaim(Problem):
    """Takes the claim."""

    code = "missing_claim"
    message = "A claim of the token is missing."

    def __init__(self, claim: str) -> None:
        super().__init__(f"The {claim} claim is missing, or not of its type.")


class TokenNotActive(Problem):
    code = "token_not_active"
    message = "nbf lies in the future."


class TimestampOutOfRange(Problem):
    code = "timestamp_out_of_range"
    message = "The token has expired."


class WorkspaceNotOwned(Problem):
    code = "workspace_not_owned"
    message = "The workspace is not linked to this partner."


class WorkspaceBilledDirectly(Problem):
    code = "workspace_billed_directly"
    message = "This workspace has its own subscription."


class UserNotFound(Problem):
    code = "user_not_found"
    message = "No user has this id."


class UserNotInWorkspace(Problem):
    code = "user_not_in_workspace"
    message = "The user is not a member of this workspace."


class UserNotActive(Problem):
    code = "user_not_active"
    message = "The user is suspended."


class InvalidOrigin(Problem):
    """Takes the origin."""

    code = "invalid_origin"
    message = "An origin is scheme, host and port only, such as https://app.example.com."


class InvalidMonth(Problem):
    code = "invalid_month"
    message = "A month is written as 2026-03."
