"""The duties of process 1 of a container: to reap whatever falls to it, and to hand on the signals that it gets."""

import os
import signal
from contextlib import suppress

HANDED_ON = frozenset(
    {
        *(signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT),
        *(signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH, signal.SIGCONT),
    }
)
_FROM_TERMINAL = 0x80
"""`si_code` of a signal that the kernel sent: it went to the whole foreground group, the child among it."""


def stand_in() -> None:
    """Forks, and returns in the child; process 1 stays behind, and ends with the child's exit status.

    Keepers, and whatever agents leave behind, become children of process 1 when their parents end, and are zombies
    until it asks for them. It cannot ask beside other work: waiting for any child takes exit codes away from whoever
    started that child. Called before there are threads.
    """
    awaited = {*HANDED_ON, signal.SIGCHLD}
    # Blocked before the fork: a signal that comes between fork and wait is kept, and handed on.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # where it is ignored, the kernel reaps and tells no exit code
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    os._exit(_serve(child, awaited))


def _serve(child: int, awaited: "set[signal.Signals]") -> int:
    """Reaps and hands on signals until the child has ended; returns its exit status, as a shell spells it."""
    while True:
        said = signal.sigwaitinfo(awaited)
        if said.si_signo != signal.SIGCHLD:
            if said.si_code != _FROM_TERMINAL:
                with suppress(ProcessLookupError):
                    os.kill(child, said.si_signo)
            continue
        # One signal may stand for many children that ended.
        for pid, status in iter(_ended, None):
            if pid == child:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code


def _ended() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None
