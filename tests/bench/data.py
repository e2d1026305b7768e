"""Inputs and labels for the trained models of the zoo, brought into the form each model was trained on.

Every array's first axis is the samples; what follows is the model's input without its batch axis. No model is judged by
a sample that it was calibrated on, nor by another view of the same photo.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
GRAPHEMES = {letter: index for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz", 3)}
END_OF_WORD, LONGEST_WORD = 2, 16
MOST_SHIFTED = 8  # pixels
CALIBRATION_SAMPLES = 64
Inputs = Mapping[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """`calibration`: what a tool that needs data is given; `judged`: the numbers of the samples that its result is
    judged by."""

    calibration: Inputs
    judged: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """`inputs` by signature name (any name when the model has one input); `labels` one per sample, if there are any.

    Every sample is judged in one of the `folds`.
    """

    inputs: Inputs
    folds: tuple[Fold, ...]
    labels: Array | None = None


def besides(inputs: Inputs, spare: Inputs, labels: Array | None = None) -> Samples:
    """Samples with others, `spare` ones, to calibrate on."""
    count = len(next(iter(inputs.values())))
    return Samples(inputs, (Fold(evenly(spare), np.arange(count)),), labels)


def set_apart(inputs: Inputs, labels: Array) -> Samples:
    """Samples of which some, evenly spread, are taken out to calibrate on."""
    count = len(labels)
    rest = np.setdiff1d(np.arange(count), spread(count))
    return besides({name: values[rest] for name, values in inputs.items()}, inputs, labels[rest])


def by_photo(views: Array, photos: int, labels: Array | None = None) -> Samples:
    """Views of `photos` photos, which come in turns: one half is judged by what was calibrated on the other."""
    even = np.arange(len(views)) % photos % 2 == 0
    folds = (Fold(evenly({"image": views[other]}), np.flatnonzero(~other)) for other in (even, ~even))
    return Samples({"image": views}, tuple(folds), labels)


def spread(count: int) -> NDArray[np.intp]:
    """The numbers of at most CALIBRATION_SAMPLES of `count` samples, evenly spread, in whatever order these are."""
    some = min(CALIBRATION_SAMPLES, count)
    return np.arange(some) * count // some


def evenly(inputs: Inputs) -> Inputs:
    return {name: values[spread(len(values))] for name, values in inputs.items()}


def mirrored(images: Array) -> Array:
    return np.concatenate([images, images[:, :, ::-1]])


def shrunk(images: Array, factor: int) -> NDArray[np.float32]:
    """Means over `factor` x `factor` pixels."""
    count, height, width, channels = images.shape
    blocks = images.reshape(count, height // factor, factor, width // factor, factor, channels)
    means: NDArray[np.float32] = blocks.mean((2, 4), dtype=np.float32)
    return means


def imagenet(folder: Path) -> Samples:
    """20 labelled photos, each also mirrored and shifted 25 ways, since 20 answers alone say little: 1,000 samples."""
    stored = np.load(folder / "foolbox_imagenet20_224.npz")
    images, side, most = mirrored(stored["x"]), stored["x"].shape[1], MOST_SHIFTED
    padded = np.pad(images, ((0, 0), (most, most), (most, most), (0, 0)), mode="edge")
    corners = list(itertools.product(range(0, 2 * most + 1, most // 2), repeat=2))
    views = np.concatenate([padded[:, top : top + side, left : left + side] for top, left in corners])
    scaled = (views.astype(np.float32) - 127) / np.float32(128)
    return by_photo(scaled, len(stored["x"]), np.tile(stored["y"], 2 * len(corners)))


def photos_96(folder: Path) -> Samples:
    images = np.load(folder / "foolbox_imagenet20_224.npz")["x"][:, 16:208, 16:208]
    return by_photo(mirrored(shrunk(images, 2)) / np.float32(255), len(images))


def photos_32(folder: Path) -> Samples:
    images = np.load(folder / "foolbox_imagenet20_224.npz")["x"]
    return by_photo(mirrored(shrunk(images, 7)), len(images))


def mnist(folder: Path) -> Samples:
    """Every fifth image: 1000. The model was trained on all of them."""
    stored = np.load(folder / "mnist_mlxtend5k.npz")
    images = stored["x"][..., None].astype(np.float32) / 255
    return besides({"image": images[::5]}, {"image": images[1::5]}, stored["y"][::5])


def digits(folder: Path) -> Samples:
    """The 500 images that were not trained on."""
    stored = np.load(folder / "sklearn_digits.npz")
    images = stored["x"][..., None].astype(np.float32) / 16
    return besides({"image": images[-500:]}, {"image": images[:-500]}, stored["y"][-500:])


def spoken_digits(folder: Path) -> Samples:
    """The 300 recordings that were not trained on."""
    stored = np.load(folder / "fsdd_logmel.npz")
    sounds, test = stored["x"], stored["test"]
    return besides({"sound": sounds[test]}, {"sound": sounds[~test]}, stored["y"][test])


def speakers(folder: Path) -> Samples:
    stored = np.load(folder / "fsdd_speaker_mel.npz")
    return set_apart({"mel": stored["x"]}, stored["y"])


def sentiment(folder: Path) -> Samples:
    stored = np.load(folder / "movie_sentiment_minilm_ids.npz")
    return set_apart({"ids": stored["x"]}, stored["y"])


def graphemes(folder: Path) -> Samples:
    """Words as int32 letter ids, closed by END_OF_WORD and padded with 0; labels are their phonemes in one string."""
    stored = np.load(folder / "cmudict_300.npz")
    ids = np.zeros((len(stored["words"]), LONGEST_WORD), np.int32)
    for row, word in zip(ids, stored["words"], strict=True):
        row[: len(word) + 1] = [*(GRAPHEMES[letter] for letter in word), END_OF_WORD]
    return set_apart({"graphemes": ids}, stored["phones"])


def phonemes(_: Path) -> Samples:
    """Generated: any phoneme after any state of a GRU, whose values lie in (-1, 1)."""
    rng = np.random.default_rng(0)

    def drawn(count: int) -> Inputs:
        state = np.tanh(rng.normal(0, 0.5, (count, 256))).astype(np.float32)
        return {"h": state, "ph": rng.integers(4, 74, (count, 1), np.int32)}

    return besides(drawn(300), drawn(CALIBRATION_SAMPLES))


SAMPLES: Mapping[str, Callable[[Path], Samples]] = {
    function.__name__: function
    for function in (
        digits,
        graphemes,
        imagenet,
        mnist,
        phonemes,
        photos_32,
        photos_96,
        sentiment,
        speakers,
        spoken_digits,
    )
}
