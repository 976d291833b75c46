"""DICOM files as cameras and archives write them, made from a photograph with pydicom and imagecodecs."""

import io
from collections.abc import Sequence
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite

NAME = "Fortescue^Wilhelmina"
"""The patient of every file: it must never be found anywhere else."""
SECRETS = (NAME, "MRN-4711-0815", "19370429", "Harbour Eye Clinic", "VISIT-4711-77")
"""Everything in the header that tells who the patient is."""

OPHTHALMIC_8_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.1"
OPHTHALMIC_16_BIT = "1.2.840.10008.5.1.4.1.1.77.1.5.2"
OCT = "1.2.840.10008.5.1.4.1.1.77.1.5.4"


def header(**attributes: Any) -> Dataset:
    """A header full of personal data, and `attributes`."""
    name, number, born, clinic, visit = SECRETS
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = OPHTHALMIC_8_BIT
    dataset.SOPInstanceUID = uid.generate_uid(entropy_srcs=["one"])
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = name, number, born
    dataset.InstitutionName, dataset.AccessionNumber = clinic, visit
    dataset.ReferencedPatientSequence = [Dataset()]
    dataset.ReferencedPatientSequence[0].PatientName = name
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def written(dataset: Dataset, syntax: str = uid.ExplicitVRLittleEndian) -> bytes:
    """The bytes of the file."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.UID(syntax)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    stream = io.BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def dicom(
    values: NDArray[Any],
    syntax: str = uid.ExplicitVRLittleEndian,
    frames: Sequence[bytes | bytearray] | None = None,
    *,
    offsets: bool = True,
    fragments: int = 1,
    more: Dataset | None = None,
    **attributes: Any,
) -> bytes:
    """A file of `values`, [H,W] or [H,W,3] of 8 or 16 bits; `frames` are the pixels compressed as `syntax` says.

    With `offsets` every one of them begins a frame. Each is split into `fragments`.
    `more` has elements without a keyword of their own.
    """
    gray = values.ndim == 2
    bits = values.dtype.itemsize * 8
    described = {
        "Rows": values.shape[0],
        "Columns": values.shape[1],
        "SamplesPerPixel": 1 if gray else 3,
        "PhotometricInterpretation": "MONOCHROME2" if gray else "RGB",
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": attributes.get("BitsStored", bits) - 1,
        "PixelRepresentation": int(values.dtype.kind == "i"),
    } | ({} if gray else {"PlanarConfiguration": 0})
    dataset = header(**described | attributes)
    dataset.update(more or {})
    if frames is None:
        stored = values.astype(values.dtype.newbyteorder(">" if syntax == uid.ExplicitVRBigEndian else "<"))
        dataset.PixelData = padded(stored.tobytes())
    else:
        dataset.PixelData = encapsulate([bytes(frame) for frame in frames], fragments, has_bot=offsets)
    dataset["PixelData"].VR = "OB" if frames is not None or bits == 8 else "OW"
    return written(dataset, syntax)


def several(
    shown: Sequence[NDArray[Any]],
    syntax: str = uid.ExplicitVRLittleEndian,
    compressed: Sequence[bytes | bytearray] | None = None,
    **attributes: Any,
) -> bytes:
    """A file of several frames, all of one size; `compressed` are their pixels as `syntax` says."""
    described = {"Rows": shown[0].shape[0], "NumberOfFrames": len(shown)}
    return dicom(np.concatenate([*shown]), syntax, compressed, **described | attributes)


def lookup(
    entries: Sequence[int],
    *,
    first: int = 0,
    bits: int = 8,
    count: int | None = None,
    kind: str = "OW",
    packed: bool = False,
    syntax: str = uid.ExplicitVRLittleEndian,
) -> Dataset:
    """An item with a lookup table for values from `first` on, stored as words of `kind`, or `packed` two to a word."""
    order = ">" if syntax == uid.ExplicitVRBigEndian else "<"
    table = Dataset()
    described = [(len(entries) if count is None else count) % 65536, first, bits]
    table.add_new("LUTDescriptor", "SS" if first < 0 else "US", described)
    if kind == "US":
        table.add_new("LUTData", kind, [*entries])
    elif packed:
        table.add_new("LUTData", "OW", np.array(entries, "u1").view("<u2").astype(f"{order}u2").tobytes())
    else:
        table.add_new("LUTData", "OW", np.array(entries).astype(f"{order}u2").tobytes())
    return table


def padded(data: bytes) -> bytes:
    """Values have an even length."""
    return data + bytes(len(data) % 2)


def rle(values: NDArray[Any]) -> bytes:
    """One frame in RLE (PS3.5, annex G): every byte of every sample is a segment of its own."""
    planes = values[..., np.newaxis] if values.ndim == 2 else values
    size = values.dtype.itemsize
    parts = [planes[..., c].astype(f">u{size}").view(np.uint8).reshape(-1)[b::size]
             for c in range(planes.shape[2]) for b in range(size)]  # fmt: skip
    segments = [padded(_packed(part.reshape(values.shape[0], -1))) for part in parts]
    places = np.cumsum([64, *map(len, segments[:-1])])
    table = np.zeros(16, "<u4")
    table[0], table[1 : 1 + len(places)] = len(segments), places
    return table.tobytes() + b"".join(segments)


def _packed(rows: NDArray[np.uint8]) -> bytes:
    return b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in rows)
