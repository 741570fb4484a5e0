"""The command line, beside a running `tideline serve` and alone, as an administrator uses it."""

import re
import stat
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.journeys.conftest import Demo
from tests.support.clients import eventually
from tests.support.commands import LinkCommand
from tests.support.customer import Customer
from tests.support.serving import tideline
from tideline import __version__


def done(ran: "CompletedProcess[str]") -> str:
    """What the command printed; it must have worked, and silently apart from that."""
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    return ran.stdout


def refused(ran: "CompletedProcess[str]", code: int = 1) -> str:
    """Why the command did not work: one sentence."""
    assert ran.returncode == code, ran.stdout
    [line] = ran.stderr.strip().splitlines()
    assert line.startswith("tideline: ")
    return line.removeprefix("tideline: ")


def create(data_dir: Path, email: str, *more: str) -> dict[str, str]:
    """Make a workspace and read what was printed about it."""
    said = done(tideline(data_dir, "workspace", "create", "--owner-email", email, "--timezone", "Europe/Berlin", *more))
    rows = [re.split(r"\s{2,}", line, maxsplit=1) for line in said.splitlines() if "  " in line]
    return {row[0]: row[1] for row in rows}


# Alone: the database is started for the moment -----------------------------------------------------------------------


def test_a_workspace_is_made_and_listed_while_nothing_runs(data_dir: Path) -> None:
    made = create(data_dir, "anna@bakery.example", "--name", "Harbour Bakery")
    assert made["workspace"] == "harbour-bakery"
    assert made["API token"].startswith("tla_")
    assert made["sign in"].startswith("http://127.0.0.1:8080/link/")
    listed = done(tideline(data_dir, "workspace", "list"))
    assert re.search(r"^harbour-bakery +Harbour Bakery +\S+ +Europe/Berlin ", listed, re.MULTILINE)
    shown = done(tideline(data_dir, "token", "show", "--workspace", "harbour-bakery"))
    assert shown.strip() == made["API token"]


def test_a_public_address_stands_in_links(data_dir: Path) -> None:
    said = tideline(
        data_dir, "workspace", "create", "--owner-email", "a@b.example", "--timezone", "UTC",
        TIDELINE_PUBLIC_URL="https://tideline.example.com",
    )  # fmt: skip
    assert "https://tideline.example.com/link/" in done(said)


def test_migrations_are_shown_and_applied(data_dir: Path) -> None:
    assert "pending" in done(tideline(data_dir, "migrate", "--status"))
    assert "applied 0001_directory" in done(tideline(data_dir, "migrate"))
    assert done(tideline(data_dir, "migrate")) == "The database is up to date.\n"
    assert "pending" not in done(tideline(data_dir, "migrate", "--status"))


def test_the_doctor_of_a_new_folder_finds_nothing_to_do(data_dir: Path) -> None:
    said = done(tideline(data_dir, "doctor"))
    assert said.splitlines()[-1] == "All is well."


DISEASES = {
    "a mistyped variable": ({"TIDELINE_PROT": "80"}, "does not know TIDELINE_PROT"),
    "an address nobody knows": ({"TIDELINE_HOST": "0.0.0.0"}, "Set TIDELINE_PUBLIC_URL"),
    "no encryption": (
        {"TIDELINE_HOST": "0.0.0.0", "TIDELINE_PUBLIC_URL": "http://tideline.example.com"},
        "Put a TLS proxy in front",
    ),
    "no backups": ({"TIDELINE_BACKUP_AT": "off"}, "nightly backups are off"),
}


async def test_a_link_for_somebody_with_a_phone_is_printed(demo: Demo) -> None:
    command = ("number", "qr-link", "--teammate", demo.facts["owner_email"], "--hours", "2")
    first, second = done(of_demo(demo, *command)), done(of_demo(demo, *command))
    assert re.fullmatch(r"http\S+/qr/qr_\S+\nIt works for one phone, until [-\d]+ [:\d]+ UTC.\n", first)
    assert "The link that was made before works no more." in second
    phone = await demo.simulator.phone("+15550720009", "Elsewhere")
    await phone.scan(second.splitlines()[0])
    numbers = [one.phone for one in await demo.customer.numbers()]
    assert "+15550720009" in numbers


@pytest.mark.parametrize("hours", ["0", "169", "x", "1.5"])
def test_a_link_works_for_whole_hours_up_to_a_week(demo: Demo, hours: str) -> None:
    ran = of_demo(demo, "number", "qr-link", "--teammate", demo.facts["owner_email"], "--hours", hours)
    assert (ran.returncode, "a whole number of hours from 1 to 168" in ran.stderr) == (2, True)


@pytest.mark.parametrize(("settings", "says"), DISEASES.values(), ids=DISEASES)
def test_the_doctor_says_what_to_do(data_dir: Path, settings: dict[str, str], says: str) -> None:
    ran = tideline(data_dir, "doctor", **settings)
    assert ran.returncode == 1
    assert says in ran.stdout
    assert ran.stdout.splitlines()[-1] == "1 to do."


def test_the_doctor_notices_an_open_key_and_a_lost_one(data_dir: Path) -> None:
    create(data_dir, "a@b.example")
    key = data_dir / "secret.key"
    key.chmod(0o644)
    assert f"chmod 600 {key}" in tideline(data_dir, "doctor").stdout
    key.unlink()
    assert f"{key} is missing" in tideline(data_dir, "doctor").stdout
    key.write_text("a new key that is long enough")
    assert "1 cannot be read with the keys that are here" in tideline(data_dir, "doctor").stdout


def test_no_new_key_takes_the_place_of_a_lost_one(data_dir: Path) -> None:
    create(data_dir, "a@b.example")
    key = (data_dir / "secret.key").rename(data_dir / "elsewhere")
    for command in (("serve",), ("workspace", "list")):
        assert "Put it back from your copy" in tideline(data_dir, *command, TIDELINE_PORT="0").stderr
    key.rename(data_dir / "secret.key")
    assert tideline(data_dir, "workspace", "list").returncode == 0


BUSINESS = ("--phone-number-id", "104200000000001", "--waba-id", "204200000000001", "--name", "Harbour Bakery")


def test_a_business_number_is_added_and_looked_after_from_the_terminal(data_dir: Path, tmp_path: Path) -> None:
    """Its secrets come from a file or from standard input, and never back to the screen."""
    made = create(data_dir, "anna@bakery.example")
    secrets = tmp_path / "meta.txt"
    secrets.write_text("EAAtoken-of-anna\n\nappsecretappsecretappsecretappse\n")
    of_number = ("--number", "+15550930001")

    def number(*arguments: str) -> "CompletedProcess[str]":
        return tideline(data_dir, "number", *arguments, "--workspace", made["workspace"])

    added = done(number("add-cloud", "--phone", "+15550930001", *BUSINESS, "--secrets-file", str(secrets)))
    assert re.search(r"^callback URL  http://127\.0\.0\.1:8080/inbound/cloud/\S+$", added, re.MULTILINE)
    assert re.search(r"^verify token  \S+$", added, re.MULTILINE)
    again = done(number("change-secrets", *of_number, "--secrets-file", str(secrets)))
    assert again.splitlines()[1:3] == added.splitlines()[1:3]
    assert "EAAtoken" not in added + again
    assert re.search(r"^\+15550930001 +cloud ", done(number("list")), re.MULTILINE)
    for command in ("pause", "resume", "unlink"):
        assert done(number(command, *of_number)).startswith("+15550930001: ")

    one_line = tmp_path / "half.txt"
    one_line.write_text("EAAtoken-of-anna\n")
    for given, says in ((one_line, "each on a line of its own"), (tmp_path / "none.txt", "cannot be read")):
        assert says in refused(number("add-cloud", "--phone", "+15550930002", *BUSINESS, "--secrets-file", str(given)))


# Beside a running server ---------------------------------------------------------------------------------------------


def of_demo(demo: Demo, *arguments: str) -> "CompletedProcess[str]":
    return tideline(demo.served.data_dir, *arguments, "--workspace", demo.facts["workspace_id"])


async def test_a_new_workspace_is_served_at_once(demo: Demo) -> None:
    made = create(demo.served.data_dir, "berta@florist.example")
    assert made["sign in"].startswith(demo.facts["base_url"] + "/link/")
    async with Customer(demo.facts["base_url"], made["API token"]) as theirs:
        assert (await theirs.list_chats()).chats == []
        assert (await theirs.get_workspace()).workspace_id == made["workspace"]
    async with demo.http.get(made["sign in"]) as page:
        assert page.status == 200


async def test_an_invited_teammate_has_a_place_and_a_link(demo: Demo) -> None:
    said = done(of_demo(demo, "teammate", "invite", "--email", "nora@northquay.example", "--role", "agent"))
    assert said.startswith(demo.facts["base_url"] + "/link/")
    people = (await demo.customer.list_teammates()).teammates
    [nora] = [one for one in people if one.email == "nora@northquay.example"]
    assert nora.role == "Agent"
    again = done(of_demo(demo, "teammate", "reset-link", "--email", demo.facts["owner_email"]))
    async with demo.http.get(again.splitlines()[0]) as page:
        assert page.status == 200


async def test_a_teammates_token_is_made_shown_and_rotated(demo: Demo) -> None:
    whose = ("--teammate", "kai@northquay.example")
    first = done(of_demo(demo, "token", "create", *whose)).strip()
    assert done(of_demo(demo, "token", "show", *whose)).strip() == first
    async with Customer(demo.facts["base_url"], first) as kai:
        assert (await kai.get_own_teammate()).email == "kai@northquay.example"
        second = done(of_demo(demo, "token", "rotate", *whose)).strip()
        await eventually(kai.is_shut_out, "the end of the old token")
    async with Customer(demo.facts["base_url"], second) as kai:
        assert (await kai.get_own_teammate()).email == "kai@northquay.example"
    assert "already has a token" in refused(of_demo(demo, "token", "create", *whose))


async def test_keys_are_rotated_under_a_running_server(demo: Demo) -> None:
    said = done(tideline(demo.served.data_dir, "key", "rotate"))
    assert re.match(r"New key [0-9a-f]{16}; \d+ secrets encrypted with it\.\n", said)
    assert (await demo.customer.list_chats()).chats
    token = done(of_demo(demo, "token", "show")).strip()
    assert token == demo.facts["api_token"]


async def test_a_phone_is_linked_from_the_terminal_and_looked_after(demo: Demo) -> None:
    phone = await demo.simulator.phone("+15550720001", "From the terminal")
    async with LinkCommand(demo.served, demo.facts) as command:
        assert (await phone.call("POST", "/scan", qr=await command.qr()))["jid"] == phone.jid
        assert await command.ended() == 0

    async def has_status(wanted: str) -> bool:
        listed = [one for one in await demo.customer.numbers() if one.id == phone.jid]
        return bool(listed) and listed[0].status == wanted

    await eventually(lambda: has_status("active"), "the linked number")
    assert "paused" in done(of_demo(demo, "number", "pause", "--number", phone.phone))
    await eventually(lambda: has_status("disconnected"), "the pause")
    done(of_demo(demo, "number", "resume", "--number", phone.phone))
    await eventually(lambda: has_status("active"), "the connection")
    assert re.search(r"^\+15550720001 +simulator +active ", done(of_demo(demo, "number", "list")), re.MULTILINE)
    done(of_demo(demo, "number", "unlink", "--number", phone.phone))
    await eventually(lambda: has_status("disconnected"), "the end of the link")


async def test_the_doctor_of_a_running_demo_sees_it(demo: Demo) -> None:
    port = demo.facts["base_url"].rpartition(":")[2]
    said = tideline(demo.served.data_dir, "doctor", TIDELINE_PORT=port).stdout
    assert f"server: ready on port {port}." in said
    assert "database: its schema is that of this version." in said


WRONG = {
    "an unknown workspace": (("token", "show", "--workspace", "nowhere"), "There is no such workspace."),
    "a zone that is none": (
        ("workspace", "create", "--owner-email", "a@b.example", "--timezone", "Mars/Olympus"),
        "This is not a time zone. Use a name such as Europe/Berlin or UTC.",
    ),
    "an address that is none": (
        ("workspace", "create", "--owner-email", "nobody", "--timezone", "UTC"),
        "This is not an e-mail address.",
    ),
    "nothing held": (("release",), "Nothing is held: sending and delivery are running."),
    "a backup that is none": (
        ("restore", "/dev/null"),
        "/dev/null is not a Tideline backup, or it is damaged (empty file).",
    ),
}


@pytest.mark.parametrize(("arguments", "sentence"), WRONG.values(), ids=WRONG)
def test_what_does_not_work_is_said_in_one_sentence(demo: Demo, arguments: tuple[str, ...], sentence: str) -> None:
    assert refused(tideline(demo.served.data_dir, *arguments)) == sentence


UNKNOWN = {
    "a teammate": (("token", "show", "--teammate", "nobody@x.example"), "Nobody in this workspace has the address"),
    "somebody to link for": (("number", "qr-link", "--teammate", "no@body.example"), "no@body.example"),
    "a number": (("number", "pause", "--number", "+15559999999"), "is not a number of this workspace"),
    "a phone that is none": (("number", "pause", "--number", "abc"), "Wrong phone number"),
}


@pytest.mark.parametrize(("arguments", "says"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_people_and_numbers_are_named(demo: Demo, arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(of_demo(demo, *arguments))


# Looking -------------------------------------------------------------------------------------------------------------


def test_the_settings_are_listed_with_their_defaults(data_dir: Path) -> None:
    said = done(tideline(data_dir, "settings", TIDELINE_SEND_GAP="3"))
    assert re.search(r"^TIDELINE_PORT  \[8080\]", said, re.MULTILINE)
    assert re.search(r"^TIDELINE_SEND_GAP  \[2\.0\]  \(set\)", said, re.MULTILINE)


def test_every_operation_is_built(data_dir: Path) -> None:
    assert done(tideline(data_dir, "operations", "--not-built")).strip() == ""


def test_wrong_usage_is_exit_code_two(data_dir: Path) -> None:
    for arguments in ((), ("serves",), ("workspace", "create"), ("operations",), ("serve", "--prot", "1")):
        ran = tideline(data_dir, *arguments)
        assert ran.returncode == 2
        assert "usage: tideline" in ran.stderr


def test_the_version_is_told(data_dir: Path) -> None:
    assert done(tideline(data_dir, "--version")) == f"tideline {__version__}\n"


# The demo goes -------------------------------------------------------------------------------------------------------


async def test_the_demo_can_be_removed_and_comes_back_new(demo_of_its_own: Demo) -> None:
    demo = demo_of_its_own
    before = (await demo.customer.list_chats()).chats
    data_dir = demo.served.data_dir
    assert done(tideline(data_dir, "demo", "remove")) == "The workspace northquay-coffee is removed.\n"
    assert not (data_dir / "demo.json").exists()
    await eventually(demo.customer.is_shut_out, "the end of the demo's token")
    assert refused(tideline(data_dir, "demo", "remove")) == "There is no demo workspace."
    assert demo.served.stop() == 0
    again = type(demo.served)(data_dir)
    try:
        facts = again.demo
        assert facts["api_token"] != demo.facts["api_token"]
        async with Customer(facts["base_url"], facts["api_token"]) as customer:
            after = (await customer.list_chats()).chats
        assert sorted(chat.name for chat in after) == sorted(chat.name for chat in before)
        assert stat.S_IMODE((data_dir / "demo.json").stat().st_mode) == 0o600
    finally:
        again.close()
