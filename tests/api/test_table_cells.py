"""No cell of a table that the service answers with is run as a formula by a spreadsheet."""

from support.exports import export
from support.house import BATCHES, PREDICTIONS, House
from support.tables import rows_of


def test_formulas_are_neutralised_in_every_table(house: House, tiny: bytes) -> None:
    anna = house.person()
    name, label, note = "＝1+1.jpg", "\u00a0@SUM(A1)", '"=1'
    items = {"items": [{"name": name, "size": len(tiny)}]}
    batch = house.client.post(BATCHES, json=items, headers=anna).raise_for_status().json()
    house.send(batch["upload"], "0", tiny)
    fields = {"save": "true", "outputs": "mask", "subject": f"x{label}", "note": note}
    house.client.post(PREDICTIONS, files={"file": ("a", tiny)}, data=fields, headers=anna).raise_for_status()
    house.work_off()
    answer = house.client.get(f"{BATCHES}/{batch['id']}/results.csv", headers=anna)
    [row] = rows_of(answer.text)
    assert (row["file"], row["status"]) == (f"'{name}", "done")
    assert float(row["vascular_density"]) > 0
    assert rows_of(export(house, anna, batch=batch["id"]).read("results.csv")) == [row]
    [row] = rows_of(export(house, anna, history=True).read("history.csv"))
    assert (row["subject"], row["note"]) == (f"x{label}", f"'{note}")
