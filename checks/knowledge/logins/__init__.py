"""Why a login failed, told from what OpenSSH said and from both sides' keys, and what mends it."""
