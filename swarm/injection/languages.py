"""The order to set aside what one was told, in sixteen languages beside English."""

import re

_START = r'(?:^|[./,:"] )(?:\w+ ){0,2}?'
# In words without diacritics, as `latin` leaves them: the verb, what came before, what one was told.
_ROMANCE_VERB = (
    "(?:ignor(?:a|e|en|ad|ate|ar|em)|olvid(?:a|e|en|ad)|omit(?:e|a|an)|descarta|descarte|esquec(?:a|e|am)|"
    "desconsidere|dimentica|dimenticate|trascura)"
)
_ROMANCE_RULE = "(?:instrucc?ion|instruco|instruca|istruzion|regla|regra|regol|orden|ordin|indicacion|diretriz)"
_BY_BEGINNING = {
    "igno miss verg beac": (  # German
        r"(?:ignorier(?:e|t|en sie)?|missachte[nt]?|vergiss|vergesst|vergessen sie|beachte[nt]? (?:sie )?nicht) "
        r"(?:\w+ ){0,3}?(?:vorherig|bisherig|obig|fruher|vorig|dein|ihr|alle)\w* (?:\w+ ){0,2}?(?:anweisung|"
        r"instruktion|regel|vorgabe|befehl|aufgabe)\w*"
    ),
    "igno oubl negl suiv": (  # French
        r"(?:ignore[sz]?|oublie[sz]?|neglige[sz]?|ne (?:suis|suivez) (?:pas|plus)) (?:(?:\w+ ){0,3}?(?:instruction|"
        r"consigne|regle|directive|ordre)s? (?:\w+ ){0,2}?(?:precedent|anterieur|initial|ci dessus|donne|recu)\w*|"
        r"(?:toutes )?(?:tes|vos) (?:\w+ )?(?:instruction|consigne|regle|directive|ordre)s)"
    ),
    "igno olvi omit desc esqu desc dime tras": (  # Spanish, Portuguese, Italian
        rf"{_ROMANCE_VERB} (?:(?:\w+ ){{0,3}}?{_ROMANCE_RULE}\w* (?:\w+ ){{0,2}}?(?:anterior|previ|precedent|de "
        r"arriba|acima|recibid|iniciai|inizial)\w*|(?:todas? |tutte |le )?(?:tus|sus|suas|as suas|tue|le tue) (?:\w+ "
        rf")?{_ROMANCE_RULE}\w*)"
    ),
    "nege verg": (  # Dutch
        r"(?:negeer|vergeet) (?:\w+ ){0,3}?(?:eerder|vorig|bovenstaand|je|jouw|uw|alle)\w* (?:\w+ "
        r"){0,2}?(?:instructie|regel|opdracht|aanwijzing)\w*"
    ),
    "zign igno pomi zapo": (  # Polish
        r"(?:zignoruj|ignoruj|pomin|zapomnij)\w* (?:\w+ ){0,3}?(?:poprzedni|wczesniejsz|powyzsz|swoj|twoj|"
        r"wszystki)\w* (?:\w+ ){0,2}?(?:instrukcj|polece|zasad|regul)\w*"
    ),
    "tali komu kura": (  # Turkish
        r"(?:onceki|tum|butun|yukaridaki|daha) (?:\w+ ){0,3}?(?:talimat|komut|kural)\w* (?:\w+ ){0,2}?(?:yok say|"
        r"gormezden gel|unut|dikkate alma)\w*"
    ),
    "igno glom glem bort": (  # Swedish, Danish, Norwegian
        r"(?:ignorera|ignorer|glom|glem|bortse fran) (?:\w+ ){0,3}?(?:tidigare|foregaende|tidligere|forrige|dina|dine|"
        r"alla|alle) (?:\w+ ){0,2}?(?:instruktion|instruks|regl|regel)\w*"
    ),
}
"""By the first four letters of words, one of which it has."""
_BEGINNING = 4
_BEGINNINGS = frozenset(" ".join(_BY_BEGINNING).split())
_OTHERS = (
    r"(?:^|\W)(?:(?:про)?игнорируй(?:те)?|забудь(?:те)?|не следуй(?:те)?|отмени(?:те)?|"
    r"ігноруй(?:те)?)\s(?:\S+\s){0,3}?(?:предыдущ|прежн|прошл|свои|ваши|твои|все|указанн|выше|"
    r"попередн)\S*\s(?:\S+\s){0,2}?(?:инструкци|указани|правил|команд|приказ|інструкці)\S*|(?:忽略|无视|無視|忘记|忘記|忘掉|不要遵守|"
    r"不要理会|别管|忽視).{0,6}?(?:之前|以上|先前|前面|所有|上述|你的|此前).{0,6}?(?:指令|指示|说明|說明|规则|規則|提示|命令|要求)|(?:以前|前|上記|これまで|すべて|全て|"
    r"あなた).{0,6}?(?:指示|命令|ルール|プロンプト|指令|規則).{0,6}?(?:無視し(?:て|ろ|なさい)|忘れ(?:て|ろ)|従わない)|(?:이전|위의|모든|기존|앞의).{0,8}?(?:지시|명령|"
    r"규칙|지침|프롬프트|안내).{0,8}?(?:무시하|무시해|잊어|따르지)"
)


def in_other_languages(words: str, text: str) -> "re.Match[str] | None":
    """The order in another language. words: clauses without diacritics. text: the readable text in lower case."""
    beginnings = {word[:_BEGINNING] for word in words.split(" ")}
    if not _BEGINNINGS.isdisjoint(beginnings) and (found := _search(words, beginnings)):
        return found
    return None if text.isascii() else re.search(_OTHERS, text)


def _search(words: str, beginnings: set[str]) -> "re.Match[str] | None":
    for known in _BY_BEGINNING:
        if not beginnings.isdisjoint(known.split()) and (
            found := re.search(f"{_START}(?:{_BY_BEGINNING[known]})", words)
        ):
            return found
    return None
