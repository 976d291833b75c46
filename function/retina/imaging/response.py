"""The schema of the response to a prediction: findings, images and, of a saved one, where its images are."""

from typing import Annotated

from pydantic import BaseModel, Field

from retina.imaging.correction_schemas import CorrectionMade
from retina.imaging.graph.schemas import GraphFeatures
from retina.imaging.schemas import Base64Image, Findings


class Images(BaseModel):
    """The requested images; others are left out."""

    original_image: Base64Image | None = Field(None, description="output preview: PNG, 128x128")
    prediction_image: Base64Image | None = Field(None, description="output preview: PNG, 128x128, 0 and 255")
    mask: Base64Image | None = Field(None, description="1-bit PNG of the photograph's own size, white on vessels")
    probability: Base64Image | None = Field(None, description="8-bit gray PNG of the photograph's own size, 255 is 1")
    overlay: Base64Image | None = Field(
        None,
        description=(
            "JPEG, longer side at most 2,048 pixels: vessels cyan; with output artery_vein arteries pink and veins "
            "blue, with output disc also the optic disc's rim"
        ),
    )
    skeleton: Base64Image | None = Field(None, description="1-bit PNG of the photograph's own size, centre lines")
    artery_vein: Base64Image | None = Field(
        None,
        description="PNG of the photograph's own size, on black: arteries red, veins blue, unclear vessels white",
    )
    disc: Base64Image | None = Field(
        None, description="1-bit PNG of the photograph's own size, white on the optic disc; black if none is in view"
    )
    field_of_view: Base64Image | None = Field(
        None, description="1-bit PNG of the photograph's own size, white where vessels were looked for"
    )


ImageUrls = Annotated[
    dict[str, str],
    Field(
        description=("where its pictures are, on this service and with the same credentials; each redirects to a link"),
        examples=[{"mask": "/api/v1/predictions/6f1c2a7e0a7b4bb3b0b7c6b2a7d3e5f1/mask.png"}],
    ),
]


class PredictionResponse(Findings):
    """The vessels of one photograph. For research and education, not for diagnosis."""

    graph: GraphFeatures | None = Field(
        None,
        description=(
            "nodes and segments of the vessels, in pixels of the upright photograph; if graph is among the outputs"
        ),
    )
    correction: CorrectionMade | None = Field(
        None, description="if corrected masks were sent: the measurements and images are of these"
    )
    images: Images = Field(description=("empty if the pictures of a saved prediction would not fit into one answer"))
    image_urls: ImageUrls | None = Field(None, description="of a saved prediction")
