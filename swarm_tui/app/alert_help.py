"""What each alert means, and what to do: the help has a line for every one that can be raised."""

from swarm.model.causes import AlertCause

ALERTS: dict[AlertCause, str] = {
    # ends and what is left of them
    AlertCause.FAILED: (
        "it ended without valid results, or says itself that it failed: read what it said last ({tab_transcript}), "
        "then {respawn} starts it again"
    ),
    AlertCause.LOST: (
        "it is gone, with neither results nor an exit status: look for what ended it, such as want of memory; {respawn}"
    ),
    AlertCause.KILLED: (
        "a heartbeat ended it for its silence, with all below it: its log says where it stood; {respawn}, or a smaller "
        "task"
    ),
    AlertCause.KILL_BLOCKED: (
        "it was to be ended, and lives because you hold or have paused an agent below it: {pause} resumes, {hold} ends "
        "a hold, {stop} ends both"
    ),
    AlertCause.UNVERIFIED: (
        "its end cannot be proved, so that it keeps its slot: look at the processes that its detail names; {stop} once "
        "more ends what is its own and frees the slot"
    ),
    AlertCause.CRASH_LOOP: (
        "it failed at its start again and again, and is not started by itself any more: read its log, mend, then "
        "{respawn}"
    ),
    AlertCause.OUTSIDE: (
        "it wrote outside of what it may write, or files changed there while no other agent ran: look at them before "
        "you trust its work; where it is frozen, {pause} lets it go on and {stop} ends it ([scope] then in swarm.toml)"
    ),
    AlertCause.TRESPASS: (
        "it wrote a file that another agent owns, so that the work of both is in doubt: look at the file; where it is "
        "frozen, {pause} lets it go on and {stop} ends it ([scope] then in swarm.toml)"
    ),
    AlertCause.IMPOSTOR: (
        "a process inside it acted as another agent, or as you, and was refused: see in its transcript "
        "({tab_transcript}) what it is up to; {stop} ends it"
    ),
    AlertCause.NOTIFY: (
        "you may not hear of what happens away from this terminal: a target, the ping or a command on an event fails, "
        "which it names; swarm-tui notify --test tries them ([notify], [hooks], [ping] in swarm.toml)"
    ),
    AlertCause.LEFT_BEHIND: (
        "it may have left something that outlives it, such as a job of cron or a container: end that by hand"
    ),
    # life and results
    AlertCause.INVESTIGATE: (
        "silent for too long: its log has the evidence; wait for a long build ({hold} holds it), or end it ({stop})"
    ),
    AlertCause.LOOPING: (
        "it speaks, and nothing comes of it: it was told, and ends where it goes on ([looping] then in swarm.toml). "
        "Read the evidence; acknowledge where it does get on, {message} tells it more, {stop} ends it, {respawn} "
        "begins anew"
    ),
    AlertCause.RETRYING: (
        "its program says that its model service does not answer: wait, or see whether the service is down"
    ),
    AlertCause.WAITING: (
        "its program ended because its service refused: wait, it is taken up again by itself; {pause} does it at once"
    ),
    AlertCause.HOLD_EXPIRED: (
        "the heartbeats for which you held it are over: it is judged again; {hold} holds it longer"
    ),
    AlertCause.RESULTS_UNREAD: "its results wait for a reader and grow stale: read them ({tab_results}), then {read}",
    AlertCause.RESULTS_ORPHANED: (
        "its results have waited for long, though its parent was told each time: read them ({tab_results}), then "
        "{read}, and see what the parent does instead ([results] then in swarm.toml)"
    ),
    AlertCause.RESULTS_INVALID: (
        "its results.json cannot be taken for results, so that it is not done: tell it ({message}), or end it ({stop})"
    ),
    AlertCause.ACCEPTANCE: (
        "a check of what it was to bring about failed: compare its results ({tab_results}) with the check, then "
        "{accept} accepts them, {reject} rejects them with a word, and {respawn} begins anew"
    ),
    AlertCause.REGRESSION: (
        "an outcome was there when it was checked before, and is not any more: find out what took it away, then "
        "{accept} accepts that, or a new agent brings it back"
    ),
    AlertCause.DISPUTED: (
        "it says success, and its files say something else: look at its results ({tab_results}), then {accept} accepts "
        "them, {reject} rejects them with a word, and {respawn} begins anew"
    ),
    AlertCause.ROOT_FAILED: (
        "a turn of the root failed; the next heartbeat begins another: read what the turn said ({tab_transcript})"
    ),
    AlertCause.ROOT_TIMEOUT: (
        "a turn of the root took too long and was stopped: give it more time in [root] timeout, or less to do"
    ),
    # limits
    AlertCause.LIMIT: (
        "it has used up its limit and was ended: raise it in [limits.roles], or cut the task smaller, then {respawn}"
    ),
    AlertCause.LIMIT_NEAR: "most of a limit is used up: see whether it is worth more, and raise [limits] in time",
    AlertCause.SWARM_LIMIT: (
        "the swarm has used up what it may in 24 hours, and nothing is spawned: wait, or raise [limits] cost_usd"
    ),
    AlertCause.PRICE_UNKNOWN: (
        "no price of a model is known, so that dollars do not limit it: name one in [prices.MODEL]"
    ),
    AlertCause.OVER_BUDGET: (
        "more runs below it than it may have: end what is not needed ({stop}); nothing is spawned there meanwhile"
    ),
    AlertCause.RESERVE: (
        "slots that are kept for what goes wrong are in use: end what is not needed any more, so that they are there "
        "the next time"
    ),
    AlertCause.SCHEDULE: (
        "a role of [schedule] cannot be started at all: mend what the alert names, or take the role out of [schedule]"
    ),
    AlertCause.SERVICE: (
        "the model service refuses much of the swarm, and nothing is spawned: wait until one has answered, or see to "
        "account and login"
    ),
    AlertCause.DISK: "the disk is full, and nothing is started: make room; the alert names who wrote most",
    AlertCause.DISK_NEAR: "the disk will be full soon: make room, or end who writes too much; the alert names them",
    AlertCause.POLICY: (
        "swarm.toml is damaged: what it said when it was last right holds, and no agent is started: mend the line that "
        "is named, or put the file back"
    ),
    AlertCause.NOT_STARTED: (
        "nothing of the queue can be started, for one reason: put right what the alert names; the queue goes on by "
        "itself"
    ),
    AlertCause.GIVEN_UP: (
        "agents have waited too long for their service: {pause} tries again, {respawn} begins anew, {stop} ends them"
    ),
    # the heartbeat and the ledger
    AlertCause.HEART_STOPPED: (
        "no heartbeat comes any more: agents are neither watched nor ended; the alert names who beat last and the "
        "command that starts it again, and a control room that may write takes over by itself"
    ),
    AlertCause.GAP: (
        "heartbeats did not run for a while, so that this one ended no agent: if the machine did not sleep, see what "
        "runs them"
    ),
    AlertCause.ACTION: "something that the engine began went wrong; it is tried again: the alert says what",
    AlertCause.STATE_REPAIRED: (
        "a file of the engine was damaged, edited or replaced, and was put right: leave swarm/ to the engine"
    ),
    AlertCause.VALUE_REFUSED: (
        "the ledger held a value that cannot be, and goes on without it: leave swarm/state.json to the engine"
    ),
    AlertCause.LEDGER_REBUILT: "the ledger was built anew from the agents' files: see whether every agent is there",
    AlertCause.LEDGER_WENT_BACK: (
        "the ledger is older than what was seen before: was a backup restored? Look for agents that it does not know"
    ),
    AlertCause.LOCKS: "locks do not keep writers apart on this disk; revisions do: better a home on a local disk",
    AlertCause.LOCK_MISSING: "swarm/lock was gone and was made again: find out what deletes files there",
    AlertCause.AUDIT_GAP: "lines of the audit log are missing: something else wrote or cut swarm/events.jsonl",
    # problems that a scan found
    AlertCause.BAD_NAME: "no verb takes the name of its directory: end it, rename the directory, start it again",
    AlertCause.CLOCK: (
        "the clocks of the machine and of its files disagree: ages count from what the engine saw; set the clock"
    ),
    AlertCause.DIRECTORY_MISSING: "its directory is gone while it runs: put it back, or end it ({stop})",
    AlertCause.FUTURE_MTIME: (
        "its progress.md is dated in the future: ages count from what the engine saw; set the clock"
    ),
    AlertCause.GHOST: (
        "it runs and was not spawned through the engine, and counts in the budget above it: find out who started it; "
        "{stop} on the agent above it, or {dismiss} where it is none"
    ),
    AlertCause.INJECTION: (
        "a text of it, or one that it read, gives orders to its reader: look what it quotes, and whether anything was "
        "done about it; end the agent, or acknowledge ([injection] then in swarm.toml)"
    ),
    AlertCause.INBOX_INJECTION: (
        "a note that no verb left in its inbox gives it orders: find out who wrote it, and take it out; the agent is "
        "not ended for it"
    ),
    AlertCause.INPUT: (
        "what it was spawned to read was removed, renamed or emptied since; the agent was told once, with the nearest "
        "names: put it back, or tell it what to read ({message})"
    ),
    AlertCause.KEEPER: (
        "its supervisor is gone and its program goes on: its end will not be noted; let it finish, or {respawn}"
    ),
    AlertCause.LINK: "a link stands where agents or their files should: it is not followed; put the real thing there",
    AlertCause.MCP: "a server of its tools failed, so that it works without them: see to the server, then {respawn}",
    AlertCause.MISSPELT: (
        "a file is named almost like one of the protocol (progress.txt, done.json), and is not read: the agent was "
        "told once; tell it again ({message}), or rename the file, else it ages as silent"
    ),
    AlertCause.MODEL: (
        "another model answers than was ordered: see its settings and its account; {respawn}, where the work needs the "
        "one ordered"
    ),
    AlertCause.MOVED: (
        "the home was moved or copied while agents run for the old place: end them there, or move it back"
    ),
    AlertCause.RECORD_MISSING: "its files speak of a spawn that the ledger does not know: swarm-tui doctor --rebuild",
    AlertCause.SPEC_INVALID: (
        "its agent.json is missing or damaged: what it was started for is not known; end it ({stop}), spawn it anew"
    ),
    AlertCause.ROLE_FILES: (
        "shared rules or a role changed while agents ran: see what changed and whether you did it; agents that were "
        "spawned before go on under the old text (their detail says so) until {respawn}"
    ),
    AlertCause.ROLE_UNREAD: (
        "it works without having read the shared rules or its role; it was told once: if it goes on so, end it ({stop})"
    ),
    AlertCause.SAME_FILE: (
        "two agents change one file, of one repository or within one heartbeat: let one end, or give each its paths "
        "with --owns"
    ),
    AlertCause.STRAY: (
        "a coding agent runs that was not spawned through the engine, and takes a slot of the agent above it: "
        "{adopt_stray} takes it in, {stop} ends it, {dismiss} says that it is none ([strays] then)"
    ),
    AlertCause.STRANGER: (
        "the process number of its record belongs to another process now: the next heartbeat records that it is gone"
    ),
    AlertCause.TIER: (
        "it runs another model than the rest of the swarm, by a variable, an option, or a tier that was set since: end "
        "it ({stop}) and spawn it anew ({spawn_like}), or allow mixed ones ([models] allow_mixed)"
    ),
    AlertCause.TURN_FAILED: (
        "its last turn failed and none has begun since: read why ({tab_transcript}); {message} or {respawn} makes it "
        "go on"
    ),
    AlertCause.TWIN: "two directories differ only in case or Unicode form, and some disks mix them up: rename one",
    AlertCause.UNREADABLE: (
        "a file cannot be read, so that nothing is concluded from it: put right what the alert names"
    ),
    AlertCause.WORKTREE: (
        "its git worktree cannot be looked at, or is gone: look at it with git; {respawn} makes it anew where it is "
        "gone"
    ),
}
"""What it means: what to do. Acts in braces stand for their keys: `own_keys` fills them in."""
