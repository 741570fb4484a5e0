"""What the pages around the inbox say of what was done, and what was not: their own words, in all languages."""

from tideline.features import (
    business,
    chats,
    files,
    messages,
    numbers,
    saved_views,
    search,
    templates,
    webhooks,
    workspaces,
)
from tideline.platform.errors import Problem
from tideline.surfaces.dashboard.words import N_, _

DONE = {
    "paused": N_("The number is paused."),
    "resumed": N_("The number goes on."),
    "unlinked": N_("The number was unlinked. Its chats are kept."),
    "business": N_("The business number was added. Enter its address and token at Meta now."),
    "invited": N_("The invitation is on its way by mail."),
    "teammate_changed": N_("Saved. Whoever got another role signs in again."),
    "suspended": N_("Suspended: they are signed out, and the seat is free."),
    "restored": N_("They may sign in again."),
    "removed": N_("Removed from the workspace."),
    "revoked": N_("The invitation was taken back."),
    "team_added": N_("The team was added."),
    "team_renamed": N_("The team was renamed."),
    "team_removed": N_("The team was removed."),
    "hook_added": N_("The webhook was added. Send a test to see what its address answers."),
    "hook_paused": N_("The webhook is paused: nothing is delivered until it is resumed."),
    "hook_resumed": N_("The webhook is on again."),
    "hook_tested": N_("A test is on its way. It shows up below in a moment."),
    "hook_replayed": N_("What was given up in the last day goes out again."),
    "hook_deleted": N_("The webhook was deleted."),
    "secret_rotated": N_("There is a new secret. For a day deliveries carry both signatures."),
    "replayed": N_("It goes out again, under the same id."),
    "token_rotated": N_("There is a new token. The former one is dead."),
    "template_added": N_("The template was added. In a conversation, type / to use it."),
    "template_deleted": N_("The template was deleted. Its file is kept among the uploads."),
    "templates_asked": N_("Meta was asked. What has changed shows up here in a moment."),
    "partner_changed": N_("Saved. It holds from now on."),
    "partner_on": N_("The partner is let in again."),
    "partner_off": N_("The partner is refused from now on, and told nothing."),
    "workspace_suspended": N_("The workspace is closed: nobody gets in, and its numbers are paused."),
    "workspace_resumed": N_("The workspace is open again, and the numbers of those with a seat go on."),
    "event_tested": N_("A test is on its way to the partner. It shows up below in a moment."),
    "events_replayed": N_("What was given up in the last day goes out to the partner again."),
    "saved": N_("Saved."),
    "password_changed": N_("The password was changed. Everywhere else you are signed out."),
}

NOT_DONE: dict[type[Problem], str] = {
    workspaces.PermissionDenied: N_("Your role does not allow this."),
    numbers.NumberNotFound: N_("There is no such number."),
    numbers.NumberGone: N_("The link of this number has ended. Link the phone again."),
    numbers.PhoneNeeded: N_("This is not a phone number with its country code."),
    chats.ChatNameTaken: N_("Another chat of this workspace already has this name."),
    chats.InvalidChatName: N_("A chat's name has 1 to 256 characters."),
    chats.InvalidLabel: N_("A label has 1 to 64 characters."),
    chats.TooManyLabels: N_("A chat has at most 1000 labels."),
    chats.AssigneeNotFound: N_("Nobody in this workspace has this e-mail address."),
    chats.WrongPhone: N_("This is not a phone number with its country code."),
    chats.TooManyChats: N_("At most 200 chats can be changed at once."),
    chats.InvalidLabel: N_("A label has 1 to 64 characters."),
    chats.AssigneeNotFound: N_("Nobody in this workspace has this e-mail address."),
    saved_views.InvalidViewName: N_("A view's name has 1 to 40 characters."),
    saved_views.ViewNameTaken: N_("You have a view of this name already."),
    saved_views.TooManyViews: N_("There are as many views as there may be. Delete one first."),
    search.SearchTooLong: N_("The search has more than 500 characters."),
    numbers.TooManyLinkingAttempts: N_("Too many phones were linked here in the last hour. Try again later."),
    numbers.PhoneAlreadyLinked: N_("This phone is already linked to this workspace."),
    business.AccountExists: N_("This business number is here already."),
    business.SecretMissing: N_("A business number needs an access token and the secret of its app."),
    business.InvalidAccount: N_(
        "The ids are digits, and token and secret are one line of plain letters, as Meta shows them."
    ),
    templates.InvalidTemplate: N_("A template has a name of 1 to 160 and a text of 1 to 4096 characters."),
    templates.TooManyTemplates: N_("There are 2000 templates, and there cannot be more. Delete some that nobody uses."),
    templates.TemplateNotYours: N_("You may use this template, but not change it like that."),
    files.FileNotFound: N_("The file is not there any more. Choose it again."),
    files.FileNotReady: N_("The file has not arrived completely yet. Try again in a moment."),
    workspaces.TeamNotFound: N_("There is no such team any more."),
    workspaces.NotActive: N_("This teammate is not active."),
    workspaces.InvalidEmail: N_("This is not an e-mail address."),
    workspaces.InvalidName: N_("A name has one to a hundred characters, in one line."),
    workspaces.NoSeatLeft: N_("All seats of this workspace are taken. Suspend somebody first, or ask for more."),
    workspaces.AlreadySetUp: N_("This Tideline has been set up already. Sign in instead."),
    workspaces.OwnerStays: N_("A workspace keeps its one owner."),
    workspaces.InvitationAccepted: N_("The invitation was accepted meanwhile."),
    workspaces.TeamExists: N_("There is already a team with this name."),
    workspaces.TeamInUse: N_("People or templates still belong to this team."),
    workspaces.DefaultTeamStays: N_("The first team keeps its name and cannot be removed."),
    messages.NobodyNamed: N_("Name somebody: a phone with its country code, or the name of a chat."),
    messages.TooManyRecipients: N_("One message goes to 50 at once."),
    messages.UnknownName: N_("This is neither a phone with its country code nor the name of a chat."),
    messages.DoubleRecipient: N_("Named before: one chat gets the message once."),
    messages.OtherNumber: N_("This chat belongs to another number, and its phone is not known."),
    messages.NotYourNumber: N_("This is not a number that you may write from."),
    messages.RoundNotFound: N_("There is no such message to several."),
    messages.BlankText: N_("The message is empty."),
    messages.TextTooLong: N_("The text has more than 2000 characters."),
    messages.NumberNotConnected: N_("This number is not connected right now."),
    messages.BusinessNumberInactive: N_("This business number is not active right now."),
    messages.WindowIsClosed: N_("The 24 hours after the customer wrote are over: only a template reaches them now."),
    webhooks.InvalidUrl: N_("An address begins with http:// or https:// and is at most 4096 characters long."),
    webhooks.WebhookExists: N_("There is already a webhook for this event and address."),
    webhooks.TooManyWebhooks: N_("There are as many webhooks as there may be. Delete one first."),
    webhooks.DeliveryUnderWay: N_("This event is still being delivered."),
    workspaces.InvalidAmount: N_("An amount is a whole number that is not below zero."),
    workspaces.InvalidZone: N_("This is no time zone."),
    workspaces.WrongCredentials: N_("This is not the password you have."),
}


def said(problem: Problem) -> str:
    sentences = (NOT_DONE[kind] for kind in type(problem).__mro__ if kind in NOT_DONE)
    return _(next(sentences, problem.message))


def refusal(sentence: str) -> str:
    """What was kept as the plain sentence of a problem, as the pages say it."""
    return _(BY_MESSAGE.get(sentence, sentence))


BY_MESSAGE = {kind.message: ours for kind, ours in NOT_DONE.items()}
