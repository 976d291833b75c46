"""Every route of the service, and paths to call it with."""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute

from support.batches import come, new
from support.history import save
from support.house import BATCHES, EXPORTS, PREDICTIONS, House

PAGE = (
    "/",
    "/index.html",
    "/style.css",
    "/js/pages/start.js",
    "/samples/retina-small.webp",
    "/samples/retina.jpg",
    "/history.html",
    "/api/v1/docs/swagger-ui.css",
)
"""Files of the page."""


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


def one_of_each(house: House, who: dict[str, str], photo: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """A saved prediction, and the IDs of it, of a finished batch and of an export, by what their paths begin with."""
    saved = save(house, who, photo, subject="A", eye="left")
    batch = new(house, who, "a.jpg")
    come(house, batch, photo)
    export = house.client.post(EXPORTS, json={"history": True}, headers=who).json()
    house.work_off()
    return saved, {PREDICTIONS: saved["id"], BATCHES: batch["id"], EXPORTS: export["id"]}
