"""How the sample scans come to be: made-up people, hands, papers and damage."""
