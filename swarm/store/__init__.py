"""Files that anybody may have touched: bounded reads, atomic writes, locks, JSON."""
