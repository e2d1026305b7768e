"""Models with any number of operators for the graph's benchmarks, written as real .tflite files."""

import random
from pathlib import Path

import numpy as np
from ai_edge_litert import schema_py_generated as tfl

from tests.models import ModelBuilder, SubgraphBuilder

DEPTH = 32
HEADS = 4


class _Writer:
    """Adds operators to a subgraph and counts them."""

    def __init__(self, graph: SubgraphBuilder, shares: bool = True) -> None:
        self.graph = graph
        self.shares = shares
        self.count = 0
        self._kernel: int | None = None

    @property
    def kernel(self) -> int:
        """The one matrix of all operators or, where they don't share it, a new one."""
        if self._kernel is None or not self.shares:
            self._kernel = self.graph.constant(f"kernel_{self.count}", np.eye(DEPTH, dtype=np.float32))
        return self._kernel

    def add(self, kind: str, inputs: list[int], shape: tuple[int, ...], name: str, options: object = None) -> int:
        result = self.graph.tensor(name, shape)
        self.graph.operator(kind, inputs, [result], options)
        self.count += 1
        return result


def layers(operators: int, path: Path, shares: bool = True) -> None:
    """A transformer: blocks of 40 operators with four heads, a mask that all of them use, names that tell scopes. Its
    products have one matrix for all of them if `shares`, so that the file is small, else each its own."""
    model = ModelBuilder()
    graph = model.subgraph("main")
    writer = _Writer(graph, shares)
    hidden, mask = graph.input("hidden", (1, 16, DEPTH)), graph.input("mask", (1, 16, 16))
    axes = graph.constant("axes", np.array([2], np.int32))
    x, block = hidden, 0
    while writer.count < operators:
        x = _block(writer, x, mask, axes, f"model/layer_{block}")
        block += 1
    graph.outputs = [x]
    model.signature("serve", {"hidden": hidden, "mask": mask}, {"out": x})
    path.write_bytes(model.build())


def _block(writer: _Writer, x: int, mask: int, axes: int, scope: str) -> int:
    graph, wide = writer.graph, (1, 16, DEPTH)
    dense_options = tfl.FullyConnectedOptionsT(keepNumDims=True)

    def dense(tensor: int, name: str) -> int:
        return writer.add("FULLY_CONNECTED", [tensor, writer.kernel, -1], wide, f"{scope}/{name}/dense", dense_options)

    mean = writer.add("MEAN", [x, axes], (1, 16, 1), f"{scope}/norm/mean", tfl.ReducerOptionsT(keepDims=True))
    centred = writer.add("SUB", [x, mean], wide, f"{scope}/norm/sub", tfl.SubOptionsT())
    query, key, value = (dense(centred, f"attention/{name}") for name in ("query", "key", "value"))
    contexts = []
    for head in range(HEADS):
        place = f"{scope}/attention/head_{head}"
        begin = graph.constant(f"{place}/begin", np.array([0, 0, head * 8], np.int32))
        size = graph.constant(f"{place}/size", np.array([1, 16, 8], np.int32))
        q, k, v = (
            writer.add("SLICE", [tensor, begin, size], (1, 16, 8), f"{place}/{name}", tfl.SliceOptionsT())
            for tensor, name in ((query, "q"), (key, "k"), (value, "v"))
        )
        square = (1, 16, 16)
        scores = writer.add("BATCH_MATMUL", [q, k], square, f"{place}/scores", tfl.BatchMatMulOptionsT(adjY=True))
        masked = writer.add("ADD", [scores, mask], square, f"{place}/masked", tfl.AddOptionsT())
        shares = writer.add("SOFTMAX", [masked], square, f"{place}/softmax", tfl.SoftmaxOptionsT(beta=1.0))
        contexts.append(
            writer.add("BATCH_MATMUL", [shares, v], (1, 16, 8), f"{place}/context", tfl.BatchMatMulOptionsT())
        )
    joined = writer.add("CONCATENATION", contexts, wide, f"{scope}/attention/concat", tfl.ConcatenationOptionsT(axis=2))
    attended = dense(joined, "attention/output")
    x = writer.add("ADD", [attended, x], wide, f"{scope}/attention/residual", tfl.AddOptionsT())
    inner = writer.add("GELU", [dense(x, "ffn/in")], wide, f"{scope}/ffn/gelu", tfl.GeluOptionsT())
    return writer.add("ADD", [dense(inner, "ffn/out"), x], wide, f"{scope}/ffn/residual", tfl.AddOptionsT())


def cells(operators: int, path: Path) -> None:
    """The worst structure: cells drawn at random as in architecture search, inputs that are used everywhere, no two
    pieces alike, no names that tell scopes."""
    model = ModelBuilder()
    graph = model.subgraph("main")
    writer = _Writer(graph)
    choice = random.Random(1)
    hubs = [graph.input(f"hub_{index}", (1, DEPTH)) for index in range(4)]
    image = graph.input("image", (1, DEPTH))

    def unary(tensor: int) -> int:
        name = f"t{writer.count}"
        if choice.random() < 0.5:
            return writer.add(
                "FULLY_CONNECTED", [tensor, writer.kernel, -1], (1, DEPTH), name, tfl.FullyConnectedOptionsT()
            )
        return writer.add(choice.choice(("RELU", "TANH", "LOGISTIC", "ABS")), [tensor], (1, DEPTH), name)

    def plus(one: int, other: int) -> int:
        return writer.add("ADD", [one, other], (1, DEPTH), f"t{writer.count}", tfl.AddOptionsT())

    before, x = image, unary(image)
    while writer.count < operators:
        states, results = [before, x], []
        for _ in range(choice.randint(3, 7)):
            first, second = choice.choice(states), choice.choice(states)
            for _ in range(choice.randint(1, 3)):
                first = unary(first)
            for _ in range(choice.randint(0, 2)):
                second = unary(second)
            if choice.random() < 0.3:
                second = plus(second, choice.choice(hubs))
            states.append(plus(first, second))
            results.append(states[-1])
        joined = writer.add(
            "CONCATENATION", results, (1, DEPTH * len(results)), f"t{writer.count}", tfl.ConcatenationOptionsT(axis=1)
        )
        begin = graph.constant("begin", np.array([0, 0], np.int32))
        size = graph.constant("size", np.array([1, DEPTH], np.int32))
        before, x = x, writer.add("SLICE", [joined, begin, size], (1, DEPTH), f"t{writer.count}", tfl.SliceOptionsT())
    graph.outputs = [x]
    model.signature("serve", {"image": image}, {"out": x})
    path.write_bytes(model.build())


KINDS = {"layers": layers, "cells": cells}
