"""One page to hand over: what a policy does, in one HTML file that opens anywhere."""
