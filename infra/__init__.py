"""The cloud: what is deployed, and how it is packaged."""
