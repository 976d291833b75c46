"""Buying credits: beginning a purchase, listing purchases, and hearing from Stripe what was paid."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from retina.api.addresses import ServiceUrl
from retina.api.callers import Person
from retina.api.pagination import Cursor, cursor_of, place_of
from retina.api.parts import SellingDep, SettingsDep
from retina.api.problems import documented
from retina.payment.schemas import PurchaseCreate, PurchaseCreateResponse, PurchaseList, PurchaseResponse
from retina.payment.settlement import Purchase

EVENTS_AT = "/api/v1/stripe-events"
EVENT_BYTES = 256 * 2**10
"""Limit on an event; Stripe's have a few kilobytes."""

router = APIRouter(tags=["credits"])


@router.post(
    "/api/v1/purchases",
    status_code=201,
    summary="Buy credits",
    responses=documented(
        {
            401: "Not signed in",
            403: "API keys cannot do this",
            409: "Not for sale here, or too many unpaid purchases",
            503: "The payment service cannot be reached",
        }
    ),
)
def buy(
    selling: SellingDep, settings: SettingsDep, caller: Person, here: ServiceUrl, body: PurchaseCreate
) -> PurchaseCreateResponse:
    """Begins a purchase and answers with the page of Stripe where it is paid.

    The credits are added once it is paid, which takes seconds, or days with slow ways of paying.
    """
    purchase, url = selling.buy(caller.account, body.credits, (settings.page_url or here).rstrip("/"))
    return PurchaseCreateResponse(url=url, **vars(_response(purchase)))


@router.get(
    "/api/v1/purchases",
    summary="List purchases",
    responses=documented({401: "Not signed in", 403: "API keys cannot do this"}),
)
def purchases(
    selling: SellingDep,
    caller: Person,
    limit: Annotated[int, Query(ge=1, le=100, description="at most this many")] = 20,
    cursor: Cursor = None,
) -> PurchaseList:
    """Lists the purchases of the account, newest first, with Stripe's receipts."""
    page, place = selling.purchases.of(caller.account, limit, place_of(cursor))
    return PurchaseList(purchases=[_response(each) for each in page], next=cursor_of(place))


async def raw_body(request: Request) -> bytes:
    """The body as it was sent, which is what was signed."""
    return await request.body()


@router.post(
    EVENTS_AT,
    status_code=204,
    summary="For Stripe: news of a payment",
    responses=documented({400: "Not signed by Stripe, too old, or received before", 409: "Nothing is sold here"}),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
)
def stripe_event(
    selling: SellingDep,
    body: Annotated[bytes, Depends(raw_body)],
    signature: Annotated[str, Header(alias="Stripe-Signature", max_length=1000)] = "",
) -> Response:
    """Brings the ledger to what Stripe knows of the payment that the event is about."""
    selling.received(body, signature)
    return Response(status_code=204)


def _response(purchase: Purchase) -> PurchaseResponse:
    return PurchaseResponse(
        id=purchase.id,
        created=purchase.created,
        credits=purchase.credits,
        amount=purchase.amount,
        currency=purchase.currency,
        total=purchase.total if purchase.given else None,
        state=purchase.state,
        refunded=purchase.refunded,
        taken_back=purchase.taken,
        missing=purchase.missing,
        receipt=purchase.receipt or None,
    )
