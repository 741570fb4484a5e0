"""`scripts/browser` on machines with and without a browser, and with and without the right to install one."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNS, ONLY_A_NAME = "#!/bin/sh\necho Chromium 156\n", "#!/bin/sh\necho 'get it from a store' >&2\nexit 1\n"
ROOT_ACCOUNT, SOMEBODY = "#!/bin/sh\necho 0\n", "#!/bin/sh\necho 1000\n"
OFFLINE = "#!/bin/sh\nexit 100\n"
LEFT_OUT = (
    "The tests in a browser are left out: there is no Chromium or Chrome. On Debian or Ubuntu: apt install chromium"
)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The script beside an environment with our tests, and a search path with next to nothing on it."""
    for name in ("scripts", "bin", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "browser", tmp_path / "scripts")
    put(tmp_path / ".venv/bin/python", f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n')
    for tool in ("sh", "dirname"):
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def put(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def lines_said(machine: Path, **programs: str) -> list[str]:
    for name, script in programs.items():
        put(machine / "bin" / name.replace("_", "-"), script)
    environ = {"PATH": str(machine / "bin"), "HOME": str(machine)}
    command = [str(machine / "scripts" / "browser")]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0
    assert ran.stdout == ""
    return ran.stderr.splitlines()


def test_with_a_browser_there_is_nothing_to_say(machine: Path) -> None:
    assert lines_said(machine, chromium=RUNS, id=ROOT_ACCOUNT) == []


@pytest.mark.parametrize("name", ["google_chrome", "chromium_browser"])
def test_other_names_do_as_well(machine: Path, name: str) -> None:
    assert lines_said(machine, id=SOMEBODY, **{name: RUNS}) == []


def test_who_may_not_install_one_is_told_what_to_install(machine: Path) -> None:
    assert lines_said(machine, id=SOMEBODY, apt_get=OFFLINE) == [LEFT_OUT]


def test_where_there_is_no_apt_nothing_is_tried(machine: Path) -> None:
    assert lines_said(machine, id=ROOT_ACCOUNT) == [LEFT_OUT]


def test_a_program_that_does_not_start_is_no_browser(machine: Path) -> None:
    assert lines_said(machine, chromium=ONLY_A_NAME, id=SOMEBODY) == [LEFT_OUT]


def test_an_installation_that_fails_is_no_error(machine: Path) -> None:
    said = lines_said(machine, id=ROOT_ACCOUNT, apt_get=OFFLINE)
    assert said == ["Installing Chromium for the tests in a browser (a minute or two) ...", LEFT_OUT]


def test_what_was_installed_is_found(machine: Path) -> None:
    browser = machine / "bin" / "chromium"
    install = (
        f'#!/bin/sh\ncase "$*" in *install*) printf "#!/bin/sh\\n" > "{browser}"; /bin/chmod 755 "{browser}";; esac\n'
    )
    said = lines_said(machine, id=ROOT_ACCOUNT, apt_get=install)
    assert said == ["Installing Chromium for the tests in a browser (a minute or two) ..."]
