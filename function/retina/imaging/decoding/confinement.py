"""How a decoding process confines itself before it reads an untrusted file, so that the file can do little harm, and
how the service that starts it keeps its own memory small and hidden.

It uses the kernel's own limits (setrlimit(2), setitimer(2), prctl(2)): no new files, connections or processes, and
limited memory and processor time. Beyond a limit a system call fails or a signal ends the process. Linux only.
"""

import ctypes
import resource
import signal
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
"""From linux/prctl.h."""

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""From glibc's malloc.h, see mallopt(3)."""

ARENAS, FREE_MEMORY = 2, 8 * 2**20
"""Limits for the service itself: heaps that its threads share, and free bytes that each may keep."""

_libc = ctypes.CDLL(None)


def release_memory() -> None:
    """Return the allocator's free memory to the kernel, so that forked processes do not have to copy it."""
    _libc.malloc_trim(0)


def keep_little_memory() -> None:
    """Have the allocator return memory to the kernel soon after it is freed, whatever the number of threads."""
    _libc.mallopt(M_ARENA_MAX, ARENAS)
    _libc.mallopt(M_TRIM_THRESHOLD, FREE_MEMORY)


def provide_memory(size: int) -> None:
    """Allocate `size` bytes now and let the allocator keep them. Doing so while a caller waits takes too long."""
    for option in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
        _libc.mallopt(option, 2**30)
    bytearray(size)


def hide_memory() -> None:
    """Prevent other processes of the same user from reading this one's memory or environment (ptrace(2), proc(5))."""
    _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def give_up_rights() -> None:
    """Permanently forbid new files, connections, processes, threads and privileges. Open files stay open."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # when memory runs out, the kernel kills this process first
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(limit, (0, 0))
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def limit_memory(size: int) -> None:
    """Limit the address space to `size` bytes; allocations beyond it fail."""
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def limit_time(core_seconds: float) -> None:
    """End this process after `core_seconds` of processor time from now; 0 means never.

    Wall-clock time is not limited, because others may occupy the core for long.
    """
    signal.setitimer(signal.ITIMER_PROF, core_seconds)


def address_space() -> int:
    """Current size of this process's address space in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
