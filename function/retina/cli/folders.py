"""Segments photographs; writes the images and `results.csv` to an output folder.

There is one CSV row for every photograph. A bad file never stops the run, and results that an earlier run wrote for the
same photograph with the same network and options are not computed again.
"""

import errno
import hashlib
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from retina.cli.folder_lock import locked
from retina.cli.inputs import ByPhotograph, name_of
from retina.cli.results import (
    RESULTS,
    OutputFolderError,
    Results,
    Row,
    read_results,
)
from retina.error_codes import STATUS
from retina.errors import PhotographError, PhotographTooLargeError
from retina.imaging import rendering
from retina.imaging.columns import FOUND, columns_of, text
from retina.imaging.findings import findings_of
from retina.imaging.network import VesselNetwork
from retina.imaging.pipeline import Picture, Prediction, predict
from retina.settings import Settings

OUTPUTS: dict[str, dict[str, Picture]] = rendering.OUTPUTS | {"overlay": {"overlay": rendering.overlay_png}}
"""The images of each output, as in the API. All are PNG files; apart from the preview's, in the photograph's own size.
"""

_writing = threading.Lock()


@dataclass(frozen=True)
class Options:
    """How photographs are segmented. `outputs` are keys of `OUTPUTS`; `threshold`, 0 to 1, replaces the model card's.

    `flips` turns on test-time augmentation (the mean over mirror images), `again` recomputes everything, `force` also
    segments photographs unlike a retina.
    """

    outputs: Sequence[str]
    threshold: float | None = None
    flips: bool = False
    again: bool = False
    force: bool = False

    @property
    def pictures(self) -> dict[str, Picture]:
        """The images to write, by name."""
        return {name: draw for output in self.outputs for name, draw in OUTPUTS[output].items()}


def segment_files(
    files: Sequence[Path], out: Path, network: VesselNetwork, settings: Settings, options: Options
) -> Iterator[Row]:
    """Segment `files` into `out`; yields the row of each file once it is on disk, in the order in which they finish.

    Up to `settings.cores` photographs are processed at the same time. Raises `OutputFolderError` if `out` cannot be
    written, another run is writing to it, or it contains a `results.csv` of another program.
    """
    with locked(out):
        earlier = ByPhotograph[Row]()
        for row in read_results(out):
            earlier.put(row.path(out), row)
        before = {file: known for file in files if (known := earlier.pop(file))}
        others = [*earlier.values()]
        job = _Job(out, network, settings, options, before, _shared_stems(files, before, others, out))
        if not (out / RESULTS).exists():
            job.refuse_foreign_files(files)
        threads = ThreadPoolExecutor(settings.cores)
        try:
            unchanged = {file: row for file, row in zip(files, threads.map(job.unchanged, files), strict=True) if row}
            # Write the unchanged rows first, so that a run that is killed has lost none of them.
            with Results(out, [*others, *unchanged.values()]) as results:
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
    options: Options
    before: Mapping[Path, Row]
    """The rows of earlier runs for the files of this one."""
    shared_stems: frozenset[str]

    def run(self, file: Path) -> Row:
        """Segment one file and write its images."""
        try:
            self._demand_short_name(file)
            return self._segmented(file)
        except (OSError, UnicodeError) as error:
            reason = f"The file could not be read, or its result could not be written: {error}."
            return Row(name_of(file), "failed", "file_error", reason, Row.location_of(file, self.out))

    def _segmented(self, file: Path) -> Row:
        options, location = self.options, Row.location_of(file, self.out)
        try:
            prediction = predict(
                self._read(file),
                self.network,
                options.pictures,
                **self.settings.limits,
                threshold=options.threshold,
                flips=options.flips,
                force=options.force,
            )
        except PhotographError as error:
            found = {"photo_sha256": _sha256(file)}
            return Row(name_of(file), "rejected", STATUS[type(error)][1], str(error), location, found=found)
        for name, picture in prediction.pictures.items():
            _write(self._path(file, prediction.sha256, name), picture)
        return self._row(file, prediction)

    def refuse_foreign_files(self, files: Sequence[Path]) -> None:
        """Raises `OutputFolderError` if an image would overwrite a file that no earlier run has written."""
        new = (file for file in files if file.stem.casefold() not in self.shared_stems)
        images = (self._path(file, "", name) for file in new for name in self.options.pictures)
        for path in filter(os.path.exists, images):
            raise OutputFolderError(f"{path} is in the way. Move it, or choose another --out.")

    def unchanged(self, file: Path) -> Row | None:
        """The earlier run's row, if photograph, network and options are unchanged and the images still exist."""
        row, options = self.before.get(file), self.options
        threshold = self.network.card.threshold if options.threshold is None else options.threshold
        if (
            row is None
            or options.again
            or row.status != "done"
            or row.found.keys() != FOUND.keys()  # an earlier version measured less
            or (row.card_sha256, row.found["flips"]) != (self.network.card.digest, text(options.flips))
            or row.found["threshold"] != text(threshold)
            or (row.found["fundus_like"] != text(True) and not options.force)
        ):
            return None
        try:
            same = _sha256(file) == row.found["photo_sha256"]
        except OSError:
            return None
        # The images have the name by which the photograph was first given.
        first = file if row.file == name_of(file) else Path(row.file)
        images = [self._path(first, row.found["photo_sha256"], name) for name in options.pictures]
        return row if same and all(map(os.path.exists, images)) else None

    def _demand_short_name(self, file: Path) -> None:
        for name in self.options.pictures:
            try:
                os.lstat(self._path(file, "0" * 64, name))
            except FileNotFoundError:
                continue
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise
                raise OSError(f"the name is too long with “_{name}.png” after it; rename the photograph") from None

    def _read(self, file: Path) -> bytes:
        if not file.is_file():
            raise FileNotFoundError("it is gone, or not a regular file")
        # Three uncompressed 16-bit channels are 6 bytes per pixel, so no larger file can be within the pixel limit.
        if file.stat().st_size > 8 * self.settings.max_pixels:
            limit = f"{self.settings.max_pixels / 1e6:.0f} megapixels"
            raise PhotographTooLargeError(f"The file is larger than any photograph of {limit}. Send a smaller one.")
        return file.read_bytes()

    def _path(self, file: Path, sha256: str, picture: str) -> Path:
        """The output path. Inputs with the same stem get the first eight digits of their SHA-256 (column photo_sha256)
        added.
        """
        stem = f"{file.stem}-{sha256[:8]}" if file.stem.casefold() in self.shared_stems else file.stem
        return self.out / f"{stem}_{picture}.png"

    def _row(self, file: Path, prediction: Prediction) -> Row:
        card = self.network.card
        found = columns_of(findings_of(prediction, card, ""))
        location = Row.location_of(file, self.out)
        return Row(name_of(file), "done", location=location, card_sha256=card.digest, found=found)


def _shared_stems(
    files: Sequence[Path], before: Mapping[Path, Row], others: Sequence[Row], out: Path
) -> frozenset[str]:
    """Stems that need a suffix, case-folded because some file systems ignore case: those of several photographs, now or
    in an earlier run, and those whose images would have the name of an input inside the output folder.
    """
    inside = {file.name.casefold() for file in files if file.parent.resolve() == out.resolve()}
    pictures = [name for output in OUTPUTS.values() for name in output]
    named_like_inputs = {
        file.stem.casefold() for file in files if inside & {f"{file.stem}_{name}.png".casefold() for name in pictures}
    }
    counts = Counter(Path(row.file).stem.casefold() for row in others)
    for file in files:
        # An earlier run may have found the same photograph by another name, which its images have.
        names = [file, Path(before[file].file)] if file in before else [file]
        counts.update({name.stem.casefold() for name in names})
    return frozenset(stem for stem, count in counts.items() if count > 1) | named_like_inputs


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing. One thread at a time: copies of one photograph share their images."""
    partial = path.with_name(".retina.partial")
    with _writing:
        partial.write_bytes(data)
        partial.replace(path)
