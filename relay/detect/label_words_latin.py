"""Labels of values that nothing but their label tells, in languages written in Latin letters.

Polish, Czech, Slovak, Hungarian, Romanian, Croatian, Serbian, Slovene, Albanian, Lithuanian, Latvian, Estonian,
Finnish, Swedish, Danish, Norwegian, Icelandic, Turkish, Azerbaijani, Uzbek, Catalan, Indonesian, Malay, Vietnamese,
Filipino and Swahili; of Spanish, French, German, Italian, Portuguese and Dutch what the recognizers of single types
lack. What English has as a word, or programs as a name, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["LABELS_IN_LATIN"]

# By kind of value: labels with commas between them. Long forms are there where the short one is another word, too.
LABELS_IN_LATIN: Final[Mapping[str, str]] = {
    "PASSPORT": (
        "numer paszportu, nr paszportu, paszport, číslo pasu, cestovní pas, číslo cestovného pasu, cestovný pas,"
        " útlevélszám, útlevél, pașaport, pașaportului, broj putovnice, putovnica, broj pasoša, pasoš, potni list,"
        " številka potnega lista, pasaporta, numri i pasaportës, paso numeris, pases numurs, passi number,"
        " passin numero, passnummer, pasnummer, vegabréfsnúmer, pasaport, pasaport no, pasaport numarası,"
        " pasport nömrəsi, pasport raqami, passaport, nomor paspor, no paspor, paspor, nombor pasport, no pasport,"
        " hộ chiếu, numero ng pasaporte, nambari ya pasipoti, pasipoti"
    ),
    "DRIVER_LICENSE": (
        "prawo jazdy, numer prawa jazdy, řidičský průkaz, číslo řidičského průkazu, vodičský preukaz, jogosítvány,"
        " vezetői engedély, permis de conducere, permisul de conducere, vozačka dozvola, vozačke dozvole, vozniško"
        " dovoljenje, leje drejtimi, vairuotojo pažymėjimas, vadītāja apliecība, juhiluba, juhiloa number, ajokortti,"
        " ajokortin numero, körkort, körkortsnummer, kørekort, kørekortnummer, førerkort, førerkortnummer,"
        " ökuskírteini, ehliyet, ehliyet no, sürücü belgesi, sürücülük vəsiqəsi, haydovchilik guvohnomasi,"
        " carnet de conduir, nomor sim, sim pengemudi, lesen memandu, giấy phép lái xe, bằng lái xe, bằng lái,"
        " lisensya sa pagmamaneho, leseni ya udereva"
    ),
    "NATIONAL_ID": (
        "dowód osobisty, numer dowodu, nr dowodu, seria i numer dowodu, občanský průkaz, číslo op, rodné číslo,"
        " občiansky preukaz, személyi igazolvány, személyi szám, személyi igazolvány szám, carte de identitate,"
        " seria și numărul, osobna iskaznica, broj osobne, lična karta, broj lične karte, osebna izkaznica, emšo,"
        " letërnjoftim, asmens kodas, personas kods, isikukood, henkilötunnus, personnummer, cpr-nummer, cpr nummer,"
        " fødselsnummer, kennitala, kimlik no, kimlik numarası, tc kimlik, t.c. kimlik, nüfus cüzdanı,"
        " şəxsiyyət vəsiqəsi, jshshir, pinfl, dni, nie, documento nacional, cédula, cédula de ciudadanía,"
        " nomor ktp, no ktp, nik ktp, nomor induk kependudukan, nik, no kad pengenalan, kad pengenalan, mykad,"
        " căn cước công dân, căn cước, cccd, chứng minh nhân dân, cmnd, số định danh, philsys, pambansang id,"
        " kitambulisho, nambari ya kitambulisho"
    ),
    "TAX_ID": (
        "nip, regon, pesel, daňové identifikační číslo, dič, ičo, adószám, adóazonosító, cod fiscal, cui, oib, pib,"
        " matični broj, davčna številka, nipt, mokesčių mokėtojo kodas, pvm kodas, nodokļu maksātāja, registrikood,"
        " maksukohustuslase, y-tunnus, organisationsnummer, cvr-nummer, cvr nummer, organisasjonsnummer, vergi no,"
        " vergi numarası, vergi kimlik, vkn, vöen, stir, inn raqami, nif, nomor npwp, no npwp, npwp,"
        " no cukai pendapatan, mã số thuế, mst, numero ng tin, nambari ya kodi, kra pin"
    ),
    "BANK_ACCOUNT": (
        "numer konta, nr konta, rachunek bankowy, numer rachunku, číslo účtu, číslo bankovního účtu, bankszámlaszám,"
        " számlaszám, cont bancar, contul bancar, numărul contului, broj računa, žiro račun, tekući račun,"
        " številka računa, llogari bankare, numri i llogarisë, banko sąskaita, sąskaitos numeris, konta numurs,"
        " bankas konts, pangakonto, kontonumber, tilinumero, kontonummer, bankkonto, bankkontonummer,"
        " reikningsnúmer, bankareikningur, hesap no, hesap numarası, banka hesabı, hesab nömrəsi, hisob raqami,"
        " número de compte, compte bancari, nomor rekening, no rekening, no rek, no. rekening, rekening, norek,"
        " nomor akun,"
        " nombor akaun, no akaun, akaun bank, số tài khoản, stk, tài khoản, numero ng account, akawnt sa bangko,"
        " nambari ya akaunti, akaunti ya benki, clabe, cuenta clabe, cbu, cvu, alias cbu, número de cuenta,"
        " numéro de compte, numero di conto, número da conta, chave pix, agência"
    ),
    "SWIFT_CODE": (
        "mã ngân hàng, mã swift, kod banku, kod swift, kód banky, swift kód, kode bank, kode swift, swift kodu,"
        " banka kodu, codul swift, swift koda, swift-kod, swift-koodi"
    ),
    "CREDIT_CARD": (
        "numer karty, karta kredytowa, číslo karty, kreditní karta, kreditná karta, kártyaszám, bankkártya, număr card,"
        " broj kartice, številka kartice, kortelės numeris, kartes numurs, kaardi number, kortin numero, luottokortti,"
        " kortnummer, kreditkort, kredittkort, kart numarası, kredi kartı, kart no, kart nömrəsi, karta raqami,"
        " nomor kartu, kartu kredit, nombor kad, kad kredit, số thẻ, thẻ tín dụng, nambari ya kadi"
    ),
    "CARD_CVV": (
        "kod bezpieczeństwa, kod cvv, bezpečnostní kód, bezpečnostný kód, biztonsági kód, cod de securitate,"
        " sigurnosni kod, bezbednosni kod, varnostna koda, kodi i sigurisë, saugos kodas, drošības kods, turvakood,"
        " turvakoodi, säkerhetskod, sikkerhetskode, sikkerhedskode, öryggisnúmer, güvenlik kodu, təhlükəsizlik kodu,"
        " codi de seguretat, kode keamanan, kod keselamatan, mã bảo mật, mã cvv, código de seguridad,"
        " código de segurança, code de sécurité, codice di sicurezza, beveiligingscode, sicherheitscode,"
        " kodeng panseguridad, nambari ya usalama"
    ),
    "CARD_EXPIRY": (
        "data ważności, ważna do, platnost do, platná do, lejárat, lejárati dátum, data expirării, valabil până,"
        " vrijedi do, važi do, datum isteka, velja do, skadenca, galioja iki, derīga līdz, kehtiv kuni,"
        " voimassa, giltigt till, utgångsdatum, udløbsdato, utløpsdato, gildir til, son kullanma tarihi,"
        " son kullanma, bitiş tarihi, amal qilish muddati, data de caducitat, masa berlaku, berlaku hingga,"
        " tarikh luput, ngày hết hạn, hạn thẻ, fecha de vencimiento, fecha de caducidad, data de validade,"
        " data di scadenza, date d'expiration, verfallsdatum, petsa ng pag-expire"
    ),
    "PIN": (
        "kod pin, numer pin, pin kód, pin-kód, codul pin, pin kod, pin kodu, pin-koodi, pin-kod, pin-kode, pinkode,"
        " pinkod, tunnusluku, kode pin, nombor pin, mã pin, código pin, code pin, codice pin, pincode,"
        " mã cửa, kod do drzwi, kod do domofonu, kapı kodu, kapı şifresi, portkod, kode pintu, código de la puerta,"
        " code de la porte, codice del portone, türcode, deurcode"
    ),
    "OTP": (
        "kod weryfikacyjny, kod z smsa, kod z sms, ověřovací kód, overovací kód, ellenőrző kód, megerősítő kód,"
        " cod de verificare, cod de confirmare, kod za potvrdu, verifikacijski kod, potvrditvena koda,"
        " potrditvena koda,"
        " patvirtinimo kodas, apstiprinājuma kods, kinnituskood, vahvistuskoodi, verifieringskod, engångskod,"
        " bekræftelseskode, engangskode, bekreftelseskode, staðfestingarkóði, doğrulama kodu, onay kodu, təsdiq kodu,"
        " tasdiqlash kodi, codi de verificació, kode verifikasi, kode otp, kod pengesahan, mã xác nhận, mã xác minh,"
        " mã xác thực, mã otp, código de verificación, código de verificação, code de vérification,"
        " code de confirmation, codice di verifica, verificatiecode, bestätigungscode, kodeng pangberipika,"
        " nambari ya uthibitisho"
    ),
    "USERNAME": (
        "nazwa użytkownika, uživatelské jméno, používateľské meno, přihlašovací jméno, felhasználónév, felhasználó név,"
        " nume de utilizator, utilizator, korisničko ime, uporabniško ime, emri i përdoruesit, vartotojo vardas,"
        " slapyvardis, lietotājvārds, kasutajanimi, kasutajatunnus, käyttäjätunnus, käyttäjänimi, användarnamn,"
        " brugernavn, brukernavn, notandanafn, kullanıcı adı, kullanıcı adım, istifadəçi adı, foydalanuvchi nomi,"
        " nom d'usuari, nama pengguna, nama akun, id pengguna, tên đăng nhập, tên người dùng, tên tài khoản,"
        " nombre de usuario, nome utente, nome de usuário, nome de utilizador, nom d'utilisateur, pangalan ng user,"
        " jina la mtumiaji"
    ),
    "LICENSE_PLATE": (
        "numer rejestracyjny, nr rejestracyjny, tablica rejestracyjna, rejestracja, spz, státní poznávací značka,"
        " registrační značka, evidenčné číslo, ečv, rendszám, rendszáma, număr de înmatriculare, nr înmatriculare,"
        " registarska oznaka, registracija, registrske tablice, registrska številka, targa e makinës,"
        " valstybinis numeris, valsts numurs, numbrimärk, registreerimismärk, rekisterinumero, rekisterikilpi,"
        " registreringsnummer, regnummer, nummerplade, bílnúmer, plaka no, plaka, plakası, dövlət nömrəsi,"
        " davlat raqami, matrícula, nomor polisi, plat nomor, nopol, no plat, nombor plat, nombor pendaftaran,"
        " biển số xe, biển số, bks, placa del vehículo, numero ng plaka, nambari ya gari"
    ),
    "IMEI": ("numer imei, imei szám, imei numarası, nomor imei, số imei, số máy, numero imei, imei numara"),
    "SERIAL_NUMBER": (
        "numer seryjny, sériové číslo, sorozatszám, gyári szám, număr de serie, serijski broj, serijska številka,"
        " numri serial, serijos numeris, sērijas numurs, seerianumber, sarjanumero, serienummer, raðnúmer,"
        " seri numarası, seri no, seriya nömrəsi, seriya raqami, número de sèrie, nomor seri, no seri, nombor siri,"
        " số sê-ri, số seri, số serial, numero ng serye"
    ),
    "MEDICAL_RECORD_NUMBER": (
        "numer kartoteki, numer pacjenta, karta pacjenta, číslo pacienta, chorobopis, číslo karty pacienta,"
        " törzsszám, kórlap, kartonszám, fișa medicală, foaie de observație, broj kartona, zdravstveni karton,"
        " številka kartoteke, paciento numeris, pacienta numurs, patsiendi number, potilasnumero, potilastunnus,"
        " journalnummer, patientnummer, pasientnummer, sjúkraskrá, hasta no, hasta numarası, dosya no, protokol no,"
        " xəstə nömrəsi, bemor raqami, història clínica, nomor rekam medis, no rekam medis, no rm, rekam medis,"
        " nombor pesakit, số bệnh án, mã bệnh nhân, bệnh án, numero ng pasyente, nambari ya mgonjwa"
    ),
    "HEALTH_PLAN_NUMBER": (
        "numer polisy, polisa, číslo pojištěnce, číslo pojistky, pojistná smlouva, číslo poistenca, taj szám,"
        " taj-szám, tb szám, kötvényszám, poliță, poliței, asigurare, broj police, broj osiguranja, mbo,"
        " številka zavarovanja, kzz, draudimo numeris, apdrošināšanas polise, poliisi number, vakuutusnumero,"
        " försäkringsnummer, forsikringsnummer, policenummer, poliçe no, poliçe numarası, sgk no, sigorta no,"
        " sığorta nömrəsi, tarjeta sanitaria, pòlissa, nomor bpjs, no bpjs, bpjs, nomor polis, no polis,"
        " thẻ bảo hiểm y tế, bảo hiểm y tế, bhyt, số bảo hiểm, philhealth, nhif, nambari ya bima"
    ),
    "ID_NUMBER": (
        "numer klienta, nr klienta, numer pracownika, numer legitymacji, numer albumu, numer indeksu, numer umowy,"
        " zákaznické číslo, číslo zákazníka, osobní číslo, osobné číslo, číslo smlouvy, ügyfélszám, ügyfélazonosító,"
        " törzsszáma, neptun kód, szerződésszám, cod client, număr client, marca, număr matricol, număr contract,"
        " broj klijenta, broj kupca, broj indeksa, broj ugovora, številka stranke, vpisna številka, numri i klientit,"
        " kliento numeris, kliento kodas, klienta numurs, kliendi number, kliendikood, asiakasnumero,"
        " työntekijänumero, opiskelijanumero, kundnummer, anställningsnummer, kundenummer, medarbejdernummer,"
        " ansattnummer, studienummer, viðskiptanúmer, müşteri no, müşteri numarası, sicil no, sicil numarası,"
        " öğrenci no, öğrenci numarası, üye no, sözleşme no, müştəri nömrəsi, mijoz raqami, número de client,"
        " nomor pelanggan, id pelanggan, no pelanggan, nomor anggota, nomor induk, nip pegawai, nomor pegawai, nim,"
        " nisn, nombor pelanggan, nombor pekerja, no matrik, mã khách hàng, số khách hàng, mã nhân viên, mã sinh viên,"
        " mã số sinh viên, mã học sinh, mã hợp đồng, số hợp đồng, mã thành viên, numero ng kliyente,"
        " numero ng empleyado,"
        " nambari ya mteja, nambari ya mfanyakazi"
    ),
    "SECRET_VALUE": (
        "tajny klucz, klucz api, klucz dostępu, tajný klíč, tajný kľúč, titkos kulcs, cheie secretă, tajni ključ,"
        " skrivni ključ, slaptas raktas, slepenā atslēga, salajane võti, salainen avain, hemlig nyckel, hemmelig nøgle,"
        " hemmelig nøkkel, gizli anahtar, kunci rahasia, kunci api, kunci rahsia, khóa bí mật, khoá bí mật, mã bí mật,"
        " clau secreta, clave secreta, chave secreta"
    ),
    "POSTCODE": (
        "kod pocztowy, psč, irányítószám, cod poștal, poštanski broj, poštna številka, kodi postar, pašto kodas,"
        " pasta indekss, sihtnumber, postinumero, postnummer, póstnúmer, posta kodu, poçt indeksi, pochta indeksi,"
        " codi postal, kode pos, poskod, mã bưu điện, mã bưu chính, zip kodu"
    ),
}
