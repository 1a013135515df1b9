"""The only room that opens connections to nodes: logins, the resident probe, gathering facts."""
