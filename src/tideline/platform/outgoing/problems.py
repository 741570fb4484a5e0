"""What can go wrong with a call to somebody else's server, in the words of whoever gave us the address."""

from tideline.platform.errors import Problem


class OutgoingProblem(Problem):
    """The base of all of them, for callers who only want to know that it did not work."""

    @property
    def may_have_arrived(self) -> bool:
        """Whether the other side may have got what was asked."""
        return True


class _NothingSent(OutgoingProblem):
    """There was no connection over which anything could have gone."""

    @property
    def may_have_arrived(self) -> bool:
        return False


class UrlNotValid(_NothingSent):
    code = "url_not_valid"
    message = "This is not an address that can be called. It begins with http:// or https:// and names a host."


class AddressNotAllowed(_NothingSent):
    code = "address_not_allowed"
    message = (
        "This address leads into a private network, where nothing is called. Whoever runs this server can allow it "
        "with TIDELINE_OUTGOING_ALLOW."
    )


class HostNotFound(_NothingSent):
    code = "host_not_found"
    message = "There is no host of this name."


class NotReachable(_NothingSent):
    code = "remote_not_reachable"
    message = "The other server cannot be reached."


class RemoteTooSlow(OutgoingProblem):
    code = "remote_too_slow"
    message = "The other server took too long."

    @property
    def may_have_arrived(self) -> bool:
        return not self.details.get("while_connecting")


class RemoteRefused(OutgoingProblem):
    code = "remote_refused"
    message = "The other server did not give what was asked for."


class RemoteBroken(OutgoingProblem):
    code = "remote_broken"
    message = "The other server broke off, or its answer cannot be read."


class RemoteTooLarge(OutgoingProblem):
    code = "remote_too_large"
    message = "What the other server sends is too large."


class TooManyRedirects(OutgoingProblem):
    code = "too_many_redirects"
    message = "The address leads on to other addresses without an end."
