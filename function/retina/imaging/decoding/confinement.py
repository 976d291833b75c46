"""What a process that reads a stranger's file gives up before it does, so that the file can do little harm.

By the kernel's own limits (setrlimit(2), setitimer(2), prctl(2)): no new files or connections, no other processes, so
much memory and so much of a core. Whoever passes them is refused, or ended by a signal. Linux only.
"""

import ctypes
import resource
import signal
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
"""linux/prctl.h."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""malloc.h of glibc, mallopt(3)."""

_libc = ctypes.CDLL(None)


def release_memory() -> None:
    """Give back to the kernel what the allocator keeps, and the processes that are forked would have to copy."""
    _libc.malloc_trim(0)


def provide_memory(size: int) -> None:
    """Have the kernel provide `size` bytes now, and the allocator keep them: while somebody waits it takes too long."""
    for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
        _libc.mallopt(option, 2**30)
    bytearray(size)


def hide_memory() -> None:
    """Let no other process of the same user read this one's memory or environment (ptrace(2), proc(5))."""
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def end_with_parent() -> None:
    """Be killed when whoever started this process ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def give_up_rights() -> None:
    """No new file, connection, process, thread or right, for good; what is open stays so."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # when memory runs out, this process goes first
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def limit_memory(size: int) -> None:
    """Allow `size` bytes of address space: beyond, allocations fail."""
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def limit_time(core_seconds: float) -> None:
    """Be ended after so much work from now on; 0: never. Not by the clock: others may have the core for long."""
    signal.setitimer(signal.ITIMER_PROF, core_seconds)


def address_space() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
