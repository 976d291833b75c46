"""Runs a prediction for a request: decodes in a separate process, waits for a core, stops if the caller leaves."""

import functools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from anyio import from_thread, to_thread
from fastapi import Request

from retina import events
from retina.api.concurrency import Cores
from retina.api.decoding import Decoding
from retina.api.disconnects import unless_the_caller_leaves
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.decoder import LARGE_PIXELS, decoder
from retina.imaging.decoding.opened import Opened
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.pipeline import Picture, Prediction, predict_photograph
from retina.settings import PhotographLimits, Settings


class Predictor:
    """Predicts with `network`; `settings` limit the size of photographs and how many are processed at the same time."""

    def __init__(self, network: VesselNetwork, settings: Settings) -> None:
        self._network = network
        self._limits: PhotographLimits = settings.limits
        self._cores = Cores(settings.cores, settings.wait_seconds)
        self._decoding = Decoding(settings.cores, settings.wait_seconds)
        decoder().start()

    async def predict(self, request: Request, data: bytes, pictures: dict[str, Picture], **options: Any) -> Prediction:
        """The prediction for the photograph `data`, with `pictures`; `options` as in `predict_photograph`.

        Raises the `PhotographError`s, `BusyError` if no core became free in time, and `CallerLeftError`.
        """
        caller = request.client.host if request.client else ""

        async def segmented(photograph: Photograph, abandoned: Abandoned) -> Prediction:
            abandoned.demand()
            return await self._cores.run(
                functools.partial(predict_photograph, photograph, self._network, pictures, **options), caller
            )

        async def work(abandoned: Abandoned) -> Prediction:
            with ExitStack() as held:
                async with self._decoding.prompt(caller) as give_up:
                    file = await to_thread.run_sync(self._decoded_unless_large, data, abandoned, give_up, held)
                    if isinstance(file, Photograph):
                        return await segmented(file, abandoned)
                async with self._decoding.large(caller):
                    return await segmented(await to_thread.run_sync(file.photograph), abandoned)

        prediction = await unless_the_caller_leaves(request, work)
        events.predicted(prediction.network_seconds)
        return prediction

    def _decoded_unless_large(
        self, data: bytes, abandoned: Abandoned, give_up: Callable[[], None], held: ExitStack
    ) -> Photograph | Opened:
        """The decoded photograph; a large one is only opened, for as long as `held` is."""

        def laborious() -> None:
            from_thread.run_sync(give_up)

        with ExitStack() as file:
            opened = file.enter_context(
                decoder().opened(data, abandoned=abandoned, laborious=laborious, **self._limits)
            )
            if opened.pixels <= LARGE_PIXELS:
                return opened.photograph()
            held.push(file.pop_all())
            return opened
