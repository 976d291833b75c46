"""What a browser may cache: no personal data, on any route, for any caller and any response."""

from retina.app import PUBLIC
from retina.storage.local import LocalBlobs
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
)
from support.routes import PAGE, one_of_each, path_of, routes


def test_browsers_store_no_personal_data(house: House, tiny: bytes) -> None:
    anna = house.person()
    key = house.key(anna)
    _, ids = one_of_each(house, anna, tiny)
    seen = set()
    everything = [(method, route) for route in routes(house) for method in sorted(route.methods or ())]
    assert len(everything) > 30
    for who in ({}, key, anna):
        for method, route in sorted(everything, key=lambda pair: pair[0] == "DELETE"):
            if method == "DELETE" and who is not anna:
                continue
            for asked in {method, "HEAD" if method == "GET" else method}:
                answer = house.client.request(asked, path_of(route, ids), headers=who, follow_redirects=False)
                assert answer.status_code < 500, (asked, route.path, answer.text)
                caching = answer.headers["Cache-Control"]
                assert caching == ("no-cache" if route.path in PUBLIC else "no-store"), (asked, route.path)
                seen.add((route.path, answer.status_code))
                if answer.status_code == 307 and isinstance(house.services.results, LocalBlobs):
                    assert house.fetch(answer.headers["location"]).headers["Cache-Control"] == "no-store"
                elif answer.status_code == 307:
                    assert "response-cache-control=no-store" in answer.headers["location"]
    for path in (PREDICTIONS, f"{PREDICTIONS}/{{id}}", BATCHES, f"{EXPORTS}/{{id}}", "/api/v1/usage", "/api/v1/keys"):
        assert (path, 200) in seen, path
    assert (f"{PREDICTIONS}/{{id}}/{{image}}.png", 307) in seen


def test_browsers_store_no_predictions_forms_or_tokens(house: House, tiny: bytes) -> None:
    client, who = house.client, house.person()
    answers = [
        client.post(PREDICTIONS, files={"file": tiny}, headers=who),
        client.post("/predict", files={"file": tiny}),
        client.post(PREDICTIONS, files={"file": b"x"}),
        client.post("/api/v1/uploads", json={"content_type": "image/jpeg"}),
        client.get("/api/v1/sign-in"),
        client.get("/oauth2/authorize"),
        client.post("/oauth2/token", data={"grant_type": "x", "client_id": "retina-page"}),
        client.get("/nothing"),
        client.post("/nothing"),
        client.put(PREDICTIONS),
        client.get("/", headers={"Host": "evil.example"}),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_files_of_the_page_are_revalidated_each_time(house: House) -> None:
    for path in (*PAGE, *PUBLIC):
        answer = house.client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache"), path


def test_files_of_the_page_are_compressed_and_not_sent_again(house: House) -> None:
    for path in ("/", "/style.css", "/js/pages/start.js", "/api/v1/docs/swagger-ui.css"):
        answer = house.client.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == "gzip", path
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.text == house.client.get(path, headers={"Accept-Encoding": "identity"}).text
        known = {"If-None-Match": answer.headers["ETag"]}
        assert (house.client.get(path, headers=known).status_code, path) == (304, path)
    picture = house.client.get("/samples/retina-small.webp")
    assert picture.headers["Content-Type"] == "image/webp"
    assert "Content-Encoding" not in picture.headers


def test_what_contains_anybodys_data_is_not_compressed(house: House, tiny: bytes) -> None:
    who = house.person()
    answers = [
        house.client.post(PREDICTIONS, files={"file": tiny}, headers=who),
        house.client.get(PREDICTIONS, headers=who),
    ]
    assert all("Content-Encoding" not in answer.headers for answer in answers)
