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


class TemplateNotFound(Problem):
    """Takes what was asked for: an id or a name."""

    code = "business_template_not_found"
    message = "There is no such template."

    def __init__(self, asked: object) -> None:
        super().__init__(f'WABA template "{asked}" not found')


class TemplateNotApproved(Problem):
    """Takes the status that WhatsApp gives it."""

    code = "template_not_approved"
    message = "WhatsApp has not approved this template."

    def __init__(self, status: str) -> None:
        super().__init__(f"WABA template is not approved: its status is {status}")


class TemplateOfOtherAccount(Problem):
    code = "template_wrong_waba"
    message = "WABA template belongs to another business account than the number"


class TemplateVariablesMismatch(Problem):
    """Takes what does not fit."""

    code = "template_variables_mismatch"
    message = "Template variables mismatch"

    def __init__(self, why: str) -> None:
        super().__init__(f"Template variables mismatch: {why}")


class AnalyticsNotFound(Problem):
    code = "analytics_not_found"
    message = "There is no such request for analytics."


class InvalidAnalytics(Problem):
    """Takes what is wrong with the question."""

    code = "invalid_analytics"
    message = "This cannot be asked for."
