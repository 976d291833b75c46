"""Download links: redirects to them, and the route that serves them for the embedded store."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Response
from starlette.responses import FileResponse, RedirectResponse

from retina.api.addresses import ServiceUrl
from retina.api.dependencies import ServicesDep
from retina.storage.local import LocalBlobs

ANSWERED_AT = "/files"
"""The path of the embedded store's links."""

embedded = APIRouter(include_in_schema=False)


async def links_url(url: ServiceUrl) -> str:
    """The base URL of the links that this service serves itself."""
    return url + ANSWERED_AT


LinksUrl = Annotated[str, Depends(links_url)]


def redirect(url: str) -> Response:
    """A redirect to a download link, which works for a limited time."""
    return RedirectResponse(url, 307, {"Cache-Control": "no-store"})


@embedded.get(f"{ANSWERED_AT}/{{key:path}}")
def linked(
    services: ServicesDep,
    key: str,
    name: Annotated[str, Query()],
    expires: Annotated[str, Query(pattern=r"^\d{1,15}$")],
    signature: Annotated[str, Query()],
) -> Response:
    """Serves the file of a download link of the embedded store; in the cloud, S3 does this."""
    blobs = cast(LocalBlobs, services.results)  # `create_app` adds this route for the embedded store only
    file = blobs.linked(key, name, expires, signature)
    return FileResponse(file, filename=name, content_disposition_type="inline")
