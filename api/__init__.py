"""The HTTP API: people's way to speak to orders and to read them (contract §5). It writes nothing of an order's."""
