"""What can go wrong with mails, in the operator's words."""

from tideline.platform.errors import Problem


class MailNotFound(Problem):
    code = "mail_not_found"
    message = "There is no such mail."


class MailWasSent(Problem):
    """Its text is not kept, so it can be neither read nor sent again."""

    code = "mail_was_sent"
    message = "This mail was sent, and its text is not kept."


class NoMailServer(Problem):
    code = "no_mail_server"
    message = "There is no mail server: set TIDELINE_SMTP_HOST and TIDELINE_MAIL_FROM."


class MailNotTaken(Problem):
    """Carries what the server said in its sentence."""

    code = "mail_not_taken"
    message = "The mail server did not take the mail."
