"""What can go wrong with chats, in the user's words."""

from typing import Any

from tideline.platform.errors import Problem


class ChatNotFound(Problem):
    """Takes what was asked for: an id, an address or a name."""

    code = "chat_not_found"
    message = "There is no such chat."

    def __init__(self, asked: Any) -> None:
        super().__init__(f'Whatsapp chat_id "{asked}" not found', asked=asked)


class ChatNameTaken(Problem):
    code = "chat_name_taken"
    message = "Another chat of this workspace already has this name."


class InvalidChatName(Problem):
    code = "invalid_chat_name"
    message = "A chat's name has 1 to 256 characters."


class InvalidLabel(Problem):
    code = "invalid_label"
    message = "A label has 1 to 64 characters."


class TooManyLabels(Problem):
    code = "too_many_labels"
    message = "A chat has at most 1000 labels."


class TooManyChats(Problem):
    code = "too_many_chats"
    message = "At most 200 chats can be changed at once."


class InvalidMetadata(Problem):
    code = "invalid_metadata"
    message = "Metadata is a JSON object of at most 50 keys, 8 levels and 16,384 bytes."


class AssigneeNotFound(Problem):
    """Nobody active in the workspace has this e-mail address."""

    code = "assignee_not_found"
    message = "Nobody in this workspace has this e-mail address."

    def __init__(self, email: str) -> None:
        super().__init__(f'Teammate "{email}" not found', email=email)


class WrongPhone(Problem):
    """Takes the phone as it was typed."""

    code = "wrong_phone"
    message = "This is not a phone number with its country code."

    def __init__(self, typed: str) -> None:
        super().__init__(f'Wrong phone number "{typed}"', typed=typed)


class WrongJid(Problem):
    """Takes the WhatsApp address as it was typed."""

    code = "wrong_jid"
    message = "This is not a WhatsApp address."

    def __init__(self, typed: str) -> None:
        super().__init__(f'Wrong WhatsApp address "{typed}"', typed=typed)


class OtherKindOfNumber(Problem):
    """Linked numbers and business numbers have operations of their own."""

    code = "other_kind_of_number"
    message = "This is not offered for the kind of number that the chat belongs to."

    def __init__(self, is_business: bool) -> None:
        theirs = "a business number: use /waba" if is_business else "a linked number: use the operations without /waba"
        super().__init__(f"This belongs to {theirs}.")


class CannotMessage(Problem):
    """A group that was left, a broadcast list or a channel."""

    code = "cannot_message"
    message = "Cannot message this group"
