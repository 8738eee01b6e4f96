"""Keys and tokens that an issuer marks with a prefix of its own.

One row for each form: entity type, the prefix that the scan looks for, and what follows it. The tail gives the issuer's
alphabet and length, so a near miss is no match. A new form is a new row. Tokens of issuers that have no row are found
where their shape leaves no other reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from zlib import crc32

from relay.detect.overlap import CERTAIN
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "TokenRecognizer"]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _crc_base62(token: str) -> bool:
    """Tell whether the last six characters are the CRC-32 of the 30 before them, as GitHub and npm write it."""
    body = token.rpartition("_")[2]
    if len(body) != 36:
        return True
    number = crc32(body[:30].encode("ascii"))
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits == body[30:]


# Entity type, prefix (an expression without unbounded repeats), tail.
_ROWS: tuple[tuple[str, str, str], ...] = (
    # Clouds
    ("AWS_ACCESS_KEY", "(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|ANPA|ANVA|APKA|ASCA)", "[A-Z0-9]{16}"),
    ("AWS_SECRET_KEY", "(?:FwoGZXIvYXdz|FQoGZXIvYXdz|IQoJb3JpZ2lu)", "[A-Za-z0-9/+=_-]{100,2000}"),
    ("AWS_SECRET_KEY", "ABSK", "[A-Za-z0-9+/]{109,269}={0,2}"),
    ("AWS_SECRET_KEY", "bedrock-api-key-", "[A-Za-z0-9+/=_-]{40,2000}"),
    ("AWS_SECRET_KEY", r"amzn\.mws\.", _UUID),
    ("GOOGLE_API_KEY", "AIza", "[0-9A-Za-z_-]{35}"),
    ("GOOGLE_API_KEY", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
    ("GOOGLE_API_KEY", r"ya29\.", r"[0-9A-Za-z_.-]{20,2000}"),
    ("GOOGLE_API_KEY", "1//0", "[0-9A-Za-z_-]{30,200}"),
    ("GOOGLE_API_KEY", r"AQ\.Ab8R", "[0-9A-Za-z_-]{40,60}"),
    ("GOOGLE_API_KEY", "AAAA[A-Za-z0-9_-]{7}:APA91", "[A-Za-z0-9_-]{100,200}"),
    ("AZURE_KEY", r"[A-Za-z0-9_~.-]{3}\dQ~", r"[A-Za-z0-9_~.-]{31,34}"),
    ("AZURE_KEY", "AccountKey=", "(?P<value>[A-Za-z0-9+/]{40,100}={0,2})"),
    ("AZURE_KEY", "SharedAccessKey=", "(?P<value>[A-Za-z0-9+/]{40,100}={0,2})"),
    ("API_KEY", "do[opr]_v1_", "[a-f0-9]{64}"),
    ("API_KEY", "LTAI", "[A-Za-z0-9]{12,26}"),
    ("API_KEY", "AVNS_", "[A-Za-z0-9_-]{16,24}"),
    ("AZURE_KEY", "[A-Za-z0-9]{52}JQQJ99", "[A-Za-z0-9]{24}A{11}[A-Za-z0-9]{2}"),
    ("API_KEY", "sha256~", "[A-Za-z0-9_-]{43}"),
    ("API_KEY", "tk-us-", "[A-Za-z0-9_-]{48}"),
    ("API_KEY", "dnkey-", "[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}"),
    ("API_KEY", "AKID", "[A-Za-z0-9]{32,36}"),
    ("API_KEY", "SCW", "[A-Z0-9]{17}"),
    ("API_KEY", "(?:AQVN|YCA|YCM|YCN|YCO|YCP|YCS)", "[A-Za-z0-9_-]{22,38}"),
    ("API_KEY", r"t1\.[A-Z0-9a-z_-]", r"[A-Z0-9a-z_-]{40,300}={0,2}\.[A-Z0-9a-z_-]{86}={0,2}"),
    ("API_KEY", "HRKU-", "[A-Za-z0-9_-]{36,64}"),
    ("API_KEY", "nfp_", "[A-Za-z0-9]{36}"),
    ("API_KEY", "(?:vcp|vci|vca|vcr|vck)_", "[A-Za-z0-9]{24,60}"),
    ("API_KEY", "(?:fm1[ar]|fm2|fo1)_", "[A-Za-z0-9+/=_-]{40,700}"),
    ("API_KEY", "rnd_", "[A-Za-z0-9]{28,36}"),
    ("API_KEY", r"v1\.0-[a-f0-9]{24}-", "[a-f0-9]{146}"),
    ("API_KEY", "(?:cfut|cfat|cfk)_", "[A-Za-z0-9_-]{41,64}"),
    ("API_KEY", "ocid1\\.[a-z]", r"[a-z0-9]{2,30}\.oc\d\.[a-z0-9-]{0,30}\.{1,2}[a-z0-9]{30,80}"),
    # Source, build and packages
    ("GITHUB_TOKEN", "gh[pousr]_", "[A-Za-z0-9_]{36,255}"),
    ("GITHUB_TOKEN", "github_pat_", "[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    (
        "GITLAB_TOKEN",
        "gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct|rtr)-",
        r"[A-Za-z0-9_=-]{20,300}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?",
    ),
    ("GITLAB_TOKEN", "GR1348941", "[A-Za-z0-9_-]{20}"),
    ("API_KEY", "AT(?:ATT|CTT)3xFf", "[A-Za-z0-9_=-]{60,300}"),
    ("API_KEY", "ATBB", "[A-Za-z0-9]{32}"),
    ("NPM_TOKEN", "npm_", "[A-Za-z0-9]{36}"),
    ("PYPI_TOKEN", "pypi-A", "[A-Za-z0-9_-]{50,1000}"),
    ("API_KEY", "rubygems_", "[a-f0-9]{48}"),
    ("API_KEY", "cio[A-Za-z0-9]", "[A-Za-z0-9]{31}"),
    ("API_KEY", "dckr_[po]at_", "[A-Za-z0-9_-]{27,40}"),
    ("API_KEY", "AKCp", "[A-Za-z0-9]{69}"),
    ("API_KEY", "cmVmdGtu", "[A-Za-z0-9]{56}"),
    ("API_KEY", "oy2[a-z0-9]", "[a-z0-9]{42}"),
    ("API_KEY", "CLOJARS_", "[a-z0-9]{60}"),
    ("API_KEY", "packagist_[ou]rt_", "[a-f0-9]{68,80}"),
    ("API_KEY", "bk[a-z]a_", "[a-f0-9]{40}"),
    ("API_KEY", "CCIP(?:AT|RJ)_", "[A-Za-z0-9_]{40,80}"),
    ("API_KEY", "sq[apu]_[a-f0-9]", "[a-f0-9]{39}"),
    ("API_KEY", "pul-", "[a-f0-9]{40}"),
    ("API_KEY", r"[A-Za-z0-9]{14}\.atlasv1\.", "[A-Za-z0-9_=-]{60,70}"),
    ("API_KEY", "hv[sbr]\\.", "[A-Za-z0-9_-]{24,300}"),
    ("API_KEY", "dp\\.(?:pt|st|ct|scim|audit|sa|said)\\.", "[A-Za-z0-9._-]{40,64}"),
    ("API_KEY", "PMAK-", "[a-f0-9]{24}-[a-f0-9]{34}"),
    ("API_KEY", "ico-[A-Za-z0-9]", "[A-Za-z0-9]{31}"),
    ("API_KEY", "pnu_", "[A-Za-z0-9]{36}"),
    ("API_KEY", "tskey-[a-z]", "[a-z]{2,12}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}"),
    ("API_KEY", "ops_eyJ", "[A-Za-z0-9+/=_-]{200,4000}"),
    ("API_KEY", "AGE-SECRET-KEY-1", "[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
    ("API_KEY", r"[ps]at\.[A-Za-z0-9_-]", r"[A-Za-z0-9_-]{21}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}"),
    ("API_KEY", "A3-", "[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}"),
    ("API_KEY", "BB(?:DC|FF)-", "[A-Za-z0-9+/@_-]{30,50}"),
    ("API_KEY", "API-", "[A-Z0-9]{25,32}"),
    ("API_KEY", "odt_", "[A-Za-z0-9]{32}"),
    ("API_KEY", "(?:sgp|slk|sgd)_", "(?:(?:[a-f0-9]{16}|local)_)?[a-f0-9]{40,64}"),
    ("API_KEY", "sm_(?:aat|pat|sat)_", "[A-Za-z0-9]{16}"),
    ("API_KEY", r"s\.[A-Za-z0-9]{24}", ""),
    ("API_KEY", "s-s4t2(?:ud|af)-", "[a-f0-9]{64}"),
    (
        "API_KEY",
        r"(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc",
        r"[_-][a-z0-9-]{10,32}\.[\w+/=-]{30,120}",
    ),
    ("API_KEY", "nbp_", "[A-Za-z0-9]{36}"),
    ("API_KEY", "polar_(?:oat|pat|at)_", "[A-Za-z0-9_-]{32,64}"),
    ("API_KEY", "tr_(?:dev|prod|stg)_", "[A-Za-z0-9]{20,32}"),
    ("API_KEY", "gAAAAAB", "[A-Za-z0-9_=-]{73,4000}"),
    # Data
    ("API_KEY", "4b1d", "[A-Za-z0-9]{38}"),
    ("API_KEY", "cflt", "[A-Za-z0-9+/]{60}"),
    ("API_KEY", "mdb_sa_(?:sk|id)_", "[A-Za-z0-9_-]{30,60}"),
    ("API_KEY", "napi_", "[a-z0-9]{48,80}"),
    ("API_KEY", "pgar_", "[A-Za-z0-9]{27}"),
    ("API_KEY", "aio_", "[A-Za-z0-9]{28}"),
    ("API_KEY", "[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", ""),
    ("API_KEY", "p8e-", "[A-Za-z0-9]{32}"),
    # Models
    ("OPENAI_API_KEY", "sk-(?:proj|svcacct|admin|None)-", "[A-Za-z0-9_-]{20,200}"),
    ("OPENAI_API_KEY", "sk-[A-Za-z0-9]", "[A-Za-z0-9]{31,63}"),
    ("OPENAI_API_KEY", "sess-", "[A-Za-z0-9]{40}"),
    ("ANTHROPIC_API_KEY", "sk-ant-", "[A-Za-z0-9]{2,10}-[A-Za-z0-9_-]{20,160}"),
    ("HUGGINGFACE_TOKEN", "(?:hf|api_org)_", "[A-Za-z0-9]{34,40}"),
    ("API_KEY", "sk-or-(?:v1-)?", "[a-f0-9]{64}"),
    ("API_KEY", "gsk_", "[A-Za-z0-9]{48,56}"),
    ("API_KEY", "r8_", "[A-Za-z0-9]{37}"),
    ("API_KEY", "pplx-", "[A-Za-z0-9]{40,56}"),
    ("API_KEY", "xai-", "[A-Za-z0-9]{70,90}"),
    ("API_KEY", "tgp_v1_", "[A-Za-z0-9_-]{40,50}"),
    ("API_KEY", "fw_", "[A-Za-z0-9]{22,32}"),
    ("API_KEY", "csk-", "[a-z0-9]{46,52}"),
    ("API_KEY", "nvapi-", "[A-Za-z0-9_-]{60,72}"),
    ("API_KEY", "(?:sk|pk)-lf-", _UUID),
    ("API_KEY", "lsv2_(?:pt|sk)_", "[a-f0-9]{32}_[a-f0-9]{10}"),
    ("API_KEY", "pcsk_", "[A-Za-z0-9]{5,8}_[A-Za-z0-9]{60,66}"),
    ("API_KEY", "tvly-", "(?:dev-|prod-)?[A-Za-z0-9-]{24,48}"),
    ("API_KEY", "fc-[a-f0-9]", "[a-f0-9]{31}"),
    ("API_KEY", "bb_(?:live|test)_", "[A-Za-z0-9_-]{24,40}"),
    ("API_KEY", "e2b_", "[a-f0-9]{40}"),
    ("API_KEY", "sk_[a-f0-9]", "[a-f0-9]{47}"),
    ("API_KEY", "jina_", "[a-f0-9]{32}[A-Za-z0-9_-]{28}"),
    ("API_KEY", "pa-[A-Za-z0-9]", "[A-Za-z0-9_-]{42}"),
    # Money
    ("STRIPE_KEY", "(?:sk|rk)_(?:live|test|prod)_", "[A-Za-z0-9]{10,247}"),
    ("STRIPE_KEY", "whsec_", "[A-Za-z0-9+/=]{24,64}"),
    ("API_KEY", "sq0(?:atp|csp|idp)-", "[A-Za-z0-9_-]{22,43}"),
    ("API_KEY", "EAAA[A-Za-z0-9_-]", "[A-Za-z0-9_+=-]{59}"),
    ("API_KEY", "rzp_(?:live|test)_", "[A-Za-z0-9]{14,24}"),
    ("API_KEY", r"access_token\$(?:production|sandbox)\$", r"[a-z0-9]{16}\$[a-f0-9]{32}"),
    ("API_KEY", "access-(?:sandbox|development|production)-", _UUID),
    ("API_KEY", "FLW(?:SEC|PUB)K(?:_TEST)?-", "[a-f0-9]{12,32}(?:-X)?"),
    ("API_KEY", "EZ[AT]K", "[A-Za-z0-9]{54}"),
    ("API_KEY", "duffel_(?:test|live)_", "[A-Za-z0-9_=-]{43}"),
    ("API_KEY", "shippo_(?:live|test)_", "[a-fA-F0-9]{40}"),
    ("API_KEY", "live_", "[A-Za-z0-9_=-]{38,46}"),
    ("API_KEY", "pdl_(?:live|sdbx)_apikey_", "[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}"),
    ("API_KEY", "AQE[A-Za-z0-9]{2,4}hmf", "[A-Za-z0-9+/=*%$^@!{}-]{50,200}"),
    ("API_KEY", "secret-(?:test|live)-", "[A-Za-z0-9_=-]{36,50}"),
    ("API_KEY", "(?:live|test)_pub_|(?:live|test)_[a-f0-9]", "[a-f0-9]{30,34}"),
    ("API_KEY", "shp(?:at|ca|pa|ss|tka)_", "[a-fA-F0-9]{32}"),
    # Messages and people
    ("SLACK_TOKEN", "xox[abdeprs]-", "[A-Za-z0-9-]{10,250}"),
    ("SLACK_TOKEN", r"xoxo-\d", "[A-Za-z0-9-]{9,250}"),
    ("SLACK_TOKEN", "xoxe\\.xox[bp]-", "[A-Za-z0-9-]{20,250}"),
    ("SLACK_TOKEN", "xapp-", r"\d-[A-Z0-9]{8,14}-\d{8,14}-[a-z0-9]{32,72}"),
    ("TWILIO_KEY", "(?:SK|AC)[0-9a-f]{2}", "[0-9a-f]{30}"),
    ("SENDGRID_KEY", r"SG\.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    ("TELEGRAM_TOKEN", r"\d{8}:A|\d{9}:A|\d{10}:A", "[A-Za-z0-9_-]{34}"),
    ("DISCORD_TOKEN", r"[MNO][A-Za-z\d_-]{23,25}\.", r"[\w-]{6}\.[\w-]{27,38}"),
    ("DISCORD_TOKEN", r"mfa\.", "[A-Za-z0-9_-]{84}"),
    ("API_KEY", "key-[0-9a-f]", "[0-9a-f]{31}"),
    ("API_KEY", "pubkey-[0-9a-f]", "[0-9a-f]{31}"),
    ("API_KEY", "[0-9a-f]{32}-us", r"\d{1,2}"),
    ("API_KEY", "xkeysib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("API_KEY", "xsmtpsib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    ("API_KEY", "re_[A-Za-z0-9]", "[A-Za-z0-9]{7}_[A-Za-z0-9]{20,30}"),
    ("API_KEY", "pat-(?:na|eu)[0-9]", f"-{_UUID}"),
    ("API_KEY", r"\d{15,16}(?:\||%7C)", "[A-Za-z0-9_-]{27,40}"),
    ("API_KEY", r"mlsn\.", "[a-f0-9]{64}"),
    ("API_KEY", "EAA[A-Z]", "[A-Za-z0-9]{80,260}"),
    ("API_KEY", "IGQV", "[A-Za-z0-9_-]{80,260}"),
    ("API_KEY", "AAAAAAAAAAAAAAAAAAAA", "[A-Za-z0-9%]{30,120}"),
    ("API_KEY", "sl\\.(?:u\\.)?[A-Za-z0-9_-]", "[A-Za-z0-9_-]{100,1400}"),
    # Tools
    ("API_KEY", r"[012]/\d{12}", r"\d{2,6}(?:/\d{14,18})?:[a-f0-9]{32}"),
    ("API_KEY", "zpka_", "[a-f0-9]{32}_[a-f0-9]{8}"),
    ("API_KEY", "lin_(?:api|oauth)_", "[A-Za-z0-9]{40,64}"),
    ("API_KEY", "secret_", "[A-Za-z0-9]{43}"),
    ("API_KEY", "ntn_", "[0-9]{11}[A-Za-z0-9]{32,36}"),
    ("API_KEY", "pat[A-Za-z0-9]{14}\\.", "[a-f0-9]{64}"),
    ("API_KEY", "fig(?:d|oh|or|u)_", "[A-Za-z0-9_-]{40,64}"),
    ("API_KEY", "NR(?:AK|JS|AA|II|IQ|RA|BR|SP|AL)-", "[A-Za-z0-9_-]{19,42}"),
    ("API_KEY", "sntry[su]_", "[A-Za-z0-9+/=_]{40,400}"),
    ("API_KEY", "gl(?:c|sa)_", "[A-Za-z0-9+/=_]{32,400}"),
    ("API_KEY", "dapi[a-f0-9]", "[a-f0-9]{31}(?:-[0-9])?"),
    ("API_KEY", r"dt0[a-z]\d\d\.", r"[A-Z0-9]{8,24}\.[A-Z0-9]{64}"),
    ("API_KEY", "sb(?:p|_secret|_publishable)_", "[A-Za-z0-9_-]{30,60}"),
    ("API_KEY", "pscale_(?:tkn|pw|oauth)_", r"[A-Za-z0-9_=.-]{32,64}"),
    ("API_KEY", "CFPAT-", "[A-Za-z0-9_-]{43}"),
    ("API_KEY", "rdme_", "[a-z0-9]{70}"),
    ("API_KEY", "tfp_", "[A-Za-z0-9_.=-]{40,59}"),
    ("API_KEY", "[sp]k\\.eyJ", r"[A-Za-z0-9_-]{50,150}\.[A-Za-z0-9_-]{20,30}"),
    ("API_KEY", "(?:sdk|mob|api)-[0-9a-f]{8}-", "[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("API_KEY", "(?:[Oo]kta|OKTA|SSWS)[ \"'\\w:=-]{1,32}", "(?<![A-Za-z0-9])(?P<value>00[A-Za-z0-9_-]{40})"),
    ("API_KEY", "fio-u-", "[A-Za-z0-9_=-]{64}"),
    ("API_KEY", "phc_|phx_", "[A-Za-z0-9]{40,48}"),
    ("API_KEY", "uk1[a-f0-9]|us1[a-f0-9]", "[a-f0-9]{40,64}-v1"),
    ("API_KEY", "apify_api_", "[A-Za-z0-9]{36}"),
    ("API_KEY", "wandb_v1_", "[A-Za-z0-9_]{70,90}"),
    ("API_KEY", "eyJrIjoi", "[A-Za-z0-9+/=]{60,400}"),
)


def _check_of(entity_type: str, prefix: str) -> Callable[[str], bool] | None:
    if entity_type == "NPM_TOKEN" or prefix.startswith("gh["):
        return _crc_base62
    # Short prefixes that names in programs begin with, too.
    return _is_mixed if prefix == "live_" or prefix.startswith("s\\.") else None


def _lead(prefix: str) -> int:
    """Return how far before the end of its `prefix` a token may begin."""
    return max(48, 16 + sum(map(int, re.findall(r"\{(?:\d+,)?(\d+)\}", prefix))))


# What tokens of issuers that no row names look like: short words, joined, and many random letters and digits.
_UNKNOWN = r"(?:[A-Za-z0-9]{1,10}[_-]){1,4}[A-Za-z0-9]{24,128}"
# Letters in a row as in words, and long numbers: half the characters of a name and more, a fifth of a random text.
_RUNS = re.compile("[a-z]{3,}|[A-Z]{4,}|[0-9]{4,}")
_MOST_IN_RUNS = 0.45
# Identifiers that APIs give to messages, calls, objects and builds.
_IDS_TEXT = (
    "call toolu tooluse srvtoolu msg message chatcmpl cmpl resp rs fc run file asst thread step req request evt event "
    "item ws batch vs ft ftjob gen id uid trace span session conv org proj project user acct cus sub price prod "
    "in pi ch py txn ci chunk index main vendor app page sha1 sha256 sha384 sha512 md5 build deploy dpl img "
    "image commit blob sandbox snap wrkspc sesn env agent skill dir ref"
)
_IDS = frozenset(_IDS_TEXT.split())


def _is_mixed(token: str) -> bool:
    """Tell whether the last part of `token` is random: digits and letters of both cases, few of them in a row."""
    body = re.split("[._-]", token)[-1]
    in_runs = sum(map(len, _RUNS.findall(body)))
    return (
        sum(map(str.isdigit, body)) > 1
        and any(map(str.islower, body))
        and any(map(str.isupper, body))
        and in_runs <= _MOST_IN_RUNS * len(body)
    )


def _is_unknown_token(token: str) -> bool:
    return re.split("[_-]", token, maxsplit=1)[0].lower() not in _IDS and _is_mixed(token)


# A hash that a build wrote into the name of a file: "logo.ico-7a38….png", "app.key-0f1e….js".
_FILE_NAME = re.compile(
    r"(?:\.[a-z]{2,8}){0,2}\.(?:png|jpe?g|gif|svg|ico|webp|avif|css|m?js|map|json|html?|woff2?|ttf|txt|md|pdf|zip|t?gz|whl"
    r"|jar|so|dll|wasm|mp[34])\b"
)


_HASHED = re.compile(r"[A-Za-z]{1,8}[_-][0-9a-f]{16,64}")


def _in_file_name(candidate: Candidate) -> bool:
    """Tell whether a form of a few letters and a hash, or of an issuer unknown, stands in a file's name."""
    text, start, end = candidate.text, candidate.start, candidate.end
    return (candidate.pattern.score < CERTAIN or _HASHED.fullmatch(candidate.value) is not None) and (
        text[start - 1 : start] == "." or _FILE_NAME.match(text, end, end + 32) is not None
    )


class TokenRecognizer(RuleRecognizer):
    """Takes what has an issuer's prefix, alphabet and length, example values included.

    A token with a wrong check sum is reported at a lower score: it may be a truncated one, and replacing it is cheap.
    """

    name = "secrets_tokens"
    source = (
        "forms that issuers publish or that their keys show; GitHub's check sum from 'Behind GitHub's new "
        "authentication token formats' (2021-04-05), Cloudflare's forms from its page 'Token formats' (read "
        "2026-11-21); the other rows as of 2026-11-21, each held by a generated example only"
    )
    rules = (
        *(
            PatternRule(
                entity_type=entity_type,
                regex=f"(?:{prefix}){tail}",
                trigger=f"(?:{prefix})",
                start=r"(?<![A-Za-z0-9])",
                end=r"(?![A-Za-z0-9])",
                score=0.95,
                otherwise=0.9 if _check_of(entity_type, prefix) is _crc_base62 else 0.0,
                check=_check_of(entity_type, prefix),
                lead_chars=_lead(prefix),
                max_chars=2100 if "2000" in tail or "4000" in tail else 512,
            )
            for entity_type, prefix, tail in _ROWS
        ),
        PatternRule(
            entity_type="API_KEY",
            regex=_UNKNOWN,
            trigger="[A-Za-z0-9][_-][A-Za-z0-9]{24}",
            start=r"(?<![A-Za-z0-9_+/=.-])",
            end=r"(?![A-Za-z0-9+/=_-])",
            score=0.7,
            check=_is_unknown_token,
            lead_chars=72,
            max_chars=180,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the token unless it is one character again and again (`sk-xxxxxxxx`)."""
        if _in_file_name(candidate):
            return
        for span in super().check(candidate):
            body = candidate.value[-16:]
            if len(set(body)) > 3 or any(map(str.isdigit, body)):
                yield span


PLUGINS = (TokenRecognizer,)
