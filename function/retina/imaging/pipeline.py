"""One prediction, from the bytes of a file to everything a response needs. The API and the command line both use it.

Takes the bytes, limits and the network, and returns a `Prediction`. This holds only encoded images and numbers; the
large arrays are dropped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from retina.errors import NotAFundusPhotographError
from retina.imaging.clarity import clarity
from retina.imaging.confidence import NOT_A_RETINA, OTHER_THRESHOLD, Expectation, expectation, expected_dice
from retina.imaging.correction import Correction
from retina.imaging.decoding.decoder import decoder
from retina.imaging.decoding.facts import Facts, Laterality
from retina.imaging.field_of_view import FieldOfView
from retina.imaging.measurements.intervals import Intervals, measured_intervals
from retina.imaging.measurements.observation import Observation
from retina.imaging.measurements.obstacle import obstacle
from retina.imaging.measurements.regional import RegionalValue, measure_regions
from retina.imaging.measurements.registry import Measured, measure
from retina.imaging.model_card import CanvasSize
from retina.imaging.network import VesselNetwork
from retina.imaging.photograph import Photograph
from retina.imaging.quality import QualityReport, quality_report
from retina.imaging.reduction import reduce
from retina.imaging.retina_gate import Verdict, impossible, judge, judge_by_colour
from retina.imaging.segmentation import Segmentation, segment
from retina.imaging.structures.finding import OF_STRUCTURES, Structures, find_structures
from retina.imaging.structures.network import structure_network

Picture = Callable[[Photograph, Segmentation], bytes]
NOTHING: Mapping[str, Picture] = {}


@dataclass(frozen=True)
class Corrected:
    """What was measured on the corrected masks, and whether they say `kinds`. The rest is as in `Prediction`."""

    kinds: bool
    measured: Measured
    regional: list[RegionalValue] | None
    structures: Structures | None


@dataclass(frozen=True)
class Prediction:
    """The findings of one photograph. Sizes are in pixels; `pictures` are encoded image files by name.

    The `verdict` is "no" only if `force` was set. `expected` is the expected agreement with a human observer.
    `structures` is None unless one of the pictures `OF_STRUCTURES` was asked for, and `regional` unless arteries and
    veins were, and `intervals` unless they were. `corrected` is what was measured on the masks of a person, if there
    are any; all else but the `pictures` is what the network found.
    """

    width: int
    height: int
    field_of_view: FieldOfView
    verdict: Verdict
    quality: QualityReport
    sha256: str
    facts: Facts
    threshold: float
    canvas: CanvasSize
    flips: bool
    expected: Expectation
    measured: Measured
    network_seconds: float
    pictures: dict[str, bytes]
    structures: Structures | None = None
    regional: list[RegionalValue] | None = None
    intervals: Intervals | None = None
    corrected: Corrected | None = None


def predict(
    data: bytes,
    network: VesselNetwork,
    pictures: dict[str, Picture],
    *,
    max_pixels: int,
    min_side: int,
    frame: int = 0,
    threshold: float | None = None,
    flips: bool = False,
    force: bool = False,
    intervals: bool = False,
) -> Prediction:
    """Decode, segment and measure the photograph in the file `data`, and render `pictures`.

    `frame`, from 0, is the one of a DICOM file. Raises the `PhotographError`s; for the rest see `predict_photograph`.
    """
    with decoder().photograph(data, max_pixels=max_pixels, min_side=min_side, frame=frame) as photograph:
        return predict_photograph(
            photograph, network, pictures, threshold=threshold, flips=flips, force=force, intervals=intervals
        )


def predict_photograph(
    photograph: Photograph,
    network: VesselNetwork,
    pictures: dict[str, Picture],
    *,
    threshold: float | None = None,
    flips: bool = False,
    force: bool = False,
    eye: Laterality | None = None,
    pixel_size: float | None = None,
    intervals: bool = False,
    structures: bool = False,
    correction: Correction | None = None,
    of_network: Mapping[str, Picture] = NOTHING,
) -> Prediction:
    """Segment and measure `photograph`, and render `pictures`.

    Raises `NotAFundusPhotographError` if it does not look like a retina, unless `force` is set. `flips` turns on
    test-time augmentation: the mean over four mirror images, in four times the network's time. `eye` is which one it
    is, and `pixel_size` that on the retina in micrometres, both by default as the file states them. `intervals`
    measures everything twice more. `structures` looks for arteries and veins, disc and fovea whatever the pictures.

    With a `correction`, its vessels are measured as well, and `pictures` show them; the pictures `of_network`, which
    become part of the others, always show what the network found.
    """
    view, fitted = photograph.field_of_view, network.card.confidence
    verdict = impossible(photograph.rgb, view)
    if verdict is None and not (fitted and fitted.weights):
        verdict = judge_by_colour(photograph.rgb, view)
    if not force:
        _let_in(verdict)
    segmentation = segment(photograph, network, threshold, flips=flips)
    height, width = segmentation.vessels.shape
    reduction = reduce(photograph.rgb, segmentation.probability, view)
    if verdict is None:
        verdict = judge(reduction)
    if not force:
        _let_in(verdict)
    numbers = clarity(reduction, view)
    promised = expected_dice(segmentation.probability, segmentation.vessels, fitted, numbers)
    expected = expectation(promised, fitted, numbers)
    quality = quality_report(numbers, view, verdict, promised)
    if verdict.retina != "yes":
        expected = Expectation(reason=NOT_A_RETINA)
    # The confidence was fitted at the card's threshold. What another one is worth, nobody has measured.
    elif fitted and segmentation.threshold != network.card.threshold_at(view.side):
        expected = Expectation(reason=OTHER_THRESHOLD)
    marked = OF_STRUCTURES & (pictures.keys() | of_network.keys())
    if marked or structures or _has_kinds(correction):
        found = find_structures(photograph, segmentation.vessels, structure_network())
        segmentation = replace(segmentation, structures=found, marked=marked)
    observation = Observation(
        segmentation.vessels,
        view,
        segmentation.probability,
        segmentation.structures,
        pixel_size or photograph.facts.pixel_size_um,
        obstacle(quality, numbers, view),
        with_kinds="artery_vein" in segmentation.marked or structures,
        eye=eye or photograph.facts.laterality,
    )
    measured = measure(observation)
    regional = measure_regions(observation, measured) if observation.with_kinds else None
    around = measured_intervals(observation, segmentation.threshold, measured.values) if intervals else None
    segmentation = replace(segmentation, graph=None if observation.obstacle else observation.graph)
    drawn = {name: draw(photograph, segmentation) for name, draw in of_network.items()}
    corrected, segmentation = _with(correction, observation, segmentation)
    return Prediction(
        width=width,
        height=height,
        field_of_view=view,
        verdict=verdict,
        quality=quality,
        sha256=photograph.sha256,
        facts=photograph.facts,
        threshold=segmentation.threshold,
        canvas=segmentation.canvas,
        flips=flips,
        expected=expected,
        network_seconds=segmentation.network_seconds,
        measured=measured,
        intervals=around,
        pictures=drawn | {name: draw(photograph, segmentation) for name, draw in pictures.items()},
        structures=observation.structures and observation.structures.detached(),
        regional=regional,
        corrected=corrected,
    )


def _has_kinds(correction: Correction | None) -> bool:
    return correction is not None and correction.has_kinds


def _with(
    correction: Correction | None, observation: Observation, segmentation: Segmentation
) -> tuple[Corrected | None, Segmentation]:
    """What is measured on the masks of a person, and these with their graph; the `segmentation` itself without any.

    `observation` is that of the network's vessels.
    """
    if correction is None:
        return None, segmentation
    segmentation = _corrected(segmentation, correction.within(observation.view))
    again = replace(
        observation,
        vessels=segmentation.vessels,
        structures=segmentation.structures,
        with_kinds=observation.with_kinds or correction.has_kinds,
        changed=segmentation.changed,
    )
    measured = measure(again)
    regional = measure_regions(again, measured) if again.with_kinds else None
    structures = segmentation.structures and segmentation.structures.detached()
    graph = None if again.obstacle else again.graph
    return Corrected(correction.has_kinds, measured, regional, structures), replace(segmentation, graph=graph)


def _corrected(segmentation: Segmentation, correction: Correction) -> Segmentation:
    """The segmentation with the vessels of a person and, if these say so, with their kinds."""
    structures = segmentation.structures
    if structures and correction.has_kinds:
        structures = replace(structures, find_kinds=correction.kinds, kinds_on=None, colour=True)
    elif structures:
        structures = structures.of(correction.vessels)
    return replace(
        segmentation,
        vessels=correction.vessels,
        structures=structures,
        graph=None,
        correction=correction,
        changed=correction.vessels != segmentation.vessels,
    )


def _let_in(verdict: Verdict | None) -> None:
    """Raise `NotAFundusPhotographError`, with what was looked for and not found, if the verdict is "no"."""
    if verdict and verdict.retina == "no":
        raise NotAFundusPhotographError(
            f"{verdict.sentence} If it is a photograph of one retina, choose to segment it anyway."
        )
