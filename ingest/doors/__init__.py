"""The doors senders come to by themselves: each an exact end of transfer."""
