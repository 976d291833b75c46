"""Corrected predictions as a labelled set to train networks with: one part of an export, complete in itself.

The layout is that which `models/training/labelled.py` reads.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain

from retina import __version__
from retina.errors import NotFoundError
from retina.history.records import PHOTOGRAPH, PredictionRecord
from retina.history.service import History
from retina.imaging.columns import text
from retina.imaging.correction_schemas import CorrectedFindings
from retina.jobs.archive import Part, add_files, add_tables, most_bytes, read_ahead, saved_predictions
from retina.storage.port import Blobs
from retina.tables import line, lines

Files = list[tuple[str, bytes | None]]
"""Name and content of files, None for one that is no longer there."""

FOLDERS = {
    PHOTOGRAPH: "images",
    "corrected-mask": "vessels",
    "corrected-arteries": "arteries",
    "corrected-veins": "veins",
    "corrected-field": "fov",
}
"""The folder of each stored image; in it, the file is named by the id of the prediction."""

SPLIT = {"id": "of the prediction, which names its files", "split": "train, for all of them"}

CORRECTIONS = {
    "id": "of the prediction, which names its files",
    "corrected_at": "when a person corrected the vessels, in UTC",
    "corrected_by": "who that was: an email address, or API key and its id; empty if it is not known",
    "kinds": "yes if arteries and veins were corrected, too",
    "group": "the same for all photographs of one subject, which belong into one split; empty without a label",
    "eye": "left, right or unknown",
    "corrected_model": "the network whose mask was corrected",
    "corrected_model_sha256": "of that network's file",
    "retina_version": "of this software, when the photograph was segmented last",
}
"""The columns of `corrections.csv`, in order, each with its meaning."""

README = """\
Retinal photographs with the vessels as people have corrected them, made by Retina {version}.

For research and education, not for diagnosis.

images/       photographs, upright and without metadata
vessels/      white on vessels: what the network found, as a person has corrected it
arteries/     white on arteries, where a person has corrected which they are
veins/        white on veins, likewise; a pixel of both is a crossing
fov/          white where vessels could be marked: the field of view as this software finds it
split.csv     id, split: all are for training. To divide them, use the column "group" of corrections.csv, so that
              photographs of one subject are never in two splits
corrections.csv  who corrected which photograph, when, and which network's mask

Each mask has the name and the size of its photograph. They began as masks of a network, and what nobody has looked
at is as the network left it. A network that is judged by them is judged by its own mistakes, too.

{count} in this file. The networks whose masks were corrected, each with the SHA-256 of its file:
{models}
"""
"""The `README.txt`."""

LEFT_OUT = """
Left out, since their corrections were replaced again and again while this file was made. Export once more to get
them: {ids}
"""

ATTEMPTS = 5
"""How often the files of a correction are read that is being replaced."""


def pack_training(account: str, history: History, blobs: Blobs, part: Part, place: str | None) -> str | None:
    """Pack the predictions that a person has corrected. Starts after the cursor `place`; returns the cursor for the
    next part, or None.
    """

    def entries() -> Iterator[tuple[PredictionRecord, list[tuple[str, str]], int]]:
        for saved in saved_predictions(account, history, place):
            if saved.correction:
                yield saved, _files(saved), most_bytes(saved.findings)

    packed, left_out, last, ended = list[PredictionRecord](), list[str](), "", True
    with part.archive() as archive:
        for listed, read in read_ahead(blobs, entries()):
            if last and part.full():
                ended = False
                break
            last = listed.place
            saved, files = (listed, read) if _whole(read) else _again(listed, history, blobs)
            if _whole(files):
                add_files(archive, files)
                packed.append(saved)
            elif files:
                left_out.append(saved.id)
        _describe(archive, packed, left_out, part)
    return None if ended else last


def _files(saved: PredictionRecord) -> list[tuple[str, str]]:
    """Key and name of each file of a corrected prediction."""
    names = (PHOTOGRAPH, *saved.corrected_images)
    return [(saved.key_of(name), f"{FOLDERS[name]}/{saved.id}.png") for name in names]


def _whole(files: Files) -> bool:
    return bool(files) and all(data is not None for _, data in files)


def _again(saved: PredictionRecord, history: History, blobs: Blobs) -> tuple[PredictionRecord, Files]:
    """The prediction with its files as they are now: its correction was replaced while it was read. No files if it, or
    its correction, was deleted; one that is None if its correction kept being replaced.
    """
    now, files = saved, Files()
    for _ in range(ATTEMPTS):
        try:
            now = history.get(saved.account, saved.id)
        except NotFoundError:
            return saved, []
        files = [(name, blobs.read(key)) for key, name in _files(now)] if now.correction else []
        if _whole(files) or not files:
            break
    return now, files


def _describe(
    archive: zipfile.ZipFile, packed: Sequence[PredictionRecord], left_out: Sequence[str], part: Part
) -> None:
    # Without the byte order mark of other tables, which readers of data sets would take for a part of the first name.
    split = ({"id": saved.id, "split": "train"} for saved in packed)
    plain = (line(SPLIT, row) for row in chain([dict(zip(SPLIT, SPLIT, strict=True))], split))
    corrections = lines(CORRECTIONS, (_row(saved, made) for saved in packed if (made := saved.correction)))
    models = sorted({f"{made.model.name} {made.model.sha256}" for saved in packed if (made := saved.correction)})
    readme = README.format(
        version=__version__,
        count=f"{len(packed)} photograph{'' if len(packed) == 1 else 's'}",
        models="\n".join(models) or "None: no saved prediction has been corrected.",
    )
    if left_out:
        readme += LEFT_OUT.format(ids=", ".join(left_out))
    add_tables(archive, [("split.csv", plain), ("corrections.csv", corrections), ("README.txt", iter([readme]))], part)


def _row(saved: PredictionRecord, made: CorrectedFindings) -> dict[str, str]:
    subject = saved.labels.subject
    group = hashlib.sha256(f"{saved.account} {subject}".encode()).hexdigest()[:12] if subject else ""
    return {
        "id": saved.id,
        "corrected_at": made.at,
        "corrected_by": made.by or "",
        "kinds": text(made.kinds),
        "group": group,
        "eye": saved.labels.eye,
        "corrected_model": made.model.name,
        "corrected_model_sha256": made.model.sha256,
        "retina_version": saved.software,
    }
