"""smgd: an LLM inference server that is exact on the wire and alive after its worker dies."""
