"""Word lists that tell what a text is about, and a search that costs about the same for ten entries or a thousand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["HEALTH", "PRIVILEGED", "Lexicon"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Lexicon:
    """Phrases, found as whole words in any letter case. `name` is what reasons call it."""

    def __init__(self, name: str, phrases: Iterable[str]) -> None:
        self.name = name
        self._single: set[str] = set()
        self._longer: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            first, *rest = _WORD.findall(phrase.casefold())
            if rest:
                self._longer.setdefault(first, []).append((first, *rest))
            else:
                self._single.add(first)
        self._first = self._single | self._longer.keys()

    def find(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Return the phrases that occur in any of `texts`, sorted, each once."""
        found: set[str] = set()
        for text in texts:
            words = _WORD.findall(text.casefold())
            hits = self._first.intersection(words)
            if not hits:
                continue
            found |= hits & self._single
            longer = hits & self._longer.keys()
            if longer:
                for index, word in enumerate(words):
                    if word in longer:
                        found.update(
                            " ".join(phrase)
                            for phrase in self._longer[word]
                            if tuple(words[index : index + len(phrase)]) == phrase
                        )
        return tuple(sorted(found))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


# Terms that stand for a diagnosis, a finding, a treatment or a drug, and hardly anything else in everyday text. General
# words ("health", "doctor", "pain", "virus", "cold") are left out on purpose: they occur in any prompt.
HEALTH = Lexicon(
    "health",
    _lines(
        """
        mrn
        medical record number
        patient id
        patient's
        inpatient
        outpatient
        icd 10
        diagnosed with
        diagnosis of
        prognosis
        biopsy
        chemotherapy
        radiotherapy
        oncology
        metastatic
        carcinoma
        lymphoma
        leukemia
        leukaemia
        melanoma
        tumor
        tumour
        diabetes
        diabetic
        hba1c
        insulin
        metformin
        hypertension
        asthma
        copd
        pneumonia
        bronchitis
        tuberculosis
        hepatitis
        cirrhosis
        hiv
        hiv positive
        epilepsy
        seizure disorder
        multiple sclerosis
        parkinson's
        alzheimer's
        dementia
        schizophrenia
        bipolar disorder
        major depressive disorder
        ptsd
        adhd
        myocardial infarction
        heart attack
        atrial fibrillation
        coronary artery disease
        congestive heart failure
        chronic kidney disease
        dialysis
        rheumatoid arthritis
        crohn's disease
        ulcerative colitis
        endometriosis
        miscarriage
        preeclampsia
        mri scan
        ct scan
        blood pressure
        lab results
        discharge summary
        medical history
        medical record
        patient presents
        mg daily
        mg twice daily
        twice daily
        lisinopril
        atorvastatin
        amlodipine
        omeprazole
        warfarin
        sertraline
        fluoxetine
        oxycodone
        prednisone
        amoxicillin
        ibuprofen
        levothyroxine
        gabapentin
        ozempic
        """
    ),
)

# Words of lawyer-client confidence. "Lawyer" and "contract" alone are not: most legal questions are no secret.
PRIVILEGED = Lexicon(
    "privilege",
    _lines(
        """
        attorney client privilege
        attorney client privileged
        attorney client communication
        attorney client confidential
        attorney work product
        work product doctrine
        solicitor client privilege
        legal professional privilege
        legal advice privilege
        litigation privilege
        privileged and confidential
        privileged & confidential
        confidential and privileged
        privileged communication
        privileged memorandum
        prepared in anticipation of litigation
        in anticipation of litigation
        prepared at the direction of counsel
        at the direction of counsel
        at the request of counsel
        common interest privilege
        subject to privilege
        anwaltsgeheimnis
        secret professionnel
        """
    ),
)
