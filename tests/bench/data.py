"""Inputs and labels for the trained models of the zoo, brought into the form each model was trained on.

Every array's first axis is the samples; what follows is the model's input without its batch axis.
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


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """`inputs` by signature name (any name when the model has one input); `labels` one per sample, if there are any."""

    inputs: Mapping[str, Array]
    labels: Array | None = None


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
    return Samples({"image": scaled}, np.tile(stored["y"], 2 * len(corners)))


def photos_96(folder: Path) -> Samples:
    images = np.load(folder / "foolbox_imagenet20_224.npz")["x"][:, 16:208, 16:208]
    return Samples({"image": mirrored(shrunk(images, 2)) / np.float32(255)})


def photos_32(folder: Path) -> Samples:
    return Samples({"image": mirrored(shrunk(np.load(folder / "foolbox_imagenet20_224.npz")["x"], 7))})


def mnist(folder: Path) -> Samples:
    """Every fifth image: 1000."""
    stored = np.load(folder / "mnist_mlxtend5k.npz")
    return Samples({"image": stored["x"][::5, ..., None].astype(np.float32) / 255}, stored["y"][::5])


def digits(folder: Path) -> Samples:
    """The 500 images that were not trained on."""
    stored = np.load(folder / "sklearn_digits.npz")
    return Samples({"image": stored["x"][-500:, ..., None].astype(np.float32) / 16}, stored["y"][-500:])


def spoken_digits(folder: Path) -> Samples:
    """The 300 recordings that were not trained on."""
    stored = np.load(folder / "fsdd_logmel.npz")
    return Samples({"sound": stored["x"][stored["test"]]}, stored["y"][stored["test"]])


def speakers(folder: Path) -> Samples:
    stored = np.load(folder / "fsdd_speaker_mel.npz")
    return Samples({"mel": stored["x"]}, stored["y"])


def sentiment(folder: Path) -> Samples:
    stored = np.load(folder / "movie_sentiment_minilm_ids.npz")
    return Samples({"ids": stored["x"]}, stored["y"])


def graphemes(folder: Path) -> Samples:
    """Words as int32 letter ids, closed by END_OF_WORD and padded with 0; labels are their phonemes in one string."""
    stored = np.load(folder / "cmudict_300.npz")
    ids = np.zeros((len(stored["words"]), LONGEST_WORD), np.int32)
    for row, word in zip(ids, stored["words"], strict=True):
        row[: len(word) + 1] = [*(GRAPHEMES[letter] for letter in word), END_OF_WORD]
    return Samples({"graphemes": ids}, stored["phones"])


def phonemes(folder: Path) -> Samples:
    """Generated: any phoneme after any state of a GRU, whose values lie in (-1, 1)."""
    rng = np.random.default_rng(0)
    state = np.tanh(rng.normal(0, 0.5, (300, 256))).astype(np.float32)
    return Samples({"h": state, "ph": rng.integers(4, 74, (300, 1), np.int32)})


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
