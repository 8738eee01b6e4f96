"""Ethnic origin, sexual orientation, membership of a trade union: GDPR article 9. Off unless a policy asks for them."""

from __future__ import annotations

from relay.detect.rules import PatternRule, RuleRecognizer, field

__all__ = ["PLUGINS", "SpecialCategoriesRecognizer"]

_FREE = r"[^\W\d_](?:[\w'’/-]| (?=\w)){1,40}"
_GROUPS = (
    r"(?:african|asian|arab|mexican|cuban|chinese|japanese|korean|vietnamese|filipino|indian|native|italian|irish|polish"
    r"|greek|german|puerto rican)[- ]americans?|native hawaiians?|alaska natives?|pacific islanders?|american indians?"
    r"|first nations|hispanics?|latin(?:os?|as?|x|e)|chican[oa]s?|caucasians?|(?:white|black|asian) british"
    r"|black (?:african|caribbean)|mixed[- ]race|biracial|multiracial|afro[- ](?:caribbean|latin[oa]|german)s?"
    r"|romani|sinti"
    r"|ashkenazi|sephardi[cm]?|aborigin(?:al australian|e)s?|torres strait islanders?|m[aā]ori|inuit"
    r"|han chinese|uyghurs?"
    r"|afrodeutsche[rn]?|maghrébine?s?|afrodescendientes?|pardos?"
)
_DESCENT = r"descent|ancestry|extraction|ethnicity|ethnic origin"
_UNIONS = (
    r"UAW|Teamsters?|SEIU|AFSCME|IBEW|AFL-CIO|UNISON|GMB|IG[ -]Metall|ver\.?di|IG BCE|DGB|CGT|CFDT|FNV|CNV|CGIL"
    r"|CISL|UGT"
    r"|CC\.?OO\.?"
)


class SpecialCategoriesRecognizer(RuleRecognizer):
    """A word list: it finds what a text states explicitly. Allusions and words that the list lacks are not found."""

    name = "special_categories"
    source = (
        "Regulation (EU) 2016/679 article 9(1); groups of OMB Statistical Policy Directive 15 (2024) and of the 2021 "
        "census of England and Wales, forms of other languages by own choice; as of 2026-11-26"
    )
    rules = (
        PatternRule(
            entity_type="ETHNICITY",
            regex=_GROUPS,
            trigger=_GROUPS.replace("[aā]", "."),  # a trigger is Latin-1
            score=0.6,
            max_chars=32,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="ETHNICITY",
            regex=rf"(?P<value>[A-ZÀ-Þ][\w'’-]{{2,24}}(?:(?: and | or |/|-"
            rf"| )[A-ZÀ-Þ][\w'’-]{{2,24}}){{0,2}}) (?:{_DESCENT})",
            trigger=rf"[\w-] (?:{_DESCENT})\b",
            score=0.6,
            lead_chars=100,
            max_chars=4,
        ),
        PatternRule(
            entity_type="ETHNICITY",
            regex=r"(?P<value>(?!sozial|regional|geogra|unbekannt|unklar|gut|adlig|deren|ihrer|seiner|einer|dieser)"
            r"[a-zäöüß]{4,24}er) (?:Herkunft|Abstammung)",
            trigger=r"er (?:Herkunft|Abstammung)\b",
            score=0.5,
            lead_chars=40,
            max_chars=4,
        ),
        PatternRule(
            entity_type="ETHNICITY",
            regex=r"(?:d['’]origine|de origen|de ascendencia|de origem|di origine) (?P<value>(?!humain"
            r"|certain|lointain)"
            r"[a-zà-ÿ]{3,20}(?:enne|ienne?|aine?|oise?|aise?|ana|ano|eña|eño|esa|ese|és|ina|ino|ena|eno|se))",
            trigger=r"\b(?:d.origine|de origen|de ascendencia|de origem|di origine)\s",
            score=0.5,
            lead_chars=20,
            max_chars=48,
        ),
        field(
            "ETHNICITY",
            r"ethnicity|ethnic (?:group|origin|background)|ethnische herkunft|ethnie|origine ethnique|origen étnico"
            r"|etnia|origine etnica|origem étnica|raça/cor|etniciteit|etnische afkomst",
            _FREE,
            end="",
        ),
        PatternRule(
            entity_type="SEXUAL_ORIENTATION",
            regex=r"homosexual(?:s|ity|es)?|homosexuell(?:e[rnms]?)?|homosexuel(?:le)?s?|homosessuali?|homossexua(?:l|is)"
            r"|homoseksueel|bisexual(?:s|ity|es)?|bisexuell(?:e[rnms]?)?|bisexuel(?:le)?s?|bisessuali?|biseksueel"
            r"|heterosexual(?:s|es)?|heterosexuell(?:e[rnms]?)?|lesbians?|lesbisch(?:e[rnms]?)?|lesbiennes?|lesbianas?"
            r"|lésbicas?|lesbica|gays?(?= (?:man|men|woman|women|couple|son|daughter|friend|brother|husband|and|or)\b)"
            r"|(?<=(?:is|am) )gay|(?<=(?:are|was|I'm) )gay|(?<=came out as )gay|openly gay|schwul(?:e[rnms]?)?"
            r"|pansexual",
            trigger=r"\b(?:homos|bise|biss|heterosexu|lesb|lésb|gay|openly gay|schwul|pansexual)",
            score=0.6,
            lead_chars=20,
            max_chars=32,
            ignore_case=True,
        ),
        field(
            "SEXUAL_ORIENTATION",
            r"sexual orientation|sexuelle orientierung|orientation sexuelle|orientación sexual|orientamento sessuale"
            r"|orientação sexual|seksuele geaardheid",
            _FREE,
            end="",
        ),
        PatternRule(
            entity_type="UNION_MEMBERSHIP",
            regex=r"(?:trade|labou?r) union (?:member(?:ship|s)?|rep(?:resentative)?s?|officials?|delegates?"
            r"|activists?)"
            r"|(?<!european )(?<!soviet )(?<!african )(?<!credit )(?<!student )union (?:member(?:ship|s)?|dues"
            r"|card|reps?|stewards?)|shop stewards?"
            r"|members? of (?:the |a |an |our |his |her |their )?(?:[\w&'’-]{1,24} ){0,3}(?:trade|labou?r"
            r"|workers['’]?) union"
            r"|gewerkschaftsmitglied(?:er|schaft)?|gewerkschafter(?:in|innen|n)?|gewerkschaftlich organisiert"
            r"|mitglied (?:der|bei der|in der|einer) gewerkschaft|délégu[ée]e? syndical(?:e)?|syndiqu[ée]e?s?"
            r"|membre d['’]un syndicat|afiliad[oa] (?:a un|al) sindicato|delegad[oa] sindical|sindicalistas?"
            r"|sindicalizad[oa]s?|iscritt[oa] (?:al|a un) sindacato|sindacalist[ai]|filiad[oa] (?:ao|a um) sindicato"
            r"|vakbondslid|vakbondsleden|lid van (?:de |een )?vakbond",
            trigger=r"union\b|shop stewards?|gewerkschaft|syndic|syndiqu|sindicato|sindical|sindacat"
            r"|sindacalist|vakbond",
            score=0.6,
            lead_chars=110,
            max_chars=32,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="UNION_MEMBERSHIP",
            regex=rf"(?:{_UNIONS})[- ](?:member(?:ship)?|rep|steward|card|Mitglied|lid)s?"
            rf"|(?:member of|joined|Mitglied (?:der|bei|in der)|adhérente? (?:à|de) la|lid van(?: de)?"
            rf"|iscritt[oa] alla|afiliad[oa] a(?: la)?) (?:the )?(?:{_UNIONS})",
            trigger=rf"\b(?:{_UNIONS})",
            score=0.6,
            lead_chars=48,
            max_chars=24,
        ),
    )


PLUGINS = (SpecialCategoriesRecognizer,)
