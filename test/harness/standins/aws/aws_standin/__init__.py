"""Stand-in of the AWS provider: the plugin `pulumi-resource-aws` over an emulator on loopback.

It does around each call what the provider documents (names, tags, replace or update by field),
holds every call against botocore's own models and every policy against the service authorization
reference, and refuses what AWS documents and the emulator lets pass (`limits.py`).
"""
