"""Passwords and keys behind their label in other languages: `пароль: …`, `密码：…`, `hasło = …`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.assignments import extent, value, widened
from relay.detect.entropy import is_odd, is_stand_in, looks_random
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.detect.secret_names import FOREIGN_KEYS
from relay.types import Candidate, Span

__all__ = ["LABELS", "PLUGINS", "LabelledSecretRecognizer"]


def _labels(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


# The word for a password, with its inflected forms where forms label it so; from Unicode CLDR and Wiktionary entries.
_LATIN = _labels(
    "hasło, hasła, haslo, heslo, jelszó, jelszo, lösenord, salasana, adgangskode, passord, geslo, lozinka, "
    "zaporka, šifra, slaptažodis, parole, parool, salasõna, parolă, parola, parolası, şifre, sifre, şifresi, "
    "clave, contrasenya, pasahitza, contrasinal, mật khẩu, mat khau, kata sandi, sandi, katalaluan, nenosiri, "
    "lykilorð, fjalëkalimi, passwuert, codice segreto, palavra-passe, palavra passe"
)
_OTHER = _labels(
    "пароль, пароля, парол, парола, паролата, лозинка, шифра, құпиясөз, нууц үг, κωδικός, κωδικός πρόσβασης, "
    "συνθηματικό, סיסמה, סיסמא, كلمة المرور, كلمة السر, الرقم السري, رمز عبور, گذرواژه, پاس ورڈ, पासवर्ड, "
    "পাসওয়ার্ড, கடவுச்சொல், รหัสผ่าน, გასაღები, პაროლი, գաղտնաբառ, 密码, 密碼, 口令, 暗号, パスワード, 暗証番号, "
    "비밀번호, 암호, 패스워드"
)
_KEYS = _labels("токен, ключ, ключ api, секрет, секретный ключ, κλειδί, 密钥, 密鑰, 令牌, トークン, 秘密鍵, 토큰, 키")
LABELS = (*_LATIN, *_OTHER)

_SEEN = re.compile(r"[^\x00-\xff]")
# "пароль от почты: …"; a verb or a particle joins label and value in Chinese, Japanese and Korean.
_LINK = (
    r"[\"'*»”]{0,3}(?:[ \t][^\s:=]{1,16}){0,3}[ \t]{0,2}(?:[:=：＝]|[—–]|->|(?<=[ \t])-(?=[ \t]))\s{0,3}"
    r"|(?:是|为|為|は|が|는|은|이)[ \t:：]{0,2}"
)
_IS = r"[ \t](?:lautet|ist|est|è|es|é)"


def _any(labels: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, labels), key=len, reverse=True))


class LabelledSecretRecognizer(RuleRecognizer):
    """Takes the value only. Beside Latin letters a plain word is prose; beside another script it is a password."""

    name = "secrets_labels"
    source = "the word for a password in 45 languages, own collection; as of 2026-11-29"
    rules = (
        PatternRule(
            entity_type="PASSWORD",
            regex=rf"(?:{_any(_LATIN)})(?:{_LINK}){value(4, 128)}",
            # The scan sees Latin-1: other letters are question marks to it.
            trigger=rf"(?:{'|'.join(_SEEN.sub('[?]', label) for label in _LATIN)})[\"'* ]{{0,2}}[\w .-]{{0,40}}[:=]",
            start=r"(?<![^\W_])",
            end="",
            score=0.8,
            lead_chars=72,
            max_chars=180,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="PASSWORD",
            regex=rf"(?:{_any(_OTHER)})(?:{_LINK}|[ \t]{{1,2}}){value(4, 128)}",
            trigger=r"[?]{2}[\"'*) ]{0,2}[:=]|[?]{2}[ \"]?[!-~]",
            start="",
            end="",
            score=0.81,
            lead_chars=72,
            max_chars=180,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=rf"(?:{_any(_KEYS)})(?:{_LINK}|[ \t]){value(12, 256)}",
            trigger=r"[?]{2}[\"'*) ]{0,2}[:=]|[?]{2}[ \"]?[!-~]",
            start="",
            end="",
            score=0.8,
            lead_chars=40,
            max_chars=191,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="SECRET_VALUE",
            regex=rf"(?:{FOREIGN_KEYS})(?:{_LINK}|{_IS}[ \t]{{1,2}}){value(12, 256)}",
            trigger=_SEEN.sub("?", rf"(?:{FOREIGN_KEYS})[\"'*» ]{{0,2}}(?:[\w .-]{{0,40}}[:=]|{_IS}[ \t])"),
            start=r"(?<![^\W_])",
            end="",
            score=0.8,
            lead_chars=80,
            max_chars=300,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the value without its quotes when it is one."""
        text, rule = candidate.text, self._rules[candidate.pattern.name]
        start, end, quoted = extent(text, candidate.start, candidate.end, code=False)
        found = text[start:end]
        if len(found) < 4 or is_stand_in(found):
            return
        if rule.entity_type == "SECRET_VALUE":
            if not looks_random(found):
                return
        elif rule.score > _LATIN_SCORE:
            if not found.isascii() and not is_odd(found):
                return
            # Without a sign between them only what no word looks like: "пароль kelp7Harbor", not "пароль WPA2".
            if (
                text[start - 1] in " \t"
                and not _SIGNED.search(text, max(0, start - 8), start)
                and _WORDLIKE.fullmatch(found)
            ):
                return
            end = end if quoted else widened(text, end, ascii_only=True)
        elif not (is_odd(found) or quoted):
            return
        yield Span(rule.entity_type, start, end, 0.8, self.name)


_LATIN_SCORE = 0.8
_SIGNED = re.compile(r"[:=：＝—–>*\"'»”-][ \t]{1,3}$|[是为為はがは는은이][ \t]{1,3}$")
_WORDLIKE = re.compile(r"[^\W\d_]*\d{0,3}|[\w.-]*[\d.]+|[^\W\d_]+")

PLUGINS = (LabelledSecretRecognizer,)
