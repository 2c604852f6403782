"""Tests, mirroring the package. Only the fixtures every room shares stand here."""
