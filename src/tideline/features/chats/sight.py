"""Who sees which chats, as a rule; `store.sight` says the same in SQL. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from tideline.features.chats.model import ChatId
from tideline.features.numbers import Number, NumberId
from tideline.features.workspaces import VIEWS, TeamId, Teammate, TeammateId, View


@dataclass(frozen=True, slots=True)
class Sight:
    """The part of a workspace that somebody sees: the chats that are assigned to them, those they were mentioned in,
    and the chats of some numbers: of their own, of everybody's in their team, or of none."""

    teammate_id: TeammateId
    team_id: TeamId
    view: View

    @classmethod
    def of(cls, teammate: Teammate) -> "Sight | None":
        """None for those who see everything."""
        view = VIEWS[teammate.role]
        return None if view is View.EVERYTHING else cls(teammate.id, teammate.team_id, view)

    def has_number(self, number: Number) -> bool:
        """Are all chats of this number theirs to see, and may they write from it?"""
        match self.view:
            case View.TEAM:
                return number.owner.team_id == self.team_id
            case View.OWN:
                return number.owner.id == self.teammate_id
            case _:
                return False


@dataclass(frozen=True, slots=True)
class InSight:
    """What somebody sees, by name: numbers with all their chats, and single chats, by their old ids too."""

    number_ids: Sequence[NumberId]
    chat_ids: Sequence[ChatId]

    @property
    def is_nothing(self) -> bool:
        return not (self.number_ids or self.chat_ids)
