"""The export of corrected predictions as a training set, and their rows in tables."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.training.labelled import read_mask, read_set
from retina.history.records import PredictionRecord
from retina.history.service import History
from retina.jobs import training_set
from retina.jobs.archive import saved_predictions
from retina.jobs.work import Work
from support.corrections import files_of, halves, read, without_the_left
from support.exports import export
from support.history import save
from support.house import EXPORTS, PREDICTIONS, House, problem
from support.tables import rows_of


def test_corrections_become_a_set_that_training_reads(house: House, tiny: bytes, tmp_path: Path) -> None:
    anna, berta = house.person("anna"), house.person("berta")
    plain = [save(house, anna, tiny, subject=subject, outputs="mask") for subject in ("Ä 1", "Ä 1", "B")]
    mask = read(plain[0]["images"]["mask"])
    corrected = without_the_left(mask)
    others = save(house, berta, tiny, outputs="mask")
    for who, id, files in (
        (anna, plain[0]["id"], files_of(corrected)),
        (house.key(anna), plain[1]["id"], files_of(mask, *halves(mask))),
        (berta, others["id"], files_of(mask)),
    ):
        house.client.put(f"{PREDICTIONS}/{id}/correction", files=files, headers=who).raise_for_status()
    folder = tmp_path / "set"
    archive = export(house, anna, training=True)
    archive.extractall(folder)
    first, second = plain[0]["id"], plain[1]["id"]
    labelled = {each.id: each for each in read_set(folder, "train")}
    assert set(labelled) == {first, second}, "only what was corrected, and only anna's"
    np.testing.assert_array_equal(read_mask(labelled[first].vessels), corrected)
    np.testing.assert_array_equal(read_mask(labelled[second].vessels), mask)
    assert read_mask(labelled[first].field_of_view)[mask].all()
    photograph = house.client.get(f"{PREDICTIONS}/{first}", headers=anna).json()["image_urls"]["photograph"]
    assert labelled[first].photograph.read_bytes() == house.follow(photograph, anna).content
    assert Image.open(labelled[first].photograph).size == mask.shape[::-1]
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *(f"{kind}/{id}.png" for kind in ("images", "vessels", "fov") for id in (first, second)),
        f"arteries/{second}.png",
        f"veins/{second}.png",
        "split.csv",
        "corrections.csv",
        "README.txt",
    }
    np.testing.assert_array_equal(read_mask(folder / "arteries" / f"{second}.png"), halves(mask)[0])
    rows = {row["id"]: row for row in rows_of(archive.read("corrections.csv"))}
    assert (rows[first]["corrected_by"], rows[first]["kinds"]) == ("anna@example.org", "no")
    assert rows[second]["corrected_by"].startswith("API key ")
    assert rows[first]["group"] == rows[second]["group"] != ""
    readme = archive.read("README.txt").decode()
    assert "not for diagnosis" in readme
    assert plain[0]["model"]["sha256"] in readme
    assert plain[0]["software_version"] in readme
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert "Ä 1".encode() not in everything, "labels may be names"


def test_without_corrections_the_set_is_empty_and_says_so(house: House, tiny: bytes) -> None:
    anna = house.person()
    save(house, anna, tiny)
    archive = export(house, anna, training=True)
    assert archive.namelist() == ["split.csv", "corrections.csv", "README.txt"]
    assert "0 photographs in this file" in archive.read("README.txt").decode()
    both = house.client.post(EXPORTS, json={"training": True, "history": True}, headers=anna)
    assert problem(both) == (422, "invalid_request")


def test_a_training_set_goes_with_a_deleted_correction(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny)
    path = f"{PREDICTIONS}/{plain['id']}/correction"
    house.client.put(path, files=files_of(read(plain["images"]["mask"])), headers=anna).raise_for_status()
    made = house.client.post(EXPORTS, json={"training": True}, headers=anna).json()["id"]
    house.work_off()
    [part] = house.client.get(f"{EXPORTS}/{made}", headers=anna).json()["parts"]
    assert part["name"].startswith("retina-training-")
    assert house.client.delete(path, headers=anna).json()["exports"] == 1
    assert problem(house.client.get(f"{EXPORTS}/{made}", headers=anna)) == (404, "not_found")


def test_tables_of_the_history_have_both_with_who_corrected(house: House, tiny: bytes) -> None:
    anna = house.person()
    plain = save(house, anna, tiny, subject="A", outputs="mask,intervals")
    corrected = without_the_left(read(plain["images"]["mask"]))
    path = f"{PREDICTIONS}/{plain['id']}/correction"
    made = house.client.put(path, files=files_of(corrected), headers=anna).raise_for_status().json()
    archive = export(house, anna, history=True)
    own, persons = rows_of(archive.read("history.csv"))
    assert own["id"] == persons["id"] == plain["id"]
    assert own["corrected_at"] == own["corrected_by"] == own["corrected_model_sha256"] == ""
    assert (persons["corrected_by"], persons["corrected_at"]) == ("anna@example.org", made["correction"]["at"])
    assert persons["corrected_model_sha256"] == plain["model"]["sha256"]
    assert float(own["vascular_density"]) == plain["measurements"]["vascular_density"]
    assert float(persons["vascular_density"]) == made["measurements"]["vascular_density"]
    assert own["expected_dice"] == str(plain["quality"]["expected_dice"] or "")
    assert persons["expected_dice"] == ""
    assert own["expected_dice_reason"] == (plain["quality"]["expected_dice_reason"] or "")
    assert persons["expected_dice_reason"] == made["quality"]["expected_dice_reason"] != ""
    density = [row for row in rows_of(archive.read("measurements.csv")) if row["measurement"] == "vascular_density"]
    assert [row["value"] for row in density] == [own["vascular_density"], persons["vascular_density"]]
    assert [row["corrected_by"] for row in density] == ["", "anna@example.org"]
    assert density[0]["low"] != "" == density[1]["low"]
    names = [name.rpartition("/")[2] for name in archive.namelist()]
    assert {"corrected-mask.png", "mask.png"} <= set(names)


def test_each_part_of_a_large_set_is_a_set_of_its_own(house: House, tiny: bytes, tmp_path: Path) -> None:
    anna = house.person()
    plain = [save(house, anna, tiny, outputs="mask") for _ in range(3)]
    mask = read(plain[0]["images"]["mask"])
    for each in plain[:2]:
        path = f"{PREDICTIONS}/{each['id']}/correction"
        house.client.put(path, files=files_of(mask), headers=anna).raise_for_status()
    house.work = Work(house.services, house.app.state.network, part_bytes=1)
    made = house.client.post(EXPORTS, json={"training": True}, headers=anna).json()["id"]
    house.work_off()
    found = list[str]()
    for number, part in enumerate(house.client.get(f"{EXPORTS}/{made}", headers=anna).json()["parts"]):
        folder = tmp_path / str(number)
        zipfile.ZipFile(io.BytesIO(house.fetch(part["url"]).content)).extractall(folder)
        found += [each.id for each in read_set(folder, "train")]
    assert sorted(found) == sorted(each["id"] for each in plain[:2])
    assert number == 1


@pytest.mark.parametrize("replacements", [2, 100])
def test_a_correction_that_keeps_being_replaced_is_exported_or_named(
    house: House, tiny: bytes, monkeypatch: pytest.MonkeyPatch, replacements: int
) -> None:
    anna = house.person()
    plain = save(house, anna, tiny, outputs="mask")
    path = f"{PREDICTIONS}/{plain['id']}/correction"
    house.client.put(path, files=files_of(read(plain["images"]["mask"])), headers=anna).raise_for_status()
    own, left = training_set._files, [replacements]

    def files(saved: PredictionRecord) -> list[tuple[str, str]]:
        found = own(saved)
        left[0] -= 1
        return found if left[0] < 0 else [(f"{key}-replaced", name) for key, name in found]

    monkeypatch.setattr(training_set, "_files", files)
    archive = export(house, anna, training=True)
    is_there = f"vessels/{plain['id']}.png" in archive.namelist()
    assert is_there is (replacements == 2)
    assert (plain["id"] in archive.read("README.txt").decode()) is not is_there


def test_a_correction_that_is_replaced_while_it_is_exported_is_exported_as_it_is_then(
    house: House, tiny: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = house.person()
    plain = save(house, anna, tiny, outputs="mask")
    mask = read(plain["images"]["mask"])
    path = f"{PREDICTIONS}/{plain['id']}/correction"
    house.client.put(path, files=files_of(mask, *halves(mask)), headers=anna).raise_for_status()

    def listed(account: str, history: History, after: str | None) -> Iterator[PredictionRecord]:
        for saved in saved_predictions(account, history, after):
            house.client.put(path, files=files_of(without_the_left(mask)), headers=anna).raise_for_status()
            yield saved

    monkeypatch.setattr(training_set, "saved_predictions", listed)
    archive = export(house, anna, training=True)
    archive.extractall(tmp_path / "set")
    [only] = read_set(tmp_path / "set", "train")
    np.testing.assert_array_equal(read_mask(only.vessels), without_the_left(mask))
    assert not any(name.startswith("arteries") for name in archive.namelist())
    [row] = rows_of(archive.read("corrections.csv"))
    assert row["kinds"] == "no"
