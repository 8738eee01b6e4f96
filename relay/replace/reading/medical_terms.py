"""Tell words of medicine from names: a drug, a sign or disease that bears a name, a public body, a trial.

A name counts as part of a term only together with what stands behind it, because Murphy is a patient as well as a sign.
Names of which what follows may be a patient's own are left out: Jones and a fracture, Bell and a palsy.

Sources, own lists with the help of: WHO's stems of international nonproprietary names (2024), the FDA's Purple Book and
Orange Book for brands, the guideline bodies of the United States and Europe; December 2026.
"""

from __future__ import annotations

import re
from typing import Literal

from relay.replace.reading.plain import listed, plain, words

__all__ = ["Term", "term_of"]

Term = Literal["drug", "eponym", "body", "trial"]

# Not `-vir` alone, in which names of the Punjab end.
_STEM = re.compile(
    r"[a-z]{2,16}(?:mab|tinib|pril|sartan|statin|olol|azole|cillin|mycin|floxacin|cycline|oxetine|triptan|gliptin"
    r"|gliflozin|glutide|dipine|azepam|azolam|setron|xaban|gatran|grel|ciclovir|navir|tegravir|buvir|asvir|previr|amivir"
    r"|vudine|parin|lukast|tropium|terol|barbital|dronate|formin|glitazone|ciclib|rafenib|zomib|parib|cept|kinra|gepant)"
)
_LEAST_STEM_CHARS = 7
# Without those that are given names, too.
_BRANDS = frozenset(
    words(
        "abilify actemra activase adalat adderall advair afrezza aimovig ambien anoro ativan augmentin avastin "
        "bactrim benadryl bevespi biktarvy botox breo breztri brilinta bystolic cardizem celebrex chantix cialis "
        "cimzia cipro coreg cosentyx coumadin cozaar crestor cymbalta demerol depakote descovy diflucan dilantin "
        "dilaudid diovan dupixent eliquis emgality enbrel entresto entyvio epipen eylea farxiga flomax flonase "
        "flovent fosamax gardasil genvoya gilenya glucophage harvoni herceptin humalog humira ibrance imbruvica "
        "imitrex inderal invokana janumet januvia jardiance kenalog keppra keytruda klonopin lamictal lantus lasix "
        "latuda levemir levitra lexapro linzess lipitor lovenox lucentis lupron lynparza macrobid motrin mounjaro "
        "naprosyn neulasta neurontin nexium norvasc novolog nucala nurtec ocrevus ofev opdivo orencia otezla "
        "oxycontin ozempic paxil paxlovid pepcid percocet plavix pradaxa praluent prevnar prilosec prinivil prolia "
        "protonix provigil prozac pulmicort qulipta reglan remicade repatha restasis revlimid rinvoq risperdal "
        "ritalin robaxin rybelsus saxenda seroquel shingrix simponi singulair skyrizi soliris spiriva stelara "
        "strattera suboxone symbicort synthroid tagrisso taltz tamiflu tecfidera tegretol topamax toprol toujeo "
        "tradjenta trelegy tremfya tresiba tricor trikafta trintellix trulicity tylenol ultram valium valtrex vasotec "
        "ventolin viagra vicodin victoza viibryd vyvanse wegovy wellbutrin xanax xarelto xeljanz xgeva xolair xtandi "
        "zantac zepbound zestril zithromax zocor zofran zoloft zometa zyprexa zyrtec zytiga"
    )
)
# What follows each name in a term. With more words a name is written as the words are, "von willebrand".
_EPONYMS = {
    name: frozenset(heads.split("/"))
    for name, heads in (
        item.split("=")
        for item in listed(
            "addison=disease/crisis, alzheimer=disease/dementia, apgar=score/scores, asperger=syndrome, "
            "babinski=sign/reflex, baker=cyst, ballard=score, barrett=esophagus, bartholin=gland/cyst/abscess, "
            "behcet=disease/syndrome, behçet=disease/syndrome, bence jones=protein, bishop=score, braden=scale/score, "
            "brudzinski=sign, brugada=syndrome/pattern, buerger=disease, burkitt=lymphoma, charcot=joint/foot/triad, "
            "cheyne-stokes=respiration/breathing, child-pugh=class/score/classification, chvostek=sign, "
            "colles=fracture, "
            "cobb=angle, cockcroft-gault=equation/formula, creutzfeldt-jakob=disease, crohn=disease/colitis, "
            "cullen=sign, "
            "cushing=syndrome/disease/triad, dix-hallpike=maneuver/test/manoeuvre, doppler=ultrasound/study/signal, "
            "down=syndrome, dressler=syndrome, duchenne=muscular/dystrophy, duke=criteria/treadmill, "
            "dupuytren=contracture, edinburgh=postnatal, edwards=syndrome, ehlers-danlos=syndrome, "
            "epley=maneuver/manoeuvre, epstein-barr=virus, epworth=sleepiness, erb=palsy, ewing=sarcoma, "
            "fabry=disease, "
            "fallot=tetralogy, fanconi=anemia/syndrome, foley=catheter/catheters/balloon, fournier=gangrene, "
            "framingham=risk/score/study, friedreich=ataxia, gaucher=disease, giemsa=stain, gilbert=syndrome, "
            "glasgow=coma/score/outcome, gleason=score/grade, gram=stain/negative/positive, "
            "graves=disease/ophthalmopathy, grey turner=sign, guillain-barre=syndrome, guillain-barré=syndrome, "
            "hartmann=procedure/pouch/solution, hashimoto=thyroiditis/disease, heimlich=maneuver/manoeuvre, henoch- "
            "schönlein=purpura, henoch-schonlein=purpura, hirschsprung=disease, hodgkin=lymphoma/disease, homans=sign, "
            "horner=syndrome, hunt-hess=grade/scale, huntington=disease/chorea, kaposi=sarcoma, "
            "kawasaki=disease/syndrome, kayser-fleischer=ring/rings, kernig=sign, korotkoff=sounds, "
            "kussmaul=breathing/respirations/sign, lachman=test, lewy=body/bodies, lhermitte=sign, "
            "lyme=disease/arthritis/borreliosis, mallory-weiss=tear, marfan=syndrome, mcburney=point, mcmurray=test, "
            "meckel=diverticulum, meniere=disease, ménière=disease, mini-cog=test, mobitz=type/block/i/ii, "
            "montreal=cognitive, munchausen=syndrome, murphy=sign, nissen=fundoplication, osler=node/nodes, "
            "ottawa=ankle/knee/rules/rule, paget=disease, papanicolaou=smear/test, parkinson=disease/dementia, "
            "peyronie=disease, pfannenstiel=incision, phalen=test/sign, prader-willi=syndrome, "
            "raynaud=phenomenon/disease/syndrome, ranson=criteria, reye=syndrome, rockall=score, romberg=sign/test, "
            "rovsing=sign, sjögren=syndrome, sjogren=syndrome, snellen=chart, stevens-johnson=syndrome, still=disease, "
            "sydenham=chorea, takayasu=arteritis, takotsubo=cardiomyopathy, tinel=sign, tourette=syndrome, "
            "trendelenburg=position/sign/gait, trousseau=sign/syndrome, turner=syndrome, valsalva=maneuver/manoeuvre, "
            "virchow=triad/node, von willebrand=disease/factor, waldenström=macroglobulinemia, wegener=granulomatosis, "
            "wells=score/criteria, wernicke=encephalopathy/aphasia, whipple=procedure/disease/resection/triad, "
            "wilms=tumor, wilson=disease, wolff-parkinson-white=syndrome/pattern, zollinger-ellison=syndrome"
        )
    )
}
_TAIL = frozenset(words("scale score scores syndrome disease dementia criteria rules rule risk test depression index"))
_BODIES = frozenset(
    words(
        "AAFP AASLD ACIP ACOG AHRQ ASCO ASRM BMJ CDC CMS EASL ECDC ESMO FIGO HHS HRSA IDSA JAMA KDIGO KDOQI MHRA NCCN "
        "NCI NEJM NHLBI NHS NIH NIMH NYHA OSHA RCOG SAMHSA SCCM UNICEF USPSTF"
    )
)
# Names, words or places, too: only where an organisation was found.
_SHORT_BODIES = frozenset(
    words(
        "AAD AAN AAP ACC ACCP ACE ACEP ACG ACP ACR ACS ADA AGA AHA AMA APA ASA ASH ATS AUA CHEST DEA EMA ESC FDA GINA "
        "GOLD ILAE JNC NICE SIGN SSC WHO"
    )
)
_LONG_BODIES = frozenset(
    listed(
        "centers for disease control, centers for disease control and prevention, cochrane, department of health and "
        "human services, european medicines agency, food and drug administration, joint commission, medicaid, "
        "medicare, "
        "national institutes of health, new england journal of medicine, preventive services task force, pubmed, "
        "surviving sepsis campaign, the lancet, uptodate, us preventive services task force, world health organization"
    )
)
_SOCIETY = re.compile(
    r"(?:american|european|british|canadian|australian|international|national|royal|world|global) "
    r"(?:[a-z-]{1,20} ){0,5}"
    r"(?:college|society|association|academy|institutes?|federation|task force|council|initiative)"
    r"(?: [a-z-]{1,20}){0,8}"
)
_PLACE_OF_CARE = re.compile(
    "hospital|clinic|cent(?:er|re)|universit|school|practice|pharmacy|nursing home|medical college"
)
_TRIAL = re.compile(r"[A-Z][A-Z0-9-]{2,15}(?: ?[0-9]{1,2})?")
_GRADE = re.compile(r"(?:class|grade|stage|type|group|score|[ivx]{1,4}[ab]?|[0-9]{1,2}[a-z]?)")
_NEXT_WORD = re.compile(r"(?:['’]s?)?[\s-]{1,3}([^\W\d_]+)")
_POSSESSIVE = re.compile(r"['’]s?(?= |$)")
_ARTICLE = re.compile("^[Tt]he ")
_JOINT = re.compile(r"[/&,]|\band\b")


def term_of(value: str, after: str = "", *, organization: bool = False) -> Term | None:
    """Return what kind of medical term `value` is, or is part of with what stands `after` it, else None.

    `organization`: it was found as one, so short names of bodies count, and trials.
    """
    text = plain(value).strip(" .,;:()\"'")
    if text in _BRANDS or (len(text) >= _LEAST_STEM_CHARS and _STEM.fullmatch(text)):
        return "drug"
    following = _NEXT_WORD.match(plain(after))
    behind = following[1] if following is not None else ""
    if _is_eponym(_POSSESSIVE.sub("", text), behind):
        return "eponym"
    if _is_body(value.strip(" .,;:()\"'"), text, organization=organization):
        return "body"
    if organization and _TRIAL.fullmatch(value.strip()) and behind in ("trial", "trials", "study", "studies"):
        return "trial"
    return None


def _is_eponym(text: str, behind: str) -> bool:
    """Tell whether `text` is a name of a term with its head, or the name alone with the head `behind` it."""
    if text in _EPONYMS:
        return behind in _EPONYMS[text]
    named = text.split()
    for count in range(1, len(named)):
        heads = _EPONYMS.get(" ".join(named[:count]), frozenset())
        if named[count] in heads:
            return all(word in _TAIL or _GRADE.fullmatch(word) for word in named[count + 1 :])
    return False


def _is_body(value: str, text: str, *, organization: bool) -> bool:
    """Tell whether a text names public bodies and societies and nothing else, graded ("NYHA class III") or not.

    Abbreviations count in capitals.
    """
    known = _BODIES | _SHORT_BODIES if organization else _BODIES
    parts = [_ARTICLE.sub("", part.strip()) for part in _JOINT.split(value)]
    first, *rest = parts[0].split() or [""]
    if (
        first in known
        and all(map(_GRADE.fullmatch, map(str.casefold, rest)))
        and all(part in known for part in parts[1:])
    ):
        return True
    long = text.removeprefix("the ")
    if not organization or _PLACE_OF_CARE.search(long):
        return False
    return text in _LONG_BODIES or long in _LONG_BODIES or _SOCIETY.fullmatch(long) is not None
