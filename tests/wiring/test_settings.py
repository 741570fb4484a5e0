"""Settings: from the environment and the command line to values, or to a sentence that says what is wrong."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from tideline.settings import SettingNotUsable, Settings, describe, unknown_variables

READ: dict[str, tuple[str, str, str, Any]] = {
    "a folder": ("DATA_DIR", "/srv/tideline", "data_dir", Path("/srv/tideline")),
    "a port": ("PORT", "9000", "port", 9000),
    "a public address loses its slash": ("PUBLIC_URL", "https://t.example/", "public_url", "https://t.example"),
    "proxies": ("TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", ("10.0.0.0/8", "::1")),
    "the network around an address": (
        "TRUSTED_PROXIES",
        "10.1.2.3/8,fd00::7/64",
        "trusted_proxies",
        ("10.0.0.0/8", "fd00::/64"),
    ),
    "networks and hosts to call": (
        "OUTGOING_ALLOW",
        "10.0.0.0/8, [::1],h_1.internal, *.svc.local.",
        "outgoing_allow",
        ("10.0.0.0/8", "[::1]", "h_1.internal", "*.svc.local."),
    ),
    "a bucket": ("FILES_URL", "s3://our-bucket/tideline/", "files_url", "s3://our-bucket/tideline"),
    "half a second": ("SEND_GAP", "0.5", "send_gap", 0.5),
    "a switch": ("DEMO", "yes", "demo", True),
    "a time of day": ("BACKUP_AT", "04:15", "backup_at", time(4, 15)),
    "no time of day": ("BACKUP_AT", "off", "backup_at", None),
    "an empty variable counts as not set": ("PORT", "  ", "port", 8080),
}


@pytest.mark.parametrize(("name", "text", "field", "value"), READ.values(), ids=READ)
def test_a_variable_becomes_a_value(name: str, text: str, field: str, value: Any) -> None:
    assert getattr(Settings.load({f"TIDELINE_{name}": text}), field) == value


WRONG = {
    "a word for a port": ("PORT", "http"),
    "a port that is too high": ("PORT", "70000"),
    "a port in other digits": ("PORT", "\u0661\u0662"),
    "an address without scheme": ("PUBLIC_URL", "t.example/secret"),
    "an address with a query": ("PUBLIC_URL", "https://t.example/?key=1"),
    "a name for a network": ("TRUSTED_PROXIES", "localhost"),
    "an address for a host to call": ("OUTGOING_ALLOW", "http://hooks.internal/"),
    "a folder as a bucket": ("FILES_URL", "file:///srv/files"),
    "a key in a bucket's address": ("FILES_URL", "s3://key:secret@bucket"),
    "everything as a host to call": ("OUTGOING_ALLOW", "*"),
    "a negative gap": ("SEND_GAP", "-1"),
    "neither yes nor no": ("DEMO", "maybe"),
    "a time that does not exist": ("BACKUP_AT", "29:00"),
    "an unknown level": ("LOG_LEVEL", "loud"),
}


@pytest.mark.parametrize(("name", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_named_and_not_repeated(name: str, text: str) -> None:
    with pytest.raises(SettingNotUsable, match=f"TIDELINE_{name} cannot be used: ") as problem:
        Settings.load({f"TIDELINE_{name}": text})
    if name not in ("TRUSTED_PROXIES", "OUTGOING_ALLOW"):
        assert text not in problem.value.message


def test_the_command_line_wins_over_the_environment() -> None:
    settings = Settings.load({"TIDELINE_PORT": "9000", "TIDELINE_HOST": "::1"}, port="9001", host=None)
    assert (settings.port, settings.host) == (9001, "::1")


def test_an_option_is_read_like_a_variable() -> None:
    with pytest.raises(SettingNotUsable, match="TIDELINE_PORT"):
        Settings.load({}, port="none")


LOOPBACK = {"127.0.0.1": True, "127.8.8.8": True, "::1": True, "localhost": True, "0.0.0.0": False, "10.0.0.1": False}


@pytest.mark.parametrize(("host", "expected"), LOOPBACK.items())
def test_loopback_is_recognised(host: str, expected: bool) -> None:
    assert Settings(host=host).is_loopback is expected


def test_links_begin_with_the_public_address_else_with_where_we_listen() -> None:
    assert Settings(port=9000).base_url == "http://127.0.0.1:9000"
    assert Settings(host="::1", port=9000).base_url == "http://[::1]:9000"
    assert Settings(public_url="https://t.example").base_url == "https://t.example"


def test_a_mistyped_variable_is_found() -> None:
    assert unknown_variables({"TIDELINE_PROT": "1", "TIDELINE_PORT": "1", "PATH": "/bin"}) == ["TIDELINE_PROT"]


def test_every_setting_says_what_it_is_for() -> None:
    for one in describe():
        assert one.about.endswith(".")
        assert one.default
