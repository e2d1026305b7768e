"""The Latency tab: measuring, live, operator by operator, and what was measured before."""
