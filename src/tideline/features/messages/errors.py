"""What can go wrong with messages, in the user's words."""

from typing import Any

from tideline.platform.errors import Problem


class MessageNotFound(Problem):
    """Takes the uid as it was asked for."""

    code = "message_not_found"
    message = "There is no such message."

    def __init__(self, asked: Any) -> None:
        super().__init__(f'Message uid "{asked}" not found', asked=str(asked))


class BlankText(Problem):
    code = "blank_text"
    message = "The text is empty. Leave it out to send a file alone."


class TextTooLong(Problem):
    code = "text_too_long"
    message = "The text has more than 2000 characters."


class InvalidNote(Problem):
    code = "invalid_note"
    message = "A note has 1 to 10,000 characters."


class NothingToSend(Problem):
    code = "nothing_to_send"
    message = "A message needs a text or a file."


class TwoFiles(Problem):
    code = "two_files"
    message = "A message carries one file: name it, or a template that has one, but not both."


class CannotReact(Problem):
    """Takes the sentence that says why."""

    code = "cannot_react"
    message = "This message cannot be reacted to."


class ReplyToOtherNumber(Problem):
    """A quoted message has to belong to the number that sends."""

    code = "reply_to_other_number"
    message = "Only a message of the same WhatsApp number can be quoted."


class NumberNotConnected(Problem):
    """The chosen number, or the number that owns the chat, is not connected; nothing is queued."""

    code = "number_not_connected"
    message = "No connected WhatsApp account"


class BusinessNumberInactive(Problem):
    """The business number that was chosen, or that owns the chat, is paused, restricted or gone."""

    code = "business_number_inactive"
    message = "WABA account is not active"


class WindowIsClosed(Problem):
    """Free messages of a business number are delivered for a day after the customer wrote."""

    code = "window_is_closed"
    message = "The 24 hour service window is closed: send a template"


class TemplateAlone(Problem):
    code = "template_alone"
    message = "A template is sent alone: without text, file or quoted message."


class SendingQuotaExceeded(Problem):
    code = "sending_quota_exceeded"
    message = "Mass sending quota exceeded"


class NobodyNamed(Problem):
    code = "nobody_named"
    message = "Name somebody: a phone with its country code, or the name of a chat."


class TooManyRecipients(Problem):
    code = "too_many_recipients"
    message = "One message goes to 50 at once."


class UnknownName(Problem):
    code = "unknown_name"
    message = "This is neither a phone with its country code nor the name of a chat."


class DoubleRecipient(Problem):
    code = "double_recipient"
    message = "Named before: one chat gets the message once."


class OtherNumber(Problem):
    code = "other_number"
    message = "This chat belongs to another number, and its phone is not known."


class NotYourNumber(Problem):
    """The number is not there, or somebody else's; there is nothing to tell the two apart."""

    code = "not_your_number"
    message = "This is not a number that you may write from."


class RoundNotFound(Problem):
    code = "round_not_found"
    message = "There is no such message to several."


class SendQueueClosed(Problem):
    """The server is stopping and takes no new messages."""

    code = "send_queue_closed"
    message = "The server is stopping. Try again in a moment."
