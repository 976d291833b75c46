"""The parts of the application that routes work with, each as a dependency: declare a parameter, and FastAPI fills it.

`create_app` makes the parts once. What only a service that signs people in itself has is in `embedded_dependencies`.
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
    """The dependency on what `create_app` has put into the application's state as `name`."""

    # Not a plain function: FastAPI would call that on a thread of its own, for each request anew.
    async def part_of(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(part_of)


SettingsDep = Annotated[Settings, part("settings")]
ServicesDep = Annotated[Services, part("services")]
NetworkDep = Annotated[VesselNetwork, part("network")]
PredictorDep = Annotated[Predictor, part("predictor")]
CallersDep = Annotated[Callers, part("callers")]
ArrivalsDep = Annotated[Arrivals, part("arrivals")]
