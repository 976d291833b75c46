"""The vessels as a graph: segments between branch and end points, with a smooth path and a calibre at each point."""
