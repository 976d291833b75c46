"""The application's parts as dependencies: a route declares a parameter, and FastAPI fills it.

`create_app` makes each part once. Parts that exist only with the embedded issuer are in `embedded_dependencies`.
"""

from typing import Annotated, Any

from fastapi import Depends, Request

from retina.api.arrivals import Arrivals
from retina.api.predictor import Predictor
from retina.auth.callers import Callers
from retina.imaging.network import VesselNetwork
from retina.services import Services
from retina.settings import Settings


def part(name: str) -> Any:
    """The dependency on the part that `create_app` stored in the application's state as `name`."""

    # Async, because FastAPI would run a plain function on a thread for every request.
    async def part_of(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(part_of)


SettingsDep = Annotated[Settings, part("settings")]
ServicesDep = Annotated[Services, part("services")]
NetworkDep = Annotated[VesselNetwork, part("network")]
PredictorDep = Annotated[Predictor, part("predictor")]
CallersDep = Annotated[Callers, part("callers")]
ArrivalsDep = Annotated[Arrivals, part("arrivals")]
