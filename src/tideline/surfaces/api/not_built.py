"""The operations of the contract with nothing behind them yet. They answer 405 `not_supported`."""

NOT_BUILT = frozenset(
    {
        # numbers of the business platform
        "listWabaChats", "getWabaChat", "updateWabaChat", "listWabaChatLabels", "addWabaChatLabels",
        "replaceWabaChatLabels", "listWabaChatMessages", "sendWabaMessageToChat", "listWabaAccounts",
        "getWabaAccount", "requestWabaAnalytics", "pollWabaAnalytics", "sendWabaMessageToPhone", "getWabaMessage",
        "getWabaMessageStatusHistory", "getWabaReactions", "setWabaReaction", "listWabaTemplates", "getWabaTemplate",
    }
)  # fmt: skip
