"""Define every entity type: its group, the data classes it counts for, its default, and how it is found.

Names are Presidio's where Presidio has one. Policy reads this table to expand groups and to classify a request;
`relay detect --list` prints it. A plug-in may report a type that the table does not name: `describe` then applies
the naming rule (a type that ends in `_TOKEN`, `_API_KEY`, `_KEY`, `_SECRET`, `_PASSWORD` or `_WEBHOOK` is a SECRET,
anything else is OTHER and on by default), so that adding a recognizer edits no file but its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

__all__ = ["ENTITY_TYPES", "EntityInfo", "Group", "Method", "describe"]


class Group(StrEnum):
    """The groups of the taxonomy."""

    PERSON = "PERSON"
    CONTACT = "CONTACT"
    ADDRESS = "ADDRESS"
    DATES = "DATES"
    ORGANISATION = "ORGANISATION"
    FINANCE = "FINANCE"
    GOVERNMENT = "GOVERNMENT"
    HEALTH = "HEALTH"
    DEVICE = "DEVICE"
    PLACE = "PLACE"
    SPECIAL = "SPECIAL"
    SECRET = "SECRET"  # noqa: S105 - the name of a group
    OTHER = "OTHER"


class Method(StrEnum):
    """How a type is found."""

    CHECKSUM = "pattern + checksum"
    PATTERN = "pattern"
    CONTEXT = "pattern + context"
    MODEL = "model"
    LEXICON = "lexicon"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityInfo:
    """One row of the table.

    `classes` are hints for the data classes a value counts for; some count only together with a person (policy knows).
    `default` tells whether the type is replaced when policy names nothing.
    """

    entity_type: str
    group: Group
    classes: tuple[str, ...]
    default: bool
    method: Method
    about: str


_PII = ("PII",)
_NPI = ("NPI", "PII")
_PCI = ("PCI", "PII")
_PHI = ("PHI", "PII")
_SECRET = ("SECRET",)
_NONE: tuple[str, ...] = ()

_ON, _OFF = True, False
_SUM, _PAT, _CTX, _NER, _LEX = Method.CHECKSUM, Method.PATTERN, Method.CONTEXT, Method.MODEL, Method.LEXICON

_Row = tuple[str, tuple[str, ...], bool, Method, str]

_TABLE: dict[Group, tuple[_Row, ...]] = {
    Group.PERSON: (
        ("PERSON", _PII, _ON, _NER, "name of a person, whole or in part"),
        ("USERNAME", _PII, _ON, _CTX, "account name or @handle"),
        ("HOST_NAME", _PII, _ON, _CTX, "name of a private machine"),
        ("HOME_PATH", _PII, _ON, _PAT, "user name inside a home directory path"),
        ("GIT_AUTHOR", _PII, _ON, _PAT, "author or committer of a commit"),
        ("ID_NUMBER", _PII, _ON, _CTX, "identifier that only its context shows"),
        ("TITLE", _NONE, _OFF, _LEX, "Dr, Mrs, Herr"),
        ("GENDER", _NONE, _OFF, _LEX, "gender of a person"),
        ("MARITAL_STATUS", _NONE, _OFF, _LEX, "married, single"),
        ("AGE", _PII, _OFF, _NER, "age of a person; from 90 an identifier under HIPAA"),
    ),
    Group.CONTACT: (
        ("EMAIL_ADDRESS", _PII, _ON, _PAT, "e-mail address, also spelt out"),
        ("PHONE_NUMBER", _PII, _ON, _PAT, "telephone number of any region"),
        ("FAX_NUMBER", _PII, _ON, _CTX, "fax number"),
        ("IP_ADDRESS", _PII, _ON, _PAT, "IPv4 or IPv6 address, not loopback"),
        ("MAC_ADDRESS", _PII, _ON, _PAT, "EUI-48 or EUI-64 hardware address"),
        ("PROFILE_URL", _PII, _ON, _PAT, "URL of a personal profile: the account part"),
        ("URL", _NONE, _OFF, _PAT, "plain public URL"),
    ),
    Group.ADDRESS: (
        ("STREET_ADDRESS", _PII, _ON, _CTX, "street with number, unit, post box"),
        ("POSTCODE", _PII, _ON, _CTX, "postal code near an address or its context"),
        ("UK_POSTCODE", _PII, _ON, _PAT, "United Kingdom postcode"),
        ("CA_POSTAL_CODE", _PII, _ON, _PAT, "Canadian postal code"),
        ("LOCATION", _NONE, _OFF, _NER, "city, state, country, facility"),
    ),
    Group.DATES: (
        ("DATE_OF_BIRTH", _PII, _ON, _CTX, "date beside a word of birth"),
        ("DATE_TIME", _NONE, _OFF, _PAT, "any other date"),
    ),
    Group.ORGANISATION: (
        ("ORGANIZATION", _NONE, _OFF, _NER, "company, agency, club"),
        ("EMPLOYER", _NONE, _OFF, _NER, "employer of a person"),
        ("SCHOOL", _NONE, _OFF, _NER, "school or university of a person"),
        ("HOSPITAL", _NONE, _OFF, _NER, "hospital or practice"),
    ),
    Group.FINANCE: (
        ("CREDIT_CARD", _PCI, _ON, _SUM, "payment card number (Luhn)"),
        ("CARD_CVV", _PCI, _ON, _CTX, "card verification value near its name"),
        ("CARD_EXPIRY", _PCI, _ON, _CTX, "card expiry near a card"),
        ("CARD_TRACK", _PCI, _ON, _PAT, "magnetic stripe track"),
        ("IBAN_CODE", _NPI, _ON, _SUM, "bank account, ISO 13616 (mod 97)"),
        ("SWIFT_CODE", _NPI, _ON, _CTX, "bank identifier, ISO 9362"),
        ("ABA_ROUTING_NUMBER", _NPI, _ON, _SUM, "United States routing number"),
        ("US_BANK_NUMBER", _NPI, _ON, _CTX, "United States bank account number"),
        ("BANK_ACCOUNT", _NPI, _ON, _CTX, "account number near its context, other countries"),
        ("UK_SORT_CODE", _NPI, _ON, _CTX, "United Kingdom sort code"),
        ("CRYPTO", _NPI, _ON, _SUM, "Bitcoin, Ethereum and other wallet addresses"),
        ("EU_VAT_ID", _NPI, _ON, _SUM, "value added tax id of an EU member state"),
        ("TAX_ID", _NPI, _ON, _CTX, "tax number near its context, other countries"),
    ),
    Group.GOVERNMENT: (
        ("US_SSN", _NPI, _ON, _PAT, "United States social security number"),
        ("US_ITIN", _NPI, _ON, _PAT, "United States taxpayer identification number"),
        ("US_EIN", _NPI, _ON, _CTX, "United States employer identification number"),
        ("US_PASSPORT", _PII, _ON, _CTX, "United States passport"),
        ("US_DRIVER_LICENSE", _PII, _ON, _CTX, "United States driver's licence"),
        ("US_NPI", _PHI, _ON, _SUM, "United States national provider identifier"),
        ("MEDICAL_LICENSE", _PHI, _ON, _SUM, "DEA registration number"),
        ("UK_NINO", _NPI, _ON, _PAT, "United Kingdom national insurance number"),
        ("UK_UTR", _NPI, _ON, _SUM, "United Kingdom unique taxpayer reference"),
        ("UK_PASSPORT", _PII, _ON, _CTX, "United Kingdom passport"),
        ("UK_DRIVING_LICENCE", _PII, _ON, _PAT, "United Kingdom driving licence"),
        ("CA_SIN", _NPI, _ON, _SUM, "Canadian social insurance number"),
        ("AU_TFN", _NPI, _ON, _SUM, "Australian tax file number"),
        ("AU_ABN", _NPI, _ON, _SUM, "Australian business number"),
        ("AU_ACN", _NPI, _ON, _SUM, "Australian company number"),
        ("NZ_IRD", _NPI, _ON, _SUM, "New Zealand inland revenue number"),
        ("IN_AADHAAR", _NPI, _ON, _SUM, "Indian Aadhaar (Verhoeff)"),
        ("IN_PAN", _NPI, _ON, _PAT, "Indian permanent account number"),
        ("IN_GSTIN", _NPI, _ON, _SUM, "Indian goods and services tax number"),
        ("IN_VOTER", _PII, _ON, _CTX, "Indian voter card"),
        ("IN_PASSPORT", _PII, _ON, _CTX, "Indian passport"),
        ("SG_NRIC_FIN", _PII, _ON, _SUM, "Singapore NRIC or FIN"),
        ("SG_UEN", _NPI, _ON, _SUM, "Singapore unique entity number"),
        ("DE_TAX_ID", _NPI, _ON, _SUM, "German tax identification number"),
        ("DE_ID_CARD", _PII, _ON, _SUM, "German identity card"),
        ("DE_PASSPORT", _PII, _ON, _SUM, "German passport"),
        ("DE_SOCIAL_SECURITY", _NPI, _ON, _SUM, "German social insurance number"),
        ("FR_NIR", _NPI, _ON, _SUM, "French social security number"),
        ("FR_SIREN", _NPI, _ON, _SUM, "French company number"),
        ("ES_NIF", _NPI, _ON, _SUM, "Spanish tax number"),
        ("ES_NIE", _NPI, _ON, _SUM, "Spanish foreigner number"),
        ("IT_FISCAL_CODE", _NPI, _ON, _SUM, "Italian fiscal code"),
        ("IT_VAT_CODE", _NPI, _ON, _SUM, "Italian VAT code"),
        ("NL_BSN", _NPI, _ON, _SUM, "Dutch citizen service number"),
        ("PT_NIF", _NPI, _ON, _SUM, "Portuguese tax number"),
        ("BE_NATIONAL_NUMBER", _NPI, _ON, _SUM, "Belgian national number"),
        ("CH_AHV", _NPI, _ON, _SUM, "Swiss AHV number"),
        ("AT_SVNR", _NPI, _ON, _SUM, "Austrian social insurance number"),
        ("PL_PESEL", _NPI, _ON, _SUM, "Polish PESEL"),
        ("PL_NIP", _NPI, _ON, _SUM, "Polish tax number"),
        ("SE_PERSONNUMMER", _NPI, _ON, _SUM, "Swedish personal identity number"),
        ("FI_PERSONAL_IDENTITY_CODE", _NPI, _ON, _SUM, "Finnish personal identity code"),
        ("DK_CPR", _NPI, _ON, _CTX, "Danish CPR number"),
        ("NO_FODSELSNUMMER", _NPI, _ON, _SUM, "Norwegian national identity number"),
        ("IS_KENNITALA", _NPI, _ON, _SUM, "Icelandic identification number"),
        ("IE_PPS", _NPI, _ON, _SUM, "Irish PPS number"),
        ("CZ_RODNE_CISLO", _NPI, _ON, _SUM, "Czech and Slovak birth number"),
        ("RO_CNP", _NPI, _ON, _SUM, "Romanian personal code"),
        ("BG_EGN", _NPI, _ON, _SUM, "Bulgarian citizen number"),
        ("HR_OIB", _NPI, _ON, _SUM, "Croatian personal number"),
        ("EX_YU_JMBG", _NPI, _ON, _SUM, "citizen number of the former Yugoslav states"),
        ("EE_ISIKUKOOD", _NPI, _ON, _SUM, "Estonian or Lithuanian personal code"),
        ("LV_PERSONAL_CODE", _NPI, _ON, _SUM, "Latvian personal code"),
        ("GR_AMKA", _NPI, _ON, _SUM, "Greek social security number"),
        ("HU_TAX_ID", _NPI, _ON, _SUM, "Hungarian tax number of a person"),
        ("BR_CPF", _NPI, _ON, _SUM, "Brazilian person number"),
        ("BR_CNPJ", _NPI, _ON, _SUM, "Brazilian company number"),
        ("MX_CURP", _NPI, _ON, _SUM, "Mexican population registry code"),
        ("MX_RFC", _NPI, _ON, _CTX, "Mexican taxpayer code"),
        ("AR_DNI", _NPI, _ON, _CTX, "Argentine identity document"),
        ("AR_CUIT", _NPI, _ON, _SUM, "Argentine tax number"),
        ("CL_RUT", _NPI, _ON, _SUM, "Chilean national number"),
        ("CO_NIT", _NPI, _ON, _SUM, "Colombian tax number"),
        ("EC_CEDULA", _NPI, _ON, _SUM, "Ecuadorian identity card"),
        ("UY_CI", _NPI, _ON, _SUM, "Uruguayan identity card"),
        ("KR_RRN", _NPI, _ON, _SUM, "Korean resident registration number"),
        ("JP_MY_NUMBER", _NPI, _ON, _SUM, "Japanese individual number"),
        ("CN_RESIDENT_ID", _NPI, _ON, _SUM, "Chinese resident identity number"),
        ("TW_NATIONAL_ID", _NPI, _ON, _SUM, "Taiwanese national identity number"),
        ("HK_HKID", _NPI, _ON, _SUM, "Hong Kong identity card"),
        ("MY_NRIC", _NPI, _ON, _PAT, "Malaysian identity card"),
        ("ID_NIK", _NPI, _ON, _CTX, "Indonesian identity number"),
        ("PH_TIN", _NPI, _ON, _CTX, "Philippine tax number"),
        ("TR_NATIONAL_ID", _NPI, _ON, _SUM, "Turkish identity number"),
        ("IL_ID", _NPI, _ON, _SUM, "Israeli identity number"),
        ("AE_EMIRATES_ID", _NPI, _ON, _SUM, "Emirates identity card"),
        ("ZA_ID_NUMBER", _NPI, _ON, _SUM, "South African identity number"),
        ("TH_TNIN", _NPI, _ON, _SUM, "Thai identity number"),
        ("NG_NIN", _NPI, _ON, _CTX, "Nigerian national identification number"),
        ("RU_INN", _NPI, _ON, _SUM, "Russian tax number of a person"),
        ("RU_SNILS", _NPI, _ON, _SUM, "Russian social insurance number"),
        ("UA_RNOKPP", _NPI, _ON, _SUM, "Ukrainian tax number of a person"),
        ("KZ_IIN", _NPI, _ON, _SUM, "Kazakh individual number"),
        ("PASSPORT", _PII, _ON, _CTX, "passport number of any country, near its context"),
        ("PASSPORT_MRZ", _PII, _ON, _SUM, "machine-readable zone of a travel document"),
        ("DRIVER_LICENSE", _PII, _ON, _CTX, "driving licence of any country, near its context"),
        ("NATIONAL_ID", _PII, _ON, _CTX, "national identity number near its context, other countries"),
    ),
    Group.HEALTH: (
        ("MEDICAL_RECORD_NUMBER", _PHI, _ON, _CTX, "number of a patient's record"),
        ("HEALTH_PLAN_NUMBER", _PHI, _ON, _CTX, "member or policy number of a health plan"),
        ("PATIENT_ID", _PHI, _ON, _CTX, "other identifier of a patient"),
        ("US_MBI", _PHI, _ON, _PAT, "Medicare beneficiary identifier"),
        ("UK_NHS", _PHI, _ON, _SUM, "NHS number"),
        ("AU_MEDICARE", _PHI, _ON, _SUM, "Australian Medicare card"),
        ("DE_HEALTH_INSURANCE", _PHI, _ON, _SUM, "German health insurance number"),
        ("CONDITION", ("PHI",), _OFF, _LEX, "disease or finding; counted for classification"),
        ("MEDICATION", ("PHI",), _OFF, _LEX, "drug; counted for classification"),
    ),
    Group.DEVICE: (
        ("VIN", _PII, _ON, _SUM, "vehicle identification number"),
        ("IMEI", _PII, _ON, _SUM, "mobile equipment identity (Luhn)"),
        ("IMSI", _PII, _ON, _CTX, "mobile subscriber identity"),
        ("ICCID", _PII, _ON, _SUM, "SIM card number (Luhn)"),
        ("LICENSE_PLATE", _PII, _ON, _CTX, "vehicle registration plate near its context"),
        ("SERIAL_NUMBER", _PII, _ON, _CTX, "serial number of a device near its context"),
        ("DEVICE_ID", _PII, _ON, _CTX, "device or installation identifier near its context"),
        ("UUID", _NONE, _OFF, _PAT, "universally unique identifier"),
    ),
    Group.PLACE: (
        ("GPS_COORDINATES", _PII, _ON, _PAT, "latitude with longitude"),
        ("PLUS_CODE", _PII, _ON, _PAT, "open location code"),
        ("WHAT3WORDS", _PII, _ON, _PAT, "three-word address"),
    ),
    Group.SPECIAL: (
        ("NRP", _PII, _OFF, _NER, "nationality, religion, politics"),
        ("ETHNICITY", _PII, _OFF, _LEX, "ethnic origin"),
        ("SEXUAL_ORIENTATION", _PII, _OFF, _LEX, "sexual orientation"),
        ("UNION_MEMBERSHIP", _PII, _OFF, _LEX, "membership of a trade union"),
    ),
    Group.SECRET: (
        ("AWS_ACCESS_KEY", _SECRET, _ON, _PAT, "AWS access key id"),
        ("AWS_SECRET_KEY", _SECRET, _ON, _CTX, "AWS secret access key or session token"),
        ("AZURE_KEY", _SECRET, _ON, _PAT, "Azure account key, client secret or shared access signature"),
        ("GOOGLE_API_KEY", _SECRET, _ON, _PAT, "Google API key or OAuth token"),
        ("OPENAI_API_KEY", _SECRET, _ON, _PAT, "OpenAI key"),
        ("ANTHROPIC_API_KEY", _SECRET, _ON, _PAT, "Anthropic key"),
        ("GITHUB_TOKEN", _SECRET, _ON, _SUM, "GitHub token (CRC-32)"),
        ("GITLAB_TOKEN", _SECRET, _ON, _PAT, "GitLab token"),
        ("SLACK_TOKEN", _SECRET, _ON, _PAT, "Slack token"),
        ("STRIPE_KEY", _SECRET, _ON, _PAT, "Stripe key"),
        ("TWILIO_KEY", _SECRET, _ON, _PAT, "Twilio account or key"),
        ("SENDGRID_KEY", _SECRET, _ON, _PAT, "SendGrid key"),
        ("NPM_TOKEN", _SECRET, _ON, _SUM, "npm token"),
        ("PYPI_TOKEN", _SECRET, _ON, _PAT, "PyPI token"),
        ("HUGGINGFACE_TOKEN", _SECRET, _ON, _PAT, "Hugging Face token"),
        ("TELEGRAM_TOKEN", _SECRET, _ON, _PAT, "Telegram bot token"),
        ("DISCORD_TOKEN", _SECRET, _ON, _PAT, "Discord token"),
        ("API_KEY", _SECRET, _ON, _CTX, "key of any other service, by its prefix or beside its name"),
        ("ACCESS_TOKEN", _SECRET, _ON, _CTX, "token in an Authorization header or beside its name"),
        ("JWT", _SECRET, _ON, _SUM, "JSON web token whose header decodes"),
        ("PRIVATE_KEY", _SECRET, _ON, _PAT, "PEM, SSH or PGP private key"),
        ("PASSWORD", _SECRET, _ON, _CTX, "password in prose, configuration or a connection string"),
        ("URL_CREDENTIAL", _SECRET, _ON, _PAT, "user information or token inside a URL"),
        ("WEBHOOK_URL", _SECRET, _ON, _PAT, "webhook, callable by its URL alone"),
        ("COOKIE", _SECRET, _ON, _PAT, "session cookie"),
        ("TOTP_SEED", _SECRET, _ON, _CTX, "seed of one-time passwords"),
        ("RECOVERY_PHRASE", _SECRET, _ON, _SUM, "BIP-39 phrase (checksum)"),
        ("SECRET_VALUE", _SECRET, _ON, _CTX, "random-looking value under a secret-like name"),
    ),
    Group.OTHER: (
        ("PLACEHOLDER_LOOKALIKE", _NONE, _ON, _PAT, "text that could be taken for a placeholder; vaulted as itself"),
        ("TRADE_SECRET", ("TRADE_SECRET",), _ON, _PAT, "marker or code name that the operator lists"),
        ("CUSTOM", _PII, _ON, _PAT, "entry of a deny list without a type of its own"),
    ),
}

ENTITY_TYPES: Mapping[str, EntityInfo] = MappingProxyType(
    {
        name: EntityInfo(entity_type=name, group=group, classes=classes, default=default, method=method, about=about)
        for group, rows in _TABLE.items()
        for name, classes, default, method, about in rows
    }
)

_SECRET_ENDINGS = ("_TOKEN", "_KEY", "_SECRET", "_PASSWORD", "_WEBHOOK")


def describe(entity_type: str) -> EntityInfo:
    """Return the row of `entity_type`; a type that the table does not name gets one by the naming rule."""
    row = ENTITY_TYPES.get(entity_type)
    if row is not None:
        return row
    secret = entity_type.endswith(_SECRET_ENDINGS)
    return EntityInfo(
        entity_type=entity_type,
        group=Group.SECRET if secret else Group.OTHER,
        classes=_SECRET if secret else _PII,
        default=True,
        method=Method.PATTERN,
        about="from a plug-in",
    )
