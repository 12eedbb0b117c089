"""Tests. Their processes compute on one thread each, as `frontdesk` does: two cores have no more to give."""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
