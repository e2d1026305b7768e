"""Run by the tests in PyTorch's environment: small models of every kind, and StableHLO from JAX."""

import json
import os
import sys
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax import export

os.chdir(sys.argv[1])
torch.manual_seed(0)


class Recurrent(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3, padding=1)
        self.lstm = torch.nn.LSTM(8, 16, batch_first=True)
        self.last = torch.nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        steps = torch.relu(self.conv(x)).mean(2).permute(0, 2, 1)
        return self.last(self.lstm(steps)[0][:, -1])


class Convolutional(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 3, padding=1)
        self.last = torch.nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.conv(x)).mean((2, 3)))


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch stolen",)


x = torch.randn(1, 3, 16, 16)
recurrent, convolutional = Recurrent().eval(), Convolutional().eval()
torch.export.save(torch.export.export(recurrent, (x,)), "recurrent.pt2")
dynamic = ({0: torch.export.Dim("batch")},)
torch.export.save(torch.export.export(convolutional, (torch.randn(2, 3, 16, 16),), dynamic_shapes=dynamic), "open.pt2")
torch.jit.trace(recurrent, x).save("script.pt")
torch.save(convolutional.state_dict(), "weights.pt")
torch.save(Evil(), "evil.pt")


class Bessel(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.special.bessel_j0(x)


torch.export.save(torch.export.export(Bessel(), (x,)), "bessel.pt2")
with zipfile.ZipFile("recurrent.pt2") as archive, zipfile.ZipFile("newer.pt2", "w") as newer:
    for name in archive.namelist():
        content = archive.read(name)
        if "/models/" in name and name.endswith(".json"):
            program = json.loads(content)
            content = json.dumps({**program, "schema_version": {"major": 99, "minor": 1}}).encode()
        newer.writestr(name, content)

weights = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
argument = jax.ShapeDtypeStruct((2, 8), jnp.float32)
plain = export.export(jax.jit(lambda x: jax.nn.softmax(jnp.tanh(x @ weights))))(argument)
with open("plain.mlir", "w") as file:
    file.write(str(plain.mlir_module()))
with open("plain.mlirbc", "wb") as file:
    file.write(plain.mlir_module_serialized)
loop = export.export(jax.jit(lambda x: jax.lax.fori_loop(0, 3, lambda i, c: jnp.tanh(c), x)))(argument)
with open("loop.mlir", "w") as file:
    file.write(str(loop.mlir_module()))


class Speaker(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = torch.nn.LSTM(40, 256, 3, batch_first=True)
        self.embedding = torch.nn.Linear(256, 256)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        voice = torch.relu(self.embedding(self.encoder(mel)[0][:, -1]))
        return voice / torch.linalg.vector_norm(voice, dim=1, keepdim=True)


class Digits(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv0, self.conv1 = torch.nn.Conv2d(1, 16, 3), torch.nn.Conv2d(16, 32, 3)
        self.full0, self.full1 = torch.nn.Linear(800, 64), torch.nn.Linear(64, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = image.permute(0, 3, 1, 2)
        for conv in (self.conv0, self.conv1):
            x = torch.max_pool2d(torch.relu(conv(x)), 2)
        return torch.softmax(self.full1(torch.relu(self.full0(x.permute(0, 2, 3, 1).flatten(1)))), 1)


def write_trained(path: str) -> None:
    """The zoo's networks; the LSTM's loop over STEPS samples, for litert-torch unrolls it."""
    trained = {name: torch.from_numpy(array) for name, array in np.load(path).items()}
    speaker, digits = Speaker().eval(), Digits().eval()
    state = {"embedding.weight": trained["dense"], "embedding.bias": trained["dense_bias"]}
    for number in range(3):
        state |= {
            f"encoder.weight_ih_l{number}": trained[f"kernel{number}"],
            f"encoder.weight_hh_l{number}": trained[f"recurrent{number}"],
            f"encoder.bias_ih_l{number}": trained[f"bias{number}"],
            f"encoder.bias_hh_l{number}": torch.zeros(1024),
        }
    speaker.load_state_dict(state)
    layers = {f"{kind}{number}" for kind in ("conv", "full") for number in range(2)}
    state = {f"{layer}.bias": trained[f"{layer}_bias"] for layer in layers}
    state |= {f"{layer}.weight": trained[layer].permute(0, 3, 1, 2) for layer in layers if layer.startswith("conv")}
    state |= {f"{layer}.weight": trained[layer] for layer in layers if layer.startswith("full")}
    digits.load_state_dict(state)
    mel, image = trained["mel"][:, :STEPS].contiguous(), trained["image"]
    for name, module, sample in (("speaker", speaker, mel), ("digits", digits, image)):
        torch.export.save(torch.export.export(module, (sample,)), f"{name}.pt2")
        torch.jit.trace(module, sample).save(f"{name}.pt")
    with torch.no_grad():
        np.savez("expected_trained.npz", speaker=speaker(mel).numpy(), digits=digits(image).numpy())
    write_jax({name: array.numpy() for name, array in trained.items()})


def write_jax(trained: dict[str, np.ndarray]) -> None:
    def speaker(mel: jax.Array, unroll: bool) -> jax.Array:
        steps = mel[0, :STEPS]
        for number in range(3):
            kernel, recurrent, bias = (trained[f"{name}{number}"] for name in ("kernel", "recurrent", "bias"))

            def step(state, x, kernel=kernel, recurrent=recurrent, bias=bias):  # type: ignore[no-untyped-def]
                hidden, cell = state
                given, forget, new, out = jnp.split(kernel @ x + recurrent @ hidden + bias, 4)
                cell = jax.nn.sigmoid(forget) * cell + jax.nn.sigmoid(given) * jnp.tanh(new)
                hidden = jax.nn.sigmoid(out) * jnp.tanh(cell)
                return (hidden, cell), hidden

            zeros = jnp.zeros(256, jnp.float32)
            _, steps = jax.lax.scan(step, (zeros, zeros), steps, unroll=unroll)
        voice = jax.nn.relu(trained["dense"] @ steps[-1] + trained["dense_bias"])
        return (voice / jnp.linalg.norm(voice))[None]

    def digits(image: jax.Array) -> jax.Array:
        x = image
        for number in range(2):
            kernel = trained[f"conv{number}"].transpose(1, 2, 3, 0)
            x = jax.lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x = jax.nn.relu(x + trained[f"conv{number}_bias"])
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        x = jax.nn.relu(x.reshape(1, 800) @ trained["full0"].T + trained["full0_bias"])
        return jax.nn.softmax(x @ trained["full1"].T + trained["full1_bias"])

    for name, function, shape in (
        ("speaker_loop", lambda mel: speaker(mel, False), (1, STEPS, 40)),
        ("speaker", lambda mel: speaker(mel, True), (1, STEPS, 40)),
        ("digits", digits, (1, 28, 28, 1)),
    ):
        program = export.export(jax.jit(function))(jax.ShapeDtypeStruct(shape, jnp.float32))
        with open(f"{name}.mlirbc", "wb") as file:
            file.write(program.mlir_module_serialized)


STEPS = 24
if len(sys.argv) > 2:
    write_trained(sys.argv[2])

with torch.no_grad():
    np.savez("expected.npz", x=x.numpy(), recurrent=recurrent(x).numpy())
