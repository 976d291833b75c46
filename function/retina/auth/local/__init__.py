"""The issuer in this service, for whoever runs it without Cognito."""
