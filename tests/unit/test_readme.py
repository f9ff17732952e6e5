"""README says what the code does."""

from pathlib import Path

import pytest

from smgd import readme

TEXT = (Path(__file__).parents[2] / "README.md").read_text()


def test_readmes_tables_are_current():
    assert readme.renewed(TEXT) == TEXT, "renew them: python -m smgd.readme README.md"


@pytest.mark.parametrize("name", readme.TABLES)
def test_a_table_without_its_marks_is_missed_by_name(name):
    with pytest.raises(ValueError, match=name):
        readme.renewed(TEXT.replace(f"<!-- /{name} -->", ""))
