"""`swarm-tui config`: the operator's own settings of control rooms, a file of theirs."""

import argparse
import os
from pathlib import Path

from swarm.errors import Code, Refused, SettingsError, UsageError
from swarm_tui.cli.output import Output
from swarm_tui.settings import kept
from swarm_tui.settings.places import Places, places
from swarm_tui.settings.values import Known, Settings


def config(args: argparse.Namespace, out: Output) -> int:
    """Makes the file, says where it is, looks at it, or forgets what was changed with keys."""
    where = places()
    if args.force and args.what != "init":
        raise UsageError("--force goes with init.")
    if args.what == "init":
        return _init(where, out, force=args.force)
    if args.what == "check":
        return _check(where, out)
    if args.what == "reset":
        forgotten = kept.forget(where)
        _answer(out, where, "Forgotten." if forgotten else "Nothing was changed with keys.", forgotten=forgotten)
        return 0
    _answer(out, where, str(where.config))
    return 0


def _answer(out: Output, where: Places, words: str, **more: object) -> None:
    if out.json:
        out.document({"config": str(where.config), "state": str(where.state), **more})
    else:
        out.say(words)


def _init(where: Places, out: Output, *, force: bool) -> int:
    from swarm.store import writer
    from swarm_tui.app.own_settings import config_template

    if where.config.exists() and not force:
        raise Refused(
            Code.EXISTS, f"{where.config} is there already.", hint="It is yours: --force writes it anew, with defaults."
        )
    os.makedirs(where.config.parent, exist_ok=True)
    # Where it is a link into a directory of dotfiles, that file is written and the link stays.
    writer.write_atomic(Path(os.path.realpath(where.config)), config_template().encode())
    _answer(out, where, f"wrote {where.config}")
    return 0


def _check(where: Places, out: Output) -> int:
    from swarm_tui.app.own_settings import check, known

    names = known()
    try:
        written = check(where.config, names)
        words = f"{where.config} is right."
    except FileNotFoundError:
        written, words = Settings(), f"There is no {where.config}: defaults hold. To have one: swarm-tui config init"
    except SettingsError as error:
        error.hint = f"It is {where.config}. Mend the line; a room that is opened before that takes what held last."
        raise
    changed = _changed(written, where, names)
    _answer(out, where, words, valid=True, changed=changed)
    if not out.json:
        for name, value in changed.items():
            out.say(f"  {name} is {value}, changed with a key")
    return 0


def _changed(written: Settings, where: Places, names: Known) -> dict[str, object]:
    holds = kept.apply(written, where, names)
    both = ((name, getattr(holds, name), getattr(written, name)) for name in ("theme", "sort", "reverse"))
    return {name: now for name, now, before in both if now != before}
