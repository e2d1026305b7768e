"""How true the quantized models stay: signal to noise of their outputs, and their accuracy at their task."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from tests.bench import child, runtime, tools
from tests.bench.data import END_OF_WORD, SAMPLES, Samples
from tests.bench.models import MODELS, Model
from tests.bench.report import Section, judged
from tests.bench.zoo import Zoo, note

NOTES = """SQNR of all outputs against the float model on the model's own data (dB, more is better), then accuracy at
its task in per cent where there are labels. Bars: SQNR at most 0.5 dB below the better peer that quantizes the same
operators (in brackets; a peer that stores fewer int8 weights than we do leaves operators in float and does not count);
accuracy at most 0.5 points below float. A peer's accuracy is shown after its SQNR. Nobody is given data to quantize
with."""
HEADER = ("model", "samples", "float %", "ours dB", "ours %", *(f"{peer} dB (%)" for peer in tools.PEERS))
SQNR_TOLERANCE_DB, ACCURACY_TOLERANCE = 0.5, 0.5
PROBE_RIDGE = 10.0  # where the float model does best
ENCODER, DECODER = "g2p_encoder_gru_while", "g2p_decoder_step"
START_OF_PHONEMES, END_OF_PHONEMES, MOST_PHONEMES = 2, 3, 20
PHONEMES = (
    "<pad>", "<unk>", "<s>", "</s>", "AA0", "AA1", "AA2", "AE0", "AE1", "AE2", "AH0", "AH1", "AH2", "AO0", "AO1",
    "AO2", "AW0", "AW1", "AW2", "AY0", "AY1", "AY2", "B", "CH", "D", "DH", "EH0", "EH1", "EH2", "ER0", "ER1", "ER2",
    "EY0", "EY1", "EY2", "F", "G", "HH", "IH0", "IH1", "IH2", "IY0", "IY1", "IY2", "JH", "K", "L", "M", "N", "NG",
    "OW0", "OW1", "OW2", "OY0", "OY1", "OY2", "P", "R", "S", "SH", "T", "TH", "UH0", "UH1", "UH2", "UW", "UW0", "UW1",
    "UW2", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip

Outputs = list[NDArray[np.float64]]
Labels = NDArray[Any]


def run(zoo: Zoo, models: Sequence[Model]) -> Section:
    """Runs every trained model with data, float and quantized."""
    rows = tuple(row(zoo, model, model.data) for model in models if model.data is not None)
    return Section("fidelity", "Fidelity", NOTES, HEADER, rows)


def row(zoo: Zoo, model: Model, data: str) -> tuple[str, ...]:
    note(f"fidelity: {model.name}")
    samples = SAMPLES[data](zoo.models / "data")
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "samples.npz"
        np.savez(stored, *(values for _, values in sorted(samples.inputs.items())))
        reference = outputs(zoo.float_file(model), stored)
        results: dict[str, Outputs] = {}
        for tool, file in zoo.variants(model).items():
            try:
                results[tool] = outputs(file, stored)
            except child.ChildFailed as error:
                note(f"  {tool}: {error}")
    sqnr = {tool: signal_to_noise(reference, result) for tool, result in results.items()}
    accuracy = accuracies(zoo, model, samples, {tools.FLOAT: reference, **results})
    count = str(len(next(iter(samples.inputs.values()))))
    peers = (peer_cell(sqnr.get(tool), accuracy.get(tool)) for tool in tools.PEERS)
    return (
        model.name,
        count,
        percent(accuracy.get(tools.FLOAT)),
        sqnr_cell(sqnr, comparable_peers(zoo, model)),
        accuracy_cell(accuracy),
        *peers,
    )


def outputs(model: Path, samples: Path) -> Outputs:
    """Every output of `model` for the samples stored in an .npz, in the order of names; first axis the samples."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "outputs.npz"
        child.call(infer, model=model, samples=samples, result=result)
        with np.load(result) as stored:
            return [stored[name].astype(np.float64) for name in sorted(stored.files)]


def infer(model: str, samples: str, result: str) -> None:
    """Runs `model` once per sample and stores its outputs as `result`; for a child process."""
    interpreter = runtime.open_model(model)
    stored = np.load(samples)
    inputs = [stored[name] for name in sorted(stored.files)]
    feeds = list(runtime.inputs_of(interpreter).values())
    wanted = list(runtime.outputs_of(interpreter).values())
    results = []
    for sample in zip(*inputs, strict=True):
        interpreter.reset_all_variables()
        for details, value in zip(feeds, sample, strict=True):
            interpreter.set_tensor(details["index"], stored_form(value[None], details))
        interpreter.invoke()
        results.append([real_values(interpreter.get_tensor(details["index"]), details) for details in wanted])
    np.savez(result, *(np.stack(several) for several in zip(*results, strict=True)))


def stored_form(values: NDArray[Any], details: Mapping[str, Any]) -> NDArray[Any]:
    """Real values as an input takes them, which some tools make an integer one."""
    scale, zero_point = details["quantization"]
    if values.dtype.kind != "f" or not scale:
        return values
    limits = np.iinfo(details["dtype"])
    codes = np.clip(np.rint(values / scale) + zero_point, limits.min, limits.max)
    stored: NDArray[Any] = codes.astype(details["dtype"])
    return stored


def real_values(values: NDArray[Any], details: Mapping[str, Any]) -> NDArray[Any]:
    """An output as real values."""
    scale, zero_point = details["quantization"]
    return (values.astype(np.float64) - zero_point) * scale if scale and values.dtype.kind in "iu" else values


def signal_to_noise(reference: Outputs, result: Outputs) -> float:
    """Power of the reference over that of the difference, over all outputs and samples, in dB."""
    signal = sum(float(np.sum(np.square(wanted))) for wanted in reference)
    noise = sum(float(np.sum(np.square(wanted - got))) for wanted, got in zip(reference, result, strict=True))
    return float(10 * np.log10(signal / noise)) if noise else float("inf")


def top_1(_: Outputs, result: Outputs, labels: Labels) -> float:
    scores = result[0].reshape(len(labels), -1)
    return float(np.mean(scores.argmax(-1) == labels))


def folds(labels: Labels) -> Iterator[tuple[Labels, Labels]]:
    """Sample numbers to learn from and to be tried on: even and odd ones, then the other way round."""
    even, odd = np.arange(0, len(labels), 2), np.arange(1, len(labels), 2)
    yield even, odd
    yield odd, even


def linear_probe(reference: Outputs, result: Outputs, labels: Labels) -> float:
    """Two classes told apart by least squares: weights from the float model's embeddings, tried on `result`'s."""

    def features(embeddings: Outputs) -> NDArray[np.float64]:
        flat = embeddings[0].reshape(len(labels), -1)
        return np.concatenate([flat, np.ones((len(flat), 1))], 1)

    wanted, given, tried = np.where(labels, 1.0, -1.0), features(reference), features(result)
    right = 0
    for known, unknown in folds(labels):
        squares = given[known].T @ given[known] + PROBE_RIDGE * np.eye(given.shape[1])
        weights = np.linalg.solve(squares, given[known].T @ wanted[known])
        right += int(np.sum((tried[unknown] @ weights > 0) == (wanted[unknown] > 0)))
    return right / len(labels)


def nearest_centroid(_: Outputs, result: Outputs, labels: Labels) -> float:
    """Each sample goes to the class whose mean embedding, by the same model, has the smallest angle to its own."""
    embeddings = result[0].reshape(len(labels), -1)
    classes = np.unique(labels)
    right = 0
    for known, unknown in folds(labels):
        centroids = np.stack([embeddings[known][labels[known] == label].mean(0) for label in classes])
        centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
        right += int(np.sum(classes[(embeddings[unknown] @ centroids.T).argmax(1)] == labels[unknown]))
    return right / len(labels)


TASKS: Mapping[str, Callable[[Outputs, Outputs, Labels], float]] = {
    "digits": top_1,
    "imagenet": top_1,
    "mnist": top_1,
    "sentiment": linear_probe,
    "speakers": nearest_centroid,
    "spoken_digits": top_1,
}


def accuracies(zoo: Zoo, model: Model, samples: Samples, results: Mapping[str, Outputs]) -> dict[str, float]:
    """Accuracy by tool, float included, in per cent; empty for a model whose task can't be judged."""
    if model.name == ENCODER:
        return spelling_accuracies(zoo, model, samples)
    task = TASKS.get(model.data or "")
    if task is None or samples.labels is None:
        return {}
    reference = results[tools.FLOAT]
    return {tool: 100 * task(reference, result, samples.labels) for tool, result in results.items()}


def spelling_accuracies(zoo: Zoo, encoder: Model, samples: Samples) -> dict[str, float]:
    """Share of words whose phonemes come out right when the encoder and the decoder by the same tool work together."""
    decoder = next(model for model in MODELS if model.name == DECODER)
    decoders = {tools.FLOAT: zoo.float_file(decoder), **zoo.variants(decoder)}
    encoders = {tools.FLOAT: zoo.float_file(encoder), **zoo.variants(encoder)}
    assert samples.labels is not None
    words, phonemes = samples.inputs["graphemes"].tolist(), samples.labels.tolist()
    return {
        tool: child.call(spell, encoder=encoders[tool], decoder=decoders[tool], words=words, phonemes=phonemes)
        for tool in encoders
        if tool in decoders
    }


def spell(encoder: str, decoder: str, words: list[list[int]], phonemes: list[str]) -> float:
    """Per cent of `words` (grapheme ids) decoded to exactly their `phonemes`; for a child process."""
    first, second = runtime.open_model(encoder), runtime.open_model(decoder)
    (graphemes,) = runtime.inputs_of(first).values()
    (states,) = runtime.outputs_of(first).values()
    feeds, results = runtime.inputs_of(second), runtime.outputs_of(second).values()
    logits = next(details["index"] for details in results if details["shape"][-1] == len(PHONEMES))
    next_state = next(details["index"] for details in results if details["shape"][-1] != len(PHONEMES))
    right = 0
    for word, wanted in zip(words, phonemes, strict=True):
        first.set_tensor(graphemes["index"], np.array([word], np.int32))
        first.invoke()
        state = first.get_tensor(states["index"])[:, word.index(END_OF_WORD)]
        phoneme, spoken = START_OF_PHONEMES, list[str]()
        while len(spoken) < MOST_PHONEMES:
            second.set_tensor(feeds["h"]["index"], state)
            second.set_tensor(feeds["ph"]["index"], np.array([[phoneme]], np.int32))
            second.invoke()
            state, phoneme = second.get_tensor(next_state), int(second.get_tensor(logits).argmax())
            if phoneme == END_OF_PHONEMES:
                break
            spoken.append(PHONEMES[phoneme])
        right += " ".join(spoken) == wanted
    return 100 * right / len(words)


def comparable_peers(zoo: Zoo, model: Model) -> tuple[str, ...]:
    """The peers that store at least as many int8 weights as we do."""
    stored = {tool: child.call(int8_elements, path=file) for tool, file in zoo.variants(model).items()}
    return tuple(peer for peer in tools.PEERS if peer in stored and stored[peer] >= stored.get(tools.OURS, 0))


def int8_elements(path: str) -> int:
    """Number of elements of all constant int8 tensors; a buffer shared by several counts once. For a child process."""
    model = schema.Model.GetRootAs(Path(path).read_bytes(), 0)
    buffers = {}
    for subgraph in (model.Subgraphs(index) for index in range(model.SubgraphsLength())):
        for tensor in (subgraph.Tensors(index) for index in range(subgraph.TensorsLength())):
            buffer = model.Buffers(tensor.Buffer())
            if tensor.Type() == schema.TensorType.INT8 and (buffer.DataLength() or buffer.Size()):
                buffers[tensor.Buffer()] = int(np.prod(tensor.ShapeAsNumpy(), dtype=np.int64))
    return sum(buffers.values())


def percent(accuracy: float | None) -> str:
    return "-" if accuracy is None else f"{accuracy:.1f}"


def sqnr_cell(sqnr: Mapping[str, float], peers: Sequence[str]) -> str:
    ours = sqnr.get(tools.OURS)
    if ours is None:
        return "failed"
    rivals = [sqnr[peer] for peer in peers if peer in sqnr]
    if not rivals:
        return f"{ours:.1f}"
    bar = max(rivals) - SQNR_TOLERANCE_DB
    return judged(f"{ours:.1f} (≥ {bar:.1f})", ours >= bar)


def accuracy_cell(accuracy: Mapping[str, float]) -> str:
    if tools.OURS not in accuracy:
        return "-"
    return judged(percent(accuracy[tools.OURS]), accuracy[tools.OURS] >= accuracy[tools.FLOAT] - ACCURACY_TOLERANCE)


def peer_cell(sqnr: float | None, accuracy: float | None) -> str:
    if sqnr is None:
        return "-"
    return f"{sqnr:.1f}" if accuracy is None else f"{sqnr:.1f} ({accuracy:.1f})"
