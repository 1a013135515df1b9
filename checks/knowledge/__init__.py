"""What is known of NCCL, logins, firewalls and failures; pure, shared by the areas."""
