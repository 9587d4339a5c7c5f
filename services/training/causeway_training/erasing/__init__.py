"""Erasure of one subject (GDPR Article 17): find, remove, and prove by a search that it is gone."""
