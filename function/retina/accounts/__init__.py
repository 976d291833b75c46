"""Accounts: API keys, ledger, repeated requests, rate limits, audit log."""
