"""Where nodes meet nodes: logins, ports, speeds, a short training, a rendezvous of all ranks."""
