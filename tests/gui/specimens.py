"""Models and documents for the window's tests."""

from collections import Counter

import numpy as np
from ai_edge_litert import schema_py_generated as tfl

from quantscope import documents
from quantscope.precision import Precision
from quantscope.recipe import Recipe, Setting
from tests.models import ModelBuilder


def small_network() -> ModelBuilder:
    """CONV_2D, DEPTHWISE_CONV_2D, CONV_2D, RESHAPE, FULLY_CONNECTED on (1, 8, 8, 16): about 90 kB of float weights."""
    random = np.random.default_rng(3)

    def weights(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * 0.1).astype(np.float32)

    model = ModelBuilder()
    graph = model.subgraph()
    x = graph.input("image", (1, 8, 8, 16))
    same = {"padding": tfl.Padding.SAME, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
    a = graph.tensor("features/expand", (1, 8, 8, 128))
    w, b = graph.constant("features/expand/kernel", weights(128, 1, 1, 16)), graph.constant("b0", weights(128))
    graph.operator("CONV_2D", [x, w, b], [a], tfl.Conv2DOptionsT(**same))
    d = graph.tensor("features/depthwise", (1, 8, 8, 128))
    w, b = graph.constant("features/depthwise/kernel", weights(1, 3, 3, 128)), graph.constant("b1", weights(128))
    graph.operator("DEPTHWISE_CONV_2D", [a, w, b], [d], tfl.DepthwiseConv2DOptionsT(depthMultiplier=1, **same))
    p = graph.tensor("features/project", (1, 8, 8, 128))
    w, b = graph.constant("features/project/kernel", weights(128, 1, 1, 128)), graph.constant("b2", weights(128))
    graph.operator("CONV_2D", [d, w, b], [p], tfl.Conv2DOptionsT(**same))
    r = graph.tensor("flat", (1, 8192))
    shape = graph.constant("shape", np.array([1, 8192], np.int32))
    graph.operator("RESHAPE", [p, shape], [r], tfl.ReshapeOptionsT(newShape=[1, 8192]))
    y = graph.tensor("scores", (1, 10))
    w = graph.constant("head/kernel", weights(10, 8192))
    graph.operator("FULLY_CONNECTED", [r, w, -1], [y], tfl.FullyConnectedOptionsT())
    graph.outputs = [y]
    model.signature("serving_default", {"image": x}, {"scores": y})
    return model


def branching_network() -> ModelBuilder:
    """CONV_2D, then CONV_2D, CONV_2D beside a shortcut, ADD, MEAN, FULLY_CONNECTED on (1, 8, 8, 32)."""
    random = np.random.default_rng(5)
    same = {"padding": tfl.Padding.SAME, "strideW": 1, "strideH": 1, "dilationWFactor": 1, "dilationHFactor": 1}
    model = ModelBuilder()
    graph = model.subgraph()

    def conv(tensor: int, depth: int, name: str) -> int:
        weights = (random.standard_normal((32, 3, 3, depth)) * 0.1).astype(np.float32)
        kernel, bias = (
            graph.constant(f"{name}/kernel", weights),
            graph.constant(f"{name}/bias", np.zeros(32, np.float32)),
        )
        result = graph.tensor(name, (1, 8, 8, 32))
        graph.operator("CONV_2D", [tensor, kernel, bias], [result], tfl.Conv2DOptionsT(**same))
        return result

    image = graph.input("image", (1, 8, 8, 16))
    stem = conv(image, 16, "stem/conv")
    inner = conv(conv(stem, 32, "block/first"), 32, "block/second")
    added = graph.tensor("block/add", (1, 8, 8, 32))
    graph.operator("ADD", [inner, stem], [added], tfl.AddOptionsT())
    pooled = graph.tensor("head/mean", (1, 32))
    axes = graph.constant("axes", np.array([1, 2], np.int32))
    graph.operator("MEAN", [added, axes], [pooled], tfl.ReducerOptionsT(keepDims=False))
    scores = graph.tensor("scores", (1, 40))
    weights = graph.constant("head/kernel", (random.standard_normal((40, 32)) * 0.1).astype(np.float32))
    graph.operator("FULLY_CONNECTED", [pooled, weights, -1], [scores], tfl.FullyConnectedOptionsT())
    graph.outputs = [scores]
    model.signature("serving_default", {"image": image}, {"scores": scores})
    return model


def loop_network() -> ModelBuilder:
    """A WHILE that adds 1 to a number until it is 10."""
    model = ModelBuilder()
    main, condition, body = (model.subgraph(name) for name in ("main", "loop_cond", "loop_body"))
    start = main.input("start", (1,), "INT32")
    main.outputs = [main.tensor("end", (1,), "INT32")]
    options = tfl.WhileOptionsT(condSubgraphIndex=1, bodySubgraphIndex=2)
    main.operator("WHILE", [start], main.outputs, options)
    counter = condition.input("counter", (1,), "INT32")
    condition.outputs = [condition.tensor("goes_on", (1,), "BOOL")]
    limit = condition.constant("limit", np.array([10], np.int32))
    condition.operator("LESS", [counter, limit], condition.outputs, tfl.LessOptionsT())
    counter = body.input("counter", (1,), "INT32")
    body.outputs = [body.tensor("next", (1,), "INT32")]
    body.operator("ADD", [counter, body.constant("one", np.array([1], np.int32))], body.outputs, tfl.AddOptionsT())
    model.signature("serving_default", {"start": start}, {"end": main.outputs[0]})
    return model


def large_network(count: int) -> ModelBuilder:
    """A chain of `count` operators: small matrix products with the same weight, and additions."""
    model = ModelBuilder()
    graph = model.subgraph()
    tensor = graph.input("x", (1, 64))
    weight = graph.constant("kernel", np.eye(64, dtype=np.float32))
    for index in range(count):
        name = f"encoder/layer_{index // 8}/attention/self/query/MatMul_{index};encoder/layer_{index // 8}/BiasAdd"
        result = graph.tensor(name, (1, 64))
        if index % 2:
            graph.operator("ADD", [tensor, tensor], [result], tfl.AddOptionsT())
        else:
            graph.operator("FULLY_CONNECTED", [tensor, weight, -1], [result], tfl.FullyConnectedOptionsT())
        tensor = result
    graph.outputs = [tensor]
    return model


def _tensor(index: int, name: str, shape: tuple[int, ...], constant: bool = False) -> documents.Tensor:
    return documents.Tensor(index=index, name=name, dtype="float32", shape=shape, constant=constant)


def operator(
    index: int,
    type: str = "CONV_2D",
    precision: str = "hybrid-int8",
    *,
    code: str = "hybrid-kernel",
    fallback: bool = False,
    weight_bytes: int = 4096,
    name: str | None = None,
    delegated: bool | None = True,
    rules: tuple[int, ...] = (),
    precision_now: str = "float32",
) -> documents.Operator:
    """An operator of a made-up plan."""
    name = f"block_{index}/{type.lower()}" if name is None else name
    return documents.Operator(
        index=index,
        type=type,
        name=name,
        version=1,
        precision=precision,
        reason=documents.Reason(code=code, text="A sentence.", remedy="A remedy.", arguments={"target": "XNNPACK"}),
        inputs=(_tensor(2 * index, "in", (1, 8, 8, 16)), _tensor(1000 + index, "kernel", (16, 3, 3, 16), True)),
        outputs=(_tensor(2 * index + 2, name, (1, 8, 8, 16)),),
        weight_bytes=weight_bytes,
        planned_weight_bytes=weight_bytes // 4,
        delegated=delegated,
        fallback=fallback,
        partition=0 if delegated else None,
        rules=rules,
        precision_now=precision_now,
    )


RECIPE = Recipe(name="dynamic-int8", default=Setting(precision=Precision.HYBRID_INT8))


def inspection(*subgraphs: tuple[documents.Operator, ...]) -> documents.Inspection:
    """A made-up plan of these operators."""
    every = [each for subgraph in subgraphs for each in subgraph]
    counts = Counter(each.precision for each in every)
    return documents.Inspection(
        model=documents.File(path="/tmp/model.tflite", bytes=100_000, sha256="0" * 64),
        recipe="dynamic-int8",
        recipe_document=RECIPE,
        target="xnnpack",
        subgraphs=tuple(
            documents.Subgraph(index=place, name=f"graph_{place}", operators=operators, partitions=1)
            for place, operators in enumerate(subgraphs)
        ),
        summary=documents.Summary(
            operators=len(every),
            by_precision=counts,
            eight_bit=counts.get("hybrid-int8", 0),
            fallback=sum(each.fallback for each in every),
            partitions=1,
            bytes=100_000,
            planned_bytes=26_000,
        ),
    )
