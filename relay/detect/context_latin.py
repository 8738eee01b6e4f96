"""Words that raise a type's score, in languages written in Latin letters beyond those of `context`.

Danish, Norwegian, Swedish, Icelandic, Finnish, Estonian, Latvian, Lithuanian, Polish, Czech, Slovak, Hungarian,
Romanian, Croatian, Serbian, Slovene, Albanian, Turkish, Catalan, Galician, Basque, Irish, Welsh, Indonesian, Malay,
Vietnamese, Filipino and Swahili: the labels of forms, with and without the letters that English lacks. What is a word
of English, too, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["RAISING_IN_LATIN"]

# By type: words with commas between them.
RAISING_IN_LATIN: Final[Mapping[str, str]] = {
    "DATE_OF_BIRTH": (
        "fødselsdato, fodselsdato, fødselsdag, fødsel, født, fødd, födelsedatum, fodelsedatum, födelsedag, född,"
        " fæðingardagur, fæðingardag, fæddur, fædd, syntymäaika, syntymaaika, syntymäpäivä, syntynyt, sünniaeg,"
        " sünnikuupäev, sündinud, dzimšanas, dzimis, dzimusi, gimimo, gimęs, gimusi, gimė, urodzenia, urodzony,"
        " urodzona, urodził, urodziła, urodzin, narození, narozeni, narozen, narozena, narozenin, narodenia, narodený,"
        " narodená, narodenín, születési, szuletesi, született, születésnap, nașterii, naşterii, nasterii, naștere,"
        " naştere, nastere, născut, născută, rođenja, rodjenja, rodenja, rođen, rođena, rođendan, rojstva, rojen,"
        " rojena, datëlindja, datelindja, lindur, lindja, doğum, dogum, doğumlu, naixement, nascut, nascuda,"
        " nacemento, jaiotze, jaiotza, breithe, geni dyddiad, dyddiad geni, lahir, ngày sinh, sinh ngày, ngay sinh,"
        " kapanganakan, kuzaliwa, fecha nac, fecha de nac, f nac, data nasc, data de nasc, dt nasc, date naiss,"
        " date de naiss, geburtsdat, gebdat, geb datum, geb dat, gebdatum"
    ),
    "PHONE_NUMBER": (
        "telefonnr, tlfnr, mobilnr, mobiltelefon, telefonnúmer, símanúmer, sími, farsími, puhelin, puhelinnumero,"
        " matkapuhelin, puh, kännykkä, telefoninumber, mobiilinumber, tālrunis, tālruņa, telefona, telefonas,"
        " telefono numeris, telefonu, komórka, komórkowy, telefonní, telefonni, telefónne, telefón, telefónu,"
        " telefonszám, telefonszam, mobilszám, mobilszam, telefonul, telefonului, telefonu, telefonuma, mobitel,"
        " mobitela, mobilni, telefonska, telefoni, celulari, telefona, gsm, cep telefonu, telefon numarası, telèfon,"
        " mòbil, teléfono, telefonoa, guthán, ffôn, telepon, nomor hp, no hp, no telp, telp, điện thoại, dien thoai,"
        " số điện, telepono, simu ya, namba ya simu"
    ),
    "STREET_ADDRESS": (
        "adress, postadress, bopæl, bostadsadress, heimilisfang, osoite, kotiosoite, aadress, adrese, dzīvesvieta,"
        " adresas, zamieszkania, zamieszkały, zamieszkała, adresa, bydliště, bydliska, lakcím, lakcim, domiciliu,"
        " domiciliul, adresă, prebivalište, prebivališta, naslov, adresi, ikametgah, adreça, enderezo, helbidea,"
        " seoladh, cyfeiriad, alamat, địa chỉ, tirahan, anwani"
    ),
    "POSTCODE": (
        "postnummer, postnr, póstnúmer, postinumero, sihtnumber, pasta indekss, pašto kodas, kod pocztowy, psč, psc,"
        " irányítószám, cod poștal, cod postal, poštanski broj, poštna številka, posta kodu, codi postal, kode pos,"
        " mã bưu"
    ),
    "IBAN_CODE": (
        "kontonr, kontonummer, tilinumero, reikningsnúmer, kontonumber, konts, sąskaita, sąskaitos, rachunek, rachunku,"
        " účtu, számlaszám, bankszámla, contul, račun, računa, llogari, hesap, compte, rekening, tài khoản"
    ),
    "CREDIT_CARD": (
        "kredittkort, kreditkort, kortnummer, kortnr, greiðslukort, luottokortti, kortin numero, krediitkaart,"
        " kredītkarte, kortelė, kortelės, karta kredytowa, karty, kartu, kreditní karta, platební karta, bankkártya,"
        " kártyaszám, kartica, kartice, kredi kartı, kart numarası, targeta, kartu kredit, thẻ tín"
    ),
    "PASSPORT": (
        "passnummer, pasnummer, passnr, vegabréf, vegabréfsnúmer, passi, passin numero, passinumber, pase, pases,"
        " pasas, paso numeris, paszport, paszportu, pasu, cestovní pas, cestovný pas, útlevél, útlevélszám, pașaport,"
        " paşaport, putovnica, putovnice, pasoš, pasoša, potni list, potnega lista, pasaporta, pasaport, passaport,"
        " pasaportea, paspor, pasport, hộ chiếu, pasi"
    ),
}
