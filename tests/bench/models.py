"""The models that are measured and the bars they are held to."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Network:
    """A network with random weights, built by this function of `savedmodels` with these arguments."""

    builder: str
    arguments: Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class ZooScript:
    """A network that a script of the model zoo describes by its class `Encoder`."""

    script: str


@dataclass(frozen=True, slots=True)
class ZooFile:
    """A float .tflite of the model zoo. `liftable`: `lift` can make a SavedModel of it for TensorFlow's converter."""

    liftable: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the benchmarks.

    `size_bar`: highest allowed output/float size. `speed_bar`: lowest allowed ratio of float to quantized latency.
    `ids`: highest value + 1 of integer inputs, for generated inputs. `data`: key of `data.SAMPLES` when the model is
    trained and there are inputs for it.
    """

    name: str
    origin: Network | ZooScript | ZooFile
    size_bar: float | None = None
    speed_bar: float = 0.97
    ids: int = 2
    data: str | None = None


def keras(network: str, size: int = 224) -> Network:
    return Network("keras_application", {"network": network, "size": size})


BERT_MINI = Network("bert", {"vocabulary": 30522, "tokens": 64, "width": 256, "layers": 4, "heads": 4})

MODELS: tuple[Model, ...] = (
    Model("mobilenet_v1", keras("MobileNet"), size_bar=0.28, speed_bar=2.0),
    Model("mobilenet_v2", keras("MobileNetV2"), size_bar=0.28),
    Model("efficientnet_b0", keras("EfficientNetB0")),
    Model("resnet50", keras("ResNet50"), size_bar=0.26, speed_bar=2.5),
    Model("inception_v3", keras("InceptionV3", 299), size_bar=0.26, speed_bar=2.5),
    Model("bert_mini", BERT_MINI, size_bar=0.26, ids=30522),
    Model("all_minilm_l6_v2_t64", ZooScript("make_minilm.py"), size_bar=0.26, ids=30522, data="sentiment"),
    Model("efficientnet_lite0", ZooFile(), size_bar=0.28, speed_bar=1.3, data="imagenet"),
    Model("rand_MobileNet", ZooFile(), size_bar=0.28, speed_bar=2.0),
    Model("mlperf_vww_mobilenet_v1_025_96", ZooFile(), data="photos_96"),
    Model("mlperf_resnet8_cifar10", ZooFile(), data="photos_32"),
    Model("mnist_cnn", ZooFile(), data="mnist"),
    Model("sklearn_digits_cnn", ZooFile(), data="digits"),
    Model("fsdd_dscnn", ZooFile(), data="spoken_digits"),
    Model("fsdd_lstm", ZooFile(), size_bar=0.26, data="spoken_digits"),
    Model("resemblyzer_lstm3x256", ZooFile(), size_bar=0.26, data="speakers"),
    Model("g2p_encoder_gru_while", ZooFile(liftable=False), ids=29, data="graphemes"),
    Model("g2p_decoder_step", ZooFile(), ids=74, data="phonemes"),
    Model("bert_tiny_tied", ZooFile(liftable=False), size_bar=0.30, ids=8192),
)
