"""Write the labelled set for data classes: prompts made from templates, split by template.

    python -m benchmarks.policy.prompts        writes tests/vectors/policy/classification.jsonl

`dev` templates may be looked at while word lists are changed, `held_out` ones are for measuring. A template's label is
what a reader would say; PII is added where a personal value stands in the text. Both splits come from one hand, so real
prompts will do worse. All people, numbers and keys are invented.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

OUT = Path(__file__).parents[2] / "tests" / "vectors" / "policy" / "classification.jsonl"

VALUES = {
    "PERSON": ["Maria Gonzalez", "John Smith", "Nguyen Thi Mai", "Aisha Bello", "Lars van der Berg", "Priya Raman"],
    "EMAIL_ADDRESS": ["m.gonzalez@example.org", "john@example.com", "aisha.bello@example.net"],
    "PHONE_NUMBER": ["+1 415-555-0132", "(212) 555-0147", "+44 20 7946 0958"],
    "DATE_OF_BIRTH": ["1984-03-12", "07/22/1961", "12 May 1990"],
    "STREET_ADDRESS": ["12 Harbour Lane", "480 Elm Street, Apt 5", "7 Rue des Lilas"],
    "CREDIT_CARD": ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"],
    "CARD_CVV": ["123", "884", "0921"],
    "CARD_EXPIRY": ["08/29", "11/27", "01/30"],
    "IBAN_CODE": ["DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "FR14 2004 1010 0505 0001 3M02 606"],
    "US_BANK_NUMBER": ["000123456789", "483920175566", "7730012459"],
    "ABA_ROUTING_NUMBER": ["021000021", "011401533", "091000019"],
    "US_SSN": ["536-90-4399", "219-09-9998", "457-55-5462"],
    "US_ITIN": ["912-70-1234", "950-88-4321", "987-65-4320"],
    "DE_TAX_ID": ["86095742719", "47036892816", "65929970489"],
    "MEDICAL_RECORD_NUMBER": ["84729155", "MR-2210987", "00451278"],
    "HEALTH_PLAN_NUMBER": ["XEH123456789", "W9912 44571", "KPM-5501223"],
    "US_MBI": ["1EG4-TE5-MK73", "2FH5-UF6-NL84", "3GJ6-VG7-PM95"],
    "GITHUB_TOKEN": ["ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_9aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA"],
    "AWS_ACCESS_KEY": ["AKIAQ3EGRIQ7K5J2M4XT", "AKIA5TJ2WQ8RN3VY6UHB"],
    "OPENAI_API_KEY": ["sk-proj-4fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5", "sk-Zr8vT2mQ9wX4bN6cK1pL3sD7fG5hJ0aY"],
    "SLACK_TOKEN": ["xoxb-248312345678-2481234567890-Qz7Kp2LmN4rT6vXy8ZaBcDeF"],
    "PASSWORD": ["Tr0ub4dor&3x", "kestrel-Mango-42!", "pL9#vvQ2z"],
    "PRIVATE_KEY": [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx3vW1xY3zA5bC7dE9fG1hJ3kL5mN7\n-----END RSA PRIVATE KEY-----"
    ],
}
SECRETS = {"GITHUB_TOKEN", "AWS_ACCESS_KEY", "OPENAI_API_KEY", "SLACK_TOKEN", "PASSWORD", "PRIVATE_KEY"}

# (split, classes besides PII, template)
DEV, HELD = "dev", "held_out"
TEMPLATES: list[tuple[str, str, str]] = [
    # ------------------------------------------------------------------------------------------------- PHI
    (DEV, "PHI", "Summarise this note: {PERSON}, born {DATE_OF_BIRTH}, was diagnosed with type 2 diabetes."),
    (DEV, "PHI", "Draft a referral letter for {PERSON}, who has persistent chest pain and shortness of breath."),
    (DEV, "PHI", "Patient {PERSON} (MRN: {MEDICAL_RECORD_NUMBER}) was discharged yesterday. Write the summary."),
    (DEV, "PHI", "My mother {PERSON} takes lisinopril 10 mg daily. Can she also take ibuprofen?"),
    (DEV, "PHI", "Translate into Spanish: {PERSON} needs a biopsy of the left breast next week."),
    (DEV, "PHI", "Member id {HEALTH_PLAN_NUMBER}: why was the claim denied?"),
    (DEV, "PHI", "hi, {PERSON} here, my hiv test came back positive and i don't know who to tell, {PHONE_NUMBER}"),
    (DEV, "PHI", "Write an e-mail to {EMAIL_ADDRESS} that her mammogram is clear."),
    (DEV, "PHI", "{PERSON} started chemotherapy in May; plan meals that are easy to digest."),
    (DEV, "PHI", "Make an ICD-10 list from this: {PERSON}, hypertension, atrial fibrillation, gout."),
    (DEV, "PHI", "Can you explain the lab results of {PERSON}? HbA1c 8.2, LDL 160."),
    (DEV, "PHI", "Our employee {PERSON} is on sick leave for depression treatment; how do we plan the return?"),
    (DEV, "PHI", "Session notes: {PERSON} reports panic attacks since March and sleeps four hours."),
    (DEV, "PHI", "Medicare number {US_MBI}, please check what is missing on this form."),
    (DEV, "PHI", "{PERSON} ist schwanger und hat Bluthochdruck. Formuliere einen Brief an die Klinik."),
    (DEV, "PHI", "Post-op check for {PERSON}: appendectomy, day two, low fever, oxycodone as needed."),
    (DEV, "PHI", "Fill in the form: {PERSON}, {STREET_ADDRESS}, allergic to penicillin, asthma since childhood."),
    (DEV, "PHI", "{PERSON} asks whether sertraline and wine go together. What do I answer at {EMAIL_ADDRESS}?"),
    (
        HELD,
        "PHI",
        "Turn these bullet points into a clinic letter about {PERSON}: COPD, two exacerbations, home oxygen.",
    ),
    (HELD, "PHI", "I look after {PERSON} who has dementia. Write a day plan for the carers."),
    (HELD, "PHI", "Chart {MEDICAL_RECORD_NUMBER}: list the open orders."),
    (HELD, "PHI", "My name is {PERSON} and I had a miscarriage last month. How do I tell my boss?"),
    (HELD, "PHI", "Reply to {PERSON}: your MRI shows a herniated disc, please book with neurosurgery."),
    (HELD, "PHI", "Insurance card {HEALTH_PLAN_NUMBER} for {PERSON}: is physiotherapy covered?"),
    (HELD, "PHI", "{PERSON} was admitted with pneumonia and is now on amoxicillin; draft the handover."),
    (HELD, "PHI", "Please rewrite more kindly: Dear {PERSON}, your cancer has spread to the liver."),
    (HELD, "PHI", "{PERSON}, {DATE_OF_BIRTH}, insulin pump since 2019, last a1c 7.1. Which sensor fits?"),
    (HELD, "PHI", "The psychiatrist prescribed lithium for my brother {PERSON}. What should we watch for?"),
    (HELD, "PHI", "Summarise: pt {PERSON} c/o dizziness and nausea, hx of migraine, given sumatriptan."),
    (HELD, "PHI", "Write to {EMAIL_ADDRESS}: the colonoscopy is on Friday, nothing to eat after midnight."),
    (HELD, "PHI", "{PERSON} a été diagnostiquée avec un diabète; rédige un résumé pour le médecin."),
    (HELD, "PHI", "Medicare id {US_MBI}. Which plan does this prefix stand for?"),
    (HELD, "PHI", "{PERSON} in room 4 needs dialysis three times a week; make a transport schedule."),
    (HELD, "PHI", "Note for school: {PERSON} has epilepsy, and in a seizure gets midazolam."),
    # ------------------------------------------------------------------------------------------------- PCI
    (DEV, "PCI", "Please charge my card {CREDIT_CARD}, exp {CARD_EXPIRY}, and send the receipt."),
    (DEV, "PCI", "Customer read out {CREDIT_CARD} over the phone, is that format valid?"),
    (DEV, "PCI", "Extract the fields: name {PERSON}, card {CREDIT_CARD}, cvv {CARD_CVV}"),
    (DEV, "PCI", "{PERSON} paid twice with {CREDIT_CARD}; write an apology."),
    (DEV, "PCI", "log line: POST /pay pan={CREDIT_CARD} status=502"),
    (DEV, "PCI", "Meine Kreditkarte {CREDIT_CARD} wurde abgelehnt, was nun?"),
    (HELD, "PCI", "The traveller's Visa is {CREDIT_CARD}. Fill in the hotel's guarantee form."),
    (HELD, "PCI", "refund to {CREDIT_CARD} please, order 5521, {EMAIL_ADDRESS}"),
    (HELD, "PCI", "Why does my parser drop the last digit of {CREDIT_CARD}?"),
    (HELD, "PCI", "Amex {CREDIT_CARD} cvc {CARD_CVV} valid thru {CARD_EXPIRY}, book two seats for {PERSON}."),
    (HELD, "PCI", "CSV row: 2026-02-01;{PERSON};{CREDIT_CARD};49.90;EUR - convert it to JSON"),
    (HELD, "PCI", "Numéro de carte {CREDIT_CARD}, le paiement a échoué trois fois."),
    # ------------------------------------------------------------------------------------------------- NPI
    (DEV, "NPI", "Transfer the deposit to {PERSON}, IBAN {IBAN_CODE}."),
    (DEV, "NPI", "{PERSON} has SSN {US_SSN}; fill in the W-9."),
    (DEV, "NPI", "Direct deposit for {PERSON}: routing {ABA_ROUTING_NUMBER}, account {US_BANK_NUMBER}."),
    (DEV, "NPI", "Loan application: {PERSON}, {STREET_ADDRESS}, income 74,000, SSN {US_SSN}. Assess the risk."),
    (DEV, "NPI", "Steuer-ID {DE_TAX_ID} von {PERSON}: welches Formular brauche ich?"),
    (DEV, "NPI", "Write to {EMAIL_ADDRESS} that we could not debit account {US_BANK_NUMBER}."),
    (HELD, "NPI", "Please check this mandate: {PERSON} allows us to debit {IBAN_CODE} every month."),
    (HELD, "NPI", "ITIN {US_ITIN}, taxpayer {PERSON}. Which treaty applies?"),
    (HELD, "NPI", "Payroll export: {PERSON} | {US_SSN} | {US_BANK_NUMBER} | 5,120.00 - spot the error."),
    (HELD, "NPI", "My landlord {PERSON} wants the rent on {IBAN_CODE} from March on, write him a short confirmation."),
    (HELD, "NPI", "wire 12k to acct {US_BANK_NUMBER}, beneficiary {PERSON}, {STREET_ADDRESS}"),
    (HELD, "NPI", "Credit report of {PERSON}, born {DATE_OF_BIRTH}, social {US_SSN}: what lowers the score most?"),
    # ------------------------------------------------------------------------------------------ PRIVILEGED
    (DEV, "PRIVILEGED", "PRIVILEGED AND CONFIDENTIAL. Summarise the memo on the supplier dispute below."),
    (DEV, "PRIVILEGED", "Our outside counsel thinks we will lose the arbitration. Rewrite her advice for the board."),
    (DEV, "PRIVILEGED", "Attorney-client communication: please shorten my answer to the discovery requests."),
    (DEV, "PRIVILEGED", "As your lawyer I must tell you that the settlement offer is too low. Make this sound kinder."),
    (DEV, "PRIVILEGED", "My attorney says I should not testify. Help me write down my questions for her, {PERSON}."),
    (DEV, "PRIVILEGED", "This memo was prepared in anticipation of litigation. Fix the grammar only."),
    (DEV, "PRIVILEGED", "Our client {PERSON} admitted in our meeting that he signed. Outline the deposition."),
    (DEV, "PRIVILEGED", "Attorney work product - draft outline of the motion for summary judgment follows."),
    (DEV, "PRIVILEGED", "General counsel asked for a list of weaknesses in our defence to the patent claim."),
    (DEV, "PRIVILEGED", "Mein Anwalt rät zum Vergleich. Fasse seine Mail zusammen."),
    (HELD, "PRIVILEGED", "Confidential and privileged: timeline of the incident for {PERSON}, our defense counsel."),
    (HELD, "PRIVILEGED", "My divorce lawyer wants a list of assets before the custody hearing. Sort this one."),
    (
        HELD,
        "PRIVILEGED",
        "Notes from the call with our solicitors about the claim by the former director: tidy them up.",
    ),
    (HELD, "PRIVILEGED", "We represent the tenant. Draft an internal note on whether to sue or to settle."),
    (HELD, "PRIVILEGED", "Privileged & confidential - the law firm's view on our exposure under the new statute."),
    (HELD, "PRIVILEGED", "In-house counsel advised us not to answer the subpoena yet. How do I tell {PERSON}?"),
    (HELD, "PRIVILEGED", "This email is protected by attorney-client privilege. Translate it into French."),
    (HELD, "PRIVILEGED", "My client wants to plead guilty; prepare points for the plea hearing."),
    (HELD, "PRIVILEGED", "Prepared at the request of counsel: interview notes with {PERSON}, second version."),
    (HELD, "PRIVILEGED", "our lawyers think the whistleblower has a case. summarise their opinion in five lines"),
    # ---------------------------------------------------------------------------------------------- SECRET
    (DEV, "SECRET", "Why does this fail? curl -H 'Authorization: token {GITHUB_TOKEN}' https://api.github.com/user"),
    (DEV, "SECRET", "aws_access_key_id = {AWS_ACCESS_KEY}\nregion = eu-west-1\nWhat is missing here?"),
    (DEV, "SECRET", "my password is {PASSWORD}, is it strong enough?"),
    (DEV, "SECRET", "Review this .env:\nOPENAI_API_KEY={OPENAI_API_KEY}\nDEBUG=1"),
    (DEV, "SECRET", "ssh says invalid format:\n{PRIVATE_KEY}"),
    (DEV, "SECRET", "The bot token {SLACK_TOKEN} stopped working after the move, tell {PERSON} why."),
    (
        HELD,
        "SECRET",
        "git remote set-url origin https://x-access-token:{GITHUB_TOKEN}@github.com/acme/app.git - correct?",
    ),
    (HELD, "SECRET", 'terraform plan shows access_key = "{AWS_ACCESS_KEY}" in clear text, how do I hide it?'),
    (HELD, "SECRET", "login: admin password: {PASSWORD} - write the hand-over note"),
    (HELD, "SECRET", 'client = OpenAI(api_key="{OPENAI_API_KEY}")  # why 401?'),
    (HELD, "SECRET", "Convert this key to PKCS8 for me\n{PRIVATE_KEY}"),
    (HELD, "SECRET", "SLACK_BOT_TOKEN={SLACK_TOKEN} npm start gives invalid_auth"),
    # ---------------------------------------------------------------------------- several at once, and PII
    (DEV, "PHI NPI", "{PERSON}, SSN {US_SSN}, needs dialysis; complete the disability form."),
    (DEV, "PCI PRIVILEGED", "Privileged and confidential: the client paid with {CREDIT_CARD}."),
    (HELD, "PHI PCI", "{PERSON} paid the co-pay for her ultrasound with {CREDIT_CARD}; write the receipt."),
    (HELD, "NPI SECRET", "{PERSON}'s bank login: password {PASSWORD}, account number {US_BANK_NUMBER}. Store it how?"),
    (DEV, "", "Write a birthday card for {PERSON}, {STREET_ADDRESS}."),
    (DEV, "", "Invite {PERSON} ({EMAIL_ADDRESS}) to the retro on Thursday."),
    (DEV, "", "{PERSON} wrote the parser; call {PHONE_NUMBER} about the race condition in the injection module."),
    (HELD, "", "Put {PERSON} and {PERSON} on the list for the summer party, contact {EMAIL_ADDRESS}."),
    (HELD, "", "Make a CV for {PERSON}, {STREET_ADDRESS}, ten years in logistics."),
    (HELD, "", "Is {PHONE_NUMBER} a mobile number? {PERSON} gave it to me."),
    # ---------------------------------------------------------------------------------------- hard negatives
    (DEV, "", "What is the usual dose of metformin for type 2 diabetes?"),
    (DEV, "", "Explain attorney-client privilege to a first-year student."),
    (DEV, "", "How do I store card numbers so that PCI DSS is satisfied?"),
    (DEV, "", "Which environment variable holds the API key for OpenAI? Use YOUR_API_KEY as an example."),
    (DEV, "", "The function needs privileged access; run the container without --privileged."),
    (DEV, "", "Compare checking accounts of three large banks for students."),
    (DEV, "", "Write a short story about a hospital on Mars."),
    (DEV, "", "{PERSON} leads the patient-portal project; draft the sprint goal."),
    (DEV, "", "Our client {PERSON} wants a darker logo and a new font, and claims blue is dated."),
    (DEV, "", "Ask {PERSON} whether the law firm's website is ready for launch."),
    (DEV, "", "What does IBAN stand for and how long is it in Germany?"),
    (DEV, "", "My code has a memory leak; diagnose it: for i in range(10): cache.append(i)"),
    (DEV, "", "{PERSON} diagnosed the network outage, thank her at {EMAIL_ADDRESS}."),
    (DEV, "", "Reset the password policy to 14 characters; what should the help text say?"),
    (DEV, "", "Write a job advert for a nurse."),
    (HELD, "", "What are the early symptoms of multiple sclerosis?"),
    (HELD, "", "When can a lawyer break confidentiality? Give three cases."),
    (HELD, "", "Generate test card numbers? No: explain how the Luhn check works."),
    (HELD, "", "How does git store credentials, and what is a personal access token?"),
    (HELD, "", "Draft a privacy notice for a dentist's website."),
    (HELD, "", "Summarise the history of the Swiss bank account."),
    (HELD, "", "Rewrite: {PERSON} joined the treatment of wood surfaces team in May."),
    (HELD, "", "{PERSON} sued nobody and won a chess trial game, congratulate him."),
    (HELD, "", "Our client, a bakery, needs a name for its new bread. Ask {PERSON} for ideas."),
    (HELD, "", "Write a thank-you note to {PERSON} for the talk on injection moulding."),
    (HELD, "", "Contact {PERSON} at {EMAIL_ADDRESS} about the contract for the office plants."),
    (HELD, "", "Which tax form do freelancers need in Ireland?"),
    (HELD, "", "Explain the difference between a solicitor and a barrister."),
    (HELD, "", "Plan a week of meals for a family that likes pasta."),
    (HELD, "", "{PERSON} is our new account manager, phone {PHONE_NUMBER}; write an announcement."),
    (HELD, "", "How do privileged containers differ from rootless ones?"),
    # ------------------------------------------------------------------------------- where words mislead, or say little
    (DEV, "PHI", "{PERSON} has not kept anything down since the second cycle of chemo. What can I cook?"),
    (DEV, "PHI", "Sugar was 310 this morning and {PERSON} feels shaky, what do we do? We are diabetic beginners."),
    (DEV, "PHI", "Text to {PHONE_NUMBER}: your results are in, the doctor would like to see you about your kidneys."),
    (DEV, "", "{PERSON} is writing a thesis on diabetes prevention in cities; suggest three chapters."),
    (DEV, "", "Ask {PERSON} whether the brochure for the new MRI scanner is final."),
    (
        DEV,
        "PRIVILEGED",
        "Counsel wants this kept between us: the e-mails of {PERSON} hurt our position in the lawsuit.",
    ),
    (DEV, "", "Our client, a law school, wants a web site for its mock trial. Draft the sitemap."),
    (DEV, "NPI", "Beneficiary {PERSON}, account {US_BANK_NUMBER}, please check the spelling of the name."),
    (DEV, "", "Our bank account manager {PERSON} retires; write a farewell card."),
    (DEV, "", "Is a visa or a mastercard better for travelling? {PERSON} wants to know."),
    (HELD, "PHI", "{PERSON} forgot her tablets twice this week and her blood pressure is 180 over 110. Call someone?"),
    (HELD, "PHI", "Write to {EMAIL_ADDRESS}: the second screening was clear, no further treatment is needed."),
    (HELD, "PHI", "Help me tell my team that I, {PERSON}, start radiotherapy on Monday."),
    (HELD, "", "{PERSON} gives a talk on the history of vaccination in Japan; write the abstract."),
    (HELD, "", "Thank {PERSON} for the donation to the cancer research fund."),
    (
        HELD,
        "PRIVILEGED",
        "The partner on our case says the other side will settle. What our lawyers told us stays between us.",
    ),
    (HELD, "", "Write a scene: a lawyer and her client wait for the jury. No real people."),
    (HELD, "NPI", "Set up a standing order from {IBAN_CODE} to {PERSON} for the flat."),
    (HELD, "", "{PERSON} keeps the savings account for the school trip; write a reminder to parents."),
    (HELD, "", "Explain to {PERSON} what a card verification code is for."),
]
COPIES = 3


def prompts() -> list[dict[str, object]]:
    """Return every template `COPIES` times with other values, in order."""
    rows: list[dict[str, object]] = []
    turn: dict[str, int] = {}
    for number, (split, classes, template) in enumerate(TEMPLATES):
        for copy in range(COPIES):
            text, spans = _fill(template, turn)
            labels = set(classes.split())
            if any(name not in SECRETS for name, _, _ in spans):
                labels.add("PII")
            rows.append(
                {
                    "id": f"{number:03}-{copy}",
                    "split": split,
                    "classes": sorted(labels),
                    "text": text,
                    "spans": spans,
                }
            )
    return rows


def _fill(template: str, turn: dict[str, int]) -> tuple[str, list[tuple[str, int, int]]]:
    text, spans = "", []
    for part in re.split(r"(\{[A-Z_]+\})", template):
        name = part[1:-1]
        if part.startswith("{") and name in VALUES:
            values = VALUES[name]
            value = values[turn.get(name, 0) % len(values)]
            turn[name] = turn.get(name, 0) + 1
            spans.append((name, len(text), len(text) + len(value)))
            text += value
        else:
            text += part
    return text, spans


def main() -> None:
    rows = prompts()
    OUT.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(f"{len(rows)} prompts from {len(TEMPLATES)} templates")


if __name__ == "__main__":
    main()
