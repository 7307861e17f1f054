"""Which program asks: told by the number of a thread, the same for all that it forked."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from photofs.fuse.askers import Askers
from photofs.kernel.process import caller_of, program_of

MY_NAME = Path("/proc/self/comm").read_text(encoding="utf-8").strip()
PATIENCE = 60.0


def wait_for(found: Callable[[], int]) -> int:
    """Look until there is something."""
    until = time.monotonic() + PATIENCE
    while not (number := found()):
        assert time.monotonic() < until
        time.sleep(0.005)
    return number


def child_of(pid: int) -> int:
    """The first child of a process, 0 if it has none."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return int(told[0]) if told else 0


def is_named(pid: int, name: str) -> int:
    """The process, once it has that name; 0 before."""
    return pid if program_of(pid).name == name else 0


def test_a_thread_s_number_leads_to_its_process() -> None:
    """FUSE tells the thread; what two threads of a program do is done by one program."""
    told: list[tuple[int, str]] = []

    def ask() -> None:
        asker = Askers().of(threading.get_native_id())
        told.append((asker.process, asker.program))

    worker = threading.Thread(target=ask)
    worker.start()
    worker.join()
    assert told == [Askers().of(os.getpid())[:2]]
    assert told[0][1] == MY_NAME


def test_a_program_that_forks_is_one() -> None:
    """As rsync does: sender, generator and receiver; a program of another name is another."""
    forked = "import os, sys\nif os.fork() == 0: sys.stdin.read(); os._exit(0)\nos.wait()"
    shell = "import subprocess; subprocess.run(['cat'])"
    for code, other in ((forked, False), (shell, True)):
        with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as parent:
            child = wait_for(partial(child_of, parent.pid))
            if other:  # it is a fork until it is cat
                wait_for(partial(is_named, child, "cat"))
            asked = program_of(child)
            assert (asked.pid != program_of(parent.pid).pid) is other
            assert asked.age_ns <= program_of(parent.pid).age_ns
            parent.communicate()


def test_who_is_not_there_any_more_has_no_name() -> None:
    """A process that ended while it was asked about, or one of another container."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert program_of(ended.pid)[:2] == (ended.pid, "")


def test_a_script_is_called_by_its_own_name(tmp_path: Path) -> None:
    """Before that of what runs it; code on the command line has no name."""
    path = tmp_path / "looker.py"
    path.write_text("import sys; print(flush=True); sys.stdin.read()")
    for words, first in (([str(path)], "looker.py"), (["-c", path.read_text()], "python")):
        with subprocess.Popen(
            [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as running:
            assert running.stdout is not None
            running.stdout.readline()
            caller = caller_of(running.pid)
            assert caller is not None
            assert caller.names[0].startswith(first)


def test_a_name_that_is_no_utf_8_is_a_name(tmp_path: Path) -> None:
    """Of a script, or as a program calls itself: it can be compared, logged and written down."""
    path = tmp_path / os.fsdecode(b"caf\xe9.py")
    path.write_text("import sys; print(flush=True); sys.stdin.read()")
    with subprocess.Popen(
        [os.fsdecode(b"na\xefve"), path],
        executable=sys.executable,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        caller = caller_of(running.pid)
    assert caller is not None
    assert caller.names[0] == "caf\N{REPLACEMENT CHARACTER}.py"
    assert "na\N{REPLACEMENT CHARACTER}ve" in caller.names
    assert {name.encode().decode() for name in caller.names} == set(caller.names)


def test_who_has_ended_is_nobody() -> None:
    """A number that no process has."""
    assert caller_of(2**22 + 1) is None


@pytest.mark.parametrize(
    ("shell", "words"),
    [("bash", ["-lc"]), ("bash", ["--norc", "-ec"]), ("perl", ["-E"]), ("perl", ["-we"])],
    ids=["login", "ending", "perl", "warning"],
)
def test_code_on_the_command_line_is_no_name(shell: str, words: list[str]) -> None:
    """It may hold a password, and names stand in logs."""
    code = {"bash": "read -r line; : --password=secret", "perl": "<STDIN>; # --password=secret"}
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    with subprocess.Popen([program, *words, code[shell]], stdin=subprocess.PIPE) as running:
        wait_for(partial(is_named, running.pid, shell))
        caller = caller_of(running.pid)
    assert caller is not None
    assert set(caller.names) == {shell}
