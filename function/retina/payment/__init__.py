"""Selling credits: purchases and how they are paid. Card data never comes here: people pay on Stripe's own page."""
