"""Payloads travel as they are.

Into every activation of an order and every completion the SDK looks three times over for payloads that a codec should change
or that lie in a storage outside: a fifth of what a worker's own Python does, and without codec and storage it finds nothing.
"""

from temporalio.bridge import worker as bridge
from temporalio.client import Client
from temporalio.converter._extstore import StorageOperationMetrics


def leave_alone(client: Client) -> None:
    """Spares this process the looking; a client that has payloads changed or stored elsewhere keeps it."""
    converter = client.config()["data_converter"]
    if converter.payload_codec is None and converter.external_storage is None:
        # The SDK has no switch for it; a test tells when these two have become something else.
        bridge.decode_activation = as_it_is
        bridge.encode_completion = as_it_is


async def as_it_is(*_: object, **__: object) -> StorageOperationMetrics:
    """What the two tell of a message in which they found nothing."""
    return StorageOperationMetrics()
