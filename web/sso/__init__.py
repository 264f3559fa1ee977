"""Single sign-on: people come in with their account at a provider (OpenID Connect)."""
