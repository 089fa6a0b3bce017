"""The directories below `swarm/agents`, kept up incrementally: which are agents, what in them is misspelt or a link."""

import os
import stat
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from sys import intern

from swarm.protocol.find import MAX_DEPTH, MAX_DIRECTORIES, TOP, Place, is_searched, judge
from swarm.protocol.names import escape_name, is_name, twin_key
from swarm.protocol.paths import Layout
from swarm.tracking.files import NONE, Key, is_racy, key_of, list_directory


class Directory:
    """One directory as last seen."""

    __slots__ = (
        "children",
        "depth",
        "error",
        "files",
        "id",
        "inside",
        "is_agent",
        "key",
        "links",
        "misspelt",
        "name",
        "parent",
        "path",
        "place",
        "racy",
        "telling",
        "twins",
    )

    def __init__(self, path: str, agent_id: str, name: str, parent: "Directory | None") -> None:
        self.path = path
        self.id = agent_id
        self.name = name
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.key: Key | None = None
        self.racy = True
        self.children: dict[str, Directory] = {}
        self.place = TOP
        """Where it lies."""
        self.inside: Place | None = TOP
        """The place of what lies in it; None where that is not searched."""
        self.is_agent = False
        self.files = NONE
        """The protocol's files that lie in it, of whatever kind."""
        self.links: tuple[str, ...] = ()
        """Names of links to directories; they are not followed."""
        self.misspelt: tuple[tuple[str, str], ...] = ()
        """(name, what it was meant to be)."""
        self.telling: tuple[str, ...] = ()
        """Names in it that are long enough to say something to who lists them."""
        self.twins = NONE
        """Names of children that some file systems take for one another."""
        self.error = ""
        """Why it cannot be listed; the rest is then as it was last seen."""

    def walk(self) -> "Iterator[Directory]":
        """Itself and everything below it, parents first."""
        stack = [self]
        while stack:
            directory = stack.pop()
            yield directory
            stack.extend(directory.children.values())


class Tree:
    """All directories of one swarm. Links are never followed, and depth and number are bounded."""

    def __init__(self, layout: Layout, ignore: Iterable[str] = ()) -> None:
        self.layout = layout
        self.ignore = tuple(ignore)
        self.root = Directory(os.fspath(layout.agents), "", "", None)
        self.directories: dict[str, Directory] = {"": self.root}
        """By id."""
        self.changed: set[str] = set()
        """Ids of directories whose listing changed, or that came or went, since `take_changes`."""
        self.structure = 0
        """Grows when directories come or go."""
        self.behind_link = False
        """The agents cannot be searched because a link stands in the way."""
        self.cut: set[str] = set()
        """Ids of directories that hold more, or lie deeper, than is searched."""

    def take_changes(self) -> set[str]:
        """The ids of changed directories, once."""
        changed, self.changed = self.changed, set()
        return changed

    def nearest(self, path: str) -> tuple[Directory | None, str]:
        """The known directory nearest to an absolute path, and the first name below it ('' for the directory itself).

        None where the path does not lie below the agents.
        """
        root = self.root.path
        if path == root:
            return self.root, ""
        if not path.startswith(root + os.sep):
            return None, ""
        directory = self.root
        for name in path[len(root) + 1 :].split(os.sep):
            child = directory.children.get(name)
            if child is None:
                return directory, name
            directory = child
        return directory, ""

    def look(self, only: Iterable[str] | None = None) -> None:
        """Looks at every directory, or at those of the given ids and what is new below them."""
        root_error = self._root_error()
        if root_error:
            if self.root.error != root_error:
                self._forget_all(root_error)
            return
        if only is None:
            waiting = list(self.directories.values())
        else:
            waiting = [self.directories[known] for known in only if known in self.directories]
            if self.root.error:
                waiting.insert(0, self.root)
        # Fresh directories are appended while we go, so that what was made at once and deep is found at once.
        for directory in waiting:
            if self.directories.get(directory.id) is directory:
                waiting.extend(self._look_at(directory))

    def look_from_top(self, most: int) -> bool:
        """Looks at the first `most` directories in the order of the list; returns whether there are more."""
        if self._root_error():
            return False
        waiting = [self.root]
        while waiting and most > 0:
            most -= 1
            waiting.extend(reversed(self._look_at(waiting.pop())))
        return bool(waiting)

    def _root_error(self) -> str:
        """Why the agents cannot be searched. Between the home and them no link is followed; the home may be one."""
        path = os.fspath(self.layout.root)
        inner = os.path.relpath(self.root.path, path)
        try:
            for part in [] if inner == "." else inner.split(os.sep):
                path = os.path.join(path, part)
                found = os.lstat(path)
                self.behind_link = stat.S_ISLNK(found.st_mode)
                if self.behind_link:
                    return f"{os.path.relpath(path, self.layout.root)} is a link; links are not followed"
            if not os.path.isdir(path):
                return f"{inner} is not a directory" if os.path.lexists(path) else f"{inner} is missing"
        except FileNotFoundError:
            return f"{os.path.relpath(path, self.layout.root)} is missing"
        except OSError as error:
            return f"{os.path.relpath(path, self.layout.root)} cannot be read: {error.strerror}"
        return ""

    def _look_at(self, directory: Directory) -> list[Directory]:
        """Lists a directory where it changed; returns the directories that have to be looked at next."""
        try:
            found = os.stat(directory.path) if directory.parent is None else os.lstat(directory.path)
        except (FileNotFoundError, NotADirectoryError):
            return self._lost(directory, "is missing")
        except OSError as error:
            return self._unreadable(directory, error)
        if not stat.S_ISDIR(found.st_mode):
            return self._lost(directory, "is not a directory")
        key = key_of(found)
        if key == directory.key and not directory.racy:
            return []
        if directory.key is not None and key[0] != directory.key[0]:
            self._forget_children(directory)  # another directory under the same name
        directory.key = key
        directory.racy = is_racy(key, time.time_ns())
        return self._list(directory)

    def _lost(self, directory: Directory, why: str) -> list[Directory]:
        """Forgets a directory; returns its parent, for something else may bear its name now."""
        if directory.parent is None:
            self._forget_all(why)
            return []
        directory.parent.children.pop(directory.name, None)
        self._forget(directory)
        return [directory.parent]

    def _unreadable(self, directory: Directory, error: OSError) -> list[Directory]:
        directory.racy = True  # asked again at the next look
        why = (error.strerror or str(error)).lower()
        if directory.error != why:
            directory.error = why
            self.changed.add(directory.id)
        return []

    def _list(self, directory: Directory) -> list[Directory]:
        try:
            found = list_directory(directory.path)
        except OSError as error:
            return self._unreadable(directory, error)
        directory.telling = found.telling
        listing = (found.files, found.links, found.misspelt, "")
        if listing != (directory.files, directory.links, directory.misspelt, directory.error):
            directory.files, directory.links, directory.misspelt, directory.error = listing
            self.changed.add(directory.id)
        if directory.parent is not None:
            agent, inside = judge(directory.place, directory.name, directory.path, found.names)
            if agent is not directory.is_agent:
                directory.is_agent = agent
                self.changed.add(directory.id)
            if inside != directory.inside:
                directory.inside = inside
                self._forget_children(directory)  # what lies in it may be an agent's now, or no longer
            if inside is None:
                return []
        return self._take_children(directory, [name for name in found.directories if is_searched(name, self.ignore)])

    def _take_children(self, directory: Directory, names: list[str]) -> list[Directory]:
        present = set(names)
        for name in [name for name in directory.children if name not in present]:
            self._forget(directory.children.pop(name))
        room = MAX_DIRECTORIES - len(self.directories) if directory.depth < MAX_DEPTH else 0
        missing = sorted(present - directory.children.keys())
        fresh = [self._take_child(directory, name) for name in missing[: max(0, room)]]
        if (len(missing) > len(fresh)) != (directory.id in self.cut):
            self.cut ^= {directory.id}
            self.changed.add(directory.id)
        self._find_twins(directory)
        return fresh

    def _take_child(self, directory: Directory, name: str) -> Directory:
        part = escape_name(name)
        # Its files and its record name it too: one text for all of them.
        child_id = intern(f"{directory.id}/{part}" if directory.id else part)
        child = Directory(os.path.join(directory.path, name), child_id, intern(name), directory)
        child.place = directory.inside or TOP
        directory.children[name] = child
        self.directories[child_id] = child
        self.changed.add(child_id)
        self.structure += 1
        return child

    def _find_twins(self, directory: Directory) -> None:
        twins = NONE
        if not all(map(is_name, directory.children)):  # names that are allowed are never twins
            keys = Counter(map(twin_key, directory.children))
            twins = frozenset(name for name in directory.children if keys[twin_key(name)] > 1)
        if twins != directory.twins:
            self.changed.update(
                directory.children[name].id for name in twins ^ directory.twins if name in directory.children
            )
            directory.twins = twins

    def _forget(self, directory: Directory) -> None:
        for gone in directory.walk():
            self.directories.pop(gone.id, None)
            self.cut.discard(gone.id)
            self.changed.add(gone.id)
        self.structure += 1

    def _forget_children(self, directory: Directory) -> None:
        for child in directory.children.values():
            self._forget(child)
        directory.children = {}
        self.changed.add(directory.id)

    def _forget_all(self, why: str) -> None:
        self._forget_children(self.root)
        self.root.key, self.root.racy, self.root.error = None, True, why
        self.root.files, self.root.links, self.root.misspelt, self.root.twins = NONE, (), (), NONE
        self.cut.clear()
