"""Methods other than GET: HEAD is answered wherever GET is, and unknown paths by none."""

from retina.app import PUBLIC
from retina.storage.local import LocalBlobs
from support.house import (
    BATCHES,
    House,
)
from support.problems import assert_problem
from support.routes import PAGE, one_of_each, path_of, routes


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


def test_head_is_answered_on_every_route_that_has_get(house: House, tiny: bytes) -> None:
    anna = house.person()
    saved, ids = one_of_each(house, anna, tiny)
    paths = {path_of(route, ids) for route in routes(house) if "GET" in (route.methods or ())} | {*PAGE, *PUBLIC}
    paths |= {"/api/v1/openapi.json", "/api/v1/docs", "/x"}
    paths |= {f"{BATCHES}/{ids[BATCHES]}/results.csv?limit=1", "/api/v1/trends?subject=A&eye=left"}
    links = [house.client.get(url, headers=anna, follow_redirects=False) for url in saved["image_urls"].values()]
    if isinstance(house.services.results, LocalBlobs):
        paths |= {link.headers["location"] for link in links}
    assert len(paths) > 25
    for path in sorted(paths):
        get, head = (house.client.request(way, path, headers=anna, follow_redirects=False) for way in ("GET", "HEAD"))
        assert (head.status_code, head.content) == (get.status_code, b""), path
        for name in ("content-type", "content-disposition", "cache-control", "content-encoding", "vary"):
            assert head.headers.get(name) == get.headers.get(name), (path, name)
        if get.status_code == 200:
            assert head.headers.get("content-length") == get.headers.get("content-length"), path
            if "content-encoding" not in get.headers:
                assert get.headers["content-length"] == str(len(get.content)), path
