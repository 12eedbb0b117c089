"""Tests of the package `timing`."""
