"""The port to macOS, as far as it can be tried anywhere: what it makes of the kernel's words."""

import ctypes

from swarm import platform
from swarm.platform import darwin, linux


def info(**fields: object) -> darwin.TaskAllInfo:
    made = darwin.TaskAllInfo()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_the_kernels_structure_has_the_size_that_macos_gives_it() -> None:
    assert ctypes.sizeof(darwin.TaskAllInfo) == 136 + 96


def test_a_running_process_in_common_words() -> None:
    told = info(
        pbi_pid=42, pbi_ppid=7, pbi_pgid=40, pbi_status=3, pbi_start_tvsec=1_700_000_000, pbi_start_tvusec=250_000
    )
    told.pti_total_user, told.pti_total_system, told.pti_resident_size = 1_000_000, 500_000, 4096
    stat = darwin.stat_of(told, session=40, nanoseconds_per_unit=1000.0)
    assert (stat.pid, stat.ppid, stat.group, stat.session, stat.state, stat.dead) == (42, 7, 40, 40, "S", False)
    assert (stat.ticks, stat.cpu, stat.rss) == (1_700_000_000_250_000, 1.5, 4096)


def test_a_zombie_is_dead_and_a_stopped_one_is_not() -> None:
    assert darwin.stat_of(info(pbi_status=5), 0, 1.0).dead
    stopped = darwin.stat_of(info(pbi_status=4), 0, 1.0)
    assert (stopped.state, stopped.dead) == ("T", False)


def test_both_ports_answer_the_same_questions() -> None:
    for name in platform.__all__:
        assert hasattr(darwin, name), name
        assert hasattr(linux, name), name


def test_macos_names_no_writers_because_it_cannot_tell_them_from_readers() -> None:
    assert darwin.writers([__file__]) == []
