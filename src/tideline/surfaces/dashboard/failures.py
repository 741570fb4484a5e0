"""Why a message was not sent, and what to do about it, in people's words. No I/O.

Meta's codes: developers.facebook.com, "Error Codes". Whatever is not in the tables is told in WhatsApp's own words.
"""

from typing import Final

from tideline.features.messages import Failure
from tideline.surfaces.dashboard.words import N_, _

TOKEN: Final = N_(
    "Meta does not accept the access token of this number any more. An owner or admin enters a new one under Numbers."
)
SLOW: Final = N_("Too many messages left this number at once. Wait a few minutes, then try again.")
RESTRICTED: Final = N_(
    "WhatsApp has restricted this number. Its page at Meta, or its phone, says why. Nothing is sent until that is over."
)
LATER: Final = N_("WhatsApp had a fault of its own. Try again in a few minutes.")
NOT_THERE: Final = N_(
    "WhatsApp cannot reach this person: no WhatsApp on this phone, or one that is too old. Check the number, or call."
)
LIMITED: Final = N_(
    "WhatsApp keeps this person from getting more advertising for now. Wait until they write, or try in a few days."
)
FILE: Final = N_("WhatsApp did not take the file. Send it in another format, or smaller.")
WINDOW: Final = N_("More than 24 hours have passed since the customer wrote. Send an approved template instead.")
VALUES: Final = N_("What was filled into the template does not fit it. Choose the template again and fill it in anew.")
UNKNOWN: Final = N_(
    "Nobody can say whether WhatsApp took it. Look at the phone, or ask the customer, before you send it again."
)
KIND: Final = N_("WhatsApp does not carry this kind of message here. Send it as plain text or as a document.")

BY_NUMBER: Final[dict[int, str]] = {
    **dict.fromkeys((0, 3, 10, 102, 190, 463, 467, 131005), TOKEN),
    **dict.fromkeys((4, 17, 32, 613, 80007, 80008, 130429, 131057), SLOW),
    **dict.fromkeys((368, 130497, 131031, 131044, 131063, 131064, 133006), RESTRICTED),
    **dict.fromkeys((1, 2, 131000, 131016, 135000), LATER),
    **dict.fromkeys((130403, 131026), NOT_THERE),
    **dict.fromkeys((130472, 131049), LIMITED),
    **dict.fromkeys((131052, 131053), FILE),
    **dict.fromkeys((132000, 132012, 132018, 131008, 131009), VALUES),
    131021: N_("A number cannot write to itself. Choose another recipient."),
    131030: N_(
        "This is a test number at Meta: it writes only to phones that are listed there. Add the phone to the list."
    ),
    131037: N_("Meta has not approved the display name of this number yet. Change it there, or wait for the review."),
    131042: N_("Meta could not charge the business account. Somebody has to mend its way of payment at Meta."),
    131045: N_("The number is not registered with Meta any more. Register it there again."),
    131047: WINDOW,
    131048: N_(
        "Too many people blocked or reported this number, so WhatsApp slows it down. Write only to who expects it."
    ),
    131050: N_("This person does not want advertising from you any more. Answer them when they write."),
    131051: KIND,
    131056: N_("Too many messages to this person within a minute. Wait a little, then try again."),
    132001: N_("Meta has no such template in this language, or has not approved it yet. Choose another one."),
    132005: N_("With its places filled in the template is too long. Fill in less."),
    132007: N_("Meta finds that the template is against its rules. It has to be changed at Meta."),
    132015: N_("Meta paused the template, because customers did not like to get it. Choose another one."),
    132016: N_("Meta switched the template off for good. Choose another one."),
    133010: N_("The number is not registered with Meta any more. Register it there again."),
}
BY_CODE: Final[dict[str, str]] = {
    "not_linked": N_("The number is not linked any more. Link its phone again under Numbers, then try again."),
    "offline": N_("The number has no connection to WhatsApp. Switch its phone on, then try again."),
    "recipient_not_on_whatsapp": NOT_THERE,
    "cold_contact_blocked": N_(
        "WhatsApp does not let this number write to new people for now. Wait until they write, or try tomorrow."
    ),
    "rate_limited": SLOW,
    "account_restricted": RESTRICTED,
    "media_rejected": FILE,
    "service_window_closed": WINDOW,
    "template_refused": N_("WhatsApp did not take the template as it was sent. Choose it again, or another one."),
    "recipient_limited": LIMITED,
    "unknown_outcome": UNKNOWN,
    "rejected": N_("WhatsApp could not deliver it. Try again; if that does not help, the person may have blocked you."),
    "dropped_after_restore": N_(
        "It waited when the backup was made, and was not sent. Send it again if it still matters."
    ),
}


def reason(failure: Failure) -> str:
    """The sentence for what Meta's code says, else for what we call it, else WhatsApp's own words."""
    known = BY_NUMBER.get(failure.number) if failure.number is not None else None
    known = known or BY_CODE.get(failure.code)
    return _(known) if known else failure.details or _(failure.title)


def exactly(failure: Failure) -> str:
    """WhatsApp's own words, for whoever asks Meta or us about it."""
    number = f"{failure.number}: " if failure.number is not None else ""
    return f"{number}{failure.title}{f' ({failure.details})' if failure.details else ''}"
