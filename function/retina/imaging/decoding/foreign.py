"""Files that are recognised in order to be refused by name, with how to convert them."""

CONVERT = "Open it in an image viewer and save it as JPEG or PNG."

BRANDS = {
    b"avif": "AVIF",
    b"avis": "AVIF",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC"),
}
"""ISO base media files (ISO/IEC 14496-12) say their kind in bytes 8 to 11."""

SIGNATURES = {
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"II\xbc": "JPEG XR",
    b"%PDF-": "PDF",
    b"FUJIFILMCCD-RAW": "camera raw",
    b"8BPS": "Photoshop",
}

HINTS = {
    "HEIC": "This is a HEIC photograph, as phones save them; these files",
    "AVIF": "This is an AVIF picture; such files",
    "PDF": "This is a PDF document, and PDF files",
}


def name_of_foreign(data: bytes) -> str | None:
    """How to begin a sentence that ends in "cannot be read"; None if the kind of file is not known."""
    kind = _brand(data) if data[4:8] == b"ftyp" else None
    for signature, name in SIGNATURES.items():
        if data.startswith(signature):
            kind = name
    return HINTS.get(kind, f"This is a {kind} file; such files") if kind else None


def _brand(data: bytes) -> str | None:
    """The kind by its brands: the major one may be general, and then those it is compatible with say more."""
    end = min(int.from_bytes(data[:4]), 256)
    kinds = [BRANDS.get(data[at : at + 4]) for at in (8, *range(16, end, 4))]
    return next((kind for kind in kinds if kind == "AVIF"), next(filter(None, kinds), None))
