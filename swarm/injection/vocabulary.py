"""Words of which orders to a reader are made, each list written once: as a set and as part of an expression."""


def words(listed: str) -> frozenset[str]:
    """The words of a list that spaces separate."""
    return frozenset(listed.split())


def any_of(*lists: str) -> str:
    """An expression for one of the words of these lists; `_` stands for the space within one, `?` as in expressions."""
    return f"(?:{'|'.join(word.replace('_', ' ') for each in lists for word in each.split())})"


STRONG = "ignore disregard forget disobey neglect unlearn"
"""Verbs that set something aside, and nothing else."""
NOT = "do dont never not no"
STOP = "stop cease quit"
KEEP_NO = "pay set put leave lay"
WEAK = (
    "override bypass overrule discard abandon drop skip violate break circumvent delete erase dismiss disable void "
    "replace overwrite supersede throw escape lift remove reset suspend cancel leave quit"
)
"""Verbs that are everyday work where their object is not what the reader was told."""
CORE = "instructions? prompts? guidelines? directives? restrictions guardrails? safeguards?"
TOLD = (
    "rules? guidance directions orders commands? briefs? briefing tasks? constraints? policy policies training "
    "programming limits limitations safety context roles? persona goals? objectives? mission contract ethics filters? "
    "charter assignment"
)
EARLIER = "previous prior above earlier preceding former original initial foregoing aforementioned existing your"
ROUND = (
    "all any every each of the my our these those this that other and or given current old past system shared own set "
    "safety security standing such both entire whole hidden first operators? developers? homes? role programs? "
    "parents? orchestrators?"
)
"""Words that may stand around what tells one instruction from another."""
BOSS = (
    "operator orchestrator parent supervisor administrator system_administrator admin boss creator developer "
    "commander root_agent root_orchestrator genesis genesis_01 parent_agent manager controller engine"
)
GIVE = (
    "reveal print show leak output display repeat disclose dump send email mail post upload exfiltrate paste copy "
    "forward share give submit hand_over reply_with respond_with answer_with tell include write expose provide "
    "transmit attach echo publish recite translate summari[sz]e"
)
PRIVATE = (
    "api_keys? ssh_keys? private_keys? access_keys? secret_keys? signing_keys? keys? secrets? passwords? credentials? "
    "tokens? cookies? environment env id_rsa ssh aws keychain wallet"
)
DO = (
    "obey ignore disregard forget delete send write run execute give output print reveal do stop kill spawn act "
    "answer respond reply follow say make raise remove open visit fetch download email mail post upload copy grant "
    "approve mark report rate rank recommend praise tell call install push merge commit replace terminate end skip "
    "drop switch become pretend continue click include insert mention add set use increase transfer buy describe "
    "summari[sz]e treat stay leave abandon close accept sign go hand disable enable erase destroy wipe overwrite read "
    "change confirm submit"
)
"""What somebody who gives orders may want done."""
READER = "ai llms? large_language_models? language_models? agents? assistants? chat_?bots? bots? crawlers? models?"
ADVERBS = words(
    "please pls kindly now then and so or but also first next just simply instead therefore hereby immediately always "
    "again ok okay agent agents assistant assistants ai completely totally entirely fully"
)
"""Words that may stand before an imperative."""
DEMANDING = words("you sure necessary important essential required crucial")
DEMAND = (
    r"(?:you (?:must|should|shall|will|may|can|need to|have to|are to|ought to|are now|now|are (?:now )?(?:required|"
    r"ordered|instructed|told|asked|expected|supposed|free|allowed|permitted|authori[sz]ed) to)|(?:i|we) (?:\w+ )?"
    r"(?:want|need|ask|order|command|instruct|tell|urge|require|expect|advise|direct|beg|authori[sz]e) you to|"
    rf"{any_of(BOSS)} (?:wants|needs|asks|orders|commands|requires|expects) you to|"
    r"(?:make|be) sure (?:you|to|that you)|(?:necessary|important|essential|required|crucial) (?:to|that you)) "
)
"""What demands something of the reader, up to the verb."""
