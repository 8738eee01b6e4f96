"""Keys and tokens beside their label, in other dress than a sign, and under names that mean nothing else.

Each group has the texts beside it that look alike and hold none.
"""

from __future__ import annotations

from random import Random
from string import ascii_letters, digits

import pytest

from relay.detect.entropy import is_random_key
from relay.detect.taxonomy import Group, describe
from relay.types import Segment
from tests.counted import steps
from tests.support import patterns_only

KEYS = (
    "d3b07384d113edec49eaa6238ad5ff00",
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEab",
    "k3j9x0q7v2m5z8w1r4t6y0pa",
)
ID, SECRET = "AKIAQ3EGRZ7TLMNO5PXW", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKE"


def secrets(text: str) -> list[str]:
    (found,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    return [text[span.start : span.end] for span in found if describe(span.entity_type).group is Group.SECRET]


FORMS = {
    "below": (
        "Here is my API key:\n```\n{}\n```\nWhy 401?",
        "Here is my token:\n\n```text\n{}\n```",
        "Your API key is:\n\n{}\n\nKeep it safe.",
        "Client ID\nabc\nClient Secret\n{}",
        "**Client secret**\n\n`{}`",
        "### Secret key\n{}",
        "Access token\n{}",
        "My API key:\n> {}",
        "Clé API\n{}",
        "API key (prod)\n{}",
        "your API keys:\n- {}",
        "Client secret value\n{}",
        "Consumer key\n{}",
        "The token for our shop is below:\n\n{}",
        "Your client secret is as follows:\n{}\n",
    ),
    "beside": (
        "| API key | {} |",
        "|API key|`{}`|",
        "| Service | x | Token | {} |",
        "API key → {}",
        "API key › {}",
        "here the API key → {}",
        "token is [ {} ]",
        "API key: [{}]",
        "Secret: <{}>",
    ),
    "other languages": (
        "API-Schlüssel: {}",
        "Mein API-Schlüssel lautet {}",
        "clé API : {}",
        "clé d'API : {}",
        "clé d’API : {}",
        "chiave API: {}",
        "chave de acesso: {}",
    ),
    "prompts": (
        "Enter API key [default: none]: {}",
        "Token [optional]: {}",
        "Client secret [optional]: {}",
        "API key [prod]: {}",
        "Password [none]: {}",
        "Password (none): {}",
    ),
    "in other dress": (
        'password = """{}"""',
        'api_key = """{}"""',
        "password = '''{}'''",
        '<password type="text">{}</password>',
        '<apiKey type="x">{}</apiKey>',
        '<Password Type="http://docs.example.org/wss/2004/01/username-token-profile-1.0#PasswordText">{}</Password>',
        "password = config.get('password') or '{}'",
        "api_key = config.get('api_key') or '{}'",
        'pw = settings["password"] ?? "{}"',
        "password = load('db') || '{}'",
    ),
}
NEAR_MISSES = {
    "below": (
        "API key\nRequired for every request",
        "API key:\n```\nyour-api-key\n```",
        "Here is my API key:\n```\n<YOUR_KEY>\n```",
        f"Here is the request id:\n```\n{KEYS[0]}\n```",
        f"Set the token\n{KEYS[0]} is the commit",
        f"we changed how to read the token\n{KEYS[0]}\n",
        f"Commit\n{KEYS[0]}",
        f"Sort key\n{KEYS[0]}",
        "API key:\n```\npip install relay-client-0.11.2\n```",
        f"The token hash of the build:\n{KEYS[0]}",
        f"The secret for\n{KEYS[0]}",
        "Client Secret\nsha256-of-the-thing",
        "Token\n2031-05-01T10:00:00Z",
        "token:\n    self.tokenizer_v2Name3",
    ),
    "beside": (
        "| API key | required |",
        f"| Primary key | {KEYS[0]} |",
        "| Token | max_tokens_per_request_2 |",
        "API key → Settings",
        "API key → settings-v2-page-overview1",
        "token is [ optional ]",
        "token = [tokens[start2]]",
        "API key: <your-api-key-here-2>",
        "token is [EOS_TOKEN_12]",
        "def f() -> Ed25519PrivateKey | Ed25519PublicKey:",
        ":param Ed25519PrivateKey|aEd25519xPublic2Key",
    ),
    "other languages": ("API-Schlüssel: siehe Wiki", "clé API : obligatoire", "chiave API: richiesta", "Schlüssel: 12"),
    "prompts": (
        "def f(password [str]: Password2)",
        "password [string]: User-supplied text",
        "Password [required]: 8+ characters",
        "API key [prod]: see vault",
        "API key [prod]: $API_KEY",
        "Token [optional]: string",
        "password (optional): User-2 password",
    ),
    "in other dress": (
        'password = """\nDoc string here\n"""',
        'password = """Enter your password"""',
        'password = """"""',
        '<password type="text"></password>',
        '<password type="text">Enter it here</password>',
        '<password type="text">required</password>',
        '<token kind="word">return</token>',
        '<label for="password" class="x1">Password2 or so</label>',
        "<key>KeyType</key>\n<string>public</string>",
        f"<key>CFBundleIdentifier</key>\n<string>{KEYS[0]}</string>",
        "password = config.get('password') or 'prompt'",
        "password = config.get('password') or None",
        "(password) or 'key' must be given",
        "token = d['token'] or 'access_token_2'",
    ),
}


@pytest.mark.parametrize("form", [form for forms in FORMS.values() for form in forms])
def test_the_whole_value(form: str) -> None:
    """And nothing else."""
    for key in KEYS:
        assert secrets(form.format(key)) == [key], key


@pytest.mark.parametrize("text", [text for texts in NEAR_MISSES.values() for text in texts])
def test_near_misses(text: str) -> None:
    """Words, references, digests under other names, types of a program, hints of a form."""
    assert secrets(text) == []


def test_a_key_in_a_list_of_properties() -> None:
    """The end of the element before it is no name of its own."""
    for key in KEYS:
        assert secrets(f"<key>APIKey</key>\n<string>{key}</string>") == [key]


@pytest.mark.parametrize("default", ["None", "****************vUdb", "none yet"])
def test_a_prompt_for_the_secret_of_aws(default: str) -> None:
    """Its label has blanks."""
    assert secrets(f"AWS Secret Access Key [{default}]: {SECRET}") == [SECRET]


@pytest.mark.parametrize(
    "form",
    [
        *("{} {}", "{}:{}", "{},{}", "{}\n{}", "{} / {}", '"{}", "{}"', "| {} | {} |"),
        "mc alias set s3 https://s3.amazonaws.com {} {}",
        "boto3.client('s3','{}','{}')",
    ],
)
def test_the_secret_right_beside_its_id(form: str) -> None:
    """Both are found."""
    assert secrets(form.format(ID, SECRET)) == [ID, SECRET]


@pytest.mark.parametrize(
    "behind",
    [
        f" {'0123456789abcdef' * 2}01234567",
        ": see the console",
        f" {'a' * 40}",
        " arn:aws:iam::123456789012:user/relay-test-user/a",
        f"\nand {SECRET}",
        f" {SECRET}x",
    ],
)
def test_what_is_no_secret_beside_an_id(behind: str) -> None:
    """Digests, and what is longer or further away."""
    assert secrets(ID + behind)[:1] == [ID]
    assert len(secrets(ID + behind)) == 1


_NAMES = (
    'API_KEY="{}"',
    "SECRET_KEY={}",
    "client_secret: {}",
    'access_token = "{}"',
    "auth_token={}",
    'private_key: "{}"',
    '"apiKey": "{}"',
)


@pytest.mark.parametrize("alphabet", ["0123456789abcdef", ascii_letters + digits])
@pytest.mark.parametrize("length", [12, 16])
def test_random_keys(alphabet: str, length: int) -> None:
    """At most one in fifty is taken for a name or a number."""
    random = Random(f"{alphabet}{length}")
    keys = ["".join(random.choice(alphabet) for _ in range(length)) for _ in range(600)]
    left = [key for place, key in enumerate(keys) if secrets(_NAMES[place % len(_NAMES)].format(key)) != [key]]
    assert len(left) <= 12, left


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('API_KEY="d85c524e44006655"', ["d85c524e44006655"]),
        ("SECRET_KEY=HXvGTFptXRgG", ["HXvGTFptXRgG"]),
        ('API_KEY="msZViRAnPmHonpBU"', ["msZViRAnPmHonpBU"]),
        ("API key: HXvGTFptXRgG", ["HXvGTFptXRgG"]),
        # near misses
        ("API_KEY=yourApiKeyHere", []),
        ("secret_key=settingsSecretKey", []),
        ("token=UserTokenType", []),
        ("access_token: UserTokenType", []),
        ('API_KEY="ApiKeyAuthProvider"', []),
        ("client_secret=OAuthClientSecretURL", []),
        ("secretKey: getSecretKeyFromHSM", []),
        ("privateKey: RSAPrivateCrtKeyImpl", []),
        ("private_key: PEMEncodedPKCS", []),
        ("access_token = HTTPBearerToken", []),
        ('authToken: "XSRFTokenHeaderName"', []),
        ('API_KEY="REPLACEWITHKEY"', []),
        ('api_key="deadbeefdead"', []),
        ("primary_key=HXvGTFptXRgG", []),
        ('cacheKey: "HXvGTFptXRgG"', []),
        ('auth_key="d85c524e"', []),
    ],
)
def test_keys_without_digits_or_with_few_of_them(text: str, found: list[str]) -> None:
    """Under a name that means nothing else, unless the value reads as a name."""
    assert secrets(text) == found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((value, True) for value in ("d85c524e44006655", "D85C524E44006655", "HXvGTFptXRgG", "msZViRAnPmHonpBU")),
        *((value, False) for value in ("d85c524e", "deadbeefdead", "111111111112", "aaaa11112222", "D85c524e44006655")),
        *((value, False) for value in ("settingsSecretKey", "RSAPrivateCrtKeyImpl", "lettersonly", "SETTINGSKEYS")),
    ],
)
def test_what_is_a_key_under_such_a_name(value: str, expected: bool) -> None:
    """Hexadecimal of both kinds, letters that make no words."""
    assert is_random_key(value) is expected


def test_work_is_linear() -> None:
    """For labels without a value, and for values that are none."""
    for unit in (
        "API key\n",
        "| token | ",
        "token is [ ",
        "API key:\n```\n",
        f"{ID} ",
        "API key [",
        "token › x1 ",
        "clé API ",
    ):
        text = unit * (8_000 // len(unit))
        assert steps(lambda text=text: secrets(text)) <= 300 * 8_000, unit  # type: ignore[misc]
