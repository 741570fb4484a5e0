"""Tests. A package by name, because a library of others installs one that is called the same."""
