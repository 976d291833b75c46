"""The images of a response and its graph: which ones to draw and to save, whether they fit, and how they are sent."""

import base64
from collections.abc import Mapping

from retina.api.corrections import CorrectionFiles
from retina.errors import InvalidRequestError, ResponseTooLargeError
from retina.imaging.graph.schemas import GraphFeatures
from retina.imaging.pipeline import Picture
from retina.imaging.rendering import GRAPH, INTERVALS, OUTPUTS, corrected, stored
from retina.imaging.structures.finding import OF_STRUCTURES

SAVED = "saved "
"""The prefix that marks images to be saved, among all images of a prediction."""


def asked_for(outputs: str) -> dict[str, Picture]:
    """The images for a comma-separated list of outputs; raises `InvalidRequestError`."""
    names, known = names_of(outputs), (*OUTPUTS, INTERVALS)
    if not names or not set(names) <= set(known):
        raise InvalidRequestError(f"“outputs” takes any of these, separated by commas: {', '.join(known)}.")
    return {name: picture for output in names if output != INTERVALS for name, picture in OUTPUTS[output].items()}


def wants_intervals(outputs: str) -> bool:
    """Whether a comma-separated list of outputs asks for intervals."""
    return INTERVALS in names_of(outputs)


def names_of(outputs: str) -> list[str]:
    """The names in a comma-separated list of outputs."""
    return [name for each in outputs.split(",") if (name := each.strip())]


def to_draw(shown: dict[str, Picture], correction: CorrectionFiles | None) -> tuple[dict[str, Picture], ...]:
    """The images of a prediction that is saved and whose response has the images `shown`: those of what is corrected,
    or of everything without a `correction`, and those of what the network found.
    """
    kinds = correction is not None and correction.has_kinds
    own = stored(structures=kinds or not OF_STRUCTURES.isdisjoint(shown))
    drawn = corrected(kinds=kinds) if correction else {}
    return shown | {SAVED + name: draw for name, draw in drawn.items()}, {SAVED + name: own[name] for name in own}


def apart(pictures: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The images for the response, and those to be saved, each by its own name."""
    shown = {name: picture for name, picture in pictures.items() if not name.startswith(SAVED)}
    saved = {name.removeprefix(SAVED): picture for name, picture in pictures.items() if name not in shown}
    return shown, saved


def fit(pictures: Mapping[str, bytes], limit: int) -> bool:
    """Whether a response of at most `limit` bytes can hold the images."""
    return sum(_base64_bytes(picture) for picture in pictures.values()) <= limit


def refuse_too_large(pictures: Mapping[str, bytes], limit: int) -> None:
    """Raises `ResponseTooLargeError` if a response of at most `limit` bytes cannot hold the images."""
    if not fit(pictures, limit):
        largest = max(pictures, key=lambda name: len(pictures[name]))
        raise ResponseTooLargeError(
            f"The answer would be larger than {limit / 2**20:.3g} MiB. Leave “{largest}” out of the outputs, "
            "or use the command line, which has no such limit."
        )


def graph_in(pictures: Mapping[str, bytes]) -> dict[str, GraphFeatures]:
    """The vessel graph, if it is there, by its name."""
    return {GRAPH: GraphFeatures.model_validate_json(pictures[GRAPH])} if GRAPH in pictures else {}


def in_base64(pictures: Mapping[str, bytes]) -> dict[str, str]:
    """The images in base64, as JSON needs them."""
    return {name: base64.b64encode(picture).decode() for name, picture in pictures.items() if name != GRAPH}


def _base64_bytes(picture: bytes) -> int:
    return 4 * -(-len(picture) // 3)
