"""What an editor shows of a spec, from a text and a place in it; `server` speaks for it."""
