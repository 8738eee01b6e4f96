"""Names of months as expressions, for the recognizer that finds dates and for reading them: one table.

Source: Unicode CLDR 48, read 2026-11-21.
"""

from __future__ import annotations

__all__ = ["HUNGARIAN", "MONTHS", "MORE_MONTHS"]

# Months in English, German, French, Spanish, Italian, Portuguese and Dutch, whole or cut to three or four letters.
MONTHS = (
    "jan(?:uary|uar|vier|eiro|uari)?|jän(?:ner)?|janv|ene(?:ro)?|gen(?:naio)?"
    "|feb(?:ruary|ruar|rero|braio|ruari)?|fév(?:rier)?|févr|fev(?:ereiro)?"
    "|mar(?:ch|s|zo|ço)?|mär(?:z)?|mrz|maart|mrt"
    "|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?"
    "|may|mai|mayo|mag(?:gio)?|maio|mei"
    "|jun[ei]?|juin|junio|giu(?:gno)?|junho"
    "|jul[yi]?|juillet|juil|julio|lug(?:lio)?|julho"
    "|aug(?:ust|ustus)?|août|ago(?:sto)?"
    "|sept?(?:ember|embre|tembre|iembre)?|set(?:tembre|embro)?"
    "|o[ckt]t(?:ober|obre|ubre|tobre|obro|ubro)?|out(?:ubro)?"
    "|nov(?:ember|embre|iembre|embro)?"
    "|de[czs](?:ember|embre|iembre|embro)?|déc(?:embre)?|dic(?:iembre|embre)?"
)
# In other languages written in Latin letters, in the case that dates take; "?" is any letter beyond Latin-1.
MORE_MONTHS = (
    # Swedish, Danish, Norwegian, Icelandic, Finnish, Estonian
    "augusti|maj|marts|maí|júní|júlí|ágúst|(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)kuuta"
    "|jaanuar|veebruar|märts|aprill|ju[nu]ni|juuli|oktoober|detsember"
    # Polish, Czech, Slovak
    "|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|wrze.nia|pa.dziernika|listopada|grudnia"
    "|ledna|února|b.ezna|dubna|kv.tna|.ervna|.ervence|srpna|zá.í|.íjna|listopadu|prosince"
    "|(?:janu|febru)ára|apríla|mája|júna|júla|(?:septem|novem|decem)bra|októbra|augusta"
    # Hungarian, Romanian, Turkish
    "|(?:janu|febru)ár|március|április|május|június|július|augusztus|szeptember|október"
    "|(?:ianu|febru)arie|martie|aprilie|iunie|iulie|(?:septem|octom|noiem|decem)brie"
    "|ocak|.ubat|marta?|nisan|may.s|haziran|temmuz|a.ustos|eylül|ekim|kas.m|aral.k"
    # Croatian, Serbian, Slovene, Catalan, Indonesian
    "|sije.nja|velja.e|o.ujka|travnja|svibnja|lipnja|srpnja|kolovoza|rujna|studenoga?|prosinca"
    "|(?:janu|febru)arj?a|aprila|juni?j?a|juli?j?a|a[uv]gusta|oktobra"
    "|gener|febrer|març|maig|juny|juliol|agost|setembre|maret|agustus|desember"
)
# In Hungarian, with the short forms.
HUNGARIAN = (
    r"(?:jan(?:uár)?|feb(?:ruár)?|márc(?:ius)?|ápr(?:ilis)?|máj(?:us)?|jún(?:ius)?|júl(?:ius)?|aug(?:usztus)?"
    r"|szept(?:ember)?|okt(?:óber)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
