"""Remove everything from a DICOM file that its pixels do not need, first of all who the patient is.

Takes the bytes of a file and returns those of a smaller one that shows the same. For files of one's own, before they
are sent to a service; the service itself does not keep headers.
"""

import io

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite

from retina.imaging.decoding.dicom.header import DELIMITER, WANTED, open_dicom
from retina.imaging.decoding.dicom.mark import PREAMBLE

NEEDED = {
    tag_for_keyword(name)
    for name in (
        *WANTED,
        *("PixelMeasuresSequence", "FrameVOILUTSequence", "PixelValueTransformationSequence"),
        *("FrameAnatomySequence", "FrameLaterality", "LUTDescriptor", "LUTData"),
    )
}
"""The attributes that are read, and those that are read in their sequences."""


def stripped(data: bytes) -> bytes:
    """The file `data`, which carries DICOM's mark, with the attributes that are read here and no others.

    Raises `UnsupportedFormatError`, or what `DAMAGE` lists.
    """
    dicom = open_dicom(data)
    header, pixel_data = dicom.header, dicom.pixel_data
    compressed = pixel_data.length is None
    end = data.rindex(DELIMITER) if compressed else pixel_data.start + (pixel_data.length or 0)
    _reduce(header)
    header.PixelData = data[pixel_data.start : end]
    header["PixelData"].VR = "OB" if compressed or not pixel_data.words else "OW"
    header["PixelData"].is_undefined_length = compressed
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = pixel_data.syntax
    header.file_meta, header.preamble = meta, bytes(PREAMBLE)
    stream = io.BytesIO()
    dcmwrite(stream, header)
    return stream.getvalue()


def _reduce(dataset: Dataset) -> None:
    """Remove what is not read, also from sequences: they may name the patient, or have notes of any kind."""
    for tag in list(dataset.keys()):
        if tag not in NEEDED:
            del dataset[tag]
        elif dictionary_VR(tag) == "SQ":
            for item in dataset[tag].value:
                _reduce(item)
