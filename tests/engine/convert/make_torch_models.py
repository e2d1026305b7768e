"""Run by the tests in PyTorch's environment: small models of every kind, and StableHLO from JAX."""

import os
import sys

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
with torch.no_grad():
    np.savez("expected.npz", x=x.numpy(), recurrent=recurrent(x).numpy())
