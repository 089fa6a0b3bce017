"""Orders that take the reader's own from it, and orders that put others in their place, in English."""

from swarm.injection.kinds import Kind
from swarm.injection.rule import demand, forms, statement
from swarm.injection.vocabulary import BOSS, CORE, EARLIER, KEEP_NO, NOT, ROUND, STOP, STRONG, TOLD, WEAK, any_of, words

_TOLD = any_of(CORE, TOLD)
_CORE = any_of(CORE)
_BOSS = any_of(BOSS)
_STRONG = (
    rf"(?:{any_of(STRONG)}(?: about)?|{any_of(STOP)} (?:following|obeying|heeding|using)|(?:do not|dont|never|not|no "
    r"longer) (?:follow|obey|heed|respect|listen to|comply with|adhere to|use)|pay no (?:more )?(?:attention|heed) "
    r"to|(?:set|put|leave|lay) aside)"
)
_WEAK = rf"{any_of(WEAK)}(?: away| out)?"
_EARLIER = any_of(EARLIER)
_ROUND = any_of(ROUND, EARLIER)
_GIVEN = (
    r"(?:(?:that )?you (?:were|have|had|got|received|are|ve)\b|given to you|above|before this|so far|(?:in|of|from) "
    r"your|that (?:came|stands?) (?:before|above)|from (?:the|your) (?:operator|parent|orchestrator)|of the (?:home|"
    r"swarm))"
)
_VOID = (
    r"(?:(?:is|are|were|was|have been|has been) (?:now |hereby |all |thereby )?(?:void|null|cancell?ed|revoked|lifted|"
    r"suspended|superseded|obsolete|overridden|invalid|nullified|withdrawn|replaced|waived|removed|rescinded|off|no "
    r"longer (?:valid|binding|in force|active|relevant))|(?:no longer|do not|does not|dont|doesnt) (?:apply|applies|"
    r"count|hold|bind|matter))"
)
_VOID_WORDS = words(
    "void null cancelled canceled revoked lifted suspended superseded obsolete overridden invalid nullified withdrawn "
    "replaced waived removed rescinded off valid binding force active relevant apply applies count hold bind matter"
)
_ABOVE = words("above everything anything all what whatever")

OVERRIDE = (
    demand(
        Kind.OVERRIDE,
        f"{STRONG} {NOT} {STOP} {KEEP_NO}",
        forms(CORE, TOLD) | _ABOVE,
        rf"{_STRONG} (?:{_ROUND} ){{0,6}}?{_EARLIER} (?:{_ROUND} ){{0,4}}(?:\w+ )?{_TOLD}\b",
        rf"{_STRONG} (?:{_ROUND} ){{0,4}}?(?:all|any|every|these|those|the) (?:{_ROUND} ){{0,3}}{_CORE}\b",
        rf"{_STRONG} (?:{_ROUND} ){{0,6}}{_TOLD} (?:\w+ ){{0,2}}{_GIVEN}",
        rf"{_STRONG} (?:everything|anything|all|what|whatever) (?:that |of )?(?:you (?:were|have been|are|know)|"
        rf"(?:was |is )?(?:said |written )?(?:above|before)|(?:the|your) (?:{_ROUND} ){{0,3}}{_TOLD})",
        rf"{_STRONG} (?:the )?above\b(?: and| text| message|$| [./,:])",
    ),
    demand(
        Kind.OVERRIDE,
        WEAK,
        forms(CORE, TOLD),
        rf"{_WEAK} (?:all |any )?(?:of )?your (?:(?:{_ROUND}|content) ){{0,3}}{_TOLD}\b",
        rf"{_WEAK} (?:{_ROUND} ){{0,3}}?(?:previous|prior|earlier|above|preceding) (?:{_ROUND} ){{0,2}}{_CORE}\b",
        rf"{_WEAK} (?:{_ROUND} ){{0,4}}(?:system prompts?|{_TOLD} {_GIVEN}|brief (?:that )?you)",
    ),
    statement(
        Kind.OVERRIDE,
        f"all my every {EARLIER}",
        _VOID_WORDS,
        rf"(?:all|my|every|{_EARLIER}) (?:{_ROUND} ){{0,4}}{_TOLD} (?:\w+ ){{0,2}}?{_VOID}",
    ),
    statement(
        Kind.OVERRIDE,
        " ".join(forms(CORE, TOLD)),
        _VOID_WORDS,
        rf"{_TOLD} (?:above|(?:that )?you (?:were given|have|had|got|received|follow))(?: \w+){{0,4}}? {_VOID}",
    ),
)
NEW_ORDERS = (
    statement(
        Kind.NEW_ORDERS,
        "your",
        words("new real actual true only updated revised primary sole"),
        r"your (?:new|real|actual|true|only|updated|revised|primary|sole) (?:and \w+ )?(?:\w+ )?(?:task|goal|"
        r"objective|mission|job|role|purpose|instructions?|orders?|assignment|priority|directive|brief)s? (?:is|are|"
        r"will be|from now|now|:)",
    ),
    statement(
        Kind.NEW_ORDERS,
        "new updated real",
        words("prompt message instructions directive directives order orders"),
        r"(?:new|updated|real) (?:system (?:prompt|message)|instructions|directives?|orders|prompt)(?: (?:from|by)(?: "
        r"\w+){1,4}?)? :",
    ),
    demand(
        Kind.NEW_ORDERS,
        "instructions instead rather",
        words("your parent operator orchestrator"),
        rf"instructions from (?:the |your )?{_BOSS} :",
        r"(?:instead of|rather than) (?:doing |following )?your (?:\w+ )?(?:task|brief|work|job|instructions|role)\b",
    ),
    statement(
        Kind.NEW_ORDERS,
        "you",
        words(
            "dan free longer unrestricted jailbroken unfiltered mode acting playing working under promoted reassigned "
            "assigned appointed relieved released freed transferred"
        ),
        r"you are (?:now )?(?:dan\b|free (?:from|of)\b|no longer (?:bound|the|subject|required|restricted|limited|"
        r"an?)\b|unrestricted|jailbroken|unfiltered|(?:in )?(?:god|unrestricted|jailbreak|dan|developer) mode)",
        r"you are now (?:acting|playing|working for|under)\b",
        r"you (?:have been|are|were) (?:now |hereby )?(?:promoted|reassigned|re assigned|appointed|relieved|released|"
        r"freed|transferred) (?:to|from|as|of|into)",
    ),
    demand(
        Kind.NEW_ORDERS,
        "you",
        words("now"),
        r"you are now (?:an?|the) (?:\w+ )?(?:[a-z]+(?: [./,\"]|$| that| who| and| without| with no)|assistant|ai\b)",
    ),
    statement(
        Kind.NEW_ORDERS,
        "from do",
        words("on moment point here anything"),
        r"from (?:now on|this (?:moment|point)(?: on| onwards?)?|here on)(?: ,)?(?: and always)?\x20(?:you\b|your\b|"
        r"only (?:answer|obey|respond)|act\b|answer|respond|behave|obey|speak|ignore|always)",
        r"do anything now\b",
    ),
    demand(
        Kind.NEW_ORDERS,
        "act behave respond answer speak write pretend role roleplay play assume",
        words("as to you that role identity persona"),
        r"(?:act|behave|respond|answer|speak|write) as (?:if|though) you\b",
        r"(?:act|behave|respond|speak) as (?:an? )?(?:unrestricted|evil|unfiltered|different|new|another|dan|the "
        rf"{_BOSS})\b",
        r"(?:pretend (?:to be|you|that you)|role ?play as|play the role of|assume the (?:role|identity|persona) of)",
    ),
    demand(
        Kind.NEW_ORDERS,
        "stop abandon drop quit leave cancel forget pause finish mark report declare record",
        words("your everything what this"),
        r"stop what (?:you are|youre) doing",
        r"(?:abandon|drop|quit|leave|cancel|forget|pause|finish|stop) your (?:\w+ )?(?:task|work|job|mission|brief|"
        r"role|assignment)\b",
        r"drop everything\b",
        r"(?:mark|report|declare|record) (?:your|this) (?:task|work|job) (?:as )?(?:done|completed?|success|"
        r"successful|finished|passed)\b",
    ),
    demand(
        Kind.NEW_ORDERS,
        "execute run download install fetch get curl enter engage spend use now immediately please",
        words("following this these it url rf mode slots reserve budget"),
        r"(?:now |immediately |please )(?:execute|run|download|install) (?:\w+ ){0,4}?(?:following|this|these) (?:\w+ "
        r")?(?:commands?|scripts?|code|file)\b",
        r"(?:execute|run) (?:the )?following (?:\w+ )?(?:commands?|scripts?|code) :",
        r"(?:download|fetch|get|curl) (?:url|it|this|the \w+) (?:\w+ )?(?:and|then) (?:execute|run|install)\b",
        r"(?:run|execute) rm rf (?!node|build|dist|tmp|target)",
        r"(?:enter|engage) (?:developer|god|unrestricted|jailbreak|dan) mode\b",
        r"(?:spend|use) (?:all|the whole) (?:\w+ )?(?:slots|reserve|budget)\b",
    ),
)
COMMANDS = (*OVERRIDE, *NEW_ORDERS)
