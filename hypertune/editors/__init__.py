"""What an editor asks of a spec: a text and a place in it to answers. `server` speaks for it."""
