"""Draw batches ahead of training, in a thread or in several processes, so that a fast processor need not wait.

`drawn_ahead` takes what draws a batch and the numbers of the batches, and yields them in their order.
"""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import cv2

Draw = Callable[[int], Any]


def drawn_ahead(draw: Draw, numbers: range, processes: int) -> Iterator[Any]:
    """The batches of `numbers`, up to two for each process ahead; without processes one, in a thread."""
    pool: Executor = ThreadPoolExecutor(1)
    own = draw
    if processes:
        # Started anew, because a copy of a process that runs a GPU may hang.
        pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _keep, (draw,))
        own = _draw
    waiting: deque[Future[Any]] = deque()
    with pool:
        for number in numbers:
            waiting.append(pool.submit(own, number))
            if len(waiting) > max(1, 2 * processes):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_kept: list[Draw] = []
"""What a process draws with."""


def _keep(draw: Draw) -> None:
    cv2.setNumThreads(1)
    _kept[:] = [draw]


def _draw(number: int) -> Any:
    return _kept[0](number)
