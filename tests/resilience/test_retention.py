"""A timer in the serving process deletes expired data, whether or not requests come in."""

import os
import time
from pathlib import Path

import pytest

from retina.batches.records import batch_key
from retina.jobs.retention import ABANDONED_SECONDS, Retention, delete_expired
from retina.storage.records import Delete, Key, Put
from support.batches import come, new
from support.history import save
from support.house import House
from support.waiting import eventually


def old(path: Path, seconds: float) -> None:
    past = time.time() - seconds
    os.utime(path, (past, past))


def test_only_expired_data_is_deleted(tmp_path: Path, tiny: bytes) -> None:
    house = House(tmp_path)
    anna = house.person()
    saved_record = save(house, anna, tiny)
    gone, stays = new(house, anna, "a.jpg"), new(house, anna, "b.jpg")
    for batch in (gone, stays):
        come(house, batch, tiny)
    # A photograph that came in the batch's last minute goes with it.
    house.services.records.write(Delete(batch_key(gone["id"])), Put(Key("x", "1"), {}, expires=1))
    upload, partial = tmp_path / "uploads" / ("0" * 32), tmp_path / "results" / "batch" / ".x.0123abcd"
    answer = tmp_path / "results" / "answers" / ("1" * 32)  # as a version before 0.2.0 kept it
    for path in (upload, partial, answer):
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(tiny)
        old(path, 40 * 24 * 3600)
    for folder in (tmp_path / "batch", tmp_path / "results" / "batch"):
        for path in folder.glob("*"):
            if path.is_dir():
                old(path, ABANDONED_SECONDS + 1)
    with Retention(house.services):
        eventually(lambda: not any(path.exists() for path in (upload, partial, answer)))
    delete_expired(house.services)
    assert [path.name for path in (tmp_path / "batch").iterdir()] == [stays["id"]]
    assert [path.name for path in (tmp_path / "results" / "batch").iterdir()] == [stays["id"]]
    rows = house.services.records._database.query("SELECT * FROM records WHERE partition = 'x'")  # type: ignore[attr-defined]
    assert rows == []
    assert house.follow(saved_record["image_urls"]["photograph"], anna).status_code == 200


def test_the_reserve_for_a_full_disk_is_restored(tmp_path: Path) -> None:
    house = House(tmp_path)
    both = [tmp_path / "reserve", tmp_path / "reserve-sign-in"]
    sizes = [path.stat().st_size for path in both]
    for path in both:
        path.unlink()
    with Retention(house.services):
        eventually(lambda: all(path.exists() for path in both))
        eventually(lambda: [path.stat().st_size for path in both] == sizes)


def test_a_deletion_that_was_killed_is_finished_by_the_timer(
    tmp_path: Path, tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path)
    anna = house.person()
    saved, history = save(house, anna, tiny), house.services.history
    account = house.account(anna)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(history.leftovers, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            history.delete(account, saved["id"])
    assert [*tmp_path.rglob("photograph.png")]
    delete_expired(house.services)
    assert not [*tmp_path.rglob("photograph.png")]
