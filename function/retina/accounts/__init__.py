"""Accounts: API keys, ledger, idempotency, rate limits, audit log."""
