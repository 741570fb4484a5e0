"""The code of the documentation, taken out and run in its language: sh with curl, this Python, and Node."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

from tests.architecture.statements import ROOT
from tideline.surfaces.docs.page import Page

FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
OPTION = re.compile(r'([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?')
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Sample:
    page: str
    language: str
    options: Mapping[str, str]
    code: str

    @property
    def is_run(self) -> bool:
        return "no-run" not in self.options


def samples_of(page: Page) -> list[Sample]:
    found = []
    for info, code in FENCE.findall(page.markdown):
        language, _, rest = info.partition(" ")
        options = {name: quoted or bare for name, quoted, bare in OPTION.findall(rest)}
        found.append(Sample(page.slug, language, options, code))
    return found


def shims(folder: Path) -> str:
    """A search path with `tideline`, this Python, and a curl for which an answer of 400 or more is a failure, unless it
    was asked to show everything (`-i`)."""
    real = shutil.which("curl") or f'"{sys.executable}" "{ROOT}/tests/support/curl.py"'
    scripts = {
        "tideline": f'exec "{sys.executable}" -m tideline "$@"',
        "python3": f'exec "{sys.executable}" "$@"',
        "curl": f'case " $* " in *" -i "*) exec {real} -sS "$@";; esac\nexec {real} -sS --fail-with-body "$@"',
    }
    for name, line in scripts.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@dataclass(frozen=True)
class Stage:
    """Where samples run: a folder of their own, and what their readers have set."""

    folder: Path
    environment: Mapping[str, str]

    def command(self, language: str, path: Path) -> list[str]:
        runner = {"sh": ["sh", "-eu"], "python": [sys.executable], "js": [node()]}[language]
        return [*runner, str(path)]

    def write(self, language: str, code: str) -> Path:
        ending = {"sh": ".sh", "python": ".py", "js": ".mjs"}[language]
        written, path = tempfile.mkstemp(ending, "sample-", self.folder)
        os.close(written)
        Path(path).write_text(code)
        return Path(path)

    def run(self, language: str, code: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(language, self.write(language, code)),
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def begin(self, language: str, code: str) -> "subprocess.Popen[str]":
        """Code that goes on until it is ended."""
        path = self.write(language, code)
        return subprocess.Popen(
            self.command(language, path), cwd=self.folder, env=dict(self.environment), stdout=subprocess.PIPE, text=True
        )

    def run_all(self, language: str, codes: Sequence[str]) -> list[str]:
        """Many samples in one process; what each printed."""
        paths = [self.write(language, code) for code in codes]
        ran = self.run(language, ALL[language](paths))
        assert ran.returncode == 0, ran.stderr[-3000:]
        parts = ran.stdout.split(f"{BETWEEN}\n")
        assert len(parts) == len(codes) + 1, ran.stdout[-3000:]
        return parts[:-1]


BETWEEN = "-----8<-----"


def _all_in_sh(paths: Sequence[Path]) -> str:
    return "\n".join(f"sh '{path}' 2>&1 || true\necho\necho '{BETWEEN}'" for path in paths)


def _all_in_python(paths: Sequence[Path]) -> str:
    return f"""
import functools, runpy, ssl, traceback
ssl.create_default_context = functools.cache(ssl.create_default_context)  # each client would read all roots again
for path in {[str(path) for path in paths]!r}:
    try:
        runpy.run_path(path, run_name="__main__")
    except Exception:
        print("FAILED", traceback.format_exc())
    print({BETWEEN!r}, flush=True)
"""


def _all_in_javascript(paths: Sequence[Path]) -> str:
    return f"""
for (const path of {json.dumps([str(path) for path in paths])}) {{
  try {{ await import(path); }} catch (problem) {{ console.log("FAILED", problem); }}
  console.log({json.dumps(BETWEEN)});
}}
"""


ALL = {"sh": _all_in_sh, "python": _all_in_python, "js": _all_in_javascript}


def node() -> str:
    """The Node that Playwright brings, so that no other one is needed."""
    return str(compute_driver_executable()[0])


def exchanged(code: str, values: Mapping[str, str]) -> str:
    """The code with the values of this installation for those of the examples, each wherever it stands by itself."""
    known = {old: new for old, new in values.items() if old != new}
    if not known:
        return code
    longest_first = "|".join(re.escape(one) for one in sorted(known, key=len, reverse=True))
    return re.sub(rf"(?<![\w.+-])(?:{longest_first})(?![\w.-])", lambda found: known[found[0]], code)


def parsed(sample: Sample) -> Iterator[str]:
    """What is wrong with a sample that is no program."""
    try:
        match sample.language:
            case "json":
                json.loads(sample.code)
            case "yaml":
                import yaml

                yaml.safe_load(sample.code)
            case "ini":
                from configparser import RawConfigParser

                RawConfigParser(strict=False).read_string(sample.code)
            case "nginx":
                yield from _blocks(sample.code)
    except ValueError as problem:
        yield f"{sample.page}: {problem}"
    except Exception as problem:
        yield f"{sample.page}: {problem!r}"


def _blocks(code: str) -> Iterator[str]:
    """Every line of nginx ends a directive, or opens or closes a block; blocks are closed."""
    depth = 0
    for line in code.splitlines():
        said = line.partition("#")[0].strip()
        depth += said.count("{") - said.count("}")
        if said and said[-1] not in ";{}":
            yield f"nginx: {line}"
    if depth:
        yield "nginx: a block stays open"
