"""The operator's credentials: read once, shown never."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from relay.config import SecretReference, UpstreamConfig
from relay.errors import ConfigFault
from relay.types import RouteKind
from relay.upstream.credentials import resolve

KEY = "sk-operator-4711"


def _upstream(credential: object) -> UpstreamConfig:
    return UpstreamConfig(
        kind=RouteKind.FRONTIER,
        base_url="https://api.example.com",
        credential=credential,  # type: ignore[arg-type]
    )


def test_resolve(tmp_path: Path) -> None:
    """Environment and file are read; `client` and `none` have nothing to read; no form of printing shows a key."""
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    found = resolve(
        {
            "a": _upstream(SecretReference(env="KEY")),
            "b": _upstream(SecretReference(file=path)),
            "c": _upstream("client"),
            "d": _upstream("none"),
        },
        {"KEY": KEY},
    )
    assert dict(found) == {"a": KEY, "b": KEY}
    assert KEY not in f"{found!r} {found} {found:}"
    for leak in (copy.copy, pickle.dumps):
        with pytest.raises(TypeError):
            leak(found)


@pytest.mark.parametrize("value", ["", "  ", "sk-ö", "sk-a b", "sk-a\nb"])
def test_unusable(tmp_path: Path, value: str) -> None:
    """A credential that no header can carry is refused, with the place and without the value."""
    path = tmp_path / "key"
    path.write_text(value)
    for reference, environ in (
        (SecretReference(env="KEY"), {"KEY": value}),
        (SecretReference(file=path), {}),
        (SecretReference(env="MISSING"), {}),
        (SecretReference(file=tmp_path / "missing"), {}),
    ):
        with pytest.raises(ConfigFault, match=r"upstreams\.a\.credential") as caught:
            resolve({"a": _upstream(reference)}, environ)
        assert not value.strip() or value not in caught.value.public
