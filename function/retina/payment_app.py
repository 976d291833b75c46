"""Wires the application that sells credits in the cloud: only the routes that talk to Stripe, and nothing of imaging.

In the local service these routes are part of `app`.
"""

from fastapi import FastAPI
from fastapi.routing import APIRoute

from retina.accounts.rate_limits import RateLimits
from retina.accounts.service import UNKNOWN, Accounts, ApiKey
from retina.accounts.signup_credits import Newcomer, SignupCredits
from retina.api.callers import PERSON_REQUIRED
from retina.api.middleware.bodies import Bodies, Taken
from retina.api.middleware.origin import BehindProxy
from retina.api.middleware.outermost import Outermost
from retina.api.problems import add_error_map
from retina.api.routes import purchases
from retina.auth.callers import Callers
from retina.auth.cognito import CognitoPool
from retina.auth.tokens import PublishedKeys, Verifier
from retina.errors import NotFoundError, PersonRequiredError
from retina.payment.selling import Selling
from retina.settings import Settings
from retina.storage import open_records


class KnownAccounts(Accounts):
    """Accounts that exist: this application opens none."""

    def of_user(self, issuer: str, subject: str, newcomer: Newcomer = UNKNOWN) -> str:
        """The account of a person; raises `NotFoundError` if there is none."""
        account = self.find(issuer, subject)
        if account is None:
            raise NotFoundError("You have no account yet. Open the account page once, then buy credits.")
        return account

    def of_key(self, text: str, address: str | None = None) -> tuple[str, ApiKey]:
        """Raises `PersonRequiredError`: keys buy nothing, so this application cannot read them."""
        raise PersonRequiredError(PERSON_REQUIRED)


def create_payment_app(settings: Settings | None = None) -> FastAPI:
    """The application; `settings` name an issuer of access tokens."""
    settings = settings or Settings(site=None)  # its package has no page
    if not (settings.issuer and settings.client_id):
        raise ValueError("RETINA_ISSUER and RETINA_CLIENT_ID are needed to know who buys")
    records = open_records(settings)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    accounts = KnownAccounts(records, SignupCredits(records, RateLimits(records, 0, 0), 0))
    verifier = Verifier(PublishedKeys(f"{settings.issuer}/.well-known/jwks.json"), settings.issuer, settings.client_id)
    app.state.settings = settings
    app.state.selling = Selling(settings, records)
    app.state.callers = Callers(accounts, verifier, CognitoPool(settings.issuer.rpartition("/")[2]))
    app.include_router(purchases.router)
    routes = [route for route in purchases.router.routes if isinstance(route, APIRoute)]
    add_error_map(app, routes)
    if settings.proxy_proof:
        app.add_middleware(BehindProxy, proof=settings.proxy_proof)
    bodies = Bodies(routes, 0, {purchases.EVENTS_AT: Taken(purchases.EVENT_BYTES, raw=True)})
    app.add_middleware(Outermost, settings=settings, bodies=bodies, public=frozenset())
    return app
