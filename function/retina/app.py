"""Wiring: settings in, the FastAPI application out. The only place where the parts meet."""

from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.formparsers import MultiPartParser
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from retina import __version__
from retina.cores import Cores
from retina.front_door import FORM_BYTES, FrontDoor
from retina.identity.callers import Callers
from retina.identity.cognito import CognitoPool
from retina.identity.tokens import PublishedKeys, Verifier
from retina.origin import BehindProxy
from retina.problems import add_error_map
from retina.routes import account, audit, batches, exports, history, keys, links, predictions, service, uploads, usage
from retina.routes.callers import describe_scopes
from retina.services import Services
from retina.settings import Settings
from retina.unet import VesselNetwork

DESCRIPTION = """
The blood vessels of the retina in a fundus photograph. For research and education, not a medical device.

Errors are `application/problem+json` documents (RFC 9457) with a stable `code` and a sentence that says what to do.
Every answer carries `X-Request-Id`.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with its model loaded; raises `ModelCardError` where the model cannot be served."""
    settings = settings or Settings()
    app = FastAPI(
        title="Retina",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.state.network = VesselNetwork(settings.model)
    app.state.cores = Cores(settings.cores, settings.wait_seconds)
    # Starlette would write parts over 1 MB to a temporary file; no photograph may touch the disk.
    MultiPartParser.spool_max_size = max(settings.inline_bytes, settings.upload_bytes) + FORM_BYTES
    for room in (predictions, history, batches, exports, uploads, keys, usage, audit, account, service):
        app.include_router(room.router)
    app.state.services = services = Services(settings)
    larger = {}
    if not settings.uploads_bucket:
        app.include_router(uploads.embedded)
        larger[uploads.RECEIVED_AT] = settings.upload_bytes
    if not settings.results_bucket:
        app.include_router(links.embedded)
    app.state.callers = _callers(app, services)
    add_error_map(app)
    describe_scopes(app)
    if settings.proxy_proof:
        app.add_middleware(BehindProxy, proof=settings.proxy_proof)
    app.add_middleware(FrontDoor, inline_bytes=settings.inline_bytes, larger=larger)
    if settings.site:
        _serve_site(app, settings.site)
    return app


def _callers(app: FastAPI, services: Services) -> Callers:
    """By the issuer's tokens; without one in the settings, by those of this service's own, whose pages are added."""
    settings = services.settings
    if settings.issuer and settings.client_id:
        keys = PublishedKeys(f"{settings.issuer}/.well-known/jwks.json")
        verifier = Verifier(keys, settings.issuer, settings.client_id)
        pool = CognitoPool(settings.issuer.rpartition("/")[2])
        return Callers(services.accounts, verifier, pool.forget)
    # Not above: Lambda's package goes without argon2.
    from retina.identity.issuer import CLIENT, ISSUER, Issuer
    from retina.identity.people import People
    from retina.routes import issuer

    app.state.hashing = Cores(1, settings.wait_seconds)
    app.state.people = People(services.records)
    app.state.issuer = Issuer(services.records, app.state.people, settings.data)
    app.include_router(issuer.router)
    return Callers(services.accounts, Verifier(app.state.issuer.key, ISSUER, CLIENT), app.state.people.forget)


def _serve_site(app: FastAPI, site: Path) -> None:
    """The page at /, and the API's documentation with Swagger UI's files from an installed package."""

    @app.get("/api/v1/docs", include_in_schema=False)
    async def docs() -> Response:
        return FileResponse(site / "docs.html")

    swagger_ui = str(files("fastapi_offline") / "static")
    app.mount("/api/v1/docs", StaticFiles(directory=swagger_ui), name="swagger-ui")
    # Not mounted: a mount at / would hide that a route exists, but not for this method.
    app.router.default = StaticFiles(directory=site, html=True)
