"""Segments photographs; writes the images and `results.csv` to an output folder.

There is one CSV row for every photograph, and for every frame of a file with several. A bad one never stops the run,
and results that an earlier run wrote for the same photograph with the same network and options are not computed again.
"""

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from retina import __version__
from retina.cli.companions import WHY
from retina.cli.earlier_runs import earlier_rows, file_name, frame_of, shared_stems
from retina.cli.ending import SKIPPED
from retina.cli.frames import Frame, read_photograph
from retina.cli.growing_table import demand_writable, growing
from retina.cli.inputs import name_of
from retina.cli.measurement_table import (
    MEASUREMENTS_FILE,
    Identity,
    MeasurementTable,
    identity_of,
    is_there,
    measured_before,
)
from retina.cli.output_errors import OutputFolderError
from retina.cli.own_words import in_own_words
from retina.cli.results import RESULTS, Results, Row
from retina.error_codes import STATUS
from retina.errors import PhotographError
from retina.imaging import rendering
from retina.imaging.columns import FOUND, columns_of, text
from retina.imaging.findings import findings_of
from retina.imaging.measurement_rows import measurement_rows
from retina.imaging.network import VesselNetwork
from retina.imaging.pipeline import Picture, Prediction, predict
from retina.imaging.structures.finding import OF_STRUCTURES
from retina.imaging.structures.shipped import shipped_sha256
from retina.settings import Settings

OUTPUTS: dict[str, dict[str, Picture]] = rendering.OUTPUTS | {"overlay": {"overlay": rendering.overlay_png}}
"""The images of each output, as in the API. All are PNG files; apart from the preview's, in the photograph's own size.
The graph is JSON.
"""

_writing = threading.Lock()


@dataclass(frozen=True)
class Options:
    """How photographs are segmented. `outputs` are keys of `OUTPUTS`, and `rendering.INTERVALS`; `threshold`, 0 to 1,
    replaces the model card's.

    `flips` turns on test-time augmentation (the mean over mirror images), `again` recomputes everything, `force` also
    segments photographs unlike a retina, `measurements` writes the table in long form, the only one with intervals.
    """

    outputs: Sequence[str]
    threshold: float | None = None
    flips: bool = False
    again: bool = False
    force: bool = False
    measurements: bool = False

    @property
    def shown(self) -> str:
        """What an overlay shows that is drawn with these options, for a cell."""
        return " ".join(["vessels", *sorted(OF_STRUCTURES.intersection(self.outputs))])

    @property
    def pictures(self) -> dict[str, Picture]:
        """The images to write, by name."""
        return {name: draw for output in self.outputs for name, draw in OUTPUTS.get(output, {}).items()}

    @property
    def intervals(self) -> bool:
        """Whether each measurement has an interval."""
        return rendering.INTERVALS in self.outputs


def segment_frames(
    frames: Sequence[Frame], out: Path, network: VesselNetwork, settings: Settings, options: Options
) -> Generator[Row]:
    """Segment all frames of some files into `out`, whose lock the caller has; yields the row of each once it is on
    disk, in the order in which they finish.

    Up to `settings.cores` frames are processed at the same time. Raises `OutputFolderError` if `out` cannot be written,
    or contains a `results.csv`, or the `measurements.csv` to be written, of another program.

    A folder that has a `measurements.csv` keeps it up to date, whatever the options.
    """
    before, others = earlier_rows(frames, out)
    shared = shared_stems(frames, before, others, out, [name for output in OUTPUTS.values() for name in output])
    measured = measured_before(out, intervals=options.intervals) if options.measurements else frozenset[Identity]()
    long_form = options.measurements or is_there(out)
    for name in (RESULTS, MEASUREMENTS_FILE) if long_form else (RESULTS,):
        demand_writable(out / name)  # before every photograph is read
    job = _Job(out, network, settings, options, before, shared, measured)
    if not (out / RESULTS).exists():
        job.refuse_foreign_files(frames)
    threads = ThreadPoolExecutor(settings.cores)
    try:
        unchanged = {frame: row for frame, row in zip(frames, threads.map(job.unchanged, frames), strict=True) if row}
        # Write the unchanged rows first, so that a run that is killed has lost none of them.
        kept = [*others, *unchanged.values()]
        results, table = Results(out, kept), MeasurementTable(out, kept) if long_form else None
        with growing(results, table) if table else growing(results):
            yield from unchanged.values()
            # Nothing but the generator knows the futures, so that no row stays in memory once it is written.
            for done in as_completed(threads.submit(job.run, frame) for frame in frames if frame not in unchanged):
                row = done.result()
                if table:
                    table.write(row)
                results.write(row)
                yield row
    finally:
        threads.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class _Job:
    out: Path
    network: VesselNetwork
    settings: Settings
    options: Options
    before: Mapping[Frame, Row]
    """The rows of earlier runs for the frames of this one."""
    shared_stems: frozenset[str]
    measured: frozenset[Identity]
    """The photographs whose measurements an earlier run has written, if they are wanted."""
    digest: Callable[[Path], str] = field(default_factory=lambda: cache(_sha256))
    """The SHA-256 of a file, computed once for all its frames."""

    def run(self, frame: Frame) -> Row:
        """Segment one frame and write its images."""
        if frame.companion:
            return replace(self._row(frame, SKIPPED), reason=WHY)
        try:
            self._demand_short_name(frame)
            with frame.turn():
                return self._segmented(frame)
        except (OSError, UnicodeError) as error:
            reason = f"The file could not be read, or its result could not be written: {error}."
            return replace(self._row(frame, "failed"), code="file_error", reason=reason)

    def _segmented(self, frame: Frame) -> Row:
        options = self.options
        try:
            if frame.refusal:
                raise frame.refusal
            prediction = predict(
                read_photograph(frame.file, self.settings),
                self.network,
                options.pictures,
                **self.settings.limits,
                frame=(frame.number or 1) - 1,
                threshold=options.threshold,
                flips=options.flips,
                force=options.force,
                intervals=options.intervals,
            )
        except PhotographError as error:
            found = {"photo_sha256": self.digest(frame.file)}
            code = STATUS[type(error)][1]
            return replace(self._row(frame, "rejected"), code=code, reason=in_own_words(str(error)), found=found)
        for name, picture in prediction.pictures.items():
            _write(self._path(frame, prediction.sha256, name), picture)
        return self._done(frame, prediction)

    def refuse_foreign_files(self, frames: Sequence[Frame]) -> None:
        """Raises `OutputFolderError` if an image would overwrite a file that no earlier run has written."""
        new = (frame for frame in frames if not frame.companion and frame.stem.casefold() not in self.shared_stems)
        images = (self._path(frame, "", name) for frame in new for name in self.options.pictures)
        for path in filter(os.path.exists, images):
            raise OutputFolderError(f"{path} is in the way. Move it, or choose another --out.")

    def unchanged(self, frame: Frame) -> Row | None:
        """The earlier run's row, if photograph, network and options are unchanged, and what this run is to write still
        exists.
        """
        row, options = self._same(frame), self.options
        if (
            row is None
            or ("overlay" in options.outputs and row.overlay_shows != options.shown)
            or (options.measurements and identity_of(row) not in self.measured)
        ):
            return None
        # The images have the name by which the photograph was first given.
        first = frame if row.file == name_of(frame.file) else frame_of(row)
        images = [self._path(first, row.found["photo_sha256"], name) for name in options.pictures]
        return row if all(map(os.path.exists, images)) else None

    def _same(self, frame: Frame) -> Row | None:
        """The earlier run's row, if photograph, network and options are unchanged."""
        row, options = self.before.get(frame), self.options
        if (
            row is None
            or options.again
            or row.status != "done"
            or row.found.keys() != FOUND.keys()  # an earlier version measured less
            or (row.card_sha256, row.found["flips"]) != (self.network.card.digest, text(options.flips))
            or row.threshold_asked != text(options.threshold is not None)
            or (options.threshold is not None and row.found["threshold"] != text(options.threshold))
            or (self.finds_structures and row.found.get("structures_sha256") != shipped_sha256())
            or (row.found["fundus_like"] != text(True) and not options.force)
        ):
            return None
        try:
            same = self.digest(frame.file) == row.found["photo_sha256"]
        except OSError:
            return None
        return row if same else None

    @property
    def finds_structures(self) -> bool:
        return not OF_STRUCTURES.isdisjoint(self.options.pictures)

    def _demand_short_name(self, frame: Frame) -> None:
        for name in self.options.pictures:
            try:
                os.lstat(self._path(frame, "0" * 64, name))
            except FileNotFoundError:
                continue
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise
                raise OSError(
                    f"the name is too long with “{file_name('', name)}” after it; rename the photograph"
                ) from None

    def _path(self, frame: Frame, sha256: str, picture: str) -> Path:
        """The output path. Inputs with the same stem get the first eight digits of their SHA-256 (column photo_sha256)
        added.
        """
        stem = f"{frame.stem}-{sha256[:8]}" if frame.stem.casefold() in self.shared_stems else frame.stem
        return self.out / file_name(stem, picture)

    def _done(self, frame: Frame, prediction: Prediction) -> Row:
        card, before = self.network.card, self._same(frame)
        findings = findings_of(prediction, card, "", software=__version__)
        shown = self.options.shown if "overlay" in self.options.outputs else before.overlay_shows if before else ""
        return replace(
            self._row(frame, "done"),
            card_sha256=card.digest,
            threshold_asked=text(self.options.threshold is not None),
            overlay_shows=shown,
            found=columns_of(findings),
            measured=[*measurement_rows(findings)],
        )

    def _row(self, frame: Frame, status: str) -> Row:
        location = Row.location_of(frame.file, self.out)
        return Row(name_of(frame.file), status, location=location, frame_number=frame.cell)


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing. One thread at a time: copies of one photograph share their images."""
    partial = path.with_name(".retina.partial")
    with _writing:
        partial.write_bytes(data)
        partial.replace(path)
