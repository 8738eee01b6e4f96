"""Words that tell what a text is about, and a search whose cost does not grow with the number of words.

A lexicon has kinds of words. How many of which kind it takes is for `classes.py` to say; general words ("health",
"doctor", "contract") are weak kinds on purpose, because they occur in any prompt. The lists were written from the
chapter headings of ICD-10, the stems of international nonproprietary names (WHO, 2024 list) and the markings that
lawyers put on documents; common words of clinic notes were added after reading which sections of MTS-Dialog's training
part (CC BY 4.0) had no hit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["CARD", "FINANCE", "HEALTH", "PRIVILEGED", "Lexicon", "Words"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Words:
    """The words of several texts, found when first asked for: many requests are decided without them."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._folded: str | None = None
        self._rows: tuple[list[str], ...] | None = None
        self._distinct: frozenset[str] | None = None

    def contains_any(self, stems: Iterable[str]) -> bool:
        """Tell, without taking the texts apart, whether any of `stems` (in lower case) occurs anywhere."""
        if self._folded is None:
            self._folded = "\n".join(self._texts).casefold()
        folded = self._folded
        return any(stem in folded for stem in stems)

    @property
    def rows(self) -> tuple[list[str], ...]:
        """The words of each text in order, in lower case."""
        if self._rows is None:
            self._rows = tuple(_WORD.findall(text.casefold().replace("’", "'")) for text in self._texts)
        return self._rows

    @property
    def distinct(self) -> frozenset[str]:
        """Every word once."""
        if self._distinct is None:
            self._distinct = frozenset(word for row in self.rows for word in row)
        return self._distinct


class Lexicon:
    """Phrases of several kinds, found as whole words in any letter case. `name` is what reasons call it.

    `endings` are word endings that count as a kind too, for words of at least seven letters that are not in `but`.
    """

    def __init__(
        self,
        name: str,
        kinds: Mapping[str, str],
        *,
        endings: Mapping[str, str] | None = None,
        but: str = "",
        stems: str = "",
    ) -> None:
        self.name = name
        self._single: dict[str, str] = {}
        self._longer: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for kind, phrases in kinds.items():
            for phrase in _lines(phrases):
                first, *rest = _WORD.findall(phrase.casefold())
                if rest:
                    self._longer.setdefault(first, []).append(((first, *rest), kind))
                else:
                    self._single[first] = kind
        self._endings = [(tuple(text.split()), kind) for kind, text in (endings or {}).items()]
        self._but = frozenset(but.split())
        self._stems = tuple(_lines(stems))

    def find(self, words: Words) -> dict[str, tuple[str, ...]]:
        """Return the phrases that occur, by kind, sorted, each once."""
        if self._stems and not words.contains_any(self._stems):
            return {}
        found: dict[str, set[str]] = {}
        distinct = words.distinct
        for word in distinct & self._single.keys():
            found.setdefault(self._single[word], set()).add(word)
        longer = distinct & self._longer.keys()
        if longer:
            for row in words.rows:
                for index, word in enumerate(row):
                    if word in longer:
                        for phrase, kind in self._longer[word]:
                            if tuple(row[index : index + len(phrase)]) == phrase:
                                found.setdefault(kind, set()).add(" ".join(phrase))
        for endings, kind in self._endings:
            hits = {word for word in distinct if len(word) >= 7 and word.endswith(endings) and word not in self._but}
            if hits:
                found.setdefault(kind, set()).update(hits)
        return {kind: tuple(sorted(hits)) for kind, hits in found.items()}


def _lines(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]


# "strong" stands for a diagnosis, a finding, a procedure or a drug and hardly ever for anything else. "weak" needs a
# second one beside it: each alone is everyday language.
HEALTH = Lexicon(
    "health",
    {
        # Names of a patient's numbers, for where the number was found as an identifier without a type of its own.
        "number": """
            mrn, medical record number, medical record no, patient id, patient number, patient no, patient identifier,
            member id, member number, subscriber id, health plan, health plan number, health insurance number, medicare,
            medicare number, medicaid, nhs number, insurance card, hospital number, chart number, encounter number,
            versichertennummer, numéro de sécurité sociale
        """,
        "strong": """
            medical record, medical history, patient record, patient records, patient chart, inpatient, outpatient,
            discharge summary, discharge letter, icd 10, chief complaint, past medical history, history of present
            illness, clinical note, clinical notes, progress note, soap note, radiology report, pathology report, lab
            results, blood test, blood tests, blood work, test results came back, vital signs, bloodwork, diagnosed
            with, was diagnosed as, diagnosis of, had a stroke, suffered a stroke, in remission, obsessive compulsive,
            prognosis, biopsy, chemotherapy, chemo, radiotherapy, radiation therapy, immunotherapy, oncology,
            oncologist, metastatic, metastasis, malignant, tumor, tumour, cancer, carcinoma, leukemia, leukaemia,
            lymphoma, melanoma, sarcoma, diabetes, diabetic, type 2 diabetes, hba1c, a1c, insulin, hypertension,
            hypertensive, hypotension, high blood pressure, cholesterol level, asthma, copd, emphysema, pneumonia,
            tuberculosis, hepatitis, cirrhosis, hiv, hiv positive, aids diagnosis, herpes, chlamydia, syphilis,
            gonorrhea, hpv, sti test, covid positive, influenza positive, epilepsy, epileptic, seizure, seizures,
            aneurysm, multiple sclerosis, parkinson's, alzheimer's, dementia, schizophrenia, bipolar, bipolar
            disorder, depressive, major depressive disorder, depressive episode, clinical depression, suicidal, self
            harm, anorexia, bulimia, eating disorder, ptsd, adhd, autism, autistic, panic attacks, anxiety disorder,
            alcoholism, opioid use disorder, substance abuse, detox, rehab program, methadone, naloxone, heart attack,
            heart failure, cardiac arrest, myocardial, atrial fibrillation, arrhythmia, angina, pacemaker, coronary,
            stent, bypass surgery, thrombosis, embolism, anemia, anaemia, hemophilia, sickle cell, kidney failure,
            renal failure, kidney disease, dialysis, gallstones, kidney stones, crohn's, ibs, celiac, coeliac, lupus,
            rheumatoid, osteoporosis, fibromyalgia, psoriasis, eczema, migraine, migraines, hypothyroidism,
            hyperthyroidism, hashimoto's, graves disease, gout, sciatica, herniated disc, fractured, concussion,
            endometriosis, pcos, miscarriage, miscarried, ivf, pregnant, pregnancy, weeks gestation, prenatal,
            postpartum, preeclampsia, c section, hysterectomy, vasectomy, menopause, erectile dysfunction, down
            syndrome, cystic fibrosis, muscular dystrophy, cerebral palsy, transplant, organ donor, amputation,
            hospice, palliative, intensive care, icu, er visit, emergency room, anesthesia, anaesthesia, ventilator,
            intubated, catheter, mri, mri scan, ct scan, pet scan, x ray, x rays, ultrasound, mammogram, ecg, ekg,
            eeg, echocardiogram, colonoscopy, endoscopy, vaccinated, vaccination record, immunization record, allergic
            to, mg daily, mg twice, mg bid, mg po, twice daily, milligrams, dosage, prescription refill, refill of,
            metformin, ozempic, wegovy, lantus, humalog, lipitor, plavix, eliquis, xarelto, warfarin, heparin,
            aspirin, tylenol, ibuprofen, paracetamol, acetaminophen, morphine, oxycodone, oxycontin, hydrocodone,
            fentanyl, tramadol, codeine, xanax, valium, ativan, zoloft, prozac, lexapro, wellbutrin, cymbalta,
            effexor, seroquel, abilify, lithium carbonate, risperidone, quetiapine, olanzapine, adderall, ritalin,
            concerta, prednisone, prednisolone, hydrocortisone, albuterol, ventolin, levothyroxine, synthroid,
            gabapentin, pregabalin, lamotrigine, carbamazepine, levetiracetam, tamoxifen, methotrexate, truvada,
            descovy, nitroglycerin, furosemide, hydrochlorothiazide, spironolactone, allopurinol, colchicine, botox
            injections, krebs, chemotherapie, bluthochdruck, schwanger, schwangerschaft, herzinfarkt, schlaganfall,
            diagnostiziert, krankenakte, befund, patientin, arztbrief, zuckerkrankheit, cáncer, diabético,
            embarazada, diagnosticado, diagnosticada, historia clínica, hipertensión, quimioterapia, diabète,
            enceinte, diagnostiqué, diagnostiquée, dossier médical, chimiothérapie, tension artérielle, auscultation,
            review of systems, physical exam, physical examination, family medical history, vaginal delivery,
            nontender, non tender, normocephalic, atraumatic, well nourished, tympanic membranes, oropharynx, murmurs,
            gallops, bowel sounds, edema, oedema, dyspnea, dyspnoea, tachycardia, bradycardia, palpitations,
            dysphagia, dysarthria, paresthesia, syncope, neuropathy, gerd, reflux disease, acute distress, etoh, iv
            drugs, intravenous drugs, pack a day, packs a day, packs per day, pack years, ppd, prior surgeries, past
            surgical history, noncontributory, gravida, wheelchair bound, hx of, b i d, t i d, q h s,
            alzheimer disease, fracture of, stitches, sutures, hernia, ulcer, ulcers, vaginal, prostate, ovarian,
            uterine, thyroid, bowel movements, urinary, tonsils, pap smear, vaccines up to date, immunizations up to
            date
        """,
        "weak": """
            patient, patients, patient's, doctor, physician, nurse, hospital, clinic, surgery, surgeon, surgical,
            therapy, therapist, psychiatrist, psychologist, counselling, gp, cardiologist, neurologist, dermatologist,
            gynecologist, pediatrician, urologist, midwife, pharmacy, pharmacist, medication, medications, meds,
            medicine, prescribed, prescription, treatment, treated for, dose, doses, tablets, pills, diagnosis,
            symptom, symptoms, pain, chest pain, fever, cough, nausea, vomiting, dizziness, fatigue, rash, swelling,
            bleeding, shortness of breath, headache, headaches, insomnia, allergy, allergies, infection, chronic,
            acute, disease, disorder, syndrome, illness, sick leave, disability, admitted, admission, discharged,
            follow up appointment, appointment, referral, referred, screening, specimen, checkup, check up, blood,
            blood pressure, heart rate, glucose, weight gain, weight loss, bmi, insurance claim, health insurance,
            copay, deductible, arzt, krankenhaus, médico, médecin, hôpital, smoker, smoking, smokes, smoke, tobacco,
            alcohol, alcoholic, drinks socially, drugs, drug use, abdomen, abdominal, lungs, chest, extremities,
            vaccines, vaccination, surgeries, swollen, sore, weakness, numbness, bruise, injured, injury, breathing,
            breath, appetite, urine, stool, kidney, liver, lung, stomach, bladder, knee, spine, denies, history of,
            behandlung, krankheit, symptome, schmerzen, fieber, operiert, medikamente, paciente, pacientes,
            enfermedad, enfermedades, tratamiento, diagnóstico, dolor, antecedentes, exploración, cirugía, síntomas,
            hospitalización, lesión, lesiones, medicación, traitement, maladie, douleur, symptômes, chirurgie,
            ordonnance, kidneys, livers, knees, tests came back, test results, results are in, your results, doctors,
            nurses, hospitals, clinics, blood sugar, doctor's, medical
        """,
    },
    endings={
        "strong": """
            itis ectomy otomy ostomy oscopy plasty emia aemia uria algia opathy myopathy megaly sclerosis thrombosis
            fibrosis stenosis carcinoma blastoma sarcoma glioma adenoma myeloma
            mab tinib pril sartan statin olol azole prazole cillin mycin floxacin cycline oxetine triptan gliptin
            gliflozin glutide traline opram faxine zodone profen steride dipine azepam azolam setron xaban vudine
            tegravir buvir
        """
    },
    but="academia bohemia dichotomy trichotomy manchuria etruria nostalgia microscopy spectroscopy horoscopy "
    "psychopathy sociopathy",
)

# Markings that only lawyers' papers bear; or one's own lawyer, or client, together with a legal matter. A soft matter
# counts beside a lawyer only: a consultant's client has claims, charges and breaches, too.
PRIVILEGED = Lexicon(
    "privilege",
    {
        "strong": """
            attorney client privileged, attorney client communication, attorney client communications, attorney client
            confidential, privileged attorney client, attorney work product, attorney's work product, privileged and
            confidential, privileged & confidential, confidential and privileged, privileged confidential,
            confidential privileged, privileged communication, privileged memo, privileged memorandum, solicitor
            client privileged, solicitor client communication, legally privileged, legal privilege applies, protected
            by attorney client privilege, subject to attorney client privilege, subject to legal privilege, subject to
            legal professional privilege, covered by attorney client privilege, subject to privilege, under privilege,
            without waiving privilege, waive privilege over, work product of counsel, prepared in anticipation of
            litigation, prepared for litigation, at the direction of counsel, prepared at the request of counsel, at
            the request of counsel, on advice of counsel, upon advice of counsel, common interest agreement, joint
            defense agreement, unterliegt dem anwaltsgeheimnis, anwaltlich vertraulich, couvert par le secret
            professionnel, secreto profesional del abogado
        """,
        "own lawyer": """
            my lawyer, my lawyers, our lawyer, our lawyers, my attorney, my attorneys, our attorney, our attorneys, my
            solicitor, our solicitor, our solicitors, my barrister, our barrister, my counsel, our counsel, our
            outside counsel, outside counsel, outside counsel's, in house counsel, inhouse counsel, general counsel,
            our general counsel, our legal team, our legal department, our law firm, my law firm, defense counsel, our
            defense counsel, my defense attorney, my divorce lawyer, our litigation counsel, litigation counsel, as
            your lawyer, as your attorney, as your counsel, as your solicitor, as counsel for, as counsel to, counsel
            advised, counsel advises, counsel's advice, counsel's opinion, counsel recommends, counsel thinks, mein
            anwalt, unser anwalt, unsere anwältin, mon avocat, notre avocat, mi abogado, nuestro abogado, lawyer told
            me, lawyer told us, lawyer says, attorney told me, attorney told us, attorney says, counsel wants, counsel
            says, counsel said, counsel asked, counsel told, counsel suggests, counsel warned
        """,
        "own client": """
            our client, our client's, my client, my client's, we represent, i represent, representing our client
        """,
        "matter": """
            legal advice, legal opinion, legal strategy, legal risk, legal exposure, litigation, litigate, lawsuit,
            sue, sued, suing, settlement, settlement offer, settlement demand, deposition, depositions, deposed,
            testimony, testify, plaintiff, defendant, opposing counsel, opposing party, subpoena, subpoenaed,
            discovery request, discovery requests, motion to dismiss, motion for summary judgment, summary judgment,
            injunction, arbitration, plea, plea deal, bail, indictment, prosecutor, trial, court, hearing, jury,
            custody, divorce, negligence, infringement, counterclaim, statute of limitations, cease and desist,
            wrongful termination, verdict, malpractice, cross examination, klage, vergleich, procès, demanda
        """,
        "soft matter": """
            settle, settling, witness, witnesses, other side, mediation, charges, appeal, judge, liability, liable,
            breach, breach of contract, damages, infringes, infringe, claim, claims, whistleblower, defence, defense,
            confess, admit, admits, admitted, dispute, contract, legal, patent, fired, merger, acquisition,
            investigation, regulator, fraud
        """,
    },
    stems="privileg, counsel, lawyer, attorney, solicitor, barrister, client, represent, legal, litigation, law firm, "
    "anwalt, anwält, avocat, abogado, secret professionnel",
)

# Names of numbers, for where the number itself was found as an identifier without a type of its own.
FINANCE = Lexicon(
    "finance",
    {
        "strong": """
            account number, account no, acct, acct no, acct number, bank account, debit account, credit account, debit
            from account, to account, from account, beneficiary, payroll, checking account, savings account, account
            ending, routing number, routing no, aba number, sort code, iban, swift code, bic code, wire transfer,
            direct deposit, brokerage account, loan number, mortgage account, social security, social security number,
            ssn, itin, tax id, tax identification, taxpayer, tax number, tax file number, ein, nino, national
            insurance number, steuernummer, steuer id, kontonummer, bankverbindung, numéro de compte, número de
            cuenta, bsb
        """
    },
)
CARD = Lexicon(
    "card",
    {
        "strong": """
            credit card, credit card number, debit card, card number, card no, card ending, visa card, visa ending,
            mastercard, amex, american express, cvv, cvc, cvv2, security code, card expires, expiry date, expiration
            date, cardholder, kreditkarte, kreditkartennummer, carte bancaire, carte de crédit, tarjeta de crédito
        """
    },
)
