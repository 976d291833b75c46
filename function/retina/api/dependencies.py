"""The application's parts as dependencies: a route declares a parameter, and FastAPI fills it.

`create_app` makes each part once. Parts that need no imaging are in `parts`, and those that exist only with the
embedded issuer in `embedded_dependencies`.
"""

from typing import Annotated

from retina.api.arrivals import Arrivals
from retina.api.parts import part
from retina.api.predictor import Predictor
from retina.imaging.network import VesselNetwork
from retina.services import Services

ServicesDep = Annotated[Services, part("services")]
NetworkDep = Annotated[VesselNetwork, part("network")]
PredictorDep = Annotated[Predictor, part("predictor")]
ArrivalsDep = Annotated[Arrivals, part("arrivals")]
