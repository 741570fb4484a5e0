"""Business numbers: accounts of WhatsApp's Business Platform that a workspace speaks for.

Actions of a workspace (`tx: Tx`):
    add(tx, keyring, NewAccount, owner_id=, kind=CLOUD) -> Opened      InvalidAccount, SecretMissing, AccountExists,
                                                                       PhoneAlreadyLinked
    get(tx, number_id) -> Account                                      or AccountNotFound
    list_accounts(tx) -> dict[NumberId, Account]
    list_of_app(tx, keyring, app_secret) -> list[Account]              those whose webhooks this secret signs
    open_account(tx, keyring, number_id) -> Opened                     with its secrets; or AccountNotFound
    change_secrets(tx, keyring, number_id, token=, app_secret=) -> Opened
    describe(tx, number_id, display_phone=, name=) -> Account          how WhatsApp shows it
    remove(tx, number_id)                                              chats stay, secrets go; or AccountNotFound
    unlink(tx, number_id, reason=) -> Number                           the same for a number of any kind
    get_template(tx, id) -> Template                                   or TemplateNotFound
    list_templates(tx, page=1, waba_id=, named=) -> ([Template], has_more)   the newest first
    list_approved(tx, number_id, words, language=) -> ([Template], has_more)   what the number may send, by name
    get_approved(tx, number_id, id) -> Template                        or TemplateNotFound
    list_languages(tx, number_id) -> [str]                             of these
    find_templates(tx, names) -> [Template]                            in every language and account
    accounts_of(tx, waba_id) -> [NumberId]                             the numbers of a business account
    ask_for_templates(tx, number_id)                                   the gateway reads them soon
    has_templates_since(tx, number_id, moment) -> bool                 were they read after that
    take_templates(tx, number_id, [BusinessTemplate], as_of=)          as WhatsApp had them then, or has them now
    change_template(tx, number_id, TemplateChanged)                    what WhatsApp told of one
    ask_analytics(tx, number_id, Asked) -> Analytics                   AccountNotFound, InvalidAnalytics
    get_analytics(tx, handle) -> Analytics                             or AnalyticsNotFound
    answer_analytics(tx, handle, result) / fail_analytics(tx, handle, problem)

Across workspaces (`tx: SystemTx`):
    accounts_due(tx) -> [(workspace id, number id)]                    whose templates are to be asked for
    forget_analytics(tx) -> int                                        answers that are old
    find_by_path(tx, keyring, path_key) -> Opened | None               whose address was called
    count_unreadable_accounts(tx, keyring) -> int                      reencrypt_accounts(db, keyring) -> int

Pure rules: `fill(template, WantedTemplate) -> TemplateMessage` (TemplateNotApproved, TemplateVariablesMismatch),
`places(template)`, the placeholders of header and body; `is_fillable(template)`, can all it needs be given;
`parse_dimensions(text)` (InvalidAnalytics).

`Vault(db, keyring)` hands connectors the credentials of a number.
"""

from tideline.features.business.actions.accounts import (
    add,
    change_secrets,
    count_unreadable_accounts,
    describe,
    find_by_path,
    get,
    list_accounts,
    list_of_app,
    open_account,
    reencrypt_accounts,
    remove,
    unlink,
)
from tideline.features.business.actions.analytics import (
    answer_analytics,
    ask_analytics,
    fail_analytics,
    forget_analytics,
    get_analytics,
)
from tideline.features.business.actions.templates import (
    ASKED_EVERY,
    accounts_due,
    accounts_of,
    ask_for_templates,
    change_template,
    find_templates,
    get_approved,
    get_template,
    has_templates_since,
    list_approved,
    list_languages,
    list_templates,
    take_templates,
)
from tideline.features.business.analytics import Analytics, AnalyticsState, Asked, parse_dimensions
from tideline.features.business.errors import (
    AccountExists,
    AccountNotFound,
    AnalyticsNotFound,
    InvalidAccount,
    InvalidAnalytics,
    SecretMissing,
    TemplateNotApproved,
    TemplateNotFound,
    TemplateOfOtherAccount,
    TemplateVariablesMismatch,
)
from tideline.features.business.model import Account, NewAccount, Opened, Secrets
from tideline.features.business.templates import (
    BusinessTemplateId,
    Template,
    WantedTemplate,
    fill,
    is_fillable,
    places,
)
from tideline.features.business.vault import Vault

__all__ = [
    "ASKED_EVERY",
    "Account",
    "AccountExists",
    "AccountNotFound",
    "Analytics",
    "AnalyticsNotFound",
    "AnalyticsState",
    "Asked",
    "BusinessTemplateId",
    "InvalidAccount",
    "InvalidAnalytics",
    "NewAccount",
    "Opened",
    "SecretMissing",
    "Secrets",
    "Template",
    "TemplateNotApproved",
    "TemplateNotFound",
    "TemplateOfOtherAccount",
    "TemplateVariablesMismatch",
    "Vault",
    "WantedTemplate",
    "accounts_due",
    "accounts_of",
    "add",
    "answer_analytics",
    "ask_analytics",
    "ask_for_templates",
    "change_secrets",
    "change_template",
    "count_unreadable_accounts",
    "describe",
    "fail_analytics",
    "fill",
    "find_by_path",
    "find_templates",
    "forget_analytics",
    "get",
    "get_analytics",
    "get_approved",
    "get_template",
    "has_templates_since",
    "is_fillable",
    "list_accounts",
    "list_approved",
    "list_languages",
    "list_of_app",
    "list_templates",
    "open_account",
    "parse_dimensions",
    "places",
    "reencrypt_accounts",
    "remove",
    "take_templates",
    "unlink",
]
