"""What the measurements share: a broker's client, signed documents, virtual sound cards and figures."""
