"""How a person is addressed, their gender and marital status. Off unless a policy asks for them."""

from __future__ import annotations

from relay.detect.rules import PatternRule, RuleRecognizer, field

__all__ = ["PLUGINS", "PersonalTraitsRecognizer"]

# Forms of address of English, German, French, Spanish, Italian, Portuguese and Dutch that stand before a name.
_TITLES = (
    r"Mrs?|Ms|Mx|Miss|Dr|Drs|Prof|Professor|Sir|Dame|Lord|Lady|Rev|Reverend|Capt|Captain|Sgt|Sergeant|Lt|Col|Colonel"
    r"|Judge|Justice|Senator|Herrn?|Frau|Dr\. med|Dr\. jur|Dipl\.-Ing|Mag|Mme|Mlle|Monsieur|Madame|Mademoiselle|Maître"
    r"|Sra?|Srta|Señora?|Señorita|Sig|Sig\.ra|Signora?|Dott|Dott\.ssa|Avv|Exmo|Exma|Dhr|Mevr|Mevrouw|Meneer"
)
_GENDERS = (
    r"(?:fe)?male|non-?binary|intersex|other|divers|männlich|weiblich|homme|femme|masculin|féminin|hombre|mujer"
    r"|masculino|femenin[oa]|feminino|maschio|femmina|maschile|femminile|man|vrouw|woman|mannelijk|vrouwelijk|[mfwdxhv]"
)
# Said of things as well: "is single-threaded", "separated by commas", "engaged in".
_LOOSE = r"(?:engaged|single|separated)"
_UNITED = (
    r"(?:un)?married|divorced|widowed|verheiratet|ledig|geschieden|verwitwet|verpartnert"
    r"|mariée?|célibataire|divorcée?|veuf|veuve|pacsée?|casad[oa]|solter[oa]|solteir[oa]|divorciad[oa]|divorziat[oa]"
    r"|viud[oa]|viúv[oa]|sposat[oa]|celibe|nubile|vedov[oa]|getrouwd|ongehuwd|gehuwd|weduwe|weduwnaar"
)


class PersonalTraitsRecognizer(RuleRecognizer):
    """Takes forms of address before a name; gender and marital status as a form or a sentence about a person has them.

    "a single file" and "the M key" are no traits: a word counts behind its label, after "is" or beside an age.
    """

    name = "personal_traits"
    source = (
        "values of HL7 v2.9 tables 0001 and 0002, other languages and forms of address by own choice; as of 2026-11-26"
    )
    rules = (
        PatternRule(
            entity_type="TITLE",
            regex=rf"(?P<value>(?:{_TITLES})\b\.?)(?=\s[A-ZÀ-Þ])",
            trigger=rf"\b(?:{_TITLES})\.?\s[A-ZÀ-Þ]",
            end="",
            score=0.5,
            lead_chars=24,
            max_chars=4,
        ),
        field("GENDER", r"gender|sex|geschlecht|sexe|sexo|sesso|geslacht|género|genere|gênero", _GENDERS),
        PatternRule(
            entity_type="GENDER",
            regex=r"\d{1,3}(?:[- ]year[s]?[- ]old|[- ]?y/?o|jährige[rn]?)[, ]{1,2}"
            r"(?P<value>(?:fe)?male|man|woman|boy|girl|gentleman|lady|[mf]|mann|frau|patientin)",
            trigger=r"\d(?:[- ]years?[- ]old|[- ]?y/?o|jährige[rn]?)\b",
            start=r"(?<![\w.])",
            score=0.6,
            lead_chars=16,
            max_chars=20,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="GENDER",
            regex=r"transgender|trans (?:wo)?man|non-?binary person|genderqueer|she/her(?:/hers)?|he/him(?:/his)?"
            r"|they/them(?:/theirs)?",
            score=0.6,
            max_chars=32,
            ignore_case=True,
        ),
        field(
            "MARITAL_STATUS",
            r"marital status|civil status|relationship status|familienstand|état civil|situation de famille"
            r"|estado civil|stato civile|burgerlijke staat",
            rf"{_UNITED}|{_LOOSE}|cohabiting|civil partnership",
        ),
        PatternRule(
            entity_type="MARITAL_STATUS",
            regex=r"(?:am|i'm|is|are|was|were|he's|she's|got|newly|recently|never|ist|bin|est|suis|está|é|è|sono)"
            rf"\s(?P<value>{_UNITED}|{_LOOSE}(?=\s?(?:[.,;!?)\n]|$|(?:and|but|or|again|now)\b)))(?![-\w])",
            trigger=r"\b(?:am|i'm|is|are|was|were|he's|she's|got|newly|recently|never|ist|bin|est|suis|está|é|è|sono)\s"
            r"(?:(?:un)?marrie|divorc|widow|engage|singl|separat|verh|ledi|gesc|verw|verp|mari|célib|veu|pacs|casad"
            r"|solt|divor|viud|viúv|sposa|celib|nubil|vedov|getr|ongeh|gehu|wedu)",
            end="",
            score=0.5,
            lead_chars=24,
            max_chars=32,
            ignore_case=True,
        ),
    )


PLUGINS = (PersonalTraitsRecognizer,)
