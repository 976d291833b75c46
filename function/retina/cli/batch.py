"""`retina batch`: segment photographs and folders of photographs on a remote service."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from retina.cli.arguments import photographs
from retina.cli.ending import SKIPPED, name_hidden, reason, stopped, summary, wrong
from retina.settings import Settings

DESCRIPTION = (
    "Segment photographs on a remote service, as a batch. Of a file with several frames the service segments the "
    "first one only; `retina segment` segments all of them."
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program."""
    command = commands.add_parser(
        "batch", help="segment photographs on a remote service, as a batch", description=DESCRIPTION
    )
    photographs(command)
    command.add_argument("--url", required=True, help="the service's address, such as https://example.org")
    command.add_argument("--key", default=os.environ.get("RETINA_API_KEY"), help="an API key; default: RETINA_API_KEY")
    command.add_argument(
        "--outputs",
        default="mask,overlay",
        metavar="LIST",
        help="comma-separated: mask, probability, overlay, skeleton, artery_vein, disc, field_of_view, graph, "
        "intervals (default: %(default)s)",
    )
    command.set_defaults(run=run)


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Exit status 0: all photographs done; 1: some were rejected or failed; 2: the command could not run."""
    from tqdm import tqdm

    from retina.cli.folder_lock import locked
    from retina.cli.output_errors import OutputFolderError
    from retina.cli.remote_batch import RemoteBatch
    from retina.cli.remote_service import RemoteError

    if not parsed.key:
        return wrong("An API key is needed: --key, or RETINA_API_KEY. Create one on the service's page.")
    try:
        files, skipped = _chosen(parsed)
        if not files:
            return wrong("No photographs were found.")
        options = {"outputs": parsed.outputs, "flips": parsed.flips, "force": parsed.force}
        if parsed.threshold is not None:  # batch.json of an earlier run has no entry without it
            options["threshold"] = parsed.threshold
        with locked(parsed.out):
            batch = RemoteBatch(files, parsed.out, parsed.url, parsed.key, options, measurements=parsed.measurements)
            _print_refusal(batch.not_retried)
            with tqdm(total=len(files), unit="photo", disable=None) as progress:
                for finished in batch.send():
                    progress.update(finished - progress.n)
            outcomes = batch.fetch()
    except (FileNotFoundError, OutputFolderError, RemoteError) as error:
        return wrong(str(error))
    except KeyboardInterrupt:
        return stopped()
    except OSError as error:
        return wrong(f"The results cannot be written: {error}.")
    _print_reasons(files, outcomes)
    return summary(Counter([status for status, _ in outcomes.values()] + [SKIPPED] * skipped), parsed.out)


def _chosen(parsed: argparse.Namespace) -> tuple[list[Path], int]:
    """The photographs to send, and how many other files are skipped, each of which is named."""
    from retina.cli.companions import WHY, is_companion
    from retina.cli.inputs import find_photographs

    hidden: list[Path] = []
    found = find_photographs(parsed.paths, parsed.out, hidden)
    name_hidden(hidden)
    skipped = [*filter(is_companion, found)]
    for file in skipped:
        print(reason(str(file), WHY), file=sys.stderr)
    others = {*skipped}
    return [file for file in found if file not in others], len(skipped)


def _print_refusal(sentence: str) -> None:
    if sentence:
        print(f"Photographs that had failed are not tried again: {sentence}", file=sys.stderr)


def _print_reasons(files: Sequence[Path], outcomes: Mapping[int, tuple[str, str]]) -> None:
    """Say why photographs are not done. `outcomes`: status and reason of each, by its index in `files`."""
    for number, (status, sentence) in outcomes.items():
        if status != "done":
            print(reason(str(files[number]), sentence), file=sys.stderr)
