"""Why a number is in its state, in the reader's language. What nobody here knows stays as the connector says it."""

from typing import Final

from tideline.surfaces.dashboard.words import N_, _

REASONS: Final = frozenset(
    {
        N_("The link was ended on the phone."),
        N_("The account is gone from the phone: WhatsApp was deleted there, banned, or moved to another phone."),
        N_("WhatsApp ended the link."),
        N_("Another program took over the connection of this link."),
        N_("WhatsApp locked this number out for a while."),
        N_("WhatsApp does not accept this version of its client any more."),
        N_("There is no connection to WhatsApp."),
        N_("The WhatsApp account of the phone was deleted."),
        N_("WhatsApp no longer accepts the access token. Give the number a new one."),
        N_("WhatsApp has disabled the business account."),
        N_("The number was deleted from the business account."),
        N_("The number is not registered on the Business Platform."),
        N_("WhatsApp lets this number send no messages."),
        N_("The WhatsApp Business account was deleted."),
        N_("The number was taken off the Business Platform."),
        N_("Access to the WhatsApp Business account was withdrawn."),
    }
)
LOCKED_OUT: Final = "WhatsApp locked this number out for a while, because {why}."
WHY: Final = {
    "it was sent to too many people who do not have this number in their contacts": N_(
        "WhatsApp locked this number out for a while: it wrote to too many people who do not know it."
    ),
    "too many people blocked it": N_("WhatsApp locked this number out for a while: too many people blocked it."),
    "it made too many groups with people who do not have it in their contacts": N_(
        "WhatsApp locked this number out for a while: it made too many groups with people who do not know it."
    ),
    "it sent the same message too often": N_(
        "WhatsApp locked this number out for a while: it sent the same message too often."
    ),
    "it sent too many messages to a broadcast list": N_(
        "WhatsApp locked this number out for a while: it sent too many messages to a broadcast list."
    ),
}
SHORT: Final = {
    "removed": N_("The link was ended here."),
    "disconnected by partner": N_("The partner ended the link."),
    "qr link regenerated": N_("The partner made a new link, which ended this one."),
}
"""Words that are kept for programs."""

_KNOWN: Final = {
    **{one: one for one in REASONS},
    **SHORT,
    **{LOCKED_OUT.format(why=why): sentence for why, sentence in WHY.items()},
}


def said(reason: str | None) -> str | None:
    return _(_KNOWN.get(reason, reason)) if reason else None
