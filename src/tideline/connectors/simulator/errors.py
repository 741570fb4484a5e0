"""What can go wrong in the simulated WhatsApp, in the words of whoever drives it."""

from tideline.platform.errors import Problem


class PhoneNotFound(Problem):
    code = "phone_not_found"
    message = "There is no such simulated phone. Create it with POST /simulator/api/phones."


class GroupNotFound(Problem):
    code = "group_not_found"
    message = "There is no such group."


class MessageNotFound(Problem):
    code = "message_not_found"
    message = "This phone sees no such message."


class NotOnWhatsApp(Problem):
    code = "not_on_whatsapp"
    message = "This phone is not on WhatsApp."


class PhoneOffline(Problem):
    code = "phone_offline"
    message = "The phone is offline. Bring it online first."


class PhoneBanned(Problem):
    code = "phone_banned"
    message = "WhatsApp has banned this phone."


class ToItself(Problem):
    code = "to_itself"
    message = "A phone cannot do that with itself."


class NotInGroup(Problem):
    code = "not_in_group"
    message = "The phone is not in this group."


class AlreadyInGroup(Problem):
    code = "already_in_group"
    message = "The phone is in this group already."


class GroupNeedsOwner(Problem):
    code = "group_needs_owner"
    message = "The owner of a group stays its administrator."


class GroupNeedsMember(Problem):
    code = "group_needs_member"
    message = "A group keeps at least one member."


class NotYourMessage(Problem):
    code = "not_your_message"
    message = "Only the phone that wrote a message can change it."


class MessageIsRevoked(Problem):
    code = "message_is_revoked"
    message = "The message was revoked for everybody."


class MessageHasNoText(Problem):
    code = "message_has_no_text"
    message = "A voice message has no text to edit."


class FileTooLarge(Problem):
    code = "file_too_large"
    message = "WhatsApp does not take a file of this size."


class NotAPicture(Problem):
    code = "not_a_picture"
    message = "Only an image can be shown as a picture: image/jpeg, image/png or image/webp."


class PictureNotFound(Problem):
    code = "picture_not_found"
    message = "There is no picture."


class NotLinkedHere(Problem):
    code = "not_linked"
    message = "The phone has no linked device."


class TooManyLinks(Problem):
    code = "too_many_links"
    message = "A phone has at most four linked devices. Unlink one first."


class LinkRefused(Problem):
    code = "link_refused"
    message = "Tideline did not take the link: the number may be linked there already."


class QrNotValid(Problem):
    code = "qr_not_valid"
    message = "This QR code is not shown any more. Scan the current one."


class CodeNotValid(Problem):
    code = "code_not_valid"
    message = "This code is not valid for this phone."


class NotBusiness(Problem):
    code = "not_a_business_number"
    message = "This phone is no business number. Make it one with POST /simulator/api/business."


class HasNoPhone(Problem):
    code = "business_number_has_no_phone"
    message = "A business number has no phone that could scan a code."


class TemplateNotFound(Problem):
    code = "no_such_template"
    message = "The business account has no such template."


class ClockNotOurs(Problem):
    code = "clock_not_driven"
    message = "The clock can be driven only when Tideline was started with --test-clock."
