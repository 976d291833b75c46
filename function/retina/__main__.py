"""The command line: `retina segment`, `batch`, `serve`, `worker` and `credits`."""

import argparse
import logging
import os
import signal
import socket
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from pydantic import ValidationError

from retina import __version__
from retina.errors import ModelCardError
from retina.settings import Settings
from retina.store.database import DatabaseError

WRONG_USAGE = 2
STOPPED = 130
"""The exit status of a program that Ctrl+C ended, by convention."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 all well, 1 some photographs rejected, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="retina",
        description="The blood vessels of the retina in fundus photographs. For research and education only.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True)

    segment = commands.add_parser("segment", help="segment photographs and folders of photographs")
    segment.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a photograph or a folder")
    segment.add_argument(
        "--out", type=_folder, required=True, metavar="DIR", help="where results.csv and the pictures go"
    )
    segment.add_argument(
        "--outputs", default="mask,probability,overlay", type=_outputs, metavar="LIST", help="default: %(default)s"
    )
    segment.add_argument(
        "--jobs", type=_positive, metavar="N", help="photographs worked on at once (default: all cores)"
    )
    segment.add_argument("--flips", action="store_true", help="average over mirror images: slightly better, slower")
    segment.add_argument("--again", action="store_true", help="recompute what an earlier run has done")
    segment.add_argument("--force", action="store_true", help="segment what does not look like a fundus photograph")
    segment.set_defaults(run=_segment)

    batch = commands.add_parser("batch", help="have photographs segmented by a service elsewhere, as a batch")
    batch.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a photograph or a folder")
    batch.add_argument("--url", required=True, help="the service's address, such as https://example.org")
    batch.add_argument("--key", default=os.environ.get("RETINA_API_KEY"), help="an API key; default: RETINA_API_KEY")
    batch.add_argument("--out", type=_folder, required=True, metavar="DIR", help="where the results go")
    batch.add_argument("--outputs", default="mask,overlay", metavar="LIST", help="default: %(default)s")
    batch.add_argument("--flips", action="store_true", help="average over mirror images: slightly better, slower")
    batch.add_argument("--force", action="store_true", help="segment what does not look like a fundus photograph")
    batch.set_defaults(run=_batch)

    serve = commands.add_parser("serve", help="serve the page and the API from this computer")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen at (default: this computer only)")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    worker = commands.add_parser(
        "worker", help="work off the photographs that wait, and end when there are none; `serve` starts it when needed"
    )
    worker.set_defaults(run=_worker)

    credits = commands.add_parser("credits", help="show or grant an account's credits")
    wishes = credits.add_subparsers(required=True)
    show = wishes.add_parser("show", help="what is left, and every entry of the ledger")
    grant = wishes.add_parser("grant", help="add credits")
    for wish in (show, grant):
        wish.add_argument("account", help="its id, as GET /api/v1/usage and the page tell it")
        wish.set_defaults(run=_credits, amount=None)
    grant.add_argument("amount", type=_positive, help="how many")
    grant.add_argument("--why", default="", metavar="TEXT", help="a reason, for the ledger")

    parsed = parser.parse_args(arguments)
    # What libraries say of damaged files is said better by our own errors.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    try:
        return int(parsed.run(parsed, Settings()))
    except ModelCardError as error:
        return _wrong(f"The model cannot be used: {error}.")
    except DatabaseError as error:
        return _wrong(str(error))
    except ValidationError as error:
        wrong = "; ".join(f"RETINA_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        return _wrong(f"A setting has a value it cannot have. {wrong}.")


def _segment(parsed: argparse.Namespace, settings: Settings) -> int:
    from tqdm import tqdm

    from retina.folders import find_photographs, segment_files
    from retina.results import OutputFolderError
    from retina.unet import VesselNetwork

    if parsed.jobs:
        settings = settings.model_copy(update={"cores": parsed.jobs})
    statuses: Counter[str] = Counter()
    try:
        files = find_photographs(parsed.paths, parsed.out)
        rows = segment_files(
            files,
            parsed.out,
            VesselNetwork(settings.model),
            settings,
            parsed.outputs,
            flips=parsed.flips,
            again=parsed.again,
            force=parsed.force,
        )
        with tqdm(total=len(files), unit="photo") as progress:
            for row in rows:
                statuses[row.status] += 1
                if row.status != "done":
                    progress.write(f"{row.file}: {row.reason}", file=sys.stderr)
                progress.update()
    except (FileNotFoundError, OutputFolderError) as error:
        return _wrong(str(error))
    except KeyboardInterrupt:
        print("Stopped. The same command goes on where it was.", file=sys.stderr)
        return STOPPED
    except OSError as error:
        return _wrong(f"The results cannot be written: {error}.")
    return _summary(statuses, parsed.out)


def _summary(statuses: Counter[str], out: Path) -> int:
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items())) or "no photographs found"
    print(f"{counts}. Results are in {out}.")
    return 0 if set(statuses) <= {"done"} else 1


def _batch(parsed: argparse.Namespace, settings: Settings) -> int:
    from tqdm import tqdm

    from retina.folders import find_photographs
    from retina.remote import RemoteBatch, RemoteError
    from retina.results import OutputFolderError

    if not parsed.key:
        return _wrong("An API key is needed: --key, or RETINA_API_KEY. Make one on the service's page.")
    try:
        files = find_photographs(parsed.paths, parsed.out)
        if not files:
            return _wrong("There are no photographs.")
        wishes = {"outputs": parsed.outputs, "flips": parsed.flips, "force": parsed.force}
        batch = RemoteBatch(files, parsed.out, parsed.url, parsed.key, wishes)
        with tqdm(total=len(files), unit="photo") as progress:
            for over in batch.send():
                progress.update(over - progress.n)
        told = batch.fetch()
    except (FileNotFoundError, OutputFolderError, RemoteError) as error:
        return _wrong(str(error))
    except KeyboardInterrupt:
        print("Stopped. The same command goes on where it was.", file=sys.stderr)
        return STOPPED
    except OSError as error:
        return _wrong(f"The results cannot be written: {error}.")
    for number, (status, reason) in told.items():
        if status != "done":
            print(f"{files[number]}: {reason}", file=sys.stderr)
    return _summary(Counter(status for status, _ in told.values()), parsed.out)


def _serve(parsed: argparse.Namespace, settings: Settings) -> int:
    import uvicorn

    from retina.app import create_app
    from retina.queue.local import LocalQueue
    from retina.worker import Workers

    try:
        listening = _listening(parsed.host, parsed.port)
    except (OSError, OverflowError) as error:
        return _wrong(f"Cannot listen at {parsed.host}:{parsed.port}: {str(error).rstrip('.')}. Choose another --port.")
    app = create_app(settings)
    port = listening.getsockname()[1]
    shown = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
    address = f"http://{shown}:{port}/"
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False, lifespan="off"))
    queue = app.state.services.queue
    workers = Workers(queue, settings.workers) if isinstance(queue, LocalQueue) else nullcontext()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with workers, suppress(KeyboardInterrupt):  # uvicorn raises the signal again when it has shut down
        print(f"Retina {__version__} is at {address} and its API at {address}api/v1/docs", flush=True)
        print("Stop it with Ctrl+C. For research and education, not a medical device.", flush=True)
        server.run([listening])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said in full: asyncio sends an answer's body without waiting (TCP_NODELAY) only on sockets that say they are TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening


def _worker(parsed: argparse.Namespace, settings: Settings) -> int:
    from retina.jobs import Work
    from retina.queue.local import LocalQueue
    from retina.services import Services
    from retina.unet import VesselNetwork
    from retina.worker import run

    services = Services(settings)
    if not isinstance(services.queue, LocalQueue):
        return _wrong("RETINA_QUEUE_URL is set: Lambda takes jobs from that queue, and no worker of this kind.")
    run(services.queue, Work(services, VesselNetwork(settings.model)))
    return 0


def _credits(parsed: argparse.Namespace, settings: Settings) -> int:
    from retina.credits import Credits
    from retina.errors import NotFoundError
    from retina.store import open_records

    books = Credits(open_records(settings))
    try:
        left = (
            books.grant(parsed.account, parsed.amount, parsed.why) if parsed.amount else books.balance(parsed.account)
        )
    except NotFoundError as error:
        return _wrong(str(error))
    if not parsed.amount:
        after = None
        while entries := books.ledger(parsed.account, after=after):
            for entry in entries:
                print(f"{entry.time}  {entry.amount:+6d}  {entry.kind:6}  {entry.key_id or '-':16}  {entry.what}")
            after = entries[-1].place
    print(f"{left} credits left.")
    return 0


def _outputs(text: str) -> list[str]:
    from retina.folders import OUTPUTS

    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or not set(names) <= set(OUTPUTS):
        raise argparse.ArgumentTypeError(f"takes any of {', '.join(OUTPUTS)}, separated by commas")
    return list(dict.fromkeys(names))


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must name a folder")
    return Path(text)


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a whole number, 1 or more")
    return number


def _wrong(sentence: str) -> int:
    print(f"retina: {sentence}", file=sys.stderr)
    return WRONG_USAGE


if __name__ == "__main__":
    sys.exit(main())
