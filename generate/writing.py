"""Words, paragraphs and files."""

import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH = 110


def snake(name: str) -> str:
    """`listChatsV2` is `list_chats_v2`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def pascal(name: str) -> str:
    """`messaging_quota` and `message:received` are `MessagingQuota` and `MessageReceived`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def sentence(text: str) -> str:
    """In one line, with a full stop."""
    line = " ".join(text.split())
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


def docstring(*paragraphs: str, indent: int) -> str:
    """Paragraphs that fit the width; one that is a list keeps its lines."""
    room = WIDTH - indent
    told = [_wrapped(one, room) for one in paragraphs if one.strip()]
    text = "\n\n".join(told).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    end = "\n" if "\n" in text or len(text) > room - 10 else ""
    return textwrap.indent(f'"""{text}{end}"""', " " * indent, lambda line: bool(line.strip()))


def _wrapped(paragraph: str, room: int) -> str:
    lines = paragraph.splitlines() if paragraph.startswith("* ") else [" ".join(paragraph.split())]
    return "\n".join("\n".join(_broken(line, room)) for line in lines)


def _broken(line: str, room: int) -> Iterator[str]:
    deeper = "  " if line.startswith("* ") else ""
    yield from textwrap.wrap(line, room - 6, subsequent_indent=deeper, break_long_words=False, break_on_hyphens=False)


def as_python(path: str, text: str) -> str:
    """The code in the form that the project's rules give it, without imports that nothing uses."""
    tidy = _ruff("check", "--fix-only", "--select", "F401,I", "--stdin-filename", path, "-", text=text)
    return _ruff("format", "--stdin-filename", path, "-", text=tidy)


def _ruff(*arguments: str, text: str) -> str:
    command = [sys.executable, "-m", "ruff", arguments[0], "--quiet", "--no-cache", *arguments[1:]]
    done = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{arguments[0]} refused what was made: {done.stderr}")
    return done.stdout


def write(files: Mapping[str, str]) -> list[str]:
    """The names of those that were not current."""
    changed = []
    for name, text in files.items():
        path = ROOT / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        changed.append(name)
    return changed
