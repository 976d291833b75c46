"""The prices of credits."""

from fastapi import APIRouter

from retina.api.parts import SettingsDep
from retina.payment.schemas import PriceList

router = APIRouter(prefix="/api/v1", tags=["service"])


@router.get("/prices", summary="What credits cost")
async def prices(settings: SettingsDep) -> PriceList:
    """What credits cost and whether they can be bought here; otherwise whom to ask.

    A prediction by API key and a photograph of a batch cost one credit each, and nothing if they are rejected or fail.
    """
    known = settings.prices
    return PriceList(
        payment=bool(known and settings.stripe),
        contact=settings.contact,
        currency=known.currency if known else None,
        tax=known.tax if known else None,
        packs=[*known.packs] if known else [],
    )
