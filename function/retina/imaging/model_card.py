"""The model card: what the pipeline needs to know about a network to serve it.

`read_model_card` reads and validates a card (JSON) and the `.tflite` file beside it. It does not run the network.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from retina.errors import ModelCardError
from retina.imaging.clarity import NUMBERS
from retina.imaging.repeatability import RegionalRepeatability, Repeatability, RepeatabilityStudy


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CanvasSize(_Part):
    """One input size of the network, in pixels, and the fields of view that it serves: by their width in pixels, and by
    how many times as wide as high they are.
    """

    height: Annotated[int, Field(gt=0)]
    width: Annotated[int, Field(gt=0)]
    field_of_view_width_from: Annotated[int, Field(gt=0)] = 1
    field_of_view_width_up_to: Annotated[int, Field(gt=0)] | None = Field(None, description="null: no limit")
    field_of_view_aspect_from: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        0, description="width divided by height"
    )

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    def serves(self, width: float, height: float) -> bool:
        """Whether it is meant for fields of view of this width and height in pixels."""
        reach = self.field_of_view_width_up_to
        wide_enough = self.field_of_view_width_from <= width and self.field_of_view_aspect_from <= width / height
        return wide_enough and (reach is None or width <= reach)


class SizeThreshold(_Part):
    """The threshold for fields of view whose longer side has up to so many pixels."""

    field_of_view_side_up_to: Annotated[int, Field(gt=0)]
    threshold: Annotated[float, Field(ge=0, le=1)]


Tiles = Annotated[int, Field(ge=1, le=64)]


class Clahe(_Part):
    """Contrast-limited adaptive histogram equalisation as OpenCV's `createCLAHE` does it."""

    method: Literal["clahe"] = "clahe"
    clip_limit: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 2.0
    tiles: tuple[Tiles, Tiles] = (8, 8)


class GlobalHistogram(_Part):
    """Histogram equalisation of the whole canvas as OpenCV's `equalizeHist` does it."""

    method: Literal["global histogram"] = "global histogram"


class NoEqualisation(_Part):
    """Gray as it is."""

    method: Literal["none"] = "none"


class Standardise(_Part):
    """(gray - mean) / deviation over the field of view, clipped to +-clip, 0 outside."""

    method: Literal["standardise"] = "standardise"
    clip: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 4.0


class Divide(_Part):
    """gray / by."""

    method: Literal["divide"] = "divide"
    by: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 255.0


class Preparation(_Part):
    """How a photograph becomes the network's input: cut out, resampled, made gray, equalised, scaled, in this order."""

    frame: Literal["field of view", "whole photograph"] = Field(
        "field of view", description="what is cut out; nothing is found outside it"
    )
    aspect: Literal["keep", "stretch"] = Field("keep", description="keep: padded with zeros around the centre")
    resampling: Literal["area", "bicubic"] = Field(
        "area",
        description="area: OpenCV's area averages on the way down, bilinear on the way up; bicubic: Pillow's",
    )
    gray: Literal["green", "luma"] = Field("green", description="luma: OpenCV's RGB2GRAY")
    outside: Literal["field-of-view mean", "as photographed"] = Field(
        "field-of-view mean", description="the value outside the field of view while contrast is equalised"
    )
    equalisation: Clahe | GlobalHistogram | NoEqualisation = Field(default_factory=Clahe, discriminator="method")
    scaling: Standardise | Divide = Field(default_factory=Standardise, discriminator="method")


class TrainingSet(_Part):
    """Photographs that the network was trained on."""

    name: str
    photographs: int
    licence: str
    citation: str
    labels: Literal["observer", "network"] = Field(
        "observer", description="who marked the vessels: a person, or another network alone"
    )


class Score(_Part):
    """One measured figure, inside the field of view at the photograph's own resolution."""

    photographs: str
    protocol: str
    dice: float
    auc: float
    sensitivity: float
    specificity: float
    mcc: float
    cldice: float


class Weight(_Part):
    """What one number of `clarity` adds to the expected Dice: weight * value, where value is between `low` and `high`.

    Outside that range nothing was measured, and no Dice is promised.
    """

    weight: float
    bend: float = Field(0, description="times the square of the distance from centre")
    centre: float = 0
    low: float
    high: float

    def of(self, value: float) -> float:
        """The part of `value`, which is held within the range."""
        held = min(self.high, max(self.low, value))
        return self.weight * held + self.bend * (held - self.centre) ** 2


class Confidence(_Part):
    """How the expected Dice of a photograph is computed: intercept + slope * uncertainty + the weighted clarity.

    uncertainty = ln(sum of probability / pixels of the mask).
    """

    intercept: float
    slope: float = 0
    weights: dict[str, Weight] = Field({}, description="by the names of retina.imaging.clarity")
    below: float | None = Field(
        None, description="how far the interval extends below an expected Dice of .8; null: no interval"
    )
    above: float | None = Field(None, description="how far it extends above")
    mean_absolute_error: float
    fitted_on: str

    @model_validator(mode="after")
    def _known(self) -> "Confidence":
        if unknown := self.weights.keys() - set(NUMBERS):
            raise ValueError(f"it weighs {', '.join(sorted(unknown))}, which are no numbers of a photograph")
        return self


class ModelCard(_Part):
    """The contents of `unet.json`."""

    name: str
    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    parameters: int
    precision: Literal["float32", "float16", "int8"]
    stride: Annotated[int, Field(gt=0)]
    canvases: Annotated[
        tuple[CanvasSize, ...], Field(min_length=1, description="the first one that serves a field of view shows it")
    ]
    preparation: Preparation
    threshold: Annotated[
        float,
        Field(ge=0, le=1, description="a vessel is where the probability is greater; for sizes not in thresholds"),
    ]
    thresholds: tuple[SizeThreshold, ...] = Field(
        (), description="for smaller fields of view: the one with the smallest sufficient side serves"
    )
    training: tuple[TrainingSet, ...]
    confidence: Confidence | None = Field(None, description="null: not fitted for this network")
    scores: tuple[Score, ...] = ()
    repeatability: RepeatabilityStudy | None = Field(None, description="null: not measured for this network")

    @property
    def digest(self) -> str:
        """SHA-256 of everything that a result depends on: not training sets, scores and repeatability."""
        beside = {"training", "scores", "repeatability"}
        return hashlib.sha256(self.model_dump_json(exclude=beside).encode()).hexdigest()

    def repeatability_of(self, measurement: str) -> Repeatability | None:
        """That of the measurement with this name; None if it was not measured, or for another network."""
        study = self._own_study
        return study.measurements.get(measurement) if study else None

    def regional_repeatability_of(self, measurement: str) -> list[RegionalRepeatability] | None:
        """Likewise of arteries and veins apart, of zones and of quadrants; None if there is none."""
        study = self._own_study
        return [each for each in study.regional if each.name == measurement] or None if study else None

    @property
    def _own_study(self) -> RepeatabilityStudy | None:
        """The one with this network."""
        study = self.repeatability
        return study if study and study.network_sha256 == self.sha256 else None

    def threshold_at(self, side: int) -> float:
        """The threshold for a field of view of `side` pixels, its longer side, unless a caller asks for another."""
        serving = [t for t in self.thresholds if side <= t.field_of_view_side_up_to]
        smallest = min(serving, key=lambda t: t.field_of_view_side_up_to, default=None)
        return smallest.threshold if smallest else self.threshold

    @model_validator(mode="after")
    def _canvases_fit(self) -> "ModelCard":
        for canvas in self.canvases:
            if canvas.height % self.stride or canvas.width % self.stride:
                raise ValueError(f"canvas {canvas} is no multiple of the network's stride {self.stride}")
        any_shape = [canvas for canvas in self.canvases if not canvas.field_of_view_aspect_from]
        limits = [canvas.field_of_view_width_up_to for canvas in any_shape]
        for width in sorted({1, *(limit + 1 for limit in limits if limit)}):  # only there can a gap begin
            if not any(canvas.serves(width, width) for canvas in any_shape):
                raise ValueError(f"no canvas serves fields of view {width} pixels wide")
        return self


def read_model_card(path: Path) -> tuple[ModelCard, bytes]:
    """Read the card at `path`; returns it and the bytes of the network it names.

    Raises `ModelCardError` if a file is missing, the card is malformed, or the network's SHA-256 differs from the
    card's.
    """
    try:
        card = ModelCard.model_validate_json(path.read_bytes())
        network = (path.parent / card.file).read_bytes()
    except OSError as error:
        raise ModelCardError(f"cannot read the model: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in error.errors()[:3])
        raise ModelCardError(f"the model card {path} is malformed or of another version: {wrong}") from error
    if hashlib.sha256(network).hexdigest() != card.sha256:
        raise ModelCardError(
            f"{path.parent / card.file} is not the network that {path.name} describes (sha256 differs)"
        )
    return card, network
