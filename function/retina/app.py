"""Wires the application together: takes the settings and returns the FastAPI application."""

import mimetypes
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette import requests
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from retina import __version__
from retina.api.arrivals import Arrivals
from retina.api.callers import describe_scopes
from retina.api.concurrency import Cores
from retina.api.content_disposition import FormParser
from retina.api.middleware.bodies import SMALL_BYTES, Bodies, Taken
from retina.api.middleware.full_disk import RoomToDelete
from retina.api.middleware.origin import BehindProxy
from retina.api.middleware.outermost import Outermost
from retina.api.predictor import Predictor
from retina.api.problems import add_error_map
from retina.api.routes import (
    account,
    audit,
    batch_items,
    batches,
    corrections,
    exports,
    history,
    keys,
    links,
    predictions,
    previews,
    prices,
    purchases,
    recompute,
    saved_fields,
    saved_graphs,
    service,
    uploads,
    usage,
)
from retina.auth.callers import Callers
from retina.auth.cognito import CognitoPool
from retina.auth.tokens import PublishedKeys, Verifier
from retina.imaging.network import VesselNetwork
from retina.services import Services
from retina.settings import Settings

DESCRIPTION = """
The blood vessels of the retina in a fundus photograph. For research and education, not a medical device.

Errors are `application/problem+json` documents (RFC 9457) with a stable `code` and a sentence that says what to do.
Every response has an `X-Request-Id`.
"""

PUBLIC = frozenset(
    {"/.well-known/jwks.json"}
    | {f"/api/v1/{name}" for name in ("openapi.json", "docs", "model", "measurements", "limits", "prices")}
)
"""Paths that return nobody's data, in addition to the page's files."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with its model loaded; raises `ModelCardError` if the model cannot be served."""
    settings = settings or Settings()
    app = FastAPI(
        title="Retina",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        form_limits={"max_fields": 32, "max_files": 8, "max_part_size": 16 * 2**10},
    )
    app.state.settings = settings
    app.state.network = network = VesselNetwork(settings.model, threads=settings.cores)
    app.state.predictor = Predictor(network, settings)
    # Starlette would write parts over 1 MB to a temporary file, but no photograph may touch the disk.
    FormParser.spool_max_size = settings.inline_bytes + SMALL_BYTES
    requests.MultiPartParser = FormParser  # type: ignore[attr-defined]
    parts = (
        predictions,
        previews,
        recompute,
        corrections,
        saved_fields,
        saved_graphs,
        history,
        batches,
        batch_items,
        exports,
        uploads,
        keys,
        usage,
        audit,
        account,
        prices,
        purchases,
        service,
    )
    rooms = [part.router for part in parts]
    app.state.services = services = Services(settings)
    app.state.selling = services.selling
    if not settings.uploads_bucket:
        rooms.append(uploads.embedded)
        app.state.arrivals = Arrivals(settings.upload_bytes)
    if not settings.results_bucket:
        rooms.append(links.embedded)
    app.state.callers = _callers(app, services, rooms)
    for room in rooms:
        app.include_router(room)
    routes = [route for room in rooms for route in room.routes if isinstance(route, APIRoute)]
    add_error_map(app, routes)
    describe_scopes(app)
    if settings.proxy_proof:
        app.add_middleware(BehindProxy, proof=settings.proxy_proof)
    special = {
        batches.router.prefix: Taken(settings.inline_bytes),
        uploads.RECEIVED_AT: Taken(settings.upload_bytes, photograph=True, streamed=True),
        corrections.AT: Taken(settings.inline_bytes, photograph=True, masks=True),
        purchases.EVENTS_AT: Taken(purchases.EVENT_BYTES, raw=True),
    }
    bodies = Bodies(routes, settings.inline_bytes, special)
    if not settings.table:
        services.refill_reserves()
        app.add_middleware(RoomToDelete, deletions=services.deletion_reserve, sign_ins=services.sign_in_reserve)
    app.add_middleware(Outermost, settings=settings, bodies=bodies, public=PUBLIC)
    if settings.site:
        _serve_site(app, settings.site)
    return app


def _callers(app: FastAPI, services: Services, rooms: list[APIRouter]) -> Callers:
    """Accept the tokens of the issuer in the settings or, without one, of the embedded issuer, whose pages
    are added.
    """
    settings = services.settings
    if settings.issuer and settings.client_id:
        keys = PublishedKeys(f"{settings.issuer}/.well-known/jwks.json")
        verifier = Verifier(keys, settings.issuer, settings.client_id)
        return Callers(services.accounts, verifier, CognitoPool(settings.issuer.rpartition("/")[2]))
    # Not imported at the top: the Lambda package does not contain argon2.
    from retina.api.routes import issuer, passwords
    from retina.auth.local.attempts import Attempts
    from retina.auth.local.issuer import CLIENT, ISSUER, Issuer
    from retina.auth.local.people import People

    app.state.hashing = {known: Cores(1, settings.wait_seconds) for known in (False, True)}
    app.state.people = people = People(services.records, Attempts(services.records, settings.data))
    app.state.issuer = own = Issuer(services.records, people, settings.data)
    rooms += [issuer.router, passwords.router]
    return Callers(services.accounts, Verifier(own.key, ISSUER, CLIENT, own.accepts), people)


def _serve_site(app: FastAPI, site: Path) -> None:
    """Serve the page at /, and the API documentation with Swagger UI's files from an installed package."""

    @app.get("/api/v1/docs", include_in_schema=False)
    async def docs() -> Response:
        return FileResponse(site / "docs.html")

    mimetypes.add_type("image/webp", ".webp")  # which Python 3.11 and 3.12 do not know
    swagger_ui = str(files("fastapi_offline") / "static")
    app.mount("/api/v1/docs", compressed(Files(directory=swagger_ui)), name="swagger-ui")
    # Not mounted: with a mount at /, a route that exists for another method would look like a missing file.
    app.router.default = compressed(Pages(directory=site, html=True))


def compressed(static: "Files") -> ASGIApp:
    """Static files alone: compressing what contains somebody's data could reveal it (the BREACH attack)."""
    return GZipMiddleware(static, compresslevel=6)


class Files(StaticFiles):
    """Static files that are the same for everybody. A path that is no file is 404 for every method."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Raises 404 where Starlette raises 405, which is only right for routes that allow other methods."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404)
        answer = await super().get_response(path, scope)
        if answer.status_code < 400:
            answer.headers["Cache-Control"] = "no-cache"
        return answer


class Pages(Files):
    """The page's files. At an unknown address, a browser gets `404.html`, and a program a problem document."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Raises 404 for programs, and below /api/ for everybody."""
        answer = await super().get_response(path, scope)
        if answer.status_code == 404 and ("text/html" not in Headers(scope=scope).get("accept", "") or _of_api(path)):
            raise HTTPException(404)
        return answer


def _of_api(path: str) -> bool:
    return path.split("/")[0] == "api"
