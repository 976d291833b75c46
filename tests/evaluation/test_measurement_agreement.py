"""Measurements of all readers are kept, paired and compared; what they say of drawn shapes is known."""

import csv
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from conftest import decode
from models.evaluation import (
    agreement_ceiling,
    central_equivalents,
    disease_groups,
    drawn_shapes,
    measured_values,
    measurement_agreement,
    own_maps,
    pvbm_correlations,
    pvbm_values,
)
from models.evaluation.measured_values import FIRST, FRAME_SHARE, NETWORK, SECOND
from models.evaluation.value_table import TEST, Values, ValueTable, read_values
from retina.imaging.arrays import Rgb
from retina.imaging.measurements.registry import MEASUREMENTS, Measured
from retina.imaging.network import VesselNetwork
from retina.imaging.segmentation import segment
from retina.imaging.structures.finding import find_structures
from retina.imaging.structures.network import structure_network
from support.specimens import encode


def run(monkeypatch: pytest.MonkeyPatch, main: object, *arguments: object) -> None:
    assert callable(main)
    monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
    main()


def test_what_the_networks_saw_is_measured_as_if_they_had_run(
    small_rgb: Rgb, network: VesselNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph = decode(encode(Image.fromarray(small_rgb), "PNG"))
    found = segment(photograph, network)
    folder = tmp_path / "data" / "SAMPLE"
    for name, picture in (
        ("images", small_rgb[..., ::-1]),
        ("vessels", found.vessels.view(np.uint8) * 255),
        ("fov", photograph.field_of_view.mask(small_rgb.shape[:2]).view(np.uint8) * 255),
    ):
        (folder / name).mkdir(parents=True)
        cv2.imwrite(str(folder / name / "1.png"), picture)
    maps, values = tmp_path / "maps", tmp_path / "values.csv"
    run(monkeypatch, own_maps.main, "--data", tmp_path / "data", "--maps", maps, "--sets", "SAMPLE")

    kept = own_maps.OwnMaps(maps / "SAMPLE", "1")
    assert np.array_equal(kept.probability(), found.probability)
    disc = find_structures(photograph, found.vessels, kept.structures()).disc
    own = find_structures(photograph, found.vessels, structure_network()).disc
    assert disc is not None
    assert own is not None
    assert (disc.x, disc.diameter) == pytest.approx((own.x, own.diameter), rel=0.01)

    run(
        monkeypatch, measured_values.main, "--data", tmp_path / "data", "--maps", maps, "--values", values,
        "--sets", "SAMPLE",
    )  # fmt: skip
    written = values.read_text()
    run(
        monkeypatch, measured_values.main, "--data", tmp_path / "data", "--maps", maps, "--values", values,
        "--sets", "SAMPLE",
    )  # fmt: skip
    assert values.read_text() == written, "what is there is not measured again"
    rows = {row.reader: row.values for row in read_values(values)}
    assert list(rows) == [NETWORK, measured_values.MASK, FIRST]
    assert rows[NETWORK]["vascular_density"] == rows[FIRST]["vascular_density"] > 0.05
    apart = [rows[NETWORK][f"vascular_density {vessels} field"] for vessels in ("artery", "vein")]
    assert 0.03 < sum(apart) <= rows[NETWORK]["vascular_density"]
    assert rows[measured_values.MASK]["mean_calibre"] == rows[FIRST]["mean_calibre"] != rows[NETWORK]["mean_calibre"]


def table_of(readers: dict[str, list[float]]) -> ValueTable:
    """Densities of photographs 1, 2, ... of one set; every second is a test photograph."""
    return ValueTable(
        [
            Values("SET", str(i), ("train", "test")[i % 2], reader, {"vascular_density": value})
            for reader, values in readers.items()
            for i, value in enumerate(values)
        ]
    )


def test_readers_are_compared_on_the_photographs_that_both_measured(tmp_path: Path) -> None:
    table = table_of({NETWORK: [2.0, 3, 4, 5, 6, 7, 8, 9], FIRST: [1.0, 2, 3, 4, 5, 6, 7, 8], SECOND: [1.0, 2]})
    assert table.pairs("SET", (SECOND, FIRST), "vascular_density").tolist() == [[1, 1], [2, 2]]
    rows = list(measurement_agreement.rows_of(table))
    assert [(row.split, row.photographs) for row in rows] == [("all", 8), ("test", 4), ("train", 4)]
    assert (rows[0].bias, rows[0].limit_low, rows[0].icc_c1) == pytest.approx((1, 1, 1))
    assert table.pairs("SET", (NETWORK, FIRST), "vascular_density", TEST).tolist() == [[3, 2], [5, 4], [7, 6], [9, 8]]
    assert "| `vascular_density` | 0.92, 1.00, +22 % |" in measurement_agreement.short_table(rows)
    measurement_agreement.write_csv(tmp_path / "rows.csv", rows)
    written = list(csv.DictReader((tmp_path / "rows.csv").open()))
    assert (written[0]["set"], written[0]["bias"]) == ("SET", "1")
    measurement_agreement.write_figure(tmp_path / "figure.png", table)
    assert Image.open(tmp_path / "figure.png").size[0] > 400


@pytest.mark.parametrize("region", ["zone_b", "superior_temporal"])
def test_regional_values_are_compared_by_vessels_and_region(region: str) -> None:
    name = f"vascular_density artery {region}"
    rows = [
        Values("SET", str(i), "test", reader, {name: value})
        for reader, values in {NETWORK: [2.0, 3, 4, 6], FIRST: [1.0, 2, 3, 4]}.items()
        for i, value in enumerate(values)
    ]
    found = list(measurement_agreement.rows_of(ValueTable(rows)))
    assert {(row.measurement, row.vessels, row.region) for row in found} == {("vascular_density", "artery", region)}
    assert measurement_agreement.regional_table(found)[2:] == [
        f"| `vascular_density` | artery | `{region}` | 0.71, 0.95, +50 %, +11 to +89 % (4) |"
    ]
    assert len(measurement_agreement.short_table(found)) == 2, "the table of the whole field has none of them"


def test_errors_of_the_central_equivalents_have_an_interval() -> None:
    def of(crae: float, avr: float | None) -> Measured:
        return Measured({"crae": crae, "crve": None, "avr": avr}, {} if avr else {"avr": "Too few."})

    errors = (0.0, 0.5, 1.0, 1.5, 2.0)
    pairs = [(of(9 + i / 2 + error, 0.5), of(9 + i / 2, None if error else 0.5)) for i, error in enumerate(errors)]
    rows = central_equivalents.lines_of(pairs)
    assert rows[2].startswith("| crae | 5 | 5 | 11 | 10 | 1 (0.")
    low, high = (float(bound) for bound in rows[2].split("(")[1].split(")")[0].split(" to "))
    assert 0.3 < low < 0.6
    assert 1.4 < high < 1.7
    assert rows[4] == "| avr | 1 | 5 | | | | |"
    assert rows[5] == "drawn: 4 times: Too few."


def test_the_ceiling_is_where_differences_are_small_beside_the_spread() -> None:
    random = np.random.default_rng(1)
    truth = random.normal(10, 2, 20_000)
    spread = agreement_ceiling.allowed(np.stack([truth, truth], axis=1))
    assert spread == pytest.approx(2 * 0.447, rel=0.02)
    readings = np.stack([truth + random.normal(0, spread / 2**0.5, truth.size) for _ in (0, 1)], axis=1)
    lines = agreement_ceiling.lines_of(
        table_of({NETWORK: list(readings[:, 0] + 3), FIRST: list(readings[:, 1])}), ["vascular_density"]
    )
    cells = lines[2].split(" | ")
    assert cells[-1].startswith("0.9")
    assert float(cells[-2][:4]) < 0.55, "the bias counts before it is taken off"
    assert "| pooled |" in lines[3]


def test_groups_are_looked_at_apart() -> None:
    rows = [Values("HRF", f"1_{name}", "test", FIRST, {}) for name in ("h", "dr")]
    assert agreement_ceiling.with_groups(ValueTable(rows)).sets == ["HRF", "HRF, healthy", "HRF, diabetic retinopathy"]


def test_groups_differ_by_the_exact_test_of_mann_and_whitney() -> None:
    rows = [
        Values("HRF", f"{i}_{name}", "test", reader, {FRAME_SHARE: value})
        for reader in (FIRST, NETWORK)
        for name, values in (("h", (5, 6, 7, 8)), ("dr", (1, 2, 3, 4)), ("g", (5.5, 6.5, 7.5, 8.5)))
        for i, value in enumerate(values)
    ]
    by_first = disease_groups.lines_of(rows, [FRAME_SHARE], "all")[2]
    # Of the 70 ways to draw four of eight, two are as extreme: 2 / 70.
    assert "6.5 ± 1.3 | 2.5 ± 1.3 | 7 ± 1.3 | p = 0.029 | p = 0.69 |" in by_first


@pytest.mark.parametrize("shape", drawn_shapes.shapes(), ids=lambda shape: shape.name)
def test_drawn_shapes_are_measured(shape: drawn_shapes.Shape) -> None:
    here = drawn_shapes.own(shape.mask())
    for name, known in shape.known.items():
        tolerance = {"length": 0.01, "tortuosity": 0.01, "branching_angle": 0.03, "fractal_dimension": 0.12}
        assert here[name] == pytest.approx(known, rel=tolerance.get(name, 0), abs=0), name


def test_where_pvbm_is_missing_this_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "PVBM", None)
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(pvbm_values.MissingError, match="pip install --no-deps"):
        pvbm_values.pvbm(tmp_path)
    assert drawn_shapes.lines_of(None)[2].endswith("|  |")


def test_two_tools_that_rank_alike_correlate() -> None:
    rows = [("SET", {"vascular_density": float(i), "tree_area": float(i**3)}) for i in range(1, 6)]
    assert "3, 45; 1.00, 0.94" in pvbm_correlations.lines_of(rows)[2]
    assert pvbm_correlations.cell([rows[0][1]], "vascular_density", "tree_area") == ""
    assert {one for one, _ in pvbm_correlations.COMPARABLE} <= {each.name for each in MEASUREMENTS}
