from pathlib import Path

from ddm.disk import epoch


def test_the_variable_comes_first():
    assert epoch.boot_id({"DDM_BOOT_ID": "mine"}) == "mine"


def test_the_kernel_comes_second():
    kernel = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert epoch.boot_id({"DDM_BOOT_ID": ""}) == kernel


def test_where_neither_is_known_no_two_answers_are_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr(epoch, "_KERNEL", tmp_path / "missing")
    first, second = epoch.boot_id({}), epoch.boot_id({})
    assert first.startswith("unknown-")
    assert first != second
