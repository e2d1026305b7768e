"""PyTorch exported programs, TorchScript and pickled modules through litert-torch."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from agreement import check, sample, sample_shape
from lite import run_in_order
from serving import Progress, Refusal, Request, give_back_memory, serve

SERVING = "serving_default"
OPERATOR = "operator"


def versions() -> Mapping[str, str]:
    """What converts."""
    import litert_torch
    import torch

    return {"torch": str(torch.__version__), "litert-torch": str(litert_torch.__version__)}


def convert(request: Request, progress: Progress) -> Mapping[str, Any]:
    """Loads the module, converts it for one set of input shapes, and compares."""
    import litert_torch
    import torch

    progress(0.2, "Reading the model")
    generator = np.random.default_rng(request.seed)
    module, inputs, warnings = LOADERS[request.kind](request, generator)
    with torch.no_grad():
        expected = _flat(module(*inputs))
    progress(0.4, "Converting")
    litert_torch.convert(module, inputs).export(request.output)
    del module
    give_back_memory()
    progress(0.85, "Comparing it with its source")
    actual = run_in_order(request.output, [_numpy(value) for value in inputs], _positions(request.output))
    if len(expected) != len(actual):
        raise Refusal("converter", f"The converted model has {len(actual)} outputs, its source {len(expected)}.")
    checks = [
        {"signature": SERVING, **check(f"output {at}", _numpy(value), actual[at])} for at, value in enumerate(expected)
    ]
    return {"checks": checks, "warnings": warnings}


def _positions(path: str) -> list[int] | None:
    """The order in which the file's inputs take the arguments args_0, args_1, ...; None where they aren't called so."""
    from ai_edge_litert.interpreter import Interpreter

    names = [detail["name"] for detail in Interpreter(model_path=path).get_input_details()]
    order = {name.split("_args_")[-1].split(":")[0]: at for at, name in enumerate(names)}
    wanted = [str(at) for at in range(len(names))]
    return [order[key] for key in wanted] if order.keys() == set(wanted) else None


def exported_program(request: Request, generator: np.random.Generator) -> tuple[Any, tuple[Any, ...], list[str]]:
    """A module from torch.export, with inputs of the shapes it was exported for; open batch sizes become 1."""
    import torch

    if not request.allow_code:
        refuse_pickles()
    program = torch.export.load(request.source)
    inputs, warnings = [], []
    values = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
    for name in program.graph_signature.user_inputs:
        value = values.get(name)
        if not isinstance(value, torch.Tensor):
            raise Refusal("unsupported", f"The input '{name}' is not a tensor.", "Export the model with tensors only.")
        sizes = [size if isinstance(size, int) else None for size in value.shape]
        shape = sample_shape(sizes, request.shapes.get(name))
        if None in sizes:
            warnings.append(
                f"The input '{name}' is fixed at {'x'.join(map(str, shape))}; its source leaves sizes open."
            )
        inputs.append(_tensor(generator, value.dtype, shape))
    return named(program).module(), tuple(inputs), warnings


def refuse_pickles() -> None:
    """From now on unpickling may name no class or function: torch.export.load falls back to it for odd archives."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "pickle.find_class":
            raise Refusal("source-runs-code", "The file holds pickled Python objects; reading it runs the code in it.")

    sys.addaudithook(hook)


def torch_script(request: Request, generator: np.random.Generator) -> tuple[Any, tuple[Any, ...], list[str]]:
    """TorchScript, brought to an exported program first."""
    import torch
    from torch._export.converter import TS2EPConverter

    script = torch.jit.load(request.source, map_location="cpu").eval()
    arguments = [one for one in script.forward.schema.arguments if one.name != "self" and not one.has_default_value()]
    for argument in arguments:
        if str(argument.type) != "Tensor":
            raise Refusal(
                "unsupported",
                f"The input '{argument.name}' is not a tensor but {argument.type}.",
                "Wrap the module in one that fixes it, and export that: torch.export.save(...).",
            )
    names = [argument.name for argument in arguments]
    inputs = _arguments(script, names, request, generator)
    program = TS2EPConverter(script, inputs, {}).convert()
    for node in program.graph.nodes:  # it forgets the layers, and says what went on inside PyTorch instead
        node.meta["nn_module_stack"] = {"": ("", script.original_name)}
    return named(program).module(), inputs, []


def named(program: Any) -> Any:
    """The program with operators named by their layers' classes and places, as in Net/LSTM_encoder/linear.

    litert-torch makes names of `nn_module_stack`; it would name the modules of Python's that classes come from, which
    are no levels of the network, and not the operator.
    """
    for node in program.graph.nodes:
        stack = node.meta.get("nn_module_stack", {})
        node.meta["nn_module_stack"] = {
            key: (path, (kind if isinstance(kind, str) else kind.__qualname__).rsplit(".", 1)[-1])
            for key, (path, kind) in stack.items()
        }
        if stack and node.op == "call_function":
            operator = str(getattr(node.target, "__name__", node.target)).split(".")[0]
            node.meta["nn_module_stack"][OPERATOR] = "", operator
    return program


def pickled(request: Request, generator: np.random.Generator) -> tuple[Any, tuple[Any, ...], list[str]]:
    """A pickled module, which is code; only where that is allowed."""
    import inspect

    import torch

    if not request.allow_code:
        raise Refusal("source-runs-code", "The file is a pickled Python object; reading it runs the code in it.")
    module = torch.load(request.source, map_location="cpu", weights_only=False)
    if not isinstance(module, torch.nn.Module):
        raise Refusal(
            "unsupported",
            f"The file holds a {type(module).__name__}, not a whole model.",
            "Save the model with torch.export.save(torch.export.export(model, inputs), 'model.pt2').",
        )
    names = list(inspect.signature(module.forward).parameters)
    module.eval()
    return module, _arguments(module, names, request, generator), []


LOADERS = {"torch-export": exported_program, "torchscript": torch_script, "torch-pickle": pickled}


def _arguments(module: Any, names: list[str], request: Request, generator: np.random.Generator) -> tuple[Any, ...]:
    """Inputs of the wanted shapes: floats, or ids where the module doesn't take floats."""
    import torch

    if missing := [name for name in names if name not in request.shapes]:
        raise Refusal(
            "shapes-needed",
            f"The file doesn't say what shape the input '{missing[0]}' has.",
            f"Give it (--shape {missing[0]}=1,3,224,224).",
        )
    first: Exception | None = None
    for dtype in (torch.float32, torch.int64):
        inputs = tuple(_tensor(generator, dtype, request.shapes[name]) for name in names)
        try:
            with torch.no_grad():
                module(*inputs)
            return inputs
        except (RuntimeError, IndexError) as error:
            first = first or error
    raise Refusal("usage", f"The model doesn't run with these shapes: {str(first).strip().splitlines()[-1]}")


def _tensor(generator: np.random.Generator, dtype: Any, shape: tuple[int, ...]) -> Any:
    import torch

    kind = torch.zeros(0, dtype=dtype).numpy().dtype if dtype != torch.bfloat16 else np.dtype("float32")
    return torch.from_numpy(np.ascontiguousarray(sample(generator, kind, shape))).to(dtype)


def _numpy(value: Any) -> Any:
    import torch

    return (value.float() if value.dtype == torch.bfloat16 else value).detach().numpy()


def _flat(result: Any) -> list[Any]:
    from torch.utils import _pytree

    return list(_pytree.tree_leaves(result))


if __name__ == "__main__":
    serve(versions, convert)
