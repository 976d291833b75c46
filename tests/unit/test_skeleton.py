"""Skeletons are one pixel wide and as connected as the vessels."""

import itertools

import cv2
import numpy as np
import pytest
from skimage.morphology import skeletonize

from retina.imaging.arrays import Mask
from retina.imaging.skeleton import skeletonise


def lines(*points: tuple[int, int], width: int = 1) -> Mask:
    canvas = np.zeros((256, 256), np.uint8)
    for start, end in itertools.pairwise(points):
        cv2.line(canvas, start, end, (1,), width)
    return canvas.astype(np.bool_)


def test_lines_of_one_pixel_stay_as_they_are() -> None:
    for line in (lines((20, 128), (220, 128)), lines((20, 20), (220, 220)), lines((128, 20), (128, 220))):
        assert np.array_equal(skeletonise(line), line)


@pytest.mark.parametrize("width", [3, 7, 15])
def test_a_thick_line_becomes_its_centre(width: int) -> None:
    skeleton = skeletonise(lines((40, 128), (200, 128), width=width))
    rows, columns = np.nonzero(skeleton)
    assert set(rows) <= {127, 128, 129}
    assert len(columns) == pytest.approx(161, abs=max(4, width))


def test_it_agrees_with_scikit_image_on_branches_and_holes() -> None:
    y = lines((228, 128), (128, 128), (48, 58), width=9) | lines((128, 128), (48, 198), width=9)
    ring = np.zeros((256, 256), np.uint8)
    cv2.circle(ring, (128, 128), 60, (1,), 9)
    for shape in (y, ring.astype(np.bool_)):
        ours, theirs = skeletonise(shape), skeletonize(shape)  # type: ignore[no-untyped-call]
        assert ours.sum() == pytest.approx(theirs.sum(), rel=0.03)
        near = cv2.dilate(theirs.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
        assert (ours & ~near).sum() == 0
        assert cv2.connectedComponents(ours.astype(np.uint8), connectivity=8)[0] == 2


def test_nothing_and_everything() -> None:
    assert not skeletonise(np.zeros((70, 70), np.bool_)).any()
    assert 0 < skeletonise(np.ones((70, 70), np.bool_)).sum() < 200


def test_it_is_the_published_algorithm() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        blobs = cv2.GaussianBlur(rng.random((40, 50)), (0, 0), rng.uniform(0.5, 3)) > 0.5
        assert np.array_equal(skeletonise(np.asarray(blobs)), by_definition(np.asarray(blobs)))


def test_pictures_of_any_size_and_vessels_up_to_the_edge() -> None:
    rng = np.random.default_rng(1)
    for shape in ((1, 1), (1, 17), (7, 8), (8, 7), (16, 24), (33, 9), (65, 130)):
        for share in (0.3, 0.7, 1.0):
            pixels = np.asarray(rng.random(shape) < share)
            blobs = cv2.resize(pixels.view(np.uint8), None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST).view(np.bool_)
            for mask in (pixels, np.ascontiguousarray(blobs[: 3 * shape[0] - 2, : 3 * shape[1] - 1])):
                assert np.array_equal(skeletonise(mask), by_definition(mask))


def by_definition(vessels: Mask) -> Mask:
    """Guo and Hall's two passes over all pixels at once, written as their paper writes them."""
    lines, passes, unchanged = np.pad(vessels, 1), itertools.cycle((0, 1)), 0
    while unchanged < 2:
        p2, p3, p4, p5, p6, p7, p8, p9 = (
            np.roll(lines, (-row, -column), (0, 1))
            for row, column in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
        )
        pairs = ((p2, p3, p4), (p4, p5, p6), (p6, p7, p8), (p8, p9, p2))
        crossings = sum((~a & (b | c)).astype(int) for a, b, c in pairs)
        first = sum(each.astype(int) for each in (p9 | p2, p3 | p4, p5 | p6, p7 | p8))
        second = sum(each.astype(int) for each in (p2 | p3, p4 | p5, p6 | p7, p8 | p9))
        held = (p6 | p7 | ~p9) & p8 if next(passes) else (p2 | p3 | ~p5) & p4
        gone = lines & (crossings == 1) & (np.minimum(first, second) >= 2) & (np.minimum(first, second) <= 3) & ~held
        unchanged = 0 if gone.any() else unchanged + 1
        lines = lines & ~gone
    return lines[1:-1, 1:-1]
