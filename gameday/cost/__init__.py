"""What a season costs on AWS: the one in the ledger, and one that is only planned."""
