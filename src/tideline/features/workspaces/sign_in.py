"""Getting in with a password or a one-time link, and staying in with a session.

Checking a password takes a tenth of a second, so it happens between two transactions and never inside one.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from tideline.features.workspaces import events, letters, names
from tideline.features.workspaces.access import Access
from tideline.features.workspaces.actions.create import get_workspace, open_first
from tideline.features.workspaces.actions.links import reset_link
from tideline.features.workspaces.actions.membership import lock_team
from tideline.features.workspaces.actions.team import get_member, get_teammate
from tideline.features.workspaces.errors import (
    AlreadySetUp,
    InvalidEmail,
    LinkNotValid,
    SessionEnded,
    TooManyAttempts,
    WeakPassword,
    WrongCredentials,
)
from tideline.features.workspaces.model import (
    Asks,
    FirstWorkspace,
    NewSession,
    OneTimeLink,
    OpenSession,
    PersonId,
    Purpose,
    Session,
    Status,
    TeammateId,
    Whence,
    WorkspaceId,
)
from tideline.features.workspaces.store import doors, operators, people, teammates
from tideline.features.workspaces.telling import tell
from tideline.features.workspaces.throttle import Throttle
from tideline.platform import mail
from tideline.platform.addresses import address_key
from tideline.platform.db import Database, SystemTx, Tx
from tideline.platform.facts import Actor, Way
from tideline.platform.ids import key_of, secret_token
from tideline.platform.passwords import Passwords

SESSION_LASTS = timedelta(days=30)
SESSION_IDLE = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=10)
LINKS_KEPT = timedelta(days=7)
PASSWORD_SHORTEST, PASSWORD_LONGEST = 10, 200
WAY = "dashboard"  # people sign in there and nowhere else
TOO_MANY = "too_many"


class SignIn:
    """The doors for people. One per program; it remembers who tried too often."""

    def __init__(self, db: Database, access: Access, passwords: Passwords) -> None:
        self._db = db
        self._access = access
        self._keyring = access.keyring
        self._passwords = passwords
        window = timedelta(minutes=15)
        self._by_email = Throttle(db.clock, most=10, window=window)
        self._by_address = Throttle(db.clock, most=50, window=window)
        self._noted = Throttle(db.clock, most=1, window=window)
        self._lost_by_email = Throttle(db.clock, most=3, window=window)
        self._lost_by_address = Throttle(db.clock, most=20, window=window)

    async def sign_in(self, email: str, password: str, *, address: str, agent: str = "") -> NewSession:
        """Sign in with a password. Every reason to refuse looks the same and takes as long."""
        key = self._count_attempt(email, address)
        login = await self._find_login(email)
        rehashed = await self._check(login, password)
        async with self._db.system() as tx:
            session = await self._confirm(tx, login, rehashed, Whence(address, agent), "password")
        self._by_email.forget(key)
        return session

    async def is_untouched(self) -> bool:
        """Has nobody begun to use this installation?"""
        async with self._db.system_read() as tx:
            return await operators.is_untouched(tx)

    async def set_up(self, first: FirstWorkspace, password: str, *, address: str, agent: str = "") -> NewSession:
        """The first workspace and its owner, who looks after the installation too and is signed in. It works once:
        whoever comes second, or at the same time, is told `AlreadySetUp`."""
        if not await self.is_untouched():
            raise AlreadySetUp
        hashed = await self._hash(password)
        async with self._db.system(Actor("stranger", way=Way(WAY, address))) as tx:
            if not await operators.hold_untouched(tx):
                raise AlreadySetUp
            person = await open_first(tx, self._access, first)
            await self._put_password(tx, person, hashed)
            await operators.insert(tx, person)
            return await self._open_session(tx, person, Whence(address, agent), "setup")

    async def get_link(self, token: str) -> OneTimeLink:
        """What a link is for and what it asks, or `LinkNotValid`."""
        link, login = await self._find_link(token)
        return OneTimeLink(link.purpose, login.email, _asks(link, login))

    async def use_link(self, token: str, password: str = "", *, address: str, agent: str = "") -> NewSession:
        """Follow a link, once: sign in, join the workspace of an invitation, or begin with a new password. The
        password is the new one or the known one, as `get_link` says."""
        link, login = await self._find_link(token)
        asks = _asks(link, login)
        hashed = await self._hash(password) if asks is Asks.NEW_PASSWORD else None
        rehashed = await self._prove(login, password, address) if asks is Asks.PASSWORD else None
        async with self._db.system() as tx:
            await self._follow(tx, link, token, address)
            if asks is Asks.PASSWORD:
                return await self._confirm(tx, login, rehashed, Whence(address, agent), link.purpose.value)
            if hashed:
                await self._begin_anew(tx, link, hashed)
            return await self._open_session(tx, link.person_id, Whence(address, agent), link.purpose.value)

    def count_lost(self, email: str, *, address: str) -> None:
        """Somebody says that they have lost their password. Too many of those are refused, whoever they name."""
        self._lost_by_address.attempt(address_key(address))
        self._lost_by_email.attempt(_key(email))

    async def note_refusal(self, email: str, why: str, *, address: str) -> None:
        """Write down that somebody was refused who used this person's address. It takes longer when there is such a
        person, so it belongs behind the answer. Of those who try too often one in a while is enough."""
        if why == TOO_MANY and not self._is_news(email):
            return
        login = await self._find_login(email)
        if login is None:
            return
        way = Way(WAY, address)
        async with self._db.system() as tx:
            await tell(tx, login.person_id, lambda one: events.sign_in_refused(one, why), by=Actor("stranger", way=way))

    def _is_news(self, email: str) -> bool:
        try:
            self._noted.attempt(_key(email))
        except TooManyAttempts:
            return False
        return True

    async def mail_new_password(self, email: str, *, address: str = "") -> None:
        """Mail a link to choose a new password, if somebody with this address can sign in. Takes longer then, so
        nobody waits for it who must not learn whether that is so."""
        login = await self._find_login(email)
        if login is None:
            return
        async with self._db.system() as tx:
            for workspace_id in (await people.list_memberships(tx, login.person_id))[:1]:
                async with tx.workspace(workspace_id, Actor("stranger", way=Way(WAY, address or None))) as own:
                    await self._mail_new_password(own, login.person_id)

    async def set_password(self, workspace_id: WorkspaceId, teammate_id: TeammateId, password: str) -> None:
        """Give a teammate a password, as the operator of this installation."""
        hashed = await self._hash(password)
        async with self._db.system() as tx:
            async with tx.workspace(workspace_id) as own:
                teammate = await get_teammate(own, teammate_id)
                own.record(events.password_changed(teammate, "operator"))
            await self._put_password(tx, teammate.person_id, hashed)

    async def get_session(self, token: str) -> Session:
        """Who is signed in with this token, and where they may go."""
        async with self._db.system() as tx:
            hashes = self._keyring.token_hashes(token)
            found = await doors.find_session(tx, hashes, seen_after=tx.now - SESSION_IDLE)
            if found is None:
                raise SessionEnded
            if tx.now - found.seen_at >= SEEN_EVERY:
                await doors.touch_session(tx, found.token_hash)
            workspaces = await people.list_memberships(tx, found.person_id)
            return Session(
                found.person_id,
                found.email,
                tuple(workspaces),
                found.expires_at,
                found.language,
                found.zone,
                key_of(found.token_hash),
                found.is_operator,
            )

    async def still_open(self, tokens: Collection[str]) -> frozenset[str]:
        """Those of these sessions that have not ended, in one statement. Nobody counts as seen by it."""
        hashes = {hashed: token for token in tokens for hashed in self._keyring.token_hashes(token)}
        async with self._db.system_read() as tx:
            found = await doors.list_open(tx, list(hashes), seen_after=tx.now - SESSION_IDLE)
        return frozenset(hashes[hashed] for hashed in found)

    async def sign_out(self, token: str, *, address: str = "") -> None:
        hashes = self._keyring.token_hashes(token)
        async with self._db.system() as tx:
            found = await doors.find_session(tx, hashes, seen_after=tx.now - SESSION_IDLE)
            await doors.delete_session(tx, hashes)
            if found:
                way = Way(WAY, address or None, key_of(found.token_hash))
                await tell(tx, found.person_id, lambda one: events.signed_out(one, everywhere=False), by=way)

    # One's own account -----------------------------------------------------------------------------------------

    async def choose(self, token: str, *, language: str | None, zone: str | None) -> None:
        """The language and the zone in which this person reads; None is what the browser or the workspace says."""
        zone = names.clean_zone(zone) if zone else None
        person = (await self.get_session(token)).person_id
        async with self._db.system() as tx:
            await people.save_choices(tx, person, language, zone)

    async def change_password(
        self, token: str, known: str, password: str, *, address: str, agent: str = ""
    ) -> NewSession:
        """Another password for whoever proves the one they have. All their sessions end but for the new one."""
        session = await self.get_session(token)
        hashed = await self._hash(password)
        login = await self._find_login(session.email)
        await self._prove_own(login, session.email, known, address)
        async with self._db.system() as tx:
            if login is None or not await people.lock_password(tx, login):
                raise WrongCredentials
            await self._put_password(tx, session.person_id, hashed)
            way = Way(WAY, address, session.key)
            await tell(tx, session.person_id, lambda one: events.password_changed(one, "own"), by=way)
            return await self._open_session(tx, session.person_id, Whence(address, agent))

    async def list_sessions(self, token: str) -> list[OpenSession]:
        """Where this person is signed in, the one seen last first."""
        session = await self.get_session(token)
        async with self._db.system_read() as tx:
            found = await doors.list_sessions(tx, session.person_id, seen_after=tx.now - SESSION_IDLE)
        own = self._keyring.token_hashes(token)
        return [replace(one, is_this=one.token_hash in own) for one in found]

    async def sign_out_everywhere(self, token: str, *, address: str = "") -> None:
        """End all sessions of this person, this one too."""
        session = await self.get_session(token)
        way = Way(WAY, address or None, session.key)
        async with self._db.system() as tx:
            await doors.end_sessions(tx, session.person_id)
            await tell(tx, session.person_id, lambda one: events.signed_out(one, everywhere=True), by=way)

    async def _prove_own(self, login: people.Login | None, email: str, known: str, address: str) -> None:
        key = self._count_attempt(email, address)
        await self._check(login, known)
        self._by_email.forget(key)

    async def sweep(self) -> int:
        """Remove what is over: sessions at once, links a week later. Says how many rows went."""
        async with self._db.system() as tx:
            return await doors.sweep(tx, seen_before=tx.now - SESSION_IDLE, links_before=tx.now - LINKS_KEPT)

    async def _mail_new_password(self, tx: Tx, person: PersonId) -> None:
        member = await get_member(tx, person)
        link = await reset_link(tx, self._access, member.id)
        letter = letters.new_password(await get_workspace(tx), member, self._access.address_of(link))
        await self._access.outbox.post(tx, letter)

    def _count_attempt(self, email: str, address: str) -> str:
        key = _key(email)
        self._by_address.attempt(address_key(address))
        self._by_email.attempt(key)
        return key

    async def _find_login(self, email: str) -> people.Login | None:
        try:
            cleaned = names.clean_email(email)
        except InvalidEmail:
            return None
        async with self._db.system() as tx:
            return await people.find_login(tx, cleaned)

    async def _prove(self, login: people.Login, password: str, address: str) -> str | None:
        self._count_attempt(login.email, address)
        return await self._check(login, password)

    async def _check(self, login: people.Login | None, password: str) -> str | None:
        """Raise, or return the hash that should take the place of the stored one."""
        stored = login.password if login else None
        checked = await self._passwords.check(stored, password[: PASSWORD_LONGEST + 1])
        if not checked.is_right:
            raise WrongCredentials
        return checked.rehashed

    async def _hash(self, password: str) -> str:
        if not PASSWORD_SHORTEST <= len(password) <= PASSWORD_LONGEST or not password.strip():
            raise WeakPassword
        return await self._passwords.hash(password)

    async def _confirm(
        self, tx: SystemTx, login: people.Login | None, rehashed: str | None, whence: Whence, how: str
    ) -> NewSession:
        """A session, unless the password that was checked has been changed since."""
        if login is None or not await people.lock_password(tx, login):
            raise WrongCredentials
        if rehashed:
            await people.replace_hash(tx, login.person_id, rehashed)
        return await self._open_session(tx, login.person_id, whence, how)

    async def _open_session(self, tx: SystemTx, person: PersonId, whence: Whence, how: str | None = None) -> NewSession:
        """`how` they came in is told; whoever was in already and goes on with a new session did not come in."""
        token, expires_at = secret_token(), tx.now + SESSION_LASTS
        token_hash = self._keyring.token_hash(token)
        await doors.insert_session(tx, token_hash, person, expires_at, whence)
        if how:
            way = Way(WAY, whence.address or None, key_of(token_hash))
            await tell(tx, person, lambda one: events.signed_in(one, how), by=way)
        return NewSession(token, person, expires_at)

    async def _find_link(self, token: str) -> tuple[doors.Link, people.Login]:
        async with self._db.system() as tx:
            link = await doors.find_link(tx, self._keyring.token_hashes(token))
            if link is None:
                raise LinkNotValid
            return link, await people.get_login(tx, link.person_id)

    async def _follow(self, tx: SystemTx, link: doors.Link, token: str, address: str) -> None:
        """Use the link up. Whoever follows one is in a workspace afterwards, or was all along."""
        async with tx.workspace(link.workspace_id, Actor("stranger", way=Way(WAY, address))) as own:
            await lock_team(own)
            if not await doors.use_link(tx, self._keyring.token_hashes(token)):
                raise LinkNotValid
            if link.purpose is Purpose.INVITATION:
                await _join(own, link.person_id)
        if not await people.list_memberships(tx, link.person_id):
            raise LinkNotValid

    async def _begin_anew(self, tx: SystemTx, link: doors.Link, hashed: str) -> None:
        """Only a reset may replace a password; the other links found none, and must not overwrite one that was
        chosen meanwhile."""
        if link.purpose is Purpose.RESET:
            await self._put_password(tx, link.person_id, hashed)
        elif not await people.insert_password(tx, link.person_id, hashed):
            raise LinkNotValid

    async def _put_password(self, tx: SystemTx, person: PersonId, hashed: str) -> None:
        await people.put_password(tx, person, hashed)
        await doors.void_account_links(tx, person)
        await doors.end_sessions(tx, person)


def _key(email: str) -> str:
    return email.strip().lower()[: names.EMAIL_LENGTH]


async def _join(tx: Tx, person: PersonId) -> None:
    invited, _ = await teammates.find_person(tx, person)
    if invited is None or invited.status is not Status.INVITED:
        raise LinkNotValid
    await teammates.set_status(tx, invited.id, Status.ACTIVE)
    await people.add_membership(tx, person)
    await mail.withdraw(tx, letters.about_invitation(tx.workspace_id, invited.id))
    joined = events.teammate_joined(await get_teammate(tx, invited.id))
    tx.record(replace(joined, actor=Actor("teammate", invited.id)))


def _asks(link: doors.Link, login: people.Login) -> Asks:
    return Asks.of(link.purpose, has_password=login.password is not None)
