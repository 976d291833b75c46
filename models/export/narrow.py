"""Make a network with fewer filters of an int8 one of ours, by choosing filters and least squares, without training.

Takes the TFLite file and photographs. On every level the filters are kept that vary most and are read with the largest
weights. Then each convolution in turn is fitted, from what the narrow network itself gives before it, to what the wide
one gives there. Nothing is learned from labels: any photograph will do. Writes `weights.keras`, from which
`models.training.train --begin` goes on. Weights that are kept in a file `.npz` (see `read`) are not fitted again.

`python -m models.export.narrow build/train/wide/unet.tflite --data DIR --out build/narrow/weights.keras`
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.export.folded import (
    Convolution,
    Floats,
    Maps,
    added,
    convolved,
    doubled,
    joined,
    logits,
    pooled,
    relu,
    stem,
    with_one_bias,
)
from models.export.places import Places, draw_places
from models.export.readback import as_keras, convolutions
from models.training.crops import Crop
from models.training.labelled import photographs_with_fields
from models.training.patches import POOL, Patches, Source
from retina.imaging.arrays import Canvas

WIDTHS = (24, 48, 72, 96)
"""Filters per level: three quarters of the wide network's, but for the last, for .7 of its time. They are served."""
SETS = ("CHASE_DB1", "HRF", "AVRDB", "IDRID")
"""FIVES20 is left out, to measure by a set that the network does not know."""
EVERY = 3
"""Only every third photograph is taken."""
RIDGE = 1e-4
"""Weight of the ridge penalty, as a share of the mean square of a feature."""


def refit(
    found: Sequence[Convolution], windows: Sequence[Canvas], widths: Sequence[int] = WIDTHS, seed: int = 0
) -> list[Convolution]:
    """The convolutions of a network with `widths`, from those that `readback` has `found`, in the same order.

    `windows` are typical inputs float32[h,w], 0 outside the field of view; their sides are multiples of the stride.
    """
    levels = len(widths)
    places = draw_places(windows, logits(found, windows, levels), levels, np.random.default_rng(seed))
    reading, queue = _reading(found, levels), iter(found)

    def keep(maps: Maps, number: int) -> NDArray[np.intp]:
        """The filters to keep, in ascending order."""
        spread = np.sqrt(np.mean([values.var(axis=(0, 1)) for values in maps], axis=0))
        return np.sort(np.argsort(-spread * next(reading))[:number])

    first = next(queue)
    wide = relu(stem(windows, first))
    kept = keep(wide, widths[0])
    made = [(first[0][..., kept], first[1][kept])]
    narrow = [values[..., kept] for values in wide]
    skips: list[tuple[Maps, Maps]] = []
    for level in range(2 * levels - 1):
        scale = min(level, 2 * levels - 2 - level)
        if level >= levels:
            raised = convolved(wide, next(queue))
            wide = [doubled(values) for values in raised]
            four = np.add.outer(np.arange(4) * wide[0].shape[-1], keep(wide, widths[scale])).ravel()
            [up] = _fitted([(narrow, 1)], raised, four, places[scale + 1])
            made.append(with_one_bias(up))
            narrow = [doubled(values) for values in convolved(narrow, made[-1])]
            wide, narrow = (joined(*pair) for pair in zip((wide, narrow), skips.pop(), strict=True))
        shortcut, inner, outer = next(queue), next(queue), next(queue)
        between = convolved(wide, inner)
        kept = keep(relu(between), widths[scale])
        [inner_made] = _fitted([(narrow, 3)], between, kept, places[scale])
        between_narrow = relu(convolved(narrow, inner_made))
        total = added(convolved(relu(between), outer), convolved(wide, shortcut))
        wide = relu(total)
        kept = keep(wide, widths[scale])
        outer_made, shortcut_made = _fitted([(between_narrow, 3), (narrow, 1)], total, kept, places[scale])
        made += [shortcut_made, inner_made, outer_made]
        narrow = relu(added(convolved(between_narrow, outer_made), convolved(narrow, shortcut_made)))
        if level < levels - 1:
            skips.append((wide, narrow))
            wide, narrow = pooled(wide), pooled(narrow)
    [last] = _fitted([(narrow, 1)], convolved(wide, next(queue)), np.arange(4), places[0])
    return [*made, with_one_bias(last)]


def _reading(found: Sequence[Convolution], levels: int) -> Iterator[Floats]:
    """The norm of the weights that read each filter, float32[filters], for each choice of `refit` in its order."""
    up = {level: 3 * levels + 1 + 4 * (level - levels) for level in range(levels, 2 * levels)}
    begin = {level: up[level] + 1 if level >= levels else 1 + 3 * level for level in range(2 * levels - 1)}

    def squares(*numbers: int) -> Floats:
        return np.asarray(sum(np.square(found[number][0]).sum(axis=(0, 1, 3)) for number in numbers))

    yield np.sqrt(squares(begin[0], begin[0] + 1))
    for level, at in begin.items():
        width = found[at][0].shape[3]
        if level >= levels:
            yield np.sqrt(squares(at, at + 1)[:width])
        yield np.sqrt(squares(at + 2))
        if level >= levels - 1:
            yield np.sqrt(squares(up[level + 1]))
        else:  # on both sides of the skip connection
            below, across = begin[level + 1], begin[2 * levels - 2 - level]
            yield np.sqrt(squares(below, below + 1) + squares(across, across + 1)[-width:])


def _fitted(
    entering: Sequence[tuple[Maps, int]], leaving: Maps, kept: NDArray[np.intp], places: Places
) -> list[Convolution]:
    """Convolutions of maps with the given sides of kernel, whose sum gives the filters `kept` of `leaving` best."""
    features = np.hstack([_neighbours(maps, side, places) for maps, side in entering])
    weights, bias = least_squares(features, _neighbours(leaving, 1, places)[:, kept])
    made = []
    for maps, side in entering:
        channels = maps[0].shape[-1]
        kernel, weights = np.split(weights, [side**2 * channels])
        made.append((kernel.reshape(side, side, channels, -1), bias))
        bias = np.zeros_like(bias)  # only the first has one
    return made


def _neighbours(maps: Maps, side: int, places: Places) -> Floats:
    """What a kernel of an odd `side` reads at the places, float32[places, side * side * channels]."""
    rows = []
    for values, at in zip(maps, places, strict=True):
        y, x = np.divmod(at, values.shape[1])
        padded = np.pad(values, ((side // 2, side // 2), (side // 2, side // 2), (0, 0)))
        rows.append(np.hstack([padded[y + down, x + right] for down in range(side) for right in range(side)]))
    return np.concatenate(rows)


def least_squares(features: Floats, targets: Floats) -> Convolution:
    """Weights float32[features, targets] and bias float32[targets] with the least squared error, a little shrunk."""
    middle, goal = features.mean(axis=0), targets.mean(axis=0)
    centred = (features - middle).astype(np.float64)
    square = centred.T @ centred
    square += np.eye(len(square)) * (RIDGE * np.trace(square) / len(square) + 1e-9)
    weights = np.linalg.solve(square, centred.T @ (targets - goal)).astype(np.float32)
    return weights, np.asarray(goal - middle @ weights, np.float32)


def read(path: Path) -> list[Convolution]:
    """The convolutions in a file `.npz`: kernel and bias in turn, in the order in which they run, float16."""
    with np.load(path) as file:
        arrays = [file[name].astype(np.float32) for name in file.files]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def write(found: Sequence[Convolution], path: Path) -> None:
    """The file that `read` takes."""
    np.savez_compressed(path, *(part.astype(np.float16) for pair in found for part in pair))


def training_windows(data: Path, number: int, seed: int = 0) -> list[Canvas]:
    """Inputs as training draws them, with other light, blur and noise, from the train splits of `SETS`."""
    paths = [[path for of, _, path, _ in photographs_with_fields(data, "train") if of == name] for name in SETS]
    draw = Patches([[_source(path) for path in some[::EVERY]] for some in paths if some], POOL, seed)
    return [window[..., 0] for cycle in range(-(-number // POOL)) for window in draw(cycle * POOL)[0]][:number]


def _source(path: Path) -> Source:
    """A photograph without a label."""
    crop = Crop(path)
    return Source(crop(crop.photograph), np.zeros(crop.size[::-1], np.uint8), crop.inside())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", type=Path, help="unet.tflite, or the kept weights of a narrow network, .npz")
    parser.add_argument("--data", type=Path, required=True, help="the folder with one folder per set")
    parser.add_argument("--out", type=Path, required=True, help="weights.keras")
    parser.add_argument("--windows", type=int, default=108, help="windows of 320x320 to fit on")
    options = parser.parse_args()
    windows = training_windows(options.data, options.windows)
    given: Path = options.network
    made = read(given) if given.suffix == ".npz" else refit(convolutions(given.read_bytes()), windows)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    as_keras(made, windows, WIDTHS).save(options.out)


if __name__ == "__main__":
    main()
