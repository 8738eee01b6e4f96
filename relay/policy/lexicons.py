"""Words that tell what a text is about.

A lexicon has kinds of words. How many of which kind it takes is for `classes.py` to say; general words ("health",
"doctor", "contract") are weak kinds on purpose, because they occur in any prompt. The lists were written from the
chapter headings of ICD-10, the stems of international nonproprietary names (WHO, 2024 list) and the markings that
lawyers put on documents; common words of clinic notes were added after reading which sections of MTS-Dialog's training
part (CC BY 4.0) had no hit, the commoner words of ICD-10-CM's descriptions (public domain), and everyday words of
seven languages after reading the first half of the harder prompts in tests/vectors/policy.
"""

from __future__ import annotations

from relay.policy.words import Lexicon

__all__ = ["CARD", "FINANCE", "HEALTH", "PRIVILEGED", "SECRECY"]

# "strong" stands for a diagnosis, a finding, a procedure or a drug and hardly ever for anything else. "weak" needs a
# second one beside it: each alone is everyday language.
HEALTH = Lexicon(
    "health",
    {
        # Names of a patient's numbers, for where the number was found as an identifier without a type of its own.
        "number": """
            mrn, medical record number, medical record no, patient id, patient number, patient no, patient identifier,
            member id, member number, subscriber id, health plan, health plan number, health insurance number,
            medicare, medicare number, medicaid, nhs number, insurance card, hospital number, chart number, encounter
            number, versichertennummer, numéro de sécurité sociale
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
            aneurysm, multiple sclerosis, parkinson's, alzheimer's, dementia, schizophrenia, bipolar, bipolar disorder,
            depressive, major depressive disorder, depressive episode, clinical depression, suicidal, self harm,
            anorexia, bulimia, eating disorder, ptsd, adhd, autism, autistic, panic attacks, anxiety disorder,
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
            intubated, catheter, mri, mri scan, ct scan, pet scan, x ray, x rays, ultrasound, mammogram, ecg, ekg, eeg,
            echocardiogram, colonoscopy, endoscopy, vaccinated, vaccination record, immunization record, allergic to,
            mg daily, mg twice, mg bid, mg po, twice daily, milligrams, dosage, prescription refill, refill of,
            metformin, ozempic, wegovy, lantus, humalog, lipitor, plavix, eliquis, xarelto, warfarin, heparin, aspirin,
            tylenol, ibuprofen, paracetamol, acetaminophen, morphine, oxycodone, oxycontin, hydrocodone, fentanyl,
            tramadol, codeine, xanax, valium, ativan, zoloft, prozac, lexapro, wellbutrin, cymbalta, effexor, seroquel,
            abilify, lithium carbonate, risperidone, quetiapine, olanzapine, adderall, ritalin, concerta, prednisone,
            prednisolone, hydrocortisone, albuterol, ventolin, levothyroxine, synthroid, gabapentin, pregabalin,
            lamotrigine, carbamazepine, levetiracetam, tamoxifen, methotrexate, truvada, descovy, nitroglycerin,
            furosemide, hydrochlorothiazide, spironolactone, allopurinol, colchicine, botox injections, krebs,
            chemotherapie, bluthochdruck, schwanger, schwangerschaft, herzinfarkt, schlaganfall, diagnostiziert,
            krankenakte, befund, patientin, arztbrief, zuckerkrankheit, cáncer, diabético, embarazada, diagnosticado,
            diagnosticada, historia clínica, hipertensión, quimioterapia, diabète, enceinte, diagnostiqué,
            diagnostiquée, dossier médical, chimiothérapie, tension artérielle, auscultation, review of systems,
            physical exam, physical examination, family medical history, vaginal delivery, nontender, non tender,
            normocephalic, atraumatic, well nourished, tympanic membranes, oropharynx, murmurs, gallops, bowel sounds,
            edema, oedema, dyspnea, dyspnoea, tachycardia, bradycardia, palpitations, dysphagia, dysarthria,
            paresthesia, syncope, neuropathy, gerd, reflux disease, acute distress, etoh, iv drugs, intravenous drugs,
            pack a day, packs a day, packs per day, pack years, ppd, prior surgeries, past surgical history,
            noncontributory, gravida, wheelchair bound, hx of, b i d, t i d, q h s, alzheimer disease, fracture of,
            stitches, sutures, hernia, ulcer, ulcers, vaginal, prostate, ovarian, uterine, thyroid, bowel movements,
            urinary, tonsils, pap smear, vaccines up to date, immunizations up to date, glaucoma, cataract, cataracts,
            macular degeneration, retinal detachment, cochlear implant, hearing aid, hearing aids, tinnitus, vertigo,
            scoliosis, slipped disc, bulging disc, torn ligament, acl tear, meniscus, rotator cuff, carpal tunnel, knee
            replacement, hip replacement, prosthesis, prosthetic leg, gallbladder, gall bladder, appendix removed,
            laparoscopic, laparoscopy, lap chole, tonsils out, wisdom teeth, root canal, skin graft, ventricular shunt,
            vp shunt, stoma, colostomy, feeding tube, iv iron, iv antibiotics, iv fluids, blood transfusion, stem cell
            transplant, bone marrow, stage iv, stage iii, stage ii, lump in her breast, shadow on the lung, hospice
            care, do not resuscitate, living donor, kidney donor, donor match, hla typing, viral load, t cell count,
            cd4 count, antiretroviral, prep pill, tested positive for, tested negative for, positive pregnancy test,
            weeks pregnant, due date is, morning sickness, gestational, caesarean, cesarean, stillbirth, stillborn, had
            an abortion, fertility treatment, egg freezing, sperm count, contraceptive pill, birth control pill,
            hormone therapy, gender dysphoria, hot flashes, hot flushes, alcohol withdrawal, withdrawal symptoms,
            overdose, overdosed, in recovery from, relapse, relapsed, sober since, heroin, cocaine use, naltrexone,
            suboxone, buprenorphine, low mood, suicide attempt, suicidality, self harming, panic attack, panic
            disorder, psychotic, psychosis, hallucinations, hearing voices, borderline personality, ocd, phq 9, gad 7,
            asperger's, dyslexia, dyslexic, tourette's, insulin pump, blood sugar levels, sick note, sick notes,
            doctor's note, doctor's letter, signed off sick, off sick with, medical leave, medical certificate, medical
            condition, medical conditions, medical appointment, medical emergency, health condition, health problems,
            health record, health records, physical therapy, physiotherapy, physio, occupational therapy, speech
            therapy, nebulizer, inhaler, oxygen tank, cpap, sleep apnea, sleep apnoea, acid reflux, stomach ulcer,
            ulcerative colitis, irritable bowel, diverticulitis, hemorrhoids, haemorrhoids, incontinence, uti, sepsis,
            septic, mrsa, meningitis, measles, mumps, shingles, chickenpox, malaria, dengue, lyme disease, rabies,
            tetanus, scabies, ringworm, mononucleosis, covid test, tested for covid, long covid, post op, postop, pre
            op, discharge instructions, status post, s p surgery, wound dressing, wounds clean, iv line, cannula, nil
            by mouth, saturations, auscultate, palpation, ferritin, hemoglobin, haemoglobin, creatinine, troponin, crp,
            tsh level, psa level, psa test, lipid panel, glucose monitor, urinalysis, stool sample, swab, ct of the,
            mri of the, bone scan, dexa scan, biopsies, lumbar puncture, spinal tap, epidural, sedation, general
            anaesthetic, neurosurgery, cardiology, neurology, dermatology, urology, gynecology, gynaecology,
            orthopedics, orthopaedics, pediatrics, paediatrics, haematology, hematology, endocrinology,
            endocrinologist, rheumatologist, gastroenterologist, pulmonologist, nephrologist, hematologist,
            ophthalmologist, podiatrist, chiropractor, gp surgery, gp letter, gp referral, atorvastatin, clopidogrel,
            ramipril, bisoprolol, amlodipine, losartan, omeprazole, pantoprazole, dexamethasone, salbutamol, basaglar,
            jardiance, mounjaro, trulicity, januvia, mesalazine, mesalamine, azathioprine, sertraline, citalopram,
            mirtazapine, duloxetine, bupropion, clonazepam, lorazepam, diazepam, zolpidem, melatonin 5 mg, haloperidol,
            aripiprazole, clozapine, methylphenidate, lisdexamfetamine, vyvanse, amoxicillin, azithromycin,
            doxycycline, ciprofloxacin, metronidazole, nitrofurantoin, fluconazole, acyclovir, paxlovid, tamiflu,
            letrozole, anastrozole, finasteride, sildenafil, viagra, testosterone shots, estradiol, progesterone,
            naproxen, diclofenac, ketorolac, celecoxib, humira, enbrel, remicade, keytruda, herceptin, rituximab,
            epipen, loratadine, cetirizine, montelukast, budesonide, tiotropium, digoxin, amiodarone, metoprolol,
            carvedilol, enoxaparin, apixaban, krankenkasse, krankschreibung, krankgeschrieben, bandscheibe,
            bandscheibenvorfall, reha, rehaklinik, hausarzt, hausärztin, facharzt, depression diagnostiziert,
            depressionen, zuckerkrank, diabetiker, herzkrank, bluttest, blutwerte, blutdruck, fehlgeburt, demenz,
            demenzkrank, epilepsie, schizophrenie, magersucht, impfpass, überweisung zum, rezept für, bestrahlung,
            metastasen, rheuma, arthrose, multiple sklerose, sclérose en plaques, arrêt maladie, médecin traitant,
            infarctus, grossesse, fausse couche, dépression, ordonnance pour, antécédents médicaux, rechute, cancer du,
            tumeur, épilepsie, allergique à, ménopause, séropositif, infarto, ictus, embarazo, aborto, epoc, disnea,
            alérgico a, alérgica a, depresión, baja médica, tumor maligno, quimio, radioterapia, diabetes tipo, tensión
            alta, médico de cabecera, seropositivo, esclerosis múltiple, diabete, ipertensione, tumore, cancro,
            incinta, gravidanza, depressione, medico curante, ricovero, ricoverato, ricoverata, chemioterapia,
            allergico a, allergica a, sclerosi multipla, cartella clinica, epilessia, hipertensão, grávida, gravidez,
            enfarte, avc, depressão, prontuário, esclerose múltipla, epilepsia, baixa médica, médico de família,
            câncer, tumor no, reuma, reumatoïde, kanker, hartaanval, hartinfarct, beroerte, zwanger, zwangerschap,
            miskraam, huisarts, suikerziekte, hoge bloeddruk, depressief, dementie, ziekenhuisopname, chemokuur,
            bestraling, methotrexaat
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
            vaccines, vaccination, surgeries, swollen, sore, numbness, bruise, injured, injury, breathing, breath,
            appetite, urine, stool, kidney, liver, lung, stomach, bladder, knee, spine, denies, history of, behandlung,
            krankheit, symptome, schmerzen, fieber, operiert, medikamente, paciente, pacientes, enfermedad,
            enfermedades, tratamiento, diagnóstico, dolor, antecedentes, exploración, cirugía, síntomas,
            hospitalización, lesión, lesiones, medicación, traitement, maladie, douleur, symptômes, chirurgie,
            ordonnance, kidneys, livers, tests came back, test results, results are in, your results, doctors, nurses,
            hospitals, clinics, blood sugar, doctor's, medical, ward, wound, wounds, burnout, vision test, hearing
            test, psa, gp's, med list, dosing, side effects, unwell, ache, aches, sore throat, stomach ache, back pain,
            joint pain, bruising, sprain, sprained, crutches, cast removed, carer, carers, caregiver, care home,
            nursing home, paramedic, ambulance, vitals, intake form, waiting room, refill, pill, ointment, injection,
            injections, infusion, vaccine, thyroxine, hormone, hormones, womb, uterus, ovaries, breast, lump, cyst,
            cysts, benign, tendon, ligament, ankle, wrist, elbow, laceration, fainting, dizzy, anxiety, depression,
            trauma, counsellor, counselor, psychiatric, addiction, addicted, sober, rehab, allergic, gluten, copayment,
            reimbursement, disabled, wheelchair, patientin, patienten, therapie, tabletten, diagnose, klinik, pflege,
            pflegeheim, allergie, verletzung, verletzt, malade, patiente, hôpitaux, clinique, comprimés, soins,
            blessure, fumador, fumadora, ingresa, ingresado, ingresada, alergia, pastillas, clínica, paziente,
            pazienti, malattia, dolore, medico, medici, terapia, farmaco, farmaci, diagnosi, ricetta, ospedale, utente,
            doença, dor, remédio, remédios, sintomas, patiënt, patiënten, ziekenhuis, medicijnen, behandeling,
            klachten, pijn, ziekte, abnormalities, abortion, acne, airway, amnesia, anal, anesthetic, antibiotic,
            antibiotics, antibody, anus, appendix, arterial, arteries, artery, arthritis, auditory, autoimmune, bile,
            blindness, bowel, bypass, cardiac, cardiovascular, cartilage, cerebral, cervical, childbirth, coma, colon,
            congenital, constipation, contractions, cornea, cramp, cramps, deficiency, delusional, dental, diaphragm,
            digestive, disc, disorders, dysfunction, estrogen, fecal, fertilization, fetal, fetus, forearm, fracture,
            fractures, gait, gastric, gastrointestinal, genital, genitals, gland, glands, graft, groin, hereditary,
            immune, implant, implants, infant, infections, infectious, inflammation, inflammatory, influenza,
            inhalation, injuries, intestinal, intestine, intravenous, irritable, joint, joints, lesions, limb, limbs,
            lymph, malnutrition, manic, marrow, menstrual, muscle, muscular, nail, nasal, neck, nerve, neurological,
            newborn, nicotine, nipple, obesity, occupational, opioid, opioids, palsy, pancreatic, paralysis, paranoia,
            parasitic, parkinson, pediatric, pelvic, pelvis, poisoning, premature, prosthetic, puberty, pulmonary,
            puncture, rectal, renal, respiratory, retina, rib, ribs, rupture, saline, scalp, sclerosis, serotonin,
            serum, shoulder, sinus, skull, smallpox, spinal, stiffness, stroke, surgically, tenderness, thigh, thumb,
            tooth, topical, toxin, traumatic, tremor, tumors, vagina, vascular, vein, veins, viral, vitamin, wart,
            warts
        """,
    },
    endings={
        "strong": """
            itis ectomy otomy ostomy oscopy plasty emia aemia uria algia opathy myopathy megaly sclerosis thrombosis
            fibrosis stenosis carcinoma blastoma sarcoma glioma adenoma myeloma mab tinib pril sartan statin olol azole
            prazole cillin mycin floxacin cycline oxetine triptan gliptin gliflozin glutide traline opram faxine zodone
            profen steride dipine azepam azolam setron xaban vudine tegravir buvir grel navir clovir parin lukast
            tropium terol oxacin nidazole phenidate amphetamine amfetamine barbital dronate formin glitazone pramine
            triptyline rubicin taxel trexate trexat trexaat thyroxine zolamide methasone metasone solone statina
            statine statines plegia paresis rrhea rrhoea pnea pnoea oesophageal
        """,
        "weak": "osis",
    },
    but="academia bohemia dichotomy trichotomy manchuria etruria nostalgia microscopy spectroscopy horoscopy "
    "psychopathy sociopathy diagnosis prognosis osmosis metamorphosis hypnosis symbiosis apotheosis metempsychosis",
)

# Markings that only lawyers' papers bear; one's own lawyer, which in English is a pattern of `classes.py`; or a lawyer
# who advises, or one's own client, together with a legal matter. A soft matter counts beside a lawyer only: a
# consultant's client has claims, charges and breaches, too.
PRIVILEGED = Lexicon(
    "privilege",
    {
        "strong": """
            attorney client privileged, attorney client communication, attorney client communications, attorney client
            confidential, privileged attorney client, attorney work product, attorney's work product, privileged and
            confidential, privileged & confidential, confidential and privileged, privileged confidential, confidential
            privileged, privileged communication, privileged memo, privileged memorandum, solicitor client privileged,
            solicitor client communication, legally privileged, legal privilege applies, protected by attorney client
            privilege, subject to attorney client privilege, subject to legal privilege, subject to legal professional
            privilege, covered by attorney client privilege, subject to privilege, under privilege, without waiving
            privilege, waive privilege over, work product of counsel, prepared in anticipation of litigation, prepared
            for litigation, at the direction of counsel, prepared at the request of counsel, at the request of counsel,
            on advice of counsel, upon advice of counsel, common interest agreement, joint defense agreement,
            unterliegt dem anwaltsgeheimnis, anwaltlich vertraulich, couvert par le secret professionnel, secreto
            profesional del abogado, privileged call, privileged email, privileged e mail, privileged advice,
            privileged document, privileged documents, privileged notes, privileged discussion, privileged material,
            lawyer client privileged, lawyer client confidential, attorney notes, attorney's notes, counsel's notes,
            attorney's mental impressions, litigation strategy, trial strategy, defense strategy, defence strategy,
            litigation hold memo, legal hold memo, anwaltskorrespondenz, anwaltsgeheimnis, mandantengeheimnis,
            prozessstrategie, secret professionnel de l'avocat, confidentiel avocat client, secreto profesional,
            segreto professionale, sigilo profissional, verschoningsrecht
        """,
        "my lawyer": """
            mein anwalt, unser anwalt, unsere anwältin, mon avocat, notre avocat, mi abogado, nuestro abogado, meine
            anwältin, meine anwälte, unsere anwälte, unsere kanzlei, meine kanzlei, unser rechtsanwalt, mein
            rechtsanwalt, mon avocate, notre avocate, nos avocats, mes avocats, mi abogada, mis abogados, nuestra
            abogada, nuestros abogados, il mio avvocato, la mia avvocata, il nostro avvocato, i nostri avvocati, meu
            advogado, minha advogada, nosso advogado, nossos advogados, mijn advocaat, onze advocaat, onze advocaten,
            our gc, my gc
        """,
        "a lawyer": """
            outside counsel, outside counsel's, in house counsel, inhouse counsel, general counsel, defense counsel,
            litigation counsel, as your lawyer, as your attorney, as your counsel, as your solicitor, as counsel for,
            as counsel to, counsel advised, counsel advises, counsel's advice, counsel's opinion, counsel recommends,
            counsel thinks, lawyer told me, lawyer told us, lawyer says, attorney told me, attorney told us, attorney
            says, counsel wants, counsel says, counsel said, counsel asked, counsel told, counsel suggests, counsel
            warned, counsel believes, counsel flagged, counsel's view, counsel's memo, counsel's recommendation,
            counsel's recommendations, counsel to the, counsel for the, legal counsel advised, the company's lawyer,
            the company's lawyers, law firm's advice, as legal advisers, rechtsanwalt rät, l'avocat de la société, el
            abogado de, la abogada de, l'avvocato dell'azienda
        """,
        "own client": """
            our client, our client's, my client, my client's, we represent, i represent, representing our client, we
            act for, i act for, acting for the, client's account of, dear client, client told us, client told me,
            client admitted
        """,
        "matter": """
            legal advice, legal opinion, legal strategy, legal risk, legal exposure, litigation, litigate, lawsuit,
            sue, sued, suing, settlement, settlement offer, settlement demand, deposition, depositions, deposed,
            testimony, testify, plaintiff, defendant, opposing counsel, opposing party, subpoena, subpoenaed, discovery
            request, discovery requests, motion to dismiss, motion for summary judgment, summary judgment, injunction,
            arbitration, plea, plea deal, bail, indictment, prosecutor, trial, court, hearing, jury, custody, divorce,
            negligence, infringement, counterclaim, statute of limitations, cease and desist, wrongful termination,
            verdict, malpractice, cross examination, klage, vergleich, procès, demanda, tribunal, witness statement,
            expert witness, appeal prospects, prospects of success, unenforceable, prior art, legal position, without
            prejudice, statement of claim, employment tribunal, immigration petition, the petition, noncompete, non
            compete, unfair dismissal, constructive dismissal, prozess, prozessrisiko, prozessrisiken, rechtsstreit,
            abmahnung, kündigungsschutzklage, berufung, audience, plainte, assignation, litige, juicio, sentencia,
            despido, querella, pleito, udienza, causa legale, contenzioso, ricorso, licenziamento, processo judicial,
            audiência, rechtszaak, dagvaarding, ontslag
        """,
        "soft matter": """
            settle, settling, witness, witnesses, other side, mediation, charges, appeal, judge, liability, liable,
            breach, breach of contract, damages, infringes, infringe, claim, claims, whistleblower, defence, defense,
            confess, admit, admits, admitted, dispute, contract, legal, patent, fired, merger, acquisition,
            investigation, regulator, fraud, opinion, guarantee, recall, void, exposure, concede, indemnity, overstay,
            visa, compensation, redundancy, dismissal, tax, gutachten, vertrag, haftung, contrat, licenciement,
            contrato, contratto
        """,
    },
    stems="privileg, counsel, lawyer, attorney, solicitor, barrister, client, represent, legal, litigation, law firm, "
    "anwalt, anwält, avocat, abogad, avvocat, advogad, advocaa, advocat, kanzlei, defender, litigator, secret, "
    "segreto, sigilo, verschoningsrecht, mandanten, prozessstrategie, trial, defence strategy, defense strategy, "
    "our gc, my gc, act for, acting for",
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
            ssn, itin, tax id, tax identification, taxpayer, tax number, tax file number, ein, nino, national insurance
            number, steuernummer, steuer id, kontonummer, bankverbindung, numéro de compte, número de cuenta, bsb, loan
            no, loan nr, loan account, mortgage number, mortgage no, account holder, borrower, bank details, standing
            order, social insurance number, credit report, pay slip, payslip, gehaltskonto, konto nr, darlehensnummer,
            rib, numéro fiscal, domiciliación, codice fiscale, conto corrente, número da conta, nif, rekening,
            rekeningnummer, burgerservicenummer
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

# Phrases about what is kept from others. By themselves they make no class: they stand on every footer, and in fiction.
# Single words of the kind ("internal", "secret", "margin", "leak") are every program's words, too.
SECRECY = Lexicon(
    "secrecy",
    {
        "weak": """
            confidentially, under embargo, embargoed, unannounced, unreleased, undisclosed, not announced, not yet
            announced, not public, not yet public, not for distribution, do not share, don't share, do not disclose,
            don't tell, keep it here, stays here, between us, between the three of us, nobody knows, no one knows,
            nobody outside, doesn't know yet, don't know yet, knows yet, keep this to, floor price, code name, our
            margin, our margins, our competitors, our competitor, our rivals, sperrfrist, unveröffentlicht, noch
            nicht angekündigt, bleibt hier, unter uns, stillschweigen, niemand weiß, weiß noch keiner, weiß noch
            niemand, wissen das noch nicht, weiß noch nicht, darf wissen, unsere konkurrenz, unsere marge, sous
            embargo, pas annoncé, reste ici, entre nous, personne ne sait, personne ne le sait, ne doit savoir,
            savent pas encore, notre marge, nos concurrents, bajo embargo, sin anunciar, entre nosotros, nadie sabe,
            nadie lo sabe, nadie debe saber, no saben, nuestro margen, la competencia, между нами, никто не знает, не
            объявлено, конкурентам
        """
    },
)
