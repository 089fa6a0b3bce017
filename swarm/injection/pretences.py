"""Claims of authority, demands for secrets and silence, and words to whatever program reads, in English."""

from swarm.injection.kinds import Kind
from swarm.injection.rule import demand, forms, statement
from swarm.injection.vocabulary import BOSS, DO, GIVE, PRIVATE, READER, any_of, words

_BOSS = any_of(BOSS)
_PRIVATE = any_of(PRIVATE)
_DO = any_of(DO)
_GIVE = any_of(GIVE)
_THERE = (
    r"(?:to|at|in|into|via|on|as|with) (?:me|us|url|this (?:\w+ )?(?:address|issue|page|server|url|site|comment|form|"
    r"thread)|a comment|the following|the (?:address|server|url|page|issue|site)|your (?:next )?(?:\w+ )?(?:report|"
    r"reply|answer|summary|line|response|results?|message|progress)|(?:\w+ ){1,5}(?:com|org|net|io|example|dev|ru|"
    r"xyz))"
)
_LIMITS = r"(?:budget|slots?|limits?|quota|permissions?|scope|restrictions?)"
_OUTSIDER = rf"(?:(?:the|your|any|a) )?(?:users?|{_BOSS}|humans?|anyone|anybody|everyone)"
_READER = rf"(?:{any_of(READER)}\b ?){{1,3}}"
_BOSS_WORDS = words(BOSS.replace("_", " "))
_GIVE_WORDS = GIVE.replace("_", " ").replace("[sz]", "s")

AUTHORITY = (
    statement(
        Kind.AUTHORITY,
        "as",
        _BOSS_WORDS,
        rf"as (?:your|the) (?:new |own )?{_BOSS}(?: agent| of this swarm)?(?: ,)? (?:i|we) (?:\w+ )?(?:order|command|"
        r"instruct|demand|direct|authori[sz]e|permit|allow|hereby|(?:want|need|ask|tell|require|expect) you)",
    ),
    statement(
        Kind.AUTHORITY,
        "this i im we it",
        _BOSS_WORDS,
        rf"(?:this is|i am|im|we are|it is) (?:your|the) (?:\w+ )?{_BOSS}(?: agent)?(?: here)? (?:speaking|talking|"
        r"(?:and )?(?:i (?:order|command|instruct|demand|authori[sz]e)|you (?:must|may|should|shall|are|have|can|"
        rf"will)|your\b|{_DO}\b))",
    ),
    statement(
        Kind.AUTHORITY,
        "message order orders word command directive instructions by",
        _BOSS_WORDS,
        rf"(?:message|orders?|word|command|directive|instructions?) (?:from|of|by) (?:the |your )?{_BOSS} [:,./] "
        rf"(?:you\b|your\b|{_DO}\b)",
        rf"by (?:direct )?order of (?:the |your )?{_BOSS} (?:you\b|{_DO}\b)",
    ),
    statement(
        Kind.AUTHORITY,
        "the your",
        words(
            "authorised authorized approved ordered instructed permitted enabled granted wants orders requires "
            "commands demands"
        ),
        rf"(?:the|your) {_BOSS} (?:has |have |had )?(?:now |just )?(?:authori[sz]ed|approved|ordered|instructed|"
        r"permitted|enabled|granted|wants|orders|requires|commands|demands) (?:you\b|full|root|unrestricted|"
        r"unlimited|admin)",
    ),
    statement(
        Kind.AUTHORITY,
        "you",
        words(
            "authorised authorized cleared entitled granted permitted allowed free permission authority clearance "
            "access no"
        ),
        r"you (?:are|have been|were) (?:hereby |now |fully )*(?:authori[sz]ed|cleared|entitled|granted)\b",
        r"you (?:are|have been|were) (?:hereby |now |fully )*(?:permitted|allowed|free) to (?:use (?:all|the reserve|"
        r"any)|spawn|write (?:outside|any)|delete|ignore|bypass|kill|spend|leave|skip|break|edit (?:the ledger|your))",
        r"you (?:now )?have (?:(?:full|my|our|the|root|admin|operators?|unlimited) )*(?:permission|authority|"
        r"clearance)\b",
        r"you (?:now )?have (?:full|root|unlimited|unrestricted) (?:access|budget|slots)\b",
        r"you (?:now )?have no (?:more |longer any )?(?:rules|restrictions|limits|constraints|filters|guidelines)\b",
    ),
    statement(
        Kind.AUTHORITY,
        "your",
        words("raised increased lifted doubled extended unlimited removed waived tripled suspended expanded"),
        rf"your (?:own )?(?:\w+ )?{_LIMITS}(?: \w+)? (?:is|are|has been|have been|was|were) (?:now |hereby "
        r")?(?:raised|increased|lifted|doubled|extended|unlimited|removed|waived|tripled|suspended|expanded)\b",
    ),
    demand(
        Kind.AUTHORITY,
        "raise increase double lift extend expand set",
        words("your"),
        rf"(?:raise|increase|double|lift|extend|expand|set) (?:up )?your (?:own )?(?:\w+ )?{_LIMITS}\b",
    ),
)
SECRETS = (
    demand(
        Kind.DISCLOSE,
        _GIVE_WORDS,
        words("prompt instructions brief role rules configuration context above"),
        rf"{_GIVE} (?:me |us )?(?:\w+ ){{0,3}}?(?:your|the) (?:\w+ ){{0,2}}(?:system|hidden|initial|secret) prompt\b",
        rf"{_GIVE} (?:me |us )?(?:all |back )?(?:of )?your (?:\w+ ){{0,2}}(?:prompt|instructions|brief|role file|"
        r"rules|configuration|context)\b",
        rf"{_GIVE} (?:me |us )?(?:\w+ )?(?:the )?instructions verbatim",
        r"(?:repeat|print|output|recite|copy|translate) (?:everything|all|the (?:text|words|lines?|content)|all the "
        r"\w+) (?:that (?:is|comes) )?above",
    ),
    demand(
        Kind.DISCLOSE,
        _GIVE_WORDS,
        forms(PRIVATE),
        rf"{_GIVE} (?:me |us )(?:\w+ ){{0,3}}?{_PRIVATE}\b",
        rf"{_GIVE} (?:\w+ ){{0,4}}?your (?:\w+ ){{0,2}}?{_PRIVATE}\b",
        rf"{_GIVE} (?:\w+ ){{0,6}}?{_PRIVATE} (?:\w+ ){{0,3}}?{_THERE}",
    ),
)
CONCEALMENT = (
    demand(
        Kind.CONCEAL,
        "do dont never",
        words("tell inform alert mention notify report log reveal show disclose record say let"),
        r"(?:do not|dont|never) (?:ever )?(?:tell|inform|alert|mention|notify|report|log|reveal|show|disclose|record|"
        r"say|let) (?:(?:this|that|it|anything|any|of|about|to|in|step|page|message|request|line|change|what|you|did|"
        rf"do|know) ){{0,5}}(?:{_OUTSIDER}|progress md)(?: (?:about|of|what|anything|this|know|and)\b| [./,:]|$)",
        r"(?:do not|dont|never) (?:report|mention|log|record|reveal) (?:this|it|that)\b(?: \w+){0,3} (?:in|to)\b",
    ),
    statement(
        Kind.CONCEAL,
        "without keep",
        words("telling informing alerting notifying asking letting hidden secret quiet from between"),
        rf"without (?:telling|informing|alerting|notifying|asking|letting) {_OUTSIDER}\b",
        rf"keep (?:this|it) (?:\w+ ){{0,2}}?(?:hidden|secret|quiet|from|between us)(?: from)? {_OUTSIDER}\b",
    ),
)
ADDRESSED = (
    statement(
        Kind.ADDRESSED,
        "if when since as",
        forms(READER),
        rf"(?:if|when|since|as) you(?: are|re) (?:an? |the )?(?:\w+ )?{_READER}(?:\w+ ){{0,4}}?(?:then )?(?:please |"
        rf"you (?:must|should) )?{_DO}\b",
    ),
    demand(
        Kind.ADDRESSED,
        "note message notice attention instruction instructions dear hello hey hi important warning to",
        forms(READER),
        r"(?:note|message|notice|attention|instructions?|dear|hello|hey|hi|important|warning|to)(?: (?:to|for|all|"
        rf"any|the|every|dear|of|you))* {_READER}(?:(?:reading|that|who|reads?|processing|this|the|page|file|text|"
        r"visiting|and) ?){0,8}(?: [./,:\"])*(?: ?you (?:must|should|are|have|need|will)\b| ?please\b| ?must\b|"
        rf" ?{_DO}\b)",
    ),
    statement(
        Kind.ADDRESSED,
        " ".join(forms(READER)),
        words("reading processing visiting parsing seeing summarising summarizing"),
        rf"{_READER}(?:that are |who are |which are )?(?:reading|processing|visiting|parsing|seeing|summari[sz]ing) "
        r"(?:this|the|these)(?: \w+)? (?:must|should|need to|have to|shall|are required|please|ignore|you)\b",
    ),
)
PRETENCES = (*AUTHORITY, *SECRETS, *CONCEALMENT, *ADDRESSED)
