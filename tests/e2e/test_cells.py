"""The page's own CSV table neutralises formulas as the service's tables do."""

import csv
import io

from e2e.visit import Visit
from retina.cells import neutral
from support.cells import HARMLESS, NUMBERS, RISKY


def test_the_table_of_the_page_escapes_cells_as_the_service_does(visit: Visit) -> None:
    texts = [*RISKY, *HARMLESS, *NUMBERS]
    page = visit.open("/").page
    cells = page.evaluate("async (texts) => texts.map((await import('/js/files/table.js')).cell)", texts)
    read = next(csv.reader(io.StringIO(",".join(cells), newline="")))
    assert read == [neutral(text) for text in texts]
