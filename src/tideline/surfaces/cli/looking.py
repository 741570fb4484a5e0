"""Commands that only look: the settings, what of the contract is not built yet, the documentation as files."""

from argparse import Namespace
from textwrap import wrap

from tideline.surfaces.cli.tools import Toolbox

WIDTH = 96


def settings(tools: Toolbox, _: Namespace) -> None:
    for line in tools.settings():
        print(f"{line.variable}  [{line.default}]{'  (set)' if line.is_set else ''}")
        print("\n".join(f"    {part}" for part in wrap(line.about, WIDTH)))


def operations(tools: Toolbox, _: Namespace) -> None:
    for line in tools.not_built():
        print(line)


def build_docs(tools: Toolbox, options: Namespace) -> None:
    written = tools.write_site(options.folder)
    print(f"{written.pages} pages ({written.files} files) are in {options.folder}")
