"""Which access tokens are accepted, from a test issuer and from Cognito as simulated by moto."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from retina.auth.tokens import PublishedKeys, Verifier
from retina.errors import BusyError, TokenRefusedError

ISSUER, CLIENT = "https://issuer.example", "page"
OURS, THEIRS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
VERIFIER = Verifier(lambda key_id: OURS.public_key() if key_id == "1" else None, ISSUER, CLIENT)


def token(key: Any = OURS, algorithm: str = "RS256", key_id: str | None = "1", **changes: Any) -> str:
    # Those of the parameters are made long before they are used, when the tests are collected.
    claims = {"iss": ISSUER, "sub": "anna", "client_id": CLIENT, "token_use": "access", "exp": time.time() + 24 * 3600}
    present = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(present, key, algorithm, headers={"kid": key_id} if key_id else None)


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def signed_with_the_public_key() -> str:
    pem = OURS.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = part({"alg": "HS256", "typ": "JWT", "kid": "1"}) + "." + token().split(".")[1]
    signature = hmac.new(pem, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def unsigned() -> str:
    return f"{part({'alg': 'none', 'kid': '1'})}.{token().split('.')[1]}."


def test_a_token_identifies_its_user() -> None:
    assert VERIFIER.subject(token()) == "anna"


@pytest.mark.parametrize(
    "times",
    [{"iat": 2}, {"nbf": 2}, {"iat": 20, "nbf": 20}, {"exp": -2}, {"exp": -20}],
    ids=["issued 2 s ahead", "valid in 2 s", "20 s ahead", "expired 2 s ago", "expired 20 s ago"],
)
def test_small_clock_differences_are_tolerated(times: dict[str, int]) -> None:
    named: dict[str, Any] = {name: time.time() + seconds for name, seconds in times.items()}
    assert VERIFIER.subject(token(**named)) == "anna"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(unsigned(), id="alg none"),
        pytest.param(signed_with_the_public_key(), id="HS256 signed with the public key"),
        pytest.param(token(algorithm="RS512"), id="another algorithm"),
        pytest.param(token(THEIRS), id="another key under the same id"),
        pytest.param(token(key_id="2"), id="an unknown key"),
        pytest.param(token(key_id=None), id="no key named"),
        pytest.param(token(exp=time.time() - 40), id="expired"),
        pytest.param(token(exp=None), id="without an end"),
        pytest.param(token(nbf=time.time() + 3600), id="not yet"),
        pytest.param(token(iat=time.time() + 3600), id="issued in the future"),
        pytest.param(token(iss="https://other.example"), id="another issuer"),
        pytest.param(token(iss=None), id="no issuer"),
        pytest.param(token(sub=None), id="nobody"),
        pytest.param(token(token_use="id"), id="an identity token"),
        pytest.param(token(token_use=None), id="no use named"),
        pytest.param(token(client_id="other"), id="another client"),
        pytest.param(token(client_id=None, aud=CLIENT), id="a client by audience"),
        pytest.param(token()[:-4] + "AAAA", id="another signature"),
        pytest.param("", id="nothing"),
        pytest.param("a.b.c", id="nonsense"),
        pytest.param("é", id="no ASCII"),
    ],
)
def test_invalid_tokens_are_refused(wrong: str) -> None:
    with pytest.raises(TokenRefusedError):
        VERIFIER.subject(wrong)


@pytest.fixture
def published() -> Iterator[tuple[str, list[str]]]:
    """An address that answers with the key "1", and what was asked of it."""
    asked: list[str] = []
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OURS.public_key())) | {"kid": "1", "use": "sig", "alg": "RS256"}

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps({"keys": [key]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/jwks.json", asked
    server.shutdown()
    server.server_close()


def test_the_keys_of_an_issuer_are_cached(published: tuple[str, list[str]]) -> None:
    address, asked = published
    verifier = Verifier(PublishedKeys(address), ISSUER, CLIENT)
    for _ in range(3):
        assert verifier.subject(token()) == "anna"
    assert len(asked) == 1
    for n in range(5):
        with pytest.raises(TokenRefusedError):
            verifier.subject(token(THEIRS, key_id=f"made up {n}"))
    assert len(asked) == 2


def test_cached_keys_are_used_while_the_issuer_is_unreachable() -> None:
    with pytest.raises(BusyError):
        Verifier(PublishedKeys("http://127.0.0.1:1/"), ISSUER, CLIENT).subject(token())


def test_tokens_from_cognito_are_accepted(aws: str, s3: Any) -> None:
    import boto3

    cognito = boto3.client("cognito-idp", endpoint_url=aws)
    pool = cognito.create_user_pool(PoolName="pool")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    [page, other] = (
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=name, ExplicitAuthFlows=flows)["UserPoolClient"]
        for name in ("page", "other")
    )
    cognito.admin_create_user(UserPoolId=pool, Username="anna")
    cognito.admin_set_user_password(UserPoolId=pool, Username="anna", Password="Long enough, 1 digit", Permanent=True)
    got = cognito.initiate_auth(
        ClientId=page["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "anna", "PASSWORD": "Long enough, 1 digit"},
    )["AuthenticationResult"]
    keys = PublishedKeys(f"{aws}/{pool}/.well-known/jwks.json")
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    subject = jwt.decode(got["AccessToken"], options={"verify_signature": False})["sub"]
    assert Verifier(keys, issuer, page["ClientId"]).subject(got["AccessToken"]) == subject
    for client, text in ((page, got["IdToken"]), (other, got["AccessToken"])):
        with pytest.raises(TokenRefusedError):
            Verifier(keys, issuer, client["ClientId"]).subject(text)
