"""The forms of secrets that issuers document, and values made afresh from them.

A form is literal text with fields: `{w40}` is forty characters of the alphabet `w`. A row with a label is a value
without a mark of its own: only its name gives it away. All values are invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

__all__ = ["FORMS", "Form", "make"]

_DIGITS, _LOWER, _UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHABETS = {
    "d": _DIGITS,
    "h": _DIGITS + "abcdef",
    "F": _DIGITS + "ABCDEF",
    "a": _DIGITS + _LOWER,
    "A": _DIGITS + _UPPER,
    "l": _LOWER,
    "L": _LOWER + _UPPER,
    "w": _DIGITS + _LOWER + _UPPER,
    "W": _DIGITS + _LOWER + _UPPER + "_-",
    "B": _DIGITS + _LOWER + _UPPER + "+/",
    "T": "234567" + _UPPER,
    "g": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_FIELD = re.compile(r"\{([a-zA-Z])(\d+)\}")
_UUID = "{h8}-{h4}-4{h3}-a{h3}-{h12}"


class Form(NamedTuple):
    """One kind of secret: its name, the words of the setting that usually holds it, and its form."""

    name: str
    words: tuple[str, ...]
    form: str


def make(form: str, random: Random) -> str:
    """Return a value of `form`."""
    return _FIELD.sub(lambda m: "".join(random.choice(_ALPHABETS[m[1]]) for _ in range(int(m[2]))), form)


# Vendor, words of the label, form. These values have no mark: the label is all there is.
_LABELLED = """
adafruit|api key|{W32}
adobe|client id|{h32}
airtable|api key|{a17}
algolia|api key|{h32}
alibaba|secret key|{a30}
asana|client id|{d16}
asana|client secret|{h32}
atlassian|api token|{a20}{h4}
confluence|token|{a24}
jira|api token|{a24}
beamer|api token|b_{W44}
bitbucket|client id|{w32}
bitbucket|client secret|{W64}
bittrex|access key|{h32}
bittrex|secret key|{h32}
meraki|api key|{h40}
cloudflare|api key|{W40}
cloudflare|global api key|{h37}
codecov|token|{a32}
cohere|api token|{w40}
coinbase|access token|{W64}
confluent|access token|{A16}
confluent|secret key|{w64}
contentful|delivery api token|{W43}
datadog|access token|{h40}
datadog|api key|{h32}
discord|api token|{h64}
discord|client id|{d18}
discord|client secret|{W32}
drone ci|access token|{w32}
dropbox|api token|{a15}
dropbox|api secret|{a11}AAAAAAAAAA{W43}
etsy|access token|{a24}
facebook|app secret|{h32}
fastly|api token|{W32}
finicity|api token|{h32}
finicity|client secret|{a20}
finnhub|access token|{a20}
flickr|access token|{a32}
freshbooks|access token|{h64}
freemius|secret key|sk_{W29}
gitter|access token|{h40}
gocardless|api token|live_{W40}
heroku|api key|U
hubspot|api key|U
intercom|api key|{W60}
jfrog|api key|{w73}
jfrog|identity token|{w64}
artifactory|token|{w73}
kubeadm|token|{a6}.{a16}
kraken|access token|{B86}==
kucoin|access token|{h24}
kucoin|secret key|U
launchdarkly|access token|{W40}
linear|client secret|{h32}
linkedin|client id|{a14}
linkedin|client secret|{w16}
lob|api key|live_{h35}
lob|pub api key|test_pub_{h31}
mailchimp|api key|{h32}-us{d2}
mailgun|signing key|{h32}-{h8}-{h8}
mailgun|private api token|key-{h32}
mapbox|api token|pk.{a60}.{a22}
mattermost|access token|{a26}
message bird|api token|{w25}
message bird|client id|U
netlify|access token|{W43}
new relic|user api id|{a64}
nytimes|access token|{w32}
okta|access token|00{W40}
plaid|client id|{h24}
plaid|secret key|{h30}
privateai|api token|{a32}
rapid api|access token|{W50}
sendbird|access id|U
sendbird|access token|{h40}
sentry|access token|{h64}
snyk|api token|U
sonar|login|{h40}
sonar|token|{h40}
squarespace|access token|U
sumologic|access id|su{w12}
sumologic|access token|{w64}
travis|access token|{W22}
twitch|api token|{a30}
twitter|access secret|{w45}
twitter|access token|{d19}-{w40}
twitter|api key|{w25}
twitter|api secret|{w50}
yandex|aws access token|YC{W38}
zendesk|secret key|{h40}
sourcegraph|access token|{h40}
django|secret key|{w50}
wireguard|preshared key|{B43}=
stytch|secret|secret-test-{W40}
mux|token secret|{B75}
acme|key|{w22}
acme|secret|{w24}
acme|creds|{w30}
acme|auth token|{w28}
acme|encryption key|{h64}
acme|signing secret|{h64}
ghost|admin api key|{h24}:{h64}
trello|api key|{h32}
trello|token|{h64}
openweather|api key|{h32}
shodan|api key|{w32}
virustotal|api key|{h64}
elastic|api key|{W40}==
supabase|service role key|{w44}
vercel|token|{w24}
"""

# A mark of the issuer's own: no label is needed.
_MARKED = """
1password secret key|A3-{A6}-{A6}-{A5}-{A5}-{A5}-{A5}
1password service account|ops_eyJ{w300}
adobe client secret|p8e-{h32}
age secret key|AGE-SECRET-KEY-1{g58}
aiven token|AVNS_{w19}
adafruit io|aio_{w28}
airtable personal|pat{w14}.{h64}
alibaba access key id|LTAI{w20}
anthropic admin|sk-ant-admin01-{W93}AA
anthropic api|sk-ant-api03-{W93}AA
artifactory api key|AKCp{w69}
artifactory reference token|cmVmdGtu{w56}
asana personal|2/{d16}/{d16}:{h32}
atlassian api|ATATT3xFfGF0{W180}
authress|sc_{a12}.{a5}.acc-{a14}.{w44}
aws access|AKIA{T16}
aws session|ASIA{T16}
aws bedrock|ABSK{B112}
azure client secret|{w3}8Q~{w34}
azure devops|{a52}JQQJ99{w24}AAAAAAAAAAA{w2}
bitbucket app password|ATBB{w32}
buildkite|bkua_{h40}
circleci|CCIPAT_{w22}_{h40}
clickhouse cloud|4b1d{w38}
clojars|CLOJARS_{a60}
cloudflare origin|v1.0-{h24}-{h146}
cloudflare user token|cfut_{w40}{h8}
confluent kafka|cflt{B60}
contentful personal|CFPAT-{W43}
databricks|dapi{h32}
defined networking|dnkey-{A26}-{A52}
digitalocean oauth|doo_v1_{h64}
digitalocean personal|dop_v1_{h64}
digitalocean refresh|dor_v1_{h64}
docker personal|dckr_pat_{W27}
doppler|dp.pt.{w43}
dropbox short-lived|sl.{W135}
duffel|duffel_test_{W43}
dynatrace|dt0c01.{A24}.{A64}
easypost|EZAK{w54}
easypost test|EZTK{w54}
facebook access|{d15}|{w27}
facebook page|EAAC{w120}
figma|figd_{W40}
flutterwave encryption|FLWSECK_TEST-{h12}
flutterwave public|FLWPUBK_TEST-{h32}-X
flutterwave secret|FLWSECK_TEST-{h32}-X
fly.io|fo1_{W43}
fly.io macaroon|fm2_{B120}
frame.io|fio-u-{W64}
gcp api|AIza{W35}
gcp client secret|GOCSPX-{W28}
github app|ghs_{w36}
github fine-grained|github_pat_{w22}_{w59}
github oauth|gho_{w36}
github personal|ghp_{w36}
github refresh|ghr_{w36}
gitlab job|glcbt-64_{W20}
gitlab deploy|gldt-{W20}
gitlab feature flag|glffct-{W20}
gitlab feed|glft-{W20}
gitlab incoming mail|glimt-{a25}
gitlab agent|glagent-{W50}
gitlab oauth|gloas-{h64}
gitlab personal|glpat-{W20}
gitlab routable|glpat-{W27}.01.{a9}
gitlab trigger|glptt-{h40}
gitlab registration|GR1348941{W20}
gitlab runner|glrt-{W20}
gitlab scim|glsoat-{W20}
grafana key|eyJrIjoi{w72}
grafana cloud|glc_{w64}
grafana service|glsa_{w32}_{h8}
groq|gsk_{w52}
harness|pat.{W22}.{h24}.{w20}
harness service|sat.{W22}.{h24}.{w20}
terraform cloud|{w14}.atlasv1.{W67}
heroku|HRKU-AA{W58}
hubspot private app|pat-na1-U
hugging face|hf_{w34}
hugging face organisation|api_org_{w34}
infracost|ico-{w32}
intra42|s-s4t2ud-{h64}
ionic|ion_{w42}
langsmith|lsv2_pt_{h32}_{h10}
linear|lin_api_{w40}
mapbox secret|sk.eyJ{w80}.{w22}
maxmind|{w6}_{w29}_mmk
mongodb atlas service|mdb_sa_sk_{W40}
neon|napi_{a64}
netlify personal|nfp_{w36}
new relic browser|NRJS-{h19}
new relic insert|NRII-{W32}
new relic user|NRAK-{A27}
new relic query|NRIQ-{W32}
notion|ntn_{d11}{w35}
npm|npm_{w36}
octopus deploy|API-{A26}
okta developer|odt_{w32}
openai legacy|sk-{w20}T3BlbkFJ{w20}
openai project|sk-proj-{W74}T3BlbkFJ{W74}
openrouter|sk-or-v1-{h64}
openshift|sha256~{W43}
paddle|pdl_live_apikey_{a26}_{w22}_{w3}
perplexity|pplx-{w48}
plaid access|access-sandbox-U
planetscale oauth|pscale_oauth_{W43}
planetscale password|pscale_pw_{W43}
planetscale token|pscale_tkn_{W43}
postman|PMAK-{h24}-{h34}
prefect|pnu_{w36}
pulumi|pul-{h40}
pypi|pypi-AgEIcHlwaS5vcmc{W80}
readme|rdme_{a70}
replicate|r8_{w37}
rubygems|rubygems_{h48}
scalingo|tk-us-{W48}
scaleway|SCW{A17}
sendgrid|SG.{w22}.{w43}
sendinblue|xkeysib-{h64}-{w16}
sentry organisation|sntrys_eyJpYXQiO{w90}_{w43}
sentry user|sntryu_{h64}
settlemint application|sm_aat_{w16}
settlemint personal|sm_pat_{w16}
settlemint service|sm_sat_{w16}
shippo|shippo_live_{h40}
shopify access|shpat_{h32}
shopify custom|shpca_{h32}
shopify private|shppa_{h32}
shopify shared|shpss_{h32}
slack app|xapp-1-{A11}-{d13}-{h64}
slack bot|xoxb-{d12}-{d12}-{w24}
slack configuration|xoxe.xoxp-1-{w163}
slack refresh|xoxe-1-{w146}
slack legacy|xoxs-{d10}-{d10}-{d11}-{h10}
slack workspace|xoxa-2-{w24}
slack user|xoxp-{d12}-{d12}-{d12}-{h32}
sonar|squ_{h40}
sourcegraph|sgp_{h16}_{h40}
square|EAAA{w60}
square oauth|sq0atp-{W22}
stripe|sk_live_{w24}
stripe restricted|rk_live_{w99}
tailscale|tskey-auth-{w12}-{w32}
telegram|{d10}:AA{W33}
twilio|SK{h32}
twitter bearer|AAAAAAAAAAAAAAAAAAAAAA{w90}
typeform|tfp_{W44}_{w14}
vault batch|hvb.{W140}
vault service|hvs.{W95}
vault legacy|s.{w24}
voyage|pa-{w43}
zuplo|zpka_{h32}_{h8}
yandex api|AQVN{W36}
yandex iam|t1.{w120}.{W86}
bitbucket server|BBDC-{w40}
bitbucket repository|BBDC-{B40}
adyen|AQE{w4}hmfxKI{w60}
ubidots|BBFF-{w35}
postgres gateway|pgar_{w27}
slick|slk_{h64}
gocardless access|live_{d9}_{w34}
jwt|eyJhbGciOiJIUzI1NiJ9.eyJzdWIi{w40}.{W43}
jwt unsigned|eyJhbGciOiJIUzI1NiJ9.eyJzdWIi{w40}
bcrypt|$2b$12${w53}
sha-512 crypt|$6${w16}${w86}
argon2|$argon2id$v=19$m=65536,t=3,p=4${w22}${w43}
django hash|pbkdf2_sha256$600000${w22}${B43}=
ssha|{SSHA}{B37}==
"""


def _forms() -> Iterator[Form]:
    for row in _LABELLED.strip().splitlines():
        vendor, label, form = row.split("|")
        yield Form(f"{vendor} {label}", (*vendor.split(), *label.split()), _UUID if form == "U" else form)
    for row in _MARKED.strip().splitlines():
        name, _, form = row.partition("|")
        yield Form(name, (), form.replace("-U", f"-{_UUID}") if form.endswith("-U") else form)


FORMS = tuple(_forms())
