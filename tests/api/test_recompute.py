"""Recomputing a saved prediction with the current model."""

from concurrent.futures import ThreadPoolExecutor

from retina.storage.local import LocalBlobs
from support.history import save
from support.house import PREDICTIONS, House, problem


def test_a_saved_photograph_is_recomputed_by_the_current_model(house: House, tiny: bytes) -> None:
    anna = house.person()
    answer = save(house, anna, tiny, subject="A", eye="left", threshold="0.9")
    before = house.follow(answer["image_urls"]["mask"], anna).content
    path = f"{PREDICTIONS}/{answer['id']}"
    again = house.client.post(f"{path}/recompute", headers=anna).json()
    plain = save(house, anna, tiny)
    assert again == house.client.get(path, headers=anna).json()
    for part in ("threshold", "canvas", "photograph", "quality", "measurements", "model"):
        assert again[part] == plain[part], part
    assert (again["subject"], again["saved"]) == ("A", again["saved"])
    assert again["predicted"] > again["saved"]
    after = house.follow(answer["image_urls"]["mask"], anna).content
    assert after == house.follow(plain["image_urls"]["mask"], anna).content != before
    key = house.key(anna)
    charged = house.client.post(f"{path}/recompute", headers=key)
    assert (charged.headers["X-Credits-Charged"], charged.headers["X-Credits-Left"]) == ("1", "19")
    missing = house.client.post(f"{PREDICTIONS}/{'0' * 32}/recompute", headers=key)
    assert problem(missing) == (404, "not_found")
    assert house.credits(key) == 19
    if isinstance(house.services.results, LocalBlobs):
        assert len([*house.data.rglob("*probability.png")]) == 2, "what was replaced is gone"


def test_of_two_concurrent_recomputations_one_may_have_to_be_retried(house: House, tiny: bytes) -> None:
    anna = house.person()
    id = save(house, anna, tiny)["id"]

    def again(n: int) -> int:
        named = anna | {"Idempotency-Key": f"again {n}"}
        path = f"{PREDICTIONS}/{id}/recompute"
        for _ in range(20):
            answer = house.client.post(path, headers=named)
            if answer.status_code != 409:
                break
        return int(answer.status_code)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(again, range(3))) == [200] * 3
    record = house.client.get(f"{PREDICTIONS}/{id}", headers=anna).json()
    assert house.follow(record["image_urls"]["mask"], anna).status_code == 200
