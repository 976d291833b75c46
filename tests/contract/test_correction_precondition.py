"""Two devices correct one photograph: neither replaces or deletes a correction that it has not seen; in both stores."""

from typing import Any

import numpy as np
import pytest

from retina.history.corrections import Corrections
from support.corrections import files_of, read, without_the_left
from support.history import save
from support.house import PREDICTIONS, House, problem

CHANGED = (412, "correction_changed")
NONE_YET = {"If-None-Match": "*"}


class Saved:
    """A saved photograph of one person, without a correction at first."""

    def __init__(self, house: House, photo: bytes) -> None:
        self.house, self.who = house, house.person()
        plain = save(house, self.who, photo)
        self.path, self.mask = f"{PREDICTIONS}/{plain['id']}", read(plain["images"]["mask"])

    def put(self, mask: Any, **headers: str) -> Any:
        return self.house.client.put(f"{self.path}/correction", files=files_of(mask), headers=self.who | headers)

    def delete(self, **headers: str) -> Any:
        return self.house.client.delete(f"{self.path}/correction", headers=self.who | headers)

    def correction(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.house.client.get(self.path, headers=self.who).json()["correction"]
        return found

    def stored(self) -> Any:
        return read(self.house.follow(f"{self.path}/corrected-mask.png", self.who).content)


def test_a_correction_that_was_not_seen_is_not_replaced(house: House, tiny: bytes) -> None:
    saved = Saved(house, tiny)
    assert saved.correction() is None
    first = saved.put(saved.mask, **NONE_YET).raise_for_status().json()["correction"]
    assert saved.correction() == first
    other = without_the_left(saved.mask)
    assert problem(saved.put(other, **NONE_YET)) == CHANGED, "the second device saw none"
    assert problem(saved.put(other, **{"If-Match": '"0"'})) == CHANGED
    np.testing.assert_array_equal(saved.stored(), saved.mask)
    assert saved.correction() == first

    second = saved.put(other, **{"If-Match": first["etag"]}).raise_for_status().json()["correction"]
    assert second["etag"] != first["etag"]
    refused = saved.put(saved.mask, **{"If-Match": first["etag"]})
    assert problem(refused) == CHANGED
    assert "Nothing was changed or charged." in refused.json()["detail"]
    np.testing.assert_array_equal(saved.stored(), other)
    for tags in ("*", '"0", {etag}'):
        second = saved.put(other, **{"If-Match": tags.format(**second)}).raise_for_status().json()["correction"]
    assert problem(saved.put(other, **{"If-Match": f"W/{second['etag']}"})) == CHANGED, "a weak tag proves nothing"
    saved.put(saved.mask).raise_for_status()  # who names none replaces any, as before


def test_a_correction_that_was_not_seen_is_not_deleted(house: House, tiny: bytes) -> None:
    saved = Saved(house, tiny)
    assert problem(saved.delete(**{"If-Match": "*"})) == (404, "not_found"), "there is none"
    assert problem(saved.put(saved.mask, **{"If-Match": "*"})) == CHANGED
    first = saved.put(saved.mask).json()["correction"]["etag"]
    second = saved.put(without_the_left(saved.mask)).json()["correction"]
    assert problem(saved.delete(**{"If-Match": first})) == CHANGED
    assert saved.correction() == second
    assert saved.delete(**{"If-Match": second["etag"]}).json()["corrections"] == 1
    assert saved.correction() is None
    assert problem(saved.put(saved.mask, **{"If-Match": second["etag"]})) == CHANGED, "it was deleted meanwhile"
    assert saved.correction() is None


def test_who_is_overtaken_between_the_check_and_the_write_replaces_nothing(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = Saved(house, tiny)
    tag = saved.put(saved.mask).json()["correction"]["etag"]
    prepare, others = Corrections.prepare, without_the_left(saved.mask)

    def overtaken(*args: Any) -> Any:
        prepared = prepare(*args)
        monkeypatch.undo()
        saved.put(others, **{"If-Match": tag}).raise_for_status()
        return prepared

    monkeypatch.setattr(Corrections, "prepare", overtaken)
    assert problem(saved.put(saved.mask, **{"If-Match": tag})) == (409, "request_in_progress")
    assert problem(saved.put(saved.mask, **{"If-Match": tag})) == CHANGED, "as soon as it is sent again"
    np.testing.assert_array_equal(saved.stored(), others)


def test_what_is_refused_costs_nothing_and_what_is_repeated_is_answered_again(house: House, tiny: bytes) -> None:
    saved = Saved(house, tiny)
    saved.who = house.key(saved.who)
    tag = saved.put(saved.mask).json()["correction"]["etag"]
    before = house.credits(saved.who)
    assert problem(saved.put(saved.mask, **NONE_YET)) == CHANGED
    assert house.credits(saved.who) == before
    named = {"If-Match": tag, "Idempotency-Key": "k"}
    first = saved.put(saved.mask, **named).raise_for_status()
    again = saved.put(saved.mask, **named)
    assert again.json() == first.json(), "though the tag is another one by now"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert house.credits(saved.who) == before - 1


def test_labels_and_recomputing_leave_the_tag_as_it_is(house: House, tiny: bytes) -> None:
    saved = Saved(house, tiny)
    tag = saved.put(saved.mask).json()["correction"]["etag"]
    house.client.patch(saved.path, json={"note": "x"}, headers=saved.who).raise_for_status()
    house.client.post(f"{saved.path}/recompute", headers=saved.who).raise_for_status()
    saved.put(saved.mask, **{"If-Match": tag}).raise_for_status()


@pytest.mark.parametrize("headers", [{"If-Match": "abc"}, {"If-Match": ""}, {"If-None-Match": '"a"'}])
def test_what_is_no_tag_is_refused(house: House, tiny: bytes, headers: dict[str, str]) -> None:
    saved = Saved(house, tiny)
    saved.put(saved.mask).raise_for_status()
    before = saved.correction()
    assert problem(saved.put(saved.mask, **headers)) == (422, "invalid_request")
    assert saved.correction() == before
