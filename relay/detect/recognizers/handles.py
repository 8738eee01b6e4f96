"""Handles of messengers, networks and games behind the service's name, in several scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.entropy import is_stand_in
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "HandleRecognizer"]

_SERVICES = (
    r"battle\.?(?:net|tag)|bnet|we ?chat|weixin|kakao(?:talk)?|viber|zalo|weibo|psn|gamer ?tag|xbox(?: live)?|twitch"
    r"|skype|bluesky|mastodon|reddit|vkontakte|kik|jabber|xmpp|threema|snap|insta|riot id|douyin"
    # What is a word besides asks for another one behind it.
    r"|(?:line|signal|steam|matrix|epic|origin|session|ea|apple|nintendo|friend|messenger|facebook|ig|fb|tg)"
    r"[ _-](?:handle|user(?: ?name)?|gamer ?tag)|line[ _-]id|steam[ _-]id"
)
_OTHERS_TEXT = (
    "微信号 微信號 微信 微博 抖音号 抖音 小红书 ライン カカオ スカイプ ディスコード インスタ インスタグラム 카카오톡 "
    "카톡 라인 인스타 인스타그램 텔레그램 디스코드 телеграм телеграмм телега тг вконтакте вк "
    "инстаграм инста скайп дискорд вайбер תלגרם טלגרם אינסטגרם דיסקורד "
    "تيليجرام تلغرام تلگرام انستغرام إنستغرام اينستاگرام سناب ديسكورد "
    "टेलीग्राम इंस्टाग्राम ไลน์ ไอดีไลน์ เทเลแกรม "
)
_OTHERS = "|".join(sorted(_OTHERS_TEXT.split(), key=len, reverse=True))
_HANDLE = r"@?(?P<value>(?:live:\.?)?[A-Za-z0-9][A-Za-z0-9_.-]{2,31}(?:#\d{2,6})?)"
_END = r"(?![\w(@/:])"
# A handle that is a plain word ends the line or the field.
_AT_END = re.compile(r"[\"'`)\].]{0,3}(?:\s*$|\s*[\r\n,;|])")


class HandleRecognizer(RuleRecognizer):
    """Takes the handle alone. A word counts only at the end of its line or field; a number, behind QQ and ICQ."""

    name = "handles"
    source = "forms of handles as the services document them; their names in other scripts by own choice; 2026-11-30"
    rules = (
        PatternRule(
            entity_type="USERNAME",
            regex=r"(?:[ _-]?(?:id|name|user(?:name)?|handle|account|tag))?[\"'*]{0,2}\s{0,2}[:=]\s{0,2}[\"'*]{0,2}"
            + _HANDLE,
            trigger=rf"\b(?:{_SERVICES})",
            end=_END,
            score=0.6,
            max_chars=72,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="USERNAME",
            regex=r"(?:QQ|ICQ)(?:[ _-]?(?:id|uin|number|no\.?|号码|號碼|号|號))?"
            r"[\"']?\s{0,2}(?:[:=#：]|是|为|為)?\s{0,2}[\"']?"
            r"(?P<value>[1-9]\d{4,11}|[1-9]\d{2}-\d{3}-\d{3})",
            trigger=r"(?:QQ|ICQ)[^\n]{0,16}[0-9]{3}",
            start=r"(?<![A-Za-z0-9])",
            end=r"(?![\w.,:-]?\d)",
            score=0.6,
            lead_chars=32,
            max_chars=48,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="USERNAME",
            regex=rf"(?:{_OTHERS})"
            r"(?: ?(?:id|号|號|アカウント|아이디|ник|логин))?[\"'*]{0,2}\s{0,2}(?:[:=：-]|是|は|는|은)?"
            r"\s{0,2}[\"'*]{0,2}" + _HANDLE,
            # The scan sees Latin-1: other letters are question marks to it.
            trigger=r"[?]{2}[^\n]{0,8}[ :=?@-][A-Za-z0-9]",
            start=r"(?<!\w)",
            end=_END,
            score=0.61,
            lead_chars=32,
            max_chars=64,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the handle without the full stop behind it, unless it is a word of a sentence."""
        rule = self._rules[candidate.pattern.name]
        value = candidate.value.rstrip(".-")
        if len(value) < 3 or is_stand_in(value):
            return
        if value.isalpha() and not (
            candidate.text[candidate.start - 1] == "@" or _AT_END.match(candidate.text, candidate.end)
        ):
            return
        yield Span(rule.entity_type, candidate.start, candidate.start + len(value), rule.score, self.name)


PLUGINS = (HandleRecognizer,)
