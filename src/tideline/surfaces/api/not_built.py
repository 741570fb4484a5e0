"""The operations of the contract with nothing behind them yet. They answer 405 `not_supported`."""

NOT_BUILT = frozenset(
    {
        # voice
        "sendVoiceMessage", "sendFileMessage",
        # invitations
        "inviteTeammate", "revokeInvitation",
        # what only the token's holder may see
        "listChatsV2", "listChatMessagesV2", "sendMessageToChatV2", "sendMessageToPhoneV2",
        "listWhatsappAccountsV2",
        # numbers of the business platform
        "listWabaChats", "getWabaChat", "updateWabaChat", "listWabaChatLabels", "addWabaChatLabels",
        "replaceWabaChatLabels", "listWabaChatMessages", "sendWabaMessageToChat", "listWabaAccounts",
        "getWabaAccount", "requestWabaAnalytics", "pollWabaAnalytics", "sendWabaMessageToPhone", "getWabaMessage",
        "getWabaMessageStatusHistory", "getWabaReactions", "setWabaReaction", "listWabaTemplates", "getWabaTemplate",
    }
)  # fmt: skip
