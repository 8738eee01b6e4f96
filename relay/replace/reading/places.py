"""Tell states, countries and what is larger from smaller places, by their English names.

Source: ISO 3166-1 and -2:US, USPS Publication 28 (abbreviations), read in December 2026. A name that a city has, too,
is left out: New York, Washington, Georgia stays because both that it means are large.
"""

from __future__ import annotations

import re

from relay.replace.reading.plain import listed, plain

__all__ = ["is_large", "state_in"]

_STATES = {
    name.strip(): code.strip()
    for name, code in (
        item.split("=")
        for item in listed(
            "alabama=AL, alaska=AK, arizona=AZ, arkansas=AR, california=CA, colorado=CO, connecticut=CT, delaware=DE, "
            "florida=FL, georgia=GA, hawaii=HI, idaho=ID, illinois=IL, indiana=IN, iowa=IA, kansas=KS, kentucky=KY, "
            "louisiana=LA, maine=ME, maryland=MD, massachusetts=MA, michigan=MI, minnesota=MN, mississippi=MS, "
            "missouri=MO, montana=MT, nebraska=NE, nevada=NV, new hampshire=NH, new jersey=NJ, new mexico=NM, new "
            "york state=NY, north carolina=NC, north dakota=ND, ohio=OH, oklahoma=OK, oregon=OR, pennsylvania=PA, "
            "rhode island=RI, south carolina=SC, south dakota=SD, tennessee=TN, texas=TX, utah=UT, vermont=VT, "
            "virginia=VA, washington state=WA, west virginia=WV, wisconsin=WI, wyoming=WY, puerto rico=PR"
        )
    )
}
_CODES = frozenset(_STATES.values())
_COUNTRIES = frozenset(
    listed(
        "afghanistan, albania, algeria, angola, argentina, armenia, australia, austria, azerbaijan, bahamas, "
        "bahrain, bangladesh, barbados, belarus, belgium, belize, benin, bhutan, bolivia, bosnia and herzegovina, "
        "botswana, brazil, brunei, bulgaria, burkina faso, burundi, cambodia, cameroon, canada, cape verde, chad, "
        "chile, china, colombia, congo, costa rica, croatia, cuba, cyprus, czechia, czech republic, denmark, "
        "dominican republic, ecuador, egypt, el salvador, eritrea, estonia, eswatini, ethiopia, fiji, finland, "
        "france, gabon, gambia, germany, ghana, greece, guatemala, guinea, guyana, haiti, honduras, hungary, "
        "iceland, india, indonesia, iran, iraq, ireland, israel, italy, ivory coast, jamaica, japan, jordan, "
        "kazakhstan, kenya, kosovo, kuwait, kyrgyzstan, laos, latvia, lebanon, lesotho, liberia, libya, "
        "lithuania, luxembourg, madagascar, malawi, malaysia, maldives, mali, malta, mauritania, mauritius, "
        "mexico, moldova, mongolia, montenegro, morocco, mozambique, myanmar, namibia, nepal, netherlands, new "
        "zealand, nicaragua, niger, nigeria, north korea, north macedonia, norway, oman, pakistan, panama, papua "
        "new guinea, paraguay, peru, philippines, poland, portugal, qatar, romania, russia, rwanda, saudi arabia, "
        "senegal, serbia, sierra leone, slovakia, slovenia, somalia, south africa, south korea, korea, south "
        "sudan, spain, sri lanka, sudan, suriname, sweden, switzerland, syria, taiwan, tajikistan, tanzania, "
        "thailand, togo, trinidad and tobago, tunisia, turkey, türkiye, turkmenistan, uganda, ukraine, united "
        "arab emirates, uae, united kingdom, uk, great britain, britain, england, scotland, wales, northern "
        "ireland, united states, united states of america, usa, us, u.s, u.s.a, america, uruguay, uzbekistan, "
        "venezuela, vietnam, viet nam, yemen, zambia, zimbabwe, hong kong, africa, asia, europe, european union, "
        "eu, north america, south america, latin america, central america, oceania, antarctica, middle east, "
        "southeast asia, south asia, east asia, central asia, western europe, eastern europe, sub-saharan africa, "
        "west africa, east africa, north africa, caribbean, scandinavia, balkans, midwest, new england, pacific "
        "northwest, northeast, southeast, southwest, gulf coast, west coast, east coast"
    )
)
_LEADING = re.compile(r"(?:the|in|from|of|northern|southern|eastern|western|central|rural) ")
_CODE = re.compile(r"[A-Z]{2}")
_LAST_PART = re.compile(r"(?:^|[,(]) *([^,()]+)\)?$")


def is_large(value: str) -> bool | None:
    """Tell that `value` names a state of the United States, a country or more; None for what is not in the lists."""
    stripped = value.strip(" .,;:()'\"")
    if stripped in _CODES:
        return True
    text = _LEADING.sub("", plain(stripped), count=1)
    return True if text in _STATES or text in _COUNTRIES else None


def state_in(value: str) -> str | None:
    """Return the state, by its code, or the country that `value` ends with: "MA" of "Boston, Massachusetts"."""
    match = _LAST_PART.search(value.strip(" .;:'\""))
    if match is None:
        return None
    last = match[1].strip()
    if _CODE.fullmatch(last) and last in _CODES:
        return last
    text = plain(last).removeprefix("the ")
    return _STATES.get(text) or (last if text in _COUNTRIES else None)
