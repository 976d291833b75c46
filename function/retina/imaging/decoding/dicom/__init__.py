"""Decode DICOM files: the few attributes of the header that pixels need, one frame, its colours.

A file goes from `header` (attributes, checked by `values`) to `frame` (the stored samples) and `colours` (8-bit RGB).
pydicom reads the header, imagecodecs decompresses. Of the header nothing leaves the decoding process but the facts in
`Facts`.
"""
