"""What earlier runs have left in an output folder: their rows, and names that the results of this run must not take."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from retina.cli.ending import SKIPPED
from retina.cli.frames import Frame
from retina.cli.inputs import ByPhotograph
from retina.cli.results import Row, read_results
from retina.imaging.rendering import GRAPH


def earlier_rows(frames: Sequence[Frame], out: Path) -> tuple[dict[Frame, Row], list[Row]]:
    """The rows of earlier runs in `out` for `frames`, and those for other files. A file may have other frames now.

    Raises `OutputFolderError` if another program wrote the table, or it is damaged.
    """
    earlier = ByPhotograph[dict[str, Row]]()
    for row in read_results(out):
        known = earlier.get(row.path(out))
        if known is None:
            known = {}
            earlier.put(row.path(out), known)
        known[row.frame_number] = row
    files = {file: earlier.pop(file) or {} for file in dict.fromkeys(frame.file for frame in frames)}
    before = {frame: files[frame.file][frame.cell] for frame in frames if frame.cell in files[frame.file]}
    return before, [row for rows in earlier.values() for row in rows.values()]


def shared_stems(
    frames: Sequence[Frame], before: Mapping[Frame, Row], others: Sequence[Row], out: Path, pictures: Iterable[str]
) -> frozenset[str]:
    """Stems that need a suffix, case-folded because some file systems ignore case: those of several photographs, now or
    in an earlier run, and those with which one of the `pictures` would have the name of an input in the output folder.
    """
    inside = {frame.file.name.casefold() for frame in frames if frame.file.parent.resolve() == out.resolve()}
    named_like_inputs = {
        frame.stem.casefold()
        for frame in frames
        if not frame.companion and inside & {file_name(frame.stem, name).casefold() for name in pictures}
    }
    counts = Counter(frame_of(row).stem.casefold() for row in others if row.status != SKIPPED)
    for frame in frames:
        if frame.companion:
            continue
        # An earlier run may have found the same photograph by another name, which its images have.
        names = [frame, frame_of(before[frame])] if frame in before else [frame]
        counts.update({name.stem.casefold() for name in names})
    return frozenset(stem for stem, count in counts.items() if count > 1) | named_like_inputs


def file_name(stem: str, picture: str) -> str:
    """The name of an output's file, for a photograph whose results begin with `stem`."""
    return f"{stem}_{picture}.{'json' if picture == GRAPH else 'png'}"


def frame_of(row: Row) -> Frame:
    """The frame by the name under which it was first given, which its images have."""
    return Frame(Path(row.file), int(row.frame_number) if row.frame_number.isdecimal() else None)
