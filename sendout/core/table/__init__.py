"""Lists of people as they really come: CSV and workbooks in, safe CSV out."""
