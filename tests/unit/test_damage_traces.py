"""What damage does to the pixels shows, and what belongs to a photograph does not."""

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from conftest import decode
from retina.errors import PhotographUnreadableError
from retina.imaging.arrays import Rgb
from retina.imaging.decoding.block_edges import Edges, block_edges
from retina.imaging.decoding.exchanges import demand_no_exchanges
from retina.imaging.decoding.gaps import has_gap
from retina.imaging.decoding.jpeg import demand_continuous
from retina.imaging.decoding.shifts import is_shifted
from retina.imaging.decoding.steps import is_broken, is_stepped
from retina.imaging.decoding.tears import demand_no_wrapped_surround, is_torn
from retina.imaging.decoding.wavelets import demand_no_noisy_blocks
from support.specimens import encode


def edges(rgb: Rgb, size: int) -> Edges:
    found = block_edges(rgb, size, size)
    assert found is not None
    return found


def test_brightness_that_jumps_in_the_order_of_storage_is_a_tear(small_rgb: Rgb) -> None:
    """Such a file has as many blocks as it says, and libjpeg does not warn."""
    assert not is_torn(edges(small_rgb, 16))
    for jump in (-20, 12, 30):
        torn = small_rgb.astype(int)
        torn[160:176, 96:] += jump
        torn[176:] += jump
        assert is_torn(edges(np.clip(torn, 0, 255).astype(np.uint8), 16)), jump


def test_a_straight_edge_in_the_photograph_is_no_tear(small_rgb: Rgb) -> None:
    for level in (0, 40, 90, 255):
        bar = small_rgb.copy()
        bar[:160] = level
        for size in (8, 16):
            assert not is_torn(edges(bar, size)), level
            demand_continuous(bar, size, size)
            bar[160 : 160 + size, : 2 * size] = level  # a step near the border, as at the corner of a cut field
            demand_continuous(bar, size, size)


def damaged(rgb: Rgb, other: Rgb, size: int, left: int) -> Rgb:
    """A photograph that is another one from the block at row 160 and this column on."""
    changed = rgb.copy()
    changed[160 : 160 + size, left:] = other[160 : 160 + size, left:]
    changed[160 + size :] = other[160 + size :]
    return changed


@pytest.mark.parametrize("size", [8, 16])
@pytest.mark.parametrize("blocks", [-2, -1, 1, 2])
def test_a_picture_that_is_moved_by_a_block_shows(small_rgb: Rgb, size: int, blocks: int) -> None:
    assert not is_shifted(small_rgb, size, size)
    for left in (0, 96, 320):
        assert is_shifted(damaged(small_rgb, np.roll(small_rgb, blocks * size, axis=1), size, left), size, size), left


def test_a_few_blocks_show_no_shift() -> None:
    """Everywhere in these stripes a row is like the one above it, moved."""
    stripes = Image.fromarray(np.resize(np.arange(251, dtype=np.uint8), (64, 64, 3))).convert("CMYK")
    assert decode(encode(stripes, "JPEG")).rgb.shape == (64, 64, 3)


@pytest.mark.parametrize("size", [8, 16])
def test_blocks_in_the_wrong_place_show_near_a_border(small_rgb: Rgb, size: int) -> None:
    changed = edges(damaged(small_rgb, np.roll(small_rgb, 128, axis=1) // 2, size, 336), size)
    assert is_broken(changed)
    assert not is_stepped(changed)
    assert not is_broken(edges(small_rgb, size))


@pytest.mark.parametrize("size", [8, 16])
def test_blocks_in_the_wrong_place_show(small_rgb: Rgb, size: int) -> None:
    """From the middle of a row on everything is some blocks further on, as after a damaged byte."""
    assert not is_stepped(edges(small_rgb, size))
    assert is_stepped(edges(damaged(small_rgb, np.roll(small_rgb, (96, 128), axis=(0, 1)), size, 160), size))


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1)])
def test_colours_that_are_exchanged_from_some_row_on_show(small_rgb: Rgb, order: tuple[int, int, int]) -> None:
    demand_no_exchanges(small_rgb)
    demand_no_exchanges(np.repeat(small_rgb[..., :1], 3, axis=2))
    bar = np.full((20, small_rgb.shape[1], 3), small_rgb[176].mean(axis=0)[[1, 2, 0]], np.uint8)
    demand_no_exchanges(np.concatenate([bar, small_rgb[176:]]))
    for row in (100, 257):
        changed = small_rgb.copy()
        changed[row:] = changed[row:][..., order]
        with pytest.raises(ValueError, match="exchanged"):
            demand_no_exchanges(changed)


@pytest.mark.parametrize("level", [38, 46])
def test_blocks_of_noise_show(small_rgb: Rgb, level: int) -> None:
    """As damage leaves them: squares, stripes, or squares of colour alone."""
    photograph = imagecodecs.jpeg2k_decode(imagecodecs.jpeg2k_encode(small_rgb, level=level, reversible=False))
    demand_no_noisy_blocks(photograph)
    demand_no_noisy_blocks(np.ascontiguousarray(photograph[..., 1:2]))
    rows, columns = np.indices(photograph.shape[:2])
    for pattern in ((rows + columns) % 2, rows // 2 % 2, columns % 2):
        sign = np.where((rows // 128 == 1) & (columns // 128 == 1), pattern * 2 - 1, 0)
        for amplitudes in ((15, 15, 15), (20, -10, 0)):
            noisy = np.clip(photograph + sign[..., None] * np.array(amplitudes), 0, 255).astype(np.uint8)
            with pytest.raises(ValueError, match="noise"):
                demand_no_noisy_blocks(noisy)


def test_a_surround_that_is_light_from_some_row_on_shows(small_rgb: Rgb) -> None:
    """As where 16 bits are off by a little: what would be below zero is at the upper end."""
    demand_no_wrapped_surround(small_rgb)
    for channels in ([1], [1, 2], [0, 1, 2]):
        changed = small_rgb.copy()
        changed[257:, :, channels] -= 20
        with pytest.raises(ValueError, match="surround"):
            demand_no_wrapped_surround(changed)
    labelled = small_rgb.copy()
    labelled[20:30, 5:40] = 255
    demand_no_wrapped_surround(labelled)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_missing_rows_in_the_middle_are_damage(small_rgb: Rgb, mode: str) -> None:
    whole = encode(Image.fromarray(small_rgb).convert(mode), "BMP")
    pixels = bytearray(whole)
    width = small_rgb.shape[1] * len(mode)
    pixels[len(whole) // 2 : len(whole) // 2 + 8 * width] = bytes(8 * width)
    assert decode(whole).rgb.shape == small_rgb.shape
    with pytest.raises(PhotographUnreadableError):
        decode(bytes(pixels))


def test_a_black_bar_between_two_photographs_is_no_gap(small_rgb: Rgb) -> None:
    part = small_rgb[100:300]
    assert has_gap(np.vstack([part[:100], np.zeros_like(part[:9]), part[100:]]))
    assert not has_gap(np.vstack([part, np.zeros_like(part[:9]), part[:, ::-1] // 2]))
    assert not has_gap(np.vstack([np.zeros_like(part), part, np.zeros_like(part)]))
