"""The plant's meetings: packs by date, one pack with what was found, and recording what was decided on it (R20)."""
