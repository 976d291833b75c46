"""`retina serve` and `retina worker`: serve the page and the API from this computer, and process their jobs."""

import argparse
import os
import signal
import socket
import threading
from contextlib import nullcontext, suppress

from retina import __version__
from retina.cli.ending import wrong
from retina.payment.keys import StripeKeysError
from retina.payment.selling import Selling
from retina.settings import Settings

EXIT_SECONDS = 1
"""How long the process may take to exit once its grace period is over."""
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - recognised here, not listened on
"""Listening addresses that are not host names a client could use."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the program."""
    serve = commands.add_parser("serve", help="serve the page and the API from this computer")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this computer only)")
    serve.add_argument("--port", type=int, default=8000, help="the port to listen on; 0: any (default: %(default)s)")
    serve.set_defaults(run=run)
    worker = commands.add_parser(
        "worker", help="process waiting jobs, and exit when there are none; `serve` starts workers when needed"
    )
    worker.set_defaults(run=run_worker)


def cannot_sell(selling: Selling) -> str | None:
    """Why credits cannot be sold although the settings say so, if that is the case."""
    try:
        selling.checkout  # noqa: B018 - opened here, so that a mistake stops the start
    except StripeKeysError as error:
        return f"Stripe cannot be asked: {error}."
    except ImportError:
        return "Selling credits needs Stripe's library: pip install 'retina-vessels[payment]'."
    return None


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Serve until asked to stop."""
    import uvicorn

    from retina.app import create_app
    from retina.cli.connections import (
        ACCEPTED_AT_ONCE,
        DESCRIPTORS_BESIDE,
        DESCRIPTORS_EACH,
        connection_class,
        descriptors,
    )
    from retina.jobs.retention import Retention
    from retina.jobs.worker import GRACE_SECONDS, Workers
    from retina.queue.sqlite import LocalQueue

    try:
        listening = bound_socket(parsed.host, parsed.port)
    except (OSError, OverflowError) as error:
        return wrong(f"Cannot listen on {parsed.host}:{parsed.port}: {str(error).rstrip('.')}. Choose another --port.")
    hosts = ",".join([settings.hosts, *([] if parsed.host in EVERYWHERE else [parsed.host])])
    app = create_app(settings.model_copy(update={"hosts": hosts}))
    if settings.stripe and (reason := cannot_sell(app.state.selling)):
        return wrong(reason)
    port = listening.getsockname()[1]
    host = "127.0.0.1" if parsed.host in EVERYWHERE else parsed.host
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/"
    most = min(settings.connections, (descriptors() - DESCRIPTORS_BESIDE) // DESCRIPTORS_EACH)
    if most < 1:
        return wrong("This process is not allowed to open enough files. Raise the limit: ulimit -n 1024.")
    config = uvicorn.Config(
        app,
        http=connection_class(most, settings.receive_seconds),
        ws="none",
        log_level="warning",
        server_header=False,
        lifespan="off",
        backlog=ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )

    class Server(uvicorn.Server):
        """Lets the workers shut down at the same time as the requests."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            if isinstance(workers, Workers):
                workers.stop()
            await super().shutdown(sockets)

    queue = app.state.services.queue
    workers = Workers(queue, settings.workers) if isinstance(queue, LocalQueue) else nullcontext()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        workers,
        Retention(app.state.services),
        suppress(KeyboardInterrupt),
    ):  # uvicorn raises the signal again after shutting down
        print(f"Retina {__version__} is at {address} and its API at {address}api/v1/docs", flush=True)
        print("Stop it with Ctrl+C. For research and education, not a medical device.", flush=True)
        Server(config).run([listening])
    # An abandoned request may still be computing; it must not keep the process alive.
    forced_exit = threading.Timer(EXIT_SECONDS, os._exit, [0])
    forced_exit.daemon = True
    forced_exit.start()
    return 0


def bound_socket(host: str, port: int) -> socket.socket:
    """A bound socket to serve from; raises `OSError` if the address is not available."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # IPPROTO_TCP explicitly: asyncio sets TCP_NODELAY, which sends a body without delay, only on sockets declared as
    # TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening


def run_worker(parsed: argparse.Namespace, settings: Settings) -> int:
    """Process jobs until there have been none for a while."""
    from retina.imaging.network import VesselNetwork
    from retina.jobs.work import Work
    from retina.jobs.worker import run
    from retina.queue.sqlite import LocalQueue
    from retina.services import Services

    services = Services(settings)
    if not isinstance(services.queue, LocalQueue):
        return wrong(
            "RETINA_QUEUE_URL is set: Lambda takes the jobs of that queue, so a local worker has nothing to do."
        )
    run(services.queue, Work(services, VesselNetwork(settings.model)))
    return 0
