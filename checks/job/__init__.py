"""From hosts.txt, launch.toml and options to one Job: what is checked, and then started."""
