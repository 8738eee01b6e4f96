"""Presidio's `encrypt`: write the value encrypted by AES-CBC under a key of the operator's own.

The ciphertext leaves: with it and the key the value can be read, today or in years, and its length shows that of the
value. So this is the mildest action but for `keep` and `custom`: a rule with it changes nothing where the default is a
placeholder. Relay never decrypts; `presidio_anonymizer`'s `decrypt` with the same key does. Presidio draws a new
initialization vector each time, so one value has another text at each place and in each turn, no provider's cache of
prompts hits, and nothing tells that a ciphertext was changed.
"""

from __future__ import annotations

from typing import ClassVar

from relay.config import SecretReference
from relay.errors import ConfigFault
from relay.protocols import Sealing
from relay.replace.parameters import OperatorParameters, ReadSecret
from relay.replace.presidio_operators import presidio_operator
from relay.types import Action

__all__ = ["PLUGINS", "Encrypt"]

_KEY_BYTES = (16, 24, 32)


class EncryptParameters(OperatorParameters):
    """`key`: where the key is, `{env: NAME}` or `{file: PATH}`: 16, 24 or 32 characters of ASCII."""

    key: SecretReference


class Encrypt:
    """Write base64 of a random initialization vector and the ciphertext."""

    name: ClassVar[str] = "encrypt"
    action: ClassVar[Action] = Action("encrypt", strictness=10)
    Parameters = EncryptParameters

    def __init__(self, parameters: EncryptParameters, read_secret: ReadSecret) -> None:
        """Read the key once. Raises ConfigFault when it, or presidio-anonymizer, is missing."""
        key = read_secret(parameters.key).encode()
        if len(key) not in _KEY_BYTES:
            raise ConfigFault(f"operators: encrypt: key: {len(key)} bytes, expected 16, 24 or 32")
        self._parameters = {"key": key}
        self._operator = presidio_operator("Encrypt", self._parameters)

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return the ciphertext, another one each time."""
        text: str = self._operator.operate(value, self._parameters)
        return text


PLUGINS = (Encrypt,)
