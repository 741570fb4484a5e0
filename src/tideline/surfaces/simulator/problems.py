"""How errors look here: `{"error": {"code", "message"}}`, and which status goes with which problem."""

from typing import Any

from tideline.connectors.simulator import errors
from tideline.features import business, numbers, workspaces
from tideline.platform.errors import Problem


class Unauthorized(Problem):
    code = "unauthorized"
    message = "Send the simulator's token as `Authorization: Bearer <token>`. It is in demo.json in the data folder."


class InvalidJson(Problem):
    code = "invalid_json"
    message = "The body is not JSON."


class InvalidRequest(Problem):
    code = "invalid_request"
    message = "The request is not right."


class BodyTooLarge(Problem):
    code = "body_too_large"
    message = "The body is larger than the simulator takes: a file may have 16 MB."


class Broken(Problem):
    code = "internal_error"
    message = "Something went wrong inside Tideline. Try again in a moment."


class NoSuchPath(Problem):
    code = "not_found"
    message = "There is nothing at this address. docs/simulator.md lists the calls."


class MethodNotAllowed(Problem):
    code = "method_not_allowed"
    message = "This address does not take that method."


class NoGateway(Problem):
    code = "no_gateway"
    message = "No gateway took up the request to link. Is the role `gateway` running?"


class LinkingFailed(Problem):
    code = "linking_failed"
    message = "The attempt to link has ended before it showed a code."


class WorkspaceNotFound(Problem):
    code = "workspace_not_found"
    message = "There is no such workspace."


STATUS: dict[type[Problem], int] = {
    Broken: 500,
    Unauthorized: 401,
    NoSuchPath: 404,
    MethodNotAllowed: 405,
    BodyTooLarge: 413,
    errors.FileTooLarge: 413,
    NoGateway: 409,
    LinkingFailed: 409,
    errors.PhoneNotFound: 404,
    errors.GroupNotFound: 404,
    errors.MessageNotFound: 404,
    errors.PictureNotFound: 404,
    errors.QrNotValid: 404,
    errors.CodeNotValid: 404,
    WorkspaceNotFound: 404,
    workspaces.WorkspaceNotFound: 404,
    workspaces.TeammateNotFound: 404,
    workspaces.MemberNotFound: 404,
    numbers.PairingNotFound: 404,
    workspaces.PermissionDenied: 403,
    errors.NotYourMessage: 403,
    errors.NotInGroup: 403,
    errors.ClockNotOurs: 403,
    errors.NotOnWhatsApp: 409,
    errors.PhoneOffline: 409,
    errors.PhoneBanned: 409,
    errors.AlreadyInGroup: 409,
    errors.GroupNeedsOwner: 409,
    errors.GroupNeedsMember: 409,
    errors.MessageIsRevoked: 409,
    errors.MessageHasNoText: 409,
    errors.NotLinkedHere: 409,
    errors.TooManyLinks: 409,
    errors.LinkRefused: 409,
    errors.HasNoPhone: 409,
    errors.NotBusiness: 404,
    errors.TemplateNotFound: 404,
    business.AccountExists: 409,
    numbers.PhoneAlreadyLinked: 409,
}


def status_of(problem: Problem) -> int:
    """The status for a problem; what is not listed is the caller's mistake."""
    return next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 400)


def body_of(problem: Problem) -> dict[str, Any]:
    return {"error": {"code": problem.code, "message": problem.message}}
