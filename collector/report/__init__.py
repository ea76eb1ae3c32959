"""Reports and open data: figures as they were given out, on paper, in tables, for anybody."""
