"""Partners: companies that make and manage workspaces for their customers. This is the face others may import.

For the operator (`tx: SystemTx`):
    create(tx, keyring, name=, partner_id=, secret=, grants=) -> NewPartner    the secret is told once
    get / find / list_partners, rotate_secret, set_webhook, set_origins, set_grants, set_active, set_billed_directly
    usage(tx, partner_id, month) -> Usage                  connected numbers by day
    deliveries, redeliver_failed, send_test                the log of a partner's events

For partners, who come in through `PartnerAccess(db, keyring).authenticate(partner_id, token) -> Partner`:
    open_workspace(tx: SystemTx, partner, ...) and find_owned(tx: SystemTx, partner, slug) -> workspace's id
    summary, details, update, get_member, give_qr_link, disconnect, show_token, rotate_token, remove_member,
    suspend_workspace, restore_workspace, delete_workspace      in a transaction of that workspace, as `ACTOR`

Objects of the program:
    PartnerReader()                                        for the dispatcher: puts events on lanes
    TellingPartners(db, outgoing, keyring, waits)          the act of the lanes of `LANE`
    find_partner_of(tx: SystemTx, workspace_id)            in whose name a workspace's QR page is shown, and where
"""

from tideline.features.partners.access import PartnerAccess
from tideline.features.partners.actions.managing import (
    ACTOR,
    KEPT_AFTER_DELETION,
    delete_workspace,
    details,
    disconnect,
    find_made,
    find_owned,
    get_member,
    give_qr_link,
    list_owned,
    list_used,
    open_workspace,
    remove_deleted,
    remove_member,
    restore_workspace,
    rotate_token,
    show_token,
    summary,
    suspend_workspace,
    update,
)
from tideline.features.partners.actions.registering import (
    count_unreadable_partners,
    count_workspaces,
    create,
    find,
    find_partner_of,
    get,
    list_partners,
    reencrypt_partners,
    rotate_secret,
    set_active,
    set_billed_directly,
    set_grants,
    set_origins,
    set_webhook,
)
from tideline.features.partners.actions.reporting import (
    deliveries,
    redeliver_failed,
    redeliver_failed_in,
    send_test,
    usage,
)
from tideline.features.partners.errors import (
    InvalidMonth,
    InvalidOrigin,
    InvalidPartner,
    InvalidSignature,
    MissingClaim,
    MissingHeader,
    PartnerExists,
    PartnerNotActive,
    PartnerNotFound,
    TimestampOutOfRange,
    TokenNotActive,
    TokenNotReadable,
    UserNotActive,
    UserNotFound,
    UserNotInWorkspace,
    WorkspaceBilledDirectly,
    WorkspaceNotOwned,
)
from tideline.features.partners.groups import LANE
from tideline.features.partners.model import (
    MAIL_DOMAIN,
    ApiToken,
    Details,
    Grants,
    NewPartner,
    Owned,
    Partner,
    QrLinkMade,
    QrLinkShown,
    Summary,
    Suspended,
    Usage,
    Used,
)
from tideline.features.partners.reader import PartnerReader
from tideline.features.partners.telling import TellingPartners
from tideline.features.partners.times import iso, last_second

__all__ = [
    "ACTOR",
    "KEPT_AFTER_DELETION",
    "LANE",
    "MAIL_DOMAIN",
    "ApiToken",
    "Details",
    "Grants",
    "InvalidMonth",
    "InvalidOrigin",
    "InvalidPartner",
    "InvalidSignature",
    "MissingClaim",
    "MissingHeader",
    "NewPartner",
    "Owned",
    "Partner",
    "PartnerAccess",
    "PartnerExists",
    "PartnerNotActive",
    "PartnerNotFound",
    "PartnerReader",
    "QrLinkMade",
    "QrLinkShown",
    "Summary",
    "Suspended",
    "TellingPartners",
    "TimestampOutOfRange",
    "TokenNotActive",
    "TokenNotReadable",
    "Usage",
    "Used",
    "UserNotActive",
    "UserNotFound",
    "UserNotInWorkspace",
    "WorkspaceBilledDirectly",
    "WorkspaceNotOwned",
    "count_unreadable_partners",
    "count_workspaces",
    "create",
    "delete_workspace",
    "deliveries",
    "details",
    "disconnect",
    "find",
    "find_made",
    "find_owned",
    "find_partner_of",
    "get",
    "get_member",
    "give_qr_link",
    "iso",
    "last_second",
    "list_owned",
    "list_partners",
    "list_used",
    "open_workspace",
    "redeliver_failed",
    "redeliver_failed_in",
    "reencrypt_partners",
    "remove_deleted",
    "remove_member",
    "restore_workspace",
    "rotate_secret",
    "rotate_token",
    "send_test",
    "set_active",
    "set_billed_directly",
    "set_grants",
    "set_origins",
    "set_webhook",
    "show_token",
    "summary",
    "suspend_workspace",
    "update",
    "usage",
]
