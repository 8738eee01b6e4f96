"""Raise or lower a span's score by the words near it.

A table, not code: for each entity type the words that support it, in English, German, French, Spanish, Italian,
Portuguese and Dutch (others: `context_latin`, `context_scripts`), and for each family of types the words against it.
Near means: on the same line, or the line before when that ends in a colon or question mark, within NEAR_BEFORE
characters before the span or NEAR_AFTER after it. Words are compared without case; neighbouring words are compared as a
row too ("social security", "D.O.B."). `api_key`, `api-key` and `apiKey` all count as "api key". A word of a script
without spaces counts wherever it stands.

A label that relay does not know ("IdNr:", in any language) supports a number whose check digit is right, unless it is a
word of programs or the line is technical.

A raised span gains RAISE but stays below overlap.CERTAIN, which only a checksum or an issuer's prefix may claim; a
lowered one loses LOWER. A certain span is not moved. So a recognizer that depends on context reports a score
below the analyzer's threshold, and the context raises it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise

from relay.detect.borders import is_unspaced
from relay.detect.context_latin import RAISING_IN_LATIN
from relay.detect.context_scripts import LOWERING_ELSEWHERE, RAISING_ELSEWHERE
from relay.detect.overlap import CERTAIN
from relay.detect.place import LineKind, line_kind
from relay.detect.taxonomy import Method, describe
from relay.types import Span

__all__ = ["LOWERING", "RAISING", "ContextTable", "split_words", "words_near"]

NEAR_BEFORE = 64
NEAR_AFTER = 24
RAISE = 0.4
LOWER = 0.3
# From this score on, a number of a type with a check digit has a right one (`rules.BARE`).
CHECKED = 0.15
# What such a number is worth behind a label that relay does not know: less than any that a known word supports.
LABELLED = 0.42
# From this score on, a number is written as hardly anything but those of its type.
_WRITTEN = 0.65
# The highest score that context gives.
_BEST = CERTAIN - 0.05

_WORD = re.compile(r"[^\W\d_]+")
# A word with its colon, which may be a full-width one, right before a value.
_LABEL = re.compile(r"([^\W\d][\w.-]*)[ \t]?[:\uff1a\ufe55][ \t]{0,2}[\"'`*]{0,3}\Z")
# A name written as `apiKey`, and its parts.
_DOB = re.compile("(?:D[oO]|dO)B(?![a-z])")  # not two words
# The Greek question mark is a semicolon.
_ASKS = (":", "?", "\uff1a", "\uff1f", "\u061f", "\u037e", ";")
_CAMEL = re.compile("[A-Z](?<=[a-z].)")  # capitals are rare, so this is faster than [a-z][A-Z]
_PART = re.compile(r"[A-Z]?[^\W\dA-Z_]+|[A-Z]+")

# The lower-case words before and after a span, each in the order of the text.
Words = tuple[list[str], list[str]]


def _words(text: str) -> frozenset[str]:
    return frozenset(entry.strip() for entry in text.split(","))


# Words that raise each type, or rows of them; the singular is enough where the plural adds "s".
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
        "born, dob, birth, birthday, birthdate, birthdt, dateofbirth, bdate, d o b, geboren, geburtsdatum, geb,"
        " geburtstag, né, née,"
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
    f",{LOWERING_ELSEWHERE}"
)

# Of these the words for places of a text: their numbers are bare, so they take nothing from a number whose own signs
# say what it is.
_PLACES = _words("row, page, chapter, figure, section, equation, error")

# What programs call their numbers.
_PROGRAM_NUMBERS = _words(
    "id, ids, uid, gid, guid, time, ts, date, length, len, offset, count, counter, key, val, value, index, idx,"
    " seed, line, lines, col, column, inode, duration, elapsed, mtime, ctime, atime, sequence, nonce, block,"
    " height, width, ip, host, file, files, sum, checksum, crc, sha, digest, status, level, rate, limit, max, min,"
    " num, int, long, float, double, token, tokens, session, request, run, job, task, thread, process, batch,"
    " step, epochs, address, addr, ptr, byte, kb, mb, gb, memory, mem, rss, cpu, cost, usd, eur, views, likes,"
    " population, revenue, x, y, z, n, i, created, updated, ean, upc, gtin, barcode, asin, pmid"
)

# Words that lower each type, unless a near word raises it.
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
    "GPS_COORDINATES": _words("version, range, interval, mean, stdev, score, loss, accuracy, tensor, array, weights"),
}


class _Entries:
    """The entries of one type: single words with their plurals, and rows of neighbouring words."""

    __slots__ = ("_anywhere", "_pairs", "_rows", "_single")

    def __init__(self, entries: Iterable[str]) -> None:
        parts = [_WORD.findall(entry.lower()) for entry in entries]
        self._anywhere = tuple(dict.fromkeys("".join(row) for row in parts if is_unspaced("".join(row))))
        single = {row[0] for row in parts if len(row) == 1}
        self._single = frozenset(single | {word + "s" for word in single})
        self._pairs = frozenset((row[0], row[1]) for row in parts if len(row) == 2)
        # Longer rows are few; their words are, too, what the signs for vowels part in the scripts of India.
        self._rows = tuple({tuple(row): None for row in parts if len(row) > 2 and not is_unspaced("".join(row))})

    def among(self, words: list[str]) -> bool:
        """Tell whether an entry is among `words`, which stand in the order of the text."""
        row = "".join(words) if self._anywhere else ""
        if not row.isascii() and any(entry in row for entry in self._anywhere):
            return True
        if not self._single.isdisjoint(words):
            return True
        if self._pairs and not self._pairs.isdisjoint(pairwise(words)):
            return True
        return any(
            row[0] in words and row in zip(*(words[shift:] for shift in range(len(row))), strict=False)
            for row in self._rows
        )


class ContextTable:
    """The words of every type, including those that recognizers declare."""

    def __init__(self, own: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        """Build the table; `own` holds `(entity type, words)` pairs that raise it."""
        raising = {entity_type: set(words) for entity_type, words in RAISING.items()}
        for entity_type, listed in chain(RAISING_IN_LATIN.items(), RAISING_ELSEWHERE.items()):
            raising.setdefault(entity_type, set()).update(listed.split(","))
        for entity_type, words in own:
            raising.setdefault(entity_type, set()).update(words)
        self._raising = {entity_type: _Entries(words) for entity_type, words in raising.items()}
        self._lowering = {entity_type: _Entries(words) for entity_type, words in LOWERING.items()}
        self._lowering_written = {entity_type: _Entries(words - _PLACES) for entity_type, words in LOWERING.items()}

    def adjust(self, span: Span, text: str, seen: dict[tuple[int, int], Words]) -> Span:
        """Return `span` with its score adjusted by the words near it.

        `seen` caches words by place for one text: several types are often guessed for the same place.
        """
        entity_type, start, end, score, recognizer, _ = span
        if score >= CERTAIN:
            return span
        raising = self._raising.get(entity_type)
        lowering = (self._lowering if score < _WRITTEN else self._lowering_written).get(entity_type)
        is_checked = score >= CHECKED and describe(entity_type).method is Method.CHECKSUM
        if raising is None and lowering is None and not is_checked:
            return span
        near = seen.get((start, end))
        if near is None:
            near = seen[start, end] = words_near(text, start, end)
        before, behind = near
        speaks = raising is not None and (raising.among(before) or raising.among(behind))
        objects = lowering is not None and (lowering.among(before) or lowering.among(behind))
        if speaks and objects and lowering is not None and raising is not None:
            # Both: the words directly before the span decide; "order 4155552671, phone: ..." is an order.
            closest = before[-2:]
            speaks = not lowering.among(closest) or raising.among(closest)
        if speaks:
            return Span(entity_type, start, end, min(score + RAISE, _BEST), recognizer)
        if objects:
            return Span(entity_type, start, end, max(score - LOWER, 0.0), recognizer)
        if is_checked and score < LABELLED and _is_labelled(text, start, end):
            return Span(entity_type, start, end, LABELLED, recognizer)
        return span


def _is_labelled(text: str, start: int, end: int) -> bool:
    """Tell whether a word and a colon stand right before `text[start:end]`, and not a word of programs."""
    label = _LABEL.search(text, start - NEAR_BEFORE if start > NEAR_BEFORE else 0, start)
    if label is None:
        return False
    words = split_words(label[1])
    if not words or words[-1] in _PROGRAM_NUMBERS or not _NUMBERS_THAT_ARE_NOT_PRIVATE.isdisjoint(words):
        return False
    first = text.rfind("\n", 0, start) + 1
    return not label[1].isascii() or line_kind(text[max(first, start - NEAR_BEFORE) : end]) is not LineKind.TECHNICAL


def words_near(text: str, start: int, end: int) -> Words:
    """Return the lower-case words near `text[start:end]` as defined above: those before it and those after it."""
    before = text[start - NEAR_BEFORE if start > NEAR_BEFORE else 0 : start]
    line = before.rfind("\n")
    if line >= 0:
        above = before[:line].rstrip()
        # A label, or who asks, may stand on the line above the value: "SSN:" and the number under it.
        is_below = above.endswith(_ASKS) and not before[line:].strip()
        before = above[above.rfind("\n") + 1 :] if is_below else before[line:]
    # A semicolon ends the description of one value.
    before = before[before.rfind(";") + 1 :]
    after = text[end : end + NEAR_AFTER].partition("\n")[0].partition(";")[0]
    return split_words(before), split_words(after)


def split_words(side: str) -> list[str]:
    """Return the lower-case words of a piece of text, in its order; those of a name such as `apiKey` one by one."""
    side = _DOB.sub("Dob", side)
    if _CAMEL.search(side) is None:
        return _WORD.findall(side.lower())
    return [part.lower() for part in _PART.findall(side)]
