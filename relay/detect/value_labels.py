"""What forms, mails and sentences call a value: for each entity type its labels, and how a value of it may look.

English, German, French, Spanish, Italian, Portuguese and Dutch. A label is a row of words, and the longest one counts:
"medical license" is no driver's. "" stands for identifiers of other kinds, which have no type of their own: the number
of an order is an ID_NUMBER, whatever is said of passports before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

__all__ = ["LABELS", "LINKS", "LONGEST_LABEL", "SHAPES", "VOCABULARY", "Shape"]


class Shape(NamedTuple):
    """How many digits a value has at least, how many letters and digits, and whether there may be letters."""

    digits: int
    least: int
    most: int
    letters: bool = True

    def fits(self, value: str) -> bool:
        """Tell whether `value` may be one."""
        digits = sum(map(str.isdigit, value))
        letters = sum(map(str.isalpha, value))
        if digits < self.digits or not self.least <= digits + letters <= self.most:
            return False
        return self.letters or not letters


SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "LICENSE_PLATE": Shape(1, 3, 10),
        "PASSPORT": Shape(5, 6, 12),
        "IN_PASSPORT": Shape(7, 8, 8),
        "US_PASSPORT": Shape(8, 9, 9),
        "UK_PASSPORT": Shape(9, 9, 9),
        "US_DRIVER_LICENSE": Shape(5, 6, 18),
        "DRIVER_LICENSE": Shape(4, 6, 18),
        "US_BANK_NUMBER": Shape(5, 5, 20, letters=False),
        "BANK_ACCOUNT": Shape(6, 6, 30, letters=False),
        "IBAN_CODE": Shape(8, 15, 34),
        "SWIFT_CODE": Shape(0, 8, 11),
        "CREDIT_CARD": Shape(13, 13, 19, letters=False),
        "ABA_ROUTING_NUMBER": Shape(9, 9, 9, letters=False),
        "UK_SORT_CODE": Shape(6, 6, 6, letters=False),
        "US_SSN": Shape(9, 9, 9, letters=False),
        "US_ITIN": Shape(9, 9, 9, letters=False),
        "NATIONAL_ID": Shape(5, 6, 20),
        "TAX_ID": Shape(6, 6, 18),
        "MEDICAL_RECORD_NUMBER": Shape(3, 4, 20),
        "PATIENT_ID": Shape(3, 4, 20),
        "HEALTH_PLAN_NUMBER": Shape(3, 5, 20),
        "MAC_ADDRESS": Shape(0, 12, 12),
        "SERIAL_NUMBER": Shape(2, 5, 24),
        "DEVICE_ID": Shape(2, 8, 40),
        "IMEI": Shape(15, 15, 16, letters=False),
        "VIN": Shape(2, 17, 17),
        "PHONE_NUMBER": Shape(7, 7, 15, letters=False),
        "FAX_NUMBER": Shape(7, 7, 15, letters=False),
        "USERNAME": Shape(0, 3, 32),
        "POSTCODE": Shape(4, 4, 9),
    }
)

_TEXT: Mapping[str, str] = {
    "LICENSE_PLATE": "license plate, licence plate, number plate, registration plate, plate, plates, tag number,"
    " vehicle registration, car registration, kennzeichen, autokennzeichen, nummernschild, plaque, immatriculation,"
    " immatriculé, immatriculée, matrícula, placa, placas, targa, kenteken",
    "PASSPORT": "passport, passports, reisepass, reisepassnummer, passnummer, passeport, pasaporte, passaporto,"
    " passaporte, paspoort, paspoortnummer",
    "IN_PASSPORT": "indian passport",
    "US_PASSPORT": "us passport, american passport",
    "UK_PASSPORT": "uk passport, british passport",
    "US_DRIVER_LICENSE": "driver license, drivers license, driver s license, driving license, driver licence,"
    " driver s licence, drivers licence, driving licence, license, licence, dl",
    "DRIVER_LICENSE": "führerschein, führerscheinnummer, permis de conduire, licencia de conducir,"
    " permiso de conducir, carnet de conducir, patente di guida, carta de condução, rijbewijs, rijbewijsnummer",
    "US_BANK_NUMBER": "account, accounts, bank account, checking account, savings account, acct",
    "BANK_ACCOUNT": "konto, kontonummer, kto, bankverbindung, compte, compte bancaire, cuenta, cuenta bancaria, conto,"
    " conto corrente, conta, conta corrente, rekening, rekeningnummer",
    "IBAN_CODE": "iban",
    "SWIFT_CODE": "swift, bic",
    "CREDIT_CARD": "card, credit card, debit card, visa, mastercard, amex, kreditkarte, kreditkartennummer,"
    " kartennummer, carte, carte bancaire, carte bleue, carte de crédit, tarjeta, tarjeta de crédito, carta di credito,"
    " cartão, cartão de crédito, creditcard",
    "ABA_ROUTING_NUMBER": "routing, aba, rtn",
    "UK_SORT_CODE": "sort code",
    "US_SSN": "ssn, social security, social",
    "US_ITIN": "itin",
    "NATIONAL_ID": "national id, national identity, identity card, id card, personalausweis, ausweis, ausweisnummer,"
    " carte d identité, cédula, documento de identidad, carta d identità, bilhete de identidade, identiteitskaart",
    "TAX_ID": "tax id, taxpayer, tin, steuernummer, steuer nr, numéro fiscal, número fiscal, codice fiscale",
    "MEDICAL_RECORD_NUMBER": "mrn, medical record, health record, medical records, chart, krankenakte,"
    " dossier médical, historia clínica, cartella clinica, prontuário",
    "PATIENT_ID": "patient id, patientennummer",
    "HEALTH_PLAN_NUMBER": "health insurance, insurance policy, health plan, insurance, versichertennummer,"
    " krankenversicherung, mutuelle",
    "MAC_ADDRESS": "mac, mac address, physical address, hardware address, bssid",
    "SERIAL_NUMBER": "serial, serials, s n, seriennummer, numéro de série, número de serie, numero di serie",
    "DEVICE_ID": "device id, device identifier",
    "IMEI": "imei",
    "VIN": "vin, chassis, fahrgestellnummer",
    "PHONE_NUMBER": "phone, telephone, tel, mobile, cell, call, telefon, telefonnummer, handy, handynummer, rufnummer,"
    " téléphone, portable, teléfono, telefono, móvil, celular, telefone, telefoon, whatsapp",
    "FAX_NUMBER": "fax, telefax",
    "USERNAME": "username, user name, login, benutzername, identifiant, nombre de usuario, nome utente, gebruikersnaam",
    "POSTCODE": "zip, zip code, postcode, postal code, plz, postleitzahl, code postal, código postal, cap, cep",
    # Labels of values that patterns find by themselves: what stands behind them is nothing of the above.
    "": "order, orders, invoice, ticket, badge, employee, staff, personnel, student, member, membership, case, claim,"
    " booking, reservation, reference, ref, confirmation, customer, client, tracking, parcel, shipment, loyalty,"
    " report,"
    " transaction, contract, policy, subscriber, meter, file, docket, table, room, gate, flight, seat, model, part,"
    " product, item, sku, lot, batch, version, license key, licence key, product key, software license,"
    " medical license,"
    " business license, professional license, voucher, coupon, gift card, library card, loyalty card, membership card,"
    " business card, sim card, graphics card, bestellung, bestellnummer, rechnung, rechnungsnummer, auftrag,"
    " auftragsnummer,"
    " kunde, kundennummer, mitglied, mitgliedsnummer, mitarbeiter, personalnummer, vorgang, vorgangsnummer,"
    " aktenzeichen, vertrag, vertragsnummer, matrikelnummer, commande, facture, client, dossier, adhérent, réservation,"
    " étudiant, pedido, factura, cliente, reserva, empleado, expediente, ordine, fattura, pratica, matricola,"
    " prenotazione, encomenda, fatura, bestelling, factuur, klant, lidnummer, account manager, pin, otp, code,"
    " national insurance, sozialversicherung, sozialversicherungsnummer, sécurité sociale, seguridad social, nhs,"
    " email, e mail, mail, website, url, date, amount, total, price",
}

_WORD = re.compile(r"[^\W\d_]+")
# Words that may stand between a label and its value, in either direction.
_LINKS_TEXT = (
    "number numbers no nos num nr nummer numéro numero número n id is was are reads ends ending with the a an my his"
    " her their our your this new old current on form ist lautet war die das der mein meine seine est sont a été le la"
    " mon ma son sa es el mi su è il lo mio mia sua é o os meu minha hat as for of und et y e"
)
LINKS: Final = frozenset(_LINKS_TEXT.split())


def _rows() -> dict[tuple[str, ...], str]:
    rows: dict[tuple[str, ...], str] = {}
    for entity_type, listed in _TEXT.items():
        for label in listed.split(","):
            rows.setdefault(tuple(_WORD.findall(label)), entity_type)
    return rows


# Each label as its words in lower case, with the entity type that it gives a value.
LABELS: Final[Mapping[tuple[str, ...], str]] = MappingProxyType(_rows())
LONGEST_LABEL: Final = max(map(len, LABELS))
# Names of numbers that patterns find by themselves, as a model may take them for a person's.
_NUMBERS_TEXT = (
    "aadhaar iccid sim imsi ean isbn nif nie nir dni cif curp rfc cpf cnpj rut bsn pesel nip nino utr sin tfn abn"
    " amtliches amtlich steuer id bank number serial"
)
# Every word of a label of a type.
VOCABULARY: Final = frozenset(word for row, entity_type in LABELS.items() if entity_type for word in row) | frozenset(
    _NUMBERS_TEXT.split()
)
