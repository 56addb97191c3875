"""Measurements, each beside a floor or a peer of the same run; never part of the tests."""
