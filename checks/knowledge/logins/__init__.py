"""Why a login failed, from what OpenSSH said and both sides' keys and settings, and its fix."""
