"""Street addresses by their shape, post boxes, and postal codes beside their context."""

from __future__ import annotations

from relay.detect.rules import PatternRule, RuleRecognizer

__all__ = ["PLUGINS", "StreetAddressRecognizer"]

_CAP = r"[A-ZÀ-ÖØ-Þ][\w'’.-]*"
_EN_KIND = (
    "Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Circle|Cir|Place|Pl|Square|Sq|Terrace|Ter"
    "|Trail|Trl|Parkway|Pkwy|Highway|Hwy|Way|Close|Crescent|Cres|Gardens|Gdns|Grove|Mews|Row|Walk|Plaza|Alley|Loop|Run"
    "|Path|Pike|Turnpike|Expressway|Expy|Freeway|Ridge|Hill|Park|Point|Crossing|Xing|Green|Quay|Wharf|Rise|Vale|View"
    "|Glen"
    "|Mall|Manor|Meadow|Meadows|Island|Creek|Forge|Fork|Spur|Center|Centre|Heights|Estate|Estates|Village|Bend|Cove"
)
_DE_CAP = r"[A-ZÄÖÜ][\wäöüß'’]*"
_STATE = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]"
    "|W[AIVY]"
)
# What may follow the street: "Springfield, IL 62704", "10117 Berlin".
_US_PLACE = rf"(?:,?\s{{1,2}}{_CAP}(?:\s{_CAP}){{0,2}},?\s{{1,2}}(?:{_STATE})\s{{1,2}}\d{{5}}(?:-\d{{4}})?)?"
_EU_PLACE = (
    rf"(?:\s{{0,2}},"
    rf"?\s{{1,2}}(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?:\s?[A-Z]{{2}}(?!\w))?\s{{1,2}}{_DE_CAP}(?:[ -]{_DE_CAP}){{0,2}})?"
)
_UNIT = (
    r"(?:,?\s{0,2}(?:Apt|Apartment|Suite|Ste|Unit|Flat|Room|Rm|Floor|Fl|Bldg|Building|No|Nr"
    r"|#)\.?\s{0,2}#?\w{1,6}(?:-\w{1,4})?)?"
)
_DE_KIND = "[Ss]tra(?:ß|ss)e|[Ss]tr\\.|[Ww]eg|[Pp]latz|[Aa]llee|[Gg]asse|[Dd]amm|[Uu]fer|[Ss]teig|[Cc]haussee|[Mm]arkt"
_NL_KIND = "straat|laan|plein|gracht|kade|singel|dijk|steeg|weg|dreef|hof|pad|markt"
_FR_KIND = (
    "[Rr]ue|[Aa]venue|[Aa]v\\.|[Bb]oulevard|[Bb]d\\.?|[Pp]lace|[Pp]l\\.|[Cc]hemin|[Cc]h\\.|[Aa]llée|[Ii]mpasse"
    "|[Qq]uai|[Cc]ours|[Rr]oute"
    "|[Ss]quare|[Pp]assage|[Ff]aubourg"
)
_FR_PARTS = r"(?:(?:de|du|des|la|le|les|et|à|aux|sur|en)\s){0,3}"
_ROMANCE_KIND = (
    "[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda?\\.?|Av\\.|[Pp]aseo|[Pp]laza|[Pp]za\\.|[Cc]arretera|[Cc]tra\\.|[Cc]amino"
    "|[Rr]onda"
    "|[Tt]ravesía|[Vv]ia|[Vv]iale|[Vv]\\.le|[Cc]orso|[Pp]iazza|[Pp]iazzale|[Pp]\\.zza|[Vv]icolo|[Ll]argo|[Ss]trada"
    "|[Rr]ua|[Tt]ravessa|[Aa]lameda|[Pp]raça|[Ee]strada|[Ll]adeira|[Cc]arrera|[Cc]ra\\.|[Jj]irón"
)


class StreetAddressRecognizer(RuleRecognizer):
    """House number with street words in the order of English, French, German, Dutch, Spanish, Italian or Portuguese.

    What has no such shape is left to the model.
    """

    name = "street_address"
    source = (
        "USPS Publication 28 appendix C1 (street suffixes); UPU S42 templates for DE, ES, FR, GB, IT, NL, PT, US; "
        "postal code forms from Unicode CLDR 26 postalCodeData; as of 2026-11-21"
    )
    rules = (
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=rf"\d{{1,6}}(?:-\d{{1,4}})?[A-Za-z]?,?\s{{1,2}}(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East"
            rf"|West)\.?\s)?"
            rf"(?:(?:{_CAP}|\d{{1,3}}(?:st|nd|rd|th))\s){{1,4}}(?:{_EN_KIND})(?![\w'])\.?(?:\s(?:N|S|E|W|NE|NW|SE"
            rf"|SW)(?!\w))?{_UNIT}{_US_PLACE}",
            trigger=r"\d[A-Za-z]?,? (?:[A-Z]|\d{1,3}[snrt])",
            start=r"(?<![\w.,:/$€£-])",
            end="",
            score=0.6,
            lead_chars=16,
            max_chars=128,
        ),
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=rf"(?:{_DE_CAP}[ -]){{0,2}}[A-ZÄÖÜ][a-zäöüß]{{1,24}}(?:{_DE_KIND})\s{{1,2}}\d{{1,"
            rf"4}}(?:\s?[a-zA-Z](?!\w))?(?:\s?[-/]\s?\d{{1,4}})?{_EU_PLACE}"
            rf"|(?:{_DE_CAP}[ -]){{1,3}}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer)\s{{1,2}}\d{{1,"
            rf"4}}\s?[a-z]?{_EU_PLACE}"
            rf"|(?:Am|An der|An den|Auf der|Auf dem|Im|In der|Zum|Zur|Unter den)\s{_DE_CAP}\s{{1,2}}\d{{1,"
            rf"4}}[a-z]?{_EU_PLACE}",
            trigger=r"(?:[Ss]tra(?:ß|ss)e|[Ss]tr\.|[Ww]eg|[Pp]latz|[Aa]llee|[Gg]asse|[Dd]amm|[Uu]fer|[Ss]teig"
            r"|[Cc]haussee|[Mm]arkt"
            r")\s\s?\d|\b(?:Am|An de[rn]|Auf de[rm]|Im|In der|Zum|Zur|Unter den) [A-ZÄÖÜ]",
            end=r"(?!\w)",
            score=0.6,
            lead_chars=72,
            max_chars=120,
        ),
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=rf"(?:{_CAP}\s){{0,2}}[A-Z][a-zéëïü]{{1,24}}(?:{_NL_KIND})\s{{1,2}}\d{{1,4}}(?:\s?[a-zA-Z](?!\w)"
            rf"|-\d{{1,3}})?{_EU_PLACE}",
            trigger=rf"(?:{_NL_KIND}) \d",
            score=0.6,
            lead_chars=64,
            max_chars=120,
        ),
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=rf"\d{{1,4}}(?:\s?(?:bis|ter|quater))?,"
            rf"?\s(?:{_FR_KIND})\s{_FR_PARTS}(?:[dl]['’])?{_CAP}(?:[ -]{_FR_PARTS}(?:[dl]['’])?{_CAP}){{0,"
            rf"3}}{_EU_PLACE}",
            trigger=rf"(?:\d|bis|ter),? (?:{_FR_KIND})[. ]",
            end=r"(?!\w)",
            score=0.6,
            lead_chars=24,
            max_chars=128,
        ),
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=rf"(?:{_ROMANCE_KIND})\s{{0,2}}(?:(?:de|del|della|delle|dei|degli|di|da|do|das|dos|la|las|los|el|y|e"
            rf"|\d{{1,3}}|(?:d|l|dell)['’]{_CAP}|{_CAP})(?:,\s{{0,2}}|\s{{1,2}})){{1,6}}"
            rf"(?:[sS]/[nN]|(?:n[.ºo°]{{0,2}}\s?|núm\.?\s?|#\s?)?\d{{1,5}})(?:\s?[-/]\s?\d{{1,4}})?[A-Za-z]?(?:,"
            rf"\s?(?:\d{{1,"
            rf"2}}[ºª°]|piso \d{{1,2}})\s?\w{{0,3}})?{_EU_PLACE}",
            trigger=rf"\b(?:{_ROMANCE_KIND}) ?(?:[A-ZÁÉÍÓÚ0-9]|d[aeio']|l)",
            score=0.6,
            lead_chars=24,
            max_chars=160,
        ),
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=r"(?:P\.?\s?O\.?\s?Box|Post Office Box|GPO Box|Postfach|Boîte postale|B\.P\.|Apartado(?: de correos)?"
            r"|Casella postale"
            r"|Caixa postal|Postbus)\s{0,2}#?\d{1,6}(?:\s\d{2,3})?",
            trigger=r"\b(?:p\.? ?o\.? ?box|post office box|postfach|boîte postale|b\.p\.|apartado|casella postale"
            r"|caixa postal|postbus)[ #]",
            score=0.7,
            lead_chars=36,
            max_chars=48,
            ignore_case=True,
        ),
        PatternRule(
            # ZIP behind a state; GB and CA codes have a shape of their own.
            entity_type="POSTCODE",
            regex=rf"(?<=[ ,.])(?:{_STATE}) (?P<value>\d{{5}}(?:-\d{{4}})?)",
            trigger=r"[ ,.][A-Z][A-Z] \d{5}",
            start="",
            score=0.6,
            lead_chars=12,
            max_chars=16,
        ),
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=rf"(?:\d{{1,6}}[A-Z]?,?\s{{1,2}})?(?:{_CAP}\s{{1,2}}){{1,4}}(?:\d{{1,5}}[A-Z]?,?\s{{1,2}})?"
            rf"(?:Apt|Apartment|Suite|Ste|Flat)\.?\s{{0,2}}#?\d{{1,5}}[A-Z]?{_US_PLACE}",
            trigger=r"(?:Apt|Apartment|Suite|Ste|Flat)\.? ?#?\d",
            score=0.6,
            lead_chars=64,
            max_chars=128,
        ),
        PatternRule(
            entity_type="STREET_ADDRESS",
            regex=r"(?:PSC|CMR|Unit|USNS|USS|USCGC)\s(?:[A-Z]\w{1,20}|\d{1,5}),?\s{1,2}(?:Box\s\d{1,5},"
            r"?\s{1,2})?(?:[AFD]PO)\s(?:AA|AE|AP)\s\d{5}(?:-\d{4})?",
            trigger=r"[AFD]PO A[AEP] \d{5}",
            score=0.8,
            lead_chars=64,
            max_chars=80,
        ),
        PatternRule(
            entity_type="POSTCODE",
            # A ZIP code has five digits; behind a colon it may be that of another country.
            regex=r"(?:zip(?:\s?code)?(?=\s{0,2}(?:[:=]|(?:is|#)?\s{0,2}\d{5}))|post\s?code|postal\s?code|PLZ"
            r"|postleitzahl|code postal|código postal|CEP|CAP)"
            r"(?:\s{0,2}(?:is|:|=|#)){0,2}\s{0,2}(?P<value>\d{4,6}(?:-\d{3,4})?)",
            trigger=r"(?:zip|code|plz|postleitzahl|postal|cep|cap)[ :=#is]{1,6}\d{4}",
            score=0.6,
            lead_chars=28,
            max_chars=40,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="POSTCODE",
            regex=r"\d{5}(?:-\d{4})?",
            trigger=r"\b\d{5}\b",
            start=r"(?<![\w.,:/#$€£+-])",
            end=r"(?![\w%])(?![.,:/-]\d)",
            score=0.1,
            lead_chars=6,
            max_chars=12,
        ),
        PatternRule(
            entity_type="POSTCODE",
            regex=r"(?:D|A|CH|F|NL|B|L|DE|AT|FR)-\d{4,5}|\d{5}-\d{3}|[1-9]\d{3}\s?(?!SA|SD|SS)[A-Z]{2}(?=[ ,][A-Z])",
            trigger=r"\b[A-Z]{1,2}-\d{4}|\d{5}-\d{3}\b|\b\d{4} ?[A-Z]{2}\b",
            start=r"(?<![\w.-])",
            end=r"(?![\w-])",
            score=0.3,
            lead_chars=12,
            max_chars=16,
        ),
        PatternRule(
            entity_type="UK_POSTCODE",
            regex=r"(?:GIR 0AA|ZZ99 \d[A-Z]{2}|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPSTUW]"
            r"|[A-HK-Y]\d[ABEHMNPRV-Y])"
            r"\s{1,2}\d[ABD-HJLNP-UW-Z]{2})",
            trigger=r"\b[A-Z]{1,2}\d[A-Z0-9]? {0,2}\d[A-Z]{2}\b",
            score=0.5,
            lead_chars=10,
            max_chars=12,
        ),
        PatternRule(
            # Without its space it is too common a shape to stand alone.
            entity_type="UK_POSTCODE",
            regex=r"[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPSTUW\d]?\d[ABD-HJLNP-UW-Z]{2}",
            trigger=r"\b[A-Z]{1,2}\d[A-Z0-9]? {0,2}\d[A-Z]{2}\b",
            score=0.15,
            words="postcode, post code, address, postal",
            lead_chars=10,
            max_chars=12,
        ),
        PatternRule(
            entity_type="CA_POSTAL_CODE",
            regex=r"[ABCEGHJ-NPRSTVXYZ]\d[ABCEGHJ-NPRSTV-Z][ -]\d[ABCEGHJ-NPRSTV-Z]\d",
            trigger=r"\b[A-Z]\d[A-Z][ -]?\d[A-Z]\d\b",
            score=0.5,
            lead_chars=8,
            max_chars=10,
        ),
        PatternRule(
            # Unspaced it is too common a shape ("T3N0M0" is a stage of cancer) to stand alone.
            entity_type="CA_POSTAL_CODE",
            regex=r"[ABCEGHJ-NPRSTVXYZ]\d[ABCEGHJ-NPRSTV-Z]\d[ABCEGHJ-NPRSTV-Z]\d",
            trigger=r"\b[A-Z]\d[A-Z][ -]?\d[A-Z]\d\b",
            score=0.15,
            words="postal, postal code, postcode, code postal, address, canada",
            lead_chars=8,
            max_chars=10,
        ),
    )


PLUGINS = (StreetAddressRecognizer,)
