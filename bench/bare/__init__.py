"""A bare loop, which shows what sockets and the audit file cost without a server behind them."""
