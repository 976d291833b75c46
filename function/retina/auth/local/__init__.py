"""The embedded issuer, for a service that runs without Cognito."""
