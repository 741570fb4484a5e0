"""What can go wrong with business numbers, in the user's words."""

from tideline.platform.errors import Problem


class AccountNotFound(Problem):
    code = "business_account_not_found"
    message = "There is no such business number in the workspace."


class AccountExists(Problem):
    code = "business_account_exists"
    message = "This business number is in the workspace already. Change its token instead."


class SecretMissing(Problem):
    code = "business_secret_missing"
    message = "A business number needs an access token and the secret of its app."


class InvalidAccount(Problem):
    code = "business_account_invalid"
    message = "This does not describe a business number."
