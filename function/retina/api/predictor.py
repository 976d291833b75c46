"""Runs a prediction, or what takes less, for a request: decodes in a separate process, waits for a core, stops if the
caller leaves.
"""

import functools
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any, TypeVar

from anyio import CancelScope, from_thread, to_thread
from fastapi import Request

from retina import events
from retina.api.concurrency import Cores
from retina.api.corrections import CorrectionFiles
from retina.api.decoding import Decoding
from retina.api.disconnects import unless_the_caller_leaves
from retina.imaging.correction import Correction
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.child import ignore
from retina.imaging.decoding.decoder import LARGE_PIXELS, decoder
from retina.imaging.decoding.opened import Opened
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import Picture, Prediction, predict_photograph
from retina.settings import PhotographLimits, Settings

T = TypeVar("T")
GiveUp = Callable[[], None]
"""Exchanges a place among the prompt photographs for one among the slow ones."""


class Predictor:
    """Predicts with `network`; `settings` limit the size of photographs and how many are processed at the same time."""

    def __init__(self, network: VesselNetwork, settings: Settings) -> None:
        self._network = network
        self._limits: PhotographLimits = settings.limits
        self._cores = Cores(settings.cores, settings.wait_seconds)
        self._decoding = Decoding(settings.cores, settings.wait_seconds)
        decoder().start()

    async def predict(
        self,
        request: Request,
        data: bytes,
        pictures: dict[str, Picture],
        *,
        corrected: CorrectionFiles | None = None,
        **options: Any,
    ) -> Prediction:
        """The prediction for the photograph `data`, with `pictures`; `options` as in `predict_photograph`.

        `corrected` are the masks of a person. Raises the `PhotographError`s and `CorrectionError`s, `BusyError` if no
        core became free in time, and `CallerLeftError`.
        """
        caller = _caller(request)

        async def segmented(photograph: Photograph, abandoned: Abandoned, give_up: GiveUp | None) -> Prediction:
            if corrected:
                options["correction"] = await to_thread.run_sync(_masks, corrected, photograph, abandoned, give_up)
            return await self._cores.run(
                functools.partial(predict_photograph, photograph, self._network, pictures, **options), caller
            )

        prediction = await self._decoded(request, data, segmented)
        events.predicted(prediction.network_seconds)
        return prediction

    async def from_photograph(self, request: Request, data: bytes, make: Callable[[Photograph], bytes]) -> bytes:
        """What `make` makes from the photograph `data`; raises what `predict` raises."""

        async def made(photograph: Photograph, _abandoned: Abandoned, _give_up: GiveUp | None) -> bytes:
            return await self._cores.run(functools.partial(make, photograph), _caller(request))

        return await self._decoded(request, data, made)

    async def _decoded(
        self,
        request: Request,
        data: bytes,
        work: Callable[[Photograph, Abandoned, GiveUp | None], Awaitable[T]],
    ) -> T:
        """The result of `work` on the decoded photograph. It gets what exchanges its place, if it has a prompt one."""
        caller = _caller(request)

        async def worked(photograph: Photograph, abandoned: Abandoned, give_up: GiveUp | None) -> T:
            abandoned.demand()
            return await work(photograph, abandoned, give_up)

        async def decoded(abandoned: Abandoned) -> T:
            held = ExitStack()
            async with self._decoding.prompt(caller) as give_up:
                file = await to_thread.run_sync(self._decoded_unless_large, data, abandoned, give_up, held)
                if isinstance(file, Photograph):
                    return await worked(file, abandoned, give_up)
            try:
                async with self._decoding.large(caller):
                    return await worked(await to_thread.run_sync(_decoded_large, file, held), abandoned, None)
            finally:
                with CancelScope(shield=True):  # on a thread: a decoding process that ends may have to be waited for
                    await to_thread.run_sync(held.close)

        return await unless_the_caller_leaves(request, decoded)

    def _decoded_unless_large(
        self, data: bytes, abandoned: Abandoned, give_up: Callable[[], None], held: ExitStack
    ) -> Photograph | Opened:
        """The decoded photograph; a large one is only opened, for as long as `held` is."""
        with ExitStack() as file:
            opened = file.enter_context(
                decoder().opened(data, abandoned=abandoned, laborious=_on_the_loop(give_up), **self._limits)
            )
            if opened.pixels <= LARGE_PIXELS:
                return opened.photograph()
            held.push(file.pop_all())
            return opened


def _decoded_large(opened: Opened, held: ExitStack) -> Photograph:
    """Decode it and end what is `held`, which turns the end of the decoding process into an error for the caller."""
    with held:
        return opened.photograph()


def _caller(request: Request) -> str:
    return request.client.host if request.client else ""


def _masks(
    files: CorrectionFiles, photograph: Photograph, abandoned: Abandoned, give_up: Callable[[], None] | None
) -> Correction:
    """The masks of a correction of `photograph`; without `give_up`, laborious files hold up nobody."""
    height, width, _ = photograph.rgb.shape
    return files.decoded((height, width), abandoned, _on_the_loop(give_up) if give_up else ignore)


def _on_the_loop(give_up: Callable[[], None]) -> Callable[[], None]:
    """Calls `give_up` from a thread."""
    return functools.partial(from_thread.run_sync, give_up)
