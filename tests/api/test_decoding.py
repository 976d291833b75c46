"""Photographs that take long to decode hold up only each other, and nobody's many photographs hold up others' few."""

import asyncio
from contextlib import AsyncExitStack

import anyio
import pytest

from retina.api.concurrency import Cores
from retina.api.decoding import PROMPT, SLOW, Decoding
from retina.errors import BusyError


async def crowd(decoding: Decoding, held: AsyncExitStack, count: int) -> None:
    """`count` laborious photographs, which stay until `held` ends."""
    for _ in range(count):
        give_up = await held.enter_async_context(decoding.prompt("a"))
        give_up()
        give_up()  # for a mask of the same photograph


def test_slow_photographs_take_no_place_of_prompt_ones() -> None:
    async def scenario() -> None:
        decoding = Decoding(1, 0.1)
        async with AsyncExitStack() as held:
            await crowd(decoding, held, SLOW)
            for _ in range(PROMPT):
                await held.enter_async_context(decoding.prompt("a"))
            with pytest.raises(BusyError):
                await held.enter_async_context(decoding.prompt("a"))

    asyncio.run(scenario())


def test_few_slow_photographs_are_decoded_at_once_and_each_leaves_its_place() -> None:
    async def scenario() -> None:
        decoding = Decoding(1, 0.1)
        for _ in range(2):
            async with AsyncExitStack() as held:
                await crowd(decoding, held, SLOW)
                for _ in range(PROMPT + 1):
                    with pytest.raises(BusyError):
                        async with decoding.prompt("a") as give_up:
                            give_up()
                with pytest.raises(BusyError):
                    await held.enter_async_context(decoding.large("a"))
        async with decoding.large("a"):
            with pytest.raises(BusyError):
                async with decoding.large("a"):
                    pass

    asyncio.run(scenario())


def test_a_free_core_goes_to_whoever_has_fewest() -> None:
    """Among one caller's requests, to the first; none is lost when somebody stops waiting."""

    async def scenario() -> list[str]:
        cores, served = Cores(2, 60), list[str]()

        async def ask(caller: str, name: str) -> None:
            async with cores.one(caller):
                served.append(name)
                await asyncio.sleep(0.01)

        async def leave() -> None:
            with anyio.move_on_after(0.001):
                await ask("many", "left")

        await asyncio.gather(
            *(ask("many", f"many {number}") for number in range(4)), leave(), *(ask(name, name) for name in "ab")
        )
        await asyncio.gather(ask("c", "c"), ask("d", "d"))  # both cores are free again
        return served

    assert asyncio.run(scenario()) == ["many 0", "many 1", "a", "many 2", "b", "many 3", "c", "d"]


def test_a_core_handed_over_in_the_moment_of_leaving_is_free_again() -> None:
    async def scenario() -> None:
        cores = Cores(1, 60)
        await cores.acquire("a")
        waiting = asyncio.create_task(cores.acquire("b"))
        await asyncio.sleep(0)
        cores.release("a")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.wait_for(cores.acquire("c"), 1)

    asyncio.run(scenario())
