"""Answers other than success, a class for each code of both APIs. Made from the contract by `python -m generate`."""

from collections.abc import Mapping

from tideline.client.errors import Refused


class MissingCredentials(Refused):
    """`missing_credentials`: 401 of the Public API."""

    known_as = "missing_credentials"


class InvalidToken(Refused):
    """`invalid_token`: 401 of the Public API."""

    known_as = "invalid_token"


class MemberNotFound(Refused):
    """`member_not_found`: 403 of the Public API."""

    known_as = "member_not_found"


class PermissionDenied(Refused):
    """`permission_denied`: 403 of the Public API."""

    known_as = "permission_denied"


class InsufficientScope(Refused):
    """`insufficient_scope`: 403 of the Public API."""

    known_as = "insufficient_scope"


class PlanFeatureUnavailable(Refused):
    """`plan_feature_unavailable`: 403 of the Public API."""

    known_as = "plan_feature_unavailable"


class QuotaExceeded(Refused):
    """`quota_exceeded`: 403 or 429 of the Public API."""

    known_as = "quota_exceeded"


class RateLimitExceeded(Refused):
    """`rate_limit_exceeded`: 429 of the Public API."""

    known_as = "rate_limit_exceeded"


class ValidationError(Refused):
    """`validation_error`: 400 or 413 of the Public API."""

    known_as = "validation_error"


class NotFound(Refused):
    """`not_found`: 404 of the Public API."""

    known_as = "not_found"


class AccountInactive(Refused):
    """`account_inactive`: 409 of the Public API."""

    known_as = "account_inactive"


class TemplateNotApproved(Refused):
    """`template_not_approved`: 409 of the Public API."""

    known_as = "template_not_approved"


class TemplateWrongWaba(Refused):
    """`template_wrong_waba`: 409 of the Public API."""

    known_as = "template_wrong_waba"


class TemplateVariablesMismatch(Refused):
    """`template_variables_mismatch`: 422 of the Public API."""

    known_as = "template_variables_mismatch"


class ServiceWindowClosed(Refused):
    """`service_window_closed`: 409 of the Public API."""

    known_as = "service_window_closed"


class NotSupported(Refused):
    """`not_supported`: 405 of the Public API."""

    known_as = "not_supported"


class InternalError(Refused):
    """`internal_error`: 500 of the Public API, 500 of the Partner API."""

    known_as = "internal_error"


class Conflict(Refused):
    """`conflict`: 409 of the Public API."""

    known_as = "conflict"


class CursorExpired(Refused):
    """`cursor_expired`: 410 of the Public API."""

    known_as = "cursor_expired"


class IdempotencyConflict(Refused):
    """`idempotency_conflict`: 409 of the Public API."""

    known_as = "idempotency_conflict"


class StorageFull(Refused):
    """`storage_full`: 507 of the Public API."""

    known_as = "storage_full"


class PartnerNotFound(Refused):
    """`partner_not_found`: 401 of the Partner API."""

    known_as = "partner_not_found"


class PartnerNotActive(Refused):
    """`partner_not_active`: 403 of the Partner API."""

    known_as = "partner_not_active"


class InvalidSignature(Refused):
    """`invalid_signature`: 401 of the Partner API."""

    known_as = "invalid_signature"


class TimestampOutOfRange(Refused):
    """`timestamp_out_of_range`: 401 of the Partner API."""

    known_as = "timestamp_out_of_range"


class WorkspaceNotFound(Refused):
    """`workspace_not_found`: 404 of the Partner API."""

    known_as = "workspace_not_found"


class WorkspaceNotOwnedByPartner(Refused):
    """`workspace_not_owned_by_partner`: 404 of the Partner API."""

    known_as = "workspace_not_owned_by_partner"


class WorkspaceBillingManaged(Refused):
    """`workspace_billing_managed`: 403 of the Partner API."""

    known_as = "workspace_billing_managed"


class SeatsFull(Refused):
    """`seats_full`: 409 of the Partner API."""

    known_as = "seats_full"


class WorkspaceCreationFailed(Refused):
    """`workspace_creation_failed`: 409 of the Partner API."""

    known_as = "workspace_creation_failed"


class UserNotFound(Refused):
    """`user_not_found`: 404 of the Partner API."""

    known_as = "user_not_found"


class UserNotActive(Refused):
    """`user_not_active`: 409 of the Partner API."""

    known_as = "user_not_active"


class UserNotInWorkspace(Refused):
    """`user_not_in_workspace`: 404 of the Partner API."""

    known_as = "user_not_in_workspace"


class MissingHeader(Refused):
    """`missing_header`: 401 of the Partner API."""

    known_as = "missing_header"


class MissingClaim(Refused):
    """`missing_claim`: 401 of the Partner API."""

    known_as = "missing_claim"


class TokenNotActive(Refused):
    """`token_not_active`: 401 of the Partner API."""

    known_as = "token_not_active"


class TokenDecodeError(Refused):
    """`token_decode_error`: 401 of the Partner API."""

    known_as = "token_decode_error"


class InvalidRequest(Refused):
    """`invalid_request`: 400 of the Partner API."""

    known_as = "invalid_request"


class MethodNotAllowed(Refused):
    """`method_not_allowed`: 405 of the Partner API."""

    known_as = "method_not_allowed"


BY_CODE: Mapping[str, type[Refused]] = {
    "missing_credentials": MissingCredentials,
    "invalid_token": InvalidToken,
    "member_not_found": MemberNotFound,
    "permission_denied": PermissionDenied,
    "insufficient_scope": InsufficientScope,
    "plan_feature_unavailable": PlanFeatureUnavailable,
    "quota_exceeded": QuotaExceeded,
    "rate_limit_exceeded": RateLimitExceeded,
    "validation_error": ValidationError,
    "not_found": NotFound,
    "account_inactive": AccountInactive,
    "template_not_approved": TemplateNotApproved,
    "template_wrong_waba": TemplateWrongWaba,
    "template_variables_mismatch": TemplateVariablesMismatch,
    "service_window_closed": ServiceWindowClosed,
    "not_supported": NotSupported,
    "internal_error": InternalError,
    "conflict": Conflict,
    "cursor_expired": CursorExpired,
    "idempotency_conflict": IdempotencyConflict,
    "storage_full": StorageFull,
    "partner_not_found": PartnerNotFound,
    "partner_not_active": PartnerNotActive,
    "invalid_signature": InvalidSignature,
    "timestamp_out_of_range": TimestampOutOfRange,
    "workspace_not_found": WorkspaceNotFound,
    "workspace_not_owned_by_partner": WorkspaceNotOwnedByPartner,
    "workspace_billing_managed": WorkspaceBillingManaged,
    "seats_full": SeatsFull,
    "workspace_creation_failed": WorkspaceCreationFailed,
    "user_not_found": UserNotFound,
    "user_not_active": UserNotActive,
    "user_not_in_workspace": UserNotInWorkspace,
    "missing_header": MissingHeader,
    "missing_claim": MissingClaim,
    "token_not_active": TokenNotActive,
    "token_decode_error": TokenDecodeError,
    "invalid_request": InvalidRequest,
    "method_not_allowed": MethodNotAllowed,
}
