"""What a browser may cache: no personal data, on any route, for any caller and any response."""

from collections.abc import Iterator

from fastapi.routing import APIRoute

from retina.app import PUBLIC
from retina.storage.local import LocalBlobs
from support.batches import come, new
from support.history import save
from support.house import (
    BATCHES,
    EXPORTS,
    PREDICTIONS,
    House,
)
from support.problems import assert_problem

PAGE = (
    "/",
    "/index.html",
    "/style.css",
    "/js/pages/index.js",
    "/samples/retina.jpg",
    "/history.html",
    "/api/v1/docs/swagger-ui.css",
)


def routes(house: House) -> Iterator[APIRoute]:
    """All that were included, those that are not documented, too."""
    for part in house.app.router.routes:
        for route in getattr(part, "original_router", house.app.router).routes:
            if isinstance(route, APIRoute):
                yield route


def path_of(route: APIRoute, ids: dict[str, str]) -> str:
    path = route.path
    for prefix, id in ids.items():
        if path.startswith(prefix):
            path = path.replace("{id}", id)
    for name, value in (("id", "0" * 32), ("image", "mask"), ("number", "0"), ("picture", "mask.png")):
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{key:path}", "history/x")


def test_browsers_store_no_personal_data(house: House, tiny: bytes) -> None:
    anna = house.person()
    key = house.key(anna)
    saved = save(house, anna, tiny, subject="A", eye="left")
    batch = new(house, anna, "a.jpg")
    come(house, batch, tiny)
    export = house.client.post(EXPORTS, json={"history": True}, headers=anna).json()
    house.work_off()
    ids = {PREDICTIONS: saved["id"], BATCHES: batch["id"], EXPORTS: export["id"]}
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


def test_unknown_paths_are_not_found_by_any_method(house: House) -> None:
    for path in ("/nothing", "/api/v1/nothing", "/style.css/x", "/api/v1/predictions/x/y/z"):
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = house.client.request(method, path)
            assert answer.status_code == 404, (method, path)
            if method != "HEAD":
                assert_problem(answer, 404, "not_found")
    for path in ("/", "/style.css"):
        assert_problem(house.client.post(path), 404, "not_found")
    assert_problem(house.client.put("/api/v1/usage"), 405, "method_not_allowed")


def test_head_is_answered_wherever_get_is(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved = save(house, anna, tiny)
    paths = ["/", "/style.css", "/api/v1/health", "/api/v1/openapi.json", "/api/v1/docs", "/api/v1/model", PREDICTIONS]
    paths += [f"{PREDICTIONS}/{saved['id']}", saved["image_urls"]["mask"], "/api/v1/usage", "/api/v1/usage.csv", "/x"]
    for path in paths:
        get, head = (house.client.request(way, path, headers=anna, follow_redirects=False) for way in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (get.status_code, b""), path
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers.get(name) == get.headers.get(name) or name == "content-length", (path, name)


def test_head_is_answered_on_every_route_that_has_get(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved = save(house, anna, tiny, subject="A", eye="left")
    batch = new(house, anna, "a.jpg")
    come(house, batch, tiny)
    export = house.client.post(EXPORTS, json={"history": True}, headers=anna).json()
    house.work_off()
    ids = {PREDICTIONS: saved["id"], BATCHES: batch["id"], EXPORTS: export["id"]}
    paths = {path_of(route, ids) for route in routes(house) if "GET" in (route.methods or ())} | {*PAGE, *PUBLIC}
    paths |= {f"{BATCHES}/{batch['id']}/results.csv?limit=1", "/api/v1/trends?subject=A&eye=left"}
    links = [house.client.get(url, headers=anna, follow_redirects=False) for url in saved["image_urls"].values()]
    if isinstance(house.services.results, LocalBlobs):
        paths |= {link.headers["location"] for link in links}
    assert len(paths) > 25
    for path in sorted(paths):
        get, head = (house.client.request(way, path, headers=anna, follow_redirects=False) for way in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (get.status_code, b""), path
        for name in ("content-type", "content-disposition", "cache-control"):
            assert head.headers.get(name) == get.headers.get(name), (path, name)
        if get.status_code == 200:
            assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content)), path
