"""Corrected masks in a form, and who sent them: which files there are, and their decoding beside a photograph."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, File, Form, Request, UploadFile

from retina.api.photographs import FILE, MASKS, refuse_other_files, refuse_repeated_fields
from retina.auth.callers import Caller, Callers
from retina.errors import FileMissingError, InvalidRequestError
from retina.imaging.correction import Correction
from retina.imaging.decoding.abandoned import Abandoned
from retina.imaging.decoding.decoder import decoder
from retina.imaging.decoding.masks import decode_mask, demand_mask
from retina.imaging.schemas import SHA256, ModelName

MASK, ARTERIES, VEINS = MASKS
MODEL = "corrected_model"
UNKNOWN_NAME = "unknown"
"""The name of a network of which only the SHA-256 is known."""

_KIND = "a PNG in shades of gray with 1 or 8 bits per pixel, of exactly the size of the upright photograph"


@dataclass(frozen=True)
class CorrectionFiles:
    """The files of a correction; `arteries` and `veins` are both None if only vessels were corrected. `model` is the
    SHA-256 of the network whose mask was corrected, None if the sender did not say.
    """

    mask: bytes
    arteries: bytes | None = None
    veins: bytes | None = None
    model: str | None = None

    @classmethod
    def of(cls, stored: Mapping[str, bytes]) -> "CorrectionFiles":
        """The stored images of a correction, by name."""
        return cls(*(stored.get(name.replace("_", "-")) for name in MASKS))  # type: ignore[arg-type]

    @property
    def has_kinds(self) -> bool:
        """Whether there are masks of arteries and veins."""
        return self.arteries is not None

    def model_of(self, presumed: ModelName, *others: ModelName) -> ModelName:
        """The network whose mask was corrected: `presumed` unless the sender named another one, whose name is known if
        it is among the `others`.
        """
        if self.model is None:
            return presumed
        known = {each.sha256: each for each in (*others, presumed)}
        return known.get(self.model, ModelName(name=UNKNOWN_NAME, sha256=self.model))

    def demand_masks(self) -> None:
        """Raise the `CorrectionError`s for what the headers of the files show, before anything is decoded."""
        for name, data in self._named():
            demand_mask(data, name)

    def decoded(self, shape: tuple[int, int], abandoned: Abandoned | None, laborious: Callable[[], None]) -> Correction:
        """The masks, for a photograph of `shape` (H, W). Raises what `decode_mask` raises."""
        return Correction(
            *(
                decode_mask(decoder(), data, name, shape, abandoned=abandoned, laborious=laborious)
                for name, data in self._named()
            )
        )

    def _named(self) -> list[tuple[str, bytes]]:
        files = zip(MASKS, (self.mask, self.arteries, self.veins), strict=True)
        return [(name, data) for name, data in files if data is not None]


async def sent_correction(
    corrected_mask: Annotated[
        UploadFile | None, FILE, File(description=f"the vessels as a person has corrected them: {_KIND}, 0 off vessels")
    ] = None,
    corrected_arteries: Annotated[
        UploadFile | None, FILE, File(description=f"which of these are arteries: {_KIND}; only with {VEINS}")
    ] = None,
    corrected_veins: Annotated[
        UploadFile | None, FILE, File(description=f"which of these are veins: {_KIND}; only with {ARTERIES}")
    ] = None,
    corrected_model: Annotated[
        SHA256 | None,
        Form(description=f"`model.sha256` of the answer whose mask was corrected; only with {MASK}"),
    ] = None,
) -> CorrectionFiles | None:
    """The files of a form, None if there are none. Raises `InvalidRequestError` and the `CorrectionError`s."""
    sent = (corrected_mask, corrected_arteries, corrected_veins)
    mask, arteries, veins = [None if file is None else await _content(file) for file in sent]
    if (arteries is None) != (veins is None):
        raise InvalidRequestError(f"Send “{ARTERIES}” and “{VEINS}” together, or neither of them.")
    if mask is None:
        if arteries is not None:
            raise InvalidRequestError(f"Send “{MASK}” with “{ARTERIES}” and “{VEINS}”.")
        if corrected_model is not None:
            raise InvalidRequestError(f"Send “{MASK}” with “{MODEL}”.")
        return None
    files = CorrectionFiles(mask, arteries, veins, corrected_model)
    files.demand_masks()
    return files


SentCorrection = Annotated[CorrectionFiles | None, Depends(sent_correction)]


async def demanded_correction(request: Request, sent: SentCorrection) -> CorrectionFiles:
    """Like `sent_correction`, for a form that consists of it; raises `FileMissingError` as well."""
    await refuse_repeated_fields(request)
    if sent is None:
        raise FileMissingError(f"Send the corrected vessels as the form field “{MASK}”.")
    await refuse_other_files(request, MASKS)
    return sent


DemandedCorrection = Annotated[CorrectionFiles, Depends(demanded_correction)]


def sender(caller: Caller | None, callers: Callers) -> str | None:
    """Who sends a correction: the email address of a person if the issuer knows one, or “API key” and its id. Asks the
    issuer, which may take a moment.
    """
    if caller is None:
        return None
    return f"API key {caller.key_id}" if caller.key_id else callers.directory.address(caller.subject)


async def _content(file: UploadFile) -> bytes:
    await file.seek(0)
    return await file.read()
