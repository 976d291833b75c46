"""Photographs that take long to decode hold up only each other."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from retina.api.decoding import PROMPT, SLOW, Decoding
from retina.errors import BusyError


async def crowd(decoding: Decoding, held: AsyncExitStack, count: int) -> None:
    """`count` laborious photographs, which stay until `held` ends."""
    for _ in range(count):
        give_up = await held.enter_async_context(decoding.prompt())
        give_up()


def test_slow_photographs_take_no_place_of_prompt_ones() -> None:
    async def scenario() -> None:
        decoding = Decoding(1, 0.1)
        async with AsyncExitStack() as held:
            await crowd(decoding, held, SLOW)
            for _ in range(PROMPT):
                await held.enter_async_context(decoding.prompt())
            with pytest.raises(BusyError):
                await held.enter_async_context(decoding.prompt())

    asyncio.run(scenario())


def test_few_slow_photographs_are_decoded_at_once_and_each_leaves_its_place() -> None:
    async def scenario() -> None:
        decoding = Decoding(1, 0.1)
        for _ in range(2):
            async with AsyncExitStack() as held:
                await crowd(decoding, held, SLOW)
                for _ in range(PROMPT + 1):
                    with pytest.raises(BusyError):
                        async with decoding.prompt() as give_up:
                            give_up()
                with pytest.raises(BusyError):
                    await held.enter_async_context(decoding.large())
        async with decoding.large():
            with pytest.raises(BusyError):
                async with decoding.large():
                    pass

    asyncio.run(scenario())
