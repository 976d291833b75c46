"""Links to what is stored: redirects to them and, for the embedded store, where they lead to."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Response
from starlette.responses import FileResponse, RedirectResponse

from retina.api.addresses import ServiceUrl
from retina.api.dependencies import ServicesDep
from retina.storage.local import LocalBlobs

ANSWERED_AT = "/files"
"""Below which the embedded store's links are answered."""

embedded = APIRouter(include_in_schema=False)


async def links_url(url: ServiceUrl) -> str:
    """The address below which this service answers links."""
    return url + ANSWERED_AT


LinksUrl = Annotated[str, Depends(links_url)]


def redirect(url: str) -> Response:
    """To a link, which is good for a while only."""
    return RedirectResponse(url, 307, {"Cache-Control": "no-store"})


@embedded.get(f"{ANSWERED_AT}/{{key:path}}")
def linked(
    services: ServicesDep,
    key: str,
    name: Annotated[str, Query()],
    expires: Annotated[str, Query(pattern=r"^\d{1,15}$")],
    signature: Annotated[str, Query()],
) -> Response:
    """The file of a link of the embedded store's, as S3 answers the other's."""
    blobs = cast(LocalBlobs, services.results)  # `create_app` adds this route to the embedded store only
    file = blobs.linked(key, name, expires, signature)
    return FileResponse(file, filename=name, content_disposition_type="inline")
