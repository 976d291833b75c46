"""Segments the photographs in files and folders; writes the images and `results.csv` to an output folder.

There is one CSV row for every input. A bad file never stops the run, and results that an earlier run wrote for the same
photograph with the same network and options are not computed again.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from retina.cli.results import (
    RESULTS,
    OutputFolderError,
    Results,
    Row,
    read_results,
)
from retina.errors import STATUS, PhotographError, PhotographTooLargeError
from retina.imaging import rendering
from retina.imaging.columns import FOUND, columns_of, text
from retina.imaging.findings import findings_of
from retina.imaging.network import VesselNetwork
from retina.imaging.pipeline import Picture, Prediction, predict
from retina.settings import Settings

OUTPUTS: dict[str, Picture] = {
    "mask": lambda _, segmentation: rendering.mask(segmentation.vessels),
    "probability": lambda _, segmentation: rendering.probability(segmentation),
    "overlay": rendering.overlay_png,
}
"""The images that can be written, all as PNG in the photograph's own size."""

_writing = threading.Lock()


def find_photographs(paths: Iterable[Path], out: Path) -> list[Path]:
    """The files in `paths` and all files below the folders in `paths`, each once, in order.

    Leaves out hidden files and everything inside the output folder. Raises `FileNotFoundError` for a path that does not
    exist, and `OutputFolderError` if the output folder is one of the folders to search.
    """
    found: dict[str, Path] = {}
    results = out.resolve()
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {path}.")
        if not path.is_dir():
            found.setdefault(str(path.parent.resolve() / path.name), path)
            continue
        if path.resolve() == results:
            raise OutputFolderError(f"{path} is the folder of the photographs. Choose another one for --out.")
        for file in _below(path, {results}):
            found.setdefault(str(file.parent.resolve() / file.name), file)
    return list(found.values())


def _below(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """The files below `folder`, in order, following each link once. A folder that cannot be read is yielded itself."""
    seen.add(folder.resolve())
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            yield entry
        elif entry.resolve() not in seen:
            yield from _below(entry, seen)


def segment_files(
    files: Sequence[Path],
    out: Path,
    network: VesselNetwork,
    settings: Settings,
    outputs: Sequence[str],
    *,
    flips: bool = False,
    again: bool = False,
    force: bool = False,
) -> Iterator[Row]:
    """Segment `files` into `out`; yields the row of each file once it is on disk, in the order in which they finish.

    Up to `settings.cores` photographs are processed at the same time. `flips` turns on test-time augmentation (the mean
    over mirror images), `again` recomputes everything, `force` also segments photographs unlike a retina. Raises
    `OutputFolderError` if `out` cannot be written or contains a `results.csv` of another program.
    """
    earlier = read_results(out)
    known = {} if again else earlier
    job = _Job(out, network, settings, tuple(outputs), known, _shared_stems(files, earlier, out), flips, force)
    if not (out / RESULTS).exists():
        job.refuse_foreign_files(files)
    wanted = {str(file) for file in files}
    threads = ThreadPoolExecutor(settings.cores)
    try:
        unchanged = {file: row for file, row in zip(files, threads.map(job.unchanged, files), strict=True) if row}
        # Write the unchanged rows first, so that a run that is killed has lost none of them.
        kept = [row for name, row in earlier.items() if name not in wanted]
        with Results(out, [*kept, *unchanged.values()]) as results:
            yield from unchanged.values()
            running = [threads.submit(job.run, file) for file in files if file not in unchanged]
            for done in as_completed(running):
                results.write(done.result())
                yield done.result()
    finally:
        threads.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class _Job:
    out: Path
    network: VesselNetwork
    settings: Settings
    outputs: tuple[str, ...]
    earlier: dict[str, Row]
    shared_stems: frozenset[str]
    flips: bool
    force: bool

    def run(self, file: Path) -> Row:
        """Segment one file and write its images."""
        try:
            return self._segmented(file)
        except OSError as error:
            reason = f"The file could not be read, or its result could not be written: {error}."
            return Row(str(file), "failed", "file_error", reason)

    def _segmented(self, file: Path) -> Row:
        wanted = {name: OUTPUTS[name] for name in self.outputs}
        try:
            prediction = predict(
                self._read(file), self.network, wanted, **self.settings.limits, flips=self.flips, force=self.force
            )
        except PhotographError as error:
            return Row(str(file), "rejected", STATUS[type(error)][1], str(error), found={"photo_sha256": _sha256(file)})
        for name, picture in prediction.pictures.items():
            _write(self._path(file, prediction.sha256, name), picture)
        return self._row(file, prediction)

    def refuse_foreign_files(self, files: Sequence[Path]) -> None:
        """Raises `OutputFolderError` if an image would overwrite a file that no earlier run has written."""
        for file in files:
            for output in self.outputs if file.stem.casefold() not in self.shared_stems else ():
                if (path := self._path(file, "", output)).exists():
                    raise OutputFolderError(f"{path} is in the way. Move it, or choose another --out.")

    def unchanged(self, file: Path) -> Row | None:
        """The earlier run's row, if photograph, network and options are unchanged and the images still exist."""
        row = self.earlier.get(str(file))
        if (
            row is None
            or row.status != "done"
            or row.found.keys() != FOUND.keys()  # an earlier version measured less
            or (row.card_sha256, row.found["flips"]) != (self.network.card.digest, text(self.flips))
            or (row.found["fundus_like"] != text(True) and not self.force)
        ):
            return None
        try:
            same = _sha256(file) == row.found["photo_sha256"]
        except OSError:
            return None
        there = all(self._path(file, row.found["photo_sha256"], name).exists() for name in self.outputs)
        return row if same and there else None

    def _read(self, file: Path) -> bytes:
        if not file.is_file():
            raise FileNotFoundError("it is gone, or not a regular file")
        # Three uncompressed 16-bit channels are 6 bytes per pixel, so no larger file can be within the pixel limit.
        if file.stat().st_size > 8 * self.settings.max_pixels:
            limit = f"{self.settings.max_pixels / 1e6:.0f} megapixels"
            raise PhotographTooLargeError(f"The file is larger than any photograph of {limit}. Send a smaller one.")
        return file.read_bytes()

    def _path(self, file: Path, sha256: str, output: str) -> Path:
        """The output path. Inputs with the same stem get the first eight digits of their SHA-256 (column photo_sha256)
        added.
        """
        stem = f"{file.stem}-{sha256[:8]}" if file.stem.casefold() in self.shared_stems else file.stem
        return self.out / f"{stem}_{output}.png"

    def _row(self, file: Path, prediction: Prediction) -> Row:
        card = self.network.card
        return Row(str(file), "done", card_sha256=card.digest, found=columns_of(findings_of(prediction, card, "")))


def _shared_stems(files: Sequence[Path], earlier: dict[str, Row], out: Path) -> frozenset[str]:
    """Stems that need a suffix, case-folded because some file systems ignore case: those of several inputs, now or in
    an earlier run, and those whose images would have the name of an input inside the output folder.
    """
    inside = {file.name.casefold() for file in files if file.parent.resolve() == out.resolve()}
    named_like_inputs = {
        file.stem.casefold() for file in files if inside & {f"{file.stem}_{o}.png".casefold() for o in OUTPUTS}
    }
    paths = {str(file) for file in files} | set(earlier)
    counts = Counter(Path(path).stem.casefold() for path in paths)
    return frozenset(stem for stem, count in counts.items() if count > 1) | named_like_inputs


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing. One thread at a time: copies of one photograph share their images."""
    partial = path.with_name(f".{path.name}.partial")
    with _writing:
        partial.write_bytes(data)
        partial.replace(path)
