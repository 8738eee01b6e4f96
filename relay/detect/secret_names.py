"""The names that secrets stand under: what the last part of a name says about its value."""

from __future__ import annotations

import re

__all__ = [
    "FOREIGN_KEYS",
    "KEY_LABELS",
    "PASSWORDS",
    "PASSWORD_NAME",
    "SECRETS",
    "SECRET_NAME",
    "SUFFIX",
    "is_own_part",
]

# What the last part of a name says about its value. A short word must be a part of its own: `dbPass`, not `compass`.
PASSWORDS = (
    r"passw(?:or)?d|pass[ _-]?phrase|passcode|passkey|passwort|kennwort|contraseña|senha|wachtwoord"
    r"|mot[ _]?de[ _]?passe"
    r"|pre_?shared_?key|masterauth|pswd|pass|pwd|psk|pw"
)
SECRETS = (
    r"secret|token|credentials?|connection[_-]?string|key_?base|contribsys__com"
    r"|(?:client|access|api|private[_-]?key)[ _-]?id"
    r"|keys?|salt|dsn|sas|creds?|login|auth|jwt|bearer"
)
# What people call a key, in languages whose letters are Latin.
FOREIGN_KEYS = (
    r"(?:api|zugriffs|zugangs|client)[ -]?schlüssel|geheim(?:er|e|en)?[ -]?schlüssel|zugangstoken"
    r"|clé[ _]?(?:d['’ ]?)?(?:api|accès)|clé secrète|jeton(?: d['’](?:accès|api))?"
    r"|chiave (?:api|segreta|privata|di accesso|d['’]accesso)|(?:clave|chave) (?:de )?(?:api|acceso|acesso|secreta)"
)
KEY_LABELS = (
    r"token|secret|(?:api|access|secret|private|signing|encryption|master|auth|account|service|licen[cs]e|webhook|admin|app|consumer)"
    rf"[ _-]?key|{FOREIGN_KEYS}"
)
_SHORT = "pass|pwd|psk|pw|keys?|salt|dsn|sas|creds?|login|auth|jwt|bearer"
# What may stand behind the word: `SECRET_KEY_BASE`, `token_prod`, `apiKey2`.
SUFFIX = (
    r"(?:[ _-]?(?:base|value|str|string|text|raw|plain|prod(?:uction)?|dev(?:elopment)?|staging|stage|test|live|old|new"
    r"|default|main|primary|secondary|current|backup|hash|md5|sha1|sha256|\d{1,3}))?"
)
PASSWORD_NAME = re.compile(PASSWORDS, re.IGNORECASE)
SECRET_NAME = re.compile(SECRETS, re.IGNORECASE)
_PART = re.compile(rf"(?i:.*(?<![A-Za-z])(?:{_SHORT}))|.*[a-z0-9](?=[A-Z])(?i:{_SHORT})|[A-Za-z]?(?i:{_SHORT})")
_LONG = re.compile(
    r"passw|sshpass|requirepass|masterauth|pass.?p|passc|passk|contra|senha|wort|wacht|mot|token|secret|credential|string|id$|base$|com$|shared"
    r"|(?:api|access|auth|private|encryption|signing|master|account|hmac|license|service|storage|admin|deploy)key",
    re.IGNORECASE,
)


def is_own_part(name: str) -> bool:
    """Tell whether a short word is a part of its own in `name`; a long one always is."""
    return _LONG.search(name) is not None or _PART.fullmatch(name) is not None
