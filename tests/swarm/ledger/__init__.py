"""Tests of the ledger and the audit log."""
