"""`retina segment`: segment photographs and folders of photographs on this computer."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from retina.cli.arguments import photographs, positive
from retina.cli.ending import name_hidden, reason, stopped, summary, wrong
from retina.settings import Settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program."""
    command = commands.add_parser("segment", help="segment photographs and folders of photographs")
    photographs(command)
    command.add_argument(
        "--outputs",
        default="mask,probability,overlay",
        type=_outputs,
        metavar="LIST",
        help="comma-separated: preview, mask, probability, overlay, skeleton, artery_vein, disc, field_of_view, graph, "
        "intervals (default: %(default)s); intervals are in measurements.csv",
    )
    command.add_argument(
        "--jobs", type=positive, metavar="N", help="photographs processed at a time (default: one per core)"
    )
    command.add_argument("--again", action="store_true", help="also process photographs that an earlier run has done")
    command.set_defaults(run=run)


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Exit status 0: all photographs done; 1: some were rejected or failed; 2: the command could not run."""
    from contextlib import closing

    from tqdm import tqdm

    from retina.cli.folder_lock import locked
    from retina.cli.folders import Options, segment_frames
    from retina.cli.frames import find_frames
    from retina.cli.inputs import find_photographs
    from retina.cli.output_errors import OutputFolderError
    from retina.imaging.network import VesselNetwork
    from retina.imaging.rendering import INTERVALS

    if parsed.jobs:
        settings = settings.model_copy(update={"cores": parsed.jobs})
    statuses: Counter[str] = Counter()
    try:
        hidden: list[Path] = []
        files = find_photographs(parsed.paths, parsed.out, hidden)
        name_hidden(hidden)
        options = Options(
            parsed.outputs,
            parsed.threshold,
            parsed.flips,
            parsed.again,
            parsed.force,
            measurements=parsed.measurements or INTERVALS in parsed.outputs,
        )
        network = VesselNetwork(settings.model, threads=settings.cores)
        with locked(parsed.out):
            frames = find_frames(files, settings)
            with (
                tqdm(total=len(frames), unit="photo", disable=None) as progress,
                closing(segment_frames(frames, parsed.out, network, settings, options)) as rows,
            ):
                for row in rows:
                    statuses[row.status] += 1
                    if row.status != "done":
                        progress.write(reason(row.file, row.reason, row.frame_number), file=sys.stderr)
                    progress.update()
    except (FileNotFoundError, OutputFolderError) as error:
        return wrong(str(error))
    except KeyboardInterrupt:
        return stopped()
    except OSError as error:
        return wrong(f"The results cannot be written: {error}.")
    return summary(statuses, parsed.out)


def _outputs(text: str) -> list[str]:
    from retina.imaging.rendering import INTERVALS, OUTPUTS

    names, known = [name.strip() for name in text.split(",") if name.strip()], (*OUTPUTS, INTERVALS)
    if not names or not set(names) <= set(known):
        raise argparse.ArgumentTypeError(f"takes any of {', '.join(known)}, separated by commas")
    return list(dict.fromkeys(names))
