"""Fixtures of the tests of phones: one private adb server, and phones that the real adb takes for phones."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from quantscope.devices.adb.host import AdbServer
from tests.phone.adb_server import PrivateServer
from tests.phone.emulated import Phone
from tests.phone.profiles import PIXEL, PhoneProfile

SHARED = Path(__file__).resolve().parents[3] / "shared"
PHONES = SHARED / "phones"
LOGS = SHARED / "benchmark_model"

MakePhone = Callable[..., Phone]


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    """An adb server for all tests that don't do it any harm."""
    with PrivateServer(tmp_path_factory.mktemp("adb")) as server:
        yield server


@pytest.fixture
def server(private: PrivateServer) -> AdbServer:
    return private.address


@pytest.fixture
def make_phone(private: PrivateServer, tmp_path: Path) -> Iterator[MakePhone]:
    """Makes phones and connects them; they are gone after the test."""
    phones: list[Phone] = []

    def make(profile: PhoneProfile = PIXEL, *, connected: bool = True, **options: Any) -> Phone:
        phone = Phone(tmp_path / f"phone{len(phones)}", profile, **options).__enter__()
        phones.append(phone)
        if connected:
            private.connect(phone.serial)
        return phone

    yield make
    for phone in phones:
        private.adb("disconnect", phone.serial)
        phone.__exit__()


@pytest.fixture
def phone(make_phone: MakePhone) -> Phone:
    return make_phone()


def wait(work: Any) -> Any:
    """Runs a coroutine to its end."""
    return asyncio.run(work)


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for what happens on another thread or in another process."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it didn't happen"
        time.sleep(0.01)
