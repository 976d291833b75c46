"""The field of view of a saved prediction: the one in which vessels were looked for, and a correction is cut to."""

from pathlib import Path

import numpy as np
import pytest

from support.corrections import files_of, found, read
from support.history import save
from support.house import PREDICTIONS, House, problem


def test_it_is_the_one_that_was_answered_and_a_correction_is_cut_to(house: House, tiny: bytes) -> None:
    anna = house.person()
    id = save(house, anna, tiny)["id"]
    path = f"{PREDICTIONS}/{id}"
    answer = house.client.get(f"{path}/field-of-view", headers=anna)
    assert answer.headers["content-type"] == "image/png"
    field = read(answer.content)
    np.testing.assert_array_equal(field, read(found(house, tiny)["images"]["field_of_view"]))
    assert 0 < field.mean() < 1
    files = files_of(np.ones(field.shape, bool))
    house.client.put(f"{path}/correction", files=files, headers=anna).raise_for_status()
    np.testing.assert_array_equal(read(house.follow(f"{path}/corrected-mask.png", anna).content), field)
    audit = house.client.get("/api/v1/audit", headers=anna).json()["entries"]
    assert ("picture.opened", f"{id}:field_of_view") in [(entry["action"], entry["record"]) for entry in audit]


@pytest.mark.usefixtures("within_an_hour")
def test_it_is_free_limited_like_previews_and_nobody_elses(tmp_path: Path, tiny: bytes) -> None:
    limited = House(tmp_path, free_each=3, free_together=100, signup_credits=2)
    anna = limited.person()
    key = limited.key(anna)
    id = save(limited, anna, tiny)["id"]
    path, before = f"{PREDICTIONS}/{id}/field-of-view", limited.credits(key)
    assert problem(limited.client.get(path, headers=limited.person("eve"))) == (404, "not_found")
    assert problem(limited.client.get(path)) == (401, "sign_in_required")
    for who in (anna, key):
        asked = [limited.client.get(path, headers=who) for _ in range(4)]
        assert [answer.status_code for answer in asked] == [200, 200, 200, 429]
    assert limited.credits(key) == before
