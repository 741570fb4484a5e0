"""The rows of webhooks, their deliveries and the log of attempts."""
