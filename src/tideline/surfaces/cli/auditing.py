"""The audit log of a workspace, in a terminal."""

from argparse import Namespace

from tideline.features import audit, workspaces
from tideline.features.audit import Area, Entry, Filter
from tideline.features.workspaces import Teammate, TeammateId
from tideline.surfaces.cli import finding
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Toolbox

MOST = 10_000


async def show(tools: Toolbox, options: Namespace) -> None:
    """The newest entries, the newest first."""
    async with tools.desk() as desk:
        workspace_id = await finding.workspace_id(desk, options.workspace)
        async with desk.db.read(workspace_id) as tx:
            person = (await finding.teammate(tx, options.person)).id if options.person else None
            wanted = Filter(person=person, area=Area(options.area) if options.area else None)
            entries = (await audit.list_entries(tx, wanted, size=max(1, min(options.limit, MOST)))).entries
            names = await workspaces.find_teammates(tx, {one for entry in entries for one in _people(entry)})
    table(("AT", "WHO", "WHAT", "ABOUT", "THROUGH", "FROM"), [_row(entry, names) for entry in entries])


def _row(entry: Entry, names: dict[TeammateId, Teammate]) -> tuple[str, ...]:
    way = entry.actor.way
    one = names.get(TeammateId(entry.actor.id or 0)) if entry.actor.kind in ("teammate", "token") else None
    about = names.get(TeammateId(entry.about.id or 0)) if entry.about.what == "teammate" else None
    return (
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        one.email if one else entry.actor.kind,
        entry.kind,
        about.email if about else _printable(entry.about.name or "-"),
        way.name if way else "-",
        (way.address or way.key or "-") if way else "-",
    )


def _printable(text: str) -> str:
    """Names of chats come from anybody; none of them moves the cursor of a terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _people(entry: Entry) -> list[TeammateId]:
    told = [entry.actor.id if entry.actor.kind in ("teammate", "token") else None]
    told.append(entry.about.id if entry.about.what == "teammate" else None)
    return [TeammateId(one) for one in told if one is not None]
