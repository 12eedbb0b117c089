"""What a process does once all is loaded."""

import gc

from frontdesk.wiring.working import settle


def test_what_is_loaded_is_left_out_of_later_collections() -> None:
    loaded = {"kept": ["as long as the process"]}
    try:
        settle()
        later = [["made afterwards"]]
        gc.collect()
        watched = {id(each) for each in gc.get_objects(generation=2)}
        assert id(later) in watched
        assert id(loaded["kept"]) not in watched
    finally:
        gc.unfreeze()
