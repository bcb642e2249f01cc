"""Hooks stand between "send" and the customer: each hands a message on when it is fine, and else says what to mend."""
