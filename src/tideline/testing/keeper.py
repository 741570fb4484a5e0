"""Runs a command for as long as whoever started this is there, then removes a folder.

`python keeper.py FOLDER COMMAND...`: standard input is a pipe. It ends when the other side closes it or dies,
however it dies, and then the command is asked to end.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading

PATIENCE_SECONDS = 30


def main(folder: str, *command: str) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kept = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_the_other_side, args=(kept,), daemon=True).start()
    code = kept.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return code


def _end_with_the_other_side(kept: "subprocess.Popen[bytes]") -> None:
    # not through sys.stdin: its lock, held by a waiting thread, would be the end of an interpreter that is about to end
    while os.read(0, 1024):
        pass
    kept.terminate()
    try:
        kept.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        kept.kill()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
