"""Raise or lower a span's score by the words near it.

A table, not code: for each entity type the words that speak for it, in English, German, French, Spanish, Italian,
Portuguese and Dutch, and for each family of types the words that speak against it. Near means: on the same line or the
line before when that ends in a colon, within NEAR_BEFORE characters before the span or NEAR_AFTER behind it. Words are
compared without case; two neighbouring words are compared as a pair too ("social security"). `api_key`, `api-key` and
`apiKey` all count as "api key".

A raised span gains RAISE but stays below overlap.CERTAIN, which only a checksum or an issuer's prefix may claim; a
lowered one loses LOWER. A span that is certain is not moved. So a recognizer that is sure only in context reports a
score below the analyzer's threshold, and the context lifts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from relay.detect.overlap import CERTAIN
from relay.types import Span

__all__ = ["LOWERING", "RAISING", "ContextTable", "words_near"]

NEAR_BEFORE = 64
NEAR_AFTER = 24
RAISE = 0.4
LOWER = 0.3
# The most that context makes of a guess.
_BEST = CERTAIN - 0.05

_WORD = re.compile(r"[^\W\d_]+")
# A name written as `apiKey`, and its parts.
_CAMEL = re.compile("[a-z][A-Z]")
_PART = re.compile(r"[A-Z]?[^\W\dA-Z_]+|[A-Z]+")

# The words near a span, and those right before it.
Words = tuple[set[str], set[str]]


def _words(text: str) -> frozenset[str]:
    return frozenset(entry.strip() for entry in text.split(","))


# What raises each type. One word or two; singular is enough where the plural adds "s", "n", "en" or "e".
RAISING: Mapping[str, frozenset[str]] = {
    "PHONE_NUMBER": _words(
        "phone, telephone, tel, mobile, cell, cellphone, call, text me, sms, message, registered, desk, office,"
        " answering, whatsapp, hotline, tfno, tlf, telf, tél, tlfno, landline, main line, direct line, support line,"
        " contact,"
        " dial,"
        "reach, ring, ph, mob, fon, telefon, telefonnummer, handy, handynummer, mobil, mobilnummer, anrufen, rufnummer,"
        "erreichbar, durchwahl, téléphone, téléphoner, portable, appeler, appelez, numéro de, teléfono, telefono,"
        " móvil,"
        "movil, celular, llamar, llámame, llame, cellulare, chiamare, chiamami, recapito, telefone, telemóvel, ligar,"
        "telefoon, telefoonnummer, mobiel, bellen, signal, fax, telefax, pager"
    ),
    "FAX_NUMBER": _words("fax, telefax"),
    "EMAIL_ADDRESS": _words("email, mail, e-mail, correo, courriel"),
    "CREDIT_CARD": _words(
        "card, credit, debit, visa, mastercard, amex, discover, diners, maestro, jcb, pan, cc, kreditkarte,"
        "kreditkartennummer, kartennummer, karte, carte, carte bancaire, carte bleue, tarjeta, carta di, carta,"
        "cartão, cartao, creditcard, kaart, kaartnummer, cvv, cvc, expiry, expires, payment card"
    ),
    "IBAN_CODE": _words(
        "iban, account, bank, konto, kontonummer, compte, cuenta, conto, conta, rekening, sepa, transfer"
    ),
    "SWIFT_CODE": _words("swift, bic, swift code, bank identifier, bic code, swiftcode"),
    "US_SSN": _words("ssn, social security, social, social sec, ss, ssns, soc sec, taxpayer"),
    "US_ITIN": _words("itin, individual taxpayer, taxpayer, tax id, tin"),
    "US_EIN": _words("ein, employer identification, fein, federal tax, tax id, tin"),
    "IP_ADDRESS": _words(
        "ip, ipv, address, host, server, client, remote, dns, gateway, subnet, ping, peer, login from"
    ),
    "DATE_OF_BIRTH": _words(
        "born, dob, birth, birthday, birthdate, date of birth, d o b, geboren, geburtsdatum, geb, geburtstag, né, née,"
        "naissance, né le, nacido, nacida, nacimiento, nací, nació, nato, nata, nascita, nascido, nascida, nascimento,"
        "nasceu, geboortedatum, geboorte, bday, cumpleaños, anniversaire, compleanno"
    ),
    "STREET_ADDRESS": _words(
        "address, addr, street, lives, live, living, resides, residence, residing, deliver, delivery, ship, shipping,"
        "mailing, billing, home, located, moved, adresse, anschrift, wohnt, wohnhaft, wohne, habite, domicilié,"
        "dirección, direccion, vive, domicilio, indirizzo, abita, residente, endereço, mora, adres, woont"
    ),
    "POSTCODE": _words(
        "zip, zip code, zipcode, postcode, postal, postal code, post code, plz, postleitzahl, code postal, cp,"
        "código postal, codigo postal, cap, cep"
    ),
    "ABA_ROUTING_NUMBER": _words("routing, aba, rtn, routing number, transit, wire, ach, bank"),
    "VIN": _words("vin, vehicle, chassis, fahrgestellnummer, fin, car, châssis, bastidor, telaio, chassi"),
    "IMEI": _words("imei, device, handset, phone, meid"),
    "ICCID": _words("iccid, sim, sim card"),
    "GPS_COORDINATES": _words(
        "gps, lat, latitude, lon, lng, long, longitude, coordinates, coords, location, located, position, koordinaten,"
        "standort, breitengrad, längengrad, coordonnées, coordenadas, ubicación, coordinate, posizione, coördinaten"
    ),
    "USERNAME": _words(
        "username, user, login, handle, account, screen name, nick, nickname, benutzername, benutzer, identifiant,"
        "usuario, utente, usuário, gebruikersnaam, twitter, instagram, github, telegram, discord, follow"
    ),
}

_NUMBERS_THAT_ARE_NOT_PRIVATE = _words(
    "order, orders, invoice, ticket, tracking, sku, isbn, issn, doi, version, build, release, part, item, product,"
    " port,"
    "commit, revision, issue, bug, error, code, row, page, chapter, figure, section, equation, bytes, pixels,"
    " hash,"
    "timestamp, epoch, milliseconds, seconds, ms, bestellung, bestellnummer, rechnung, auftrag, rechnungsnummer,"
    " artikel,"
    "commande, facture, pedido, factura, ordine, fattura, encomenda, fatura, bestelling, factuur, bestelnummer, seq,"
    "transaction, confirmation, rfc, pid, model, parcel, shipment, quantity, size, price, amount, total, score, random"
)

# What lowers each type, unless something near raises it.
LOWERING: Mapping[str, frozenset[str]] = dict.fromkeys(
    (
        "PHONE_NUMBER",
        "FAX_NUMBER",
        "US_SSN",
        "US_ITIN",
        "US_EIN",
        "CREDIT_CARD",
        "UK_NHS",
        "IMEI",
        "POSTCODE",
        "ABA_ROUTING_NUMBER",
        "US_NPI",
        "LICENSE_PLATE",
    ),
    _NUMBERS_THAT_ARE_NOT_PRIVATE,
) | {
    "IP_ADDRESS": _words("version, release, build, section, chapter, firmware, oid, clause"),
    "GPS_COORDINATES": _words("version, range, interval, mean, stdev, score, loss, accuracy, tensor, array, weights"),
}


class ContextTable:
    """The words of every type, with those that recognizers bring along."""

    def __init__(self, own: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        """Build the table; `own` holds `(entity type, words)` pairs that raise it."""
        raising = {entity_type: set(words) for entity_type, words in RAISING.items()}
        for entity_type, words in own:
            raising.setdefault(entity_type, set()).update(word.lower() for word in words)
        self._raising = {entity_type: frozenset(words) for entity_type, words in raising.items()}

    def adjust(self, span: Span, text: str, seen: dict[tuple[int, int], Words]) -> Span:
        """Return `span` with the score that the words near it give it.

        `seen` belongs to the text and to this call's caller: several types are often guessed for the same place.
        """
        if span.score >= CERTAIN:
            return span
        raising = self._raising.get(span.entity_type)
        lowering = LOWERING.get(span.entity_type)
        if not raising and not lowering:
            return span
        place = (span.start, span.end)
        near = seen.get(place)
        if near is None:
            near = seen[place] = words_near(text, span.start, span.end)
        words, closest = near
        speaks = raising is not None and not raising.isdisjoint(words)
        objects = lowering is not None and not lowering.isdisjoint(words)
        if speaks and objects and lowering is not None and raising is not None:
            # Both: the words right before the span decide, "order 4155552671, phone: ..." is an order.
            speaks = lowering.isdisjoint(closest) or not raising.isdisjoint(closest)
        if speaks:
            score = min(span.score + RAISE, _BEST)
        elif objects:
            score = max(span.score - LOWER, 0.0)
        else:
            return span
        return Span(span.entity_type, span.start, span.end, score, span.recognizer)


def words_near(text: str, start: int, end: int) -> Words:
    """Return the lower-case words near `text[start:end]` as defined above, and those of them right before it.

    Pairs of neighbouring words are among the first; the second holds up to two words and their pair.
    """
    before = text[max(0, start - NEAR_BEFORE) : start]
    line = before.rfind("\n")
    if line >= 0:
        above = before[:line].rstrip()
        # A label may stand on the line above its value: "SSN:" and the number under it.
        before = before[line:] if not above.endswith(":") or before[line:].strip() else above[above.rfind("\n") + 1 :]
    after = text[end : end + NEAR_AFTER]
    line = after.find("\n")
    if line >= 0:
        after = after[:line]
    # A semicolon ends what is said about one value.
    before = before[before.rfind(";") + 1 :]
    words: set[str] = set()
    closest: set[str] = set()
    for side in (before, after.partition(";")[0]):
        found = _WORD.findall(side.lower()) if _CAMEL.search(side) is None else _parts(side)
        words.update(found)
        words.update(map(" ".join, pairwise(found)))
        # "cards" counts as "card".
        words.update([word[:-1] for word in found if word[-1] == "s"])
        if side is before:
            closest.update(found[-2:])
            closest.add(" ".join(found[-2:]))
    return words, closest


def _parts(text: str) -> list[str]:
    return [part.lower() for part in _PART.findall(text)]
