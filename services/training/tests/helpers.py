"""What several tests do."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from causeway_training.context import Context
from causeway_training.digests import digest_file
from causeway_training.run import MEASURED

ORDER = (
    "collect",
    "validate",
    "prepare",
    "train",
    "evaluate",
    "audit",
    "explain",
    "compress",
    "package",
)


def step(name: str):
    return import_module(f"causeway_training.steps.{name}")


def run_to(context: Context, last: str) -> list[bool]:
    """Runs the steps up to and with `last`; says of each whether it did anything."""
    return [step(name).run(context) for name in ORDER[: ORDER.index(last) + 1]]


def digests(folder: Path) -> dict[str, str]:
    """Digest of each file below a folder, measured times left out."""
    return {
        p.relative_to(folder).as_posix(): digest_file(p)
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in (MEASURED, ".lock")
    }


#: Events of Python's audit hooks that change the file system; `open` counts when it is for writing.
CHANGES = frozenset(
    {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "shutil.copyfile"}
)
KILLED, FINISHED = -signal.SIGKILL, 0


def killed_at(
    operation: int, root: Path, work: Callable[[], object], changes: frozenset[str] = CHANGES
) -> int:
    """Runs `work` in a forked child that kills itself with SIGKILL just before its n-th change
    below `root`; returns how it ended.

    Changes are seen by an audit hook, so no step knows of it.
    """
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    seen = 0

    def hook(event: str, arguments: tuple) -> None:
        nonlocal seen
        if event not in changes or not str(arguments[0]).startswith(str(root)):
            return
        if event != "open" or (
            isinstance(arguments[1], str) and any(mode in arguments[1] for mode in "wax+")
        ):
            seen += 1
            if seen == operation:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.addaudithook(hook)
        work()
        os._exit(0)
    except BaseException:
        os._exit(9)
