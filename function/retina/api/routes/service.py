"""The service itself: whether it is running, and with which model."""

from fastapi import APIRouter

from retina import __version__
from retina.api.addresses import ServiceUrl
from retina.api.dependencies import NetworkDep
from retina.api.parts import CallersDep, SettingsDep
from retina.api.schemas.service import Health, Limits, MeasurementList, SignIn
from retina.batches.schemas import MOST_ITEMS, NAME_CHARACTERS
from retina.imaging.decoding.header import NAMES
from retina.imaging.measurements.registry import MEASUREMENTS
from retina.imaging.model_card import ModelCard
from retina.imaging.schemas import ModelName

router = APIRouter(prefix="/api/v1", tags=["service"])


@router.get("/health")
async def health(network: NetworkDep) -> Health:
    """Reports that the service is running, with its version and network."""
    return Health(
        version=__version__,
        model=ModelName(name=network.card.name, sha256=network.card.sha256),
        xnnpack=network.xnnpack,
    )


@router.get("/model")
async def model(network: NetworkDep) -> ModelCard:
    """Returns the model card: how photographs are prepared, what the network was trained on, and how well it
    performs.
    """
    return network.card


@router.get("/measurements")
async def measurements(network: NetworkDep) -> MeasurementList:
    """What is measured on each photograph: names, units, definitions, how to show the values to people, and by how
    much a value may differ in another photograph of the same retina.
    """
    card = network.card
    return MeasurementList(
        measurements=[
            each.model_copy(
                update={
                    "repeatability": card.repeatability_of(each.name),
                    "regional_repeatability": card.regional_repeatability_of(each.name),
                }
            )
            for each in MEASUREMENTS
        ]
    )


@router.get("/limits")
async def limits(settings: SettingsDep) -> Limits:
    """How large photographs and batches may be, and which formats are accepted."""
    return Limits(
        inline_bytes=settings.inline_bytes,
        upload_bytes=settings.upload_bytes,
        max_pixels=settings.max_pixels,
        min_side=settings.min_side,
        formats=[*NAMES],
        batch_items=MOST_ITEMS,
        name_characters=NAME_CHARACTERS,
    )


@router.get("/sign-in")
async def sign_in(settings: SettingsDep, callers: CallersDep, service_url: ServiceUrl) -> SignIn:
    """Returns where to sign in."""
    verifier = callers.verifier
    own = not (settings.issuer and settings.client_id)
    url = settings.sign_in_url or service_url
    return SignIn(issuer=verifier.issuer, client_id=verifier.client_id, url=url, changes_passwords=own)
