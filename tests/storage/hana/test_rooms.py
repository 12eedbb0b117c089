"""What holds on SQLite and PostgreSQL holds over SAP HANA's dialect too: the same tests of other packages once more."""

from tests.edges.odata import conftest as odata_conftest
from tests.edges.odata import test_operations, test_reading, test_writing
from tests.storage import (
    test_accepting,
    test_insights,
    test_keyed_inbox,
    test_knowledge,
    test_listing,
    test_rule_sets,
    test_working,
)
from tests.ticketing import test_changes, test_status
from tests.workflows import test_effects, test_handle_message

ROOMS = (
    test_accepting,
    test_changes,
    test_effects,
    test_handle_message,
    test_insights,
    test_keyed_inbox,
    test_knowledge,
    test_listing,
    test_operations,
    test_reading,
    test_rule_sets,
    test_status,
    test_working,
    test_writing,
)
NOT_HERE = {
    "test_sqlite_writes_with_full_fsync",
    "test_what_was_accepted_is_there_for_another_process",  # which would look for a real HANA
    "test_made_data_has_its_facts_at_once",  # invented data is refused on HANA
    "test_a_wrong_fact_is_found_and_a_rebuild_puts_it_right",
    "test_rare_words_find_the_passage_that_has_them",  # there all words count alike
}

odata = odata_conftest.odata
facts, lists, stored, desk = test_insights.facts, test_listing.lists, test_rule_sets.stored, test_reading.desk
for room in ROOMS:
    for name, test in vars(room).items():
        if name.startswith("test_") and name not in NOT_HERE:
            assert name not in globals(), f"two tests are called {name}"
            globals()[name] = test
del room, name, test
