"""Erasure of one subject (GDPR Art. 17): find what it reached, remove it, and prove by a search that it is gone."""
