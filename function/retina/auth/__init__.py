"""Who is asking: anybody, a person with an access token, or a program with an API key."""
