"""What channels keep: raw events, attachments, delivery parts, the ledger."""
