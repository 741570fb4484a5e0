"""The operations as methods. Made from the contract by `python -m generate`."""

from collections.abc import Iterator

from tideline.client.calls import UNSET, Call, Unset, given, segment
from tideline.client.connection import Connection
from tideline.client.paging import by_number
from tideline.client.partner_models import (
    DisconnectResult,
    PartnerSettings,
    PublicApiToken,
    QrLinkCreated,
    UserDeleted,
    UserList,
    UsersCreated,
    Workspace,
    WorkspaceDeleted,
    WorkspaceDetails,
    WorkspaceList,
    WorkspaceListed,
    WorkspaceState,
)

PREFIX = "/partner/api/v1"


class PartnerApi(Connection):
    """Every operation of the contract."""

    def list_workspaces(self, *, page: int | None = None) -> WorkspaceList:
        """List the workspaces of this partner.

        The oldest first, a hundred per page.

        * page: From 1.

        GET /workspaces
        """
        return self.send(Call("GET", "/workspaces", WorkspaceList, query=given({"page": page})))

    def iter_workspaces(self, *, page: int = 1) -> Iterator[WorkspaceListed]:
        """Everything that `list_workspaces` lists, page after page as it is come to."""
        return by_number(page, lambda at: self.list_workspaces(page=at), lambda found: found.workspaces)

    def create_workspace(self, *, display_name: str, seats_purchased: int) -> Workspace:
        """Create a workspace together with its Owner user.

        Derives the slug from `display_name`, opens the workspace on the calling partner's plan, links
        it to the partner and provisions an Owner who cannot log in. The Owner occupies one seat from
        the start, so `seats_available` is `seats_purchased - 1`, and joins the default group whose id
        is returned as `group_id`. Slug derivation (inferred detail): decompose accents, lowercase,
        replace each run of anything outside a-z and 0-9 by one dash, trim dashes, cut to 30 characters,
        trim again. An empty result is `invalid_request`. An occupied slug, whoever owns it, is a 409;
        no numeric suffix is tried.

        * display_name: Human name; the slug is derived from it.
        * seats_purchased: Seats to start with, the Owner's included.

        POST /workspaces
        """
        return self.send(
            Call(
                "POST",
                "/workspaces",
                Workspace,
                body=given({"display_name": display_name, "seats_purchased": seats_purchased}),
            )
        )

    def get_workspace(self, workspace_id: str) -> WorkspaceDetails:
        """Read the full state of one workspace.

        One call that gathers identity, seats, the two periodic quotas, the non-recurring balance,
        members, WhatsApp accounts and QR links that are still usable. Read only. The transactions quota
        is not part of this payload although it has a webhook.

        * workspace_id: Slug returned when the workspace was created.

        GET /workspaces/{workspace_id}
        """
        return self.send(Call("GET", f"/workspaces/{segment(workspace_id)}", WorkspaceDetails))

    def update_workspace(
        self, workspace_id: str, *, display_name: str | None = None, seats_purchased: int | None = None
    ) -> Workspace:
        """Rename a workspace or change its seat count.

        Partial update: only the members present in the body change. The body itself is optional; none,
        or an empty object, changes nothing and answers 200 (inferred). Renaming never changes
        `workspace_id`. Lowering `seats_purchased` under the number of occupied seats may suspend
        members together with their WhatsApp accounts; those members come back in `suspended_members`.
        Order of suspension (inferred): the Owner is never suspended; members without a connected
        WhatsApp account go first, then members with one; inside each group the most recently created
        goes first (ties by higher `user_id`). A suspended member frees the seat. The account is paused,
        not unlinked: the workspace's public webhook `whatsapp:account:suspended` fires, the partner
        event `whatsapp_account:disconnected` does not, and any live QR link of the member is revoked.
        Raising the seats again restores nobody by itself (the vendor's help page describes restoring as
        a manual step).

        * workspace_id: Slug returned when the workspace was created.

        PATCH /workspaces/{workspace_id}
        """
        return self.send(
            Call(
                "PATCH",
                f"/workspaces/{segment(workspace_id)}",
                Workspace,
                body=given({"display_name": display_name, "seats_purchased": seats_purchased}),
            )
        )

    def delete_workspace(self, workspace_id: str) -> WorkspaceDeleted:
        """Delete a workspace with everything in it.

        Its WhatsApp accounts are disconnected and its token is refused at once; the rest is removed a
        day later, when its last events have been told. The identifier is taken until then.

        * workspace_id: Slug returned when the workspace was created.

        DELETE /workspaces/{workspace_id}
        """
        return self.send(Call("DELETE", f"/workspaces/{segment(workspace_id)}", WorkspaceDeleted))

    def suspend_workspace(self, workspace_id: str) -> WorkspaceState:
        """Close a workspace for a while.

        People and the token are refused and its WhatsApp accounts are paused. Safe to repeat. No
        request body.

        * workspace_id: Slug returned when the workspace was created.

        POST /workspaces/{workspace_id}/suspend
        """
        return self.send(Call("POST", f"/workspaces/{segment(workspace_id)}/suspend", WorkspaceState))

    def restore_workspace(self, workspace_id: str) -> WorkspaceState:
        """Open a suspended workspace again.

        The WhatsApp accounts of those who have a seat go on. Safe to repeat. No request body.

        * workspace_id: Slug returned when the workspace was created.

        POST /workspaces/{workspace_id}/restore
        """
        return self.send(Call("POST", f"/workspaces/{segment(workspace_id)}/restore", WorkspaceState))

    def list_workspace_users(self, workspace_id: str) -> UserList:
        """List the members of a workspace.

        * workspace_id: Slug returned when the workspace was created.

        GET /workspaces/{workspace_id}/users
        """
        return self.send(Call("GET", f"/workspaces/{segment(workspace_id)}/users", UserList))

    def create_workspace_users(self, workspace_id: str, *, count: int) -> UsersCreated:
        """Add placeholder agents in bulk.

        Adds `count` agents who cannot log in. Each gets the agent role, an active status, a system
        e-mail built from its id and the slug, membership of the Default group, and one seat. All or
        nothing: with fewer free seats than `count` the call fails with `seats_full` and nobody is
        created.

        * workspace_id: Slug returned when the workspace was created.
        * count: Number of agents to add in this call.

        POST /workspaces/{workspace_id}/users
        """
        return self.send(
            Call("POST", f"/workspaces/{segment(workspace_id)}/users", UsersCreated, body=given({"count": count}))
        )

    def delete_workspace_user(self, workspace_id: str, user_id: int) -> UserDeleted:
        """Remove a member for good.

        Frees the seat; a WhatsApp account of the member is disconnected first. Chats and messages stay.
        The Owner cannot be removed.

        * workspace_id: Slug returned when the workspace was created.
        * user_id: Numeric id of a member of the workspace.

        DELETE /workspaces/{workspace_id}/users/{user_id}
        """
        return self.send(Call("DELETE", f"/workspaces/{segment(workspace_id)}/users/{segment(user_id)}", UserDeleted))

    def create_user_qr_link(
        self, workspace_id: str, user_id: int, *, expires_in_hours: int | None = None
    ) -> QrLinkCreated:
        """Issue a QR link for one user (destructive).

        Issues an unguessable link to the hosted page on which the end user links a phone. A user has at
        most one usable link: the earlier one, if still usable, is revoked, and a WhatsApp account the
        user has connected is disconnected first. Both effects are reported in the answer. The answer is
        200, not 201. Agents and the Owner may both get a link (inferred). A link stops working when it
        expires, when a newer one is issued, or as soon as it has led to a connection. Expiry of a used
        link does not touch the connection it made (inferred). When an account was disconnected by this
        call the partner event `whatsapp_account:disconnected` is sent (inferred).

        * workspace_id: Slug returned when the workspace was created.
        * user_id: Numeric id of a member of the workspace.

        POST /workspaces/{workspace_id}/users/{user_id}/qr
        """
        return self.send(
            Call(
                "POST",
                f"/workspaces/{segment(workspace_id)}/users/{segment(user_id)}/qr",
                QrLinkCreated,
                body=given({"expires_in_hours": expires_in_hours}),
            )
        )

    def disconnect_user_whatsapp(self, workspace_id: str, user_id: int) -> DisconnectResult:
        """Force the user's WhatsApp account offline.

        Ends the session, stops syncing and drops the stored credentials. Without an active account the
        call is a harmless no-op that answers 200 with `disconnected` false and sends no event.
        Disconnecting is what stops partner billing for that number. No request body. Works on suspended
        users too (inferred), so that billing can always be stopped.

        * workspace_id: Slug returned when the workspace was created.
        * user_id: Numeric id of a member of the workspace.

        POST /workspaces/{workspace_id}/users/{user_id}/whatsapp/disconnect
        """
        return self.send(
            Call(
                "POST",
                f"/workspaces/{segment(workspace_id)}/users/{segment(user_id)}/whatsapp/disconnect",
                DisconnectResult,
            )
        )

    def get_public_api_token(self, workspace_id: str) -> PublicApiToken:
        """Read the workspace's Public API token, minting one if there is none.

        Returns the raw token, so a compatible server has to keep it recoverable (encrypted at rest
        rather than hashed). The first call on a workspace without a token creates one; that first
        creation is not a rotation and sends no event (inferred). Tokens do not expire. `rotated_at` is
        left out here (inferred).

        * workspace_id: Slug returned when the workspace was created.

        GET /workspaces/{workspace_id}/api-token
        """
        return self.send(Call("GET", f"/workspaces/{segment(workspace_id)}/api-token", PublicApiToken))

    def rotate_public_api_token(self, workspace_id: str) -> PublicApiToken:
        """Replace the workspace's Public API token.

        Issues a new token; the earlier one stops working at once, with no grace period. Every call
        rotates again. Sends the partner event `api_token:rotated`. On a workspace that never had a
        token the call creates one and answers the same way (inferred). No request body.

        * workspace_id: Slug returned when the workspace was created.

        POST /workspaces/{workspace_id}/api-token
        """
        return self.send(Call("POST", f"/workspaces/{segment(workspace_id)}/api-token", PublicApiToken))

    def get_partner_settings(self) -> PartnerSettings:
        """Read where events go and which pages may embed the QR page.

        GET /settings
        """
        return self.send(Call("GET", "/settings", PartnerSettings))

    def update_partner_settings(
        self, *, webhook_url: str | Unset | None = UNSET, origins: list[str] | tuple[str, ...] | None = None
    ) -> PartnerSettings:
        """Change where events go or which pages may embed the QR page.

        Only the members present in the body change. A webhook_url of null stops all events.

        PATCH /settings
        """
        return self.send(
            Call("PATCH", "/settings", PartnerSettings, body=given({"origins": origins}, {"webhook_url": webhook_url}))
        )
