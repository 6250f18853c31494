"""What happens by the clock: one tick a minute; the ledger and the business settings decide what is due."""
